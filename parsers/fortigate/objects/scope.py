"""One VDOM as names see it: its own tables first, then the global ones; and where gaps and references are noted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from parsers.fortigate.syntax.tree import Block, Tree
from parsers.model.addresses import AddressSet
from parsers.model.firewall import Reference, Unknown
from parsers.model.origin import Gap, Origin
from parsers.model.services import parse_ports

EMPTY = Block("", 0)


@dataclass(slots=True)
class Scope:
    """The tables of one VDOM.

    Attributes:
        file: the name of the input, for origins.
        tree: the whole configuration.
        own: the VDOM's block (the root block of a device without VDOMs).
        vdom: the VDOM's name ("root" without VDOMs).
        answers: addresses of objects the file does not hold, by "KIND:NAME".
    """

    file: str
    tree: Tree
    own: Block
    vdom: str
    answers: Mapping[str, AddressSet] = field(default_factory=dict)
    unknowns: dict[tuple[str, str], Unknown] = field(default_factory=dict)
    gaps: list[Gap] = field(default_factory=list)
    references: list[Reference] = field(default_factory=list)
    assumptions: dict[str, None] = field(default_factory=dict)
    _referring: tuple[Block, Origin] | None = None
    """The entry whose references are noted now: they share its place."""
    _noted: set[tuple[str, str, str, str]] = field(default_factory=set)

    @property
    def vdom_type(self) -> str:
        """ "traffic", "admin" (carries no traffic) or "lan-extension"."""
        return self.own.get("vdom-type") or self.setting("system settings", "vdom-type") or "traffic"

    @property
    def version(self) -> tuple[int, ...]:
        """The FortiOS version, () when the file does not say."""
        return self.tree.header.version

    def before(self, *version: int) -> bool | None:
        """Is this release older than the given one? None when the file does not say enough."""
        own = self.version
        if not own or (own[: len(version)] == version[: len(own)] and len(own) < len(version)):
            return None
        return own < version

    def table(self, name: str) -> Block | None:
        """A table by its path, of the VDOM or else global."""
        return self.own.tables.get(name) or self.tree.root.tables.get(name)

    def entries(self, name: str) -> Iterator[tuple[str, Block]]:
        """The entries of a table: the VDOM's, then global ones the VDOM does not redefine."""
        own = self.own.tables.get(name)
        if own is not None:
            yield from own.entries.items()
        if self.own is not self.tree.root and (general := self.tree.root.tables.get(name)) is not None:
            yield from ((key, entry) for key, entry in general.entries.items() if own is None or key not in own.entries)

    def entry(self, table: str, key: str) -> Block | None:
        """One entry of a table by key."""
        own = self.own.tables.get(table)
        if own is not None and key in own.entries:
            return own.entries[key]
        general = self.tree.root.tables.get(table)
        return general.entries.get(key) if general is not None else None

    def setting(self, path: str, keyword: str) -> str | None:
        """A setting of a settings table ("system settings"), None when the file does not set it."""
        block = self.table(path)
        return block.get(keyword) if block is not None else None

    def enabled(self, path: str, keyword: str) -> bool:
        """Is a setting of a settings table "enable"?"""
        return self.setting(path, keyword) == "enable"

    def origin(self, kind: str, block: Block) -> Origin:
        """The place of an entry or table."""
        return Origin(block.file or self.file, block.line, block.last_line, kind, block.name)

    def gap(self, kind: str, block: Block, keyword: str, what: str, *, hides_access: bool) -> None:
        """Note what was not understood, at the line of the keyword."""
        line = self.tree.line_of(block, keyword) if keyword else block.line
        origin = Origin(block.file or self.file, line, line if keyword else block.last_line, kind, block.name)
        self.gaps.append(Gap(origin, f"{kind} {block.name}".strip(), keyword, what, hides_access))

    def number(self, kind: str, block: Block, keyword: str, default: int) -> int:
        """The number of a setting; the default, and a gap, where a template or a mistake stands for it."""
        word = block.get(keyword) or str(default)
        if word.isdecimal():
            return int(word)
        self.gap(kind, block, keyword, f"{keyword} {word!r} is no number", hides_access=True)
        return default

    def ports(self, kind: str, block: Block, keyword: str, default: str) -> str:
        """The ports of a setting as one word; the default, and a gap, where a template or a mistake stands for them."""
        word = ",".join(block.words(keyword)) or default
        try:
            parse_ports(word)
        except ValueError:
            self.gap(kind, block, keyword, f"{keyword} {word!r} is no port", hides_access=True)
            return default
        return word

    def refer(self, from_kind: str, block: Block, to_kind: str, name: str, *, defined: bool) -> None:
        """Note that an entry names another one."""
        key = (from_kind, block.name, to_kind, name)
        if key not in self._noted:
            self._noted.add(key)
            if self._referring is None or self._referring[0] is not block:
                self._referring = block, self.origin(from_kind, block)
            self.references.append(Reference(from_kind, block.name, to_kind, name, self._referring[1], defined))

    def answer(self, kind: str, name: str, value: str, block: Block) -> AddressSet | None:
        """The addresses a person gave for an object the file cannot resolve; the object is noted either way.

        Args:
            kind: "fqdn", "geography", "internet-service", "dynamic", "interface" or "object".
            name: the object's name.
            value: what it stands for (host name, country code); answers may name either.
            block: where the object stands.
        """
        found = next(
            (
                self.answers[key]
                for key in (f"{kind}:{value}", f"{kind}:{name}", f"object:{name}")
                if key in self.answers
            ),
            None,
        )
        origin = self.origin(kind, block)
        self.unknowns.setdefault((kind, name), Unknown(kind, name, value, origin, found is not None))
        return found

    def assume(self, sentence: str) -> None:
        """Note a default that the export left open."""
        self.assumptions[sentence] = None
