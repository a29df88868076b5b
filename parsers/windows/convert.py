"""Written rules and profiles of a Windows host as the common model.

Source: the reference, section 7: block beats allow whatever the order, an authenticated bypass beats both; a profile
that is off filters nothing; "block always" ignores every inbound allow; local rules count unless a GPO turns merging
off for the profile.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import PurePath

from parsers.model.addresses import ANY_ADDRESS
from parsers.model.bounds import Bounded
from parsers.model.firewall import Firewall, HostFacts, Source
from parsers.model.origin import Gap, Origin
from parsers.model.rule import Action, AsWritten, Condition, Direction, Evaluation, Rule, RuleList, Truth
from parsers.model.services import ANY_SERVICE, NO_SERVICE
from parsers.redaction import safe_comment
from parsers.source import Document
from parsers.windows import hardening
from parsers.windows.scopes import Scopes
from parsers.windows.states import effective, has, implicit, settings, whole
from parsers.windows.written import PROFILES, WrittenHost, WrittenProfile, WrittenRule

_ACTIONS = {"allow": Action.ALLOW, "block": Action.DENY, "bypass": Action.BYPASS}
_LOST = (
    "netsh text does not print app packages, owners, platforms and some remote keywords: what it shows as open is "
    "open at most."
)
_FILTERED = frozenset({"netsh", "netsh verbose", "PowerShell", "console list"})
"""Exports that a filter can shorten; a registry export always holds both directions."""
_ONLY_OUTBOUND = (
    "the export holds outbound rules only (made with dir=out?), so the inbound ones are not known: add 'netsh "
    "advfirewall firewall show rule name=all verbose'"
)
_MADE = "what other rules the host has: a script says only which ones it makes; add an export of the host"
_ONLY_INBOUND = (
    "The export holds inbound rules only (made with dir=in?): outbound connections are judged by the defaults of the "
    "profiles alone."
)


@dataclass(frozen=True, slots=True)
class WindowsFirewall(Firewall):
    """A firewall that still carries what its exports said, so that further exports of the host can be joined."""

    written: WrittenHost = WrittenHost("")


def convert(host: WrittenHost, documents: tuple[Document, ...]) -> WindowsFirewall:
    """One host as a firewall with an inbound and an outbound list."""
    sources = tuple(
        Source(each.name, each.sha256, f"windows {host.format}", host.encoding, host.ledger) for each in documents
    )
    return build(host, sources)


def build(host: WrittenHost, sources: tuple[Source, ...]) -> WindowsFirewall:
    """As `convert`, from sources that are already described."""
    states = {key: effective(host, key) for key in PROFILES}
    gaps: list[Gap] = list(host.gaps)
    inbound: list[Rule] = []
    outbound: list[Rule] = []
    hardened = hardening.limits(host.rules)
    scopes = Scopes(host)
    for written in host.rules:
        if written.store == "hardening" or written.name_only:
            continue
        for reading in _readings(written):
            rule = _rule(reading, states, gaps, hardened, scopes)
            (inbound if reading.direction == "in" else outbound).append(rule)
    inbound += implicit(host, states, Direction.INBOUND)
    outbound += implicit(host, states, Direction.OUTBOUND)
    unseen = not _has_local_rules(host) or bool(host.missing)
    if unseen and any(state.merge_local is not False for state in states.values()):
        gaps.append(_absent(host))
        inbound += _unknown(host, states, inward=True)
        outbound += _unknown(host, states, inward=False)
    elif _shows_only(host, "out"):
        gaps.append(_absent(replace(host, missing=_ONLY_OUTBOUND)))
        inbound += _unknown(host, states, inward=True)
    override = Evaluation.BLOCK_OVERRIDES
    lists = (
        RuleList("inbound rules", Direction.INBOUND, override, tuple(inbound)),
        RuleList("outbound rules", Direction.OUTBOUND, override, tuple(outbound)),
    )
    facts = HostFacts(
        host.addresses,
        host.networks,
        host.dynamic_tcp,
        host.active_profiles,
        host.profile_addresses,
        host.role_hints,
        packages_shown=host.richness not in (1, 2),
        made_by=_MADE if _is_script(host) else "",
    )
    return WindowsFirewall(
        name=host.name,
        vendor="windows",
        product="Windows Firewall",
        version=host.version,
        sources=sources,
        lists=lists,
        objects=tuple(hardening.objects(host.rules)),
        settings=tuple(settings(host)),
        host=facts,
        # A rule that is read in several ways leaves the same gap in each.
        gaps=tuple(sorted(dict.fromkeys(gaps), key=lambda gap: (gap.origin.file, gap.origin.first_line))),
        assumptions=tuple(_assumptions(host, states)),
        written=host,
    )


def _has_local_rules(host: WrittenHost) -> bool:
    """Do the exports hold the local rules of the host, be there any or none?"""
    return "local" in host.stores and bool(host.rules or host.richness)


def _is_script(host: WrittenHost) -> bool:
    """Are the rules those that scripts make, and none that the host itself has shown?"""
    return not host.richness and any(store.startswith("script ") for store in host.stores)


def _shows_only(host: WrittenHost, direction: str) -> bool:
    """Does an export that can be one of a single direction hold rules of this one alone?"""
    shown = {rule.direction for rule in host.rules if not rule.name_only and not rule.store.startswith("script")}
    return host.format in _FILTERED and shown == {direction}


def _absent(host: WrittenHost) -> Gap:
    file = host.profiles[0].file if host.profiles else host.rules[0].file if host.rules else host.name
    if host.missing:
        last = host.rules[-1].last_line if host.rules else 0
        return Gap(Origin(file, last, last, "rules", ""), "rules", "", host.missing, hides_access=True)
    what = (
        "the local rules of this host are in no export given: add 'netsh advfirewall firewall show rule name=all "
        "verbose' or 'netsh advfirewall export'"
    )
    return Gap(Origin(file, 0, 0, "rules", ""), "rules", "", what, hides_access=True)


def _unknown(host: WrittenHost, states: dict[str, WrittenProfile], *, inward: bool) -> Iterator[Rule]:
    """Rules that nobody has seen: anything may be allowed or blocked, nothing certainly is."""
    where = frozenset(key for key in PROFILES if states[key].merge_local is not False)
    doubt = (Condition("unread", "the local rules are not in the export"),)
    for action, word in ((Action.DENY, "block"), (Action.ALLOW, "allow")):
        rule = whole(
            f"local rules that are not in the export may {word}", "", action, _absent(host).origin, inward=inward
        )
        yield replace(
            rule,
            id=f"unseen rules ({word})",
            ingress=where if inward else None,
            egress=None if inward else where,
            conditions=doubt,
        )


def _readings(written: WrittenRule) -> tuple[WrittenRule, ...]:
    """A rule in every way it can be meant, where direction or action is not understood: each is possible."""
    if written.direction and written.action:
        return (written,)
    directions = (written.direction,) if written.direction else ("in", "out")
    actions = (written.action,) if written.action else ("allow", "block")
    found = [replace(written, direction=way, action=action) for way in directions for action in actions]
    return (found[0], *(replace(each, id=f"{each.id} (if {each.action} {each.direction})") for each in found[1:]))


def _rule(
    written: WrittenRule,
    states: dict[str, WrittenProfile],
    gaps: list[Gap],
    hardened: hardening.Limits,
    scopes: Scopes,
) -> Rule:
    origin = Origin(written.file, written.first_line, written.last_line, "rule", written.name)
    doubts: tuple[Condition, ...] = ()
    try:
        local, unsure = scopes.addresses(written.local_addresses)
        remote, doubt = scopes.addresses(written.remote_addresses)
        service, why = scopes.services(written)
        reasons = unsure + doubt + why
    except ValueError as error:
        what = f"{error} in rule {written.name!r}"
        gaps.append(Gap(origin, f"rule {written.name}", "", what, hides_access=written.enabled is not False))
        local = remote = Bounded.exactly(ANY_ADDRESS)
        service = Bounded(NO_SERVICE, ANY_SERVICE)
        reasons = ()
        doubts = (Condition("unread", str(error)),)
    inward = written.direction == "in"
    profiles = _profiles(written, states)
    named = tuple(sorted(written.profiles)) if written.profiles else ()
    source, target = written.local_addresses, written.remote_addresses
    return Rule(
        id=written.id,
        name=written.name,
        origin=origin,
        action=_ACTIONS[written.action],
        enabled=written.enabled is not False and profiles != _NOWHERE,
        ingress=profiles if inward else None,
        egress=None if inward else profiles,
        source=remote if inward else local,
        destination=local if inward else remote,
        service=service,
        conditions=doubts + _conditions(written, hardened) + _merged_away(written, profiles),
        program=written.program,
        windows_service=written.service,
        uncertain=reasons,
        written=AsWritten(
            ingress=named if inward else (),
            egress=() if inward else named,
            source=target if inward else source,
            destination=source if inward else target,
            service=written.local_ports if inward else written.remote_ports,
            comment=_comment(written.description),
            group=written.group,
            edge=written.edge,
        ),
    )


_NOWHERE: frozenset[str] = frozenset()


def _comment(description: str) -> str:
    """A rule's description as it may be shown; "" for a text that only the host's own libraries hold ("@x.dll,-25")."""
    return "" if description.startswith("@") else safe_comment(description)


def _conditions(written: WrittenRule, hardened: hardening.Limits) -> tuple[Condition, ...]:
    """What else must hold for a rule to match, as far as the export tells."""
    found = [Condition(kind, text) for kind, text in written.conditions]
    if written.unread:
        shown = ", ".join(repr(word) for word in written.unread)
        found.append(Condition("unread", f"not understood: {shown}"))
    if written.enabled is None:
        found.append(Condition("unread", "the export does not say whether the rule is enabled"))
    if written.action == "bypass":
        found.append(_AUTHENTICATED)
    if hardened:
        found += hardening.conditions(written, hardened)
    return tuple(found)


_AUTHENTICATED = Condition("ipsec", "only for authenticated IPsec connections of certain computers")


def _profiles(written: WrittenRule, states: dict[str, WrittenProfile]) -> frozenset[str] | None:
    """The profiles in which a rule counts: a local rule does not where a GPO turns merging off.

    Nor does an authenticated bypass where a profile blocks all inbound connections (the reference, section 7.6).
    """
    named = written.profiles or frozenset(PROFILES)
    if written.store in ("local", "unknown") or written.store.startswith("script"):
        named -= {key for key in PROFILES if states[key].merge_local is False}
    if written.action == "bypass" and written.direction == "in":
        named -= {key for key in PROFILES if has(states[key], "inbound", "block always") == (True, ())}
    return None if len(named) == len(PROFILES) else named


def _merged_away(written: WrittenRule, profiles: frozenset[str] | None) -> tuple[Condition, ...]:
    """Says why an enabled rule counts nowhere."""
    if profiles != _NOWHERE or written.enabled is False:
        return ()
    text = (
        "not where a profile blocks all inbound connections"
        if written.action == "bypass"
        else "not where a policy turns local rules off"
    )
    return (Condition("profile", text, Truth.FALSE),)


def _assumptions(host: WrittenHost, states: dict[str, WrittenProfile]) -> Iterator[str]:
    yield from host.notes
    if not any(state.enabled is not None or state.inbound for state in states.values()):
        yield (
            "The state of the profiles is not in the export: the firewall is assumed on, inbound connections "
            "blocked and outbound ones allowed by default."
        )
    for key, state in states.items():
        off, doubt = has(state, "enabled", False)
        if off:
            yield f"The {key} profile {'may be' if doubt else 'is'} OFF: everything passes while it is active."
        if state.excluded:
            yield f"The firewall is switched off on interface {state.excluded} while it is in the {key} profile."
        if state.merge_local is False:
            yield f"Local rules do not count in the {key} profile: a policy turns merging off."
    if host.active_profiles is None and host.rules:
        yield "Which profile is active is not in the export: every profile is taken as possible."
    # The collection script exports the keys of group policy wherever they are.
    if host.richness == 3 and "gpo" not in host.stores and "local" in host.stores and not host.bundle:
        yield "Rules of group policy lie elsewhere in the registry and are in no export given: none is assumed."
    if any(rule.store == "hardening" for rule in host.rules):
        yield (
            "Service hardening rules limit single Windows services; they are applied to the rules that name those "
            "services and close no port for other programs."
        )
    if host.richness in (1, 2) and host.format.startswith("netsh"):
        yield _LOST
    if _shows_only(host, "in"):
        yield _ONLY_INBOUND
    if host.richness == 1 and host.format.startswith("netsh"):
        yield "The dump is not verbose: programs and services of rules are unknown, not 'any'."


def device_name(path: str) -> str:
    """A host's name from a file's: the stem without words that say what the export holds.

    Where nothing is left ("EX01.zip/rules.txt") the name of the folder or archive is taken.
    """
    parts = PurePath(path.replace("\\", "/")).parts
    for part in reversed(parts[-3:]):
        stem = _shortened(PurePath(part).stem)
        if stem.casefold() not in _KINDS:
            return stem
    return PurePath(path.replace("\\", "/")).stem


def _shortened(stem: str) -> str:
    for mark in ("-", "_", ".", " "):
        words = stem.split(mark)
        while len(words) > 1 and (words[-1].casefold() in _KINDS or not words[-1]):
            words.pop()
        stem = mark.join(words)
    return stem


_KINDS = frozenset(
    "rules rule firewall profiles profile allprofiles currentprofile verbose netsh dynamicport dynamic ports tcp udp "
    "advfirewall export policy gpo local show wfw config all full in out inbound outbound dump active manifest hive "
    "registry system software active-rules firewallpolicy firewallrules gpreport netfirewallrule".split()
)
