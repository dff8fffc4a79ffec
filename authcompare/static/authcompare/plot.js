// What both kinds of pictures need: to read a table, and to draw under the site's policy.

/** Return the numbers of a cell: it holds one, two for an interval, or none. */
export function numbers(cell) {
  return [...cell.querySelectorAll("data")].map((element) => Number(element.value));
}

/** Return the name of a table's row. */
export function nameOf(row) {
  return row.querySelector(".lab-name").textContent.trim();
}

/** Return the SVG of a plot. The policy forbids its style element; the stylesheet has the rules. */
export function drawn(options) {
  const svg = window.Plot.plot(options);
  svg.querySelector("style").remove();
  return svg;
}

/** Return an element with a class, holding text and other elements. */
export function element(name, className, ...children) {
  const made = document.createElement(name);
  made.className = className;
  made.append(...children);
  return made;
}

/** Return what the two colours mean, where a table has both. */
export function modes(table) {
  const has = (mode) => table.tBodies[0].querySelector(`tr.${mode}`);
  if (!has("sessions") || !has("tokens")) return [];
  return [
    element("span", "lab-key sessions", "a cookie, which the browser sends by itself"),
    element("span", "lab-key tokens", "a token, which a script sends"),
  ];
}
