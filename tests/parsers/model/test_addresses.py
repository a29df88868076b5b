"""Addresses of both families on one line."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.model.addresses import (
    ANY_ADDRESS,
    ANY_IPV4,
    ANY_IPV6,
    IPV6_BASE,
    NO_ADDRESS,
    PUBLIC,
    AddressSet,
    address_number,
    address_text,
)


@given(st.ip_addresses())
def test_numbers_and_texts_are_inverse(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    number = address_number(str(address))
    assert number == int(address) + (IPV6_BASE if address.version == 6 else 0)
    assert ipaddress.ip_address(address_text(number)) == address


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("10.1.2.3/255.255.255.0", "10.1.2.0/24"),
        ("10.1.2.3/0", "any IPv4"),
        ("0.0.0.0/0.0.0.0", "any IPv4"),
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8::5/32", "2001:db8::/32"),
        ("::/0", "any IPv6"),
    ],
)
def test_networks(text: str, shown: str) -> None:
    assert AddressSet.network(text).text() == shown


@pytest.mark.parametrize(
    "text", ["10.1.2", "10.0.0.0/33", "10.0.0.0/255.0.255.0", "::/129", "::/255.0.0.0", "fe80::1%1"]
)
def test_what_is_not_a_network_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"not an IP address|prefix length|netmask"):
        AddressSet.network(text)


def test_ranges_may_not_mix_families() -> None:
    with pytest.raises(ValueError, match="cannot mix"):
        AddressSet.range("10.0.0.1", "2001:db8::1")


def test_two_halves_are_any() -> None:
    halves = AddressSet.network("0.0.0.0/1") | AddressSet.network("128.0.0.0/1")
    assert halves == ANY_IPV4
    assert (halves | ANY_IPV6) == ANY_ADDRESS
    assert (halves | ANY_IPV6).text() == "any"
    assert NO_ADDRESS.text() == "none"


def test_families_are_told_apart() -> None:
    both = AddressSet.network("192.0.2.0/24") | AddressSet.network("2001:db8::/64")
    assert both.ipv4 == AddressSet.network("192.0.2.0/24")
    assert both.ipv6 == AddressSet.network("2001:db8::/64")


@pytest.mark.parametrize("address", ["8.8.8.8", "203.0.113.7", "2001:db8::1"])
def test_strangers_have_public_addresses(address: str) -> None:
    assert address_number(address) in PUBLIC


@pytest.mark.parametrize(
    "address", ["10.0.0.1", "172.31.0.1", "192.168.1.1", "100.64.0.1", "224.0.0.1", "127.0.0.1", "fe80::1"]
)
def test_strangers_do_not_have_these(address: str) -> None:
    assert address_number(address) not in PUBLIC


def test_long_sets_are_counted_not_printed() -> None:
    many = AddressSet.union(AddressSet.network(f"10.0.{number}.0/25") for number in range(20))
    assert many.text(limit=2) == "10.0.0.0/25, 10.0.1.0/25 and 18 more ranges"
