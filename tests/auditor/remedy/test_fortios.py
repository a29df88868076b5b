"""The FortiOS script: what FortiOS takes, and reads back as exactly what was planned."""

from __future__ import annotations

import json
import re
from datetime import datetime

import parsers
from auditor.packets import Filter, Flow
from auditor.remedy.names import Names, because, line, remark
from auditor.remedy.planned import Cause
from parsers.model.addresses import ANY_ADDRESS, AddressSet
from parsers.model.firewall import Firewall
from parsers.model.rule import Direction
from parsers.model.services import ServiceSet

from .small import DEVICES, MAIL, OUT, SERVERS, SQL, WEB, flow, planned, text
from .test_planning import BACKUP, VIP

NOW = datetime(2026, 11, 24, 12)


def read(script: str) -> Firewall:
    (firewall,) = parsers.read(script.encode(), "fgt.conf")
    assert firewall.gaps == ()
    return firewall


def passing(firewall: Firewall, service: str) -> str:
    """Who reaches whom with a service."""
    forward = Filter(firewall, Direction.FORWARD, NOW, [ServiceSet.parse(service)])
    return forward.allowed(Flow(ANY_ADDRESS, ANY_ADDRESS, ServiceSet.parse(service))).certain.text()


def test_every_object_stands_before_what_names_it() -> None:
    script = text(planned(WEB, MAIL, SQL, OUT), "fgt.conf")
    tables = re.findall(r"^config (.*)$", script, re.MULTILINE)
    assert tables == [
        "firewall address",
        "firewall addrgrp",
        "firewall service custom",
        "firewall ippool",
        "firewall vip",
        "firewall policy",
    ]
    undefined = [each for each in read(script).references if not each.defined]
    assert undefined == []


def test_a_policy_has_all_that_fortios_asks_for() -> None:
    script = text(planned(WEB), "fgt.conf")
    policy = script[script.index("config firewall policy") :]
    assert policy == (
        "config firewall policy\n"
        "    edit 0\n"
        '        set name "WEB"\n'
        '        set srcintf "wan1"\n'
        '        set dstintf "dmz"\n'
        "        set action accept\n"
        '        set srcaddr "internet_addresses"\n'
        '        set dstaddr "vip_203.0.113.10_TCP_443"\n'
        '        set schedule "always"\n'
        '        set service "TCP_443"\n'
        "        set logtraffic all\n"
        '        set comments "shop WEB [doc]"\n'
        "    next\n"
        "end\n"
    )


def test_a_published_port_is_forwarded_and_nothing_else() -> None:
    firewall = read(text(planned(WEB), "fgt.conf"))
    (translation,) = firewall.translations
    (mapping,) = translation.mappings
    assert (mapping.original_destination.text(), mapping.original_service.text()) == ("203.0.113.10", "tcp/443")
    assert (mapping.mapped_destination.certain.text(), mapping.mapped_service.text()) == ("10.0.20.5", "tcp/443")
    assert translation.listening == "wan1"


def test_a_protocol_without_ports_takes_the_whole_address_and_the_service_limits_it() -> None:
    made = planned(WEB, flow("TUNNEL", "zone internet", "role web", "gre"))
    firewall = read(text(made, "fgt.conf"))
    assert [each.name for each in firewall.translations] == ["vip_203.0.113.10"]
    assert {rule.service.certain.text() for rule in firewall.lists[0].rules} == {"tcp/443, gre"}


def test_messages_and_protocols_are_services_of_their_own() -> None:
    made = planned(flow("PING", "role web", "role db", "ping"), flow("TUNNEL", "role web", "role db", "gre"))
    (rule,) = read(text(made, "fgt.conf")).lists[0].rules
    assert rule.service.certain == ServiceSet.parse("icmp/8") | ServiceSet.parse("ip/47")


def test_an_existing_virtual_ip_is_used_again() -> None:
    script = text(planned(WEB, exports={"fgt.conf": BACKUP + VIP}), "fgt.conf")
    assert 'set dstaddr "shop"' in script
    assert "firewall vip" not in script


def test_what_an_existing_virtual_ip_lacks_is_added() -> None:
    port = VIP.replace(
        'set mappedip "10.0.20.5"',
        'set mappedip "10.0.20.5"\n        set portforward enable\n        set extport 443\n        set mappedport 443',
    )
    more = flow("HTTP", "zone internet", "role web", "http")
    script = text(planned(WEB, more, exports={"fgt.conf": BACKUP + port}), "fgt.conf")
    assert 'set dstaddr "shop" "vip_203.0.113.10_TCP_80"' in script


def test_names_that_are_taken_are_left_alone() -> None:
    taken = 'config firewall service custom\n    edit "TCP_443"\n        set tcp-portrange 8443\n    next\nend\n'
    script = text(planned(WEB, exports={"fgt.conf": BACKUP + taken}), "fgt.conf")
    assert 'set service "TCP_443~2"' in script


def test_with_central_nat_policies_name_the_server() -> None:
    mode = "config system settings\n    set central-nat enable\nend\n"
    script = text(planned(WEB, OUT, exports={"fgt.conf": BACKUP + mode}), "fgt.conf")
    assert 'set dstaddr "web01_10.0.20.5"' in script
    assert "set nat enable\n        set nat-ippool" in script
    assert "set ippool enable" not in script
    firewall = read(BACKUP + mode + script.replace("edit 0", "edit 5", 1))
    assert "tcp/443" in passing(firewall, "tcp/443")


def test_the_sender_of_mail_is_its_public_address() -> None:
    script = text(planned(OUT), "fgt.conf")
    assert 'set poolname "from_203.0.113.11"' in script
    assert '    edit "from_203.0.113.11"\n        set startip 203.0.113.11\n        set endip 203.0.113.11\n' in script


def test_ipv6_has_its_own_objects() -> None:
    site = DEVICES + SERVERS.replace("10.0.20.5,", '[10.0.20.5, "2001:db8:20::5"],')
    script = text(planned(WEB, site=site), "fgt.conf")
    assert 'set dstaddr6 "web01_2001:db8:20::5"' in script
    firewall = read(script)
    assert "to 2001:db8:20::5" in passing(firewall, "tcp/443")


def test_two_vdoms_of_one_box_are_one_script() -> None:
    devices = """devices:
  box/outer: {type: fortigate, vdom: outer, zones: {internet: [wan1], perimeter: [link0]}}
  box/inner: {type: fortigate, vdom: inner, zones: {perimeter: [link1], internal: [lan]}}
"""
    site = devices + SERVERS.replace("10.0.10.7", "10.0.10.7, public: 203.0.113.12")
    script = text(planned(flow("DIRECT", "zone internet", "role db", "https"), site=site), "box.conf")
    firewalls = parsers.read(script.encode(), "box.conf")
    assert [(each.name, each.lists[0].rules[0].name) for each in firewalls] == [
        ("box/inner", "DIRECT"),
        ("box/outer", "DIRECT"),
    ]


def test_a_device_with_one_vdom_gets_its_commands_inside_it() -> None:
    alone = BACKUP.replace('    set hostname "fgt"', '    set hostname "fgt"\n    set vdom-mode multi-vdom')
    script = text(planned(WEB, exports={"fgt.conf": alone}), "fgt.conf")
    assert 'config vdom\nedit "root"\nconfig firewall address' in script
    assert script.endswith("end\nend\n")


def test_a_listener_on_several_interfaces_is_any() -> None:
    site = DEVICES.replace("internet: [wan1]", "internet: [wan1, wan2]") + SERVERS
    assert 'set extintf "any"' in text(planned(WEB, site=site), "fgt.conf")


HOSTILE = 'evil"\nend\nconfig system admin\nedit "x\' $(id) <b> #?'


def test_hostile_names_stay_text() -> None:
    site = DEVICES.replace("web01", json.dumps(HOSTILE)) + SERVERS.replace("web01", json.dumps(HOSTILE))
    made = planned(WEB, SQL, site=site.replace("[lan]", f"[{json.dumps(HOSTILE)}]"))
    script = text(made, "fgt.conf")
    firewall = read(script)
    assert firewall.administrators == ()
    assert {rule.name for rule in firewall.lists[0].rules} == {"WEB", "SQL"}
    assert not re.search(r"^\s*config system", script, re.MULTILINE)
    assert all("?" not in each for each in script.splitlines())


def test_names_are_short_safe_and_unique() -> None:
    names = Names(10, ["taken"])
    assert [names.new("taken"), names.new("a<b>\"c'"), names.new("a" * 20), names.new("a" * 20), names.new("?")] == [
        "taken~2",
        "a_b_c",
        "a" * 10,
        "a" * 8 + "~2",
        "unnamed",
    ]


def test_remarks_hold_nothing_a_prompt_acts_on() -> None:
    assert remark('a "b" <c> (d) $e #f\n?', 100) == "a b c d e f"
    assert line("a\nb\u2028c?\u00e9", 100) == "a b c _"
    assert remark("x" * 300, 20) == "x" * 16 + " ..."


def test_a_comment_that_is_full_counts_the_rest() -> None:
    causes = [Cause("shop", f"FLOW-{number}", "", ("doc",)) for number in range(40)]
    found = because(causes, 60)
    assert found == "shop FLOW-0 [doc], FLOW-1 [doc], and 38 more flows"
    assert len(because(causes, 255)) <= 255


def test_long_flow_names_fit_into_a_policys_name() -> None:
    made = planned(flow("A" * 60, "role web", "role db", "https"), flow("B" * 60, "role web", "role db", "http"))
    (name,) = re.findall(r'set name "(.*)"', text(made, "fgt.conf"))
    assert len(name) <= 35
    assert name.endswith("A +1")


def test_addresses_of_a_zone_are_its_networks() -> None:
    inside = flow("INSIDE", "zone internal", "role web", "https")
    made = planned(inside, site=DEVICES + SERVERS + "networks: {internal: [10.0.10.0/24, 10.0.11.0/24]}\n")
    firewall = read(text(made, "fgt.conf"))
    (rule,) = firewall.lists[0].rules
    assert rule.source.certain == AddressSet.network("10.0.10.0/23")
