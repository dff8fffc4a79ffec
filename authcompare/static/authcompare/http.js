// One request and its answer, kept as they went over the wire so that a page can show them.

const TIMEOUT = 15_000; // milliseconds; a server that hangs must not leave the buttons disabled
const SHOWN_HEADERS = ["Content-Type", "Cache-Control", "Vary", "WWW-Authenticate", "Retry-After"];

/** Why a request failed, in the words of the API. `status` is 0 where no answer came. */
export class ApiError extends Error {
  constructor(status, data) {
    super(reason(status, data));
    this.status = status;
    /** Messages by field name: `{email: ["…"]}`. */
    this.fields = status === 400 && data && !data.detail ? data : {};
  }
}

function reason(status, data) {
  if (status === 0) return "The server did not answer. Check the connection and try again.";
  if (data?.detail) return data.detail;
  if (data?.non_field_errors) return data.non_field_errors.join(" ");
  if (status === 400 && data) return "Something is missing or wrong below.";
  return `The server answered ${status} without a reason. Try again in a moment.`;
}

/**
 * Make a request and return `{request, response}`, whatever the status.
 *
 * `credentials` is fetch's: "omit" keeps cookies out, "same-origin" lets the browser add them after
 * this script has spoken. `unseen` are the headers that it adds: kept to be shown, never sent.
 * Throws an ApiError with status 0 where no whole answer comes.
 */
export async function exchange({ method, url, headers = {}, unseen = {}, body, credentials }) {
  const sent = { Accept: "application/json", ...headers };
  if (body) sent["Content-Type"] = "application/json";
  const request = { method, url, headers: { ...sent, ...unseen }, body };
  try {
    const response = await fetch(url, {
      method,
      headers: sent,
      body: body && JSON.stringify(body),
      credentials,
      signal: AbortSignal.timeout(TIMEOUT),
    });
    return { request, response: await received(response) };
  } catch {
    throw new ApiError(0);
  }
}

async function received(response) {
  const headers = SHOWN_HEADERS.filter((name) => response.headers.has(name));
  return {
    status: response.status,
    statusText: response.statusText,
    headers: Object.fromEntries(headers.map((name) => [name, response.headers.get(name)])),
    data: parsed(await response.text()),
  };
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null; // A proxy's error page, or no body at all.
  }
}

/** Return the data of an answer; throws an ApiError where it is a refusal. */
export function accepted({ response }) {
  if (response.status >= 400) throw new ApiError(response.status, response.data);
  return response.data;
}
