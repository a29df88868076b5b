"""Who owns a port on a Windows host: a rule bound to another program never matches.

Source: WINDOWS reference, sections 7.5 and 8.1: TCP 135 is owned by RpcSs in svchost.exe, so Exchange's rules for
RPC-EPMap that name an Exchange program match no socket, nor does a rule for another service of svchost.exe; SMB and
WinRM belong to the kernel ("System"), so do 80 and 443 where IIS serves them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from auditor.baseline import BoundRuleset
from auditor.baseline.hostrules import executable
from auditor.baseline.model import Ruleset
from auditor.baseline.services import load_services
from parsers.model.bounds import Bounded
from parsers.model.firewall import Firewall
from parsers.model.intervals import IntervalSet
from parsers.model.rule import Action, Direction, Rule, ScopeKind
from parsers.model.services import NO_SERVICE, TCP, ServiceSet, parse_ports

UNKNOWN_PROGRAM = "programs of rules are not in the export (use verbose)"
_KERNEL = "system"
_SHARED = frozenset({_KERNEL, "svchost.exe"})
"""Processes of many services: that a rule names one says nothing of the ports of the others."""
_WEB_WORKER = "w3wp.exe"
"""Runs where IIS does, whose ports are then the kernel's."""
_PLACED = frozenset({"svchost.exe", "lsass.exe"})
_PLACE = re.compile(r"^(?:%systemroot%|%windir%|[a-z]:\\[^\\]+)\\(?:system32|sysnative)\\[^\\]+$")
"""Where Windows keeps these programs; a file of the same name elsewhere is another program."""


@dataclass(frozen=True, slots=True)
class Listener:
    """Ports and who answers on them: executables in lower case, and of a shared process its services (any if empty).

    `reserved`: every Windows holds the ports for them.
    """

    service: ServiceSet
    programs: frozenset[str]
    services: frozenset[str] = frozenset()
    reserved: bool = False


def listeners(rulesets: Iterable[Ruleset]) -> tuple[Listener, ...]:
    """The listeners of Windows and of the products that the rulesets speak of."""
    found = [
        Listener(known.service, frozenset(known.listeners), frozenset(known.windows_services), known.reserved)
        for known in load_services()
        if known.listeners
    ]
    system = ServiceSet.union(each.service for each in found)
    owned: dict[str, ServiceSet] = {}
    for ruleset in rulesets:
        for rule in ruleset.host_rules:
            name = executable(rule.program)
            ports = [port for port in rule.ports if port.isdigit()]
            if name and name != "svchost.exe":
                own = ServiceSet.ports(TCP, parse_ports(",".join(ports))) if ports else NO_SERVICE
                owned[name] = owned.get(name, NO_SERVICE) | own
    return (*found, *(Listener(service - system, frozenset({name})) for name, service in owned.items()))


def products(rulesets: Iterable[BoundRuleset]) -> dict[str, frozenset[str]]:
    """The programs of the products that each host is a server of, by the host's name."""
    found: dict[str, frozenset[str]] = {}
    for each in rulesets:
        programs = frozenset(executable(rule.program) for rule in each.ruleset.host_rules)
        for name in {end.host for end in each.every_end if end.host}:
            found[name] = found.get(name, frozenset()) | programs
    return found


def narrower(
    known: tuple[Listener, ...],
    fixed: ServiceSet,
    rpc: IntervalSet | None = None,
    installed: Mapping[str, frozenset[str]] | None = None,
) -> Callable[[Firewall], Callable[[Rule], Rule]]:
    """For a host, a function that narrows its rules' services to those that their programs can own.

    A program known to own a port counts for certain; a known other owner means the rule never matches there; with an
    unknown owner, or a program the export does not print, the rule stays possible. The keyword RPC opens endpoints that
    the RPC runtime gives out, never a port of `fixed`, which something else listens on (TRAPS reference, P23). `rpc` is
    the dynamic range the site states: it settles the keyword where the export does not. `installed` are the programs
    of the products on each host.
    """

    def settled(rule: Rule) -> Rule:
        if {word.casefold() for word in rule.written.service} != {"rpc"}:
            return rule
        if rpc is not None and not rule.service.is_exact:
            reasons = tuple(reason for reason in rule.uncertain if not reason.startswith("RPC stands for"))
            rule = replace(rule, service=Bounded.exactly(ServiceSet.ports(TCP, rpc)), uncertain=reasons)
        return replace(rule, service=Bounded(rule.service.certain - fixed, rule.service.possible - fixed))

    def of_host(firewall: Firewall) -> Callable[[Rule], Rule]:
        owners = _Owners(known, firewall, (installed or {}).get(firewall.name, frozenset()))

        def narrow(stated: Rule) -> Rule:
            rule = settled(stated)
            return rule if rule.implicit or _is_for_any_program(rule) else _narrowed(rule, owners)

        return narrow

    return of_host


def _is_for_any_program(rule: Rule) -> bool:
    return rule.program.kind is ScopeKind.ANY and rule.windows_service.kind is ScopeKind.ANY


def _narrowed(rule: Rule, owners: _Owners) -> Rule:
    if ScopeKind.UNKNOWN in (rule.program.kind, rule.windows_service.kind):
        unsure = (*rule.uncertain, UNKNOWN_PROGRAM)
        return replace(rule, service=Bounded(NO_SERVICE, rule.service.possible), uncertain=unsure)
    surely, foreign = owners.shares(rule.program.name, rule.windows_service.name)
    certain = rule.service.certain & surely if surely else NO_SERVICE
    possible = rule.service.possible - foreign
    if certain == rule.service.certain and possible == rule.service.possible:
        return rule
    does = "blocks" if rule.action is Action.DENY else "open"
    unsure = (*rule.uncertain, f"{does} only while {rule.program.name or rule.windows_service.name} listens")
    return replace(rule, service=Bounded(certain, possible), uncertain=unsure)


class _Owners:
    """The listeners of one host, and which of them hold their ports against every other program there."""

    def __init__(self, known: tuple[Listener, ...], firewall: Firewall, installed: frozenset[str]) -> None:
        self._known = known
        self._all = ServiceSet.union(each.service for each in known)
        self._programs = frozenset(name for each in known for name in each.programs)
        claims = _claims(firewall)
        there = installed | frozenset(claims)
        self._held = ServiceSet.union(each.service for each in known if each.reserved or _is_there(each, there, claims))
        self._shares: dict[tuple[str, str], tuple[ServiceSet, ServiceSet]] = {}

    def shares(self, program: str, service: str) -> tuple[ServiceSet, ServiceSet]:
        """(what a rule's program and service surely own, what certainly belongs to others)."""
        key = (program, service)
        if program and _program(program) not in self._programs:
            return NO_SERVICE, self._held
        if key not in self._shares:
            surely = ServiceSet.union(each.service for each in self._known if _owns(each, program, service))
            # A program that is known listens on its own ports; only of others it is open whose place they take.
            held = self._all if program else self._held
            own = ServiceSet.union(each.service for each in self._known if _may_own(each, program, service))
            self._shares[key] = (surely, held - own)
        return self._shares[key]


def _claims(firewall: Firewall) -> dict[str, ServiceSet]:
    """By program: the ports that enabled inbound rules of a host open for it; programs without any as well."""
    distinct: dict[str, set[ServiceSet]] = {}
    for each in firewall.lists:
        for rule in each.rules if each.direction is Direction.INBOUND else ():
            if rule.program.kind is ScopeKind.NAMED:
                found = distinct.setdefault(rule.program.name, set())
                if rule.enabled and rule.written.service:
                    found.add(rule.service.certain)
    claims: dict[str, ServiceSet] = {}
    for path, services in distinct.items():
        name = _program(path)
        claims[name] = ServiceSet.union((claims.get(name, NO_SERVICE), *services))
    return claims


def _is_there(listener: Listener, programs: frozenset[str], claims: Mapping[str, ServiceSet]) -> bool:
    """Do the programs of a host show that the listener is at work? Of a shared process a rule for its ports does."""
    if (listener.programs - _SHARED) & programs or (_KERNEL in listener.programs and _WEB_WORKER in programs):
        return True
    return any(claims[name].overlaps(listener.service) for name in listener.programs & _SHARED if name in claims)


def _owns(listener: Listener, program: str, service: str) -> bool:
    if not _may_own(listener, program, service):
        return False
    if program:
        return "\\" in program.replace("/", "\\") or _program(program) not in _PLACED
    return bool(listener.services)


def _may_own(listener: Listener, program: str, service: str) -> bool:
    """Can the process that a rule names be the listener? A service alone says no program, but never the kernel."""
    name = _program(program)
    if (program and name not in listener.programs) or (not program and listener.programs == {_KERNEL}):
        return False
    shared = bool(service and listener.services) and name != _KERNEL
    return not shared or service == "*" or service.casefold() in listener.services


def _program(path: str) -> str:
    """The executable of a rule's program; "" for a file that only has the name of one of Windows' own."""
    name = executable(path)
    path = path.casefold().replace("/", "\\")
    placed = "\\" not in path or (name in _PLACED and _PLACE.match(path) is not None)
    return name if placed or name not in _PLACED | {_KERNEL} else ""


def sending(rule: Rule) -> Rule:
    """An outbound rule of a host: which program sends a packet is unknown, so one that names a program may match."""
    if rule.implicit or _is_for_any_program(rule):
        return rule
    named = rule.program.name or rule.windows_service.name
    why = f"only for what {named} sends" if named else UNKNOWN_PROGRAM
    return replace(rule, service=Bounded(NO_SERVICE, rule.service.possible), uncertain=(*rule.uncertain, why))
