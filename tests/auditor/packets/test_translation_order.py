"""An earlier translation of one interface takes the packets of that interface, and only those."""

from auditor.packets.translated import OTHER, domains
from parsers.model.addresses import ANY_IPV4, AddressSet
from parsers.model.bounds import Bounded
from parsers.model.firewall import Firewall, Interface, Mapping, Translation
from parsers.model.origin import Origin
from parsers.model.services import ANY_SERVICE

HERE = Origin("f", 1, 1, "vip", "v")
PUBLIC = AddressSet.network("203.0.113.10")


def entry(name: str, ingress: frozenset[str] | None, server: str) -> Translation:
    mapped = Bounded.exactly(AddressSet.network(server))
    mapping = Mapping(PUBLIC, ANY_SERVICE, mapped, ANY_SERVICE)
    return Translation(name, HERE, (mapping,), Bounded.exactly(ANY_IPV4), ingress)


def test_a_later_entry_for_every_interface_keeps_the_other_interfaces() -> None:
    firewall = Firewall(
        "fw", "test", "test", "1", (), (),
        interfaces=(Interface("wan1", HERE), Interface("wan2", HERE)),
        translations=(entry("one", frozenset({"wan1"}), "10.0.0.1"), entry("any", None, "10.0.0.2")),
    )  # fmt: skip
    found = {each.translation.name: (each.taken.ingress, each.certain) for each in domains(firewall)}
    assert found == {"one": (frozenset({"wan1"}), True), "any": (frozenset({"wan2", OTHER}), True)}
