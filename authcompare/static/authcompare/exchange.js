// Shows requests and answers as text, with everything that is secret or long cut short.

import { copy, fill, slot } from "./dom.js";

const SECRETS = { password: () => "…", access: shortened, refresh: shortened, token: shortened };

/** Return a token's beginning and end, enough to tell two of them apart. */
export function shortened(token) {
  return `${token.slice(0, 12)}…${token.slice(-6)}`;
}

/** Show exchanges in the column, in place of those before. */
export function showExchanges(root, exchanges) {
  slot(root, "exchanges").replaceChildren(...exchanges.map(drawn));
}

function drawn({ request, response }) {
  const element = copy(document.getElementById("exchange"));
  fill(element, {
    request: message(`${request.method} ${request.url}`, request.headers, request.body),
    response: message(statusLine(response), response.headers, response.data),
  });
  return element;
}

function statusLine({ status, statusText }) {
  return `${status} ${statusText}`.trim();
}

function message(firstLine, headers, data) {
  const lines = Object.entries(headers).map(([name, value]) => `${titled(name)}: ${safe(value)}`);
  const body = data ? ["", JSON.stringify(data, withoutSecrets, 2)] : [];
  return [firstLine, ...lines, ...body].join("\n");
}

// Names of headers do not care about case; the browser gives them in lower case.
function titled(name) {
  return name.toLowerCase().replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase());
}

function safe(header) {
  return header.replace(/^Bearer (\S{40,})$/, (_, token) => `Bearer ${shortened(token)}`);
}

function withoutSecrets(name, value) {
  return name in SECRETS && typeof value === "string" ? SECRETS[name](value) : value;
}
