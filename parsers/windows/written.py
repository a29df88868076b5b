"""Windows Firewall rules and profiles as an export states them, before interpretation."""

from __future__ import annotations

from dataclasses import dataclass, field

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
    """"local", "gpo", "gpo exceptions" (those of administrative templates), "hardening" (service hardening), "appiso"
    (Store apps), "mdm", "script FILE" (rules that a script makes), or "unknown"."""
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
    excluded: str = ""
    """The interfaces on which the firewall is switched off in this profile, as the export names them."""
    may_be: tuple[tuple[str, object, str], ...] = ()
    """What `enabled`, `inbound` or `outbound` perhaps are instead, and why: a command that may not run."""


@dataclass(frozen=True, slots=True)
class WrittenHost:
    """What one export (or several of one host, joined) says.

    `richness` ranks sources of rules: 0 none, 1 netsh, 2 netsh verbose, 3 registry export, 4 the active store.
    """

    name: str
    rules: tuple[WrittenRule, ...] = ()
    profiles: tuple[WrittenProfile, ...] = ()
    active_profiles: tuple[str, ...] | None = None
    profile_addresses: tuple[tuple[str, AddressSet], ...] = ()
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


_INTERFACE_WORDS = {"lan": "LAN", "wired": "LAN", "wireless": "Wireless", "ras": "RAS", "remoteaccess": "RAS"}
_SECURITY_WORDS = {
    "required": "Authenticate",
    "noencap": "AuthNoEncap",
    "an-noencap": "AuthNoEncap",
    "authenticateencrypt": "AuthEnc",
    "ane-nego": "AuthDynEnc",
}
_PORT_WORDS = {
    "rpcepmap": "RPC-EPMap",
    "playtodiscovery": "Ply2Disc",
    "iphttpsin": "IPHTTPS",
    "iphttpsout": "IPHTTPS",
}


def interface_types(types: str) -> str:
    """The interface types of a rule in netsh's words, whatever export they are of ("Lan", "Wired": "LAN")."""
    words = (word.strip() for word in types.split(","))
    return ", ".join(dict.fromkeys(_INTERFACE_WORDS.get(word.casefold(), word) for word in words if word))


def security_word(word: str) -> str:
    """What a rule asks of IPsec, in netsh's word (section 7.5 of the reference), or as it is."""
    return _SECURITY_WORDS.get(word.strip().casefold(), word.strip())


def port_word(token: str) -> str:
    """A port keyword of PowerShell in netsh's word (section 1.3 of the reference), or the token as it is."""
    return _PORT_WORDS.get(token.casefold(), token)


def is_every_interface(types: str) -> bool:
    """Do the interface types of a rule ("Lan,Wireless,RemoteAccess") name every one there is?"""
    words = {word.strip().casefold() for word in types.split(",")}
    return all(words & kind for kind in _INTERFACES)


UNKNOWN_SCOPE = Scope(ScopeKind.UNKNOWN)
