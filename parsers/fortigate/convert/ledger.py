"""The line ledger of a backup: every line is read, known to be irrelevant, or not understood and then a gap.

Tables are told apart by their paths, keywords of the tables that are read by the lists in `keywords` and, for the
tables of settings, by the vocabulary of FortiOS: a word that no version knows may be a new way in.
"""

from __future__ import annotations

import difflib
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence

from parsers.fortigate.convert.keywords import NESTED, TABLES
from parsers.fortigate.syntax.tree import Block, Remark, Text, Tree
from parsers.fortigate.syntax.vocabulary import known_keywords, known_path, known_paths
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
    "firewall internet-service-group|firewall internet-service-name|firewall internet-service-custom|"
    "firewall internet-service-custom-group|"
    "firewall acl|firewall acl6|system virtual-switch|router static6|router policy|router policy6|system dns-server|"
    "web-proxy explicit|ftp-proxy explicit|firewall proxy-policy|firewall explicit-proxy-policy|firewall access-proxy|"
    "firewall access-proxy6|"
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
    "firewall internet-service-addition|firewall internet-service-definition|"
    "firewall internet-service-extension|firewall internet-service-append|firewall internet-service-reputation|"
    "firewall country|firewall region|firewall city|firewall vendor-mac|firewall vendor-mac-summary|"
    "firewall on-demand-sniffer|firewall decrypted-traffic-mirror|firewall proxy-address|firewall proxy-addrgrp|"
    "firewall access-proxy-virtual-host|firewall carrier-endpoint-bwl|"
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

_APART = {
    "firewall multicast-policy": "its policies permit multicast only, which is not judged",
    "firewall multicast-policy6": "its policies permit multicast only, which is not judged",
}
"""Tables that permit packets outside the forwarding policy, and what of."""

_POLICY_WORDS = frozenset("srcaddr dstaddr srcaddr6 dstaddr6 srcintf dstintf mappedip extip allowaccess action".split())
"""Keywords that only tables hold which let packets in or keep them out."""

_UNJUDGED = frozenset({"system global", "system admin", "user setting", "system api-user", "system external-resource"})
"""Tables of settings in which every version adds words, and hardly one that moves a packet: said, not decisive."""

_SHOWN = re.compile(r"[A-Za-z%$#(<{.\"'=-][\w:%{}.=-]{0,19}$")
"""The words that are shown of a line nobody understood: anything longer may be a piece of a key."""


def account(tree: Tree, file: str) -> tuple[list[Gap], list[Origin]]:
    """What is not understood in the configuration and in scripts.

    Returns:
        A gap for each table, keyword and run of lines, and every further place of such a keyword.
    """
    gaps: list[Gap] = []
    further: list[Origin] = []
    for block in tree.scopes():
        for name, table in block.tables.items():
            if name in _READ:
                gaps += _keywords(tree, name, table, file, further)
            elif name in _APART:
                gaps += _apart(name, table, file)
            elif not _irrelevant(name) and (table.entries or table.settings or table.tables):
                gaps.append(_unknown_table(name, table, file))
    for name, text in ((file, tree.text), *tree.scripts.items()):
        gaps += _stray(text, name)
        gaps += (_remark(each, name) for each in text.remarks)
    return gaps, further


def ledger(text: Text, file: str, places: Iterable[Origin]) -> Ledger:
    """The lines of one text: read, irrelevant and not understood add up to all there are.

    Args:
        text: the configuration, or a script applied to it.
        file: its name, as in the origins.
        places: of every keyword that was not understood.
    """
    unknown = set(text.stray_lines)
    audited: list[tuple[int, int]] = []
    for first, last, path in sorted(text.spans):
        if path in _READ or path in _APART:
            audited.append((first, last))
        elif not _irrelevant(path):
            unknown.update(range(first, last + 1))
    for each in places:
        if each.file == file:
            unknown.update(range(each.first_line, each.last_line + 1))
    read = sum(last - first + 1 for first, last in audited) - sum(_inside(number, audited) for number in unknown)
    read += sum(number not in unknown for number in _frames(text))
    return Ledger(text.line_count, read, text.line_count - read - len(unknown), len(unknown))


def _inside(number: int, spans: Sequence[tuple[int, int]]) -> bool:
    """Is a line in one of the sorted spans?"""
    place = bisect_right(spans, (number, 1 << 60)) - 1
    return place >= 0 and spans[place][0] <= number <= spans[place][1]


def _frames(text: Text) -> Iterator[int]:
    """Lines between the tables that open and close VDOMs: they are read."""
    after = 1
    for first, last, _ in (*sorted(text.spans), (text.line_count + 1, 0, "")):
        for number in range(after, first):
            if text.lines[number - 1].split(None, 1)[:1] in (["config"], ["edit"], ["next"], ["end"]):
                yield number
        after = max(after, last + 1)


def _unknown_table(name: str, table: Block, file: str) -> Gap:
    lines = table.last_line - table.line + 1
    what = f"table {name!r} is not known to fwproof ({lines} lines){_meant(name, known_paths())}"
    origin = Origin(table.file or file, table.line, table.last_line, name, "")
    opens = any(_POLICY_WORDS & block.settings.keys() for block in (table, *table.entries.values()))
    return Gap(origin, name, "", what, hides_access=opens or name.startswith("firewall "))


def _meant(word: str, known: Iterable[str]) -> str:
    """What an unknown word may stand for: words it abbreviates, or one that is spelt nearly so."""
    words = word.split()
    cut = [each for each in known if len(each.split()) == len(words) and _cut(words, each.split())]
    if len(cut) > 1:
        return f"; it abbreviates {', '.join(sorted(cut)[:4])}"
    near = difflib.get_close_matches(word, known, 1, 0.85)
    return f"; did somebody mean {near[0]!r}?" if near else ""


def _cut(words: Sequence[str], whole: Sequence[str]) -> bool:
    return all(full.startswith(word) for word, full in zip(words, whole, strict=True))


def _stray(text: Text, file: str) -> Iterator[Gap]:
    """Lines that are no configuration, a run of them as one gap; inside a table that is read they may be part of it."""
    audited = [(first, last) for first, last, path in sorted(text.spans) if path in _READ]
    for first, last in _runs(text.stray_lines):
        word = text.lines[first - 1].split(None, 1)[0]
        word = word if _SHOWN.match(word) else "..."
        inside = _inside(first, audited)
        where = "inside a table that decides what passes" if inside else "outside any configuration block"
        what = f"a line {where}" if first == last else f"{last - first + 1} lines {where}"
        yield Gap(Origin(file, first, last, "line", word), "", word, what, hides_access=inside)


def _runs(numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Consecutive numbers as (first, last)."""
    start = previous = 0
    for number in numbers:
        if start and number != previous + 1:
            yield start, previous
            start = 0
        start = start or number
        previous = number
    if start:
        yield start, previous


def _remark(remark: Remark, file: str) -> Gap:
    origin = Origin(file, remark.line, remark.line, "text", "")
    return Gap(origin, "", "", remark.message, hides_access=remark.gap)


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
        yield Gap(origin, name, "", what, hides_access=False)


def _irrelevant(name: str) -> bool:
    if name in _IRRELEVANT or name.split(None, 1)[0] in _IRRELEVANT_ROOTS:
        return True
    return name.startswith("system ") and known_path(name)


def _keywords(tree: Tree, name: str, table: Block, file: str, further: list[Origin]) -> Iterator[Gap]:
    """The words of a table that nobody knows: one gap a word, at its first place, with the number of places."""
    for word, places in sorted(_unknown_words(name, table).items()):
        origins = []
        for block, keyword in places:
            line = block.line if word.startswith("table") else tree.line_of(block, keyword)
            last = block.last_line if word.startswith("table") else line
            origins.append(Origin(block.file or file, line, last, name, block.name))
        further += origins[1:]
        block, keyword = places[0]
        more = f" and in {len(places) - 1} more" if len(places) > 1 else ""
        subject = f"{name} {block.name!r}" if block is not table else name
        what = f"{word} of {subject}{more} is not known to fwproof{_meant(keyword, known_keywords(name))}"
        yield Gap(origins[0], f"{name} {block.name}", keyword, what, hides_access=name not in _UNJUDGED)


def _unknown_words(name: str, table: Block) -> dict[str, list[tuple[Block, str]]]:
    listed = TABLES.get(name)
    known = listed if listed is not None else known_keywords(name).keys()
    inner = NESTED.get(name, frozenset()) if listed is not None else known
    found: dict[str, list[tuple[Block, str]]] = {}
    if not known:
        return found
    for entry in _holding(name, table):
        for keyword in () if known >= entry.settings.keys() else entry.settings.keys() - known:
            found.setdefault(f"keyword {keyword!r}", []).append((entry, keyword))
        for child in () if inner >= entry.tables.keys() else entry.tables.keys() - inner:
            if entry.tables[child].settings or entry.tables[child].entries:
                found.setdefault(f"table {child!r}", []).append((entry.tables[child], child))
    return found


def _holding(name: str, table: Block) -> Iterator[Block]:
    """The blocks whose keywords are those of a table: itself, its entries, and policies inside policies (5.0)."""
    yield table
    for entry in table.entries.values():
        yield entry
        if entry.tables and "identity-based-policy" in entry.tables:
            yield from entry.tables["identity-based-policy"].entries.values()
