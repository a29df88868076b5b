"""A whole configuration as `show`, `show full-configuration` and YAML: three texts, one Firewall."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any

import pytest

import parsers
from parsers.fortigate.syntax.scripts import read_text
from parsers.fortigate.syntax.tree import Block, Tree
from parsers.model.firewall import Firewall
from parsers.model.origin import Origin

SAMPLES = Path(__file__).parents[3] / "samples"
FILES = sorted(SAMPLES.glob("*/fgt*.conf"))
NOWHERE = Origin("", 0, 0, "", "")

DEFAULTS = {
    "firewall policy": {
        "status": "enable", "action": "deny", "logtraffic": "utm", "match-vip": "disable", "srcaddr-negate": "disable",
        "dstaddr-negate": "disable", "service-negate": "disable", "internet-service": "disable", "nat": "disable",
        "internet-service-src": "disable", "policy-expiry": "disable", "utm-status": "disable", "geoip-match": "physical-location",
        "tcp-session-without-syn": "disable", "permit-any-host": "disable", "match-vip-only": "disable", "tos": "0x00",
        "reputation-minimum": "0", "comments": "", "ztna-status": "disable", "schedule-timeout": "disable",
    },
    "firewall address": {"type": "ipmask", "comment": "", "color": "0", "allow-routing": "disable"},
    "firewall addrgrp": {"exclude": "disable", "type": "default", "comment": ""},
    "firewall vip": {
        "type": "static-nat", "extintf": "any", "portforward": "disable", "protocol": "tcp", "status": "enable",
        "arp-reply": "enable", "comment": "", "nat-source-vip": "disable", "portmapping-type": "1-to-1",
    },
    "firewall service custom": {"protocol": "TCP/UDP/SCTP", "iprange": "0.0.0.0", "comment": "", "proxy": "disable"},
    "system interface": {"status": "up", "mode": "static", "role": "undefined", "alias": "", "secondary-IP": "disable"},
    "system zone": {"intrazone": "deny", "description": ""},
    "router static": {"status": "enable", "distance": "10", "priority": "0", "blackhole": "disable", "comment": ""},
    "firewall local-in-policy": {"action": "deny", "status": "enable", "comments": ""},
    "system settings": {"opmode": "nat", "central-nat": "disable", "ngfw-mode": "profile-based", "asymroute": "disable"},
}  # fmt: skip
"""What `show full-configuration` prints where `show` prints nothing (reference, sections 4 to 6)."""


def rendered(tree: Tree, *, full: bool) -> str:
    """The configuration as CLI text, every default spelt out where `full`."""
    lines = list(_header(tree))
    if not tree.vdoms:
        lines += _cli(tree.root, "", full)
        return "\n".join([*lines, ""])
    lines += [
        "config vdom",
        *(line for name in tree.vdoms for line in (f"edit {name}", "next")),
        "end",
        "config global",
    ]
    lines += [*_cli(tree.root, "", full), "end"]
    for name, block in tree.vdoms.items():
        lines += ["config vdom", f"edit {name}", *_cli(block, "", full), "end"]
    return "\n".join([*lines, ""])


def _header(tree: Tree) -> list[str]:
    return [line for line in tree.text.lines[:5] if line.startswith("#")]


def _cli(block: Block, indent: str, full: bool) -> list[str]:
    lines: list[str] = []
    for name, table in block.tables.items():
        lines.append(f"{indent}config {name}")
        lines += _settings(table, name if not table.entries else "", indent + "    ", full, "set ", " ")
        lines += _cli(table, indent + "    ", full)
        for key, entry in table.entries.items():
            lines.append(f"{indent}    edit {_quoted(key)}")
            lines += _settings(entry, name, indent + "        ", full, "set ", " ")
            lines += _cli(entry, indent + "        ", full)
            lines.append(f"{indent}    next")
        lines.append(f"{indent}end")
    return lines


def as_yaml(tree: Tree) -> str:
    """The configuration in the YAML dialect, with CRLF as FortiOS writes it."""
    lines = list(_header(tree))
    if tree.vdoms:
        lines += ["global:", *_yaml(tree.root, "  ", top=True), "vdom:"]
        for name, block in tree.vdoms.items():
            lines += [f"  - {name}:", *_yaml(block, "    ", top=True), ""]
    else:
        lines += _yaml(tree.root, "", top=True)
    return "\r\n".join([*lines, ""])


def _yaml(block: Block, indent: str, *, top: bool) -> list[str]:
    lines: list[str] = []
    for name, table in block.tables.items():
        lines.append(f"{indent}{name.replace(' ', '_') if top else name}:")
        lines += _settings(table, "", indent + "  ", False, "", ": ")
        lines += _yaml(table, indent + "  ", top=False)
        for key, entry in table.entries.items():
            lines.append(f"{indent}  - {key}:")
            lines += _settings(entry, "", indent + "      ", False, "", ": ")
            lines += [*_yaml(entry, indent + "      ", top=False), ""]
    return lines


def _settings(block: Block, path: str, indent: str, full: bool, before: str, between: str) -> list[str]:
    values = dict(block.settings)
    if full:
        values |= {key: (value,) for key, value in DEFAULTS.get(path, {}).items() if key not in values}
    return [f"{indent}{before}{key}{between}{' '.join(map(_quoted, words))}" for key, words in values.items()]


def _quoted(word: str) -> str:
    return "''" if not word else '"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"'


def placeless(value: Any) -> Any:
    """A value without places in the file."""
    if isinstance(value, Origin):
        return NOWHERE
    if isinstance(value, tuple):
        return tuple(map(placeless, value))
    if is_dataclass(value) and not isinstance(value, type):
        return replace(
            value, **{each.name: placeless(getattr(value, each.name)) for each in fields(value) if each.init}
        )
    return value


def meaning(text: str) -> list[Firewall]:
    """The firewalls of a text without what says how it was written: places, settings as written, word for word."""
    found = []
    for firewall in parsers.read(text.encode(), "fw"):
        lists = tuple(
            replace(each, rules=tuple(replace(rule, logged=None) for rule in each.rules)) for each in firewall.lists
        )
        found.append(placeless(replace(firewall, sources=(), settings=(), lists=lists)))
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.parent.name)
def test_show_full_configuration_and_yaml_are_one_firewall(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    tree = read_text(text)
    original = meaning(text)
    assert meaning(rendered(tree, full=False)) == original
    assert meaning(as_yaml(tree)) == original
    assert meaning(rendered(tree, full=True)) == original
