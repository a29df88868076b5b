"""A benchmark file as typed values: guides, and items that say which value a setting must have."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from auditor.findings.finding import Severity

Version = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Guide:
    """One edition of a published guide. `local_counts`: a local value satisfies it where no policy sets one."""

    id: str
    title: str
    version: str
    place: str
    local_counts: bool = False


@dataclass(frozen=True, slots=True)
class Cited:
    """A recommendation of a guide: the guide's id in the file, the recommendation's own id, its level."""

    guide: str
    id: str
    level: str


@dataclass(frozen=True, slots=True)
class Expectation:
    """One comparison with a value.

    `operator` is one of: "is" and "is_not" (one of the values), "at_least" and "at_most" (a number), "within" (each
    word is one of the values), "without" (no word is), "present" (anything but nothing), "path" (a Windows path),
    "count_at_most" and "count_at_least" (how many entries a table has).
    """

    operator: str
    values: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The comparison for people."""
        words = " or ".join(value for value in self.values if value)
        if self.operator.startswith("count"):
            return f"{'at most' if self.operator.endswith('most') else 'at least'} {words} entries"
        return {
            "is": words,
            "is_not": f"not {words}",
            "at_least": f"at least {words}",
            "at_most": f"at most {words}",
            "within": f"only {', '.join(self.values)}",
            "without": f"without {', '.join(self.values)}",
            "present": "set",
            "path": words,
        }[self.operator]


@dataclass(frozen=True, slots=True)
class Default:
    """What an absent line means from a version on; `value` None: not known. () is every version."""

    since: Version
    value: str | None


@dataclass(frozen=True, slots=True)
class Clause:
    """One thing to look at: a setting of a table, a setting of every entry of a table, or a measure of the rules.

    `table` ends in "/*" for every entry. `only` restricts the entries to those whose settings agree; `none` is what
    holds when there is no entry: "pass", "fail" or "not applicable". `measure` names a function of `measures`.
    """

    table: str = ""
    key: str = ""
    expect: Expectation = field(default_factory=lambda: Expectation("present"))
    defaults: tuple[Default, ...] = ()
    only: tuple[tuple[str, Expectation, str], ...] = ()
    """(key, expectation, value of an absent line)."""
    none: str = "not applicable"
    measure: str = ""

    @property
    def place(self) -> str:
        """Where it is set, in the vendor's words."""
        return self.measure.replace("-", " ") if self.measure else f"{self.table} {self.key}".strip()


@dataclass(frozen=True, slots=True)
class Item:
    """One requirement with every guide that asks for it.

    `clauses` must all hold, or one of them where `any_of` is set. `undecidable` says why no export can show it (there
    are no clauses then). `scope` is "device" for what VDOMs share. `since` and `until` are the first and the last
    version that have the setting.
    """

    id: str
    title: str
    severity: Severity
    scope: str
    guides: tuple[Cited, ...]
    clauses: tuple[Clause, ...]
    any_of: bool
    undecidable: str
    since: Version
    until: Version
    evidence: str
    remedy: str
    note: str

    @property
    def setting(self) -> str:
        """Where it is set, in the vendor's words, "" for what no export shows."""
        return self._joint(clause.place for clause in self.clauses)

    @property
    def expected(self) -> str:
        """What the guides want of the settings, for people; "" where the title says it all."""
        if all(clause.measure for clause in self.clauses):
            return ""
        return self._joint(
            clause.measure.replace("-", " ") if clause.measure else f"{clause.key} {clause.expect.text}".strip()
            for clause in self.clauses
        )

    def _joint(self, words: Iterable[str]) -> str:
        return (" or " if self.any_of else "; ").join(dict.fromkeys(words))


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A benchmark file: the guides of one vendor's product and their items."""

    id: str
    title: str
    version: str
    vendor: str
    file: str
    guides: tuple[Guide, ...]
    items: tuple[Item, ...]

    def guide(self, key: str) -> Guide:
        """A guide by its id; the loader has made sure that it is there."""
        return next(each for each in self.guides if each.id == key)
