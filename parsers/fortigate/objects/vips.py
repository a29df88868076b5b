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
from parsers.model.rule import NO_TRANSLATIONS
from parsers.model.services import ANY_SERVICE, ICMP, SCTP, TCP, UDP, ServiceSet, parse_ports

TABLES = ("firewall vip", "firewall vip6", "firewall vip46", "firewall vip64")
GROUPS = ("firewall vipgrp", "firewall vipgrp6", "firewall vipgrp46", "firewall vipgrp64")
_SIX = frozenset({"firewall vip6", "firewall vip64"})
"""Tables of VIPs for IPv6 clients."""
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
        self._keys: dict[tuple[str, str], str] = {}
        self.blocks: dict[str, tuple[str, Block]] = {}
        for table in TABLES:
            for name, block in scope.entries(table):
                # Each table has names of its own: an IPv6 VIP may be called like an IPv4 one.
                key = name if name not in self.blocks else f"{name} ({table.removeprefix('firewall ')})"
                self._keys[table, name] = key
                self.blocks[key] = table, block
        self.unread: dict[str, str] = {}
        """VIPs that could not be read, and what is said of them: filled where the translations are read."""
        self._faces: dict[str, tuple[AddressSet, AddressSet]] | None = None
        self._facing = NO_ADDRESS
        self.groups = {(table, name): block for table in GROUPS for name, block in scope.entries(table)}

    def names(self, name: str, table: str = "firewall vip") -> frozenset[str] | None:
        """The VIPs a name stands for, itself or through its group; None when it is neither.

        Args:
            name: as a policy writes it.
            table: where its family keeps its VIPs; the other tables are asked where that one lacks the name.
        """
        for kind in (table, *(each for each in TABLES if each != table)):
            if (key := self._keys.get((kind, name))) is not None:
                return frozenset({key})
            group = kind.replace("firewall vip", "firewall vipgrp")
            if (block := self.groups.get((group, name))) is not None:
                return self._members(group, kind, block)
        return None

    def _members(self, group: str, kind: str, block: Block) -> frozenset[str]:
        keys = {member: self._keys.get((kind, member)) for member in block.words("member")}
        for member, key in keys.items():
            self.scope.refer(group, block, TABLES[0], member, defined=key is not None)
        return frozenset(key for key in keys.values() if key is not None)

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

    def compared(self, addresses: Bounded[AddressSet]) -> Bounded[frozenset[str]]:
        """The VIPs that a deny with match-vip takes: both of their addresses match for certain, one perhaps (7.2)."""
        if self._faces is None:
            self._faces = {key: self._face(key) for key in self.blocks}
            self._facing = AddressSet.union(address for face in self._faces.values() for address in face)
        if not addresses.possible.overlaps(self._facing):
            return Bounded(NO_TRANSLATIONS, NO_TRANSLATIONS)
        certain, possible = addresses.certain, addresses.possible
        faces = self._faces.items()
        return Bounded(
            frozenset(key for key, (outside, server) in faces if outside and outside <= certain and server <= certain),
            frozenset(key for key, pair in faces if any(each.overlaps(possible) for each in pair)),
        )

    def _face(self, key: str) -> tuple[AddressSet, AddressSet]:
        """The outside address of a VIP and its server's; everything where they cannot be told."""
        table, block = self.blocks[key]
        try:
            outside = self._external(block, [], six=table in _SIX)
        except ValueError:
            outside = ANY_ADDRESS
        servers = block.table("realservers")
        unnamed = servers is not None and any(not each.get("ip") for each in servers.entries.values())
        return outside, (ANY_ADDRESS if unnamed else self._server(block) or ANY_ADDRESS)

    @staticmethod
    def _server(block: Block) -> AddressSet:
        servers, listed = block.table("realservers"), block.table("mappedip")
        words = [*block.words("mappedip"), *block.words(_other_family(block) or "mappedip")]
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
                self.unread[name] = f"VIP {name!r} cannot be read: {error}"
                self.scope.gap(table, block, "", self.unread[name], hides_access=True)
        return tuple(found)

    def _translation(self, name: str, table: str, block: Block, *, central: bool, referenced: bool) -> Translation:
        kind = block.get("type") or "static-nat"
        reasons: list[str] = []
        external = self._external(block, reasons, six=table in _SIX)
        if kind == "server-load-balance" or (kind == "load-balance" and block.table("realservers") is not None):
            mappings = self._balanced(block, external, reasons)
        else:
            mappings = (self._plain(block, kind, external, reasons),)
        sources = block.words("src-filter")
        source = AddressSet.union(_filter(word) for word in sources) if sources else ANY_ADDRESS
        ways = block.words("srcintf-filter")
        if central and table in _SIX:
            # The guide on central DNAT (7.2.4, 448790): "only available for IPv4 VIP and VIP46 objects".
            reasons.append(f"whether central NAT translates by IPv6 VIP {name!r} depends on the FortiOS version")
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
        other = (_other_family(block) or "mappedip").replace("mappedip", "mappedport")
        inside = parse_ports(block.get(other) or block.get("mappedport") or block.get("extport") or "0-65535")
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
        other = _other_family(block)
        if other is not None:
            # The same family as before is on by default: without `nat44 disable` the policy says which way is taken.
            only = block.get("nat44" if other == "ipv6-mappedip" else "nat66") == "disable"
            words = [*(() if only else words), *block.words(other)]
            reasons += () if only else (f"whether VIP {block.name!r} changes the family is for each policy to say",)
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


def _other_family(block: Block) -> str | None:
    """The keyword of the server's address where clients of the other family are sent to it (NAT46, NAT64)."""
    for switch, keyword in (("nat46", "ipv6-mappedip"), ("nat64", "ipv4-mappedip")):
        word = block.get(keyword) or "::"
        if word not in ("::", "0.0.0.0") and block.get(switch) != "disable":
            return keyword
    return None


def vip_table(kind: str, keyword: str) -> str:
    """The table of the VIPs that a field of a policy names."""
    if kind.endswith(("46", "64")):
        return f"firewall vip{kind[-2:]}"
    return "firewall vip6" if kind == "firewall policy6" or keyword.endswith("6") else "firewall vip"


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
