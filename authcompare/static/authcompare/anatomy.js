// The access token, decoded into a table.

import { copy, fill, fillTime, slot } from "./dom.js";
import { members } from "./jwt.js";

const section = document.querySelector("[data-anatomy]");

/** Show what a token says, or nothing where there is none. */
export function showAnatomy(token) {
  section.hidden = !token;
  const rows = token ? members(token).map(drawn) : [];
  slot(section, "claims").replaceChildren(...rows);
}

function drawn({ part, name, value, seconds, meaning }) {
  const row = copy(slot(section, "claim"));
  row.className = `token-${part}`;
  fill(row, { part, name, value, meaning });
  if (seconds !== null) {
    const time = slot(row, "moment");
    fillTime(time, new Date(seconds * 1000));
    time.hidden = false;
  }
  return row;
}
