"""ASA running configurations into the common model.

Sources: Cisco ASA Series Firewall CLI Configuration Guide, "Access Rules": an inbound access group decides before the
global one, an access group ends in an implicit deny, interfaces without one fall back to security levels (higher to
lower passes, equal levels need `same-security-traffic`); since 8.3 access lists name real (untranslated) addresses.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from parsers.cisco.accesslists import AccessLists, implicit
from parsers.cisco.asamanagement import Management
from parsers.cisco.asanat import read_translations
from parsers.cisco.asavpn import Tunnels
from parsers.cisco.ledger import ASA_IRRELEVANT, ASA_READ, account
from parsers.cisco.objects import Objects, named_objects, read_objects
from parsers.cisco.statements import Configuration, Statement, read_statements
from parsers.cisco.uses import uses
from parsers.errors import UnreadableError
from parsers.model.addresses import ANY_IPV4, NO_ADDRESS, AddressSet
from parsers.model.firewall import Firewall, Interface, Reference, Route, Source
from parsers.model.origin import Origin
from parsers.model.rule import Action, Direction, Evaluation, Rule, RuleList
from parsers.source import Document

_VERSION = re.compile(r"^(?:ASA|PIX|NGFW|FTD)\s+Version\s+(\S+)", re.MULTILINE)
_OLD_NAT = re.compile(r"^(static|global|nat) \(\S+\) ", re.MULTILINE)


def read_asa(document: Document) -> tuple[Firewall, ...]:
    """One ASA (single context) as a firewall.

    Raises:
        UnreadableError: multi-context system configurations and NAT before 8.3 are said, not guessed.
    """
    text = document.text
    _refuse(document, text)
    configuration = read_statements(document, "asa")
    found = _VERSION.search(text)
    version = found.group(1) if found else ""
    objects = read_objects(configuration, dual_stack=_dual_stack(version), wildcards=False)
    interfaces = tuple(_interfaces(configuration, objects))
    objects.interfaces = {interface.name: interface for interface in interfaces}
    lists = AccessLists.read(configuration, objects)
    asa = _Asa(configuration, objects, interfaces, lists)
    rules = asa.lists()
    translations = read_translations(configuration, objects)
    lists.read_rest()
    ledger, unread = account(configuration, ASA_READ, ASA_IRRELEVANT)
    assumptions: tuple[str, ...] = () if version else ("The version is not in the file: ASA 9.x behaviour is assumed.",)
    if any(" rule-id " in each.text for each in configuration.starting("access-list")):
        assumptions += ("This is an FTD device: Snort may stop more than its access list does.",)
    if any(configuration.starting("firewall", "transparent")):
        assumptions += ("The ASA works in transparent mode: packets leave where the MAC address is.",)
    return (
        Firewall(
            name=configuration.device,
            vendor="cisco",
            product="ASA",
            version=version,
            sources=(Source(document.name, document.sha256, "asa", document.decoded.encoding, ledger),),
            lists=rules,
            interfaces=interfaces,
            routes=tuple(_routes(configuration, objects, interfaces)),
            dynamic_routing=any(configuration.starting("router")),
            translations=translations,
            objects=named_objects(objects) + lists.named(),
            references=(*objects.references, *asa.applied(), *uses(configuration, objects, lists)),
            gaps=tuple(sorted((*objects.gaps, *unread), key=lambda gap: gap.origin.first_line)),
            assumptions=assumptions,
        ),
    )


def _refuse(document: Document, text: str) -> None:
    if re.search(r"^Version .* <system>|^context \S+\s*$", text, re.MULTILINE):
        message = (
            "this is the system configuration of an ASA in multiple-context mode: it holds no access lists. "
            "Give the running configuration of each context ('changeto context NAME', 'show running-config')"
        )
        raise UnreadableError(document.name, message)
    old = _OLD_NAT.search(text)
    version = _VERSION.search(text)
    before = version is not None and tuple(int(part) for part in re.findall(r"\d+", version.group(1))[:2]) < (8, 3)
    if re.search(r"^-+\[ (?:Rule|Access Control Policy|Advanced Settings)|^=+\[ ", text, re.MULTILINE):
        message = (
            "this is a FirePOWER listing ('show access-control-config'), not a configuration: give "
            "'show running-config' of the device, whose access-list CSM_FW_ACL_ holds the same rules"
        )
        raise UnreadableError(document.name, message)
    if before or (old and old.group(1) in ("static", "global")):
        line = text.count("\n", 0, old.start()) + 1 if old else 0
        message = (
            "NAT and access lists of ASA before 8.3 name translated addresses, which fwproof does not read. "
            "Give the configuration as the migrated device (8.3 or later) prints it"
        )
        raise UnreadableError(document.name, message, line)


def _dual_stack(version: str) -> bool:
    numbers = re.findall(r"\d+", version)
    return not numbers or int(numbers[0]) >= 9


def _interfaces(configuration: Configuration, objects: Objects) -> Iterator[Interface]:
    for statement in configuration.starting("interface"):
        children = {child.words[0]: child for child in statement.children}
        name = children["nameif"].at(1) if "nameif" in children else ""
        if not name:
            continue
        own, networks, dynamic = _addresses(statement, objects)
        yield Interface(
            name=name,
            origin=objects.origin(statement),
            own=own,
            networks=networks,
            enabled="shutdown" not in children,
            dynamic=dynamic,
            kind="management" if "management-only" in children else "physical",
            alias=statement.at(1),
            role=f"security-level {_level(statement, objects)}",
        )


def _addresses(statement: Statement, objects: Objects) -> tuple[AddressSet, AddressSet, bool]:
    own, networks, dynamic = NO_ADDRESS, NO_ADDRESS, False
    for child in statement.children:
        words = child.words
        if words[:2] == ("ip", "address") and len(words) > 3 and words[2][0].isdigit():
            one, network = objects.own_address(child, words[2], words[3])
            own, networks = own | one, networks | network
        elif words[:2] in (("ip", "address"), ("ipv6", "address")) and len(words) > 2:
            if "/" in words[2] and ":" in words[2]:
                one, network = objects.own_address(child, *words[2].split("/", 1))
                own, networks = own | one, networks | network
            elif words[2] in ("dhcp", "pppoe", "autoconfig"):
                dynamic = True
    return own, networks, dynamic


def _level(statement: Statement, objects: Objects) -> int:
    for child in statement.children:
        if child.words[0] == "security-level":
            if child.at(1).isdigit():
                return int(child.at(1))
            objects.gap(child, f"interface {statement.at(1)}", f"a level of 0 to 100 expected: {child.text}")
    # ASA gives an interface named "inside" level 100 and every other one 0 until told otherwise.
    return 100 if any(child.words[:2] == ("nameif", "inside") for child in statement.children) else 0


@dataclass(frozen=True, slots=True)
class _Asa:
    configuration: Configuration
    objects: Objects
    interfaces: tuple[Interface, ...]
    access: AccessLists

    def lists(self) -> tuple[RuleList, ...]:
        """Security levels, access rules in, access rules out, management: a packet must pass all that see it."""
        return (
            RuleList(
                "same security", Direction.FORWARD, Evaluation.FIRST_MATCH, tuple(self._same_security()), Action.ALLOW
            ),
            RuleList("access rules", Direction.FORWARD, Evaluation.FIRST_MATCH, tuple(self._inbound())),
            RuleList(
                "access rules out", Direction.FORWARD, Evaluation.FIRST_MATCH, tuple(self._outbound()), Action.ALLOW
            ),
            *Management(self.configuration, self.objects, self.interfaces, self.access).lists(),
        )

    def applied(self) -> Iterator[Reference]:
        """Every access group as a reference to its list."""
        for statement in self.configuration.starting("access-group"):
            name = statement.at(1)
            whole = statement.at(2) == "global" or (statement.at(2) in ("in", "out") and statement.at(4))
            if not whole:
                self.objects.gap(statement, "access-group", f"access group not understood: {statement.text}")
            origin = self.objects.origin(statement)
            yield Reference("access-group", name, "access-list", name, origin, name in self.access.lines)

    def _groups(self, direction: str) -> dict[str, str]:
        return {
            statement.at(4): statement.at(1)
            for statement in self.configuration.starting("access-group")
            if statement.words[2:4] == (direction, "interface") and "control-plane" not in statement.words
        }

    def _inbound(self) -> Iterator[Rule]:
        groups = self._groups("in")
        yield from self._tunnels()
        general = [each.at(1) for each in self.configuration.starting("access-group") if each.at(2) == "global"]
        for interface, name in groups.items():
            for rule in self.access.rules(name):
                where = frozenset({interface})
                if rule.ingress is None or rule.ingress >= where:
                    yield _real(replace(rule, id=f"{rule.id} on {interface}", ingress=where))
        for name in general:
            for rule in self.access.rules(name):
                yield _real(replace(rule, id=f"{rule.id} global"))
        if general:
            return
        for interface in groups:
            yield implicit(f"end of {groups[interface]} on {interface}", Action.DENY, ingress=frozenset({interface}),
                           origin=self._origin(interface))  # fmt: skip
        yield from self._levels(groups)

    def _tunnels(self) -> tuple[Rule, ...]:
        return tuple(Tunnels(self.configuration, self.objects, self.access).rules())

    def _levels(self, groups: dict[str, str]) -> Iterator[Rule]:
        words = {each.words[-1] for each in self.configuration.starting("same-security-traffic")}
        for interface in self.interfaces:
            if interface.name in groups:
                continue
            level = int(interface.role.split()[-1])
            reached = {
                other.name
                for other in self.interfaces
                if (int(other.role.split()[-1]) < level and other.name != interface.name)
                or (
                    int(other.role.split()[-1]) == level
                    and ("intra-interface" if other.name == interface.name else "inter-interface") in words
                )
            }
            if reached:
                yield implicit(
                    f"security level of {interface.name}",
                    Action.ALLOW,
                    ingress=frozenset({interface.name}),
                    egress=frozenset(reached),
                    origin=interface.origin,
                )

    def _same_security(self) -> Iterator[Rule]:
        """Without `same-security-traffic permit` nothing passes between equal levels, or back out of an interface,
        whatever an access list says; bridge groups of transparent mode never meet inside the box."""
        apart = self._apart()
        words = {each.words[-1] for each in self.configuration.starting("same-security-traffic")}
        for interface in self.interfaces:
            level = interface.role.split()[-1]
            closed = {
                other.name
                for other in self.interfaces
                if other.role.split()[-1] == level
                and ("intra-interface" if other.name == interface.name else "inter-interface") not in words
            }
            closed |= apart.get(interface.name, set())
            if closed:
                yield implicit(
                    f"same security as {interface.name}",
                    Action.DENY,
                    ingress=frozenset({interface.name}),
                    egress=frozenset(closed),
                    origin=interface.origin,
                )

    def _apart(self) -> dict[str, set[str]]:
        """In transparent mode: for each interface those of other bridge groups."""
        if not any(self.configuration.starting("firewall", "transparent")):
            return {}
        groups = _bridged(self.configuration)
        everyone = {name for members in groups.values() for name in members}
        return {name: everyone - set(members) for members in groups.values() for name in members}

    def _outbound(self) -> Iterator[Rule]:
        groups = self._groups("out")
        if groups:
            yield from self._tunnels()
        for interface, name in groups.items():
            egress = frozenset({interface})
            for rule in self.access.rules(name):
                yield _real(replace(rule, id=f"{rule.id} out {interface}", egress=egress))
            yield implicit(f"end of {name} out {interface}", Action.DENY, egress=egress, origin=self._origin(interface))

    def _origin(self, interface: str) -> Origin:
        for statement in self.configuration.starting("access-group"):
            if statement.words[-1] == interface or interface in statement.words:
                return self.objects.origin(statement)
        return Origin(self.configuration.file, 0, 0, "access-group", interface)


def _real(rule: Rule) -> Rule:
    """Access rules name real addresses: a translated packet is matched by its translated destination."""
    return replace(rule, translated_destination=rule.destination)


def _bridged(configuration: Configuration) -> dict[str, tuple[str, ...]]:
    """The member interfaces of each bridge group, by the number of the group."""
    found: dict[str, tuple[str, ...]] = {}
    for statement in configuration.starting("interface"):
        children = {child.words[0]: child.at(1) for child in statement.children}
        if "bridge-group" in children and "nameif" in children:
            group = children["bridge-group"]
            found[group] = (*found.get(group, ()), children["nameif"])
    return found


def _routes(configuration: Configuration, objects: Objects, interfaces: tuple[Interface, ...]) -> Iterator[Route]:
    """Connected networks and static routes; none in transparent mode, where the routes are the device's own.

    `ip address dhcp setroute` takes the default route from the server. What is reached through a bridge group's virtual
    interface leaves by whichever member the host is behind.
    """
    if any(configuration.starting("firewall", "transparent")):
        return
    groups = _bridged(configuration)
    for interface in interfaces:
        if interface.networks and interface.enabled:
            members = groups.get(interface.alias.removeprefix("BVI"), ()) if interface.alias.startswith("BVI") else ()
            for name in (interface.name, *members):
                yield Route(interface.networks, name, 0, interface.origin, connected=True)
    for statement in configuration.starting("interface"):
        children = {child.words[0]: child for child in statement.children}
        if "nameif" in children and any(child.words[-1] == "setroute" for child in statement.children):
            yield Route(ANY_IPV4, children["nameif"].at(1), 1, objects.origin(statement))
    for statement in configuration.starting("route"):
        words = statement.words
        if len(words) < 5:
            continue
        try:
            destination = objects.masked(words[2], words[3])
        except ValueError as error:
            objects.gap(statement, "route", f"route not understood ({error}): {statement.text}", hides_access=False)
            continue
        metric = int(words[5]) if len(words) > 5 and words[5].isdigit() else 1
        interface_name = "" if words[1].lower() == "null0" else words[1]
        yield Route(destination, interface_name, metric, objects.origin(statement))
    for statement in configuration.starting("ipv6", "route"):
        if len(statement.words) >= 4:
            try:
                yield Route(AddressSet.network(statement.at(3)), statement.at(2), 1, objects.origin(statement))
            except ValueError as error:
                what = f"route not understood ({error}): {statement.text}"
                objects.gap(statement, "ipv6 route", what, hides_access=False)
