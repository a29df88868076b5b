"""Port matrices: a table with source, destination, protocol and port on each row, as most companies keep one."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from auditor.imports.columns import Columns, header_row
from auditor.imports.ends import EVERYWHERE, EndError, endpoints
from auditor.imports.entries import Endpoint, Entry, Imported, Place, Problem
from auditor.imports.sheets import Cell, Sheet, read_sheets
from auditor.imports.terms import TermError, protocols, terms

_DENY = {"deny", "denied", "block", "blocked", "drop", "reject", "no", "nein", "verboten", "forbidden", "prohibited"}
_ALLOW = {"", "allow", "allowed", "permit", "permitted", "accept", "pass", "yes", "ja", "erlaubt", "x", "ok", "open"}
_REQUIRED = {"required", "mandatory", "must", "yes", "y", "x", "pflicht", "ja"}
_OPTIONAL = {"optional", "permitted", "may", "no", "n", "nein", "recommended"}
_BOTH = {"both", "bidirectional", "bi-directional", "two-way", "<->", "↔", "<>", "beide", "bidirektional", "in/out"}
_BACK = {"<-", "←", "reverse", "back"}
_ONWARD = {"", "->", "→", "in", "inbound", "out", "outbound", "uni", "unidirectional", "one-way", "ingress", "egress"}
_ANY_SOURCE_PORT = {"", "any", "all", "*", "-", "dynamic", "ephemeral", "random", "n/a", "high", "1024-65535", ">1023"}


def import_matrix(path: Path) -> Imported:
    """The rows of every sheet of a workbook or CSV file.

    Raises:
        UnreadableError: the file is neither, or cannot be opened.
    """
    entries: list[Entry] = []
    problems: list[Problem] = []
    for sheet in read_sheets(path):
        found = header_row(sheet.rows)
        if found is not None:
            _Table(sheet, *found, entries, problems).read()
        elif any(cell.text for _, cells in sheet.rows for cell in cells):
            message = "no header row with source, destination and port (or service) in its first rows"
            problems.append(Problem(Place(sheet.file, sheet.name), message))
    return Imported((str(path),), tuple(entries), tuple(problems))


@dataclass(slots=True)
class _Table:
    """One table below its header. A blank cell means the one above, until a blank row ends the block."""

    sheet: Sheet
    header: int
    columns: Columns
    entries: list[Entry]
    problems: list[Problem]
    above: dict[str, list[str]] = field(default_factory=dict)

    def read(self) -> None:
        """Every row, as an entry or as a problem."""
        titles = tuple(cell.text for cell in self.sheet.rows[self.header][1])
        for number, cells in self.sheet.rows[self.header + 1 :]:
            filled = [place for place, cell in enumerate(cells) if cell.text]
            if not filled:
                self.above.clear()
            elif tuple(cell.text for cell in cells) == titles:
                continue  # the header once more, at the top of a printed page
            elif self._heading(cells, filled):
                self._say(number, "", f"{cells[filled[0]].text!r} taken as a heading", lost=False)
                self.above.clear()
            else:
                self._row(number, cells)

    def _heading(self, cells: tuple[Cell, ...], filled: list[int]) -> bool:
        """One text alone (or one merged over the row) that is no port: "Exchange servers"."""
        texts = {cells[place].text for place in filled}
        ports = (*self.columns.get("port", ()), *self.columns.get("service", ()))
        return len(texts) == 1 and not (len(filled) == 1 and filled[0] in ports)

    def _say(self, row: int, column: str, message: str, lost: bool = True) -> None:
        self.problems.append(Problem(Place(self.sheet.file, self.sheet.name, row, column), message, lost))

    def _cells(self, cells: tuple[Cell, ...], kind: str) -> list[str]:
        return [cells[place].text for place in self.columns.get(kind, ()) if place < len(cells) and cells[place].text]

    def _column(self, kind: str) -> str:
        places = self.columns.get(kind, ())
        return self.sheet.rows[self.header][1][places[0]].text if places else kind

    def _inherited(self, cells: tuple[Cell, ...], *kinds: str) -> list[list[str]]:
        """The cells of some columns that belong together, or all of them from the row above when none is filled."""
        found = [self._cells(cells, kind) for kind in kinds]
        for kind, texts in zip(kinds, found, strict=True):
            if any(found):
                self.above[kind] = texts
        return [self.above.get(kind, []) for kind in kinds]

    def _row(self, number: int, cells: tuple[Cell, ...]) -> None:
        before = len(self.problems)
        sources = self._end(number, cells, "source")
        destinations = self._end(number, cells, "destination")
        services = self._services(number, cells)
        deny, level, way = self._words(number, cells)
        if any(each.lost for each in self.problems[before:]) or not services:
            return
        if way == "back":
            sources, destinations = destinations, sources
        title = " ".join(" ".join(self._cells(cells, "title")).split())
        text = " | ".join(" ".join(cell.text.split()) for cell in cells if cell.text)
        place = Place(self.sheet.file, self.sheet.name, number)
        entry = Entry(sources, destinations, services, place, title, level, deny, way == "both", text)
        self.entries.append(entry)

    def _end(self, number: int, cells: tuple[Cell, ...], kind: str) -> tuple[Endpoint, ...]:
        names, addresses = self._inherited(cells, kind, f"{kind} address")
        column = self._column(kind if kind in self.columns else f"{kind} address")
        try:
            found = endpoints(names, addresses)
        except EndError as error:
            self._say(number, column, str(error))
            return ()
        for end in found:
            if end.zones == EVERYWHERE:
                self._say(number, column, f"{end.title!r} taken as the zones {' and '.join(EVERYWHERE)}", lost=False)
        return found

    def _services(self, number: int, cells: tuple[Cell, ...]) -> tuple[str, ...]:
        places = self.columns.get("port", ())
        if any(place < len(cells) and cells[place].date for place in places):
            self._say(number, self._column("port"), "Excel made a date of this cell: format the column as text")
            return ()
        for text in self._cells(cells, "source port"):
            if text.casefold() not in _ANY_SOURCE_PORT:
                message = f"source port {text!r} is left out: a baseline speaks of destination ports"
                self._say(number, self._column("source port"), message, lost=False)
        transport, ports = self._inherited(cells, "protocol")[0], self._inherited(cells, "port", "service")
        kind = "protocol"
        try:
            stated = protocols(" / ".join(transport))
            kind = "port" if ports[0] or not ports[1] else "service"
            text = "\n".join(ports[0] or ([] if stated and not _named(stated) else ports[1]))
            return terms(text, stated)
        except TermError as error:
            self._say(number, self._column(kind), str(error))
            return ()

    def _words(self, number: int, cells: tuple[Cell, ...]) -> tuple[bool, str, str]:
        action, level, direction = (
            " ".join(self._cells(cells, kind)).casefold() for kind in ("action", "level", "direction")
        )
        if action not in _DENY | _ALLOW:
            self._say(number, self._column("action"), f"unknown action {action!r}: write allow or deny")
        if direction not in _BOTH | _BACK | _ONWARD:
            self._say(number, self._column("direction"), f"unknown direction {direction!r}: write one-way or both")
        word = "required" if level in _REQUIRED else "permitted" if level in _OPTIONAL else ""
        return action in _DENY, word, "both" if direction in _BOTH else "back" if direction in _BACK else ""


def _named(stated: tuple[str, ...]) -> bool:
    """Do the protocols have ports?"""
    return any("/" not in each and not each.startswith("icmp") for each in stated)
