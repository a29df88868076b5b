"""Cisco ASA and IOS running configurations, read with ciscoconfparse2 (the extra `fwproof[cisco]`)."""

from __future__ import annotations

import re
from collections.abc import Callable

from parsers.errors import UnreadableError
from parsers.model.firewall import Firewall
from parsers.parser import Parser
from parsers.redaction import Pseudonyms
from parsers.source import Document, encoded

_ASA = re.compile(
    r"^(?:(?:ASA|PIX|NGFW) Version |: Hardware:\s+(?:ASA|PIX|FPR|NGFW)|\s*nameif \S|"
    r"access-list \S+ (?:extended|advanced) |-+\[ Rule: |=+\[ Access Control|"
    r"access-group \S+ (?:in|out) interface |access-group \S+ global|object network \S)",
    re.MULTILINE,
)
_IOS = re.compile(
    r"^(?:version 1[0-9]\.\d|ip access-list (?:extended|standard) \S|\s+ip access-group \S+ (?:in|out)|"
    r"access-list \d+ (?:permit|deny|remark) |line vty \d|ip nat inside source |Current configuration : \d+ bytes|"
    r"interface (?:Gigabit|Fast|TenGigabit|Ethernet|Vlan|Loopback|Serial|Tunnel)\S*\d)",
    re.MULTILINE,
)


def _recognise(document: Document) -> bool:
    text = document.head(400_000)
    return bool(_ASA.search(text) or len(_IOS.findall(text)) >= 2)


_OTHERS = (
    (re.compile(r"^!! IOS XR Configuration|^ipv4 access-list \S|^route-policy \S", re.MULTILINE), "IOS-XR"),
    (re.compile(r"^feature (?:\S+)\s*$|^vdc \S+ id \d|^version \d+\.\d+\(\d+\)\S* Bios", re.MULTILINE), "NX-OS"),
    (
        re.compile(
            r"^! device: \S+ \(.*EOS-|^management api \S|^transceiver qsfp default-mode|^daemon TerminAttr",
            re.MULTILINE,
        ),
        "Arista EOS",
    ),
    (re.compile(r"^; J\w+ Configuration Editor|^; hpStack", re.MULTILINE), "HP ProCurve"),
)


def _read(document: Document) -> tuple[Firewall, ...]:
    for pattern, product in _OTHERS:
        if found := pattern.search(document.text):
            message = f"this is a configuration of {product}; of Cisco, fwproof reads ASA, IOS and IOS-XE"
            raise UnreadableError(document.name, message, document.text.count("\n", 0, found.start()) + 1)
    if _ASA.search(document.text):
        from parsers.cisco.asa import read_asa

        return read_asa(document)
    from parsers.cisco.ios import read_ios

    return read_ios(document)


def _redact(document: Document, pseudonyms: Pseudonyms) -> Callable[[], bytes]:
    from parsers.cisco.redaction import gather, redacted

    if pseudonyms.names:
        raise UnreadableError(document.name, "names are not replaced in Cisco configurations: leave --names out")
    gather(document.text, pseudonyms)
    return lambda: encoded(redacted(document.text, pseudonyms), document)


PARSER = Parser("cisco", "Cisco ASA and IOS running configuration", _recognise, _read, redact=_redact)
