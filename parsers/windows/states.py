"""What the profiles of a Windows host do by themselves: off, block always, a default of allow; and their settings.

Source: the reference, section 7.1, and its hardening document, section 1: a GPO value wins over the local one, value by
value; what nothing sets is on, inbound connections blocked, outbound ones allowed. On an excluded interface of a
profile the firewall is not applied at all (Microsoft, INetFwPolicy2::put_ExcludedInterfaces).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from parsers.model.addresses import ANY_ADDRESS
from parsers.model.bounds import Bounded
from parsers.model.firewall import Setting
from parsers.model.origin import Origin
from parsers.model.rule import Action, Condition, Direction, Rule
from parsers.model.services import ANY_SERVICE
from parsers.windows.written import WrittenHost, WrittenProfile


def effective(host: WrittenHost, key: str) -> WrittenProfile:
    """The state of a profile: a GPO value wins over the local one, value by value."""
    found = WrittenProfile(key)
    for store in ("gpo", "local"):
        for each in host.profiles:
            if each.profile == key and (each.store == store or (store == "local" and each.store != "gpo")):
                found = replace(
                    found,
                    # A value that another store has set already stays as that says.
                    may_be=found.may_be + tuple(may for may in each.may_be if getattr(found, may[0]) is None),
                    enabled=each.enabled if found.enabled is None else found.enabled,
                    inbound=found.inbound or each.inbound,
                    outbound=found.outbound or each.outbound,
                    merge_local=each.merge_local if found.merge_local is None else found.merge_local,
                    shielded=each.shielded if found.shielded is None else found.shielded,
                    excluded=found.excluded or each.excluded,
                    file=found.file or each.file,
                    line=found.line or each.line,
                )
    return replace(found, inbound="block always") if found.shielded else found


def implicit(host: WrittenHost, states: dict[str, WrittenProfile], direction: Direction) -> Iterator[Rule]:
    """What profiles do by themselves: off, block always, and a default of allow."""
    inward = direction is Direction.INBOUND
    for key, state in states.items():
        origin = Origin(state.file or host.name, state.line, state.line, "profile", key)
        off, doubt = has(state, "enabled", False)
        if off:
            yield whole(f"{key} profile is off", key, Action.BYPASS, origin, doubt, inward=inward)
        elif state.excluded:
            limit = (Condition("interface", f"only on interface {state.excluded}"),)
            name = f"{key} profile is off on some interfaces"
            yield whole(name, key, Action.BYPASS, origin, limit, inward=inward)
        closed, why = has(state, "inbound", "block always")
        if inward and closed and (not off or doubt):
            yield whole(f"{key} profile blocks all inbound connections", key, Action.DENY, origin, why, inward=True)
        default, why = has(state, "inbound", "allow") if inward else has(state, "outbound", "block", inverted=True)
        if default:
            yield whole(f"{key} profile allows by default", key, Action.ALLOW, origin, why, inward=inward)


def has(
    state: WrittenProfile, name: str, value: object, *, inverted: bool = False
) -> tuple[bool, tuple[Condition, ...]]:
    """Has a profile a value (`inverted`: another one), certainly or perhaps; in the second case with why it may not."""
    others = [each for each in state.may_be if each[0] == name]
    answers = {(each == value) is not inverted for each in (getattr(state, name), *(other for _, other, _ in others))}
    doubts = tuple(Condition("unread", text) for text in dict.fromkeys(text for _, _, text in others))
    return True in answers, doubts if len(answers) > 1 else ()


def whole(
    name: str, profile: str, action: Action, origin: Origin, doubts: tuple[Condition, ...] = (), *, inward: bool
) -> Rule:
    """A rule that no line states, for every packet of a profile."""
    where = frozenset({profile})
    return Rule(
        id=f"implicit: {name}",
        name=name,
        origin=origin,
        action=action,
        enabled=True,
        ingress=where if inward else None,
        egress=None if inward else where,
        source=Bounded.exactly(ANY_ADDRESS),
        destination=Bounded.exactly(ANY_ADDRESS),
        service=Bounded.exactly(ANY_SERVICE),
        conditions=doubts,
        implicit=True,
    )


def settings(host: WrittenHost) -> Iterator[Setting]:
    """Profile values under their registry names, so that one benchmark serves every export."""
    for each in host.profiles:
        path = f"{each.store} profile {each.profile}"
        origin = Origin(each.file, each.line, each.line, "profile", each.profile)
        known: list[tuple[str, str]] = []
        unsure = {name for name, _, _ in each.may_be}
        if each.enabled is not None:
            known.append(("EnableFirewall", "1" if each.enabled else "0"))
        if each.inbound is not None:
            known.append(("DefaultInboundAction", "0" if each.inbound == "allow" else "1"))
        if each.shielded is not None or each.inbound is not None:
            shielded = each.shielded or each.inbound == "block always"
            if shielded or each.shielded is not None or each.store != "gpo":
                known.append(("DoNotAllowExceptions", "1" if shielded else "0"))
        if each.outbound is not None:
            known.append(("DefaultOutboundAction", "1" if each.outbound == "block" else "0"))
        for key, value in (*known, *each.values):
            if _FIELDS.get(key) not in unsure:
                yield Setting(path, key, value, origin)


_FIELDS = {
    "EnableFirewall": "enabled",
    "DefaultInboundAction": "inbound",
    "DoNotAllowExceptions": "inbound",
    "DefaultOutboundAction": "outbound",
}
"""Registry values, and what of a profile they say."""
