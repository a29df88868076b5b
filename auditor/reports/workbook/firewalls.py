"""The sheet Firewalls: one row a firewall, with what was found on it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from auditor.findings.finding import Severity
from auditor.findings.result import AuditResult
from auditor.reports.verdict import SEVERITIES, hardening_findings, rule_findings
from auditor.reports.workbook.ink import Value
from auditor.reports.workbook.sheet import Column, Table, frame_of

COLUMNS = (
    Column("Firewall", 26),
    *(Column(severity.word.capitalize(), 10) for severity in SEVERITIES),
    Column("Hardening", 11),
    Column("Waived", 10),
    Column("Gaps that could hide access", 16),
    Column("Rules", 9),
    Column("Product", 30),
    Column("Version", 14),
    Column("Files", 50),
)


@dataclass(frozen=True, slots=True)
class Tally:
    """How many open findings of each severity a firewall has, worst severity first, hardening guides apart."""

    device: str
    counts: tuple[int, ...]


def tallies(result: AuditResult) -> tuple[Tally, ...]:
    """Every firewall of the audit, and whatever else findings name as their device, the worst first."""
    found: dict[str, Counter[Severity]] = {device.name: Counter() for device in result.devices}
    for finding in rule_findings(result):
        found.setdefault(finding.device, Counter())[finding.severity] += 1
    rows = [Tally(name, tuple(counter[severity] for severity in SEVERITIES)) for name, counter in found.items()]
    return tuple(sorted(rows, key=lambda row: tuple(-number for number in row.counts)))


def firewalls_table(result: AuditResult) -> Table:
    """One row a firewall, the worst first."""
    devices = {device.name: device for device in result.devices}
    settings = Counter(finding.device for finding in hardening_findings(result))
    waived = Counter(finding.device for finding, _ in result.waived)
    rows: list[tuple[Value, ...]] = []
    for row in tallies(result):
        device = devices.get(row.device)
        blind = sum(gap.hides_access for gap in device.gaps) if device else 0
        rules = sum(len(each.stated) for each in device.lists) if device else 0
        facts = (device.product, device.version, ", ".join(source.name for source in device.sources)) if device else ()
        counted = (settings[row.device], waived[row.device], blind, rules)
        rows.append((row.device, *row.counts, *counted, *(facts or ("", "", ""))))
    about = "One row a firewall: how many findings of each severity, waived ones, gaps, rules."
    return Table("Firewalls", COLUMNS, frame_of(COLUMNS, rows), {}, "No firewall was read.", about=about)
