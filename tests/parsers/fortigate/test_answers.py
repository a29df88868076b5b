"""What a person says of objects that no backup holds (`resolve` of a site file), kind by kind."""

from __future__ import annotations

import pytest

from parsers.model.addresses import AddressSet
from parsers.model.firewall import Firewall
from parsers.reading import read_inputs
from parsers.source import Document
from tests.parsers.fortigate.writing import ANY, HEADER, INTERFACES, policies, table, verdict_of, with_lines


def answered(text: str, answers: dict[str, str], interfaces: str = INTERFACES) -> Firewall:
    document = Document("fw.conf", (HEADER.format("7.0.12") + interfaces + text).encode())
    given = {key: AddressSet.network(value) for key, value in answers.items()}
    (firewall,) = read_inputs((document,), answers=given).firewalls
    return firewall


OBJECTS = {
    "fqdn": ("x\nset type fqdn\nset fqdn host.example", "fqdn:host.example"),
    "fqdn by object name": ("x\nset type fqdn\nset fqdn host.example", "fqdn:x"),
    "geography": ("x\nset type geography\nset country DE", "geography:DE"),
    "dynamic": ("x\nset type dynamic\nset sub-type sdn", "dynamic:x"),
    "mac": ("x\nset type mac\nset macaddr 00:00:5e:00:53:01", "object:x"),
    "route-tag": ("x\nset type route-tag\nset route-tag 7", "object:x"),
    "interface-subnet": ("x\nset type interface-subnet\nset interface gone", "object:x"),
    "run time": ("FABRIC_DEVICE", "dynamic:FABRIC_DEVICE"),
}


@pytest.mark.parametrize("kind", OBJECTS)
@pytest.mark.parametrize(("answer", "outcome"), [("198.51.100.0/24", "allowed"), ("192.0.2.0/24", "blocked")])
def test_address_objects(kind: str, answer: str, outcome: str) -> None:
    body, key = OBJECTS[kind]
    name = body.split("\n", maxsplit=1)[0]
    text = table("firewall address", body) + policies(with_lines(ANY, srcaddr=name))
    assert verdict_of(answered(text, {key: answer})) == outcome
    assert verdict_of(answered(text, {})) == "possible"


@pytest.mark.parametrize(
    "text", ["", table("system external-resource", "x\nset type address\nset resource https://feed.example")]
)
def test_undefined_names_and_external_feeds(text: str) -> None:
    text += policies(with_lines(ANY, srcaddr="x"))
    assert verdict_of(answered(text, {"object:x": "198.51.100.0/24"})) == "allowed"
    assert verdict_of(answered(text, {"object:x": "192.0.2.0/24"})) == "blocked"


def test_a_group_with_an_answered_member() -> None:
    text = table("firewall address", OBJECTS["fqdn"][0], "y\nset subnet 10.9.0.0/16") + table(
        "firewall addrgrp", "g\nset member x y"
    )
    asked = policies(with_lines(ANY, srcaddr="g"))
    assert verdict_of(answered(text + asked, {"fqdn:host.example": "198.51.100.7"})) == "allowed"
    excluded = table("firewall addrgrp", "e\nset member all\nset exclude enable\nset exclude-member x")
    asked = policies(with_lines(ANY, srcaddr="e"))
    assert verdict_of(answered(text + excluded + asked, {"fqdn:host.example": "198.51.100.7"})) == "blocked"


@pytest.mark.parametrize(("answer", "outcome"), [("10.0.0.0/24", "possible"), ("192.0.2.0/24", "blocked")])
def test_an_internet_service_keeps_its_unknown_ports(answer: str, outcome: str) -> None:
    lines = {"internet-service": "enable", "internet-service-name": "Some-Web", "dstaddr": "", "service": ""}
    text = policies(with_lines(ANY, **lines))
    assert verdict_of(answered(text, {"internet-service:Some-Web": answer})) == outcome


LEASED = INTERFACES.replace("set ip 203.0.113.2/24", "set mode dhcp\nset allowaccess https")
VIP = table("firewall vip", "v\nset extintf wan\nset extip 0.0.0.0\nset mappedip 10.0.0.5") + policies(
    with_lines(ANY, dstaddr="v")
)


def test_the_address_of_an_interface_that_gets_it_by_dhcp() -> None:
    firewall = answered(VIP, {"interface:wan": "203.0.113.77"}, LEASED)
    assert verdict_of(firewall, "203.0.113.77") == "allowed"
    assert verdict_of(firewall, "203.0.113.78") == "blocked"
    assert verdict_of(answered(VIP, {}, LEASED), "203.0.113.77") == "possible"


def test_the_object_that_decides_is_noted_with_its_line() -> None:
    firewall = answered(policies(ANY), {}, LEASED)
    (unknown,) = firewall.unknowns
    assert (unknown.kind, unknown.name, unknown.origin.first_line, unknown.answered) == ("interface", "wan", 3, False)
