"""Windows Firewall rules and profiles as an export states them, before interpretation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from parsers.model.addresses import NO_ADDRESS, AddressSet
from parsers.model.firewall import HOST_PROFILES
from parsers.model.intervals import IntervalSet
from parsers.model.origin import Gap, Ledger
from parsers.model.rule import Scope, ScopeKind

PROFILES = HOST_PROFILES


@dataclass(frozen=True, slots=True)
class WrittenRule:
    """One rule as written; words are normalised to the English ones of netsh, whatever the export's language.

    `direction` is "in" or "out", `action` "allow", "block" or "bypass"; "" where the export's word is not understood.
    `enabled` None: the export does not say. `profiles` None: every profile. `protocol` None: any. Ports and
    addresses are tokens ("443", "6005-65534", "RPC", "LocalSubnet", "10.0.0.0/8"); () means any. `icmp` holds
    (type, code) pairs, None for any. `conditions` are further limits as (kind, text); `unread` are words or keys that
    were not understood, which make the rule uncertain.
    """

    id: str
    name: str
    file: str
    first_line: int
    last_line: int
    enabled: bool | None
    direction: str
    action: str
    profiles: frozenset[str] | None = None
    protocol: int | None = None
    local_ports: tuple[str, ...] = ()
    remote_ports: tuple[str, ...] = ()
    icmp: tuple[tuple[int | None, int | None], ...] = ()
    local_addresses: tuple[str, ...] = ()
    remote_addresses: tuple[str, ...] = ()
    program: Scope = Scope()
    service: Scope = Scope()
    conditions: tuple[tuple[str, str], ...] = ()
    group: str = ""
    description: str = ""
    store: str = "local"
    """"local", "gpo", "hardening" (service hardening), "appiso" (Store apps), "mdm", "script FILE" (rules that a
    script makes), or "unknown"."""
    unread: tuple[str, ...] = ()
    edge: str = ""
    """Edge traversal: "no", "yes", "defer to application", "defer to user"; "" where the export does not say."""
    name_only: bool = False
    """The export names the rule and tells neither its direction nor its action nor what it matches."""


@dataclass(frozen=True, slots=True)
class WrittenProfile:
    """The state of one profile. None: the export does not say. `inbound` is "block", "block always" or "allow"."""

    profile: str
    enabled: bool | None = None
    inbound: str | None = None
    outbound: str | None = None
    merge_local: bool | None = None
    shielded: bool | None = None
    """Registry exports: whether inbound allow rules are ignored (DoNotAllowExceptions), apart from `inbound`."""
    store: str = "local"
    line: int = 0
    file: str = ""
    values: tuple[tuple[str, str], ...] = ()
    """Further values under their registry names ("DisableNotifications", "Logging/LogFileSize")."""


@dataclass(frozen=True, slots=True)
class WrittenHost:
    """What one export (or several of one host, joined) says.

    `richness` ranks sources of rules: 0 none, 1 netsh, 2 netsh verbose, 3 registry export, 4 the active store.
    """

    name: str
    rules: tuple[WrittenRule, ...] = ()
    profiles: tuple[WrittenProfile, ...] = ()
    active_profiles: tuple[str, ...] | None = None
    dynamic_tcp: IntervalSet | None = None
    addresses: AddressSet = NO_ADDRESS
    networks: AddressSet = NO_ADDRESS
    role_hints: tuple[str, ...] = ()
    gaps: tuple[Gap, ...] = ()
    notes: tuple[str, ...] = ()
    richness: int = 0
    stores: tuple[str, ...] = ("local",)
    """The stores whose rules the export speaks of, be there any or none (a Registry.pol: only "gpo")."""
    missing: str = ""
    """Why rules of the host are missing from an export that holds others ("the dump breaks off"); "" when none is."""
    bundle: tuple[str, ...] = ()
    """The names of the documents that describe this host, where a manifest says so."""
    version: str = ""
    format: str = "netsh"
    encoding: str = ""
    ledger: Ledger = field(default_factory=Ledger)


_INTERFACES = (frozenset({"lan", "wired"}), frozenset({"wireless"}), frozenset({"ras", "remoteaccess"}))


def is_every_interface(types: str) -> bool:
    """Do the interface types of a rule ("Lan,Wireless,RemoteAccess") name every one there is?"""
    words = {word.strip().casefold() for word in types.split(",")}
    return all(words & kind for kind in _INTERFACES)


def joined(rules: WrittenHost, other: WrittenHost) -> WrittenHost:
    """One host from two exports of it: for each store the richer rules win, facts add up, the notes say so.

    A store that only one export speaks of (group policy beside a local export) keeps its rules.
    """
    best, rest = (rules, other) if rules.richness >= other.richness else (other, rules)
    notes = best.notes
    covered = _covered(best)
    added = tuple(rule for rule in rest.rules if rule.store not in covered)
    if best.rules and len(added) < len(rest.rules):
        word = "poorer" if best.richness > rest.richness else "no richer"
        notes += (f"Rules were taken from the {_called(best)}; the {_called(rest)} is {word}.",)
    if added and best.rules:
        shown = ", ".join(sorted({rule.store for rule in added}))
        notes += (f"Rules of the stores {shown} were added from the {_called(rest)}.",)
    dropped = not added and bool(best.rules)
    # Richness and format are those of the local rules, which most questions are about.
    main = rest if "local" in _covered(rest) and "local" not in covered else best
    gaps = rest.gaps if not dropped else tuple(gap for gap in rest.gaps if gap.origin.kind != "rule")
    return replace(
        best,
        rules=best.rules + added,
        profiles=_merged(best.profiles, rest.profiles),
        active_profiles=best.active_profiles if best.active_profiles is not None else rest.active_profiles,
        dynamic_tcp=best.dynamic_tcp or rest.dynamic_tcp,
        addresses=best.addresses | rest.addresses,
        networks=best.networks | rest.networks,
        role_hints=tuple(dict.fromkeys(best.role_hints + rest.role_hints)),
        gaps=best.gaps + gaps,
        notes=(
            *notes,
            *(note for note in rest.notes if note not in notes and not dropped),
            *_contradictions(best, rest),
        ),
        richness=main.richness,
        format=main.format,
        stores=tuple(dict.fromkeys(best.stores + (rest.stores if rest.rules or rest.richness else ()))),
        missing=best.missing if best.rules else rest.missing,
        bundle=best.bundle or rest.bundle,
        version=_version(best, rest),
    )


def _called(host: WrittenHost) -> str:
    return f"{host.format.removesuffix(' export')} export"


def _covered(host: WrittenHost) -> frozenset[str]:
    """The stores whose rules an export holds completely."""
    if not (host.rules or host.richness):
        return frozenset()
    return frozenset(host.stores) | ({"unknown"} if "local" in host.stores else frozenset())


def _version(best: WrittenHost, rest: WrittenHost) -> str:
    """The version of Windows itself, where an export has it, rather than that of the policy's schema."""
    named = [each.version for each in (best, rest) if each.version]
    return next((each for each in named if not each.startswith("policy schema")), named[0] if named else "")


def _contradictions(best: WrittenHost, rest: WrittenHost) -> Iterator[str]:
    """Sentences for profiles on which the exports differ: they were made at different times."""
    known = {(each.profile, each.store): each for each in best.profiles}
    for other in rest.profiles:
        one = known.get((other.profile, other.store))
        differ = [
            f"{mine} or {theirs}"
            for mine, theirs in zip(_state(one), _state(other), strict=True)
            if one and mine and theirs and mine != theirs
        ]
        if one and differ:
            yield f"The exports differ on the {other.profile} profile ({', '.join(differ)}): {one.file} was believed."


def _state(profile: WrittenProfile | None) -> tuple[str, str, str]:
    """The state and the two defaults of a profile in words, "" where the export does not say."""
    if profile is None:
        return "", "", ""
    inbound = "block always" if profile.shielded else profile.inbound
    return (
        {True: "on", False: "off", None: ""}[profile.enabled],
        f"inbound {inbound}" if inbound else "",
        f"outbound {profile.outbound}" if profile.outbound else "",
    )


def _merged(best: tuple[WrittenProfile, ...], rest: tuple[WrittenProfile, ...]) -> tuple[WrittenProfile, ...]:
    """The profiles of both, value by value: what the first does not say is taken from the second."""
    found = {(each.profile, each.store): each for each in best}
    for other in rest:
        key = (other.profile, other.store)
        one = found.get(key)
        if one is None:
            found[key] = other
            continue
        names = {name.casefold() for name, _ in one.values}
        found[key] = replace(
            one,
            enabled=other.enabled if one.enabled is None else one.enabled,
            inbound=one.inbound or other.inbound,
            outbound=one.outbound or other.outbound,
            merge_local=other.merge_local if one.merge_local is None else one.merge_local,
            shielded=other.shielded if one.shielded is None else one.shielded,
            values=one.values + tuple(pair for pair in other.values if pair[0].casefold() not in names),
        )
    return tuple(found.values())


UNKNOWN_SCOPE = Scope(ScopeKind.UNKNOWN)
