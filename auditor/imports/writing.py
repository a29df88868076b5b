"""What was imported as a ruleset, the index of its rows, and the bindings of a site file."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from auditor.baseline import Binding
from auditor.imports.ends import slug
from auditor.imports.entries import Endpoint, Entry, Imported
from auditor.imports.terms import NAMES
from parsers.model.addresses import AddressSet

_BY_TERMS = {tuple(terms.split()): name for name, terms in reversed(NAMES.items())}


@dataclass(frozen=True, slots=True)
class Written:
    """The ruleset's text, that of its `.rows.tsv` ("" without rows), and what the site file binds."""

    ruleset: str
    rows: str
    bindings: Mapping[str, tuple[Binding, ...]]
    flows: int
    forbidden: int


def written(imported: Imported, ruleset_id: str, title: str, level: str, schema: str) -> Written:
    """An import as files that `fwproof rulesets check` finds in order.

    Args:
        imported: what was read.
        ruleset_id: the id of the new ruleset.
        title: its title.
        level: "required" or "permitted", for rows that do not say it.
        schema: where editors find the JSON Schema.
    """
    return _Writer(imported, level).files(ruleset_id, title, schema)


class _Writer:
    def __init__(self, imported: Imported, level: str) -> None:
        self.imported = imported
        self.level = level
        self.sources = {file: key for key, file in _keys(imported.files)}
        self.roles: dict[str, Endpoint] = {}
        self.services: dict[tuple[str, ...], str] = {}
        self.taken: set[str] = set()
        self.ids: set[str] = set()
        for end in (*imported.endpoints, *(each for entry in imported.entries for each in _ends(entry))):
            self._role(end)

    def _role(self, end: Endpoint) -> None:
        if end.zones:
            return
        known = self.roles.get(end.name)
        addresses = (*known.addresses, *end.addresses) if known else end.addresses
        title = known.title if known else end.title
        self.roles[end.name] = Endpoint((), end.name, title, tuple(dict.fromkeys(addresses)))

    def files(self, ruleset_id: str, title: str, schema: str) -> Written:
        """Everything."""
        flows = [line for entry in self.imported.entries if not entry.deny for line in self._flows(entry)]
        bans = [line for entry in self.imported.entries if entry.deny for line in self._bans(entry)]
        names = {**{name: terms for terms, name in self.services.items()}, **self._defined()}
        dynamic = any("$rpc_dynamic" in term for terms in names.values() for term in terms)
        lines = [
            f"# yaml-language-server: $schema={schema}",
            f"# Imported from {', '.join(' '.join(Path(file).name.split()) for file in self.imported.files)}.",
            "# Check every line: an import cannot know which flows are needed and which are merely allowed (level).",
            "schema: fwbaseline/1",
            f"id: {ruleset_id}",
            f"title: {_text(title)}",
            "version: 0.1.0",
            "status: draft",
            "",
            "sources:",
            *(line for key, file in _keys(self.imported.files) for line in _source(key, file)),
            *(self._variables() if dynamic else ()),
            "",
            "zones:",
            "  internet: {trust: untrusted}",
            "  perimeter: {trust: semi}",
            "  internal: {trust: trusted}",
            "",
            "roles:" if self.roles else "roles: {}",
            *(f"  {name}: {{title: {_text(end.title or name)}}}" for name, end in self.roles.items()),
            "",
            "services:" if names else "services: {}",
            *(f"  {name}: [{', '.join(terms)}]" for name, terms in names.items()),
            "",
            "flows:" if flows else "flows: []",
            *flows,
            *(["", "forbidden:", *bans] if bans else []),
            *self._left(),
        ]
        rows = self._rows()
        counted = sum(line.startswith("  - id: ") for line in flows), sum(line.startswith("  - id: ") for line in bans)
        return Written("\n".join(lines) + "\n", rows, self._bindings(), *counted)

    def _defined(self) -> dict[str, tuple[str, ...]]:
        return {name: terms for name, terms in self.imported.services.items() if name not in self.services.values()}

    def _variables(self) -> Iterator[str]:
        yield from (
            "",
            "variables:",
            "  rpc_dynamic:",
            "    type: portset",
            "    default: null",
            '    suggest: {windows_2008_and_later: "49152-65535"}',
            f"    cite: [{next(iter(self.sources.values()))}]",
        )

    # --- flows

    def _flows(self, entry: Entry) -> Iterator[str]:
        level = entry.level or self.level
        for key, source, destination in self._pairs(entry):
            yield f"  - id: {key}"
            yield from self._head(entry, source, destination)
            yield f"    level: {level}"
            if level == "required":
                yield "    if_missing: medium"
            yield f"    cite: [{self._cite(entry)}]"

    def _bans(self, entry: Entry) -> Iterator[str]:
        for key, source, destination in self._pairs(entry):
            yield f"  - id: {key}"
            yield from self._head(entry, source, destination)
            yield "    severity: medium"
            yield f"    cite: [{self._cite(entry)}]"

    def _head(self, entry: Entry, source: str, destination: str) -> Iterator[str]:
        if entry.title:
            yield f"    title: {_text(entry.title)}"
        yield f"    from: {source}"
        yield f"    to: {destination}"
        yield f"    service: {self._service(entry.services)}"

    def _pairs(self, entry: Entry) -> Iterator[tuple[str, str, str]]:
        """(id, from, to) for every pair of ends: a flow has one kind of end on each side."""
        sheet = slug(entry.place.sheet).upper().replace("_", "-")
        base = f"{sheet}-R{entry.place.row}" if sheet else f"R{entry.place.row}"
        pairs = [(a, b) for a in _sides(entry.sources) for b in _sides(entry.destinations)]
        pairs += [(b, a) for a, b in pairs if a != b] if entry.both else []
        for source, destination in pairs:
            key, number = base, 1
            while key in self.ids:
                number += 1
                key = f"{base}-{number}"
            self.ids.add(key)
            yield key, source, destination

    def _cite(self, entry: Entry) -> str:
        return _text(f"{self.sources[entry.place.file]}:{entry.place.key}")

    def _service(self, terms: tuple[str, ...]) -> str:
        known = self.services.get(terms)
        if known is None:
            name = _BY_TERMS.get(terms) or "_".join(re.findall(r"[a-z0-9_]+", "_".join(terms)))[:40].strip("_")
            known, number = name, 1
            while known in self.taken:
                number += 1
                known = f"{name}_{number}"
            self.taken.add(known)
            self.services[terms] = known
        return known

    # --- the rest

    def _left(self) -> Iterator[str]:
        if self.imported.lost:
            yield ""
            yield "# Not understood, and therefore not above:"
            yield from (f"# - {' '.join(each.text.split())}" for each in self.imported.lost)

    def _rows(self) -> str:
        if not self.imported.entries:
            return ""
        lines = ["source\trow\tline\tports\tadded\tby\ttext"]
        for entry in self.imported.entries:
            ports = " ".join(term for term in entry.services if "$" not in term)
            text = " ".join(entry.text.split())
            lines.append(f"{self.sources[entry.place.file]}\t{entry.place.key}\t{entry.place.row}\t{ports}\t\t\t{text}")
        return "\n".join(lines) + "\n"

    def _bindings(self) -> dict[str, tuple[Binding, ...]]:
        return {
            name: tuple(Binding(_addresses(text)) for text in end.addresses)
            for name, end in self.roles.items()
            if end.addresses
        }


def _keys(files: Iterable[str]) -> Iterator[tuple[str, str]]:
    taken: set[str] = set()
    for file in files:
        name = slug(Path(file).stem) or "matrix"
        key, number = name, 1
        while key in taken:
            number += 1
            key = f"{name}_{number}"
        taken.add(key)
        yield key, file


def _source(key: str, file: str) -> Iterator[str]:
    yield f"  {key}:"
    yield f"    title: {_text(Path(file).name)}"
    yield f"    file: {_text(Path(file).name)}"
    yield f'    sha256: "{sha256(Path(file).read_bytes()).hexdigest()}"'
    yield "    basis: reference"


def _ends(entry: Entry) -> tuple[Endpoint, ...]:
    return (*entry.sources, *entry.destinations)


def _sides(ends: tuple[Endpoint, ...]) -> Iterator[str]:
    zones = tuple(dict.fromkeys(zone for end in ends for zone in end.zones))
    roles = tuple(dict.fromkeys(end.name for end in ends if not end.zones))
    for kind, names in (("zone", zones), ("role", roles)):
        if names:
            listed = names[0] if len(names) == 1 else f"[{', '.join(names)}]"
            yield f"{{{kind}: {listed}}}"


def _addresses(text: str) -> AddressSet:
    first, dash, last = text.partition("-")
    return AddressSet.range(first, last) if dash else AddressSet.network(text)


def _text(text: str) -> str:
    """A JSON string, which is a YAML string; control characters escaped, letters of all languages kept."""
    plain = json.dumps(" ".join(text.split()), ensure_ascii=False)
    return "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in plain)
