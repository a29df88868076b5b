"""A ruleset as typed values: what a product needs, allows and forbids, in roles, with a citation per line."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from auditor.findings.finding import Severity
from parsers.model.intervals import IntervalSet


class Basis(StrEnum):
    """How far a source carries: nothing that rests on practice alone may be required."""

    REFERENCE = "reference"
    """The document the ruleset is made from."""
    SOURCE = "source"
    """Another document that was read."""
    PRACTICE = "practice"
    """What people in the field know; no document was read."""


@dataclass(frozen=True, slots=True)
class SourceTable:
    """A table of a source: its title and the headings of its columns; the ids of its rows begin with `key` (T01)."""

    key: str
    title: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """A document a ruleset cites. `place` is an address or a file, `date` that of the document."""

    title: str
    place: str = ""
    date: str = ""
    basis: Basis = Basis.SOURCE
    tables: tuple[SourceTable, ...] = ()


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One row or note of a source as its index lists it.

    `ports` are read from the ports cell, `added` from the notes in `by`; `text` is the row as written, its cells
    separated by " | ", or a note in short.
    """

    source: str
    row: str
    line: int
    ports: tuple[str, ...]
    text: str
    added: tuple[str, ...] = ()
    by: tuple[str, ...] = ()

    @property
    def cells(self) -> tuple[str, ...]:
        """The cells as written."""
        return tuple(cell.strip() for cell in self.text.split(" | "))

    @property
    def table(self) -> str:
        """The key of its table."""
        return self.row.rstrip("0123456789")

    @property
    def cite(self) -> str:
        """How a flow cites it."""
        return f"{self.source}:{self.row}"


@dataclass(frozen=True, slots=True)
class When:
    """A condition structure: a name, all / any / not of others, or a choice that is one of some values.

    There are no expressions, and no text is evaluated.
    """

    kind: str
    name: str = ""
    parts: tuple[When, ...] = ()
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Variable:
    """A port or port set that differs by site; `default` None means: unset, flows that use it cannot be evaluated."""

    name: str
    default: IntervalSet | None
    suggest: tuple[tuple[str, str], ...]
    note: str
    cite: tuple[str, ...]
    only: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Suggestions that fit servers of some roles only, with these roles."""

    def fitting(self, roles: Collection[str]) -> tuple[tuple[str, str], ...]:
        """The suggestions for a server of some roles."""
        return tuple(each for each in self.suggest if each[0] not in self.only or set(self.only[each[0]]) & set(roles))


@dataclass(frozen=True, slots=True)
class Question:
    """A question about the site. `default`: True, False, None (unknown), or derived from bindings.

    With `values` it is a choice among these words, and `choice` the default ("" is unknown).
    """

    name: str
    ask: str
    default: bool | None = None
    role_bound: str = ""
    otherwise: bool | None = None
    """What holds while the role is neither bound nor listed as not deployed."""
    role_count: tuple[str, int] | None = None
    values: tuple[str, ...] = ()
    choice: str = ""


@dataclass(frozen=True, slots=True)
class Recognition:
    """By what exports show a server of a role where no site file binds it; Windows rules of its product come on top."""

    names: tuple[str, ...] = ()
    """Words in the names of address objects and translations."""
    published: tuple[str, ...] = ()
    """Service terms that are published to it from the Internet."""


@dataclass(frozen=True, slots=True)
class Role:
    """A part a server plays; `allowed_zones` where the vendor supports it."""

    name: str
    title: str
    allowed_zones: tuple[str, ...] = ()
    client: bool = False
    """A population of clients rather than servers: without a binding its zone stands for it."""
    zone: str = ""
    cite: tuple[str, ...] = ()
    """Where the allowed zones are documented."""
    recognise: Recognition = Recognition()


@dataclass(frozen=True, slots=True)
class End:
    """One end of a flow: zones or roles by name (groups already expanded)."""

    kind: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Port:
    """One service term: literal text ("tcp/443") or protocol and variable ("tcp", "rpc_dynamic")."""

    text: str
    protocol: str = ""
    variable: str = ""


@dataclass(frozen=True, slots=True)
class BaselineFlow:
    """A documented flow. `any_of` holds alternatives of which one suffices; `coverage` "any" marks a port pool."""

    id: str
    title: str
    source: End
    destination: End
    services: tuple[str, ...]
    any_of: tuple[tuple[str, ...], ...]
    level: str
    when: When | None
    if_missing: Severity | None
    enforce: tuple[str, ...]
    coverage: str
    tags: tuple[str, ...]
    cite: tuple[str, ...]
    note: str
    remedy: str
    """What else to do where it is closed: the usual reasons why it need not be open, and how to say so."""
    opened_by: tuple[str, ...]
    """Flows whose signalling a firewall may read and open these ports for as needed."""
    line: int


@dataclass(frozen=True, slots=True)
class Forbidden:
    """An opening that must not exist; severity per source zone, "default" for the rest."""

    id: str
    title: str
    source: End
    destination: End
    services: tuple[str, ...]
    severity: tuple[tuple[str, Severity], ...]
    when: When | None
    """It applies only where this certainly holds."""
    unless: When | None
    """It applies unless this certainly holds."""
    cite: tuple[str, ...]
    note: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Unrestricted:
    """Roles between which the vendor asks for any/any: wide rules among them are never over-broad by themselves."""

    id: str
    between: tuple[str, ...]
    cite: tuple[str, ...]
    note: str


@dataclass(frozen=True, slots=True)
class ClosedWorld:
    """A pair of ends between which everything undocumented is excess."""

    id: str
    source: End
    destination: End
    severity: Severity
    cite: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReaderQuestion:
    """A question a reader asks, answered by flows; `answer` is the text that needs no configuration."""

    id: str
    ask: str
    service: str
    answer: str
    satisfied_by: tuple[str, ...]
    forbidden: tuple[str, ...]
    hints: tuple[str, ...]
    cite: tuple[str, ...]
    when: When | None = None
    """It is asked only where this holds."""
    about_target: bool = False
    """Does it ask which server may receive something? Then a wrong server is the answer, not that it is missing."""
    about_management: bool = False
    """Does it ask for logins of the firewalls themselves as well?"""


@dataclass(frozen=True, slots=True)
class HostRule:
    """A Windows rule the product's setup creates: recognised by ports and program, named second."""

    id: str
    name: str
    ports: tuple[str, ...]
    program: str
    """The executable's path below the product folder, "" for any program."""
    roles: tuple[str, ...]
    gfw: bool
    twin: str
    relation: str
    advice: str
    cite: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ruleset:
    """A whole baseline."""

    id: str
    title: str
    version: str
    status: str
    file: str
    applies_to: str
    """Product and versions in words."""
    sources: Mapping[str, Source]
    rows: tuple[SourceRow, ...]
    """The rows of the sources, where an index stands beside the ruleset."""
    variables: Mapping[str, Variable]
    conditions: Mapping[str, Question]
    zones: Mapping[str, str]
    roles: Mapping[str, Role]
    groups: Mapping[str, tuple[str, ...]]
    services: Mapping[str, tuple[Port, ...]]
    flows: tuple[BaselineFlow, ...]
    forbidden: tuple[Forbidden, ...]
    unrestricted: tuple[Unrestricted, ...]
    closed_world: tuple[ClosedWorld, ...]
    questions: tuple[ReaderQuestion, ...]
    host_rules: tuple[HostRule, ...]
    no_flow: Mapping[str, str]
    """Rows of the source that give no flow, with the reason."""
