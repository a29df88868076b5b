"""The sections of the page beside the findings: what is reachable, required ports, answers, gaps, sources."""

from __future__ import annotations

from auditor.findings.finding import Severity
from auditor.findings.hardening import HardeningState
from auditor.findings.result import AuditResult, FlowCoverage
from auditor.reports.flows import QUIET
from auditor.reports.html.markup import bullets, section, table, text
from auditor.reports.matrix import exposure_matrix, matrix_svg
from auditor.reports.verdict import any_server, required

MOST_ROWS = 500
"""Rows of required ports and hardening items up to which all are shown: a browser takes half a minute for thousands."""


def matrix_section(result: AuditResult) -> str:
    """The exposure matrix as a picture, "" when nothing is exposed."""
    matrix = exposure_matrix(result)
    if not matrix.rows:
        return ""
    more = f"<p>{matrix.left_out} further services are in the table of exposures.</p>" if matrix.left_out else ""
    legend = "".join(
        f'<span><i class="cell {state}"></i> {state}</span>' for state in ("documented", "possible", "undocumented")
    )
    body = f"<div class='scroll'>{matrix_svg(matrix)}</div><p class='legend'>{legend}</p>{more}"
    return section("What is reachable", body, "matrix")


def ports_section(result: AuditResult) -> str:
    """Required flows, what needs attention first; of a fleet those that say something."""
    flows = required(result)
    shown = flows if len(flows) <= MOST_ROWS else tuple(row for row in flows if _tells(row))
    rows = (
        (
            row.state.value,
            row.title,
            row.source,
            row.destination,
            row.service,
            row.device,
            ", ".join(row.rules),
            row.published_as,
            row.missing or row.question,
            ", ".join(row.citation),
        )
        for row in shown
    )
    head = (
        "State", "Flow", "From", "To", "Service", "Firewall", "Rules", "Published as", "Missing / question", "Source",
    )  # fmt: skip
    body = table(head, rows, 0) or ("" if flows else "<p>No baseline asks for any.</p>")
    return section(
        "Required ports",
        body + _elsewhere(len(flows) - len(shown), "flows do not apply or wait for an answer"),
        "ports",
    )


def _tells(row: FlowCoverage) -> bool:
    """Is it about servers that are here? A flow without one is a question of the site file."""
    return row.state not in QUIET and any_server([row])


def _elsewhere(number: int, what: str) -> str:
    return f"<p>{number:,} further {what}: the workbook and the JSON report hold them.</p>" if number else ""


def answers_section(result: AuditResult) -> str:
    """The baselines' questions, answered for this network."""
    rows = ((each.state, each.ask, each.detail, ", ".join(each.citation)) for each in result.answers)
    body = table(("State", "Question", "Answer", "Source"), rows, 0)
    return section("Questions", body, "questions") if body else ""


def exposures_section(result: AuditResult) -> str:
    """What untrusted zones reach, undocumented openings first."""
    rows = (
        (
            row.zone,
            row.server or row.destination,
            row.services,
            row.published_as,
            row.confidence,
            row.device,
            ", ".join(row.rules),
            row.documented,
        )
        for row in sorted(result.exposures, key=lambda row: bool(row.documented))
    )
    head = ("From", "Server", "Services", "Published as", "Confidence", "Firewall", "Rules", "Documented by")
    nothing = "<p>Nothing is reachable from an untrusted zone.</p>"
    return section("Exposure", table(head, rows) or nothing, "exposure")


def logins_section(result: AuditResult) -> str:
    """Who reaches the logins and servers of the firewalls themselves."""
    rows = (
        (
            row.device,
            row.interface,
            row.service,
            row.port,
            row.address,
            row.who,
            row.perhaps,
            row.confidence,
            row.limits,
        )
        for row in result.logins
    )
    head = (
        "Firewall",
        "Comes in by",
        "Service",
        "Port",
        "At address",
        "Answers",
        "Perhaps also",
        "Confidence",
        "Because",
    )
    body = table(head, rows)
    return section("Logins of the firewalls", body, "logins") if body else ""


def hardening_section(result: AuditResult) -> str:
    """Items of hardening guides that are not met or not decidable, worst first; the others are counted."""
    if not result.hardening:
        return ""
    unmet = [item for item in result.hardening if item.state in _UNMET]
    many = len(unmet) > MOST_ROWS
    items = [item for item in unmet if item.state is HardeningState.FAILED or not many]
    items.sort(key=lambda item: (_UNMET.index(item.state), -Severity.parse(item.severity)))
    rows = (
        (
            item.state.value,
            item.severity,
            item.device,
            item.title,
            item.setting,
            item.expected,
            item.found,
            item.remedy,
            "; ".join(guide.text for guide in item.guides),
        )
        for item in items
    )
    head = ("State", "Severity", "Firewall", "Asked for", "Setting", "Expected", "Found", "What to do", "Guides")
    rest = f"<p>{len(result.hardening) - len(unmet):,} further items are met or do not apply.</p>"
    rest += _elsewhere(len(unmet) - len(items), "items cannot be settled by an export")
    guides = bullets(f"{used.title} {used.version}".strip() for used in result.benchmarks)
    listed = f"<details><summary>Guides</summary>{guides}</details>" if guides else ""
    return section("Hardening", table(head, rows, 0) + rest + listed, "hardening")


_UNMET = (HardeningState.FAILED, HardeningState.NOT_DECIDABLE)


def gaps_section(result: AuditResult) -> str:
    """What was not understood, the dangerous places first."""
    ordered = sorted(result.gaps, key=lambda gap: not gap.hides_access)
    rows = ((gap.origin.text, gap.path, gap.keyword, "yes" if gap.hides_access else "no", gap.what) for gap in ordered)
    body = table(("Where", "Path", "Keyword", "May hide access", "What"), rows)
    return section("Not understood", body or "<p>Nothing.</p>", "gaps")


def waived_section(result: AuditResult) -> str:
    """What somebody accepted."""
    rows = (
        (finding.severity.word, finding.check, finding.device, finding.rule, finding.message, reason)
        for finding, reason in result.waived
    )
    body = table(("Severity", "Check", "Firewall", "Rule", "Finding", "Waived by"), rows, 0)
    return section("Waived", body, "waived") if body else ""


def past_section(result: AuditResult) -> str:
    """What the last workbook listed and this audit does not."""
    past = result.follow_up.past if result.follow_up else ()
    rows = (
        (
            each.status.value,
            each.decision.check,
            each.decision.device,
            each.decision.rule,
            each.decision.message,
            each.reason,
        )
        for each in past
    )
    body = table(("Now", "Check", "Firewall", "Rule", "Finding", "Why"), rows, 0)
    return section("Earlier findings", body, "earlier") if body else ""


def checks_section(result: AuditResult) -> str:
    """The pages of the checks that found something."""
    used = {finding.check for finding in result.findings}
    pages = "".join(
        f"<details><summary><b>{text(check.id)}</b> {text(check.title)}</summary>"
        f"<pre>{text(check.docs)}</pre></details>"
        for check in result.checks
        if check.id in used
    )
    return section("The checks", pages, "checks") if pages else ""


def sources_section(result: AuditResult) -> str:
    """Every input file with its hash and what was read of it."""
    rows = (
        (
            device.name,
            source.name,
            source.format,
            source.sha256,
            f"{source.ledger.total}",
            f"{source.ledger.read}",
            f"{source.ledger.irrelevant}",
            f"{source.ledger.not_understood}",
        )
        for device in result.devices
        for source in device.sources
    )
    head = ("Firewall", "File", "Format", "SHA-256", "Lines", "Read", "Irrelevant", "Not understood")
    return section("Sources", table(head, rows) or "<p>None.</p>", "sources")
