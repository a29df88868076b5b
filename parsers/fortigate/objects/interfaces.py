"""Interfaces, zones and SD-WAN of one VDOM.

Source: the reference, section 5: type defaults to vlan, a zone's `intrazone` to deny (unknown for 4.x), secondary
addresses count only with `secondary-IP enable`, SD-WAN zones stand for their members, `virtual-wan-link` is the
default SD-WAN zone (the pseudo interface up to 6.2).
"""

from __future__ import annotations

from collections.abc import Iterator

from parsers.fortigate.objects.addresses import network_of
from parsers.fortigate.objects.scope import Scope
from parsers.fortigate.syntax.tree import Block
from parsers.model.addresses import ANY_IPV4, ANY_IPV6, NO_ADDRESS, AddressSet
from parsers.model.bounds import Bounded
from parsers.model.firewall import Interface, Zone

_KIND = "system interface"
DEFAULT_SDWAN = "virtual-wan-link"


class Interfaces:
    """The leaf interfaces of a VDOM and what names in policies expand to."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.transparent = scope.setting("system settings", "opmode") == "transparent"
        self._reserved = self._reserved_by_cluster()
        self.blocks = {name: block for name, block in self._blocks() if self._belongs(block)}
        self.zones = tuple(self._zones()) + tuple(self._sdwan_zones())
        self._members = {zone.name: zone.interfaces for zone in self.zones}
        self._sdwan_names = frozenset(zone.name for zone in self.zones if zone.sdwan)
        self.sdwan_off = self._is_sdwan_off()
        """Does the file say that SD-WAN is off?"""
        zone_of = {member: zone.name for zone in self.zones for member in zone.interfaces}
        sdwan = {member for zone in self.zones if zone.sdwan for member in zone.interfaces}
        links = self._links()
        self._switches = {port: name for name, ports in self.switches() for port in ports if name in self.blocks}
        self.interfaces = tuple(
            self._interface(name, block, zone_of.get(name, ""), name in sdwan, links.get(name, ""))
            for name, block in self.blocks.items()
        ) + tuple(self._tunnels(zone_of, sdwan))
        self.by_name = {interface.name: interface for interface in self.interfaces}
        self._masking: dict[frozenset[str] | None, AddressSet] = {}

    def _blocks(self) -> list[tuple[str, Block]]:
        table = self.scope.tree.root.tables.get(_KIND)
        found = dict(table.entries) if table is not None else {}
        if self.scope.own is not self.scope.tree.root and (own := self.scope.own.tables.get(_KIND)) is not None:
            found |= own.entries
        return list(found.items())

    def _belongs(self, block: Block) -> bool:
        if not self.scope.tree.vdoms:
            return True
        return (block.get("vdom") or "root") == self.scope.vdom

    def defines(self, name: str) -> bool:
        """Does the file (or the product) know an interface or zone of this name?"""
        pseudo = name.startswith(("ssl.", "naf.", "l2t.")) or name in ("any", DEFAULT_SDWAN, "modem", "fortilink")
        return pseudo or name in self._members or name in self.by_name

    def expand(self, names: tuple[str, ...]) -> frozenset[str] | None:
        """The leaf interfaces of interface, zone and SD-WAN zone names; None when one of them is `any`.

        A name the file does not define stays a leaf of its own.
        """
        if "any" in names:
            return None
        found: set[str] = set()
        for name in names:
            members = self._members.get(name)
            found.update((name,) if members is None else members)
        return frozenset(found)

    def switched_off(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """The SD-WAN zones among some names where the file says that SD-WAN is off."""
        return tuple(name for name in names if name in self._sdwan_names) if self.sdwan_off else ()

    def networks(self) -> dict[str, AddressSet]:
        """Connected networks by interface name."""
        return {interface.name: interface.networks for interface in self.interfaces if interface.networks}

    def _interface(self, name: str, block: Block, zone: str, sdwan: bool, peer: str) -> Interface:
        own, networks = self._addresses(block)
        if self.transparent and not own:
            own = self._managed()
        answered = self._answered(name, block) if _leased(block) else NO_ADDRESS
        own = answered or own
        manages = block.get("dedicated-to") == "management" or name in self._reserved
        kind = "management" if manages else block.get("type") or "vlan"
        return Interface(
            name=name,
            origin=self.scope.origin(_KIND, block),
            own=own,
            networks=networks,
            enabled=block.get("status") != "down",
            dynamic=_leased(block) and not answered,
            kind=kind,
            role=block.get("role") or "undefined",
            alias=block.get("alias") or "",
            zone=zone,
            sdwan=sdwan,
            peer=peer,
            allowaccess=_services(block),
            switch=self._switches.get(name, ""),
        )

    def switches(self) -> Iterator[tuple[str, frozenset[str]]]:
        """The software and hardware switches of the VDOM with their ports."""
        for name, block in self.scope.entries("system switch-interface"):
            yield name, frozenset(word for word in block.words("member") if word)
        for name, block in self.scope.entries("system virtual-switch"):
            ports = block.table("port")
            yield name, frozenset(ports.entries if ports is not None else ())

    def _reserved_by_cluster(self) -> frozenset[str]:
        """Interfaces that each member of a cluster keeps for its own management: they forward nothing."""
        table = self.scope.table("system ha")
        if table is None or table.get("ha-mgmt-status") != "enable":
            return frozenset()
        listed = table.table("ha-mgmt-interfaces")
        entries = (*listed.entries.values(),) if listed is not None else ()
        return frozenset((*table.words("ha-mgmt-interface"), *(each.get("interface") or "" for each in entries))) - {""}

    def leases(self, name: str) -> tuple[bool, bool]:
        """Does an interface get a default route with its address: of IPv4 (DHCP, PPPoE), of IPv6?"""
        block = self.blocks.get(name)
        if block is None:
            return False, False
        six = block.table("ipv6")
        routed6 = six is not None and (six.get("ip6-mode") in ("dhcp", "pppoe") or six.get("autoconf") == "enable")
        return _leased(block) and block.get("defaultgw") != "disable", routed6

    def _addresses(self, block: Block) -> tuple[AddressSet, AddressSet]:
        own = networks = NO_ADDRESS
        for words in self._address_words(block):
            try:
                one, network = network_of(words)
            except (ValueError, IndexError) as error:
                self.scope.gap(
                    _KIND, block, "ip", f"the address {' '.join(words)!r} cannot be read: {error}", hides_access=True
                )
                continue
            own, networks = own | one, networks | network
        return own, networks

    def _answered(self, name: str, block: Block) -> AddressSet:
        """The address that a person gave for an interface that gets it by DHCP or PPPoE."""
        return self.scope.answer("interface", name, name, block) or NO_ADDRESS

    def _managed(self) -> AddressSet:
        """The one address of a transparent VDOM (`manageip`), reached through each of its interfaces."""
        table = self.scope.table("system settings")
        return _own_address(table.words("manageip")) if table is not None else NO_ADDRESS

    def _address_words(self, block: Block) -> list[tuple[str, ...]]:
        found = [block.words("ip")]
        if block.get("secondary-IP") == "enable" and (secondary := block.table("secondaryip")) is not None:
            found += [entry.words("ip") for entry in secondary.entries.values()]
        six = block.table("ipv6")
        if six is not None:
            found.append(six.words("ip6-address"))
            extra = six.table("ip6-extra-addr")
            found += [(key,) for key in extra.entries] if extra is not None else []
        return found

    def shared(self) -> AddressSet:
        """The virtual addresses of VRRP: while the device is the master of a group, they are its own."""
        words = [
            entry.words(keyword)
            for block in self.blocks.values()
            for holder, table, keyword in ((block, "vrrp", "vrip"), (block.table("ipv6"), "vrrp6", "vrip6"))
            if holder is not None and (listed := holder.table(table)) is not None
            for entry in listed.entries.values()
            if entry.get("status") != "disable"
        ]
        return AddressSet.union(_own_address(each) for each in words)

    def masking(self, names: frozenset[str] | None) -> AddressSet:
        """What sources become that leave by some interfaces with NAT; any address of a family one of them lacks."""
        known = self._masking.get(names)
        if known is None:
            leaving = [self.by_name.get(name) for name in (self.by_name if names is None else names)]
            known = AddressSet.union(each.own for each in leaving if each is not None)
            if not all(each is not None and each.own.ipv4 and not each.dynamic for each in leaving):
                known |= ANY_IPV4
            if not all(each is not None and each.own.ipv6 for each in leaving):
                known |= ANY_IPV6
            self._masking[names] = known
        return known

    def primary(self, name: str) -> AddressSet:
        """The first address of an interface; empty where the export does not hold it."""
        found = self.logins(name)
        return found[0][1].ipv4 if found else NO_ADDRESS

    def logins(self, name: str) -> list[tuple[str, AddressSet, tuple[str, ...], Block]]:
        """(label, own addresses, allowaccess, entry): the first address, each secondary one, the IPv6 ones.

        Every one of them has services of its own. The addresses are empty where the export does not hold them.
        """
        block = self.blocks.get(name)
        if block is None:
            return []
        own = _own_address(block.words("ip")) or (self._managed() if self.transparent else NO_ADDRESS)
        if _leased(block):
            own = self._answered(name, block)
        found = [("", own, tuple(block.words("allowaccess")), block)]
        table = block.table("secondaryip")
        if block.get("secondary-IP") == "enable" and table is not None:
            found += [
                (
                    " ".join(entry.words("ip")[:1]),
                    _own_address(entry.words("ip")),
                    tuple(entry.words("allowaccess")),
                    entry,
                )
                for entry in table.entries.values()
            ]
        six = block.table("ipv6")
        if six is not None and six.words("ip6-allowaccess"):
            extra = six.table("ip6-extra-addr")
            words = [six.words("ip6-address"), *((key,) for key in (extra.entries if extra is not None else ()))]
            own = AddressSet.union(_own_address(each) for each in words)
            found.append(("IPv6", own, tuple(six.words("ip6-allowaccess")), six))
        return found

    def listening(self, interface: Interface) -> Bounded[AddressSet]:
        """Where servers of an interface answer: its addresses, and any of a family whose address is not in the file."""
        block = self.blocks.get(interface.name)
        six = block.table("ipv6") if block is not None else None
        unheld = NO_ADDRESS
        if interface.dynamic or not interface.own:
            unheld = ANY_IPV4
        if six is not None and (six.get("ip6-mode") in _LEASED_IPV6 or six.get("autoconf") == "enable"):
            unheld = unheld | ANY_IPV6
        return Bounded(interface.own - unheld, interface.own | unheld)

    def _tunnels(self, zone_of: dict[str, str], sdwan: set[str]) -> list[Interface]:
        """IPsec interfaces that `system interface` does not list (hand-made and partial files)."""
        found = []
        for name, block in self.scope.entries("vpn ipsec phase1-interface"):
            if name not in self.blocks:
                origin = self.scope.origin("vpn ipsec phase1-interface", block)
                found.append(Interface(name, origin, kind="tunnel", zone=zone_of.get(name, ""), sdwan=name in sdwan))
        return found

    def _links(self) -> dict[str, str]:
        """Peers of vdom links: link "x" has the ends x0 and x1, NPU links npu0_vlink0 and npu0_vlink1.

        VLANs of one id on both ends of a link are ends of a link themselves.
        """
        every = dict(self._blocks())
        found: dict[str, str] = {}
        for name, block in self.blocks.items():
            other = self._other_end(name, every)
            parent = self._other_end(block.get("interface") or "", every)
            if not other and parent and block.get("vlanid"):
                same = (parent, block.get("vlanid"))
                other = next(
                    (key for key, each in every.items() if (each.get("interface"), each.get("vlanid")) == same), ""
                )
            if other:
                found[name] = f"{every[other].get('vdom') or 'root'}/{other}"
        return found

    def _other_end(self, name: str, every: dict[str, Block]) -> str:
        """The interface at the other end of a link, "" where the interface is none."""
        if name[-1:] not in ("0", "1"):
            return ""
        other = name[:-1] + ("1" if name[-1] == "0" else "0")
        declared = self.scope.entry("system vdom-link", name[:-1]) is not None or "_vlink" in name
        return other if other in every and declared else ""

    def _zones(self) -> list[Zone]:
        old = self.scope.version[:1] == (4,)
        found = []
        for name, block in self.scope.entries("system zone"):
            word = block.get("intrazone")
            allowed = word == "allow" if word is not None else (None if old else False)
            found.append(Zone(name, self.scope.origin("system zone", block), block.words("interface"), allowed))
        return found

    def _sdwan_path(self) -> str:
        return "system sdwan" if self.scope.table("system sdwan") is not None else "system virtual-wan-link"

    def sdwan(self) -> Block | None:
        """The table of SD-WAN, `system virtual-wan-link` up to 6.2."""
        return self.scope.table(self._sdwan_path())

    def sdwan_members(self) -> dict[str, tuple[str, str]]:
        """The members of SD-WAN that are in use, by number: the interface, and the zone."""
        table = self.sdwan()
        listed = table.table("members") if table is not None else None
        return {
            number: (name, entry.get("zone") or DEFAULT_SDWAN)
            for number, entry in (listed.entries.items() if listed is not None else ())
            if entry.get("status") != "disable" and (name := entry.get("interface"))
            if name not in self.by_name or self.by_name[name].enabled
        }

    def _is_sdwan_off(self) -> bool:
        """Is SD-WAN switched off? That is the default; a paste without a header need not be the whole table."""
        table = self.scope.table(self._sdwan_path())
        word = table.get("status") if table is not None else None
        return table is not None and (word == "disable" or (word is None and bool(self.scope.version)))

    def unused(self) -> frozenset[str]:
        """SD-WAN members that are switched off: packets do not leave through them (CLI reference, `members`)."""
        table = self.scope.table(self._sdwan_path())
        listed = table.table("members") if table is not None else None
        entries = tuple(listed.entries.values()) if listed is not None else ()
        off = {entry.get("interface") or "" for entry in entries if entry.get("status") == "disable"}
        return frozenset(off - {entry.get("interface") or "" for entry in entries if entry.get("status") != "disable"})

    def _sdwan_zones(self) -> list[Zone]:
        path = self._sdwan_path()
        table = self.scope.table(path)
        if table is None:
            return []
        members: dict[str, list[str]] = {DEFAULT_SDWAN: []}
        zones = table.table("zone")
        for name in zones.entries if zones is not None else ():
            members.setdefault(name, [])
        listed = table.table("members")
        for entry in listed.entries.values() if listed is not None else ():
            interface = entry.get("interface")
            if interface:
                members.setdefault(entry.get("zone") or DEFAULT_SDWAN, []).append(interface)
        origin = self.scope.origin(path, table)
        return [Zone(name, origin, tuple(found), False, sdwan=True) for name, found in members.items()]


def _services(block: Block) -> tuple[str, ...]:
    """The management services of all addresses of an interface: the first, secondary and IPv6 ones."""
    words = [*block.words("allowaccess")]
    secondary = block.table("secondaryip")
    if secondary is not None and block.get("secondary-IP") == "enable":
        words += [word for entry in secondary.entries.values() for word in entry.words("allowaccess")]
    six = block.table("ipv6")
    words += six.words("ip6-allowaccess") if six is not None else ()
    return tuple(dict.fromkeys(word for word in words if word))


_LEASED_IPV6 = ("dhcp", "pppoe", "delegated")


def _leased(block: Block) -> bool:
    """Does an interface get its address by DHCP or PPPoE? Then the file does not hold it."""
    return block.get("mode") in ("dhcp", "pppoe")


def _own_address(words: tuple[str, ...]) -> AddressSet:
    """The address of `set ip A M`; empty where there is none or it cannot be read (noted when the interface was)."""
    try:
        return network_of(words)[0]
    except (ValueError, IndexError):
        return NO_ADDRESS
