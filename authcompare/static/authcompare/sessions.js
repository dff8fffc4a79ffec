// The left column's extras. All of it works without: the browser runs the session flow by itself.

import { report, slot, whileBusy } from "./dom.js";
import { showExchanges } from "./exchange.js";
import { ApiError, accepted, exchange } from "./http.js";

/** Make the column's script-only parts visible, where somebody is logged in. */
export function enhance(column) {
  const button = column.querySelector("[data-action=call]");
  if (!button) return;
  showCookies(column);
  button.hidden = false;
  button.addEventListener("click", () => whileBusy(column, () => call(column)));
}

function showCookies(column) {
  slot(column, "document-cookie").textContent = document.cookie || "nothing";
  slot(column, "seen").hidden = false;
}

async function call(column) {
  const { meUrl: url, cookieName } = column.dataset;
  try {
    const unseen = { Cookie: `${cookieName}=… (added by the browser)` };
    const made = await exchange({ method: "GET", url, credentials: "same-origin", unseen });
    showExchanges(column, [made]);
    const { name, email, via } = accepted(made);
    report(column, `The API knows you as ${name || email}, via ${via}.`);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    report(column, error.message, { failed: true });
  }
}
