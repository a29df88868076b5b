// The trace box: one question about one packet, answered from the uploaded files.

import { json } from "./api.js";
import { badge, el, say, section } from "./dom.js";

export function traceSection(audit) {
  const question = el("input", { id: "question", autocomplete: "off", required: true, placeholder: "can 203.0.113.7 reach 10.0.10.31 on tcp/135?" });
  const answer = el("div", { id: "answer", "aria-live": "polite" });
  const ask = async (event) => {
    event.preventDefault();
    answer.replaceChildren(el("p", {}, "Following the packet …"));
    try {
      const found = await json("POST", `/audits/${audit.id}/trace`, { question: question.value });
      answer.replaceChildren(...shown(found));
    } catch (problem) {
      answer.replaceChildren(el("p", { class: "trouble" }, problem.message));
    }
  };
  const from = audit.review.origins.slice(0, 40).join(", ");
  return section(
    "trace",
    "Ask about a packet",
    el(
      "form",
      { class: "ask", onsubmit: ask },
      el("label", { for: "question" }, "Can … reach … on …?"),
      question,
      el("button", { type: "submit" }, "Ask"),
    ),
    el("p", { class: "quiet" }, `From an address, or from one of: ${from}.`),
    answer,
  );
}

function shown(found) {
  say(`The answer is ${found.verdict}`);
  const { asked } = found;
  const who = asked.source ? `${asked.source} (${asked.from})` : asked.from;
  return [
    el("p", {}, badge(found.verdict), ` ${who} → ${asked.to} ${asked.port}`),
    found.hops.length ? el("ol", {}, found.hops.map(hop)) : null,
    found.reasons.length ? el("ul", {}, found.reasons.map((reason) => el("li", {}, `depends on: ${reason}`))) : null,
  ].filter(Boolean);
}

function hop(each) {
  const rule = each.rule ? `by rule ${each.rule}${each.rule_name && each.rule_name !== each.rule ? ` (${each.rule_name})` : ""}` : "";
  const candidates = !each.rule && each.candidates.length ? `may be decided by ${each.candidates.slice(0, 6).join(", ")}` : "";
  const place = each.file ? `${each.file}${each.line ? `:${each.line}` : ""}` : "";
  const translated = each.translation ? `translated by ${each.translation} to ${each.translated_to}` : "";
  const none = !rule && !candidates ? "no rule matches" : "";
  const words = [each.interfaces, rule || candidates || none, place, translated].filter(Boolean).join(", ");
  const near = each.near.map((rule) => `rule ${rule.rule}${rule.rule_name && rule.rule_name !== rule.rule ? ` (${rule.rule_name})` : ""}, ${rule.place}, would let it through, but ${rule.but}`);
  const beside = [...each.hints, ...near].map((text) => el("li", {}, text));
  return el("li", {}, el("strong", {}, each.device), ` ${each.stage}: `, badge(each.verdict), ` ${words}`, beside.length ? el("ul", {}, beside) : null);
}
