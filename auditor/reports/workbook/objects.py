"""The sheet Objects: what nothing uses, and what is used but not in the export."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.analysis.references import undefined_references, unused_objects
from auditor.findings.result import AuditResult
from auditor.reports.workbook.findings import line_of
from auditor.reports.workbook.ink import Value
from auditor.reports.workbook.sheet import Column, Table, frame_of
from parsers.model.firewall import Firewall, Reference

OBJECTS = (
    Column("State", 12, coloured=True),
    Column("Firewall", 18),
    Column("Kind", 28),
    Column("Name", 34),
    Column("Value", 48),
    Column("Used by", 48),
    Column("File", 34),
    Column("Line", 8),
)


def objects_table(result: AuditResult) -> Table:
    """One row an object: undefined ones of every firewall first."""
    rows = [row for device in result.devices for row in _undefined(device)]
    rows += [row for device in result.devices for row in _unused(device)]
    about = "Objects that rules name but the export does not hold, and objects that nothing uses."
    empty = "Every object is used, and everything used is there."
    return Table("Objects", OBJECTS, frame_of(OBJECTS, rows), {}, empty, about=about)


def _undefined(device: Firewall) -> Iterator[tuple[Value, ...]]:
    uses: dict[tuple[str, str], list[Reference]] = {}
    for reference in undefined_references(device):
        uses.setdefault((reference.to_kind, reference.to_name), []).append(reference)
    for (kind, name), references in uses.items():
        users = ", ".join(dict.fromkeys(f"{each.from_kind} {each.from_name}" for each in references))
        origin = references[0].origin
        yield ("undefined", device.name, kind, name, "", users, origin.file, line_of(origin))


def _unused(device: Firewall) -> Iterator[tuple[Value, ...]]:
    for item in unused_objects(device):
        yield ("unused", device.name, item.kind, item.name, item.text, "", item.origin.file, line_of(item.origin))
