"""Internet services that a file holds itself (the reference, section 6.6; the CLI reference of 6.0 to 7.6)."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.parsers.fortigate.test_against_oracle import calm
from tests.parsers.fortigate.writing import (
    ANY,
    hidden,
    local,
    policies,
    read,
    stated,
    table,
    verdict,
    verdict_of,
    with_lines,
)

WEB = table("firewall address", "web\nset subnet 10.0.0.5/32", "mail\nset subnet 10.0.0.6/32", "name\nset type fqdn")


def entry(number: int, dst: str, ports: str = "", protocol: int = 6, six: str = "") -> str:
    """One entry: "443" or "443-444" as its ports, none for an entry without."""
    first, _, last = ports.partition("-")
    lines = [f"edit {number}", f"set protocol {protocol}"]
    if ports:
        lines += [f"config port-range\nedit 1\nset start-port {first}\nset end-port {last or first}\nnext\nend"]
    lines += [f"set dst {dst}"] if dst else []
    lines += [f"set dst6 {six}"] if six else []
    return "\n".join([*lines, "next\n"])


def service(name: str, *entries: str, kind: str = "custom", more: str = "") -> str:
    return table(f"firewall internet-service-{kind}", f"{name}\n{more}config entry\n{''.join(entries)}end")


CUSTOM = service("crm", entry(1, "web", "443-444"))


def to(name: str, keyword: str = "internet-service-custom", **more: str) -> str:
    """A policy whose destination is an Internet service."""
    return with_lines(ANY, **{"internet-service": "enable", keyword: name, "dstaddr": "", "service": "", **more})


@pytest.mark.parametrize(
    ("to", "service", "negated", "outcome"),
    [
        ("10.0.0.5", "tcp/443", False, "allowed"),
        ("10.0.0.5", "tcp/445", False, "blocked"),
        ("10.0.0.6", "tcp/443", False, "blocked"),
        ("10.0.0.6", "tcp/443", True, "allowed"),
        ("10.0.0.5", "tcp/443", True, "blocked"),
        ("10.0.0.5", "tcp/80", True, "allowed"),
    ],
)
def test_custom_internet_services_are_in_the_file(to: str, service: str, negated: bool, outcome: str) -> None:
    lines = {"internet-service": "enable", "internet-service-custom": "crm", "dstaddr": "", "service": ""}
    if negated:
        lines["internet-service-negate"] = "enable"
    assert verdict(WEB + CUSTOM + policies(with_lines(ANY, **lines)), to, service) == outcome


def test_groups_of_custom_internet_services() -> None:
    group = table("firewall internet-service-custom-group", "g\nset member crm")
    lines = {"internet-service": "enable", "internet-service-custom-group": "g", "dstaddr": "", "service": ""}
    assert verdict(WEB + CUSTOM + group + policies(with_lines(ANY, **lines))) == "allowed"


@pytest.mark.parametrize(
    ("members", "service", "outcome"),
    [("crm", "tcp/443", "allowed"), ("crm", "tcp/80", "blocked"), ("crm Google-Web", "tcp/80", "possible")],
)
def test_groups_of_internet_services(members: str, service: str, outcome: str) -> None:
    group = table("firewall internet-service-group", f"g\nset direction destination\nset member {members}")
    lines = {"internet-service": "enable", "internet-service-group": "g", "dstaddr": "", "service": ""}
    assert verdict(WEB + CUSTOM + group + policies(with_lines(ANY, **lines)), service=service) == outcome


TWO = service("both", entry(1, "web", "443"), entry(2, "mail", "25"), entry(3, "mail", "53", protocol=17))


@pytest.mark.parametrize("negated", [False, True])
def test_every_entry_has_ports_of_its_own(negated: bool) -> None:
    more = {"internet-service-negate": "enable"} if negated else {}
    firewall = read(WEB + TWO + policies(to("both", **more)))
    asked = ("tcp/443", "tcp/25", "udp/53")
    found = [
        [verdict_of(firewall, address, each) for each in asked] for address in ("10.0.0.5", "10.0.0.6", "10.0.0.7")
    ]
    yes, no = ("blocked", "allowed") if negated else ("allowed", "blocked")
    assert found == [[yes, no, no], [no, yes, yes], [no, no, no]]


def test_entries_with_the_same_ports_are_one_rule() -> None:
    text = WEB + service("same", entry(1, "web", "443"), entry(2, "mail", "443")) + policies(to("same"))
    assert len(stated(text)) == 1
    assert len(stated(WEB + TWO + policies(to("both")))) == 2


def test_the_entries_of_one_policy_hide_it_together() -> None:
    assert hidden(WEB + TWO + policies(ANY, to("both"))) == ("2",)
    assert hidden(WEB + TWO + policies(with_lines(ANY, service="HTTPS"), to("both"))) == ()


@pytest.mark.parametrize(
    ("body", "asked", "outcome"),
    [
        (entry(1, "web", protocol=6), "tcp/443", "possible"),
        (entry(1, "web", protocol=6), "udp/443", "blocked"),
        (entry(1, "web", protocol=0), "tcp/443", "possible"),
        (entry(1, "", "443"), "tcp/443", "possible"),
        (entry(1, "''", "443", six="''"), "tcp/443", "possible"),
        (entry(1, "web", "443", six="''"), "udp/443", "blocked"),
        (entry(1, "name", "443"), "tcp/443", "possible"),
        (entry(1, "web", protocol=47), "ip/47", "allowed"),
        (entry(1, "web", "444-443"), "tcp/443", "possible"),
        (entry(1, "web", "${port}-443"), "tcp/443", "possible"),
    ],
)
def test_what_an_entry_does_not_say_is_possible(body: str, asked: str, outcome: str) -> None:
    assert verdict(WEB + service("x", body) + policies(to("x")), service=asked) == outcome


def test_as_the_source_the_ports_of_an_entry_are_not_known_to_count() -> None:
    text = WEB + CUSTOM
    source = {"internet-service-src": "enable", "internet-service-src-custom": "crm", "srcaddr": ""}
    for more, sender, outcome in (
        ({}, "10.0.0.5", "possible"), ({}, "10.0.0.6", "blocked"),
        ({"internet-service-src-negate": "enable"}, "10.0.0.6", "allowed"),
        ({"internet-service-src-negate": "enable"}, "10.0.0.5", "possible"),
    ):  # fmt: skip
        assert verdict(text + policies(with_lines(ANY, **source, **more)), source=sender) == outcome


EXTENDED = {"internet-service-id": "", "internet-service-name": "Vendor-Web"}
NAMES = table("firewall internet-service-name", "Vendor-Web\nset type default\nset internet-service-id 65646")
GONE = (
    "config disable-entry\nedit 1\nset protocol 6\nconfig port-range\nedit 1\nset start-port 25\nset end-port 25\n"
    "next\nend\nconfig ip-range\nedit 1\nset start-ip 10.0.0.6\nset end-ip 10.0.0.9\nnext\nend\nnext\nend\n"
)


@pytest.mark.parametrize(
    ("address", "asked", "outcome"),
    [("10.0.0.5", "tcp/443", "allowed"), ("10.0.0.6", "tcp/25", "blocked"), ("10.0.0.6", "tcp/80", "possible")],
)
@pytest.mark.parametrize("by_name", [False, True])
def test_an_extension_adds_to_a_service_and_disables_parts(
    by_name: bool, address: str, asked: str, outcome: str
) -> None:
    text = WEB + NAMES + service("65646", entry(1, "web", "443"), kind="extension", more=GONE)
    policy = to("Vendor-Web", "internet-service-name") if by_name else to("65646", "internet-service-id")
    assert verdict(text + policies(policy), address, asked) == outcome


def test_a_custom_service_may_begin_with_one_of_the_database() -> None:
    text = WEB + service("mine", entry(1, "web", "443"), more=f"set master-service-id 65646\n{GONE}")
    firewall = read(text + policies(to("mine")))
    found = [verdict_of(firewall, *each) for each in (("10.0.0.5",), ("10.0.0.7", "tcp/25"), ("10.0.0.7", "tcp/26"))]
    assert found == ["allowed", "blocked", "possible"]


def test_what_a_disabled_entry_does_not_name_is_open() -> None:
    gone = "config disable-entry\nedit 1\nset protocol 6\nnext\nend\n"
    text = WEB + service("mine", entry(1, "web", "443"), more=gone)
    assert verdict(text + policies(to("mine"))) == "possible"


def test_an_entry_of_an_extension_that_cannot_be_read_is_a_gap() -> None:
    firewall = read(
        WEB + service("65646", entry(1, "web", "9-7"), kind="extension") + policies(to("65646", "internet-service-id"))
    )
    (gap,) = firewall.gaps
    assert gap.hides_access
    assert "port range" in gap.what


def test_services_of_the_vendor_in_the_file_are_read() -> None:
    text = (
        WEB
        + service("feed", entry(1, "web", "443"), kind="fortiguard")
        + policies(to("feed", "internet-service-fortiguard"))
    )
    assert read(text).gaps == ()
    assert verdict(text) == "allowed"
    assert verdict(text, "10.0.0.6") == "possible"


def test_both_families_of_a_service() -> None:
    six = table("firewall address6", "web6\nset ip6 2001:db8::5/128")
    text = six + WEB + service("x", entry(1, "web", "443"), entry(2, "", "25", six="web6"))
    both = to("x", srcaddr6="all", **{"internet-service6": "enable", "internet-service6-custom": "x"})
    for address, asked, outcome in (
        ("10.0.0.5", "tcp/443", "allowed"), ("10.0.0.5", "tcp/25", "blocked"), ("2001:db8::5", "tcp/25", "allowed"),
        ("2001:db8::5", "tcp/443", "blocked"),
    ):  # fmt: skip
        sender = "2001:db8:9::1" if ":" in address else "198.51.100.7"
        assert verdict(text + policies(both), address, asked, sender, version="7.2.5") == outcome


def test_local_in_policies_for_senders_of_a_service() -> None:
    body = "set intf wan\nset dstaddr all\nset service ALL\nset schedule always\nset internet-service-src enable\nset internet-service-src-custom crm"
    ways = "config system interface\nedit wan\nset ip 203.0.113.2/24\nset type physical\nset allowaccess https\nnext\nend\n"
    text = WEB + CUSTOM + policies(body, kind="firewall local-in-policy")
    assert local(text, source="10.0.0.5", interfaces=ways) == "possible"
    assert local(text, source="10.0.0.6", interfaces=ways) == "allowed"


def test_whether_a_disabled_entry_also_takes_from_an_added_one_is_open() -> None:
    text = WEB + service("mine", entry(1, "web mail", "25"), more=f"set master-service-id 65646\n{GONE}")
    firewall = read(text + policies(to("mine")))
    found = [verdict_of(firewall, address, "tcp/25") for address in ("10.0.0.5", "10.0.0.6", "10.0.0.7")]
    assert found == ["allowed", "possible", "blocked"]


def test_a_service_that_cannot_be_read_is_one_gap_however_many_name_it() -> None:
    firewall = read(WEB + service("x", entry(1, "web", "9-7")) + policies(to("x"), to("x")))
    assert len([gap for gap in firewall.gaps if "port range" in gap.what]) == 1


def test_a_policy_for_a_service_without_any_address_left_is_still_one() -> None:
    text = table("firewall address", "x\nset subnet 10.0.0.5/32") + table("firewall addrgrp", "g\nset member x")
    text += table("firewall addrgrp", "g\nset exclude enable\nset exclude-member x")
    firewall = read(text + service("none", entry(1, "g", "443")) + policies(to("none", action="deny"), ANY))
    assert [rule.id for rule in firewall.lists[0].stated] == ["1", "2"]
    assert verdict_of(firewall) == "allowed"


PLACES = {"web": {5}, "mail": {6}, "both": {5, 6}, "near": {4, 5, 6, 7}}
ENTRIES = st.lists(
    st.tuples(st.sampled_from(sorted(PLACES)), st.integers(1, 4), st.integers(1, 4), st.sampled_from((6, 17))),
    min_size=1,
    max_size=5,
)


@settings(calm, max_examples=25)
@given(ENTRIES, ENTRIES, st.booleans(), st.booleans())
def test_a_service_is_the_pairs_of_its_entries(
    first: list[tuple[str, int, int, int]], second: list[tuple[str, int, int, int]], negated: bool, accepts: bool
) -> None:
    """Two policies, a packet after the other, read by hand."""
    objects = table(
        "firewall address",
        "web\nset subnet 10.0.0.5/32",
        "mail\nset subnet 10.0.0.6/32",
        "near\nset subnet 10.0.0.4/30",
    ) + table("firewall addrgrp", "both\nset member web mail")
    text = "".join(
        service(
            name,
            *(entry(n, place, f"{min(a, b)}-{max(a, b)}", proto) for n, (place, a, b, proto) in enumerate(entries, 1)),
        )
        for name, entries in (("one", first), ("two", second))
    )
    more = {"internet-service-negate": "enable"} if negated else {}
    rules = policies(
        to("one", **more, action="accept" if accepts else "deny"), to("two", action="deny" if accepts else "accept")
    )
    firewall = read(objects + text + rules)

    def holds(entries: list[tuple[str, int, int, int]], address: int, protocol: int, port: int) -> bool:
        return any(
            address in PLACES[place] and min(a, b) <= port <= max(a, b) and protocol == proto
            for place, a, b, proto in entries
        )

    for address in (4, 5, 6, 8):
        for protocol, word in ((6, "tcp"), (17, "udp")):
            for port in (1, 2, 4, 5):
                passes = not accepts and holds(second, address, protocol, port)
                if holds(first, address, protocol, port) != negated:
                    passes = accepts
                said = verdict_of(firewall, f"10.0.0.{address}", f"{word}/{port}")
                assert said == ("allowed" if passes else "blocked")
