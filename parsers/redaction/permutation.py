"""Public addresses exchanged for other public ones so that every network stays a network.

Source: Xu, Fan, Ammar, Moon, "Prefix-preserving IP address anonymization" (Crypto-PAn, 2002): at each bit a keyed
function of the bits before it says whether it is turned. Here some bits are never turned: those that lead to private
and reserved networks (they keep their addresses), those inside ranges that are no networks (they stay ranges), and
the last ones (so that pairs of addresses by offset stay pairs). The bits that a mask with gaps compares are turned
everywhere in the network before its first gap, or nowhere.
"""

from __future__ import annotations

from hashlib import blake2b
from ipaddress import ip_network

_FIXED = (
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16",
    "224.0.0.0/3", "128.0.0.0/32", "192.0.0.0/32", "::/3", "4000::/2", "8000::/1",
)  # fmt: skip
"""What is not public, and the two netmasks that look like public addresses."""
_LAST_BITS = {32: 8, 128: 16}


class Permutation:
    """A bijection of addresses: public ones onto public ones, networks onto networks of the same size.

    Ranges and masks that must survive are pinned before the first address is asked for.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._above: set[tuple[int, int, int]] = set()
        self._inside: dict[int, set[tuple[int, int]]] = {32: set(), 128: set()}
        self._alike: dict[int, set[tuple[int, int]]] = {}
        """Networks (length, prefix) in which a bit is turned everywhere or nowhere, by the depth of the bit."""
        self._turned: dict[tuple[int, int, int], int] = {}
        for text in _FIXED:
            network = ip_network(text)
            self._keep(
                network.max_prefixlen,
                network.prefixlen,
                int(network.network_address) >> network.max_prefixlen - network.prefixlen,
            )

    def _keep(self, bits: int, length: int, prefix: int) -> None:
        """Neither the way to a network nor anything in it is turned."""
        self._inside[bits].add((length, prefix))
        self._above |= {(bits, depth, prefix >> (length - depth)) for depth in range(length)}

    def pin_range(self, bits: int, first: int, last: int) -> None:
        """The addresses from first to last become the addresses from one to another, with all between."""
        common = bits - (first ^ last).bit_length()
        for end, tail in ((first, first), (last, last ^ ((1 << bits) - 1))):
            # Behind the last bit that says where the range ends are whole networks only.
            whole = bits - ((tail & -tail).bit_length() - 1) if tail else 0
            self._above |= {(bits, depth, end >> (bits - depth)) for depth in range(common, whole)}

    def pin_order(self, bits: int, first: int, last: int) -> None:
        """The addresses from first to last keep their order and their distances."""
        length = bits - (first ^ last).bit_length()
        self._inside[bits].add((length, first >> (bits - length)))

    def pin_mask(self, address: int, mask: int) -> None:
        """The IPv4 addresses that agree in the bits of a mask with gaps agree in these bits afterwards."""
        length = 32 - (mask ^ 0xFFFFFFFF).bit_length()
        for depth in range(length, 32):
            if mask >> (31 - depth) & 1:
                self._alike.setdefault(depth, set()).add((length, address >> (32 - length)))

    def image(self, bits: int, address: int) -> int:
        """The address that stands for an address."""
        turned = 0
        for depth in range(bits - _LAST_BITS[bits]):
            if self._turns(bits, depth, address >> (bits - depth)):
                turned |= 1 << (bits - 1 - depth)
        return address ^ turned

    def _turns(self, bits: int, depth: int, prefix: int) -> int:
        node = (bits, depth, prefix)
        found = self._turned.get(node)
        if found is None:
            whole = self._whole(node)
            pinned = self._pinned(node) if whole is None else self._pinned_within(depth, *whole)
            found = self._turned[node] = 0 if pinned else self._drawn(node if whole is None else (bits, depth, *whole))
        return found

    def _whole(self, node: tuple[int, int, int]) -> tuple[int, int] | None:
        """The widest network in which the bit of a node is turned like this everywhere."""
        bits, depth, prefix = node
        networks = self._alike.get(depth, ()) if bits == 32 else ()
        return min((each for each in networks if prefix >> (depth - each[0]) == each[1]), default=None)

    def _pinned_within(self, depth: int, length: int, prefix: int) -> bool:
        """Must a bit stay somewhere in a network? Then it stays everywhere in it."""
        return any(
            bits == 32 and level == depth and there >> (depth - length) == prefix for bits, level, there in self._above
        ) or any(
            size <= depth and there >> max(0, size - length) == prefix >> max(0, length - size)
            for size, there in self._inside[32]
        )

    def _pinned(self, node: tuple[int, int, int]) -> bool:
        bits, depth, prefix = node
        inside = self._inside[bits]
        return node in self._above or any((length, prefix >> (depth - length)) in inside for length in range(depth + 1))

    def _drawn(self, node: tuple[int, ...]) -> int:
        return blake2b(repr(node).encode(), key=self._key, digest_size=1).digest()[0] & 1
