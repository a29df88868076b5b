"""Sources of a ruleset, and citations held against them and against the row indexes beside the file."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

from auditor.baseline.document import Item
from auditor.baseline.errors import RulesetError, nearest
from auditor.baseline.model import Basis, Source, SourceRow, SourceTable

_COLUMNS = ("source", "row", "line", "ports", "added", "by", "text")


class Citations:
    """The sources of one ruleset.

    Args:
        sources: the entries under `sources`.
        path: the ruleset's file; `NAME.rows.tsv` beside it lists rows (columns source, row, line, ports, added, by,
            text). None where there is no file, only its text.

    Raises:
        RulesetError: a source or the index is broken.
    """

    def __init__(self, sources: Mapping[str, Item], path: Path | None) -> None:
        self.sources = {key: _source(item) for key, item in sources.items()}
        self.rows = _rows(path.with_name(f"{path.stem}.rows.tsv")) if path else ()
        self._known: dict[str, set[str]] = {}
        for row in self.rows:
            self._known.setdefault(row.source, set()).add(row.row)

    def of(self, entry: Mapping[str, Item]) -> tuple[str, ...]:
        """The citations of an entry, each known.

        Raises:
            RulesetError: an unknown source, or a row its index does not have.
        """
        if "cite" not in entry:
            return ()
        item = entry["cite"]
        return tuple(self.one(part.text(), part) for part in item.parts())

    def one(self, text: str, item: Item) -> str:
        """A citation, "source" or "source:row", when it is known."""
        source, _, row = text.partition(":")
        if source not in self.sources:
            raise item.error(f"unknown source {source!r}{nearest(source, self.sources)}")
        rows = self._known.get(source)
        if row and rows is not None and row not in rows:
            raise item.error(f"source {source!r} has no row {row!r}{nearest(row, rows)}")
        return text

    def carries(self, cite: tuple[str, ...]) -> bool:
        """Is there a document among these citations, or only practice?"""
        return any(self.sources[text.partition(":")[0]].basis is not Basis.PRACTICE for text in cite)


def _source(item: Item) -> Source:
    known = ("title", "url", "file", "document_date", "retrieved", "sha256", "basis", "tables")
    entry = item.mapping(known, ("title",))
    place = entry.get("url") or entry.get("file")
    for key in ("url", "file", "sha256"):
        if key in entry:
            entry[key].text()
    if "retrieved" in entry:
        entry["retrieved"].date()
    return Source(
        entry["title"].text(),
        place.text() if place else "",
        entry["document_date"].date() if "document_date" in entry else "",
        Basis(entry["basis"].choice([basis.value for basis in Basis], "basis")) if "basis" in entry else Basis.SOURCE,
        tuple(_table(key, table) for key, table in entry["tables"].mapping().items()) if "tables" in entry else (),
    )


def _table(key: str, item: Item) -> SourceTable:
    entry = item.mapping(("title", "columns"), ("title", "columns"))
    return SourceTable(key, entry["title"].text(), entry["columns"].texts())


def _rows(index: Path) -> tuple[SourceRow, ...]:
    if not index.exists():
        return ()
    found = []
    with index.open(encoding="utf-8", newline="") as stream:
        reader = csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE)
        for row in reader:
            values = {key: row.get(key) or "" for key in _COLUMNS}
            if not values["source"] or not values["row"] or not values["line"].isdigit():
                message = "a row of the index needs a source, a row and a line number, separated by tabs"
                raise RulesetError(str(index), message, reader.line_num)
            found.append(
                SourceRow(
                    values["source"],
                    values["row"],
                    int(values["line"]),
                    tuple(values["ports"].split()),
                    values["text"],
                    tuple(values["added"].split()),
                    tuple(values["by"].split()),
                )
            )
    return tuple(found)
