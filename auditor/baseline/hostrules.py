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
        self._known = known
        self._own = {executable(each.program) for each in known} - {"", *_SHARED}
        self._is_server = sum(executable(rule.program.name) in self._own for rule in rules) >= _ENOUGH

    def recognise(self, rule: Rule) -> HostRule | None:
        """The setup rule that an inbound rule is, None for every other rule.

        A rule without a program (or whose program the export does not print) needs a further sign: its name, its
        group, or a host with the product's own programs.
        """
        if not rule.service.possible <= ServiceSet.protocol(TCP):
            return None
        key = host_rule_key(rule.name)
        return self._bound(rule, key) if rule.program.kind is ScopeKind.NAMED else self._unbound(rule, key)

    def _bound(self, rule: Rule, key: str) -> HostRule | None:
        name = executable(rule.program.name)
        own = [each for each in self._known if each.program and executable(each.program) == name]
        if name in _SHARED:
            own = [each for each in own if host_rule_key(each.name) == key or _is_grouped(rule)]
        same = [each for each in own if same_ports(rule, each)]
        named = [each for each in own if host_rule_key(each.name) == key]
        return _first([each for each in same if each in named]) or _first(same) or _first(named)

    def _unbound(self, rule: Rule, key: str) -> HostRule | None:
        marked = _MARK.search(rule.name) is not None
        named = [each for each in self._known if host_rule_key(each.name) == key and each.gfw == marked]
        if rule.program.kind is ScopeKind.UNKNOWN:
            # The dump does not print programs: only the name tells a rule for any program from its twin.
            return _first([each for each in named if same_ports(rule, each)]) or _first(named)
        # Setup's rules take every sender and cannot be edited: a rule for certain senders is somebody's narrowed copy.
        for_everybody = not (ANY_ADDRESS - rule.source.possible)
        sign = bool(named) or marked or _is_grouped(rule) or (self._is_server and for_everybody)
        named = [each for each in named if each.gfw]
        # "Every port" is a rule that anybody may have written: there the name must say it.
        same = [
            each
            for each in self._known
            if each.gfw and same_ports(rule, each) and sign and (each in named or rule.written.service)
        ]
        return _first([each for each in same if each in named]) or _first(same) or _first(named)


def _first(rules: list[HostRule]) -> HostRule | None:
    return rules[0] if rules else None


def _is_grouped(rule: Rule) -> bool:
    return "exchange" in f"{rule.name} {rule.written.group}".casefold()


def same_ports(rule: Rule, known: HostRule) -> bool:
    """Does a rule name exactly the ports of a setup rule?"""
    return _ports(rule.written.service) == _ports(known.ports)


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
