// Reading a JSON Web Token, which anybody can: RFC 7519.

const MEANINGS = {
  header: {
    alg: "How it is signed",
    kid: "Which key signed it; the public half is at /.well-known/jwks.json",
    typ: "What kind of token it is: this one opens the API",
  },
  claims: {
    token_type: "The same again, as SimpleJWT calls it",
    iss: "Issuer: who made it",
    aud: "Audience: whom it is for; anybody else refuses it",
    sub: "Subject: the id of the user",
    sid: "Session id: the log-in, which is the row’s public id",
    iat: "Issued at",
    nbf: "Not before: refused until then",
    exp: "Expires: refused from then on",
    jti: "The id of this one token",
  },
};
const TIMES = ["iat", "nbf", "exp"];

/** Return the three parts of a token as they are sent: `{header, claims, signature}`. */
export function parts(token) {
  const [header, claims, signature] = token.split(".");
  return { header, claims, signature };
}

/** Return the claims of a token, unverified: only the API can say whether they hold. */
export function claims(token) {
  return decoded(parts(token).claims);
}

/** Return a row for each member of header and claims: `{part, name, value, seconds, meaning}`. */
export function members(token) {
  const raw = parts(token);
  return Object.keys(MEANINGS).flatMap((part) => {
    const values = decoded(raw[part]);
    return inOrder(values, MEANINGS[part]).map((name) => ({
      part,
      name,
      value: String(values[name]),
      seconds: TIMES.includes(name) ? values[name] : null,
      meaning: MEANINGS[part][name] ?? "",
    }));
  });
}

// The known members in the order in which they are explained, then whatever else there is.
function inOrder(values, meanings) {
  const known = Object.keys(meanings).filter((name) => name in values);
  return [...known, ...Object.keys(values).filter((name) => !(name in meanings))];
}

function decoded(part) {
  const binary = atob(part.replaceAll("-", "+").replaceAll("_", "/"));
  const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
  return JSON.parse(new TextDecoder().decode(bytes));
}
