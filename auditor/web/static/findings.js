// The findings: filtered by severity, device and text; each opens to its rule, lines, packet, source and remedy.

import { badge, el, say, section } from "./dom.js";

const LEVELS = ["critical", "high", "medium", "low", "info"];
const AT_ONCE = 100;

export function findingsSection(review) {
  const all = review.report.findings.map((finding) => ({ finding, text: JSON.stringify(finding).toLowerCase() }));
  const list = el("div", { id: "findings-list" });
  const shown = el("output", { for: "severity device kind text", id: "shown" });
  const severity = choice("severity", "Severity", LEVELS.filter((level) => all.some(({ finding }) => finding.severity === level)));
  const device = choice("device", "Device", review.report.devices.map((each) => each.name));
  const kinds = [["rules", "packets and rules"], ["settings", "settings of hardening guides"]];
  const kind = el("select", { id: "kind", "aria-label": "Kind" }, el("option", { value: "" }, "all"), kinds.map(([value, name]) => el("option", { value }, name)));
  const text = el("input", { id: "text", type: "search" });
  const sources = new Map(review.report.rulesets.flatMap((each) => each.sources.map((one) => [one.citation, one.title])));
  let most = AT_ONCE;

  const draw = () => {
    const word = text.value.trim().toLowerCase();
    const fitting = all.filter(
      ({ finding, text: words }) =>
        (!severity.value || finding.severity === severity.value) &&
        (!device.value || finding.device === device.value) &&
        (!kind.value || (finding.check === review.hardening) === (kind.value === "settings")) &&
        words.includes(word),
    );
    list.replaceChildren(...fitting.slice(0, most).map(({ finding }) => card(finding, review.excerpts, sources)));
    if (fitting.length > most) {
      const more = () => { most += AT_ONCE; draw(); };
      list.append(el("button", { type: "button", onclick: more }, `Show ${fitting.length - most} more`));
    }
    if (!fitting.length) list.append(el("p", {}, all.length ? "No finding fits this filter." : "No findings."));
    shown.textContent = `${fitting.length} of ${all.length}`;
    return fitting.length;
  };
  const filter = () => { most = AT_ONCE; say(`${draw()} findings shown`); };
  for (const control of [severity, device, kind]) control.addEventListener("change", filter);
  text.addEventListener("input", filter);
  draw();
  const form = el(
    "form",
    { class: "filter", role: "search", "aria-label": "Filter the findings", onsubmit: (event) => event.preventDefault() },
    el("label", {}, "Severity ", severity),
    el("label", {}, "Device ", device),
    el("label", {}, "Kind ", kind),
    el("label", {}, "Text ", text),
    shown,
  );
  return section("findings", "Findings", form, list);
}

function choice(id, name, words) {
  return el("select", { id, "aria-label": name }, el("option", { value: "" }, "all"), words.map((word) => el("option", { value: word }, word)));
}

function card(finding, excerpts, sources) {
  const place = finding.origin ? `${finding.origin.file}:${finding.origin.first_line ?? finding.origin.name}` : "";
  const head = el("summary", {}, badge(finding.severity), " ", finding.message, " ", el("small", {}, `${finding.check} ${finding.device} ${place}`));
  // The inside is drawn when it is opened: hundreds of closed findings stay cheap.
  const box = el("details", { class: `finding ${finding.severity}` }, head);
  box.addEventListener("toggle", () => box.open && box.children.length === 1 && box.append(...inside(finding, excerpts, sources)), { once: true });
  return box;
}

/** Where a baseline takes something from: rows by source, each source with its title. */
function cited(citation, sources) {
  const rows = new Map();
  for (const each of citation) {
    const [source, ...row] = each.split(":");
    rows.set(source, [...(rows.get(source) ?? []), row.join(":")].filter(Boolean));
  }
  return [...rows].map(([source, places]) => el("div", {}, [source, ...(places.length ? [` ${places.join(", ")}`] : [])].join(""), sources.has(source) ? el("small", {}, ` ${sources.get(source)}`) : ""));
}

function inside(finding, excerpts, sources) {
  const rows = [
    ["Rule", [finding.device, finding.rule].filter(Boolean).join(" ")],
    ["Lines", excerpt(finding.origin, excerpts)],
    ["Example packet", finding.example?.text],
    ["Packets", finding.packets],
    ["Why it matters", finding.why],
    ["What to do", finding.remedy],
    ["To paste", finding.commands.length ? el("pre", { tabindex: "0", role: "region", "aria-label": "Commands to paste" }, finding.commands.join("\n")) : ""],
    ["Certain?", finding.confidence === "certain" ? "" : `Only possible. It depends on: ${finding.uncertain.join("; ")}`],
    ["Source", cited(finding.citation, sources)],
    ["Guides", finding.guides.join(", ")],
    ...finding.related.map((each) => ["See also", [`${each.device} ${each.rule}: ${each.text}`, excerpt(each.origin, excerpts)]]),
  ];
  const shown = rows.filter(([, value]) => value && value.length !== 0);
  return [el("dl", {}, shown.flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]))];
}

function excerpt(origin, excerpts) {
  if (!origin) return null;
  const lines = excerpts[`${origin.file}:${origin.first_line ?? 0}-${origin.last_line ?? 0}`];
  const title = `${origin.file}, ${origin.first_line ? `line ${origin.first_line}` : origin.name}`;
  if (!lines) return title;
  const text = lines.map(([number, line]) => `${String(number).padStart(6)}  ${line}`).join("\n");
  const rest = origin.last_line > lines.at(-1)[0] ? `\n        … to line ${origin.last_line}` : "";
  return el("figure", {}, el("figcaption", {}, title), el("pre", { tabindex: "0", role: "region", "aria-label": `Lines of ${title}` }, text + rest));
}
