"""Benchmark files into typed values; every mistake is named with its line (schema: rulesets/benchmark.schema.json)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path

from auditor.baseline.document import Item as Value
from auditor.baseline.document import read_document
from auditor.baseline.errors import RulesetError, nearest
from auditor.benchmarks.measures import MEASURES
from auditor.benchmarks.model import Benchmark, Cited, Clause, Default, Expectation, Guide, Item, Version
from auditor.findings.finding import Severity

_VENDORS = ("fortigate", "windows")
_ID = re.compile(r"^[A-Z0-9][A-Z0-9-]*$")
_GUIDE = re.compile(r"^[a-z0-9][a-z0-9._-]*$")
_LISTS = ("is", "is_not", "within", "without")
_NUMBERS = ("at_least", "at_most", "count_at_least", "count_at_most")
_OPERATORS = (*_LISTS, *_NUMBERS, "present", "path")
_CLAUSE = ("setting", "expect", "default", "only", "none", "measure")


def available_benchmarks() -> tuple[str, ...]:
    """The ids of the benchmark files that are shipped."""
    folder = files("rulesets").joinpath("benchmarks")
    return tuple(sorted(each.name.removesuffix(".yaml") for each in folder.iterdir() if each.name.endswith(".yaml")))


@cache
def load_benchmark(name: str) -> Benchmark:
    """A shipped benchmark file by id, or one of your own by path.

    Raises:
        RulesetError: there is no such file, or it is broken (file, line, path, what was expected).
    """
    if name in available_benchmarks():
        with as_file(files("rulesets").joinpath("benchmarks").joinpath(f"{name}.yaml")) as path:
            return _Loader(read_document(path)).benchmark()
    return _Loader(read_document(Path(name))).benchmark()


def load_benchmarks(names: tuple[str, ...] = ()) -> tuple[Benchmark, ...]:
    """The benchmarks that names stand for: guides ("cis-fortigate-7.0"), shipped files ("fortigate") or files.

    A guide gives its file with the items of that guide alone. Without names all shipped ones.

    Raises:
        RulesetError: a name is unknown, or a file is broken.
    """
    shipped = [load_benchmark(name) for name in available_benchmarks()]
    if not names:
        return tuple(shipped)
    owners = {guide.id: each for each in shipped for guide in each.guides}
    wanted: dict[str, set[str]] = {}
    found: dict[str, Benchmark] = {}
    for name in names:
        known = name in owners or name in available_benchmarks()
        if not known and not (name.endswith((".yaml", ".yml")) or Path(name).exists()):
            near = nearest(name, (*owners, *available_benchmarks()))
            raise RulesetError(name, f"there is no benchmark of this name{near}")
        benchmark = owners[name] if name in owners else load_benchmark(name)
        found[benchmark.file] = benchmark
        wanted.setdefault(benchmark.file, set()).update(
            (name,) if name in owners else (each.id for each in benchmark.guides)
        )
    return tuple(_narrowed(benchmark, frozenset(wanted[file])) for file, benchmark in found.items())


def _narrowed(benchmark: Benchmark, guides: frozenset[str]) -> Benchmark:
    """The benchmark with the items of some guides, which then cite those guides only."""
    items = (
        replace(item, guides=tuple(each for each in item.guides if each.guide in guides)) for item in benchmark.items
    )
    return replace(
        benchmark,
        guides=tuple(each for each in benchmark.guides if each.id in guides),
        items=tuple(item for item in items if item.guides),
    )


class _Loader:
    def __init__(self, root: Value) -> None:
        keys = ("schema", "id", "title", "version", "vendor", "guides", "items")
        self.top = root.mapping(keys, keys)
        if self.top["schema"].text() != "fwbenchmark/1":
            raise self.top["schema"].error("expected schema fwbenchmark/1")
        self.file = root.file
        self.vendor = self.top["vendor"].choice(_VENDORS, "vendor")
        self.guides = {key: self._guide(key, each) for key, each in self.top["guides"].mapping().items()}
        self.lines: dict[str, int] = {}

    def benchmark(self) -> Benchmark:
        """The whole document."""
        return Benchmark(
            self.top["id"].text(),
            self.top["title"].text(),
            self.top["version"].text(),
            self.vendor,
            self.file,
            tuple(self.guides.values()),
            tuple(self._item(each) for each in self.top["items"].items()),
        )

    @staticmethod
    def _guide(key: str, value: Value) -> Guide:
        if not _GUIDE.match(key):
            raise value.error("a guide's id holds lower-case letters, digits, '.', '_' and '-'")
        entry = value.mapping(("title", "version", "url", "local_counts", "note"), ("title", "version"))
        return Guide(
            key,
            entry["title"].text(),
            entry["version"].text(),
            entry["url"].text() if "url" in entry else "",
            "local_counts" in entry and entry["local_counts"].flag(),
        )

    def _item(self, value: Value) -> Item:
        known = (
            *("id", "title", "severity", "scope", "guides", "any", "all", "undecidable", "since", "until"),
            *("evidence", "remedy", "note", *_CLAUSE),
        )
        entry = value.mapping(known, ("id", "title", "severity", "guides", "remedy"))
        forms = [key for key in ("setting", "measure", "any", "all", "undecidable") if key in entry]
        if len(forms) != 1:
            raise value.error("expected exactly one of setting, measure, any, all, undecidable")
        return Item(
            id=self._id(entry["id"]),
            title=entry["title"].text(),
            severity=Severity.parse(entry["severity"].choice([each.word for each in Severity], "severity")),
            scope=entry["scope"].choice(("device", "vdom"), "scope") if "scope" in entry else "vdom",
            guides=tuple(self._cited(each) for each in entry["guides"].items()),
            clauses=self._clauses(forms[0], entry, value),
            any_of="any" in entry,
            undecidable=entry["undecidable"].text() if "undecidable" in entry else "",
            since=_version(entry["since"]) if "since" in entry else (),
            until=_version(entry["until"]) if "until" in entry else (),
            evidence=entry["evidence"].text() if "evidence" in entry else "",
            remedy=entry["remedy"].text(),
            note=entry["note"].text() if "note" in entry else "",
        )

    def _id(self, value: Value) -> str:
        word = value.text()
        if not _ID.match(word):
            raise value.error("an id holds capital letters, digits and '-'")
        if word in self.lines:
            raise value.error(f"the id {word!r} stands twice, first in line {self.lines[word]}")
        self.lines[word] = value.line
        return word

    def _cited(self, value: Value) -> Cited:
        entry = value.mapping(("guide", "id", "level"), ("guide", "id"))
        guide = entry["guide"].choice(self.guides, "guide")
        return Cited(guide, entry["id"].text(), entry["level"].text() if "level" in entry else "")

    def _clauses(self, form: str, entry: Mapping[str, Value], value: Value) -> tuple[Clause, ...]:
        if form == "undecidable":
            return ()
        if form in ("any", "all"):
            return tuple(self._clause(each.mapping(_CLAUSE), each) for each in entry[form].items())
        return (self._clause(entry, value),)

    def _clause(self, entry: Mapping[str, Value], value: Value) -> Clause:
        if ("setting" in entry) == ("measure" in entry):
            raise value.error("expected exactly one of setting and measure")
        if "measure" in entry:
            return Clause(measure=entry["measure"].choice(MEASURES, "measure"))
        if "expect" not in entry:
            raise value.error("the key 'expect' is missing")
        expect = _expectation(entry["expect"])
        table, key = entry["setting"].text(), ""
        if not expect.operator.startswith("count"):
            table, _, key = table.rpartition(" ")
            if not table:
                raise entry["setting"].error("expected a table and a keyword, like 'system global admintimeout'")
        return Clause(
            table,
            key,
            expect,
            _defaults(entry["default"]) if "default" in entry else (),
            tuple(self._only(each) for each in entry["only"].items()) if "only" in entry else (),
            entry["none"].choice(("pass", "fail", "not applicable"), "state") if "none" in entry else "not applicable",
        )

    @staticmethod
    def _only(value: Value) -> tuple[str, Expectation, str]:
        entry = value.mapping(("key", "expect", "absent"), ("key", "expect"))
        absent = entry["absent"].text() if "absent" in entry else ""
        return entry["key"].text(), _expectation(entry["expect"]), absent


def _expectation(value: Value) -> Expectation:
    entry = value.mapping(_OPERATORS)
    if len(entry) != 1:
        raise value.error(f"expected exactly one of {', '.join(_OPERATORS)}")
    operator, argument = next(iter(entry.items()))
    if operator in _NUMBERS:
        return Expectation(operator, (str(argument.number()),))
    if operator == "present":
        if not argument.flag():
            raise argument.error("expected true")
        return Expectation(operator)
    return Expectation(operator, argument.texts())


def _defaults(value: Value) -> tuple[Default, ...]:
    """A text for every version, or a list of {since, value} in ascending order; null is "not known"."""
    if value.is_scalar:
        return (Default((), None if value.is_null else value.text()),)
    found = []
    for each in value.items():
        entry = each.mapping(("since", "value"), ("value",))
        text = None if entry["value"].is_null else entry["value"].text()
        found.append(Default(_version(entry["since"]) if "since" in entry else (), text))
        if len(found) > 1 and found[-1].since <= found[-2].since:
            raise each.error("versions must ascend")
    return tuple(found)


def _version(value: Value) -> Version:
    text = value.text()
    if not re.fullmatch(r"\d+(\.\d+){0,2}", text):
        raise value.error("expected a version like 7.2.4")
    return tuple(int(part) for part in text.split("."))
