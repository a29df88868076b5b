"""Plans of a small ruleset for small sites, written as people write them."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import parsers
from auditor.baseline import load_site, read_ruleset
from auditor.remedy import Plan, plan
from auditor.remedy.scripts import scripts

RULESET = """schema: fwbaseline/1
id: shop
title: A small shop
version: 1.0.0
status: draft
sources:
  doc: {title: A document}
zones:
  internet: {trust: untrusted}
  perimeter: {trust: semi}
  internal: {trust: trusted}
variables:
  rpc_dynamic: {type: portset, default: null, suggest: {usual: "49152-65535"}, cite: [doc]}
conditions:
  backup: {ask: "Is there a backup server?", default: null}
roles:
  web: {title: web server, allowed_zones: [perimeter], cite: [doc]}
  mail: {title: mail server, allowed_zones: [perimeter], cite: [doc]}
  db: {title: database server, allowed_zones: [internal], cite: [doc]}
  store: {title: file store}
services:
  https: [tcp/443]
  http: [tcp/80]
  smtp: [tcp/25]
  sql: [tcp/1433, udp/1434]
  rpc: [tcp/135, tcp/$rpc_dynamic]
  ping: [icmp/8]
  gre: [ip/47]
  pool: [udp/16000-17000]
  app: [tcp/8085]
host_rules:
  - {id: H1, name: "Shop listener", ports: ["8085"], program: 'Bin\\shop.exe', roles: [web], cite: [doc]}
flows:
FLOWS
FORBIDDEN
"""

WEB = (
    "{id: WEB, from: {zone: internet}, to: {role: web}, service: https, level: required, if_missing: high, cite: [doc]}"
)
MAIL = "{id: MAIL, from: {zone: internet}, to: {role: mail}, service: smtp, level: required, if_missing: high, cite: [doc]}"
SQL = "{id: SQL, from: {role: web}, to: {role: db}, service: sql, level: required, if_missing: high, cite: [doc]}"
OUT = (
    "{id: OUT, from: {role: mail}, to: {zone: internet}, service: smtp, level: required, if_missing: high, cite: [doc]}"
)

DEVICES = """devices:
  fgt: {type: fortigate, zones: {internet: [wan1], perimeter: [dmz], internal: [lan]}}
  web01: {type: windows, profile: domain}
"""
SERVERS = """bindings:
  web: [{address: 10.0.20.5, public: 203.0.113.10, device: web01}]
  mail: [{address: 10.0.20.6, public: 203.0.113.11}]
  db: [{address: 10.0.10.7}]
"""


def flow(name: str, source: str, target: str, service: str, more: str = "level: required, if_missing: high") -> str:
    """One flow; ends are "role web" or "zone internet"."""
    ends = [f"{{{end.replace(' ', ': ')}}}" for end in (source, target)]
    return f"{{id: {name}, from: {ends[0]}, to: {ends[1]}, service: {service}, {more}, cite: [doc]}}"


def planned(
    *flows: str, site: str = DEVICES + SERVERS, exports: dict[str, str] | None = None, forbidden: str = "",
    permitted: bool = False, missing_only: bool = False, use: str = "",
) -> Plan:  # fmt: skip
    """The plan for some flows."""
    listed = "".join(f"  - {each}\n" for each in flows)
    text = RULESET.replace("FLOWS\n", listed).replace("FORBIDDEN", f"forbidden:\n  - {forbidden}" if forbidden else "")
    head = f"schema: fwsite/1\nid: small\nbaselines:\n  - use: shop\n{use}"
    firewalls = tuple(
        each for name, content in (exports or {}).items() for each in parsers.read(content.encode(), name)
    )
    return plan(
        firewalls,
        (read_ruleset("shop.yaml", text),),
        load_site(Path("site.yaml"), head + site),
        datetime(2026, 11, 24, 12),
        permitted=permitted,
        missing_only=missing_only,
    )


def text(made: Plan, name: str) -> str:
    """One script of a plan."""
    return next(each.text for each in scripts(made) if each.name == name)
