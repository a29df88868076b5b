"""Who owns a port on a Windows host: a rule bound to another program never matches.

Source: WINDOWS reference, sections 7.5 and 8.1: TCP 135 is owned by RpcSs in svchost.exe, so Exchange's rules for
RPC-EPMap that name an Exchange program match no socket; 80 and 443 belong to the kernel ("System").
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from auditor.baseline.hostrules import executable
from auditor.baseline.model import Ruleset
from auditor.baseline.services import load_services
from parsers.model.bounds import Bounded
from parsers.model.intervals import IntervalSet
from parsers.model.rule import Rule, ScopeKind
from parsers.model.services import NO_SERVICE, TCP, ServiceSet, parse_ports

UNKNOWN_PROGRAM = "programs of rules are not in the export (use verbose)"


def owned_ports(rulesets: Iterable[Ruleset]) -> dict[str, ServiceSet]:
    """The fixed ports that programs are known to own, by the executable's name."""
    owners: dict[str, ServiceSet] = {}
    for known in load_services():
        for name in known.listeners:
            owners[name] = owners.get(name, NO_SERVICE) | known.service
    system = ServiceSet.union(owners.values())
    for ruleset in rulesets:
        for rule in ruleset.host_rules:
            name = executable(rule.program)
            ports = [port for port in rule.ports if port.isdigit()]
            if name and ports and name != "svchost.exe":
                service = ServiceSet.ports(TCP, parse_ports(",".join(ports)))
                owners[name] = owners.get(name, NO_SERVICE) | (service - system)
    return owners


def narrower(
    owners: Mapping[str, ServiceSet], fixed: ServiceSet, rpc: IntervalSet | None = None
) -> Callable[[Rule], Rule]:
    """A function that narrows a host rule's services to those its program can own.

    A program known to own a port counts for certain; a known other owner means the rule never matches there; with an
    unknown owner, or a program the export does not print, the rule stays possible. The keyword RPC opens endpoints that
    the RPC runtime gives out, never a port of `fixed`, which something else listens on (TRAPS reference, P23). `rpc` is
    the dynamic range the site states: it settles the keyword where the export does not.
    """
    everything = ServiceSet.union(owners.values())

    def settled(rule: Rule) -> Rule:
        if {word.casefold() for word in rule.written.service} != {"rpc"}:
            return rule
        if rpc is not None and not rule.service.is_exact:
            reasons = tuple(reason for reason in rule.uncertain if not reason.startswith("RPC stands for"))
            rule = replace(rule, service=Bounded.exactly(ServiceSet.ports(TCP, rpc)), uncertain=reasons)
        return replace(rule, service=Bounded(rule.service.certain - fixed, rule.service.possible - fixed))

    def narrow(stated: Rule) -> Rule:
        rule = settled(stated)
        if rule.implicit or (rule.program.kind is ScopeKind.ANY and rule.windows_service.kind is ScopeKind.ANY):
            return rule
        if rule.program.kind is ScopeKind.UNKNOWN or rule.windows_service.kind is ScopeKind.UNKNOWN:
            unsure = (*rule.uncertain, UNKNOWN_PROGRAM)
            return replace(rule, service=Bounded(NO_SERVICE, rule.service.possible), uncertain=unsure)
        name = executable(rule.program.name)
        if not name:
            name = "svchost.exe"
        own = owners.get(name, NO_SERVICE)
        certain = rule.service.certain & own
        possible = rule.service.possible - (everything - own)
        if certain == rule.service.certain and possible == rule.service.possible:
            return rule
        unsure = (*rule.uncertain, f"open only while {rule.program.name or rule.windows_service.name} listens")
        return replace(rule, service=Bounded(certain, possible), uncertain=unsure)

    return narrow


def sending(rule: Rule) -> Rule:
    """An outbound rule of a host: which program sends a packet is unknown, so one that names a program may match."""
    if rule.implicit or (rule.program.kind is ScopeKind.ANY and rule.windows_service.kind is ScopeKind.ANY):
        return rule
    named = rule.program.name or rule.windows_service.name
    why = f"only for what {named} sends" if named else UNKNOWN_PROGRAM
    return replace(rule, service=Bounded(NO_SERVICE, rule.service.possible), uncertain=(*rule.uncertain, why))
