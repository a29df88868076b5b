"""VDOMs in a row: a packet crosses every policy table between the Internet and the server."""

from __future__ import annotations

from datetime import datetime

import pytest

import parsers
from auditor.analysis.analysis import Analysis
from auditor.analysis.steps import Question
from auditor.analysis.tracing import Trace
from auditor.audit import audit
from auditor.baseline import load_ruleset
from auditor.baseline.inference import infer_site
from parsers.model.addresses import AddressSet
from parsers.model.services import ServiceSet
from tests.parsers.fortigate.writing import ANY, HEADER, policies, table, with_lines

NOW = datetime(2026, 11, 24, 12)
VIP = "v\nset extip 203.0.113.10\nset mappedip 10.0.10.5\nset portforward enable\nset extport 443\nset mappedport 8443"
ALT = table("firewall service custom", "alt\nset tcp-portrange 8443")


def static(*routes: tuple[str, str]) -> str:
    return table("router static", *(f"{n}\nset dst {to}\nset device {out}" for n, (to, out) in enumerate(routes, 1)))


def row_of_vdoms(link: str, middle: str = "accept", service: str = "alt") -> bytes:
    """root (Internet, VIP) - mid - dmz (server), joined by links whose ends are LINK a0/a1 and b0/b1."""
    ends = {"vdom-link": ("a0", "a1", "b0", "b1"), "npu": ("npu0_vlink0", "npu0_vlink1", "npu1_vlink0", "npu1_vlink1")}
    a0, a1, b0, b1 = ends[link]
    interfaces = table(
        "system interface", "wan\nset vdom root\nset ip 203.0.113.2/24\nset role wan",
        f"{a0}\nset vdom root\nset ip 10.255.0.1/30", f"{a1}\nset vdom mid\nset ip 10.255.0.2/30",
        f"{b0}\nset vdom mid\nset ip 10.255.1.1/30", f"{b1}\nset vdom dmz\nset ip 10.255.1.2/30",
        "srv\nset vdom dmz\nset ip 10.0.10.1/24",
    )  # fmt: skip
    links = table("system vdom-link", "a", "b") if link == "vdom-link" else ""
    root = table("firewall vip", VIP) + policies(with_lines(ANY, dstintf=a0, dstaddr="v"))
    mid = policies(with_lines(ANY, srcintf=a1, dstintf=b0, action=middle))
    dmz = ALT + policies(with_lines(ANY, srcintf=b1, dstintf="srv", service=service))
    bodies = {
        "root": root + static(("0.0.0.0/0", "wan"), ("10.0.0.0/8", a0)),
        "mid": mid + static(("0.0.0.0/0", a1), ("10.0.10.0/24", b0)),
        "dmz": dmz + static(("0.0.0.0/0", b1)),
    }
    text = HEADER.format("7.0.12") + "config vdom\n" + "".join(f"edit {name}\nnext\n" for name in bodies) + "end\n"
    text += f"config global\nconfig system global\nset hostname fw\nend\n{links}{interfaces}end\n"
    text += "".join(f"config vdom\nedit {name}\n{body}end\n" for name, body in bodies.items())
    return text.encode()


def traced(data: bytes, to: str, service: str, origin: str = "internet") -> Trace:
    firewalls = parsers.read(data, "fw.conf")
    asked = ServiceSet.parse(service)
    analysis = Analysis(firewalls, (), infer_site(firewalls, ()).site, NOW, (asked,))
    return analysis.trace(Question(origin, AddressSet.network(to), asked))


@pytest.mark.parametrize("link", ["vdom-link", "npu"])
def test_from_the_internet_to_a_server_behind_three_vdoms(link: str) -> None:
    found = traced(row_of_vdoms(link), "203.0.113.10", "tcp/443")
    assert [(step.device, step.outcome.value) for step in found.steps] == [
        ("fw/root", "allowed"), ("fw/mid", "allowed"), ("fw/dmz", "allowed"),
    ]  # fmt: skip
    assert found.steps[0].translated == "10.0.10.5 tcp/8443"


@pytest.mark.parametrize(("changes", "blocker"), [({"middle": "deny"}, "fw/mid"), ({"service": "HTTPS"}, "fw/dmz")])
def test_any_of_them_can_stop_it(changes: dict[str, str], blocker: str) -> None:
    found = traced(row_of_vdoms("vdom-link", **changes), "203.0.113.10", "tcp/443")
    assert found.outcome.value == "blocked"
    assert found.deciding is not None
    assert found.deciding.device == blocker


def test_the_way_out_crosses_them_as_well() -> None:
    found = traced(row_of_vdoms("vdom-link"), "198.51.100.7", "tcp/443", origin="srv")
    assert (found.outcome.value, found.steps[0].device) == ("blocked", "fw/dmz")


@pytest.mark.parametrize(("services", "outcome"), [("https", "possible"), ("ping", "blocked")])
def test_a_virtual_ip_may_lead_to_a_login_of_the_device(services: str, outcome: str) -> None:
    text = HEADER.format("7.0.12") + table(
        "system interface", "wan\nset ip 203.0.113.2/24\nset role wan",
        f"lo\nset type loopback\nset ip 10.255.255.1/32\nset allowaccess {services}",
    )  # fmt: skip
    text += table("firewall vip", "v\nset extip 203.0.113.10\nset mappedip 10.255.255.1")
    text += policies(with_lines(ANY, dstintf="lo", dstaddr="v")) + static(("0.0.0.0/0", "wan"))
    found = traced(text.encode(), "203.0.113.10", "tcp/443")
    assert found.outcome.value == outcome
    assert [step.layer for step in found.steps] == ["local"]


@pytest.mark.parametrize(("sender", "first"), [("10.0.10.5", "fw/dmz"), ("198.51.100.7", "fw/root")])
def test_a_sender_is_followed_from_where_its_address_is(sender: str, first: str) -> None:
    assert traced(row_of_vdoms("vdom-link"), "203.0.113.10", "tcp/443", sender).steps[0].device == first


def mail_row(middle: str = "accept") -> bytes:
    """The same row, with mail published to an Edge server in a DMZ."""
    data = row_of_vdoms("vdom-link", middle).replace(b"8443", b"25").replace(b"443", b"25").replace(b" v\n", b" edge\n")
    return data.replace(b"srv\nset vdom dmz", b"srv\nset role dmz\nset vdom dmz")


def test_the_firewall_that_stops_everything_is_to_blame_not_the_one_that_stops_a_few() -> None:
    few = table("firewall address", "few\nset subnet 198.51.100.0/24")
    some = with_lines(ANY, dstintf="a0", srcaddr="few", action="deny") + "\nset match-vip enable"
    every = with_lines(ANY, dstintf="a0", dstaddr="edge")
    data = mail_row("deny").replace(policies(every).encode(), (few + policies(some, every)).encode())
    firewalls, rulesets = parsers.read(data, "fw.conf"), (load_ruleset("exchange-2010"),)
    result = audit(firewalls, rulesets, infer_site(firewalls, rulesets).site, NOW)
    (inbound,) = [each for each in result.findings if each.check == "FW101" and each.flow == "INTERNET-EDGE"]
    assert "198.51.100.0/24" in inbound.message
    assert inbound.device == "fw/mid"


def test_a_server_stands_in_the_zone_of_the_vdom_it_is_connected_to() -> None:
    """Published by one VDOM, in the DMZ of another: an Edge, not a Hub Transport server 'inside'."""
    bound = infer_site(parsers.read(mail_row(), "fw.conf"), (load_ruleset("exchange-2010"),)).site.bindings
    assert "hub_transport" not in bound
    assert bound["edge_transport"][0].address == AddressSet.network("10.0.10.5")
