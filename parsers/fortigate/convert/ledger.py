"""The line ledger of a backup: read, known to be irrelevant, not understood."""

from __future__ import annotations

from collections.abc import Iterator

from parsers.fortigate.convert.keywords import NESTED, TABLES
from parsers.fortigate.syntax.tree import Block, Tree
from parsers.model.origin import Gap, Ledger, Origin

_READ = frozenset(
    "firewall address|firewall address6|firewall addrgrp|firewall addrgrp6|firewall service custom|"
    "firewall service group|firewall service category|firewall vip|firewall vip6|firewall vip46|firewall vip64|"
    "firewall vipgrp|firewall vipgrp6|firewall vipgrp46|firewall vipgrp64|firewall policy|firewall policy6|"
    "firewall policy46|firewall policy64|firewall consolidated policy|firewall security-policy|"
    "firewall local-in-policy|firewall local-in-policy6|firewall schedule recurring|firewall schedule onetime|"
    "firewall schedule group|system interface|system zone|system sdwan|system virtual-wan-link|system settings|"
    "system global|system admin|router static|vpn ipsec phase1-interface|vpn ipsec phase1|vpn ssl settings|"
    "system vdom-link|system external-resource|system switch-interface|system vdom-property|"
    "firewall internet-service-name|firewall internet-service-custom|firewall internet-service-custom-group|"
    "firewall acl|firewall acl6|system virtual-switch|router static6|router policy|router policy6|system dns-server|"
    "web-proxy explicit|"
    "user setting|system api-user|system virtual-wire-pair".split("|")
)
"""Tables that decide which packets pass."""

_IRRELEVANT_ROOTS = frozenset(
    "log antivirus ips webfilter dnsfilter emailfilter spamfilter dlp file-filter application voip waf icap "
    "videofilter casb wanopt web-proxy wireless-controller switch-controller report endpoint-control alertemail "
    "certificate extender-controller extension-controller user gui gui-console automation monitoring ssh-filter "
    "cifs sctp-filter telemetry-controller virtual-patch diameter-filter ztna dpdk nsxt netscan gtp mms "
    "fortitoken execute imp2p hardware endpoint icap vpn credential-store authentication ftp-proxy".split()
)
"""First words of paths that inspect, log, authenticate or look, but open nothing on layers 3 and 4."""

_IRRELEVANT = frozenset(
    "firewall multicast-address|firewall multicast-address6|firewall shaper traffic-shaper|"
    "firewall shaper per-ip-shaper|firewall profile-protocol-options|firewall ssl-ssh-profile|firewall ssl-server|"
    "firewall ippool|firewall ippool6|firewall central-snat-map|firewall shaping-policy|firewall shaping-profile|"
    "firewall DoS-policy|firewall DoS-policy6|firewall sniffer|firewall interface-policy|"
    "firewall interface-policy6|firewall ttl-policy|firewall ssl setting|firewall ssl-setting|firewall ldb-monitor|"
    "firewall ipmacbinding setting|firewall ipmacbinding table|firewall identity-based-route|firewall dnstranslation|"
    "firewall ssh setting|firewall ssh local-ca|firewall ssh local-key|firewall ssh host-key|firewall auth-portal|"
    "firewall wildcard-fqdn custom|firewall wildcard-fqdn group|firewall traffic-class|firewall global|"
    "firewall internet-service-group|firewall internet-service-addition|firewall internet-service-definition|"
    "firewall internet-service-extension|firewall internet-service-append|firewall internet-service-reputation|"
    "firewall country|firewall region|firewall city|firewall vendor-mac|firewall vendor-mac-summary|"
    "firewall on-demand-sniffer|firewall decrypted-traffic-mirror|firewall proxy-address|firewall proxy-addrgrp|"
    "firewall access-proxy|firewall access-proxy6|firewall access-proxy-virtual-host|firewall carrier-endpoint-bwl|"
    "firewall gtp|firewall mms-profile|firewall network-service-dynamic|firewall profile-group|firewall address-bulk|"
    "firewall internet-service|firewall internet-service-list|firewall internet-service-owner|"
    "firewall internet-service-sld|firewall internet-service-subapp|firewall internet-service-botnet|"
    "firewall internet-service-ipbl-reason|firewall internet-service-ipbl-vendor|"
    "firewall address6-template|firewall pfcp|firewall sctp-filter|"
    "firewall addrgrp-bulk|firewall policy-lookup|firewall ipmac-binding|firewall ip-translation|"
    "router rip|router ripng|router ospf|router ospf6|router bgp|router isis|router multicast|router multicast6|"
    "router multicast-flow|router route-map|router access-list|router access-list6|router prefix-list|"
    "router prefix-list6|router aspath-list|router community-list|router key-chain|router bfd|router bfd6|"
    "router auth-path|router setting|router extcommunity-list|firewall deep-inspection-options|"
    "firewall sniff-interface-policy|"
    "firewall sniff-interface-policy6|firewall service explicit-web|firewall service-path|firewall ipv6-eh-filter|"
    "firewall central-nat|firewall profile|firewall ngfw-learn-log|firewall internet-service-fallback|"
    "firewall saml".split("|")
)

_PROXIED = "its policies permit traffic through the proxy of the device, which is not followed"
_APART = {
    "firewall proxy-policy": _PROXIED,
    "firewall explicit-proxy-policy": _PROXIED,
    "firewall multicast-policy": "its policies permit multicast only, which is not judged",
    "firewall multicast-policy6": "its policies permit multicast only, which is not judged",
}
"""Tables that permit packets outside the forwarding policy, and what of."""

_SUSPECT = ("firewall ",)
"""Unknown tables below these paths may open something."""


def account(tree: Tree, file: str) -> tuple[Ledger, list[Gap]]:
    """The ledger of the file, and a gap for each table and each object keyword that is not understood."""
    read = unknown = 0
    gaps: list[Gap] = []
    for block in (tree.root, *tree.vdoms.values()):
        for name, table in block.tables.items():
            lines = table.last_line - table.line + 1
            if name in _READ:
                gaps += _keywords(name, table, file)
                read += _size(table)
            elif name in _APART:
                read += _size(table)
                gaps += _apart(name, table, file)
            elif not _irrelevant(name) and (table.entries or table.settings or table.tables):
                unknown += _size(table)
                what = f"table {name!r} is not known to fwproof ({lines} lines)"
                origin = Origin(file, table.line, table.last_line, name, "")
                gaps.append(Gap(origin, name, "", what, hides_access=name.startswith(_SUSPECT)))
    for number in tree.stray_lines:
        text = tree.lines[number - 1].strip()
        word = text.split(None, 1)[0][:40] if text else ""
        origin = Origin(file, number, number, "line", word)
        gaps.append(Gap(origin, "", word, "a line that belongs to no configuration block", hides_access=False))
    unknown += len(tree.stray_lines)
    read = min(read, tree.line_count - unknown)
    return Ledger(tree.line_count, read, max(0, tree.line_count - read - unknown), unknown), gaps


def _apart(name: str, table: Block, file: str) -> Iterator[Gap]:
    """A table whose accepts are another path than forwarding: said when it has any."""
    active = [
        entry.name
        for entry in table.entries.values()
        if entry.get("status") != "disable" and (entry.get("action") or "deny") != "deny"
    ]
    if active:
        what = f"{name} {', '.join(active[:5])}{' ...' if len(active) > 5 else ''}: {_APART[name]}"
        origin = Origin(table.file or file, table.line, table.last_line, name, "")
        yield Gap(origin, name, "", what, hides_access="multicast" not in name)


def _irrelevant(name: str) -> bool:
    return name in _IRRELEVANT or name.split(None, 1)[0] in _IRRELEVANT_ROOTS or name.startswith(("system ", "sys "))


def _size(block: Block) -> int:
    """Lines of a block and everything in it; merged blocks count by their settings, not by their span."""
    lines = 2 + len(block.settings) + len(block.unset)
    lines += sum(_size(child) for child in block.entries.values())
    return lines + sum(_size(child) for child in block.tables.values())


def _keywords(name: str, table: Block, file: str) -> Iterator[Gap]:
    known = TABLES.get(name)
    if known is None:
        return
    seen: set[str] = set()
    for entry in table.entries.values():
        for keyword in entry.settings:
            if keyword not in known and keyword not in seen:
                seen.add(keyword)
                origin = Origin(entry.file or file, entry.line, entry.last_line, name, entry.name)
                what = f"keyword {keyword!r} of {name} {entry.name!r} is not known to fwproof"
                yield Gap(origin, f"{name} {entry.name}", keyword, what, hides_access=True)
        for inner in entry.tables:
            if inner not in NESTED.get(name, ()) and inner not in seen:
                seen.add(inner)
                origin = Origin(
                    entry.file or file, entry.tables[inner].line, entry.tables[inner].last_line, name, inner
                )
                what = f"table {inner!r} of {name} {entry.name!r} is not known to fwproof"
                yield Gap(origin, f"{name} {entry.name}", inner, what, hides_access=True)
