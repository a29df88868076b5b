"""The findings of the page: one box each, worst first, closed until somebody opens it."""

from __future__ import annotations

from auditor.findings.decisions import FollowUp
from auditor.findings.finding import Finding
from auditor.findings.result import AuditResult
from auditor.reports.html.markup import badge, section, text
from auditor.reports.verdict import SEVERITIES, rule_findings


def findings_section(result: AuditResult) -> str:
    """Search field, severity filter and the findings; what fails of hardening guides is in a table of its own."""
    kept = rule_findings(result) if result.hardening else result.findings
    ordered = sorted(kept, key=lambda finding: -finding.severity)
    boxes = "".join(_box(finding, result.follow_up) for finding in ordered)
    levels = "".join(f'<option value="{level.word}">{level.word}</option>' for level in SEVERITIES)
    filters = (
        "<form class='filter' role='search'><label>Search <input type='search' id='search' autocomplete='off'></label>"
        f"<label>Severity <select id='severity'><option value=''>all</option>{levels}</select></label>"
        "<button type='button' id='open'>Open all</button><output id='shown'></output></form>"
    )
    body = f"{filters}<div id='findings'>{boxes}</div>" if boxes else "<p>None.</p>"
    return section("Findings", body, "list")


def _box(finding: Finding, follow_up: FollowUp | None) -> str:
    place = finding.origin.text if finding.origin else ""
    rows = [
        ("Firewall", finding.device),
        ("Rule", finding.rule),
        ("Where", place),
        ("Packets", finding.packets),
        ("Example packet", finding.example.text if finding.example else ""),
        ("Why it matters", finding.why),
        ("What to do", finding.remedy),
        ("To paste", "\n".join(finding.commands)),
        ("Confidence", "; ".join((finding.confidence.value, *finding.uncertain))),
        ("Source", ", ".join(finding.citation)),
        ("Guides", ", ".join(finding.guides)),
        ("Also", "\n".join(f"{each.device} {each.rule}: {each.text}" for each in finding.related)),
        ("Decision", _decision(finding, follow_up)),
        ("Fingerprint", finding.fingerprint),
    ]
    details = "".join(f"<dt>{name}</dt><dd>{text(value)}</dd>" for name, value in rows if value)
    severity, status = finding.severity.word, follow_up.statuses[finding.fingerprint].value if follow_up else ""
    return (
        f'<details class="finding {severity}" data-severity="{severity}" id="f-{finding.fingerprint}"><summary>'
        f"{badge(severity)} {badge(status)} <b>{text(finding.check)}</b> {text(finding.message)} "
        f"<small>{text(place)}</small></summary><dl>{details}</dl></details>"
    )


def _decision(finding: Finding, follow_up: FollowUp | None) -> str:
    decision = follow_up.decisions.get(finding.fingerprint) if follow_up else None
    if decision is None:
        return ""
    due = decision.due.isoformat() if decision.due else ""
    return ", ".join(part for part in (decision.decision, decision.owner, due, decision.comment) if part)
