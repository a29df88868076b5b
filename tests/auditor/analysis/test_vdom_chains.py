"""From one VDOM to the next: FortiGate configurations whose VDOMs are joined by links, asked as `fwproof trace` does."""

from __future__ import annotations

from datetime import datetime

import pytest

import parsers
from auditor.analysis.analysis import Analysis
from auditor.analysis.paths import arriving
from auditor.analysis.steps import Question
from auditor.analysis.tracing import Trace
from auditor.baseline import BoundEnd, bind, load_ruleset
from auditor.baseline.inference import infer_site
from parsers.model.addresses import AddressSet
from parsers.model.services import ServiceSet
from tests.parsers.fortigate.writing import ANY, HEADER, policies, table, with_lines

NOW = datetime(2026, 11, 24, 12)


def device(interfaces: str, **vdoms: str) -> bytes:
    """A backup: all interfaces, then the body of each VDOM."""
    declared = table("vdom", *vdoms)
    links = table("system vdom-link", "ln", "lm")
    general = f"config global\n{links}config system interface\n{interfaces}end\nend\n"
    bodies = "".join(f"config vdom\nedit {name}\n{body}end\n" for name, body in vdoms.items())
    return (HEADER.format("7.0.12") + declared + general + bodies).encode()


def interface(name: str, vdom: str, lines: str) -> str:
    return f"edit {name}\nset vdom {vdom}\n{lines}\nnext\n"


def way(ingress: str, egress: str, **lines: str) -> str:
    return with_lines(ANY, srcintf=ingress, dstintf=egress, **lines)


def route(number: int, network: str, out: str) -> str:
    return f"{number}\nset dst {network}\nset device {out}"


def traced(
    data: bytes, to: str = "10.9.0.5", service: str = "tcp/443", origin: str = "wan", source: str = "198.51.100.7"
) -> Trace:
    firewalls = parsers.read(data, "fw.conf")
    rulesets = (load_ruleset("perimeter"),)
    site = infer_site(firewalls, rulesets).site
    asked = ServiceSet.parse(service)
    analysis = Analysis(firewalls, tuple(bind(each, site, firewalls) for each in rulesets), site, NOW, (asked,))
    sender = AddressSet.network(source) if source else None
    return analysis.trace(Question(origin, AddressSet.network(to), asked, sender))


EDGE = (
    interface("wan", "edge", "set ip 203.0.113.2/24\nset role wan") + interface("ln0", "edge", "set ip 10.255.0.1/30")
)  # fmt: skip
INNER = interface("ln1", "inner", "set ip 10.255.0.2/30") + interface("lan", "inner", "set ip 10.9.0.1/24")
EDGE_ROUTES = table("router static", "1\nset gateway 203.0.113.1\nset device wan", route(2, "10.9.0.0/24", "ln0"))
INNER_ROUTES = table("router static", "1\nset device ln1")
LINK = table("firewall address", "link\nset subnet 10.255.0.1/32", "far\nset subnet 198.51.100.0/24")


@pytest.mark.parametrize(
    ("nat", "senders", "outcome"),
    [
        ("enable", "link", "allowed"), ("enable", "far", "blocked"), ("enable", "all", "allowed"),
        ("disable", "link", "blocked"), ("disable", "far", "allowed"),
    ],
)  # fmt: skip
def test_the_next_vdom_sees_senders_as_nat_leaves_them(nat: str, senders: str, outcome: str) -> None:
    data = device(
        EDGE + INNER,
        edge=EDGE_ROUTES + policies(way("wan", "ln0", nat=nat)),
        inner=LINK + INNER_ROUTES + policies(way("ln1", "lan", srcaddr=senders)),
    )
    found = traced(data)
    assert [step.device for step in found.steps] == ["fw/edge", "fw/inner"]
    assert found.outcome.value == outcome


@pytest.mark.parametrize(("senders", "outcome"), [("pool", "allowed"), ("link", "blocked")])
def test_address_pools_stand_for_senders(senders: str, outcome: str) -> None:
    pool = table("firewall ippool", "p\nset startip 10.255.7.1\nset endip 10.255.7.4")
    named = LINK + table("firewall address", "pool\nset subnet 10.255.7.0/29")
    data = device(
        EDGE + INNER,
        edge=EDGE_ROUTES + pool + policies(way("wan", "ln0", nat="enable", ippool="enable", poolname="p")),
        inner=named + INNER_ROUTES + policies(way("ln1", "lan", srcaddr=senders)),
    )
    assert traced(data).outcome.value == outcome


@pytest.mark.parametrize(("senders", "outcome"), [("all", "allowed"), ("link", "possible"), ("far", "possible")])
def test_central_nat_perhaps_changes_senders(senders: str, outcome: str) -> None:
    central = "config system settings\nset central-nat enable\nend\n" + table(
        "firewall central-snat-map", "1\nset dstintf ln0"
    )
    data = device(
        EDGE + INNER,
        edge=EDGE_ROUTES + central + policies(way("wan", "ln0")),
        inner=LINK + INNER_ROUTES + policies(way("ln1", "lan", srcaddr=senders)),
    )
    assert traced(data).outcome.value == outcome


EVERY = "set srcintf wan\nset dstintf ln0\nset orig-addr all\nset dst-addr all"


@pytest.mark.parametrize(
    ("entries", "link", "far"),
    [
        ((EVERY,), "allowed", "blocked"),
        ((EVERY + "\nset nat disable",), "blocked", "allowed"),
        ((EVERY + "\nset nat disable", EVERY), "blocked", "allowed"),
        ((EVERY + "\nset status disable",), "blocked", "allowed"),
        ((EVERY + "\nset protocol 6",), "possible", "possible"),
        ((EVERY + "\nset dst-port 443",), "possible", "possible"),
        ((EVERY + "\nset protocol 6\nset nat disable", EVERY), "possible", "possible"),
        ((EVERY.replace("ln0", "lan"),), "blocked", "allowed"),
        ((EVERY + "\nset type ipv6",), "blocked", "allowed"),
    ],
)
def test_the_first_entry_of_central_nat_that_matches_decides(entries: tuple[str, ...], link: str, far: str) -> None:
    listed = table("firewall central-snat-map", *(f"{n}\n{entry}" for n, entry in enumerate(entries, 1)))
    central = "config system settings\nset central-nat enable\nend\n" + listed
    for senders, outcome in (("link", link), ("far", far)):
        data = device(
            EDGE + INNER,
            edge=EDGE_ROUTES + central + policies(way("wan", "ln0")),
            inner=LINK + INNER_ROUTES + policies(way("ln1", "lan", srcaddr=senders)),
        )
        assert traced(data).outcome.value == outcome


@pytest.mark.parametrize(("inner", "outcome"), [("HTTP", "allowed"), ("ALL", "allowed"), ("HTTPS", "blocked")])
def test_a_virtual_ip_of_the_first_vdom_leads_through_the_second(inner: str, outcome: str) -> None:
    vip = table(
        "firewall vip",
        "v\nset extip 203.0.113.10\nset extintf wan\nset mappedip 10.9.0.5\nset portforward enable\nset extport 8080\nset mappedport 80",
    )
    data = device(
        EDGE + INNER,
        edge=vip + EDGE_ROUTES + policies(way("wan", "ln0", dstaddr="v")),
        inner=INNER_ROUTES + policies(way("ln1", "lan", service=inner)),
    )
    found = traced(data, "203.0.113.10", "tcp/8080")
    assert found.outcome.value == outcome
    assert found.steps[0].translated == "10.9.0.5 tcp/80"


@pytest.mark.parametrize("last", ["accept", "deny"])
def test_three_vdoms(last: str) -> None:
    middle = (
        interface("ln1", "middle", "set ip 10.255.0.2/30") + interface("lm0", "middle", "set ip 10.255.1.1/30")
        + interface("lm1", "inner", "set ip 10.255.1.2/30") + interface("lan", "inner", "set ip 10.9.0.1/24")
    )  # fmt: skip
    data = device(
        EDGE + middle,
        edge=EDGE_ROUTES + policies(way("wan", "ln0")),
        middle=table("router static", "1\nset device ln1", route(2, "10.9.0.0/24", "lm0"))
        + policies(way("ln1", "lm0")),
        inner=table("router static", "1\nset device lm1") + policies(way("lm1", "lan", action=last)),
    )
    found = traced(data)
    assert [step.device for step in found.steps] == ["fw/edge", "fw/middle", "fw/inner"]
    assert found.outcome.value == ("allowed" if last == "accept" else "blocked")


def test_links_of_network_processors_join_vdoms() -> None:
    renamed = (
        device(
            EDGE + INNER,
            edge=EDGE_ROUTES + policies(way("wan", "ln0")),
            inner=INNER_ROUTES + policies(way("ln1", "lan", action="deny")),
        )
        .replace(b"ln0", b"npu0_vlink0")
        .replace(b"ln1", b"npu0_vlink1")
        .replace(table("system vdom-link", "ln", "lm").encode(), b"")
    )
    found = traced(renamed)
    assert [step.device for step in found.steps] == ["fw/edge", "fw/inner"]
    assert found.outcome.value == "blocked"


def test_vdoms_joined_by_virtual_interfaces_on_one_port() -> None:
    def emac(name: str, vdom: str, address: str) -> str:
        return interface(name, vdom, f"set type emac-vlan\nset interface port9\nset ip {address}/24")

    data = device(
        interface("wan", "edge", "set ip 203.0.113.2/24\nset role wan") + emac("ea", "edge", "10.255.0.1")
        + emac("eb", "inner", "10.255.0.2") + interface("lan", "inner", "set ip 10.9.0.1/24"),
        edge=table("router static", "1\nset gateway 203.0.113.1\nset device wan", route(2, "10.9.0.0/24", "ea"))
        + policies(way("wan", "ea")),
        inner=table("router static", "1\nset device eb") + policies(way("eb", "lan", action="deny")),
    )  # fmt: skip
    assert traced(data).outcome.value == "blocked"


def test_two_vdoms_with_the_same_network_are_told_apart() -> None:
    both = (
        interface("wan", "edge", "set ip 203.0.113.2/24\nset role wan") + interface("lan", "edge", "set ip 10.9.0.1/24")
        + interface("wan9", "other", "set ip 192.0.2.2/24\nset role lan") + interface("lan9", "other", "set ip 10.9.0.1/24")
    )  # fmt: skip
    data = device(
        both,
        edge=table("router static", "1\nset gateway 203.0.113.1\nset device wan") + policies(way("wan", "lan")),
        other=policies(way("wan9", "lan9", action="deny")),
    )
    found = traced(data)
    assert [step.device for step in found.steps] == ["fw/edge"]
    assert found.outcome.value == "allowed"


@pytest.mark.parametrize(("action", "outcome"), [("accept", "allowed"), ("deny", "blocked")])
def test_a_transparent_vdom_on_the_way_counts(action: str, outcome: str) -> None:
    middle = (
        interface("ln1", "middle", "set alias outer") + interface("lm0", "middle", "set alias inner")
        + interface("lm1", "inner", "set ip 10.255.0.2/30") + interface("lan", "inner", "set ip 10.9.0.1/24")
    )  # fmt: skip
    mode = "config system settings\nset opmode transparent\nset manageip 10.255.0.3/30\nend\n"
    data = device(
        EDGE + middle,
        edge=EDGE_ROUTES + policies(way("wan", "ln0")),
        middle=mode + policies(way("ln1", "lm0", action=action)),
        inner=table("router static", "1\nset device lm1") + policies(way("lm1", "lan")),
    )
    found = traced(data)
    assert [step.device for step in found.steps][:2] == ["fw/edge", "fw/middle"]
    assert found.outcome.value == outcome


POLICY_ROUTE = "1\nset input-device wan\nset dst 10.9.0.0/24\nset output-device ln0"


@pytest.mark.parametrize(
    ("more", "policy", "outcome"),
    [
        ("", "ln0", "allowed"), ("", "dmz", "blocked"), ("\nset protocol 6\nset start-port 443\nset end-port 443", "ln0", "allowed"),
        ("\nset protocol 6\nset start-port 80\nset end-port 80", "dmz", "blocked"), ("\nset status disable", "ln0", "blocked"),
        ("\nset action deny", "ln0", "blocked"), ("\nset src 192.0.2.0/24", "ln0", "blocked"),
        ("\nset internet-service-id 65536", "ln0", "possible"), ("\nset tos 0x10", "ln0", "possible"),
    ],
)  # fmt: skip
def test_policy_routes_lead_to_the_next_vdom(more: str, policy: str, outcome: str) -> None:
    dmz = interface("dmz", "edge", "set ip 10.8.0.1/24")
    data = device(
        EDGE + INNER + dmz,
        edge=table("router static", "1\nset gateway 203.0.113.1\nset device wan", route(2, "10.9.0.0/24", "dmz"))
        + table("router policy", POLICY_ROUTE + more) + policies(way("wan", policy)),
        inner=INNER_ROUTES + policies(way("ln1", "lan")),
    )  # fmt: skip
    if policy == "dmz" and "80" in more:
        outcome = "allowed"  # leaves by the table's route, past the inner VDOM
    assert traced(data).outcome.value == outcome


@pytest.mark.parametrize(("nat", "seen"), [("enable", "10.255.0.1"), ("disable", "198.51.100.7")])
def test_servers_see_senders_as_nat_leaves_them(nat: str, seen: str) -> None:
    data = device(EDGE, edge=EDGE_ROUTES + policies(way("wan", "ln0", nat=nat)))
    firewalls = parsers.read(data, "fw.conf")
    service = ServiceSet.parse("tcp/443")
    paths = Analysis(firewalls, (), infer_site(firewalls, ()).site, NOW, (service,)).paths
    sender, server = AddressSet.network("198.51.100.7"), AddressSet.network("10.9.0.5")
    ends = BoundEnd("role", "sender", "", sender), BoundEnd("role", "server", "", server)
    (journey,) = paths.alternatives(*ends, service)
    assert arriving(journey, sender) == {AddressSet.network(seen)}


@pytest.mark.parametrize(
    ("nat", "senders", "answer"),
    [
        ("enable", "link", "certain"), ("enable", "far", "closed"), ("disable", "link", "closed"),
        ("disable", "far", "certain"),
    ],
)  # fmt: skip
def test_audited_flows_meet_the_next_vdom_as_nat_leaves_them(nat: str, senders: str, answer: str) -> None:
    data = device(
        EDGE + INNER,
        edge=EDGE_ROUTES + policies(way("wan", "ln0", nat=nat)),
        inner=LINK + INNER_ROUTES + policies(way("ln1", "lan", srcaddr=senders)),
    )
    firewalls = parsers.read(data, "fw.conf")
    service = ServiceSet.parse("tcp/443")
    paths = Analysis(firewalls, (), infer_site(firewalls, ()).site, NOW, (service,)).paths
    sender, server = AddressSet.network("198.51.100.7"), AddressSet.network("10.9.0.5")
    ends = BoundEnd("role", "sender", "", sender), BoundEnd("role", "server", "", server)
    (journey,) = paths.alternatives(*ends, service)
    assert [each.layer.device.name for each in journey] == ["fw/edge", "fw/inner"]
    last = journey[-1].layer
    assert ("certain" if last.certain else "possible" if last.possible else "closed") == answer


def test_nat_in_two_vdoms_one_after_the_other() -> None:
    inner_face = table("firewall address", "face\nset subnet 10.255.0.2/32")
    data = device(
        EDGE + INNER,
        edge=EDGE_ROUTES + inner_face + policies(way("ln0", "wan", srcaddr="face", nat="enable")),
        inner=INNER_ROUTES + policies(way("lan", "ln1", nat="enable")),
    )
    found = traced(data, "198.51.100.7", origin="lan", source="10.9.0.5")
    assert [(step.device, step.outcome.value) for step in found.steps] == [
        ("fw/inner", "allowed"),
        ("fw/edge", "allowed"),
    ]


def test_a_vdom_for_administration_forwards_nothing() -> None:
    data = device(
        interface("mgmt", "adm", "set ip 192.0.2.9/24") + interface("m2", "adm", "set ip 10.7.0.1/24"),
        adm="config system settings\nset vdom-type admin\nend\n" + policies(way("mgmt", "m2")),
    )
    assert traced(data, "10.7.0.5", origin="mgmt", source="192.0.2.7").outcome.value == "blocked"


def test_global_objects_serve_every_vdom() -> None:
    data = device(
        EDGE + INNER,
        edge=EDGE_ROUTES + policies(way("wan", "ln0", srcaddr="g-far")),
        inner=INNER_ROUTES + policies(way("ln1", "lan", srcaddr="g-far")),
    )
    shared = b"config global\nconfig firewall address\nedit g-far\nset subnet 198.51.100.0/24\nnext\nend\n"
    assert traced(data.replace(b"config global\n", shared)).outcome.value == "allowed"


def test_packets_end_in_a_vdom_that_has_no_route_for_them() -> None:
    inner = table("router static", "1\nset dst 10.9.0.0/24\nset blackhole enable", route(2, "0.0.0.0/0", "ln1"))
    data = device(
        EDGE + interface("ln1", "inner", "set ip 10.255.0.2/30"),
        edge=EDGE_ROUTES + policies(way("wan", "ln0")),
        inner=inner + policies(way("ln1", "any")),
    )
    found = traced(data)
    assert [step.device for step in found.steps] == ["fw/edge", "fw/inner"]
    assert found.outcome.value == "blocked"


@pytest.mark.parametrize(("back", "outcome"), [("accept", "allowed"), ("deny", "blocked")])
def test_a_virtual_ip_of_the_next_vdom_may_lead_back(back: str, outcome: str) -> None:
    vip = table("firewall vip", "v\nset extip 203.0.113.10\nset mappedip 10.9.0.5")
    dmz = interface("srv", "inner", "set ip 10.8.0.1/24")
    data = device(
        EDGE + INNER + dmz,
        edge=EDGE_ROUTES + vip + policies(way("ln0", "ln0", dstaddr="v")),
        inner=INNER_ROUTES + policies(way("srv", "ln1"), way("ln1", "lan", action=back)),
    )
    found = traced(data, to="203.0.113.10", origin="srv", source="10.8.0.5")
    assert [step.device for step in found.steps] == ["fw/inner", "fw/edge", "fw/inner"]
    assert found.outcome.value == outcome
