"""The file `waivers.yaml`: what a team accepted, who answers for it and until when; read, and added to.

An entry is added as text between the lines that are there, so that comments and layout stay as people wrote them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

from auditor.baseline.document import Item, read_document
from auditor.baseline.errors import RulesetError
from auditor.findings.waivers import SELECTOR, Waiver

SCHEMA = "fwwaivers/1"
_KEYS = ("id", "finding", "reason", "owner", "ticket", "expires")
_REQUIRED = ("finding", "reason", "owner", "expires")
_NEW_FILE = (
    "# Findings that were accepted: by whom, why, until when. `fwproof waive` adds to it.\n"
    f"schema: {SCHEMA}\nwaivers:\n"
)
_UNFIT = re.compile("[^\t\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
"""Characters that YAML does not allow or folds: controls, line separators, the byte order mark."""


def read_waivers(path: Path, text: str | None = None) -> tuple[Waiver, ...]:
    """The waivers of a file; with `text` its content, and `path` is only its name in messages.

    Raises:
        RulesetError: the file is broken; the message names file, line and path.
    """
    root = read_document(path, text)
    top = root.mapping(("schema", "waivers"), ("schema",))
    if top["schema"].text() != SCHEMA:
        raise top["schema"].error(f"expected schema {SCHEMA}")
    if "waivers" not in top or top["waivers"].is_null:
        return ()
    found: dict[str, Waiver] = {}
    for item in top["waivers"].items():
        waiver = _waiver(item)
        if waiver.id in found:
            raise item.error(f"the waiver {waiver.id} stands twice, first in line {found[waiver.id].line}")
        found[waiver.id] = waiver
    return tuple(found.values())


def _waiver(item: Item) -> Waiver:
    entry = item.mapping(_KEYS, _REQUIRED)
    selector = read_selector(entry["finding"])
    return Waiver(
        id=entry["id"].text() if "id" in entry else _name(selector),
        selector=selector,
        reason=_said(entry["reason"]),
        owner=_said(entry["owner"]),
        expires=read_day(entry["expires"]),
        ticket=entry["ticket"].text() if "ticket" in entry else "",
        file=item.file,
        line=item.line,
    )


def _said(item: Item) -> str:
    text = item.text().strip()
    if not text:
        raise item.error("nobody can look at an empty text again: write one")
    return text


def _name(selector: dict[str, str]) -> str:
    return selector.get("fingerprint") or ", ".join(f"{key} {value}" for key, value in selector.items())


def read_selector(item: Item) -> dict[str, str]:
    """What a waiver is for: a fingerprint, or a mapping of words of SELECTOR.

    Raises:
        RulesetError: an unknown word, no word at all, or words that select everything.
    """
    if item.is_scalar:
        return {"fingerprint": item.text()}
    selector = {key: value.text() for key, value in item.mapping(SELECTOR).items()}
    if not selector or all(not value.strip("*") for value in selector.values()):
        raise item.error("an exception without any selector would hide every finding")
    return selector


def read_day(item: Item) -> date:
    """A day.

    Raises:
        RulesetError: it is none.
    """
    text = item.date()
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise item.error(f"not a day: {text!r}; write 2027-03-31") from None


def with_waiver(path: Path, text: str, waiver: Waiver, remark: str) -> str:
    """The text of a waivers file with one more entry at the end of its list, and a remark above it; "" is a new file.

    Raises:
        RulesetError: the file is broken, has an entry for this already, or is laid out so that nothing can be added
            without changing what is there.
    """
    text = text or _NEW_FILE
    text = text if text.endswith("\n") else f"{text}\n"
    before = read_waivers(path, text)
    for each in before:
        if each.selector == waiver.selector or each.id == waiver.id:
            until = each.expires.isoformat()
            raise RulesetError(str(path), f"{each.id} has an entry already, until {until}: change its day", each.line)
    lines, at, indent = _place(path, text)
    end = "\r\n" if lines and lines[0].endswith("\r\n") else "\n"
    lines[at:at] = [f"{' ' * indent}{line}{end}" for line in _entry(waiver, remark)]
    written = "".join(lines)
    try:
        after = read_waivers(path, written)
    except RulesetError:
        after = ()
    if [_facts(each) for each in after] != [*map(_facts, before), _facts(waiver)]:
        entry = "\n".join(_entry(waiver, remark))
        raise RulesetError(
            str(path), f"the list of waivers cannot be added to as it is laid out; add by hand:\n{entry}"
        )
    return written


def _facts(waiver: Waiver) -> tuple[object, ...]:
    texts = (waiver.reason, waiver.owner, waiver.ticket)
    return (dict(waiver.selector), [_UNFIT.sub("?", text).strip() for text in texts], waiver.expires)


def _entry(waiver: Waiver, remark: str) -> Iterable[str]:
    selector = ", ".join(f"{key}: {_quoted(value)}" for key, value in waiver.selector.items())
    yield f"# {_UNFIT.sub('?', remark)}"
    yield f"- finding: {{{selector}}}"
    yield f"  reason: {_quoted(waiver.reason)}"
    yield f"  owner: {_quoted(waiver.owner)}"
    if waiver.ticket:
        yield f"  ticket: {_quoted(waiver.ticket)}"
    yield f'  expires: "{waiver.expires.isoformat()}"'


def _quoted(text: str) -> str:
    return json.dumps(_UNFIT.sub("?", text), ensure_ascii=False)  # a JSON string is a YAML string


def _place(path: Path, text: str) -> tuple[list[str], int, int]:
    """The lines, the number (from 0) of the one that a next entry begins, and how far it is indented."""
    lines = text.splitlines(keepends=True)
    root = read_document(path, text)
    listed = root.mapping().get("waivers")
    if listed is None:
        raise root.error("the key 'waivers' is missing: add a line `waivers:`")
    first, last = listed.node.start_mark, listed.node.end_mark
    empty = not listed.is_null and not listed.items()
    if empty and first.line == last.line:
        line = lines[first.line]
        lines[first.line] = line[: first.column].rstrip() + line[last.column :]
    at = _end(listed.node, len(lines))
    return lines, at, 2 if empty or listed.is_null else int(first.column)


def _end(node: Any, lines: int) -> int:
    """The line after the last one of a node, its own words only: comments below it belong to what follows."""
    if node.id == "scalar" or node.flow_style:
        block = node.id == "scalar" and node.style in ("|", ">")
        return min(int(node.end_mark.line) + (not block), lines)
    last = node.value[-1]
    return _end(last[1] if node.id == "mapping" else last, lines)
