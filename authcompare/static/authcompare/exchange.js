// Shows requests and answers as text, with everything that is secret or long cut short.

import { copy, fill, slot } from "./dom.js";

const SECRETS = { password: () => "…", access: shortened, refresh: shortened, token: shortened };

/** Return a token's beginning and end, enough to tell two of them apart. */
export function shortened(token) {
  return `${token.slice(0, 12)}…${token.slice(-6)}`;
}

/** Show exchanges in the column, in place of those before; the last one is unfolded. */
export function showExchanges(root, exchanges) {
  const elements = exchanges.map(drawn);
  if (elements.length) elements.at(-1).open = true;
  slot(root, "exchanges").replaceChildren(...elements);
}

function drawn({ request, response }) {
  const element = copy(document.getElementById("exchange"));
  const [asked, answered] = [`${request.method} ${request.url}`, statusLine(response)];
  fill(element, {
    summary: `${asked} → ${answered}`,
    request: message(asked, request.headers, request.body),
    response: message(answered, response.headers, response.data),
  });
  return element;
}

function statusLine({ status, statusText }) {
  return `${status} ${statusText}`.trim();
}

function message(firstLine, headers, data) {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${safe(name, value)}`);
  const body = data ? ["", JSON.stringify(data, withoutSecrets, 2)] : [];
  return [firstLine, ...lines, ...body].join("\n");
}

function safe(name, value) {
  if (name === "X-CSRFToken") return shortened(value);
  return value.replace(/^Bearer (\S{40,})$/, (_, token) => `Bearer ${shortened(token)}`);
}

function withoutSecrets(name, value) {
  return name in SECRETS && typeof value === "string" ? SECRETS[name](value) : value;
}
