"""One firewall as its export describes it: what every parser produces."""

from __future__ import annotations

from dataclasses import dataclass

from parsers.model.addresses import NO_ADDRESS, AddressSet
from parsers.model.bounds import Bounded
from parsers.model.intervals import IntervalSet
from parsers.model.origin import Gap, Ledger, Origin
from parsers.model.rule import RuleList
from parsers.model.services import ServiceSet


@dataclass(frozen=True, slots=True)
class Interface:
    """A leaf interface. `networks` are its connected networks, `own` its own addresses (secondary ones included).

    `dynamic` means the address comes from DHCP or PPPoE and is not in the export; `role` is the vendor's word
    ("wan", "lan", "dmz", "undefined"); `allowaccess` the management services of all its addresses (vendor's words).
    """

    name: str
    origin: Origin
    own: AddressSet = NO_ADDRESS
    networks: AddressSet = NO_ADDRESS
    enabled: bool = True
    dynamic: bool = False
    kind: str = ""
    role: str = "undefined"
    alias: str = ""
    zone: str = ""
    sdwan: bool = False
    peer: str = ""
    """The interface at the other end of a vdom link, with its vdom: "VDOM/NAME"."""
    allowaccess: tuple[str, ...] = ()
    switch: str = ""
    """The switch whose port this is: its packets come in by the switch, which rules and routes name."""


@dataclass(frozen=True, slots=True)
class Zone:
    """A named group of interfaces that rules refer to as one."""

    name: str
    origin: Origin
    interfaces: tuple[str, ...]
    intrazone_allowed: bool | None = False
    """None where the version's default is not known."""
    sdwan: bool = False


@dataclass(frozen=True, slots=True)
class Route:
    """A static or connected route; `interface` is "" for a blackhole."""

    destination: AddressSet
    interface: str
    distance: int
    origin: Origin
    connected: bool = False
    priority: int = 0
    leased: bool = False
    """Does the interface perhaps get it with its address (DHCP, PPPoE)?"""


@dataclass(frozen=True, slots=True)
class Detour:
    """A policy route or a rule of SD-WAN: packets it matches leave past the routing table.

    `ingress` None is any. They leave by one of `interfaces`: by the `first` that can be used, or by any of them; ()
    stands for the routing table after all, None for an unknown way. With `routed` an interface can be used where a
    route leads to the destination by it; with `through` only what the table sends through one of these is taken.
    """

    ingress: frozenset[str] | None
    source: Bounded[AddressSet]
    destination: Bounded[AddressSet]
    service: Bounded[ServiceSet]
    interfaces: tuple[str, ...] | None
    origin: Origin
    first: bool = True
    routed: bool = False
    through: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Mapping:
    """Original destination and service, and what they become.

    With `by_offset` the n-th original address goes to the n-th mapped one, and likewise the ports (both sides then
    have the same size, or the mapped side is a single value); without it any mapped value may result.
    """

    original_destination: AddressSet
    original_service: ServiceSet
    mapped_destination: Bounded[AddressSet]
    mapped_service: ServiceSet
    by_offset: bool = True


@dataclass(frozen=True, slots=True)
class Translation:
    """A destination translation (FortiGate VIP, static NAT). Entries of a firewall are tried in order, first match.

    `active` is False for an entry no rule refers to where the vendor then ignores it. `ingress` restricts the
    interfaces on which it translates (srcintf-filter; None is any), `source` the clients (src-filter).
    """

    name: str
    origin: Origin
    mappings: tuple[Mapping, ...]
    source: Bounded[AddressSet]
    ingress: frozenset[str] | None = None
    active: bool = True
    listening: str = ""
    """The interface the vendor binds it to (extint), "" or "any" when none: it does not restrict where it listens."""
    kind: str = "static-nat"
    uncertain: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NamedObject:
    """An object of the export (address, group, service, schedule, VIP, zone ...)."""

    kind: str
    name: str
    origin: Origin
    factory: bool = False
    """Delivered with the product: unused ones are no finding."""
    text: str = ""
    """Its value for people, secrets masked."""
    addresses: AddressSet | None = None
    """The addresses of an address object that is exactly known."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """An object whose addresses an export does not hold; a person may know them (`resolve` of a site file).

    `kind` is "fqdn", "geography", "internet-service", "dynamic", "interface" (one that gets its address by DHCP or
    PPPoE) or "object"; `value` what the object stands for (a host name, a country code); `answered` whether the
    reading was given its addresses.
    """

    kind: str
    name: str
    value: str
    origin: Origin
    answered: bool = False


@dataclass(frozen=True, slots=True)
class Reference:
    """One object or rule naming another. `defined` is False when the export does not hold what is named."""

    from_kind: str
    from_name: str
    to_kind: str
    to_name: str
    origin: Origin
    defined: bool = True


@dataclass(frozen=True, slots=True)
class Setting:
    """One value of a settings table, for hardening guides: path ("system global"), key and value; secrets masked."""

    path: str
    key: str
    value: str
    origin: Origin


@dataclass(frozen=True, slots=True)
class Administrator:
    """An administrator account: its name and the sources it may log in from (exact)."""

    name: str
    origin: Origin
    trusted: AddressSet
    restricted: bool


HOST_PROFILES = ("domain", "private", "public")
"""The network profiles of a Windows host: every interface has one, and the host's rules name them as interfaces."""


@dataclass(frozen=True, slots=True)
class HostFacts:
    """What an export says of a host beyond its rules; None or empty where it does not say."""

    addresses: AddressSet = NO_ADDRESS
    networks: AddressSet = NO_ADDRESS
    dynamic_tcp: IntervalSet | None = None
    """The TCP dynamic port range (`netsh int ipv4 show dynamicport tcp`)."""
    active_profiles: tuple[str, ...] | None = None
    profile_addresses: tuple[tuple[str, AddressSet], ...] = ()
    """Profiles that networks of the host have, and its own addresses in them."""
    role_hints: tuple[str, ...] = ()
    packages_shown: bool = True
    """Does the export print which app package a rule is for? netsh does not."""
    made_by: str = ""
    """What to say beside every answer where the rules are those that a script makes: the host may have more."""


@dataclass(frozen=True, slots=True)
class Source:
    """An input file: its name, the SHA-256 of its bytes, the format recognised and its encoding."""

    name: str
    sha256: str
    format: str
    encoding: str = ""
    ledger: Ledger = Ledger()


@dataclass(frozen=True, slots=True)
class Firewall:
    """One firewall (one VDOM, one host): the common model that audits, traces and comparisons work on.

    `name` identifies the device in reports ("fgt-hq" or "fgt-hq/dmz"), `vendor` is "fortigate", "windows" or "cisco",
    `assumptions` are sentences about defaults that the export left open (an unknown version, an absent profile dump).
    """

    name: str
    vendor: str
    product: str
    version: str
    sources: tuple[Source, ...]
    lists: tuple[RuleList, ...]
    vdom: str = ""
    interfaces: tuple[Interface, ...] = ()
    zones: tuple[Zone, ...] = ()
    routes: tuple[Route, ...] = ()
    detours: tuple[Detour, ...] = ()
    """Policy routes, first match."""
    translations: tuple[Translation, ...] = ()
    proxied: AddressSet = NO_ADDRESS
    """Addresses that count as the firewall's own beside those of its interfaces (address pools, virtual IPs)."""
    objects: tuple[NamedObject, ...] = ()
    references: tuple[Reference, ...] = ()
    unknowns: tuple[Unknown, ...] = ()
    settings: tuple[Setting, ...] = ()
    administrators: tuple[Administrator, ...] = ()
    dynamic_routing: bool = False
    """Routes are also learnt (BGP, OSPF, EIGRP ...) or not wholly known: `routes` are not all there are."""
    bridges: bool = False
    """Does it forward by MAC address (transparent mode)? Then packets leave by any other interface."""
    host: HostFacts | None = None
    gaps: tuple[Gap, ...] = ()
    assumptions: tuple[str, ...] = ()

    @property
    def is_host(self) -> bool:
        """Is it a host's own firewall? All others forward packets."""
        return self.vendor == "windows"
