"""One packet at one Windows host: every condition of a rule and every setting of a profile, with the verdict by hand.

Source of the verdicts: the Windows reference, sections 4, 7.1 to 7.6. Each row is rule strings, keys of profiles, a
packet, and what must be said of it.
"""

from __future__ import annotations

from datetime import datetime

import pytest

import parsers
from auditor.analysis.analysis import Analysis
from auditor.baseline import Site
from auditor.packets import Flow, judge
from parsers.model.addresses import AddressSet
from parsers.model.services import ServiceSet

LOCAL = r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy"
GROUP = r"HKEY_LOCAL_MACHINE\SOFTWARE\Policies\Microsoft\WindowsFirewall"
IN = "Action=Allow|Active=TRUE|Dir=In"
MAIL = f"{IN}|Protocol=6|LPort=25"
BLOCK = MAIL.replace("Allow", "Block")
OUT_BLOCK = "Action=Block|Active=TRUE|Dir=Out|Protocol=6|RPort=25"
NOW = datetime(2030, 1, 1)
HERE, THERE = "10.0.0.5", "198.51.100.7"


def export(keys: dict[str, dict[str, str | int]]) -> bytes:
    lines = ["Windows Registry Editor Version 5.00", ""]
    for key, values in keys.items():
        lines.append(f"[{key}]")
        for name, value in values.items():
            text = f"dword:{value:x}" if isinstance(value, int) else '"' + value.replace("\\", "\\\\") + '"'
            lines.append(f'"{name}"={text}')
    return "\r\n".join(lines).encode("utf-16")


def strings(*rules: str) -> dict[str, str | int]:
    return {f"r{number}": f"v2.10|{rule}|Name=rule {number}|" for number, rule in enumerate(rules)}


def verdict(
    *local: str,
    group: tuple[str, ...] = (),
    profiles: dict[str, dict[str, str | int]] | None = None,
    more: dict[str, dict[str, str | int]] | None = None,
    port: str = "tcp/25",
    source: str = THERE,
    profile: str = "public",
    out: bool = False,
) -> str:
    keys: dict[str, dict[str, str | int]] = {f"{LOCAL}\\FirewallRules": strings(*local)}
    if group:
        keys[f"{GROUP}\\FirewallRules"] = strings(*group)
    for name in ("DomainProfile", "StandardProfile", "PublicProfile"):
        keys[f"{LOCAL}\\{name}"] = {"EnableFirewall": 1}
    for name, values in (profiles or {}).items():
        keys.setdefault(name, {}).update(values)
    keys |= more or {}
    (firewall,) = parsers.read(export(keys), "EX01.reg")
    service = ServiceSet.parse(port)
    device = Analysis((firewall,), (), Site("site"), NOW, (service,)).devices["EX01"]
    filter_ = device.outbound if out else device.inbound
    assert filter_ is not None
    way = frozenset({profile})
    here = "2001:db8::5" if ":" in source else HERE
    ends = (here, source) if out else (source, here)
    flow = Flow(
        AddressSet.network(ends[0]), AddressSet.network(ends[1]), service, None if out else way, way if out else None
    )
    return judge(filter_, filter_.packets(flow), NOW).outcome.value


@pytest.mark.parametrize(
    ("rule", "packet", "expected"),
    [
        (MAIL, {}, "allowed"),
        (MAIL, {"port": "tcp/26"}, "blocked"),
        (MAIL, {"port": "udp/25"}, "blocked"),
        (MAIL.casefold(), {}, "allowed"),
        (MAIL.replace("TRUE", "FALSE"), {}, "blocked"),
        (MAIL.replace("|Active=TRUE", ""), {}, "blocked"),
        (f"{MAIL}|Profile=Domain", {}, "blocked"),
        (f"{MAIL}|Profile=Domain|Profile=Public", {}, "allowed"),
        (f"{MAIL}|Profile=Guest", {}, "possible"),
        (f"{MAIL}|RA4=198.51.100.0/255.255.255.0", {}, "allowed"),
        (f"{MAIL}|RA4=198.51.101.0/255.255.255.0", {}, "blocked"),
        (f"{MAIL}|RA4=198.51.100.1-198.51.100.9", {}, "allowed"),
        (f"{MAIL}|RA4=0.0.0.0/0", {"source": "2001:db8::1"}, "blocked"),
        (f"{MAIL}|RA6=::/0", {}, "blocked"),
        (f"{MAIL}|RA6=2001:db8::1-2001:db8::ff", {"source": "2001:db8::7"}, "allowed"),
        (f"{MAIL}|RA6=2001:db8:1::/48", {"source": "2001:db8::7"}, "blocked"),
        (f"{MAIL}|LA4=10.0.0.5", {}, "allowed"),
        (f"{MAIL}|LA4=10.0.0.6", {}, "blocked"),
        (f"{MAIL}|LA4=10.0.0.5", {"source": "2001:db8::1"}, "blocked"),
        (f"{MAIL}|RA4=LocalSubnet", {}, "blocked"),
        (f"{MAIL}|RA4=LocalSubnet", {"source": "10.0.0.9"}, "possible"),
        *((f"{MAIL}|RA4={word}", {}, "possible") for word in ("DNS", "DHCP", "WINS", "DefaultGateway")),
        *((f"{MAIL}|RA42={word}", {}, "possible") for word in ("IntErnet", "IntrAnet", "RmtIntrAnet", "Ply2Renders")),
        (f"{MAIL}|RA4=300.1.1.1", {}, "possible"),
        (MAIL.replace("25", "70000"), {}, "possible"),
        (f"{IN}|Protocol=6|LPort2_10=20-30", {}, "allowed"),
        (f"{IN}|Protocol=6|LPort=24|LPort2_10=26-30", {}, "blocked"),
        (f"{IN}|Protocol=6|LPort2_10=30-20", {}, "possible"),
        (f"{IN}|Protocol=foo|LPort=25", {}, "possible"),
        (f"{IN}|Protocol=47", {"port": "ip/47"}, "allowed"),
        (f"{IN}|Protocol=47", {"port": "ip/50"}, "blocked"),
        (f"{IN}|Protocol=256", {"port": "ip/50"}, "allowed"),
        (f"{IN}|Protocol=1|ICMP4=8:*", {"port": "icmp/8"}, "allowed"),
        (f"{IN}|Protocol=1|ICMP4=8:*", {"port": "icmp/13"}, "blocked"),
        (f"{IN}|Protocol=1", {"port": "icmp/13"}, "allowed"),
        (f"{IN}|Protocol=58|ICMP6=128:*", {"port": "icmp/8"}, "blocked"),
        (f"{IN}|Protocol=58|ICMP6=128:*", {"port": "icmpv6/128", "source": "2001:db8::1"}, "allowed"),
        (f"{IN}|Protocol=6|LPort2_10=IPTLSIn|LPort2_10=IPHTTPSIn", {"port": "tcp/443"}, "allowed"),
        (f"{IN}|Protocol=17|LPort=Teredo", {"port": "udp/3544"}, "possible"),
        (f"{IN}|Protocol=17|LPort2_20=Ply2Disc", {"port": "udp/3702"}, "possible"),
        (f"{IN}|Protocol=17|LPort2_24=mDNS", {"port": "udp/5353"}, "allowed"),
        (f"{IN}|Protocol=17|LPort2_20=DHCP", {"port": "udp/67"}, "allowed"),
        *((f"{IN}|Protocol=6|LPort=RPC", {"port": f"tcp/{port}"}, "possible") for port in (50000, 7000, 1500)),
        (f"{IN}|Protocol=6|LPort=RPC", {"port": "tcp/135"}, "blocked"),
        *(
            (f"{MAIL}|{key}", {}, "possible")
            for key in (
                "IF={C3B5}",
                "IFType=Lan",
                "AppPkgId=S-1-15-2-1",
                "LUOwn=S-1-5-21-1",
                "LUAuth=O:LSD:(A;;CC;;;BA)",
                "Security=Authenticate",
                "Security2_9=An-NoEncap",
                "Platform=2:6:2",
                "Platform=2:10:0|Platform2=GTEQ",
                "Frob=1",
            )
        ),
        (f"{MAIL}|Platform=2:6:1|Platform2=GTEQ", {}, "allowed"),
        (f"{MAIL}|Edge=TRUE", {}, "allowed"),
    ],
)
def test_a_rule_alone(rule: str, packet: dict[str, str], expected: str) -> None:
    assert verdict(rule, **packet) == expected  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ((MAIL, BLOCK), "blocked"),
        ((BLOCK, MAIL, f"{MAIL}|RA4=198.51.100.7"), "blocked"),  # no narrower rule wins
        ((MAIL, BLOCK.replace("TRUE", "FALSE")), "allowed"),
        ((MAIL, f"{BLOCK}|RA4=203.0.113.0/24"), "allowed"),
        ((MAIL, f"{BLOCK}|LUOwn=S-1-5-21-1"), "possible"),
        ((MAIL, f"{BLOCK}|Security=Authenticate"), "possible"),
        ((MAIL, f"{BLOCK}|Svc=smtpsvc"), "possible"),
        ((MAIL, f"{BLOCK}|RA4=DefaultGateway"), "possible"),
        ((f"{MAIL}|IF={{C3B5}}", f"{BLOCK}|IF={{C3B6}}"), "possible"),
        ((MAIL.replace("Allow", "ByPass") + "|Security=Authenticate", BLOCK), "possible"),
        ((MAIL.replace("Allow", "ByPass"), BLOCK), "possible"),
        ((MAIL.replace("Allow", "ByPass") + "|Security=Authenticate", MAIL), "allowed"),
        ((MAIL.replace("Allow", "ByPass") + "|Security=Authenticate",), "possible"),
    ],
)
def test_rules_together(rules: tuple[str, ...], expected: str) -> None:
    assert verdict(*rules) == expected


PUBLIC, GPO_PUBLIC = f"{LOCAL}\\PublicProfile", f"{GROUP}\\PublicProfile"


@pytest.mark.parametrize(
    ("rules", "group", "profiles", "expected"),
    [
        ((BLOCK,), (), {PUBLIC: {"EnableFirewall": 0}}, "allowed"),
        ((BLOCK,), (), {GPO_PUBLIC: {"EnableFirewall": 0}}, "allowed"),
        ((), (), {PUBLIC: {"EnableFirewall": 0}, GPO_PUBLIC: {"EnableFirewall": 1}}, "blocked"),
        ((), (), {f"{GROUP}\\StandardProfile": {"EnableFirewall": 0}}, "allowed"),
        (
            (),
            (),
            {f"{GROUP}\\StandardProfile": {"EnableFirewall": 0}, f"{GROUP}\\PrivateProfile": {"EnableFirewall": 1}},
            "blocked",
        ),
        ((), (), {f"{LOCAL}\\StandardProfile": {"EnableFirewall": 0}}, "blocked"),  # locally the private profile
        ((MAIL,), (), {PUBLIC: {"DoNotAllowExceptions": 1}}, "blocked"),
        ((), (MAIL,), {PUBLIC: {"DoNotAllowExceptions": 1}}, "blocked"),
        ((MAIL,), (), {PUBLIC: {"DoNotAllowExceptions": 1, "EnableFirewall": 0}}, "allowed"),
        ((MAIL,), (), {GPO_PUBLIC: {"AllowLocalPolicyMerge": 0}}, "blocked"),
        ((MAIL,), (), {PUBLIC: {"AllowLocalPolicyMerge": 0}}, "allowed"),  # says nothing in the local store
        ((), (MAIL,), {GPO_PUBLIC: {"AllowLocalPolicyMerge": 0}}, "allowed"),
        ((BLOCK,), (MAIL,), {GPO_PUBLIC: {"AllowLocalPolicyMerge": 0}}, "allowed"),
        ((BLOCK,), (MAIL,), {}, "blocked"),
        ((MAIL,), (BLOCK,), {}, "blocked"),
        ((), (), {PUBLIC: {"DefaultInboundAction": 0}}, "allowed"),
        ((BLOCK,), (), {PUBLIC: {"DefaultInboundAction": 0}}, "blocked"),
        ((f"{BLOCK}|IF={{C3B5}}",), (), {PUBLIC: {"DefaultInboundAction": 0}}, "possible"),
    ],
)
def test_profiles_and_stores(
    rules: tuple[str, ...], group: tuple[str, ...], profiles: dict[str, dict[str, str | int]], expected: str
) -> None:
    assert verdict(*rules, group=group, profiles=profiles) == expected


@pytest.mark.parametrize(
    ("rules", "profiles", "expected"),
    [
        ((), {}, "allowed"),
        ((OUT_BLOCK,), {}, "blocked"),
        ((f"{OUT_BLOCK}|App=C:\\x.exe",), {}, "possible"),
        ((f"{OUT_BLOCK}|RA4={THERE}",), {}, "blocked"),
        ((f"{OUT_BLOCK}|RA4=198.51.100.8",), {}, "allowed"),
        ((f"{OUT_BLOCK}|LA4={HERE}",), {}, "blocked"),
        ((), {PUBLIC: {"DefaultOutboundAction": 1}}, "blocked"),
        ((OUT_BLOCK.replace("Block", "Allow"),), {PUBLIC: {"DefaultOutboundAction": 1}}, "allowed"),
        (
            (OUT_BLOCK.replace("Block", "Allow") + "|App=C:\\Ex\\Bin\\EdgeTransport.exe",),
            {PUBLIC: {"DefaultOutboundAction": 1}},
            "possible",
        ),
        (
            (OUT_BLOCK.replace("Block", "Allow") + "|AuthByPassOut=TRUE|Security=Authenticate", OUT_BLOCK),
            {},
            "possible",
        ),
        ((), {PUBLIC: {"DoNotAllowExceptions": 1}}, "allowed"),
    ],
)
def test_what_leaves(rules: tuple[str, ...], profiles: dict[str, dict[str, str | int]], expected: str) -> None:
    assert verdict(*rules, profiles=profiles, out=True) == expected


@pytest.mark.parametrize(
    ("store", "rule", "expected"),
    [
        ("Mdm\\FirewallRules", MAIL, "allowed"),
        ("RestrictedServices\\AppIso\\FirewallRules", f"{MAIL}|AppPkgId=S-1-15-2-1", "possible"),
        ("RestrictedServices\\Static\\System", f"{MAIL}|Svc=smtpsvc", "blocked"),  # hardening opens nothing by itself
    ],
)
def test_the_other_stores(store: str, rule: str, expected: str) -> None:
    more = {f"{LOCAL}\\{store}": strings(rule)}
    assert verdict(more=more) == expected
    off: dict[str, dict[str, str | int]] = {GPO_PUBLIC: {"AllowLocalPolicyMerge": 0}}
    assert verdict(more=more, profiles=off) == expected
