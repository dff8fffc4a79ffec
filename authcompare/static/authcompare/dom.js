// The few things that both columns do with the page. Text only: no markup is ever made from data.

/** Return the element of `root` that is marked `data-slot="name"`. */
export function slot(root, name) {
  return root.querySelector(`[data-slot="${name}"]`);
}

/** Write texts into the slots of `root`: `{name: text}`. */
export function fill(root, texts) {
  for (const [name, text] of Object.entries(texts)) slot(root, name).textContent = text;
}

/** Return a copy of what a <template> holds. */
export function copy(template) {
  return template.content.firstElementChild.cloneNode(true);
}

/** Return a moment as the server writes it, in UTC: "2026-11-23 14:05:00". */
export function moment(date) {
  return date.toISOString().slice(0, 19).replace("T", " ");
}

/** Write a moment into a <time> element. */
export function fillTime(element, date) {
  element.dateTime = date.toISOString();
  element.textContent = moment(date);
}

/** Run a task while the buttons of `root` are disabled, and leave the focus where it was. */
export async function whileBusy(root, task) {
  const focused = document.activeElement;
  const buttons = [...root.querySelectorAll("button")];
  for (const button of buttons) button.disabled = true;
  root.setAttribute("aria-busy", "true");
  try {
    return await task();
  } finally {
    for (const button of buttons) button.disabled = false;
    root.removeAttribute("aria-busy");
    // A browser takes the focus from a button that is disabled.
    if (document.activeElement === document.body) focused?.focus();
  }
}

/** Say how an action went, to eyes and to screen readers (the element is a live region). */
export function report(root, text, { failed = false } = {}) {
  const outcome = slot(root, "outcome");
  outcome.classList.toggle("failed", failed);
  outcome.textContent = text;
}

/** Return the value of a cookie that scripts may read, or "". */
export function cookie(name) {
  const pair = document.cookie.split("; ").find((text) => text.startsWith(`${name}=`));
  return pair?.slice(name.length + 1) ?? "";
}
