// A bar for each row: its length is the mean, the line across its end the 95 % interval.

import { drawn, element, modes, nameOf, numbers } from "./plot.js";

// Below this width, in pixels, a name stands above its bar instead of beside it.
const NARROW = 560;
const AXIS = 40;

/** Return a function that draws the table for a width: name, figure and interval lead each row. */
export function bars(table) {
  const rows = [...table.tBodies[0].rows].map(read);
  const legend = element("p", "lab-legend", ...modes(table));
  return (width) => [legend, drawn(width < NARROW ? below(rows, width) : beside(rows, width))];
}

function read(row) {
  const [, mean, interval] = row.cells;
  const [value] = numbers(mean);
  // One start alone has no interval.
  const [low = value, high = value] = numbers(interval);
  return { name: nameOf(row), mode: row.className, text: mean.textContent, value, low, high };
}

function beside(rows, width) {
  const names = window.Plot.axisY({ tickSize: 0, label: null });
  const size = { width, height: rows.length * 24 + AXIS, marginLeft: 220 };
  return { ...size, ...frame(rows), marks: [...marks(rows, 4), names] };
}

function below(rows, width) {
  const place = { x: 0, y: "name", text: "name", textAnchor: "start", dy: -9 };
  const size = { width, height: rows.length * 36 + AXIS, marginLeft: 2 };
  return { ...size, ...frame(rows), marks: [...marks(rows, 18), window.Plot.text(rows, place)] };
}

function frame(rows) {
  return {
    marginRight: 48,
    marginTop: 0,
    marginBottom: AXIS,
    x: { label: "µs of processor time", labelArrow: "none", zero: true, nice: true, ticks: 5 },
    y: { domain: rows.map((row) => row.name), axis: null },
  };
}

function marks(rows, insetTop) {
  const { barX, gridX, link, ruleX, text } = window.Plot;
  const of = (mode) => rows.filter((row) => row.mode === mode);
  const bar = { x: "value", y: "name", insetTop, insetBottom: 4 };
  const centre = { y: "name", dy: (insetTop - 4) / 2 };
  const interval = { ...centre, x1: "low", x2: "high" };
  const end = { x: (row) => Math.max(row.high, row.value), dx: 8, textAnchor: "start" };
  return [
    gridX({ ticks: 5 }),
    // Colour is not the only sign: one kind is filled, the other an outline.
    barX(of("sessions"), { ...bar, fill: "var(--session)" }),
    barX(of("tokens"), { ...bar, fill: "var(--token)", fillOpacity: 0.25, stroke: "var(--token)" }),
    barX(of(""), { ...bar, fill: "var(--muted)" }),
    ruleX([0]),
    // On a filled bar too the interval has to be seen: it lies on a wider line of the paper's colour.
    link(rows, { ...interval, stroke: "var(--surface)", strokeWidth: 4 }),
    link(rows, { ...interval, strokeWidth: 1.5, marker: "tick" }),
    text(rows, { ...centre, ...end, text: "text" }),
  ];
}
