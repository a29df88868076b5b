"""What comes out of a VPN tunnel passes an ASA without the access lists of its interfaces.

Source: Cisco ASA 5500 Series Configuration Guide, "Configuring IPsec to Bypass ACLs" (`sysopt connection permit-vpn`):
by default, packets from a tunnel are not checked against the lists of source and destination interface, only the filter
of a group policy (`vpn-filter`) applies. Which packets arrive in a tunnel an
export cannot show, so these rules are possible, never certain. A site-to-site tunnel carries what the list of its
crypto map permits, seen from this side; remote users come from the address pools.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from parsers.cisco.accesslists import AccessLists
from parsers.cisco.objects import Objects
from parsers.cisco.statements import Configuration, Statement
from parsers.model.addresses import ANY_ADDRESS, AddressSet
from parsers.model.bounds import Bounded
from parsers.model.origin import Origin
from parsers.model.rule import Action, AsWritten, Condition, Rule
from parsers.model.services import ANY_SERVICE

_WHY = "only what arrives through a VPN tunnel (sysopt connection permit-vpn)"


@dataclass(frozen=True, slots=True)
class Tunnels:
    """The tunnels of one configuration."""

    configuration: Configuration
    objects: Objects
    access: AccessLists

    def rules(self) -> Iterator[Rule]:
        """What tunnels perhaps let in, ahead of the access rules; nothing where the bypass is switched off."""
        if any(self.configuration.starting("no", "sysopt", "connection", "permit-vpn")):
            return
        for name, interface in self._terminated().items():
            for statement in self.configuration.starting("crypto", "map", name):
                if statement.words[4:6] == ("match", "address"):
                    yield from self._site(statement, interface)
        for interface in dict.fromkeys((*self._terminated().values(), *self._webvpn())):
            for statement in self.configuration.starting("ip", "local", "pool"):
                yield from self._users(statement, interface)

    def _terminated(self) -> dict[str, str]:
        """The interface of each crypto map."""
        return {
            each.at(2): each.at(4) for each in self.configuration.starting("crypto", "map") if each.at(3) == "interface"
        }

    def _webvpn(self) -> Iterator[str]:
        for statement in self.configuration.starting("webvpn"):
            yield from (each.at(1) for each in statement.children if each.words[0] == "enable" and each.at(1))

    def _site(self, statement: Statement, interface: str) -> Iterator[Rule]:
        name = statement.at(6)
        for number, rule in enumerate(self.access.rules(name), 1):
            if rule.action is Action.ALLOW and rule.enabled:
                words = (*rule.written.destination, "to", *rule.written.source)
                yield tunnelled(
                    f"tunnel {statement.at(2)} {statement.at(3)}.{number}", interface, self.objects.origin(statement),
                    rule.destination, rule.source, " ".join(words), _WHY,
                )  # fmt: skip

    def _users(self, statement: Statement, interface: str) -> Iterator[Rule]:
        first, _, last = statement.at(4).partition("-")
        try:
            pool = AddressSet.range(self.objects.name(first), self.objects.name(last or first))
        except ValueError as error:
            what = f"address pool not understood ({error}): {statement.text}"
            self.objects.gap(statement, "ip local pool", what, hides_access=False)
            return
        anywhere = Bounded.exactly(ANY_ADDRESS)
        key = f"tunnels of pool {statement.at(3)} on {interface}"
        yield tunnelled(
            key, interface, self.objects.origin(statement), Bounded.exactly(pool), anywhere, statement.at(3), _WHY
        )


def tunnelled(
    key: str,
    interface: str,
    origin: Origin,
    source: Bounded[AddressSet],
    destination: Bounded[AddressSet],
    words: str,
    why: str,
) -> Rule:
    """A rule for what a tunnel perhaps lets in by an interface."""
    return Rule(
        id=key,
        name=key,
        origin=replace(origin, kind="vpn"),
        action=Action.ALLOW,
        enabled=True,
        ingress=frozenset({interface}),
        egress=None,
        source=source,
        destination=destination,
        service=Bounded.exactly(ANY_SERVICE),
        translated_destination=destination,
        conditions=(Condition("vpn", why),),
        uncertain=(why,),
        implicit=True,
        written=AsWritten(ingress=(interface,), comment=words),
    )
