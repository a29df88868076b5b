"""Writes large invented exports: a FortiGate backup of about 100,000 lines and a netsh dump of 5,000 rules.

The same arguments always give the same bytes.
"""

from __future__ import annotations

import importlib.util
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HEADER = "#config-version=FGT3KD-7.0.12-FW-build0523-230606:opmode=0:vdom=0:user=admin"
PHANTOM = """config firewall policy
    edit 1
        set srcintf "any"
        set dstintf "any"
        set action accept
    next
end"""


def backup(policies: int = 5000, lines: int = 100_000, seed: int = 1, hosts: int = 4000) -> str:
    """A backup with `policies` policies over 40 interfaces, `hosts` addresses and at least `lines` lines."""
    dice = random.Random(seed)
    parts = [HEADER, *_system(), *_interfaces(), *_addresses(dice, hosts), *_services(dice), *_vips()]
    parts += _policies(dice, policies, hosts)
    parts += _routes()
    parts += _messages(dice, lines - len(parts))
    return "\n".join(parts) + "\n"


def _system() -> Iterator[str]:
    yield from ("config system global", '    set hostname "fgt-bench"', "end")


def _interfaces() -> Iterator[str]:
    yield "config system interface"
    yield from _entry("wan1", 'set vdom "root"', "set ip 203.0.113.2 255.255.255.0", "set role wan")
    for number in range(40):
        yield from _entry(f"vlan{number}", 'set vdom "root"', f"set ip 10.{number}.0.1 255.255.0.0")
    yield "end"


def _entry(name: str, *lines: str) -> Iterator[str]:
    yield f'    edit "{name}"'
    for line in lines:
        yield f"        {line}"
    yield "    next"


def _addresses(dice: random.Random, hosts: int) -> Iterator[str]:
    yield "config firewall address"
    yield from _entry("all")
    for number in range(hosts):
        network = f"10.{number % 40}.{dice.randrange(256)}.{dice.randrange(256)}"
        mask = dice.choice(("255.255.255.255", "255.255.255.0", "255.255.255.240", "255.255.255.192"))
        yield from _entry(
            f"host-{number}", 'set comment "server room\n    second floor"', f"set subnet {network} {mask}"
        )
    yield from ("end", "config firewall addrgrp")
    for number in range(400):
        members = " ".join(f'"host-{dice.randrange(hosts)}"' for _ in range(dice.randrange(2, 12)))
        yield from _entry(f"group-{number}", f"set member {members}")
    yield "end"


def _services(dice: random.Random) -> Iterator[str]:
    yield "config firewall service custom"
    yield from _entry("ALL", "set protocol IP")
    for number in range(200):
        first = dice.randrange(1, 65000)
        last = first + dice.choice((0, 0, 0, 9, 99))
        ports = f"{first}-{last}" if last > first else str(first)
        yield from _entry(f"service-{number}", f"set {dice.choice(('tcp', 'tcp', 'udp'))}-portrange {ports}")
    yield "end"
    yield from ("config firewall schedule recurring", *_entry("always", f"set day {DAYS}"), "end")


DAYS = "sunday monday tuesday wednesday thursday friday saturday"


def _vips() -> Iterator[str]:
    yield "config firewall vip"
    for number in range(100):
        yield from _entry(
            f"vip-{number}",
            f"set extip 203.0.113.{number + 10}",
            f'set mappedip "10.{number % 40}.1.{number + 1}"',
            'set extintf "any"',
            "set portforward enable",
            "set extport 443",
            "set mappedport 443",
        )
    yield "end"


def _policies(dice: random.Random, count: int, hosts: int) -> Iterator[str]:
    yield "config firewall policy"
    for number in range(1, count + 1):
        published = number % 50 == 0
        source = "wan1" if published else f"vlan{dice.randrange(40)}"
        target = "all" if published else f"{dice.choice(('host', 'group'))}-{dice.randrange(400)}"
        destination = f"vip-{number // 50 % 100}" if published else f"host-{dice.randrange(hosts)}"
        yield f"    edit {number}"
        yield f'        set name "policy-{number}"'
        yield f'        set srcintf "{source}"'
        yield f'        set dstintf "vlan{dice.randrange(40)}"'
        if dice.random() < 0.85:
            yield "        set action accept"
        yield f'        set srcaddr "{target}"'
        yield f'        set dstaddr "{destination}"'
        yield '        set schedule "always"'
        yield f'        set service "service-{dice.randrange(200)}" "service-{dice.randrange(200)}"'
        yield "        set logtraffic all"
        if number % 100 == 0:
            yield f'        set comments "{PHANTOM}"'
        yield "    next"
    yield "end"


def _routes() -> Iterator[str]:
    yield "config router static"
    yield from ("    edit 1", "        set gateway 203.0.113.1", '        set device "wan1"', "    next", "end")


def _messages(dice: random.Random, lines: int) -> Iterator[str]:
    """Replacement messages fill the file as they do in real backups: HTML that holds whole configurations."""
    written = 0
    number = 0
    while written < lines:
        number += 1
        body = [f'<p>{dice.random()} \\"quoted\\" end</p>' for _ in range(400)]
        text = "\n".join(body[:200] + PHANTOM.replace('"', '\\"').split("\n") + body[200:])
        block = ["config system replacemsg http page", f'    edit "page-{number}"', f'        set buffer "{text}"']
        block += ["    next", "end"]
        yield from block
        written += len(body) + 12


def netsh(rules: int = 5000, seed: int = 1) -> str:
    """The text of `netsh advfirewall firewall show rule name=all verbose` with this many rules, CRLF."""
    dice = random.Random(seed)
    lines: list[str] = []
    for number in range(rules):
        protocol = dice.choice(("TCP", "TCP", "UDP", "Any"))
        fields = {
            "Description": f"Lets the clients of product {number % 300} reach its service.",
            "Enabled": dice.choice(("Yes", "Yes", "No")),
            "Direction": dice.choice(("In", "Out")),
            "Profiles": dice.choice(("Domain,Private,Public", "Domain", "Private,Public")),
            "Grouping": f"Group {number % 40}",
            "LocalIP": "Any",
            "RemoteIP": dice.choice(("Any", "LocalSubnet", f"10.{dice.randrange(256)}.0.0/16")),
            "Protocol": protocol,
        }
        if protocol != "Any":
            fields |= {"LocalPort": str(dice.randrange(1, 65536)), "RemotePort": "Any"}
        fields |= {
            "Edge traversal": "No",
            "Program": rf"C:\Program Files\Product {number % 300}\service.exe",
            "Service": f"Product{number % 300}Service",
            "InterfaceTypes": "Any",
            "Security": "NotRequired",
            "Rule source": "Local Setting",
            "Action": dice.choice(("Allow", "Allow", "Allow", "Block")),
        }
        lines += ["", f"{'Rule Name:':<38}Rule {number}", "-" * 70]
        lines += [f"{name + ':':<38}{value}" for name, value in fields.items()]
    return "\r\n".join([*lines, "Ok.", "", ""])


def wfw(rules: int = 700, seed: int = 1) -> bytes:
    """A `netsh advfirewall export` file: a registry hive with this many rule strings, written by the tests' writer."""
    writer = _hive_writer()
    dice = random.Random(seed)
    strings = {}
    for number in range(rules):
        parts = [
            f"Action={dice.choice(('Allow', 'Allow', 'Block'))}",
            "Active=TRUE",
            f"Dir={dice.choice(('In', 'Out'))}",
        ]
        parts += [f"Protocol={dice.choice((6, 17))}", f"LPort={dice.randrange(1, 65536)}", "Profile=Domain"]
        parts += [f"RA4=10.{dice.randrange(256)}.0.0/16", rf"App=C:\Program Files\Product {number % 300}\service.exe"]
        strings[f"{{rule-{number}}}"] = f"v2.30|{'|'.join(parts)}|Name=Rule {number}|EmbedCtxt=Group {number % 40}|"
    profiles = {name: {"EnableFirewall": 1} for name in ("DomainProfile", "StandardProfile", "PublicProfile")}
    return writer.hive(writer.key("ROOT", {"FirewallRules": strings, **profiles}))


def _hive_writer() -> Any:
    path = Path(__file__).parents[1] / "tests" / "parsers" / "windows" / "containers" / "conftest.py"
    spec = importlib.util.spec_from_file_location("hives", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.HiveWriter()


def asa(entries: int = 10_000, seed: int = 1) -> str:
    """An ASA configuration of about twice as many lines as access-list entries, objects and groups included."""
    dice = random.Random(seed)
    lines = ["ASA Version 9.12(4)", "hostname bench"]
    for number, name in enumerate(("outside", "inside", "dmz")):
        lines += [f"interface GigabitEthernet0/{number}", f" nameif {name}", f" security-level {number * 50}"]
        lines.append(f" ip address 10.{number}.0.1 255.255.0.0")
    for number in range(entries // 4):
        lines += [f"object network h{number}", f" host 10.{dice.randrange(1, 3)}.{number // 250}.{number % 250 + 1}"]
    for number in range(entries // 20):
        lines.append(f"object-group network g{number}")
        lines += [f" network-object object h{dice.randrange(entries // 4)}" for _ in range(6)]
    for number in range(entries):
        if number % 6 == 0:
            lines.append(f"access-list OUT remark change {number // 6}, asked for by the owner of the application")
        source = dice.choice(("any4", "host 198.51.100.7", f"10.{dice.randrange(200)}.0.0 255.255.0.0"))
        target = dice.choice(
            (f"object h{dice.randrange(entries // 4)}", f"object-group g{dice.randrange(entries // 20)}")
        )
        action = "deny" if dice.random() < 0.1 else "permit"
        lines.append(f"access-list OUT extended {action} tcp {source} {target} eq {dice.randrange(1, 9000)}")
    lines += ["access-group OUT in interface outside", "route outside 0.0.0.0 0.0.0.0 10.0.0.2 1"]
    return "\n".join(lines) + "\n"
