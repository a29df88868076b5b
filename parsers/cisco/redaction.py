"""A Cisco configuration without secrets, and on request without public addresses, line for line."""

from __future__ import annotations

import re
from ipaddress import AddressValueError, IPv4Address

from parsers.cisco.secrets import masked
from parsers.redaction import MASK, Pseudonyms

_PAIR = re.compile(r"(?<![\d.])(\d{1,3}(?:\.\d{1,3}){3})\s+(\d{1,3}(?:\.\d{1,3}){3})(?![\d.])")
_RANGE = re.compile(r"\brange\s+(\d{1,3}(?:\.\d{1,3}){3})\s+(\d{1,3}(?:\.\d{1,3}){3})")
_CERTIFICATE = re.compile(r"^\s*(?:[0-9A-Fa-f]{8}\s+){1,}[0-9A-Fa-f]{2,8}\s*$|^\s*[A-Za-z0-9+/]{60,}={0,2}\s*$")
_ALL = (1 << 32) - 1


def gather(text: str, pseudonyms: Pseudonyms) -> None:
    """Ranges, masks with gaps, and large networks, whose addresses NAT may pair by offset, must survive."""
    pseudonyms.pin(text)
    for found in _RANGE.finditer(text):
        pseudonyms.pin_range(IPv4Address, *found.groups(), order=True)
    for found in _PAIR.finditer(text):
        try:
            address, mask = (int(IPv4Address(each)) for each in found.groups())
        except AddressValueError:
            continue
        for bits in (mask, mask ^ _ALL):
            if bits >> 24 == 0xFF and bits != _ALL:
                # A netmask or, turned, a wildcard mask; what lies below its first gap keeps its order.
                pseudonyms.permutation.pin_mask(address, bits)


def redacted(text: str, pseudonyms: Pseudonyms) -> str:
    """The text with secrets masked and addresses replaced; it has the lines of the original."""
    return "\n".join(_line(line, pseudonyms) for line in text.split("\n"))


def _line(line: str, pseudonyms: Pseudonyms) -> str:
    end = "\r" if line.endswith("\r") else ""
    if _CERTIFICATE.match(line):
        return f"  {MASK}{end}"
    return pseudonyms.addressed(masked(line.removesuffix("\r"))) + end
