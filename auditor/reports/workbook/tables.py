"""The tables of the workbook as pandas frames, one function a sheet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from auditor.findings.finding import Finding
from auditor.findings.result import AuditResult, CoverageState, FlowCoverage
from auditor.reports.verdict import STATES
from auditor.reports.workbook.sheet import Column, Table
from parsers.model.origin import Origin

if TYPE_CHECKING:
    from pandas import DataFrame

Cell = str | int


def ordered(result: AuditResult) -> tuple[Finding, ...]:
    """The findings as the workbook numbers them: worst first, otherwise in the order of the audit."""
    return tuple(sorted(result.findings, key=lambda finding: -finding.severity))


def finding_label(number: int) -> str:
    """The name of a finding within one workbook; `number` counts from 1."""
    return f"F{number:03d}"


FINDINGS = (
    Column("#", 7),
    Column("Severity", 10, coloured=True),
    Column("Finding", 62),
    Column("Firewall", 16),
    Column("Rule", 24),
    Column("Packet that proves it", 46),
    Column("What to do", 52),
    Column("Also seen in", 40),
    Column("Confidence", 11),
    Column("Check", 9),
    Column("Title", 26),
    Column("Baseline flow", 18),
    Column("Packets", 40),
    Column("Depends on", 30),
    Column("Source", 18),
    Column("Guide ids", 30),
    Column("File", 28),
    Column("Line", 8),
    Column("Fingerprint", 19),
)


def findings_table(result: AuditResult, rule_rows: Mapping[Origin, int]) -> Table:
    """One row a finding; its rule links to the row of the sheet Rules."""
    findings = ordered(result)
    frame = _frame(
        FINDINGS,
        (
            (
                finding_label(number),
                finding.severity.word,
                finding.message,
                finding.device,
                finding.rule,
                finding.example.text if finding.example else "",
                finding.remedy,
                "\n".join(f"{each.device} {each.rule}: {each.text}" for each in finding.related),
                finding.confidence.value,
                finding.check,
                finding.title,
                finding.flow,
                finding.packets,
                "\n".join(finding.uncertain),
                ", ".join(finding.citation),
                "\n".join(finding.guides),
                finding.origin.file if finding.origin else "",
                _line(finding.origin),
                finding.fingerprint,
            )
            for number, finding in enumerate(findings, start=1)
        ),
    )
    links = [rule_link(finding.origin, rule_rows) for finding in findings]
    return Table("Findings", FINDINGS, frame, {"Rule": links}, "No findings.", printed=8)


def rule_link(origin: Origin | None, rule_rows: Mapping[Origin, int]) -> str:
    """The place of a rule in the workbook, "" when the origin is not a rule's."""
    row = rule_rows.get(origin) if origin else None
    return f"Rules!A{row}" if row else ""


PORTS = (
    Column("State", 15, coloured=True),
    Column("Level", 12),
    Column("Flow", 20),
    Column("What for", 44),
    Column("From", 22),
    Column("To", 26),
    Column("Service", 26),
    Column("Firewall", 16),
    Column("Opened by", 28),
    Column("Missing", 40),
    Column("Published as", 22),
    Column("Question to answer", 44),
    Column("Baseline", 20),
    Column("Source", 18),
    Column("Example packet", 46),
)
_OPTIONAL = {
    CoverageState.SATISFIED: "open",
    CoverageState.PARTLY: "partly open",
    CoverageState.MISSING: "not open",
    CoverageState.NOT_PUBLISHED: "not open",
}
"""What a state means where nothing is required: no alarm."""


def ports_table(result: AuditResult, rule_names: Mapping[str, int]) -> Table:
    """One row a baseline flow and pair of servers: required ones first, and what needs attention first."""
    levels = ("required", "permitted", "informational")

    def urgency(row: FlowCoverage) -> tuple[int, int]:
        return (levels.index(row.level) if row.level in levels else len(levels), STATES.index(row.state))

    rows = sorted(result.coverage, key=urgency)
    frame = _frame(
        PORTS,
        (
            (
                row.state.value if row.level == "required" else _OPTIONAL.get(row.state, row.state.value),
                row.level,
                row.flow,
                row.title,
                row.source,
                row.destination,
                row.service,
                row.device,
                ", ".join(row.rules),
                row.missing if row.level == "required" else "",
                row.published_as,
                row.question,
                row.ruleset,
                ", ".join(row.citation),
                row.example.text if row.example else "",
            )
            for row in rows
        ),
    )
    links = [_first_rule(row.device, row.rules, rule_names) for row in rows]
    return Table("Required ports", PORTS, frame, {"Opened by": links}, "No baseline was applied.", printed=12)


EXPOSURE = (
    Column("From", 16),
    Column("Server", 28),
    Column("Destination", 24),
    Column("Services", 34),
    Column("Published as", 26),
    Column("Documented", 16, coloured=True),
    Column("Asked for by", 30),
    Column("Confidence", 12),
    Column("Firewall", 16),
    Column("Rules", 26),
    Column("Example packet", 48),
)


def exposure_table(result: AuditResult, rule_names: Mapping[str, int]) -> Table:
    """One row a destination and what a zone reaches there, undocumented openings first."""
    rows = sorted(result.exposures, key=lambda row: bool(row.documented))
    frame = _frame(
        EXPOSURE,
        (
            (
                row.zone,
                row.server,
                row.destination,
                row.services,
                row.published_as,
                "documented" if row.documented else "undocumented",
                row.documented,
                row.confidence,
                row.device,
                ", ".join(row.rules),
                row.example.text if row.example else "",
            )
            for row in rows
        ),
    )
    links = [_first_rule(row.device, row.rules, rule_names) for row in rows]
    return Table("Exposure", EXPOSURE, frame, {"Rules": links}, "Nothing is reachable from an untrusted zone.")


def _first_rule(device: str, rules: Sequence[str], rule_names: Mapping[str, int]) -> str:
    """Links need one target a cell: the first rule named, as "device id" or as an id of the row's device."""
    for rule in rules:
        row = rule_names.get(rule) or rule_names.get(f"{device} {rule}")
        if row:
            return f"Rules!A{row}"
    return ""


GAPS = (
    Column("Could hide access", 12, coloured=True),
    Column("What", 90),
    Column("Where", 40),
    Column("Word", 24),
    Column("File", 34),
    Column("Line", 8),
)


def gaps_table(result: AuditResult) -> Table:
    """One row a place of an export that was not fully understood, the dangerous ones first."""
    rows = sorted(result.gaps, key=lambda gap: not gap.hides_access)
    frame = _frame(
        GAPS,
        (
            (
                "yes" if gap.hides_access else "no",
                gap.what,
                gap.path,
                gap.keyword,
                gap.origin.file,
                _line(gap.origin),
            )
            for gap in rows
        ),
    )
    return Table("Gaps", GAPS, frame, empty="Everything in the exports was understood or is known to be irrelevant.")


SOURCES = (
    Column("Firewall", 20),
    Column("Product", 26),
    Column("File", 44),
    Column("Format", 34),
    Column("Encoding", 12),
    Column("Lines", 10),
    Column("Read", 10),
    Column("Irrelevant", 11),
    Column("Not understood", 15),
    Column("SHA-256", 68),
    Column("Assumed", 60),
)


def sources_table(result: AuditResult) -> Table:
    """One row an input file of a firewall: what was read, line by line accounted for."""
    frame = _frame(
        SOURCES,
        (
            (
                device.name,
                f"{device.product} {device.version}".strip(),
                source.name,
                source.format,
                source.encoding,
                source.ledger.total,
                source.ledger.read,
                source.ledger.irrelevant,
                source.ledger.not_understood,
                source.sha256,
                "\n".join(device.assumptions),
            )
            for device in result.devices
            for source in device.sources
        ),
    )
    return Table("Sources", SOURCES, frame, empty="No file was read.")


CHECKS = (
    Column("Check", 10),
    Column("Title", 40),
    Column("Severity", 10, coloured=True),
    Column("Findings", 10),
    Column("What it finds, why it matters, what to do", 120),
)


def checks_table(result: AuditResult) -> Table:
    """The legend: one row a check that ran or could not run, with its page and how much it found."""
    import pandas as pd

    found = pd.Series([finding.check for finding in result.findings], dtype=str).value_counts()
    ran = [
        (check.id, check.title, check.severity, int(found.get(check.id, 0)), check.docs.strip())
        for check in result.checks
    ]
    skipped = [(each.check, "could not run", "", 0, each.reason) for each in result.checks_skipped]
    return Table("Checks", CHECKS, _frame(CHECKS, [*ran, *skipped]), empty="No check ran.")


def _frame(columns: tuple[Column, ...], rows: Iterable[tuple[Cell, ...]]) -> DataFrame:
    import pandas as pd

    # Without dtype=object pandas would turn integers with gaps into floats and texts into missing values.
    return pd.DataFrame(list(rows), columns=[column.title for column in columns], dtype=object)


def _line(origin: Origin | None) -> Cell:
    return origin.first_line if origin and origin.first_line else ""
