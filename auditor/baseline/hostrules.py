"""Which rule of a product's setup a Windows rule is: by its ports and program first, by its name second.

Source: the seed's table of Windows rules and what is known about it (traps P40 to P50, P63): names differ by version,
language and typing; several programs share svchost.exe and w3wp.exe; a rule open to any program is told from an
administrator's own by what else the host has.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from auditor.baseline.model import HostRule
from parsers.model.addresses import ANY_ADDRESS
from parsers.model.rule import Rule, ScopeKind
from parsers.model.services import TCP, ServiceSet

_MARK = re.compile(r"\((?:gfw|fgw)\)", re.IGNORECASE)
_SHARED = frozenset({"svchost.exe", "w3wp.exe"})
"""Executables that many products run in: they say nothing without a name."""
_SYSTEM = frozenset({"system", "lsass.exe"})
"""Executables of every Windows: on ports that every Windows has rules for they say nothing without a name."""
_COMMON = frozenset({"80", "123", "443", "445", "rpc", "rpcepmap", "any"})
_TCP = ServiceSet.protocol(TCP)
_ENOUGH = 2
"""So many rules bound to the product's own programs make a host one of its servers."""


def host_rule_key(name: str) -> str:
    """A rule's name without what versions, languages and typing change (traps P40 to P43, P50)."""
    key = re.sub(r"\((?:gfw|fgw|tcp[- ]?\w+)\)", "", name.casefold())
    return re.sub(r"[^a-z0-9]", "", key).replace("prcepmap", "rpcepmap")


def executable(path: str) -> str:
    """The file name of a program in lower case; "system" for the kernel, "" for none."""
    return path.replace("/", "\\").casefold().rpartition("\\")[2]


class KnownHostRules:
    """The setup rules of a ruleset beside the rules of one host."""

    def __init__(self, known: tuple[HostRule, ...], rules: Iterable[Rule]) -> None:
        self._by_program: dict[str, list[HostRule]] = {}
        self._by_key: dict[str, list[HostRule]] = {}
        self._open: list[HostRule] = []
        self._ports = {each.id: _ports(each.ports) for each in known}
        for each in known:
            self._by_key.setdefault(host_rule_key(each.name), []).append(each)
            if each.program:
                self._by_program.setdefault(executable(each.program), []).append(each)
            if each.gfw:
                self._open.append(each)
        own = set(self._by_program) - _SHARED - _SYSTEM
        self._is_server = sum(executable(rule.program.name) in own for rule in rules) >= _ENOUGH

    def recognise(self, rule: Rule) -> HostRule | None:
        """The setup rule that an inbound rule is, None for every other rule.

        A rule without a program (or whose program the export does not print) needs a further sign: its name, its
        group, or a host with the product's own programs.
        """
        bound = rule.program.kind is ScopeKind.NAMED
        own = self._by_program.get(executable(rule.program.name), []) if bound else self._open
        if bound and not own:
            return None
        named = self._by_key.get(host_rule_key(rule.name), [])
        sign = bool(named) or _is_grouped(rule) or _MARK.search(rule.name) is not None
        # Setup's rules take every sender and cannot be edited: a rule for certain senders is somebody's narrowed copy.
        sign = sign or (self._is_server and not ANY_ADDRESS - rule.source.possible)
        if not (bound or sign) or not rule.service.possible <= _TCP:
            return None
        ports = _ports(rule.written.service)
        return self._bound(rule, own, named, ports) if bound else self._unbound(rule, own, named, ports)

    def _bound(self, rule: Rule, own: list[HostRule], named: list[HostRule], ports: frozenset[str]) -> HostRule | None:
        program = executable(rule.program.name)
        if program in _SHARED | _SYSTEM and not _is_grouped(rule):
            telling = program in _SYSTEM and not ports & _COMMON
            own = [each for each in own if telling or each in named]
        same = [each for each in own if self._ports[each.id] == ports]
        called = [each for each in own if each in named]
        return _first([each for each in same if each in called]) or _first(same) or _first(called)

    def _unbound(
        self, rule: Rule, own: list[HostRule], named: list[HostRule], ports: frozenset[str]
    ) -> HostRule | None:
        marked = _MARK.search(rule.name) is not None
        called = [each for each in named if each.gfw == marked]
        same = [each for each in called if self._ports[each.id] == ports]
        if rule.program.kind is ScopeKind.UNKNOWN:
            # The dump does not print programs: only the name tells a rule for any program from its twin.
            return _first(same) or _first(called)
        # "Every port" is a rule that anybody may have written: there the name must say it.
        alike = [each for each in own if rule.written.service and self._ports[each.id] == ports]
        return _first([each for each in same if each.gfw]) or _first(alike) or _first([e for e in called if e.gfw])


def _first(rules: list[HostRule]) -> HostRule | None:
    return rules[0] if rules else None


def _is_grouped(rule: Rule) -> bool:
    return "exchange" in f"{rule.name} {rule.written.group}".casefold()


def _ports(words: Iterable[str]) -> frozenset[str]:
    """Port words for comparison: ranges written out where they are short, keywords without hyphens; () is any."""
    found: set[str] = set()
    for word in words:
        first, dash, last = word.partition("-")
        if dash and first.isdigit() and last.isdigit() and int(last) - int(first) < 100:
            found |= {str(port) for port in range(int(first), int(last) + 1)}
        else:
            found.add(word.casefold().replace("-", "") if not word[:1].isdigit() else word)
    return frozenset(found) or frozenset({"any"})
