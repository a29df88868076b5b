// The exposure matrix as a picture: zones and servers by service, one square each, told apart by colour and by sign.

import { el, svg } from "./dom.js";

const CELL = 24;
const TOP = 120;
const SIGNS = { documented: "✓", possible: "?", undocumented: "!" };
const LONGEST = 44;
const LETTER = 6.4;
const cut = (text, most) => (text.length <= most ? text : `${text.slice(0, most - 1)}…`);

export function matrixFigure(matrix) {
  const labels = matrix.rows.map(([zone, server]) => cut(`${zone} → ${server}`, LONGEST));
  const left = Math.ceil(Math.max(...labels.map((label) => label.length)) * LETTER) + 14;
  const width = left + CELL * matrix.columns.length + 70;
  const height = TOP + CELL * matrix.rows.length + 8;
  const names = matrix.columns.map((column, number) => {
    const x = left + number * CELL + 16;
    return svg("text", { x, y: TOP - 8, transform: `rotate(-55 ${x} ${TOP - 8})` }, cut(column, 22));
  });
  const label = `Exposure matrix: ${matrix.rows.length} ways in by ${matrix.columns.length} services. The table below says the same.`;
  const picture = svg(
    "svg",
    { class: "matrix", role: "img", "aria-label": label, viewBox: `0 0 ${width} ${height}`, width, height },
    names,
    matrix.rows.map((row, line) => rowOf(matrix, row, line, labels[line], left)),
  );
  const legend = Object.entries(SIGNS).map(([state, sign]) => el("span", {}, el("i", { class: `key ${state}` }, sign), ` ${state}`));
  return el(
    "figure",
    {},
    el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Exposure matrix" }, picture),
    el("figcaption", { class: "legend" }, legend, matrix.left_out ? ` ${matrix.left_out} more services are in the table.` : ""),
  );
}

function rowOf(matrix, [zone, server], line, label, left) {
  const y = TOP + line * CELL;
  const name = svg("text", { x: left - 8, y: y + 16, "text-anchor": "end" }, label);
  const cells = matrix.cells[line].flatMap((state, number) => {
    const x = left + number * CELL;
    const title = svg("title", {}, `${zone} → ${server}, ${matrix.columns[number]}: ${state || "closed"}`);
    const box = svg("rect", { x, y, width: CELL - 2, height: CELL - 2, rx: 3, class: `cell ${state || "closed"}` }, title);
    const sign = state ? [svg("text", { x: x + 11, y: y + 16, class: "sign", "text-anchor": "middle" }, SIGNS[state])] : [];
    return [box, ...sign];
  });
  return svg("g", {}, name, cells);
}
