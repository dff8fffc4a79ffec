// Makes a picture of each table that asks for one. The table stays, for whoever cannot see, copy or
// trust a picture; the picture says nothing that the table does not. It is SVG and takes its
// colours from the stylesheet, so that it follows the dark mode and paper by itself.

import { bars } from "./bars.js";
import { curves } from "./curves.js";

const MAKERS = { bars, curves };

for (const table of document.querySelectorAll("table[data-picture]")) {
  const figure = document.createElement("figure");
  figure.className = "lab-picture";
  figure.setAttribute("aria-hidden", "true");
  table.closest(".scroll").before(figure);
  keepDrawn(figure, MAKERS[table.dataset.picture](table));
}

/** Draw into `figure` now, and again whenever it has another width. */
function keepDrawn(figure, draw) {
  let drawn = 0;
  new ResizeObserver(([{ contentRect }]) => {
    const width = Math.floor(contentRect.width);
    if (width === drawn || !width) return;
    drawn = width;
    figure.replaceChildren(...draw(width));
  }).observe(figure);
}
