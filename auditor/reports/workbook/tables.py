"""The tables about the network: required ports, exposure, hardening, and what was not understood."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from auditor.findings.finding import Severity
from auditor.findings.hardening import HardeningState
from auditor.findings.result import AuditResult, CoverageState, FlowCoverage
from auditor.reports.matrix import exposure_matrix
from auditor.reports.verdict import STATES
from auditor.reports.workbook.findings import line_of, rule_link
from auditor.reports.workbook.sheet import Column, Table, frame_of, place
from parsers.model.origin import Origin

PORTS = (
    Column("State", 16, coloured=True),
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
    CoverageState.SATISFIED: "open as permitted",
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
    frame = frame_of(
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
    links = {"Opened by": [_first_rule(row.device, row.rules, rule_names) for row in rows]}
    about = "Every flow of the baselines for every pair of servers: open, or what exactly is missing."
    return Table("Required ports", PORTS, frame, links, "No baseline was applied.", printed=12, about=about)


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
    frame = frame_of(
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
    links = {"Rules": [_first_rule(row.device, row.rules, rule_names) for row in rows]}
    about = "What untrusted zones reach, one row an opening, with the rules that open it."
    return Table("Exposure", EXPOSURE, frame, links, NOTHING_EXPOSED, about=about)


LOGINS = (
    Column("Firewall", 16),
    Column("Comes in by", 22),
    Column("Zone", 16),
    Column("Service", 18),
    Column("Port", 20),
    Column("At address", 26),
    Column("Answers", 34),
    Column("Perhaps also", 26),
    Column("Confidence", 12),
    Column("Because", 60),
    Column("Line", 26),
)


def logins_table(result: AuditResult) -> Table:
    """One row a login or server of a firewall itself: who reaches it, from where, and what decides."""
    frame = frame_of(
        LOGINS,
        (
            (
                row.device,
                row.interface,
                row.zone,
                row.service,
                row.port,
                row.address,
                row.who,
                row.perhaps,
                row.confidence,
                row.limits,
                row.origin.text,
            )
            for row in result.logins
        ),
    )
    about = "Logins and servers of the firewalls themselves: who reaches which, from where."
    return Table("Logins", LOGINS, frame, {}, "Nothing answers.", about=about)


NOTHING_EXPOSED = "Nothing is reachable from an untrusted zone."
MOST_SERVICES = 120
"""Columns of the matrix on paper and screen; what is beyond them is in the sheet Exposure."""


_OPEN_WORDS = {"documented": "needed", "possible": "maybe", "undocumented": "open", "": ""}
"""Short words for narrow columns."""


def matrix_table(result: AuditResult) -> Table:
    """Zones and servers by service: which cell is open, and whether a baseline asks for it."""
    matrix = exposure_matrix(result, MOST_SERVICES)
    columns = (
        Column("From", 16),
        Column("Server", 34),
        *(Column(service, 7.5, coloured=True, upright=True) for service in matrix.columns),
    )
    rows = [
        (zone, server, *(_OPEN_WORDS[state] for state in cells))
        for (zone, server), cells in zip(matrix.rows, matrix.cells, strict=True)
    ]
    about = "The same as a picture: zones and servers by service."
    if matrix.left_out:
        about += f" {matrix.left_out} rarer services are only in the sheet Exposure."
    return Table("Exposure matrix", columns, frame_of(columns, rows), {}, NOTHING_EXPOSED, about=about)


def _first_rule(device: str, rules: Sequence[str], rule_names: Mapping[str, int]) -> str:
    """Links need one target a cell: the first rule named, as "device id" or as an id of the row's device."""
    for rule in rules:
        for name in (rule, f"{device} {rule}"):
            if name in rule_names:
                return place("Rules", rule_names[name])
    return ""


HARDENING = (
    Column("State", 14, coloured=True),
    Column("Severity", 9, coloured=True),
    Column("Firewall", 16),
    Column("Item", 24),
    Column("Asked for", 40),
    Column("Setting", 34),
    Column("Expected", 24),
    Column("Found", 24),
    Column("Why", 40),
    Column("What to do", 44),
    Column("Guides", 44),
    Column("By group policy", 12),
    Column("Shown by", 36),
    Column("File", 28),
    Column("Line", 8),
)


def hardening_table(result: AuditResult) -> Table:
    """One row a benchmark item and firewall, whatever its state: failed ones first, worst first."""
    order = list(HardeningState)
    rows = sorted(result.hardening, key=lambda item: (order.index(item.state), -Severity.parse(item.severity)))
    frame = frame_of(
        HARDENING,
        (
            (
                item.state.value,
                item.severity,
                item.device,
                item.id,
                item.title,
                item.setting,
                item.expected,
                item.found,
                item.reason,
                item.remedy,
                "\n".join(guide.text for guide in item.guides),
                item.enforced,
                item.evidence,
                item.origin.file if item.origin else "",
                line_of(item.origin),
            )
            for item in rows
        ),
    )
    about = "Every item of the hardening guides, met or not, with the line that shows it."
    return Table("Hardening", HARDENING, frame, {}, "No hardening guide was evaluated.", printed=10, about=about)


GAPS = (
    Column("Could hide access", 12, coloured=True),
    Column("What", 90),
    Column("Where", 40),
    Column("Word", 24),
    Column("File", 34),
    Column("Line", 8),
)


def gaps_table(result: AuditResult, rule_rows: Mapping[Origin, int]) -> Table:
    """One row a place of an export that was not fully understood, the dangerous ones first."""
    rows = sorted(result.gaps, key=lambda gap: not gap.hides_access)
    frame = frame_of(
        GAPS,
        (
            ("yes" if gap.hides_access else "no", gap.what, gap.path, gap.keyword, gap.origin.file, line_of(gap.origin))
            for gap in rows
        ),
    )
    links = {"Where": [rule_link(gap.origin, rule_rows) for gap in rows]}
    empty = "Everything in the exports was understood or is known to be irrelevant."
    about = "Places of the exports that were not fully understood, and whether an opening could hide there."
    return Table("Not understood", GAPS, frame, links, empty, about=about)
