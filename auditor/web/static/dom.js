// Elements without markup: every text becomes a text node, so nothing of a configuration can become a tag.

const SVG = "http://www.w3.org/2000/svg";

/** A new element: attributes by name, functions as listeners ("onclick"), children as nodes or texts. */
export function el(name, attributes = {}, ...children) {
  return fill(document.createElement(name), attributes, children);
}

/** The same for SVG. */
export function svg(name, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, name), attributes, children);
}

function fill(node, attributes, children) {
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") node.addEventListener(key.slice(2), value);
    else if (value === true) node.setAttribute(key, "");
    else if (value !== false && value !== null && value !== undefined) node.setAttribute(key, value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== ""));
  return node;
}

/** The element with an id. */
export const the = (id) => document.getElementById(id);

/** Tell a screen reader something without moving anybody. */
export function say(text) {
  the("said").textContent = text;
}

/** A section with a heading and an id to link to. */
export function section(id, title, ...children) {
  return el("section", { id, "aria-labelledby": `${id}-title` }, el("h2", { id: `${id}-title` }, title), ...children);
}

/** A table that scrolls by itself on a narrow page; cells are texts or nodes. */
export function table(caption, head, rows) {
  const top = el("tr", {}, head.map((name) => el("th", { scope: "col" }, name)));
  const body = rows.map((row) => el("tr", {}, row.map((cell) => el("td", {}, cell))));
  return el(
    "div",
    { class: "scroll", tabindex: "0", role: "region", "aria-label": caption },
    el("table", {}, el("caption", { class: "unseen" }, caption), el("thead", {}, top), el("tbody", {}, body)),
  );
}

/** A word with a colour of its own; the word is always there too. */
export const badge = (word, text = word) => el("span", { class: `badge ${word.replaceAll(" ", "-")}` }, text);

/** Offer bytes as a file. */
export function save(blob, name) {
  const link = el("a", { href: URL.createObjectURL(blob), download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
