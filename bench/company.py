"""A company for the generated backup: a baseline of 500 flows between 20 roles, a site that binds them, 20 host dumps.

The same arguments always give the same bytes.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import generate

PROFILES = "".join(
    f"\r\n{name} Profile Settings:\r\n{'-' * 70}\r\nState                                 ON\r\n"
    "Firewall Policy                       BlockInbound,AllowOutbound\r\n"
    for name in ("Domain", "Private", "Public")
)
HOSTS = 20
FLOWS = 500


def write(folder: Path, policies: int = 5000) -> list[Path]:
    """Writes baseline.yaml, site.yaml and the exports; gives the paths of the exports."""
    (folder / "baseline.yaml").write_text("\n".join(_baseline()) + "\n", encoding="utf-8")
    (folder / "site.yaml").write_text("\n".join(_site()) + "\n", encoding="utf-8")
    flows = list(_flows())
    backup = folder / "fgt-bench.conf"
    opened = "\n".join(_opened(flows))
    backup.write_text(f"{generate.backup(policies - FLOWS // 2)}{opened}\n", encoding="utf-8")
    dumps = []
    for number in range(HOSTS):
        dump = folder / f"host{number}.txt"
        listed = generate.netsh(60, seed=number).removesuffix("Ok.\r\n\r\n")
        dump.write_bytes((PROFILES + listed + "\r\n".join([*_let_in(flows, number), "Ok.", "", ""])).encode())
        dumps.append(dump)
    return [backup, *dumps]


def _flows() -> Iterator[tuple[int, str, int]]:
    """(number, "internet" or the number of the source's role, number of the destination's role)."""
    dice = random.Random(1)
    for number in range(FLOWS):
        source = "internet" if number % 10 == 0 else str(dice.randrange(HOSTS))
        yield number, source, dice.randrange(HOSTS)


def _address(role: int) -> str:
    return f"10.{role * 2}.1.{role * 2 + 1}"


def _opened(flows: list[tuple[int, str, int]]) -> Iterator[str]:
    """A policy for every second flow, after all others."""
    yield "config firewall address"
    for role in range(HOSTS):
        yield from (f'    edit "role{role}"', f"        set subnet {_address(role)} 255.255.255.255", "    next")
    yield from ("end", "config firewall service custom")
    for number, _, _ in flows[::2]:
        port = 100 + 7 * number
        yield from (
            f'    edit "flow{number}"',
            f"        set tcp-portrange {port}",
            f"        set udp-portrange {port}",
        )
        yield "    next"
    yield from ("end", "config firewall policy")
    for number, source, target in flows[::2]:
        outside = source == "internet"
        yield f"    edit {10_000 + number}"
        yield f'        set srcintf "{"wan1" if outside else f"vlan{int(source) * 2}"}"'
        yield f'        set dstintf "vlan{target * 2}"'
        yield "        set action accept"
        yield f'        set srcaddr "{"all" if outside else f"role{source}"}"'
        yield f'        set dstaddr "role{target}"'
        yield '        set schedule "always"'
        yield f'        set service "flow{number}"'
        yield from ("        set logtraffic all", "    next")
    yield "end"


def _let_in(flows: list[tuple[int, str, int]], role: int) -> Iterator[str]:
    """Inbound rules of a host for every flow to its role."""
    for number, _, target in flows:
        for protocol in ("TCP", "UDP") if target == role else ():
            fields = {
                "Enabled": "Yes",
                "Direction": "In",
                "Profiles": "Domain,Private,Public",
                "Grouping": "Flows",
                "LocalIP": "Any",
                "RemoteIP": "Any",
                "Protocol": protocol,
                "LocalPort": str(100 + 7 * number),
                "RemotePort": "Any",
                "Edge traversal": "No",
                "Program": "Any",
                "InterfaceTypes": "Any",
                "Security": "NotRequired",
                "Rule source": "Local Setting",
                "Action": "Allow",
            }
            yield from ("", f"{'Rule Name:':<38}Flow {number} {protocol}", "-" * 70)
            yield from (f"{name + ':':<38}{value}" for name, value in fields.items())


def _baseline() -> Iterator[str]:
    yield from ("schema: fwbaseline/1", "id: bench", "title: Bench", "version: 1.0.0", "status: draft")
    yield "sources: {doc: {title: Bench}}"
    yield "zones: {internet: {trust: untrusted}, internal: {trust: trusted}}"
    yield "roles:"
    yield from (f"  role{number}: {{title: Role {number}}}" for number in range(HOSTS))
    yield "services:"
    yield from (f"  service{number}: [tcp/{100 + 7 * number}, udp/{100 + 7 * number}]" for number in range(FLOWS))
    yield "flows:"
    for number, source, target in _flows():
        end = "zone: internet" if source == "internet" else f"role: role{source}"
        level = "level: permitted" if number % 3 == 0 else "level: required, if_missing: medium"
        yield (
            f"  - {{id: F{number}, title: Flow {number}, from: {{{end}}}, to: {{role: role{target}}}, "
            f"service: service{number}, {level}, cite: [doc]}}"
        )
    yield "forbidden:"
    for number in range(20):
        yield (
            f"  - {{id: NO-{number}, title: Never {number}, from: {{zone: internet}}, to: {{role: role{number}}}, "
            f"service: [service{number}, service{number + 20}], severity: high, cite: [doc]}}"
        )
    yield "closed_world:"
    yield from (
        f"  - {{id: CW-{number}, from: {{zone: internet}}, to: {{role: role{number}}}, severity: medium, cite: [doc]}}"
        for number in range(HOSTS)
    )


def _site() -> Iterator[str]:
    yield from ("schema: fwsite/1", "id: bench", "baselines: [{use: bench}]", "devices:")
    inner = ", ".join(f"vlan{number}" for number in range(40))
    yield f"  fgt-bench: {{type: fortigate, zones: {{internet: [wan1], internal: [{inner}]}}}}"
    yield from (f"  host{number}: {{type: windows, profile: domain}}" for number in range(HOSTS))
    yield "bindings:"
    yield from (f'  role{number}: [{{address: "{_address(number)}", device: host{number}}}]' for number in range(HOSTS))
