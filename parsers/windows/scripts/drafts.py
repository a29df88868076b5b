"""The rules a script has made so far, in their order; those of one name are found without looking at the others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from parsers.windows.scripts.tags import literal
from parsers.windows.written import WrittenRule

_MOST_DOUBTS = 8


@dataclass(frozen=True, slots=True)
class Place:
    """Where a command stands, and why it may not run ("" when it does)."""

    line: int
    last_line: int
    doubt: str = ""


@dataclass(slots=True)
class Draft:
    """A rule as the script has stated it so far: netsh's tags in lower case with their values as written.

    `rule` is set instead where another command than netsh states it, and `key` is the name by which PowerShell finds it
    beside the displayed one. `conditions` are limits no tag can say; `legacy` marks an exception of `netsh firewall`.
    """

    name: str
    place: Place
    tags: dict[str, str] = field(default_factory=dict)
    doubts: list[str] = field(default_factory=list)
    conditions: tuple[tuple[str, str], ...] = ()
    rule: WrittenRule | None = None
    key: str = ""
    group: str = ""
    legacy: bool = False
    number: int = 0
    """Its place among the rules made, given by `Drafts`."""

    @property
    def doubtful(self) -> bool:
        """Are there so many doubts that no further one is kept?"""
        return len(self.doubts) >= _MOST_DOUBTS

    def doubt(self, text: str) -> None:
        """One more reason why the rule may not be as it is stated; some are enough."""
        if not self.doubtful:
            self.doubts.append(text)


class Drafts:
    """Drafts in the order in which they were made."""

    def __init__(self) -> None:
        self._held: dict[int, Draft] = {}
        self._named: dict[str, dict[int, None]] = {}
        self._computed: dict[int, None] = {}
        """The numbers of those whose name a variable decides."""
        self._made = 0

    def __iter__(self) -> Iterator[Draft]:
        return iter(tuple(self._held.values()))

    def __len__(self) -> int:
        return len(self._held)

    def add(self, draft: Draft) -> None:
        """One more, behind the others."""
        self._made += 1
        draft.number = self._made
        self._held[draft.number] = draft
        self._place(draft.name)[draft.number] = None

    def remove(self, draft: Draft) -> None:
        """One less."""
        del self._held[draft.number]
        del self._place(draft.name)[draft.number]

    def rename(self, draft: Draft, name: str) -> None:
        """Another name for a draft, which stays where it is."""
        del self._place(draft.name)[draft.number]
        draft.name = name
        self._place(name)[draft.number] = None

    def clear(self) -> None:
        """None is left."""
        for kept in (self._held, self._named, self._computed):
            kept.clear()

    def perhaps_named(self, name: str) -> Iterator[Draft]:
        """Those whose name is, or may turn out to be, a name that may itself hold a variable."""
        if not literal(name)[1]:
            return iter(self)
        numbers = sorted({**self._place(name), **self._computed})
        return iter([self._held[number] for number in numbers])

    def _place(self, name: str) -> dict[int, None]:
        text, is_whole = literal(name)
        return self._named.setdefault(text, {}) if is_whole else self._computed
