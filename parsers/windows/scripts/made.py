"""What a script makes of a host's firewall, command by command: later commands may change what earlier ones made."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from parsers.model.origin import Gap, Ledger, Origin
from parsers.source import Document
from parsers.windows.convert import device_name
from parsers.windows.scripts.drafts import Draft, Drafts, Place
from parsers.windows.scripts.tags import written
from parsers.windows.written import WrittenHost, WrittenProfile, WrittenRule

ADDED = (
    "A script says which rules it makes, not which ones the host has: rules of other exports of the host are "
    "taken beside them."
)

_MOST_NUMBERS = 5
_USUAL = {"enabled": True, "inbound": "block", "outbound": "allow"}
"""What of a profile holds where nothing is said of it (the reference, section 4.3)."""


class Made:
    """The rules, profiles, gaps and notes of a script."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.drafts = Drafts()
        self.gaps: list[Gap] = []
        self._notes: dict[str, list[int]] = {}
        self.lines: set[int] = set()
        """The numbers of the lines that commands about the firewall stand in."""
        self.passed: set[int] = set()
        """The numbers of lines that only say something to people."""
        self.acted = False
        """Is there a command that changes the firewall?"""
        self._profiles: dict[str, WrittenProfile] = {}

    def add(self, draft: Draft) -> None:
        """One more rule; where it may not be made, that is among its doubts."""
        if draft.place.doubt:
            draft.doubts.append(draft.place.doubt)
        self.drafts.add(draft)

    def gap(self, place: Place, name: str, what: str, *, hides: bool) -> None:
        """Something a command does that cannot be decided."""
        origin = Origin(self.file, place.line, place.last_line, "command", name)
        self.gaps.append(Gap(origin, name, "", f"{name} {what}", hides_access=hides))

    def note(self, place: Place, text: str) -> None:
        """Something a reader should know; the same of several lines is said once."""
        self._notes.setdefault(text, []).append(place.line)

    def state(self, found: WrittenProfile) -> None:
        """The state of a profile: what a later command says counts."""
        one = self._profiles.get(found.profile)
        if one is None:
            self._profiles[found.profile] = found
            return
        later = {name.casefold() for name, _ in found.values}
        self._profiles[found.profile] = replace(
            one,
            enabled=one.enabled if found.enabled is None else found.enabled,
            inbound=found.inbound or one.inbound,
            outbound=found.outbound or one.outbound,
            merge_local=one.merge_local if found.merge_local is None else found.merge_local,
            excluded=found.excluded or one.excluded,
            values=tuple(pair for pair in one.values if pair[0].casefold() not in later) + found.values,
            may_be=tuple(each for each in one.may_be if getattr(found, each[0]) is None),
        )

    def perhaps(self, found: WrittenProfile, place: Place, why: str = "") -> None:
        """A state that a profile has if a command runs, or if the command is about this profile."""
        one = self._profiles.get(found.profile, WrittenProfile(found.profile, line=place.line, file=self.file))
        text = f"line {place.line} may change it: {why or place.doubt}"
        known = {each[:2] for each in one.may_be}
        new: list[tuple[str, object, str]] = []
        for name, usual in _USUAL.items():
            now, value = getattr(one, name), getattr(found, name)
            if value not in (None, usual if now is None else now) and (name, value) not in known:
                new.append((name, value, text))
        if new:
            self._profiles[found.profile] = replace(one, may_be=(*one.may_be, *new))

    def rules(self) -> tuple[WrittenRule, ...]:
        """The rules as the last command leaves them."""
        seen: Counter[str] = Counter()
        return tuple(self._rules(seen))

    def _rules(self, seen: Counter[str]) -> Iterator[WrittenRule]:
        store = f"script {self.file}"
        for number, draft in enumerate(self.drafts, start=1):
            if draft.rule is not None:
                rule = replace(draft.rule, unread=tuple(dict.fromkeys((*draft.rule.unread, *draft.doubts))))
            else:
                identity = draft.name or f"rule {number}"
                seen[identity.casefold()] += 1
                again = seen[identity.casefold()]
                rule = WrittenRule(
                    id=identity if again == 1 else f"{identity} ({again})",
                    name=identity,
                    file=self.file,
                    first_line=draft.place.line,
                    last_line=draft.place.last_line,
                    store=store,
                    group=draft.group,
                    **written(draft.tags, draft.doubts, draft.conditions),  # type: ignore[arg-type]
                )
            yield rule

    def _said(self) -> Iterator[str]:
        for text, numbers in self._notes.items():
            yield f"{self.file}, {in_words(numbers)}: {text}"

    def host(self, document: Document, text: str, *, encoding: str, form: str) -> WrittenHost:
        """Everything as what an export of a host says."""
        rules = self.rules()
        total = len(text.splitlines())
        lines = self.lines | {number for each in rules for number in range(each.first_line, each.last_line + 1)}
        read = min(len(lines), total)
        return WrittenHost(
            name=device_name(document.name),
            rules=rules,
            profiles=tuple(self._profiles.values()),
            gaps=(*self.gaps, *_unread(rules)),
            notes=(ADDED, *self._said()),
            stores=("local", f"script {document.name}"),
            format=form,
            encoding=encoding,
            ledger=Ledger(total, read, total - read, 0),
        )


def in_words(numbers: list[int]) -> str:
    """Line numbers for a sentence, the first five of them."""
    shown = ", ".join(map(str, numbers[:_MOST_NUMBERS]))
    more = f" and {len(numbers) - _MOST_NUMBERS} more" if len(numbers) > _MOST_NUMBERS else ""
    return f"line{'s' if len(numbers) > 1 else ''} {shown}{more}"


def _unread(rules: tuple[WrittenRule, ...]) -> Iterator[Gap]:
    for rule in rules:
        if rule.unread:
            origin = Origin(rule.file, rule.first_line, rule.last_line, "rule", rule.name)
            what = f"rule {rule.name!r}: not known: {', '.join(rule.unread)}"
            yield Gap(origin, f"rule {rule.id}", rule.unread[0], what, hides_access=rule.enabled is not False)
