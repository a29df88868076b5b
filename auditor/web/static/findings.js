// The findings: filtered by severity, device and text; each opens to its rule, lines, packet, source and remedy.

import { badge, el, say, section } from "./dom.js";

const LEVELS = ["critical", "high", "medium", "low", "info"];
const AT_ONCE = 100;

export function findingsSection(review) {
  const all = review.report.findings.map((finding) => ({ finding, text: JSON.stringify(finding).toLowerCase() }));
  const list = el("div", { id: "findings-list" });
  const shown = el("output", { for: "severity device text", id: "shown" });
  const severity = choice("severity", "Severity", LEVELS.filter((level) => all.some(({ finding }) => finding.severity === level)));
  const device = choice("device", "Device", review.report.devices.map((each) => each.name));
  const text = el("input", { id: "text", type: "search" });
  let most = AT_ONCE;

  const draw = () => {
    const word = text.value.trim().toLowerCase();
    const fitting = all.filter(
      ({ finding, text: words }) =>
        (!severity.value || finding.severity === severity.value) &&
        (!device.value || finding.device === device.value) &&
        words.includes(word),
    );
    list.replaceChildren(...fitting.slice(0, most).map(({ finding }) => card(finding, review.excerpts)));
    if (fitting.length > most) {
      const more = () => { most += AT_ONCE; draw(); };
      list.append(el("button", { type: "button", onclick: more }, `Show ${fitting.length - most} more`));
    }
    if (!fitting.length) list.append(el("p", {}, all.length ? "No finding fits this filter." : "No findings."));
    shown.textContent = `${fitting.length} of ${all.length}`;
    return fitting.length;
  };
  const filter = () => { most = AT_ONCE; say(`${draw()} findings shown`); };
  for (const control of [severity, device]) control.addEventListener("change", filter);
  text.addEventListener("input", filter);
  draw();
  const form = el(
    "form",
    { class: "filter", role: "search", "aria-label": "Filter the findings", onsubmit: (event) => event.preventDefault() },
    el("label", {}, "Severity ", severity),
    el("label", {}, "Device ", device),
    el("label", {}, "Text ", text),
    shown,
  );
  return section("findings", "Findings", form, list);
}

function choice(id, name, words) {
  return el("select", { id, "aria-label": name }, el("option", { value: "" }, "all"), words.map((word) => el("option", { value: word }, word)));
}

function card(finding, excerpts) {
  const place = finding.origin ? `${finding.origin.file}:${finding.origin.first_line ?? finding.origin.name}` : "";
  const head = el("summary", {}, badge(finding.severity), " ", finding.message, " ", el("small", {}, `${finding.check} ${finding.device} ${place}`));
  // The inside is drawn when it is opened: hundreds of closed findings stay cheap.
  const box = el("details", { class: `finding ${finding.severity}` }, head);
  box.addEventListener("toggle", () => box.open && box.children.length === 1 && box.append(...inside(finding, excerpts)), { once: true });
  return box;
}

function inside(finding, excerpts) {
  const rows = [
    ["Rule", [finding.device, finding.rule].filter(Boolean).join(" ")],
    ["Lines", excerpt(finding.origin, excerpts)],
    ["Example packet", finding.example?.text],
    ["Packets", finding.packets],
    ["Why it matters", finding.why],
    ["What to do", finding.remedy],
    ["Certain?", finding.confidence === "certain" ? "" : `Only possible. It depends on: ${finding.uncertain.join("; ")}`],
    ["Source", finding.citation.join(", ")],
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
