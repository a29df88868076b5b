// The review of one audit, from the verdict down to the downloads.

import { request } from "./api.js";
import { compareSection } from "./compare.js";
import { badge, el, save, section, table } from "./dom.js";
import { findingsSection } from "./findings.js";
import { matrixFigure } from "./matrix.js";
import { traceSection } from "./trace.js";
import { whoisSection } from "./whois.js";

const DOWNLOADS = [["xlsx", "Workbook"], ["html", "HTML page"], ["sarif", "SARIF"], ["json", "JSON"]];

// What needs attention first.
const STATES = ["missing", "partly", "not published", "cannot tell", "satisfied", "not observable", "not applicable"];

/** The nodes of a review. `actions` has forget, changed, failed and tooMuch. */
export function reviewNodes(audit, actions) {
  const { review } = audit;
  const parts = [
    verdict(audit, actions),
    reachable(review),
    findingsSection(review),
    ports(review.report),
    answers(review.report),
    traceSection(audit),
    compareSection(audit, actions.tooMuch),
    whoisSection(audit, actions.changed, actions.failed),
    gaps(review),
    sources(review.report),
  ].filter(Boolean);
  const links = parts.slice(1).map((part) => el("li", {}, el("a", { href: `#${part.id}` }, part.querySelector("h2").textContent)));
  return [parts[0], el("nav", { class: "contents", "aria-label": "Parts of the review" }, el("ul", {}, links)), ...parts.slice(1)];
}

function verdict(audit, actions) {
  const { verdict: said, report } = audit.review;
  const counts = Object.entries(said.counts).map(([level, number]) => [level, `${number} ${level}`]);
  if (said.settings) counts.push(["info", `${said.settings} ${said.settings === 1 ? "setting" : "settings"}`]);
  const until = new Date(Date.now() + audit.seconds_left * 1000).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  return el(
    "section",
    { id: "verdict", class: said.word, "aria-labelledby": "verdict-title" },
    el("h1", { id: "verdict-title", tabindex: "-1" }, said.text),
    el("p", { class: "counts" }, counts.flatMap(([level, text]) => [badge(level, text), " "])),
    said.ports ? el("p", {}, `Required ports: ${said.ports}.`) : null,
    el("p", {}, `Devices: ${report.devices.map((each) => each.name).join(", ")}. Baselines: ${report.rulesets.map((each) => each.title).join(", ")}.`),
    el(
      "p",
      { class: "actions" },
      DOWNLOADS.map(([ending, name]) => [el("button", { type: "button", "data-download": ending, onclick: () => download(audit, ending).catch(actions.failed) }, name), " "]).flat(),
      el("button", { type: "button", id: "forget", class: "grave", onclick: actions.forget }, "Forget now"),
    ),
    el("p", { class: "quiet" }, `Kept in memory until about ${until} unless you go on using it.`),
  );
}

async function download(audit, ending) {
  const response = await request("GET", `/audits/${audit.id}/findings.${ending}`);
  save(await response.blob(), `findings.${ending}`);
}

function answers(report) {
  if (!report.answers.length) return null;
  const entries = report.answers.flatMap((each) => [el("dt", {}, each.ask, " ", badge(each.state)), el("dd", {}, each.detail)]);
  return section("answers", "Questions answered", el("dl", { class: "answers" }, entries));
}

function reachable(review) {
  const { exposures } = review.report;
  const head = ["From", "Server", "Services", "Published as", "Confidence", "Device", "Rules", "Documented by"];
  const rows = exposures.map((row) => [
    row.zone, row.server || row.destination, row.services, row.published_as, row.confidence, row.device, row.rules.join(", "), row.documented,
  ]);
  if (!rows.length) return section("reachable", "What is reachable", el("p", {}, "Nothing that these exports show."));
  const as_table = el("details", {}, el("summary", {}, `As a table (${rows.length})`), table("What is reachable", head, rows));
  return section("reachable", "What is reachable", matrixFigure(review.matrix), as_table);
}

function ports(report) {
  const rows = report.coverage
    .filter((row) => row.level === "required")
    .sort((one, other) => STATES.indexOf(one.state) - STATES.indexOf(other.state))
    .map((row) => [
      badge(row.state),
      [row.title, el("small", {}, ` ${row.citation.join(", ")}`)],
      `${row.source} → ${row.destination}`,
      [row.service, row.published_as ? el("small", {}, ` published as ${row.published_as}`) : ""],
      row.rules.length ? row.rules.join(", ") : row.device,
      row.missing || row.question,
    ]);
  const head = ["State", "What for", "From and to", "Service", "Decided by", "Missing, or to be answered"];
  return section("ports", "Required ports", rows.length ? table("Required ports", head, rows) : el("p", {}, "The baselines ask for none here."));
}

function gaps(review) {
  const all = [...review.report.gaps].sort((one, other) => other.hides_access - one.hides_access);
  const rows = all.map((gap) => [
    `${gap.origin.file}${gap.origin.first_line ? `:${gap.origin.first_line}` : ""}`, gap.what, `${gap.path} ${gap.keyword}`, gap.hides_access ? badge("yes") : "no",
  ]);
  const skipped = review.skipped.map((each) => el("li", {}, `${each.name}: ${each.reason}`));
  return section(
    "gaps",
    "Not understood",
    rows.length ? table("Not understood", ["Where", "What", "Path", "May hide access"], rows) : el("p", {}, "Nothing: every line was read or is known not to matter."),
    skipped.length ? el("p", {}, "Left out of the archives:") : null,
    skipped.length ? el("ul", {}, skipped) : null,
  );
}

function sources(report) {
  const rows = report.devices.flatMap((device) =>
    device.sources.map((source) => [device.name, source.name, source.format, ...lines(source), source.sha256]),
  );
  const titles = ["Device", "File", "Format", "Lines", "Read", "Irrelevant", "Not understood", "SHA-256"];
  return section("sources", "Files", table("Files", titles, rows));
}

function lines(source) {
  const { total, read, irrelevant, not_understood: open } = source.lines;
  return [total, read, irrelevant, open].map(String);
}
