// Ticks the time that is left in every element with data-countdown, whose value is an ISO moment.
// Without script the server's own words stand there.

const UNITS = [
  [86_400, "d"],
  [3_600, "h"],
  [60, "min"],
  [1, "s"],
];

/** Return a number of seconds in its two or three largest units: "4 min 07 s", "1 h 59 min 59 s". */
export function duration(seconds) {
  let rest = seconds;
  const words = [];
  for (const [size, unit] of UNITS) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (words.length || count || unit === "s") {
      words.push(`${words.length ? String(count).padStart(2, "0") : count} ${unit}`);
    }
  }
  return words.slice(0, 3).join(" ");
}

/** Write the time that is left into every countdown below `root`. */
export function tick(root = document) {
  for (const element of root.querySelectorAll("[data-countdown]")) {
    const left = Math.ceil((Date.parse(element.dataset.countdown) - Date.now()) / 1000);
    const text = left > 0 ? `in ${duration(left)}` : element.dataset.over ?? "over";
    if (element.textContent !== text) element.textContent = text;
  }
}

tick();
setInterval(tick, 1000);
