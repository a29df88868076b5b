"""Virtual IPs as destination translations, in table order.

Source: the reference, section 7.3: without port forwarding every protocol and port is mapped; `extip 0.0.0.0` with an
interface means that interface's address; `extintf` does not restrict where the VIP listens, `srcintf-filter` does;
a VIP that no policy refers to is inert unless central NAT is on.
"""

from __future__ import annotations

from parsers.fortigate.objects.addresses import AddressBook
from parsers.fortigate.objects.interfaces import Interfaces
from parsers.fortigate.objects.scope import Scope
from parsers.fortigate.objects.services import ServiceBook
from parsers.fortigate.syntax.tree import Block
from parsers.model.addresses import ANY_ADDRESS, ANY_IPV4, ANY_IPV6, NO_ADDRESS, AddressSet
from parsers.model.bounds import Bounded
from parsers.model.firewall import Mapping, Translation
from parsers.model.services import ANY_SERVICE, ICMP, SCTP, TCP, UDP, ServiceSet, parse_ports

TABLES = ("firewall vip", "firewall vip6", "firewall vip46", "firewall vip64")
GROUPS = ("firewall vipgrp", "firewall vipgrp6", "firewall vipgrp46", "firewall vipgrp64")
_PROTOCOLS = {"tcp": TCP, "udp": UDP, "sctp": SCTP}
_SERVER_PORTS = {"http": "80", "https": "443", "imaps": "993", "pop3s": "995", "smtps": "465"}
_IGNORED_TYPES = frozenset({"dns-translation"})


class VirtualAddresses:
    """The VIPs of one VDOM and the names policies use for them."""

    def __init__(self, scope: Scope, interfaces: Interfaces, addresses: AddressBook, services: ServiceBook) -> None:
        self.scope = scope
        self.interfaces = interfaces
        self.addresses = addresses
        self.services = services
        self.blocks = {name: (table, block) for table in TABLES for name, block in scope.entries(table)}
        self.groups = {name: (table, block) for table in GROUPS for name, block in scope.entries(table)}

    def names(self, name: str) -> frozenset[str] | None:
        """The VIPs a name stands for, itself or through its group; None when it is neither."""
        if name in self.blocks:
            return frozenset({name})
        if name in self.groups:
            table, block = self.groups[name]
            members = block.words("member")
            for member in members:
                self.scope.refer(table, block, TABLES[0], member, defined=member in self.blocks)
            return frozenset(member for member in members if member in self.blocks)
        return None

    def proxied(self) -> AddressSet:
        """Addresses of virtual IPs and address pools that the device answers ARP requests for (7.3)."""
        words: list[str] = []
        for _, block in self.blocks.values():
            if block.get("arp-reply") != "disable" and block.get("extip") not in (None, "", "0.0.0.0", "::"):
                words.append(block.get("extip") or "")
        for _, pool in self.scope.entries("firewall ippool"):
            if pool.get("arp-reply") != "disable" and pool.get("startip"):
                words.append(f"{pool.get('startip')}-{pool.get('endip') or pool.get('startip')}")
        found = NO_ADDRESS
        for word in words:
            try:
                found |= _span(word)
            except ValueError:
                continue  # noted where the virtual IP itself is read; pools do not let packets in
        return found

    def servers(self, names: frozenset[str]) -> AddressSet:
        """Where VIPs lead to, as far as their mapped addresses are written in the VIP itself."""
        return AddressSet.union(self._server(self.blocks[name][1]) for name in names if name in self.blocks)

    @staticmethod
    def _server(block: Block) -> AddressSet:
        servers, listed = block.table("realservers"), block.table("mappedip")
        words = list(block.words("mappedip"))
        words += [each.get("ip") or "" for each in servers.entries.values()] if servers is not None else []
        words += listed.entries if listed is not None else ()
        try:
            return AddressSet.union(_span(word) for word in words if word)
        except ValueError:
            return NO_ADDRESS  # noted where the VIP itself is read

    def translations(self, referenced: frozenset[str], *, central: bool) -> tuple[Translation, ...]:
        """All VIPs that translate; `referenced` names those some policy uses."""
        found = []
        for name, (table, block) in self.blocks.items():
            if (block.get("type") or "static-nat") in _IGNORED_TYPES:
                continue
            try:
                found.append(self._translation(name, table, block, central=central, referenced=name in referenced))
            except ValueError as error:
                self.scope.gap(table, block, "", f"VIP {name!r} cannot be read: {error}", hides_access=True)
        return tuple(found)

    def _translation(self, name: str, table: str, block: Block, *, central: bool, referenced: bool) -> Translation:
        kind = block.get("type") or "static-nat"
        reasons: list[str] = []
        six = table in ("firewall vip6", "firewall vip64")
        external = self._external(block, reasons, six=six)
        if _changes_family(table, block):
            mappings: tuple[Mapping, ...] = (_unfollowed(block, external, reasons),)
        elif kind == "server-load-balance" or (kind == "load-balance" and block.table("realservers") is not None):
            mappings = self._balanced(block, external, reasons)
        else:
            mappings = (self._plain(block, kind, external, reasons),)
        sources = block.words("src-filter")
        source = AddressSet.union(_filter(word) for word in sources) if sources else ANY_ADDRESS
        ways = block.words("srcintf-filter")
        off = block.get("status") == "disable"
        if off and not central:
            reasons.append(f"VIP {name!r} is disabled: whether that counts without central NAT is not documented")
        return Translation(
            name=name,
            origin=self.scope.origin(table, block),
            mappings=mappings,
            source=Bounded.exactly(source),
            ingress=self.interfaces.expand(ways) if ways else None,
            active=(central and not off) or (not central and referenced),
            listening=block.get("extintf") or "any",
            kind=kind,
            uncertain=tuple(reasons),
        )

    def _external(self, block: Block, reasons: list[str], *, six: bool) -> AddressSet:
        word = block.get("extip") or ""
        if block.words("extaddr"):
            found = self.addresses.union(block.words("extaddr"))
            reasons += found.uncertain
            return found.addresses.possible
        if word and word not in ("0.0.0.0", "0.0.0.0-0.0.0.0", "::"):
            return _span(word)
        place = block.get("extintf") or "any"
        whole = ANY_IPV6 if six else ANY_IPV4
        return whole if place == "any" else self._of_interface(block.name, place, whole, reasons)

    def _of_interface(self, vip: str, place: str, whole: AddressSet, reasons: list[str]) -> AddressSet:
        """Where a VIP without an address of its own listens: at the address of its interface (7.3)."""
        names = self.interfaces.expand((place,)) or frozenset()
        held = [self.interfaces.primary(name) for name in names] if whole == ANY_IPV4 else []
        if held and all(held):
            if names != {place}:
                reasons.append(f"VIP {vip!r} listens on {place}: on the address of which member is not documented")
            return AddressSet.union(held)
        reasons.append(f"VIP {vip!r} listens on the address of {place}, which is not in the backup")
        if self.scope.enabled("system settings", "allow-subnet-overlap"):
            return whole
        # A leased address lies in no network of another interface: the device refuses subnets that overlap.
        near = self.interfaces.networks().items()
        return whole - AddressSet.union(networks for name, networks in near if name not in names)

    def _plain(self, block: Block, kind: str, external: AddressSet, reasons: list[str]) -> Mapping:
        mapped = self._mapped(block, kind, reasons)
        by_offset = kind != "load-balance" and mapped.is_exact and mapped.certain.count in (1, external.count)
        service = ANY_SERVICE
        if block.words("service"):
            resolved = self.services.union(block.words("service"))
            service = resolved.services.possible
            reasons += resolved.uncertain
        if kind == "access-proxy":
            # It ends on the device, which talks to the server on a port of its own choice.
            port = ServiceSet.ports(TCP, parse_ports(block.get("extport") or "0-65535"))
            return Mapping(external, port, mapped, ServiceSet.protocol(TCP), by_offset=False)
        if block.get("portforward") != "enable" or (block.words("service") and not block.get("extport")):
            return Mapping(external, service, mapped, _moved(service, block), by_offset)
        word = block.get("protocol") or "tcp"
        if word == "icmp":
            every = ServiceSet.protocol(ICMP)
            return Mapping(external, every, mapped, every, by_offset)
        if word not in _PROTOCOLS:
            raise ValueError(f"unknown protocol {word!r}")
        outside = parse_ports(block.get("extport") or "0-65535")
        inside = parse_ports(block.get("mappedport") or block.get("extport") or "0-65535")
        wild = block.get("portmapping-type") == "m-to-n" or inside.count not in (1, outside.count)
        protocol = _PROTOCOLS[word]
        return Mapping(
            external,
            ServiceSet.ports(protocol, outside),
            mapped,
            ServiceSet.ports(protocol, inside),
            by_offset and not wild,
        )

    def _mapped(self, block: Block, kind: str, reasons: list[str]) -> Bounded[AddressSet]:
        words = [word for word in block.words("mappedip") if word]
        listed = block.table("mappedip")
        words += list(listed.entries) if listed is not None else []
        if kind == "fqdn" or block.get("mapped-addr"):
            return self._named(block.name, block.get("mapped-addr") or "", reasons)
        if kind == "access-proxy":
            reasons.append(f"VIP {block.name!r} ends on the FortiGate's access proxy (ZTNA)")
            return Bounded(NO_ADDRESS, self._behind_gate(block.name))
        if not words:
            raise ValueError("it has no mapped address")
        return Bounded.exactly(AddressSet.union(_span(word) for word in words))

    def _behind_gate(self, vip: str) -> AddressSet:
        """The real servers of the access proxies of a VIP; everything where some are not given by their addresses."""
        found = NO_ADDRESS
        for table in ("firewall access-proxy", "firewall access-proxy6"):
            for _, proxy in self.scope.entries(table):
                if vip not in proxy.words("vip"):
                    continue
                gates = [each for name in ("api-gateway", "api-gateway6") if (each := proxy.table(name)) is not None]
                servers = [
                    server
                    for gate in gates
                    for entry in gate.entries.values()
                    if (listed := entry.table("realservers")) is not None
                    for server in listed.entries.values()
                ]
                found |= AddressSet.union(_real_server(server) for server in servers) if servers else ANY_IPV4
        return found or ANY_IPV4

    def _named(self, vip: str, name: str, reasons: list[str]) -> Bounded[AddressSet]:
        """The addresses of the object a VIP maps to."""
        found = self.addresses.resolve(name)
        if not found.addresses.is_exact:
            reasons.append(f"VIP {vip!r} maps to address object {name!r}")
            reasons += found.uncertain
        return found.addresses

    def _balanced(self, block: Block, external: AddressSet, reasons: list[str]) -> tuple[Mapping, ...]:
        kind = block.get("server-type") or "tcp"
        protocol = UDP if kind == "udp" else TCP
        whole = kind == "ip"
        port = block.get("extport") or _SERVER_PORTS.get(kind, "0-65535")
        outside = ANY_SERVICE if whole else ServiceSet.ports(protocol, parse_ports(port))
        table = block.table("realservers")
        found = []
        for server in table.entries.values() if table is not None else ():
            if server.get("status") == "disable":
                continue
            if server.get("type") == "address" or server.get("address"):
                mapped = self._named(block.name, server.get("address") or "", reasons)
            else:
                mapped = Bounded.exactly(_span(server.get("ip") or ""))
            own = server.get("port") or "0"
            inside = outside if whole or own == "0" else ServiceSet.ports(protocol, parse_ports(own))
            if inside != outside:
                reasons.append(f"whether policies see the port of virtual server {block.name!r} or its real server's")
                inside = inside | outside
            found.append(Mapping(external, outside, mapped, inside, by_offset=False))
        if not found:
            raise ValueError("it has no active real server")
        if len(found) == 1:
            return tuple(found)
        # One client packet goes to any of the servers: one mapping whose result may be each of them.
        targets = Bounded(
            AddressSet.union(each.mapped_destination.certain for each in found),
            AddressSet.union(each.mapped_destination.possible for each in found),
        )
        inside = ServiceSet.union(each.mapped_service for each in found)
        return (Mapping(external, outside, targets, inside, by_offset=False),)


def _real_server(server: Block) -> AddressSet:
    """The address of a real server of an access proxy; any where a name or an object stands for it."""
    word = server.get("ip") or ""
    return _span(word) if word not in ("", "0.0.0.0") and server.get("addr-type") != "fqdn" else ANY_IPV4


def _changes_family(table: str, block: Block) -> bool:
    """Does the VIP send IPv4 clients to an IPv6 server, or the other way round?"""
    if table in ("firewall vip46", "firewall vip64"):
        return True
    if table == "firewall vip6":
        return block.get("nat64") == "enable" or bool(block.get("ipv4-mappedip"))
    return block.get("nat46") == "enable" or bool(block.get("ipv6-mappedip"))


def _unfollowed(block: Block, external: AddressSet, reasons: list[str]) -> Mapping:
    """Packets that change their family keep their outside address here: sources change as well, unseen."""
    server = " ".join(
        word for key in ("mappedip", "ipv6-mappedip", "ipv4-mappedip") for word in block.words(key) if word
    )
    reasons.append(
        f"VIP {block.name!r} changes the address family (server {server or 'not stated'}): "
        "the packets are followed under their outside address"
    )
    return Mapping(external, ANY_SERVICE, Bounded(NO_ADDRESS, external), ANY_SERVICE, by_offset=False)


def _moved(service: ServiceSet, block: Block) -> ServiceSet:
    """The services at the server where `service` filters and `mappedport` moves them."""
    port = block.get("mappedport") or "0"
    if block.get("portforward") != "enable" or port == "0":
        return service
    moved = parse_ports(port)
    return ServiceSet.union(ServiceSet.ports(number, moved) for number in service.by_protocol())


def _span(text: str) -> AddressSet:
    """An address or a range `a-b`."""
    first, dash, last = text.partition("-")
    return AddressSet.range(first.strip(), last.strip() if dash else first.strip())


def _filter(word: str) -> AddressSet:
    return AddressSet.network(word) if "/" in word else _span(word)
