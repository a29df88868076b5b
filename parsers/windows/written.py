"""Windows Firewall rules and profiles as an export states them, before interpretation."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from parsers.model.addresses import NO_ADDRESS, AddressSet
from parsers.model.intervals import IntervalSet
from parsers.model.origin import Gap, Ledger
from parsers.model.rule import Scope, ScopeKind

PROFILES = ("domain", "private", "public")


@dataclass(frozen=True, slots=True)
class WrittenRule:
    """One rule as written; words are normalised to the English ones of netsh, whatever the export's language.

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
    """"local", "gpo", "hardening" (service hardening), "appiso" (Store apps), "mdm", or "unknown"."""
    unread: tuple[str, ...] = ()
    edge: str = ""
    """Edge traversal: "no", "yes", "defer to application", "defer to user"; "" where the export does not say."""


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
    bundle: str = ""
    """The folder or archive whose files all describe this host, where a manifest says so."""
    version: str = ""
    format: str = "netsh"
    encoding: str = ""
    ledger: Ledger = field(default_factory=Ledger)


def joined(rules: WrittenHost, other: WrittenHost) -> WrittenHost:
    """One host from two exports of it: the richer rules win, facts add up, the notes say which source was used."""
    best, rest = (rules, other) if rules.richness >= other.richness else (other, rules)
    notes = best.notes
    if best.rules and rest.rules:
        notes += (
            f"Rules were taken from the {best.format} export; the {rest.format} export of the same host is poorer.",
        )
    known = {(each.profile, each.store) for each in best.profiles}
    profiles = best.profiles + tuple(each for each in rest.profiles if (each.profile, each.store) not in known)
    return replace(
        best,
        profiles=profiles,
        active_profiles=best.active_profiles if best.active_profiles is not None else rest.active_profiles,
        dynamic_tcp=best.dynamic_tcp or rest.dynamic_tcp,
        addresses=best.addresses | rest.addresses,
        networks=best.networks | rest.networks,
        role_hints=tuple(dict.fromkeys(best.role_hints + rest.role_hints)),
        gaps=best.gaps + rest.gaps,
        notes=notes + tuple(note for note in rest.notes if note not in notes),
        version=best.version or rest.version,
    )


UNKNOWN_SCOPE = Scope(ScopeKind.UNKNOWN)
