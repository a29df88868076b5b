"""A comparison of two versions written down: for a terminal, a pull request and programs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from auditor.compare import Change, Comparison

SCHEMA = "fwproof-compare/1"


def comparison_text(found: Comparison) -> Iterator[str]:
    """A comparison for a terminal, line by line."""
    from auditor.reports.lines import ledger_text

    yield from found.notes
    if found.no_effect:
        yield f"No effect: exactly the same packets pass ({', '.join(found.devices)})."
    else:
        yield from _changes_text(found)
    yield from (f"read {each.name}: {ledger_text(each.ledger)}" for each in found.files)


def _changes_text(found: Comparison) -> Iterator[str]:
    yield f"{_counted(found)} ({', '.join(found.devices)})."
    for change in found.changes:
        yield f"  {'+' if change.opened else '-'} {change.device}: {change.text}"
        if change.opened and change.example:
            yield f"      packet {change.example.text}"
    for each in found.unsure:
        yield f"  ? {each}"


def _counted(found: Comparison) -> str:
    opened = sum(change.opened for change in found.changes)
    parts = [f"{opened} newly allowed", f"{len(found.changes) - opened} newly blocked"]
    if found.unsure:
        parts.append(f"{len(found.unsure)} that cannot be told")
    return ", ".join(parts)


def comparison_markdown(found: Comparison) -> Iterator[str]:
    """A comparison for a pull request, line by line; nothing of a configuration acts as markup."""
    from auditor.reports.lines import ledger_text
    from auditor.reports.markdown import plain

    yield "### Firewall change"
    yield ""
    for note in found.notes:
        yield f"{plain(note)}"
        yield ""
    if found.no_effect:
        yield "No effect: exactly the same packets pass."
    else:
        yield from _changes_markdown(found)
    yield ""
    yield from (f"- read {plain(each.name)}: {ledger_text(each.ledger)}" for each in found.files)


def _changes_markdown(found: Comparison) -> Iterator[str]:
    from auditor.reports.markdown import plain

    yield f"{_counted(found)}."
    yield ""
    for change in found.changes:
        device, text = plain(change.device), plain(change.text)
        yield f"- **{device} {text}**" if change.opened else f"- {device} {text}"
        if change.opened and change.example:
            yield f"  - packet {plain(change.example.text)}"
    for each in found.unsure:
        yield f"- cannot be told: {plain(each)}"


def comparison_value(found: Comparison, failing: tuple[Change, ...] = ()) -> dict[str, object]:
    """A comparison as a JSON value of schema fwproof-compare/1."""
    return {
        "schema": SCHEMA,
        "no_effect": found.no_effect,
        "devices": found.devices,
        "notes": found.notes,
        "changes": [_record(change) for change in found.changes],
        "cannot_tell": found.unsure,
        "failing": len(failing),
        "gaps": found.gaps,
        "files": [
            {"name": each.name, "sha256": each.sha256, "format": each.format, "lines": asdict(each.ledger)}
            for each in found.files
        ],
    }


def _record(change: Change) -> dict[str, object]:
    return {
        "device": change.device,
        "change": "opened" if change.opened else "closed",
        "confidence": "certain" if change.certain else "possible",
        "from": change.ingress,
        "to": change.egress,
        "source": change.source,
        "destination": change.destination,
        "services": change.services,
        "published_as": change.published_as,
        "rule": change.rule,
        "file": change.origin.file if change.origin else "",
        "line": change.origin.first_line if change.origin else 0,
        "example": change.example.text if change.example else "",
        "text": change.text,
    }
