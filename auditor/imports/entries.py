"""What an import yields: flows as somebody wrote them down, and every place that was not understood."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands: file, sheet and row (or line), and the column by its header."""

    file: str
    sheet: str = ""
    row: int = 0
    column: str = ""

    @property
    def text(self) -> str:
        """ "ports.xlsx, sheet Exchange, row 12, column Port"."""
        parts = [self.file]
        parts += [f"sheet {self.sheet}"] if self.sheet else []
        parts += [f"row {self.row}"] if self.row else []
        parts += [f"column {self.column}"] if self.column else []
        return ", ".join(parts)

    @property
    def key(self) -> str:
        """How a flow cites the row: "12", with the sheet where there is one."""
        return f"{self.sheet}!{self.row}" if self.sheet else str(self.row)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that was not understood (`lost`), or that was taken in a way the reader should know."""

    place: Place
    message: str
    lost: bool = True

    @property
    def text(self) -> str:
        """Place and message."""
        return f"{self.place.text}: {self.message}"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One end as written: zones by name, or a role (`name` for files, `title` for people) with its addresses."""

    zones: tuple[str, ...] = ()
    name: str = ""
    title: str = ""
    addresses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """One row: from each source to each destination on some service terms ("tcp/443")."""

    sources: tuple[Endpoint, ...]
    destinations: tuple[Endpoint, ...]
    services: tuple[str, ...]
    place: Place
    title: str = ""
    level: str = ""
    """"required" or "permitted" where the row says it."""
    deny: bool = False
    both: bool = False
    """In both directions."""
    text: str = ""
    """The row as written, for the index of rows."""


@dataclass(frozen=True, slots=True)
class Imported:
    """Everything of one import. Definitions yield services and endpoints by name, but no entries."""

    files: tuple[str, ...]
    entries: tuple[Entry, ...] = ()
    problems: tuple[Problem, ...] = ()
    services: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    endpoints: tuple[Endpoint, ...] = ()

    @property
    def lost(self) -> tuple[Problem, ...]:
        """What was not understood."""
        return tuple(each for each in self.problems if each.lost)
