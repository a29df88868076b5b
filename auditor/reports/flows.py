"""Required flows as few lines: what settles each, and which have the same answer."""

from __future__ import annotations

from collections.abc import Iterable

from auditor.findings.result import CoverageState, FlowCoverage

QUIET = (CoverageState.NOT_APPLICABLE, CoverageState.NOT_OBSERVABLE)
"""States that need no line of their own."""
MOST_RULES = 4
LONGEST_DETAIL = 240
"""Characters of one cell of the required ports; --all shows everything."""

Alike = tuple[CoverageState, str, str, str, str]


def alike(rows: Iterable[FlowCoverage], every: bool) -> dict[Alike, list[str]]:
    """Flows that ask for the same packets and have the same answer are one line, and so are those of one question."""
    found: dict[Alike, list[str]] = {}
    for row in rows:
        if row.state in QUIET and not every:
            continue
        detail = port_detail(row)
        if not every and len(detail) > LONGEST_DETAIL:
            detail = f"{detail[:LONGEST_DETAIL].rsplit(' ', 1)[0]} ..."
        asked = row.state is CoverageState.CANNOT_TELL
        ends = ("", "", "") if asked else (row.source, row.destination, row.service)
        flows = found.setdefault((row.state, *ends, detail), [])
        if row.flow not in flows:
            flows.append(row.flow)
    return found


def port_detail(row: FlowCoverage) -> str:
    """What settles a flow: the deciding rules and the published address, or what is missing, or the open question."""
    rules = ", ".join(row.rules[:MOST_RULES])
    if len(row.rules) > MOST_RULES:
        rules += f" and {len(row.rules) - MOST_RULES} more rules"
    satisfied = row.state is CoverageState.SATISFIED
    by = f"{'by' if satisfied else 'let through by'} {rules}" if rules else ""
    if satisfied and not rules and row.device:
        by = f"nothing on {row.device} stops it"
    published = f"published as {row.published_as}" if row.published_as else ""
    missing = f"missing {row.missing}" if row.missing else ""
    if row.state is CoverageState.CANNOT_TELL and row.question:
        return row.question
    return "; ".join(part for part in (missing, by, published, row.question) if part)
