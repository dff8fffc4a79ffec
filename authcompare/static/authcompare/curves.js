// A small panel for each row of a table, all on the same axes: the row's own lines in front, those
// of the others in grey behind.

import { drawn, element, modes, nameOf, numbers } from "./plot.js";

// Each line of a panel has a pattern and a shape of its own: their colour is the same.
const DASHES = ["none", "5 3", "1 3"];
const SHAPES = [
  { symbol: "circle", r: 2.5, fill: "currentColor", stroke: "none" },
  { symbol: "square", r: 4, fill: "none", stroke: "currentColor" },
  { symbol: "triangle", r: 3, fill: "currentColor", stroke: "none" },
];
const GAP = 16;
// What stands behind: darker than the lines of the grid.
const BEHIND = { stroke: "var(--edge)", strokeOpacity: 0.45, strokeWidth: 1 };
// The points of a legend's piece of a line.
const PIECE = [{ x: 0, y: 0 }, { x: 1, y: 0 }, { x: 2, y: 0 }];

/** Return a function that draws the table: each group of columns is a line, each column a size. */
export function curves(table) {
  const { rows, lines, points } = read(table);
  const legend = element("p", "lab-legend", ...lines.map(sample), ...modes(table), backdrop());
  return (width) => {
    const columns = columnsOf(rows.length, width);
    const size = sizeOf((width + GAP) / columns - GAP);
    const options = { ...size, ...axesOf(table, points, size.width) };
    const panels = rows.map((row) => panel(row, lines, points, options));
    const all = element("div", "lab-panels", ...panels);
    all.style.gridTemplateColumns = `repeat(${columns}, minmax(0, 1fr))`;
    return [legend, all];
  };
}

// As many as fit, but no fuller rows than needed: 13 where 6 fit stand as 5, 5 and 3.
function columnsOf(count, width) {
  const fit = Math.max(1, Math.floor((width + GAP) / ((width < 500 ? 140 : 170) + GAP)));
  return Math.ceil(count / Math.ceil(count / fit));
}

function sizeOf(width) {
  const height = Math.min(width * 0.75, 190);
  return { width, height, marginLeft: 36, marginRight: 10, marginTop: 8, marginBottom: 36 };
}

function read(table) {
  const [groups, columns] = [...table.tHead.rows].map((row) => [...row.cells].slice(1));
  const titles = groups.flatMap((group) => Array(group.colSpan).fill(group.dataset.line));
  const sizes = columns.map((cell) => numbers(cell)[0]);
  const rows = [...table.tBodies[0].rows];
  const points = rows.flatMap((row) =>
    [...row.cells].slice(1).flatMap((cell, index) =>
      numbers(cell).map((y) => ({ name: nameOf(row), line: titles[index], x: sizes[index], y })),
    ),
  );
  return {
    rows: rows.map((row) => ({ name: nameOf(row), mode: row.className })),
    lines: [...new Set(titles)].filter(Boolean),
    // A group of columns that names no line is left out.
    points: points.filter((point) => point.line),
  };
}

function axesOf(table, points, width) {
  const { across, up, size, share } = table.dataset;
  const short = window.d3.format("~s");
  const format = share === undefined ? short : window.d3.format(".0%");
  const heights = up === "log" ? fitted(points) : { zero: true, nice: true, ticks: 3 };
  const sizes = sizesWithRoom(points, width);
  const label = { label: size, labelArrow: "none", labelAnchor: "center", labelOffset: 32 };
  return {
    x: { type: across, axis: null },
    y: { type: up, tickFormat: format, tickSize: 0, grid: true, label: null, ...heights },
    marks: [window.Plot.axisX(sizes, { text: sizes.map(short), tickSize: 3, ...label })],
  };
}

// All of them, or every second one, or fewer still: each takes 32 pixels.
function sizesWithRoom(points, width) {
  const sizes = [...new Set(points.map((point) => point.x))];
  const step = Math.ceil((sizes.length * 32) / width);
  return sizes.filter((_, index) => index % step === 0);
}

// From the step of 1, 2, 5, 10 and so on below all points to the one above them, so that a doubling
// is seen where all are of one size. Where that is many steps only the powers of ten are written.
function fitted(points) {
  const [low, high] = window.d3.extent(points, (point) => point.y);
  const [first, last] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))];
  const powers = window.d3.range(first, last + 1).map((exponent) => 10 ** exponent);
  const steps = powers.flatMap((power) => [power, 2 * power, 5 * power]);
  const bottom = steps.findLast((step) => step <= low);
  const top = steps.find((step) => step >= high && step > bottom);
  const within = (all) => all.filter((step) => bottom <= step && step <= top);
  const ticks = within(steps);
  return { domain: [bottom, top], ticks: ticks.length > 6 ? within(powers) : ticks };
}

function panel({ name, mode }, lines, points, options) {
  const others = points.filter((point) => point.name !== name);
  const z = (point) => point.name + point.line;
  const behind = window.Plot.line(others, { x: "x", y: "y", z, ...BEHIND });
  const own = lines.flatMap((title, index) =>
    marked(points.filter((point) => point.name === name && point.line === title), index),
  );
  const title = element("p", "lab-panel-name", name);
  const marks = [...options.marks, behind, own];
  return element("div", `lab-panel ${mode}`, title, drawn({ ...options, marks }));
}

// A line in its pattern, with its shape at each point.
function marked(points, index) {
  const place = { x: "x", y: "y" };
  const pattern = { stroke: "currentColor", strokeWidth: 1.75, strokeDasharray: DASHES[index] };
  const { dot, line } = window.Plot;
  return [line(points, { ...place, ...pattern }), dot(points, { ...place, ...SHAPES[index] })];
}

// A piece of a line beside what it means.
function sample(title, index) {
  return piece(title, marked(PIECE, index));
}

// The same of what stands behind.
function backdrop() {
  return piece("the other strategies", [window.Plot.line(PIECE, { x: "x", y: "y", ...BEHIND })]);
}

function piece(title, marks) {
  const size = { width: 44, height: 12, margin: 5, axis: null };
  return element("span", "lab-sample", drawn({ ...size, marks }), title);
}
