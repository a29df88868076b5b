"""Stand-ins: the same for the same thing; addresses exchanged so that networks, ranges and private space stay."""

from __future__ import annotations

from ipaddress import IPv4Address, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.model.addresses import PUBLIC, AddressSet
from parsers.redaction import Pseudonyms
from parsers.redaction.permutation import Permutation

four = st.integers(0, 2**32 - 1)
six = st.integers(0x2 << 124, (0x4 << 124) - 1)
keys = st.binary(min_size=1, max_size=16)


def image(permutation: Permutation, text: str) -> str:
    address = ip_address(text)
    return str(type(address)(permutation.image(address.max_prefixlen, int(address))))


@given(keys, four, four)
def test_addresses_that_share_a_network_share_one_afterwards(key: bytes, one: int, other: int) -> None:
    permutation = Permutation(key)
    before, after = one ^ other, permutation.image(32, one) ^ permutation.image(32, other)
    assert before.bit_length() == after.bit_length()


@given(keys, six, six)
def test_networks_of_ipv6_are_preserved(key: bytes, one: int, other: int) -> None:
    permutation = Permutation(key)
    before, after = one ^ other, permutation.image(128, one) ^ permutation.image(128, other)
    assert before.bit_length() == after.bit_length()


@given(keys, four)
def test_public_stays_public_and_the_rest_stays_itself(key: bytes, address: int) -> None:
    text = str(IPv4Address(address))
    new = image(Permutation(key), text)
    if AddressSet.network(text) <= PUBLIC:
        assert AddressSet.network(new) <= PUBLIC
    else:
        assert new == text


@pytest.mark.parametrize(
    "text",
    [
        "10.1.2.3",
        "192.168.0.1",
        "172.31.255.255",
        "100.64.0.1",
        "224.0.0.5",
        "255.255.240.0",
        "128.0.0.0",
        "fe80::1",
        "fd00::1",
        "::1",
    ],
)
def test_private_addresses_and_masks_stay(text: str) -> None:
    assert image(Permutation(b"key"), text) == text


def test_public_addresses_are_exchanged() -> None:
    assert image(Permutation(b"key"), "203.0.113.7") != "203.0.113.7"
    assert image(Permutation(b"key"), "2001:db8::1") != "2001:db8::1"


@given(keys, st.tuples(four, four).map(sorted), four)
def test_a_pinned_range_stays_a_range(key: bytes, ends: list[int], address: int) -> None:
    permutation = Permutation(key)
    permutation.pin_range(32, *ends)
    first, last = (permutation.image(32, each) for each in ends)
    assert (first <= permutation.image(32, address) <= last) == (ends[0] <= address <= ends[1])


@given(keys, st.integers(0xCB007100, 0xCB0071FF), st.integers(0, 300), st.integers(0, 300))
def test_a_range_in_order_keeps_distances(key: bytes, first: int, size: int, step: int) -> None:
    permutation = Permutation(key)
    permutation.pin_order(32, first, first + size)
    step = min(step, size)
    assert permutation.image(32, first + step) == permutation.image(32, first) + step


masks = st.sampled_from(
    [0xFFFF00FF, 0xFF0000FF, 0xFF00FF00, 0x000000FF, 0x00FF0000, 0xFFF0F0F0, 0x0000FFFF, 0xFFFFFF01]
)
fills = st.integers(0, 0xFFFFFFFF)


@given(keys, st.lists(st.tuples(four, masks), min_size=1, max_size=3), four, fills)
def test_a_mask_with_gaps_selects_the_same_addresses(
    key: bytes, pinned: list[tuple[int, int]], other: int, fill: int
) -> None:
    permutation = Permutation(key)
    for address, mask in pinned:
        permutation.pin_mask(address, mask)
    for address, mask in pinned:
        new = permutation.image(32, address) & mask
        assert (permutation.image(32, other) & mask == new) == (other & mask == address & mask)
        assert permutation.image(32, address & mask | fill & ~mask & 0xFFFFFFFF) & mask == new


@given(keys, st.tuples(four, masks), st.tuples(four, four).map(sorted), four)
def test_ranges_and_masks_with_gaps_keep_together(
    key: bytes, pinned: tuple[int, int], ends: list[int], address: int
) -> None:
    permutation = Permutation(key)
    permutation.pin_mask(*pinned)
    permutation.pin_range(32, *ends)
    mask = pinned[1]
    first, last, new = (permutation.image(32, each) for each in (*ends, address))
    assert (first <= new <= last) == (ends[0] <= address <= ends[1])
    assert (new & mask == permutation.image(32, pinned[0]) & mask) == (address & mask == pinned[0] & mask)


@pytest.mark.parametrize("mask", [0xFF0000FF, 0x000000FF, 0xFFFFFF01])
def test_a_mask_with_gaps_does_not_keep_other_addresses(mask: int) -> None:
    changed = 0
    for number in range(50):
        permutation = Permutation(bytes([number]))
        permutation.pin_mask(0xC6336401, mask)
        changed += permutation.image(32, 0xC6336402) >> 8 & 0xFFFF != 0x3364
    assert changed >= 48


def test_addresses_inside_text() -> None:
    pseudonyms = Pseudonyms(addresses=True, permutation=Permutation(b"key"))
    new = pseudonyms.addressed("203.0.113.7")
    assert pseudonyms.addressed("host 203.0.113.7/32, h-203-0-113-7 and 10.0.0.1") == (
        f"host {new}/32, h-{new.replace('.', '-')} and 10.0.0.1"
    )
    assert (
        pseudonyms.addressed("7.0.12 999.0.0.1 00:1b:44:11:3a:b7 12:30:00")
        == "7.0.12 999.0.0.1 00:1b:44:11:3a:b7 12:30:00"
    )
    assert pseudonyms.addressed("2001:db8::1/64") == f"{image(Permutation(b'key'), '2001:db8::1')}/64"


def test_without_the_option_addresses_stay() -> None:
    assert Pseudonyms().addressed("203.0.113.7") == "203.0.113.7"


def test_names_keep_what_they_say_about_a_use() -> None:
    pseudonyms = Pseudonyms(names=True)
    assert pseudonyms.name("ACME-EX-CAS01") == "name-1-ex-cas"
    assert pseudonyms.name("acme-DMZ1") == "name-2-dmz"
    assert pseudonyms.name("oldmail") == "name-3-xmail"
    assert pseudonyms.name("ACME-EX-CAS01") == "name-1-ex-cas"


def test_the_same_secret_is_the_same_word() -> None:
    pseudonyms = Pseudonyms()
    assert [pseudonyms.secret(each) for each in ("a", "b", "a")] == ["redacted-1", "redacted-2", "redacted-1"]


def test_networks_are_whole_networks_afterwards() -> None:
    permutation = Permutation(b"key")
    network = ip_network("198.51.96.0/20")
    images = {permutation.image(32, int(each)) for each in network}
    assert max(images) - min(images) == network.num_addresses - 1
    assert len(images) == network.num_addresses
