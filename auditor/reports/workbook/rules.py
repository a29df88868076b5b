"""The sheet Rules: every rule of every firewall in the neutral model, in order of evaluation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from auditor.findings.finding import Finding
from auditor.findings.result import AuditResult
from auditor.reports.text import one_line
from auditor.reports.workbook.findings import finding_label, ordered
from auditor.reports.workbook.ink import Value
from auditor.reports.workbook.sheet import Column, Table, frame_of, place
from parsers.model.addresses import AddressSet
from parsers.model.bounds import Bounded
from parsers.model.firewall import Firewall
from parsers.model.origin import Origin
from parsers.model.rule import Direction, Rule, RuleList, ScopeKind
from parsers.model.services import ServiceSet

COLUMNS = (
    Column("Firewall", 16),
    Column("List", 22),
    Column("Position", 9),
    Column("Rule", 22),
    Column("Name", 30),
    Column("Action", 9, coloured=True),
    Column("Enabled", 9),
    Column("In by", 18),
    Column("Out by", 18),
    Column("Source", 32),
    Column("Destination", 32),
    Column("Service", 28),
    Column("Findings", 18),
    Column("Source, resolved", 36),
    Column("Destination, resolved", 36),
    Column("Service, resolved", 36),
    Column("Conditions", 34),
    Column("Program", 34),
    Column("Not exactly known", 30),
    Column("Logged", 9),
    Column("Comment", 36),
    Column("File", 28),
    Column("Line", 8),
)


@dataclass(frozen=True, slots=True)
class RuleRows:
    """Where rules stand in the table, counted from 0: by their origin, and by "device id"."""

    by_origin: Mapping[Origin, int]
    by_name: Mapping[str, int]


def rule_rows(result: AuditResult) -> RuleRows:
    """The place of every rule in the table."""
    by_origin: dict[Origin, int] = {}
    by_name: dict[str, int] = {}
    for row, (device, _, _, rule) in enumerate(_all_rules(result)):
        by_origin.setdefault(rule.origin, row)
        by_name.setdefault(f"{device.name} {rule.id}", row)
    return RuleRows(by_origin, by_name)


def rules_table(result: AuditResult) -> Table:
    """One row a rule; the findings that name it link to the first of them."""
    findings = _findings_by_origin(ordered(result))
    rows: list[tuple[Value, ...]] = []
    links: list[str] = []
    for device, rules, position, rule in _all_rules(result):
        numbers = findings.get(rule.origin, [])
        rows.append(_row(device, rules, position, rule, numbers))
        links.append(place("Findings", numbers[0] - 1) if numbers else "")
    about = "Every rule of every firewall in one form, in order of evaluation, with the findings that name it."
    links_by_title = {"Findings": links}
    return Table("Rules", COLUMNS, frame_of(COLUMNS, rows), links_by_title, "No rules.", printed=13, about=about)


def _all_rules(result: AuditResult) -> Iterator[tuple[Firewall, RuleList, int, Rule]]:
    for device in result.devices:
        for rules in device.lists:
            for position, rule in enumerate(rules.rules, start=1):
                yield device, rules, position, rule


def _findings_by_origin(findings: tuple[Finding, ...]) -> dict[Origin, list[int]]:
    numbers: dict[Origin, list[int]] = {}
    for number, finding in enumerate(findings, start=1):
        places = [finding.origin, *(each.origin for each in finding.related)]
        for origin in dict.fromkeys(each for each in places if each is not None):
            numbers.setdefault(origin, []).append(number)
    return numbers


def _row(device: Firewall, rules: RuleList, position: int, rule: Rule, findings: list[int]) -> tuple[Value, ...]:
    written = rule.written
    return (
        device.name,
        rules.name,
        position,
        rule.id,
        rule.name,
        rule.action.value,
        "implicit" if rule.implicit else "yes" if rule.enabled else "no",
        _interfaces(written.ingress, rule.ingress),
        _interfaces(written.egress, rule.egress if rules.direction is Direction.FORWARD else frozenset()),
        ", ".join(written.source) or rule.source.possible.text(),
        ", ".join(written.destination) or _destination(rule),
        ", ".join(written.service) or rule.service.possible.text(),
        ", ".join(finding_label(number) for number in findings),
        _bounds(rule.source),
        _destination(rule),
        _bounds(rule.service),
        "\n".join(condition.text for condition in rule.conditions),
        _program(rule),
        "\n".join(rule.uncertain),
        "" if rule.logged is None else "yes" if rule.logged else "no",
        one_line(written.comment),
        rule.origin.file,
        rule.origin.first_line or "",
    )


def _interfaces(written: tuple[str, ...], names: frozenset[str] | None) -> str:
    return ", ".join(written) or ("any" if names is None else ", ".join(sorted(names)))


def _destination(rule: Rule) -> str:
    plain = _bounds(rule.destination) if rule.destination.possible else ""
    translated = [
        "anything translated" if name == "*" else f"translated by {name}" for name in sorted(rule.translations.possible)
    ]
    if rule.translated_destination.possible:
        translated.append(f"translated to {_bounds(rule.translated_destination)}")
    return "\n".join(part for part in (plain, *translated) if part) or "none"


def _bounds(bounded: Bounded[AddressSet] | Bounded[ServiceSet]) -> str:
    if bounded.is_exact:
        return bounded.certain.text()
    if not bounded.certain:
        return f"at most {bounded.possible.text()}"
    return f"{bounded.certain.text()}, at most {bounded.possible.text()}"


def _program(rule: Rule) -> str:
    parts = []
    if rule.program.kind is not ScopeKind.ANY:
        parts.append(rule.program.name or "program not in the export")
    if rule.windows_service.kind is not ScopeKind.ANY:
        parts.append(f"service {rule.windows_service.name or 'not in the export'}")
    return ", ".join(parts)
