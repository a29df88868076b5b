"""What Batfish's own tests assert of reading FortiOS text and of objects; flow verdicts are beside.

Batfish drops what a device would refuse in a line typed by hand (an undefined name, a zone without interfaces, a policy
without a service). In a backup such a line means that the backup is incomplete: here it is kept, and what it names is
undefined. The tests say where that differs.
"""

from __future__ import annotations

from pathlib import Path

import pytest

import parsers
from parsers.fortigate.syntax.scripts import read_text
from parsers.model.firewall import Firewall
from parsers.model.rule import Action, Rule

FOLDER = Path(__file__).parents[2].parent / "shared" / "corpus" / "fortigate" / "batfish__batfish"
PREFIX = "projects__batfish__src__test__resources__org__batfish__grammar__fortios__testconfigs__"

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the corpus of public exports is not beside the project")


def load(name: str) -> Firewall:
    (firewall,) = parsers.read(FOLDER / f"{PREFIX}{name}")
    return firewall


def rules(name: str) -> dict[str, Rule]:
    return {rule.id: rule for each in load(name).lists for rule in each.rules if not rule.implicit}


def texts(name: str) -> dict[str, str]:
    return {item.name: item.text for item in load(name).objects if not item.factory}


@pytest.mark.parametrize(
    ("config", "name"),
    [
        ("fortios_hostname", "my_fortios-hostname1"),
        ("fortios_UPPER_hostname", "fortios_UPPER_hostname"),
        ("humanname", "HUMANNAME"),  # no line end after the last word of the file
        ("fortios_bad_hostname", "invalid.hostname"),  # Batfish refuses the dot; a name is no reason to refuse a backup
    ],
)
def test_host_names(config: str, name: str) -> None:
    assert load(config).name == name


def test_strings_of_many_quotes_and_lines() -> None:
    tables = read_text((FOLDER / f"{PREFIX}fortios_replacemsg").read_text(encoding="utf-8")).root.tables
    before = tables["system replacemsg admin pre_admin-disclaimer-text"]
    assert before.get("buffer") == '"npre"\'\'\\\\nabc\\\\\\" "\nlastline'
    after = tables["system replacemsg admin post_admin-disclaimer-text"]
    assert after.get("buffer") is None
    assert tables["system replacemsg admin invalid minor type"].get("buffer") == "crashing would be rude"


@pytest.mark.parametrize(
    ("config", "name"), [("fortios_ignored", "Extracted Address"), ("nested_config_recovery", "tagging")]
)
def test_blocks_of_no_interest_hide_nothing_after_them(config: str, name: str) -> None:
    firewall = load(config)
    assert texts(config)[name] == "1.1.1.0/24"
    assert [gap.path for gap in firewall.gaps] == ["firewall policy"]  # the file has none


def test_unknown_words_are_gaps_and_the_lines_after_them_are_read() -> None:
    firewall = load("edit_recovery")
    assert {gap.keyword for gap in firewall.gaps} == {
        "UNDEFINED_IFACE_PROP", "UNDEFINED_ADDR_PROP", "UNDEFINED_SERVICE_PROP", "UNDEFINED_POLICY_PROP",
    }  # fmt: skip
    assert rules("edit_recovery")["1"].written.comment == "policy comments, plural"
    assert [each.name for each in load("fortios_system_recovery").interfaces] == ["port1"]


def test_references_follow_a_rename() -> None:
    found = rules("rename")
    assert found["0"].written.source == ("new_addr1",)
    assert found["0"].written.destination == ("new_addr2",)
    assert found["0"].written.service == ("new_service1", "new_service2")
    assert found["0"].source.possible.text() == "10.0.1.0/24"
    undefined = {each.to_name for each in load("rename").references if not each.defined}
    assert {"old_addr1", "old_zone1"} <= undefined
    refused = [gap.what for gap in load("rename").gaps]
    for table in ("firewall service custom", "firewall address", "system zone"):
        assert any(each.startswith(f"rename undefined to other: no such entry in {table}") for each in refused)


@pytest.mark.parametrize("config", ["addrgrp_rename", "service_group_rename"])
def test_groups_are_renamed_too(config: str) -> None:
    assert {each.to_name for each in load(config).references if not each.defined} == {"old_group1"}


def test_appending_and_setting_again() -> None:
    found = rules("firewall_policy")
    assert found["3"].ingress == {"port2", "port3", "port4", "port5"}
    assert found["3"].egress == {"port3", "port5"}
    assert found["1"].ingress == found["1"].egress == {"port1", "port2"}
    assert found["1"].service.possible.text() == "tcp/11, tcp/12 from port 11"
    assert found["4294967294"].action is Action.DENY
    assert not found["0"].enabled


def test_any_beside_an_interface_is_any_in_a_file() -> None:
    """A device drops "any" from `set srcintf any port10` when it is typed; in a file both may stand (FORTIOS 4.1)."""
    found = rules("firewall_policy_warn")
    assert found["2"].service.possible.text() == "none"  # Batfish drops a policy without a service
    assert found["3"].action is Action.ALLOW  # `action ipsec`: Batfish ignores the policy, here it lets into the tunnel
    gaps = [gap.what for gap in load("firewall_policy_warn").gaps]
    assert any(gap.startswith("move 3 before 99999: no entry 99999 in firewall policy") for gap in gaps)
    assert any(gap.startswith("clone 99999 to 99998: no such entry in firewall policy") for gap in gaps)


def test_zones() -> None:
    zones = {zone.name: zone for zone in load("zone").zones}
    assert set(zones["zone1"].interfaces) == {"port1", "port2"}
    assert zones["zone2"].interfaces == ("port3",)
    assert [zone.intrazone_allowed for zone in zones.values()] == [False, False, True]
    odd = {zone.name: zone.interfaces for zone in load("zone_warn").zones}
    assert odd["zone1"] == ()  # Batfish drops a zone without interfaces: no rule of it matches, here neither
    assert odd["zone3"] == ("port1",)


def test_interfaces() -> None:
    found = {each.name: each for each in load("iface").interfaces}
    assert found["port1"].own.text(9) == "10.0.1.1, 10.1.1.1, 192.168.122.2"
    assert found["longest if name"].own.text() == "169.254.1.1"  # its secondary address is switched off
    assert found["longest if name"].alias == ""
    assert found["port2"].kind == "vlan"
    assert not found["tunnel"].enabled
    assert {name: each.kind for name, each in found.items() if each.kind not in ("vlan", "physical")} == {
        "tunnel": "tunnel", "loopback123": "loopback", "emac": "emac-vlan", "wl": "wl-mesh",
    }  # fmt: skip
    assert {each.kind for each in load("iface_aggregate").interfaces} == {"physical", "aggregate", "redundant", "vlan"}


def test_services() -> None:
    found = texts("service_custom")
    assert found["custom_tcp"] == "tcp/1"
    assert found["custom_icmp"] == "icmp/255/255"
    assert found["custom_icmp6"] == "icmp6"  # Batfish: matches nothing
    assert found["custom_ip"] == "ip/254"
    assert found["unset_icmp_1"] == "icmp/5"
    assert found["unset_icmp_3"] == "icmp"


def test_groups() -> None:
    found = texts("addrgrp")
    assert (
        found["grp1"] == "1.1.1.0/24"
    )  # addr1 and addr5 less addr4 and addr5, also after switching exclude off and on
    assert found["grp2"] == "1.1.1.0/24, 4.4.4.0/24"


def test_static_routes() -> None:
    routes = [(each.destination.text(), each.interface, each.distance) for each in load("static_routes").routes]
    assert routes == [("1.1.1.0/24", "port1", 20), ("any IPv4", "port1", 10), ("2.2.2.0/24", "virtual-wan-link", 1)]


def test_names_of_internet_services_are_read() -> None:
    assert [gap.path for gap in load("internet_service_name").gaps if gap.hides_access] == ["firewall policy"]
