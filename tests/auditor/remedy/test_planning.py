"""What is planned where, what is left out, and the question or conflict that is named instead."""

from __future__ import annotations

import pytest

from auditor.baseline import RulesetError
from auditor.remedy import Plan
from tests.fortios import head

from .small import DEVICES, MAIL, OUT, SERVERS, SQL, WEB, flow, planned, text

BACKUP = head(wan1="203.0.113.2/24", dmz="10.0.20.1/24", lan="10.0.10.1/24")
VIP = """config firewall vip
    edit "shop"
        set extip 203.0.113.10
        set extintf "wan1"
        set mappedip "10.0.20.5"
    next
end
"""


def crossings(made: Plan) -> list[tuple[str, list[str], list[str], str]]:
    return [
        (part.device, sorted(each.ingress), sorted(each.egress), each.service.text())
        for part in made.networks
        for each in part.permits
    ]


def test_a_flow_crosses_from_zone_to_zone() -> None:
    assert crossings(planned(WEB, SQL)) == [
        ("fgt", ["wan1"], ["dmz"], "tcp/443"),
        ("fgt", ["dmz"], ["lan"], "tcp/1433, udp/1434"),
    ]


def test_an_inner_firewall_gets_its_part_and_does_not_translate_again() -> None:
    devices = """devices:
  inner: {type: fortigate, zones: {perimeter: [port1], internal: [port2]}}
  outer: {type: fortigate, zones: {internet: [wan], perimeter: [port3]}}
"""
    direct = flow("DIRECT", "zone internet", "role db", "https")
    site = devices + SERVERS.replace("10.0.10.7", "10.0.10.7, public: 203.0.113.12")
    made = planned(direct, site=site)
    assert crossings(made) == [
        ("inner", ["port1"], ["port2"], "tcp/443"),
        ("outer", ["wan"], ["port3"], "tcp/443"),
    ]
    inner, outer = (part.permits[0] for part in made.networks)
    assert (inner.public.text(), outer.public.text()) == ("none", "203.0.113.12")
    assert inner.destination == outer.destination


def test_two_firewalls_side_by_side_get_the_same_rules() -> None:
    site = DEVICES.replace("  web01", "  fgt2: {type: fortigate, zones: {internet: [w], perimeter: [d]}}\n  web01")
    made = planned(WEB, site=site + SERVERS)
    assert [part.device for part in made.networks] == ["fgt", "fgt2"]
    assert any("stand beside each other" in note for note in made.notes)


def test_servers_of_one_zone_get_host_rules_only() -> None:
    made = planned(flow("PEER", "role mail", "role web", "https"))
    assert made.networks == ()
    assert [(host.host, host.permits[0].source.text()) for host in made.hosts] == [("web01", "10.0.20.6")]


def test_an_answer_that_is_missing_is_asked_for() -> None:
    made = planned(
        flow("BACKUP", "role web", "role store", "https", "level: required, if_missing: high, when: backup"),
        flow("STORE", "role web", "role store", "https"),
        flow("RPC", "role web", "role db", "rpc"),
    )
    asked = made.left
    assert "Is there a backup server?" in asked[0]
    assert "which addresses are the file store?" in asked[1]
    assert "which ports is rpc_dynamic?" in asked[2]
    assert "usual: usual 49152-65535" in asked[2]
    assert made.networks == made.hosts == ()


def test_a_role_that_is_not_deployed_is_no_question() -> None:
    made = planned(flow("STORE", "role web", "role store", "https"), site=DEVICES + SERVERS + "not_deployed: [store]\n")
    assert made.left == ()


def test_a_private_server_without_a_public_address_is_asked_for() -> None:
    made = planned(WEB, site=DEVICES + SERVERS.replace(", public: 203.0.113.10", ""))
    assert made.left == (
        "WEB (internet to web 10.0.20.5): what do clients outside send to for web 10.0.20.5? (bindings.web, public:)",
    )


def test_a_question_at_the_perimeter_leaves_the_hosts_rules() -> None:
    made = planned(WEB, site=DEVICES + SERVERS.replace(", public: 203.0.113.10", ""))
    assert made.networks == ()
    assert [(host.host, host.permits[0].service.text()) for host in made.hosts] == [("web01", "tcp/443")]


def test_a_site_of_windows_hosts_alone_gets_their_rules() -> None:
    made = planned(WEB, site="devices: {web01: {type: windows, profile: domain}}\n" + SERVERS)
    assert (made.left, made.networks, len(made.hosts)) == ((), (), 1)
    assert "No FortiGate is in the site file: Windows rules only." in made.notes


def test_a_host_that_needs_no_rule_is_named() -> None:
    assert "web01: no flow needs a rule there." in planned(SQL).notes


def test_a_public_server_is_reached_as_it_is() -> None:
    made = planned(WEB, site=DEVICES + SERVERS.replace("10.0.20.5, public: 203.0.113.10", "198.51.100.5"))
    (permit,) = made.networks[0].permits
    assert (permit.public.text(), permit.destination.text()) == ("none", "198.51.100.5")


def test_the_public_address_of_an_existing_virtual_ip_is_used() -> None:
    site = DEVICES + SERVERS.replace(", public: 203.0.113.10", "")
    made = planned(WEB, site=site, exports={"fgt.conf": BACKUP + VIP})
    assert made.networks[0].permits[0].public.text() == "203.0.113.10"
    assert any("because shop of fgt does so" in note for note in made.notes)


def test_two_servers_cannot_have_one_public_port() -> None:
    site = DEVICES + SERVERS.replace("203.0.113.11", "203.0.113.10")
    made = planned(WEB, MAIL, site=site)
    assert made.left == ()
    both = planned(WEB, flow("MAIL", "zone internet", "role mail", "https"), site=site)
    assert both.networks == ()
    assert "tcp/443 of 203.0.113.10 cannot lead to both 10.0.20.5 and 10.0.20.6" in both.left[0]
    portless = planned(WEB, flow("TUNNEL", "zone internet", "role mail", "gre"), site=site)
    assert "a protocol without ports needs an address of its own" in portless.left[0]


def test_one_public_address_for_several_servers_is_no_plan() -> None:
    site = DEVICES + SERVERS.replace("10.0.20.5,", "[10.0.20.5, 10.0.20.8],")
    assert "a load balancer is not planned" in planned(WEB, site=site).left[0]


def test_several_servers_with_as_many_public_addresses_are_paired_in_order() -> None:
    site = DEVICES + SERVERS.replace("10.0.20.5,", "[10.0.20.5, 10.0.20.8],").replace(
        "203.0.113.10", "[203.0.113.10, 203.0.113.20]"
    )
    found = {(each.public.text(), each.destination.text()) for each in planned(WEB, site=site).networks[0].permits}
    assert found == {("203.0.113.10", "10.0.20.5"), ("203.0.113.20", "10.0.20.8")}


def test_a_virtual_ip_that_leads_elsewhere_is_a_conflict() -> None:
    made = planned(WEB, exports={"fgt.conf": BACKUP + VIP.replace("10.0.20.5", "10.0.20.9")})
    assert "shop leads tcp/443 of 203.0.113.10 to 10.0.20.9 tcp/443: change it first (at fgt)" in made.left[0]


def test_a_pool_is_planned_whole() -> None:
    made = planned(flow("MEDIA", "role web", "role db", "pool", "level: required, if_missing: low, coverage: any"))
    assert made.networks[0].permits[0].service.text() == "udp/16000-17000"
    assert any("any of which may be drawn" in note for note in made.notes)


def test_of_alternatives_the_one_that_is_needed_anyway_is_planned() -> None:
    either = "{id: EITHER, from: {role: web}, to: {role: db}, any_of: [http, sql], level: required, if_missing: low, cite: [doc]}"
    assert planned(either).networks[0].permits[0].service.text() == "tcp/80"
    made = planned(SQL, either)
    assert [each.service.text() for each in made.networks[0].permits] == ["tcp/1433, udp/1434"]
    assert any("EITHER: tcp/1433, udp/1434 was planned; tcp/80 would do as well." in note for note in made.notes)


def test_permitted_flows_are_planned_on_request_and_not_where_the_baseline_forbids_them() -> None:
    extra = flow("HTTP", "zone internet", "role web", "http", "level: permitted")
    assert crossings(planned(WEB, extra)) == [("fgt", ["wan1"], ["dmz"], "tcp/443")]
    assert crossings(planned(WEB, extra, permitted=True)) == [("fgt", ["wan1"], ["dmz"], "tcp/80,443")]
    ban = "{id: NO-HTTP, title: Never, from: {zone: internet}, to: {role: web}, service: http, severity: low, cite: [doc]}"
    made = planned(WEB, extra, permitted=True, forbidden=ban)
    assert crossings(made) == [("fgt", ["wan1"], ["dmz"], "tcp/443")]
    assert "NO-HTTP forbids the same packets" in made.left[0]


def test_the_sender_is_hidden_behind_its_own_public_address_towards_the_internet() -> None:
    (permit,) = planned(OUT).networks[0].permits
    assert (permit.nat, permit.sender.text()) == (True, "203.0.113.11")
    (plain,) = (
        planned(OUT, site=DEVICES + SERVERS.replace("10.0.20.6, public: 203.0.113.11", "198.51.100.6"))
        .networks[0]
        .permits
    )
    assert (plain.nat, plain.sender.text()) == (False, "none")


def test_ipv6_is_planned_apart_and_not_translated() -> None:
    site = DEVICES + SERVERS.replace("10.0.20.5,", '[10.0.20.5, "2001:db8:20::5"],')
    four, six = planned(WEB, site=site).networks[0].permits
    assert (four.public.text(), six.public.text()) == ("203.0.113.10", "none")
    assert six.destination.text() == "2001:db8:20::5"
    assert not six.source.ipv4


def test_existing_rules_are_named_with_missing_only() -> None:
    policy = """config firewall policy
    edit 7
        set srcintf "dmz"
        set dstintf "lan"
        set srcaddr "all"
        set dstaddr "all"
        set action accept
        set schedule "always"
        set service "ALL"
    next
end
"""
    made = planned(WEB, SQL, exports={"fgt.conf": BACKUP + policy}, missing_only=True)
    assert [cause.flow for part in made.networks for each in part.permits for cause in each.causes] == ["WEB"]
    assert "SQL (web 10.0.20.5 to db 10.0.10.7) passes already: fgt 7." in made.notes


def deny(source: str) -> str:
    return f"""config firewall policy
    edit 9
        set srcintf "any"
        set dstintf "any"
        set srcaddr "{source}"
        set dstaddr "all"
        set schedule "always"
        set service "ALL"
    next
end
"""


def test_policies_go_in_front_of_a_deny_of_everything() -> None:
    made = planned(SQL, WEB, exports={"fgt.conf": BACKUP + deny("all")})
    script = text(made, "fgt.conf")
    assert script.endswith("    move 10 before 9\n    move 11 before 9\nend\n")
    assert "    edit 10\n" in script
    assert any("the script puts the new policies in front of it" in note for note in made.notes)


def test_whether_a_deny_of_some_hosts_may_be_passed_by_is_left_to_a_person() -> None:
    bad = 'config firewall address\n    edit "bad"\n        set subnet 10.0.20.0 255.255.255.0\n    next\nend\n'
    made = planned(SQL, exports={"fgt.conf": BACKUP + bad + deny("bad")})
    assert "move" not in text(made, "fgt.conf")
    assert any("rule 9" in note and "yours to decide" in note for note in made.notes)


def test_policy_mode_is_not_planned() -> None:
    mode = "config system settings\n    set ngfw-mode policy-based\nend\n"
    made = planned(SQL, exports={"fgt.conf": BACKUP + mode})
    assert made.networks == ()
    assert "NGFW policy mode" in made.left[0]


def test_an_interface_for_management_forwards_nothing() -> None:
    apart = BACKUP.replace('edit "lan"\n', 'edit "lan"\n        set dedicated-to management\n')
    made = planned(SQL, exports={"fgt.conf": apart})
    assert "lan of fgt is dedicated to management" in made.left[0]


def test_without_an_interface_in_the_internet_it_is_asked_for() -> None:
    inside = BACKUP[: BACKUP.index("config router static")].replace("203.0.113.2", "10.0.30.2")
    made = planned(WEB, site=DEVICES.replace("internet: [wan1], ", "") + SERVERS, exports={"fgt.conf": inside})
    assert "which interfaces lie in zone internet? (devices.NAME.zones.internet)" in made.left[0]


def test_members_of_a_zone_are_named_by_their_zone() -> None:
    zone = 'config system zone\n    edit "servers"\n        set interface "lan"\n    next\nend\n'
    made = planned(SQL, exports={"fgt.conf": BACKUP + zone})
    assert crossings(made) == [("fgt", ["dmz"], ["servers"], "tcp/1433, udp/1434")]


def test_a_host_name_is_no_address() -> None:
    with pytest.raises(RulesetError, match=r"site.yaml:9: bindings.web\[0\].address"):
        planned(WEB, site=DEVICES + SERVERS.replace("10.0.20.5", "www.example.com"))


def test_an_object_needs_the_export_that_holds_it() -> None:
    site = DEVICES + SERVERS.replace("address: 10.0.10.7", "object: {device: fgt, name: DB}")
    assert (
        "which address is object 'DB'? (the export of fgt is not part of the audit)" in planned(SQL, site=site).left[0]
    )
    address = 'config firewall address\n    edit "DB"\n        set subnet 10.0.10.7 255.255.255.255\n    next\nend\n'
    made = planned(SQL, site=site, exports={"fgt.conf": BACKUP + address})
    assert made.networks[0].permits[0].destination.text() == "10.0.10.7"


def test_a_zone_that_nothing_tells_is_asked_for() -> None:
    made = planned(
        flow("STORE", "role web", "role store", "https"),
        site=DEVICES + SERVERS + "  store: [{address: 10.0.10.9}]\n",
    )
    assert "in which zone does store 10.0.10.9 lie?" in made.left[0]
    told = planned(
        flow("STORE", "role web", "role store", "https"),
        site=DEVICES + SERVERS + "  store: [{address: 10.0.10.9}]\nnetworks: {internal: 10.0.10.0/24}\n",
    )
    assert crossings(told) == [("fgt", ["dmz"], ["lan"], "tcp/443")]
