// Compare with another version: which packets pass at one of the two only.

import { formOf, upload } from "./api.js";
import { badge, el, say, section, table } from "./dom.js";

export function compareSection(audit, tooMuch) {
  const files = el("input", { id: "other", type: "file", multiple: true, required: true });
  const order = el("select", { id: "order" }, el("option", { value: "old" }, "the older version"), el("option", { value: "new" }, "the newer version"));
  const answer = el("div", { id: "comparison", "aria-live": "polite" });
  const button = el("button", { type: "submit" }, "Compare");
  const send = async (event) => {
    event.preventDefault();
    const list = [...files.files];
    const problem = tooMuch(list);
    if (problem) return answer.replaceChildren(el("p", { class: "trouble" }, problem.message));
    button.disabled = true;
    answer.replaceChildren(el("p", {}, "Comparing …"));
    const form = formOf(order.value, list, [[order.value === "old" ? "new" : "old", audit.id]]);
    const sent = (part) => answer.replaceChildren(el("p", {}, part < 1 ? `Uploading, ${Math.round(part * 100)} %` : "Computing which packets pass at one version only …"));
    try {
      answer.replaceChildren(...shown(await upload("/compare", form, sent)));
    } catch (failure) {
      answer.replaceChildren(el("p", { class: "trouble" }, failure.message));
    } finally {
      button.disabled = false;
    }
  };
  return section(
    "compare",
    "Compare with another version",
    el("p", {}, "What passes at one version and not at the other, packet by packet: new names, another order and secrets encrypted anew change nothing."),
    el(
      "form",
      { class: "filter", onsubmit: send },
      el("label", {}, "Files of the other version ", files),
      el("label", {}, "They are ", order),
      button,
    ),
    answer,
  );
}

function shown(found) {
  const opened = found.changes.filter((change) => change.change === "opened").length;
  const closed = found.changes.length - opened;
  const head = found.no_effect ? "No effect: exactly the same packets pass." : `${opened} newly allowed, ${closed} newly blocked.`;
  const text = found.devices.length ? `${head} Compared: ${found.devices.join(", ")}.` : "No device is in both versions: nothing was compared.";
  say(text);
  const rows = found.changes.map((change) => [
    badge(change.change), change.device, `${end(change.source, change.from)} → ${end(change.destination, change.to)}`,
    [change.services, change.published_as ? el("small", {}, ` published as ${change.published_as}`) : ""],
    change.rule ? `${change.rule}, ${change.file}:${change.line}` : "", change.confidence, change.example,
  ]);
  return [
    el("p", {}, el("strong", {}, text)),
    ...found.notes.map((note) => el("p", {}, note)),
    rows.length ? table("What changed", ["Change", "Device", "From and to", "Services", "Rule", "Confidence", "Example packet"], rows) : null,
    listed("Cannot be told", found.cannot_tell),
    listed("Not understood, and may hide access", found.gaps),
  ].filter(Boolean);
}

const end = (addresses, zone) => (zone && zone !== "any" ? `${zone} (${addresses})` : addresses);
const listed = (title, texts) => (texts.length ? el("div", {}, el("h3", {}, title), el("ul", {}, texts.map((text) => el("li", {}, text)))) : null);
