"""A small company with Exchange 2010 behind a FortiGate: its objects, and a site file that says who is who."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import parsers
from auditor.audit import audit
from auditor.baseline import load_ruleset, load_site
from auditor.findings.result import AuditResult
from tests.fortios import head

BASE = (
    head()
    + """config firewall address
    edit "all"
    next
    edit "cas"
        set subnet 10.0.10.21 255.255.255.255
    next
    edit "hub"
        set subnet 10.0.10.22 255.255.255.255
    next
    edit "mbx"
        set subnet 10.0.10.31 255.255.255.255
    next
    edit "dc"
        set subnet 10.0.10.11 255.255.255.255
    next
    edit "edge"
        set subnet 10.0.20.5 255.255.255.255
    next
    edit "servers"
        set subnet 10.0.10.0 255.255.255.0
    next
end
config firewall service custom
    edit "edgesync"
        set tcp-portrange 50636
    next
    edit "adlds"
        set tcp-portrange 50389
    next
    edit "owa-im"
        set tcp-portrange 5075-5077
    next
end
"""
)

ZONES = "internet: [wan1], perimeter: [dmz], internal: [lan]"
ROLES = {
    "client_access": "10.0.10.21",
    "hub_transport": "10.0.10.22",
    "mailbox": "10.0.10.31",
    "domain_controller": "10.0.10.11",
}
ABSENT = ("edge_transport", "unified_messaging")


def vip(name: str, server: str, port: str = "", external: str = "203.0.113.10") -> str:
    forward = (
        f"        set portforward enable\n        set extport {port}\n        set mappedport {port}\n" if port else ""
    )
    return f"""config firewall vip
    edit "{name}"
        set extip {external}
        set extintf "wan1"
        set mappedip "{server}"
{forward}    next
end
"""


def policy(number: int, source: str, target: str, service: str, way: str = "wan1>lan", action: str = "accept") -> str:
    ingress, egress = way.split(">")
    return f"""config firewall policy
    edit {number}
        set srcintf "{ingress}"
        set dstintf "{egress}"
        set action {action}
        set srcaddr {source}
        set dstaddr {target}
        set schedule "always"
        set service {service}
        set logtraffic all
    next
end
"""


def audited(
    folder: Path,
    text: str,
    conditions: str = "",
    roles: Mapping[str, str] = ROLES,
    variables: str = 'rpc_dynamic: "6005-65534"',
    zones: str = ZONES,
    base: str = BASE,
    ruleset: str = "exchange-2010",
) -> AuditResult:
    """The audit of a configuration and a site file, both written here.

    Args:
        folder: where the site file is written.
        text: what follows the objects of the company.
        conditions: answers, "publish_pop3: true".
        roles: addresses by role, several of one role with commas between them.
        variables: values of the ruleset's variables.
        zones: the interfaces of the FortiGate.
        base: the beginning of the configuration.
        ruleset: the baseline; others than that of Exchange 2010 have roles of their own.
    """
    bound = "\n".join(
        f"  {role}: [{', '.join(f'{{address: {each}}}' for each in addresses.split(', '))}]"
        for role, addresses in roles.items()
    )
    path = folder / "site.yaml"
    absent = [each for each in ABSENT if each in load_ruleset(ruleset).roles and each not in roles]
    path.write_text(
        f"""schema: fwsite/1
id: test
baselines:
  - use: {ruleset}
    set: {{{variables}}}
    conditions: {{{conditions}}}
devices:
  fgt:
    type: fortigate
    zones: {{{zones}}}
bindings:
{bound}
not_deployed: [{", ".join(absent)}]
""",
        encoding="utf-8",
    )
    firewalls = parsers.read((base + text).encode(), "fgt.conf")
    return audit(firewalls, (load_ruleset(ruleset),), load_site(path), datetime(2026, 11, 24, 12))
