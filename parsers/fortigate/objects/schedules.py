"""Schedules as conditions on a rule.

Source: the reference, section 6.5: a recurring schedule without `day` never applies, `always` is every day without
times, a one-time schedule that has ended leaves a dead rule, one that has not begun is a future opening. Times are
device-local.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from parsers.fortigate.objects.scope import Scope
from parsers.fortigate.syntax.tree import Block
from parsers.model.rule import Condition, Truth

_DAYS = frozenset({"sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"})
_TABLES = ("firewall schedule recurring", "firewall schedule onetime", "firewall schedule group")


class Schedules:
    """The schedules of one VDOM."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    def defines(self, name: str) -> bool:
        """Does the file or the product have a schedule of this name?"""
        return name in ("always", "none") or any(self.scope.entry(table, name) is not None for table in _TABLES)

    def conditions(self, name: str, seen: frozenset[str] = frozenset()) -> tuple[Condition, ...]:
        """The conditions a schedule puts on a rule: none when it always applies."""
        recurring = self.scope.entry(_TABLES[0], name)
        if recurring is not None:
            return self._recurring(name, recurring)
        once = self.scope.entry(_TABLES[1], name)
        if once is not None:
            return self._once(name, once)
        group = self.scope.entry(_TABLES[2], name)
        if group is not None and name not in seen:
            return self._group(name, group, seen | {name})
        if name == "always":
            return ()
        if name == "none":
            return (Condition("schedule", "schedule 'none' never applies", Truth.FALSE),)
        return (Condition("schedule", f"only in schedule {name!r}, which is not defined in the file"),)

    @staticmethod
    def _recurring(name: str, entry: Block) -> tuple[Condition, ...]:
        days = frozenset(word.lower() for word in entry.words("day"))
        start, end = entry.get("start") or "00:00", entry.get("end") or "00:00"
        if not days & _DAYS:
            return (Condition("schedule", f"schedule {name!r} names no day: it never applies", Truth.FALSE),)
        if days >= _DAYS and start == end:
            return ()
        when = "every day" if days >= _DAYS else " ".join(entry.words("day"))
        hours = "" if start == end else f" {start} to {end}"
        return (Condition("schedule", f"only in schedule {name!r} ({when}{hours})"),)

    @staticmethod
    def _once(name: str, entry: Block) -> tuple[Condition, ...]:
        # A start in the future is no reason to call the rule closed: it will open by itself.
        end = _moment(entry.words("end")) or instant(entry.get("end-utc"))
        text = f"only in schedule {name!r} ({' '.join(entry.words('start'))} to {' '.join(entry.words('end'))})"
        return (Condition("schedule", text, Truth.UNKNOWN, None, end),)

    def _group(self, name: str, group: Block, seen: frozenset[str]) -> tuple[Condition, ...]:
        members = group.words("member")
        parts = [self.conditions(member, seen) for member in members]
        if any(not part for part in parts):
            return ()
        flat = [condition for part in parts for condition in part]
        text = f"only in schedule group {name!r} ({', '.join(members)})"
        alive = [condition for condition in flat if condition.truth is not Truth.FALSE]
        if flat and not alive:
            return (Condition("schedule", text, Truth.FALSE),)
        ends = [condition.not_after for condition in alive]
        last = max(each for each in ends if each) if ends and all(ends) else None
        return (Condition("schedule", text, Truth.UNKNOWN, None, last),)


def _moment(words: tuple[str, ...]) -> datetime | None:
    """`HH:MM YYYY/MM/DD`, device-local; None when it is missing or odd."""
    try:
        return datetime.strptime(" ".join(words[:2]), "%H:%M %Y/%m/%d")
    except ValueError:
        return None


_ANY_ZONE = timedelta(hours=14)
"""Local times differ from UTC by up to so much, and a backup need not name the time zone."""


def instant(word: str | None) -> datetime | None:
    """Seconds since 1970 (`end-utc`, 7.2 and later) as the latest device-local time it can be; None when missing."""
    if not word or not word.isdecimal() or len(word) > 11:
        return None
    return datetime(1970, 1, 1) + timedelta(seconds=int(word)) + _ANY_ZONE


def expiry(entry: Block) -> tuple[Condition, ...]:
    """The condition of `policy-expiry` (7.2 and later)."""
    if entry.get("policy-expiry") != "enable":
        return ()
    until = instant(entry.get("policy-expiry-date-utc"))
    if until is not None and not entry.words("policy-expiry-date"):
        return (Condition("expiry", f"until {until:%Y-%m-%d} (policy-expiry)", Truth.TRUE, None, until),)
    words = entry.words("policy-expiry-date") or entry.words("policy-expiry-date-utc")
    for pattern in ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d", "%Y/%m/%d %H:%M:%S"):
        try:
            until = datetime.strptime(" ".join(words), pattern)
        except ValueError:
            continue
        return (Condition("expiry", f"until {' '.join(words)} (policy-expiry)", Truth.TRUE, None, until),)
    return (Condition("expiry", "policy-expiry is on; its date is not readable"),)
