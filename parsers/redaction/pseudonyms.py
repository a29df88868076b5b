"""Stand-ins that are the same wherever the same thing is written, in all files redacted together."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field
from ipaddress import AddressValueError, IPv4Address, IPv6Address

from parsers.redaction.permutation import Permutation

_IPV4 = re.compile(r"(?<![\d.])(\d{1,3})([._-])(\d{1,3})\2(\d{1,3})\2(\d{1,3})(?!\d|\.\d)")
_IPV6 = re.compile(
    r"(?<![\w:.])(?:[0-9A-Fa-f]{1,4}(?::[0-9A-Fa-f]{0,4}){2,7}|::(?:[0-9A-Fa-f]{1,4}:){0,6}[0-9A-Fa-f]{1,4})(?![\w:])"
)
_RANGE4 = re.compile(r"(?<![\d.])(\d{1,3}(?:\.\d{1,3}){3})\s*-\s*(\d{1,3}(?:\.\d{1,3}){3})(?![\d.])")
_RANGE6 = re.compile(r"(?<![\w:])([0-9A-Fa-f:]+:[0-9A-Fa-f:]*)\s*-\s*([0-9A-Fa-f:]+:[0-9A-Fa-f:]*)(?![\w:])")
_LETTERS = re.compile(r"[a-z]+")
_USES = frozenset(
    "cas owa eas ex exch exchange mail webmail outlook autodiscover activesync hub ht smtp mbx mailbox dag dc ad adds "
    "domaincontroller dmz perimeter edge wan vwan outside internet inet untrust untrusted external isp".split()
)
_LONG = 35
"""Letters from which on the name of an entry is as long as before: devices refuse names that are too long."""
_PARTS = (("dmz", "dmz"), ("perimeter", "perimeter"), ("edge", "edge"), ("mail", "xmail"), ("exch", "exchx"))
"""Parts of words that do the same, and a word that is understood in the same way."""


@dataclass(slots=True)
class Pseudonyms:
    """Stand-ins for one run: `names` and `addresses` say whether these are replaced; secrets always are.

    Every file is gathered from (`pin...`, `secret`, `name`) before the first one is written.
    """

    names: bool = False
    addresses: bool = False
    permutation: Permutation = field(default_factory=lambda: Permutation(secrets.token_bytes(32)))
    secret_of: dict[str, str] = field(default_factory=dict, repr=False)
    name_of: dict[str, str] = field(default_factory=dict)
    address_of: dict[str, str] = field(default_factory=dict)
    hardware_of: dict[str, int] = field(default_factory=dict)
    identifier_of: dict[str, int] = field(default_factory=dict)
    kept: set[str] = field(default_factory=set)
    """Names that stay, because every device of the kind has them."""
    uses: frozenset[str] = _USES
    """Words that say what a thing is for: they stay in its new name, because an audit infers roles from them."""

    def secret(self, value: str) -> str:
        """What stands for a secret."""
        return self.secret_of.setdefault(value, f"redacted-{len(self.secret_of) + 1}")

    def name(self, value: str, *, entry: bool = False) -> str:
        """What stands for a name, with the words that say what it is for; names of entries that are long stay so."""
        found = self.name_of.get(value)
        if found is None:
            number = len(self.name_of) + 1
            found = self.name_of[value] = "-".join((f"name-{number}", *dict.fromkeys(self._uses(value))))
            if entry and len(value) > _LONG:
                found = self.name_of[value] = f"{found}-{'x' * (len(value) - len(found) - 1)}"
        return found

    def hardware(self, address: str) -> str:
        """What stands for a MAC address: one of those that anybody may give out."""
        number = self.hardware_of.setdefault(address.casefold().replace("-", ":"), len(self.hardware_of) + 1)
        sign = "-" if "-" in address else ":"
        return sign.join(("02", *(f"{number >> shift & 0xFF:02x}" for shift in (32, 24, 16, 8, 0))))

    def identifier(self, uuid: str) -> str:
        """What stands for a UUID."""
        number = self.identifier_of.setdefault(uuid.casefold(), len(self.identifier_of) + 1)
        return f"00000000-0000-4000-8000-{number:012x}"

    def _uses(self, value: str) -> list[str]:
        found: list[str] = []
        for word in _LETTERS.findall(value.lower()):
            if word in self.uses:
                found.append(word)
            else:
                found += [understood for part, understood in _PARTS if part in word]
        return found

    def addressed(self, text: str) -> str:
        """The text with every public address replaced, also where a name spells one with dashes."""
        if not self.addresses:
            return text
        text = _IPV4.sub(self._four, text)
        return _IPV6.sub(self._six, text) if text.count(":") > 1 else text

    def _four(self, found: re.Match[str]) -> str:
        dotted = ".".join(found.group(1, 3, 4, 5))
        try:
            address = int(IPv4Address(".".join(str(int(part)) for part in found.group(1, 3, 4, 5))))
        except AddressValueError:
            return found.group()
        image = self.permutation.image(32, address)
        if image == address:
            return found.group()
        text = str(IPv4Address(image))
        self.address_of[dotted] = text
        return text.replace(".", found.group(2))

    def _six(self, found: re.Match[str]) -> str:
        try:
            address = IPv6Address(found.group())
        except AddressValueError:
            return found.group()
        image = self.permutation.image(128, int(address))
        if image == int(address):
            return found.group()
        text = self.address_of[found.group()] = str(IPv6Address(image))
        return text

    def pin(self, text: str) -> None:
        """Ranges written "A-B" anywhere in a text stay ranges."""
        if not self.addresses:
            return
        for pattern, kind in ((_RANGE4, IPv4Address), (_RANGE6, IPv6Address)):
            for found in pattern.finditer(text):
                self.pin_range(kind, found.group(1), found.group(2))

    def pin_range(
        self, kind: type[IPv4Address] | type[IPv6Address], first: str, last: str, *, order: bool = False
    ) -> None:
        """The range from first to last stays one; with `order`, its addresses keep their order as well."""
        try:
            ends = int(kind(first)), int(kind(last))
        except AddressValueError:
            return
        bits = 32 if kind is IPv4Address else 128
        if ends[0] <= ends[1]:
            (self.permutation.pin_order if order else self.permutation.pin_range)(bits, *ends)

    def pin_mask(self, address: str, mask: str) -> None:
        """The addresses that fit an address and a mask with gaps in it fit the new address and the same mask."""
        try:
            self.permutation.pin_mask(int(IPv4Address(address)), int(IPv4Address(mask)))
        except AddressValueError:
            return
