"""Everything a policy refers to, of one VDOM."""

from __future__ import annotations

from dataclasses import dataclass

from parsers.fortigate.objects.addresses import AddressBook
from parsers.fortigate.objects.interfaces import Interfaces
from parsers.fortigate.objects.internetservices import InternetServices
from parsers.fortigate.objects.schedules import Schedules
from parsers.fortigate.objects.scope import Scope
from parsers.fortigate.objects.services import ServiceBook
from parsers.fortigate.objects.vips import VirtualAddresses


@dataclass(frozen=True, slots=True)
class Books:
    """The objects of one VDOM, each kind resolved by name."""

    scope: Scope
    interfaces: Interfaces
    addresses: AddressBook
    addresses6: AddressBook
    services: ServiceBook
    internet: InternetServices
    schedules: Schedules
    vips: VirtualAddresses

    @staticmethod
    def of(scope: Scope) -> Books:
        """The books of a scope."""
        interfaces = Interfaces(scope)
        networks = interfaces.networks()
        addresses, addresses6 = AddressBook(scope, networks), AddressBook(scope, networks, six=True)
        services = ServiceBook(scope)
        return Books(
            scope,
            interfaces,
            addresses,
            addresses6,
            services,
            InternetServices(scope, addresses, addresses6),
            Schedules(scope),
            VirtualAddresses(scope, interfaces, addresses, services),
        )
