"""What guides ask of policies, accounts, secrets and log servers, each with a backup that meets it and one that does not."""

from __future__ import annotations

import pytest

import parsers
from auditor.benchmarks import evaluate, load_benchmark
from auditor.findings.hardening import HardeningItem, HardeningState

HEADER = '#config-version=FGT60F-7.2.3-FW-build0523-230606:opmode=0:vdom=0:user=admin\nconfig system global\nset alias "x"\nend\nconfig system interface\nend\nconfig system admin\nend\n'
PASSED, FAILED = HardeningState.PASSED, HardeningState.FAILED
UNDECIDED, ABSENT = HardeningState.NOT_DECIDABLE, HardeningState.NOT_APPLICABLE

ADDRESSES = 'config firewall address\nedit "all"\nnext\nedit "a"\nset subnet 192.0.2.1 255.255.255.255\nnext\nend\n'
SERVICES = 'config firewall service custom\nedit "wide"\nset tcp-portrange 1-65535\nnext\nedit "web"\nset tcp-portrange 443\nnext\nend\n'


def policies(*entries: str) -> str:
    body = "".join(f"edit {number}\n{entry}\nnext\n" for number, entry in enumerate(entries, start=1))
    return f"{ADDRESSES}{SERVICES}config firewall policy\n{body}end\n"


def accept(*extra: str, service: str = "web", source: str = "a", name: str = "n") -> str:
    words = ("set action accept", f'set name "{name}"', 'set srcintf "p1"', 'set dstintf "p2"', f'set srcaddr "{source}"',
             f'set dstaddr "{source}"', f'set service "{service}"', 'set schedule "always"', *extra)  # fmt: skip
    return "\n".join(words)


DENY = accept('set logtraffic all').replace("accept", "deny")  # fmt: skip
OUTSIDE = 'config system interface\nedit "wan1"\nset ip 203.0.113.2 255.255.255.0\nset type physical\nset allowaccess {0}\nnext\nend\n'
ADMIN = 'config system admin\nedit "jo"\nset accprofile "{0}"\n{1}\nnext\nedit "al"\nset accprofile "super_admin"\n{1}\nnext\nend\n'
PSK = 'config vpn ipsec phase1-interface\nedit "t"\nset interface "wan1"\nset psksecret {0}\nnext\nend\n'
SYSLOG = 'config log syslogd setting\nset status enable\nset server "192.0.2.9"\n{0}\nend\n'
FAZ = 'config log fortianalyzer setting\nset status enable\nset server "192.0.2.9"\n{0}\nend\n'
THREATS = 'set internet-service{0} enable\nset internet-service{0}-name "Tor-Exit.Node" "Tor-Relay.Node" "Malicious-Malicious.Server" "Botnet-C&C.Server"'

BOTH = (f"{DENY}\n{THREATS.format('-src')}", f"{DENY}\n{THREATS.format('')}")
VIP = 'config firewall vip\nedit "v"\nset extip 203.0.113.10\nset mappedip 192.0.2.1\nnext\nend\n'
CLOSED = DENY.replace('"p1"', '"wan1"').replace('"a"', '"all"')
OUTWARD = accept().replace('"p2"', '"wan1"')
LOCAL_IN = 'config firewall local-in-policy\nedit 1\nset intf "wan1"\nset srcaddr all\nset dstaddr all\nset service ALL\nset schedule always\n{0}\nnext\nend\n'

CASES = [
    ("FGT-SERVICE-ALL", policies(accept(service="wide")), FAILED),
    ("FGT-SERVICE-ALL", policies(accept()), PASSED),
    ("FGT-SERVICE-ALL", "", ABSENT),
    ("FGT-ANY-ANY", policies(accept(service="wide", source="all")), FAILED),
    ("FGT-ANY-ANY", policies(accept(service="wide")), PASSED),
    ("FGT-ANY-ANY", policies(accept("set status disable", service="wide", source="all")), ABSENT),
    ("FGT-POLICY-NAMES", policies(accept(), accept()), FAILED),
    ("FGT-POLICY-NAMES", policies(accept(), accept(name="m")), PASSED),
    ("FGT-LOG-ALL", policies(accept("set logtraffic all")), PASSED),
    ("FGT-LOG-ALL", policies(accept()), FAILED),
    ("FGT-LOG-ALL", policies(accept("set logtraffic utm")), FAILED),
    ("FGT-LOG-IMPLICIT", policies(accept()), FAILED),
    ("FGT-LOG-IMPLICIT", "config log setting\nset fwpolicy-implicit-log enable\nend\n" + policies(accept()), PASSED),
    ("FGT-LOG-IMPLICIT", policies(accept(), DENY.replace('"p1"', '"any"').replace('"p2"', '"any"').replace('"a"', '"all"').replace('"web"', '"ALL"')), PASSED),
    ("FGT-IPS", policies(accept()), FAILED),
    ("FGT-IPS", policies(accept('set ips-sensor "s"')), PASSED),
    ("FGT-IPS", policies(accept('set profile-type group')), PASSED),
    ("FGT-ANTIVIRUS", policies(accept('set av-profile "s"'), accept(name="m")), FAILED),
    ("FGT-APPLICATION-CONTROL", policies(accept('set application-list "s"')), PASSED),
    ("FGT-BOTNET", policies(accept()), ABSENT),
    ("FGT-BOTNET", policies(accept('set ips-sensor "s"')), FAILED),
    ("FGT-BOTNET", 'config ips sensor\nedit "s"\nset scan-botnet-connections block\nnext\nend\n' + policies(accept('set ips-sensor "s"')), PASSED),
    ("FGT-DENY-ATTACKERS", policies(accept()), FAILED),
    ("FGT-DENY-ATTACKERS", policies(f"{DENY}\n{THREATS.format('-src')}"), FAILED),
    ("FGT-DENY-ATTACKERS", policies(*BOTH), PASSED),
    ("FGT-DENY-ATTACKERS", policies(*(each.replace('"Tor-Relay.Node" ', "") for each in BOTH)), FAILED),
    ("FGT-DENY-ATTACKERS", policies(accept(), *BOTH), FAILED),
    ("FGT-DENY-ATTACKERS", policies(*BOTH, accept()), PASSED),
    ("FGT-DENY-ATTACKERS", VIP + policies(*BOTH, accept().replace('dstaddr "a"', 'dstaddr "v"')), UNDECIDED),
    ("FGT-DENY-ATTACKERS", VIP + policies(*(f"{each}\nset match-vip disable" for each in BOTH), accept().replace('dstaddr "a"', 'dstaddr "v"')), FAILED),
    ("FGT-EXPLICIT-DENY", policies(accept()), FAILED),
    ("FGT-EXPLICIT-DENY", policies(accept(), CLOSED), PASSED),
    ("FGT-EXPLICIT-DENY", policies(accept(), CLOSED.replace('"all"', '"a"')), FAILED),
    ("FGT-OWN-SOURCES", policies(OUTWARD), PASSED),
    ("FGT-OWN-SOURCES", policies(OUTWARD.replace('srcaddr "a"', 'srcaddr "all"')), FAILED),
    ("FGT-OWN-SOURCES", policies(accept()), ABSENT),
    ("FGT-INSPECTION", policies(accept()), FAILED),
    ("FGT-INSPECTION", policies(accept("set utm-status enable")), PASSED),
    ("FGT-INSPECTION", policies(accept("set profile-type group")), PASSED),
    ("FGT-LOCAL-IN", "", FAILED),
    ("FGT-LOCAL-IN", LOCAL_IN.format("set action accept"), FAILED),
    ("FGT-LOCAL-IN", LOCAL_IN.format(""), PASSED),
    ("FGT-LOCAL-IN", LOCAL_IN.format("").replace("wan1", "lan"), FAILED),
    ("FGT-CLEARTEXT-ADMIN", OUTSIDE.format("ping https"), PASSED),
    ("FGT-CLEARTEXT-ADMIN", OUTSIDE.format("ping http"), FAILED),
    ("FGT-CLEARTEXT-ADMIN", OUTSIDE.format("ping\nset secondary-IP enable\nconfig secondaryip\nedit 1\nset ip 203.0.113.3/24\nset allowaccess telnet\nnext\nend"), FAILED),
    ("FGT-MANAGEMENT-WAN", OUTSIDE.replace("set allowaccess {0}\n", "config ipv6\nset ip6-allowaccess https\nend\n"), FAILED),
    ("FGT-REDIRECT", "", FAILED),
    ("FGT-REDIRECT", "config system global\nset allow-traffic-redirect disable\nset ipv6-allow-traffic-redirect disable\nend\n", PASSED),
    ("FGT-MANAGEMENT-WAN", OUTSIDE.format("ping https"), FAILED),
    ("FGT-MANAGEMENT-WAN", OUTSIDE.replace("set allowaccess {0}\n", ""), PASSED),
    ("FGT-MANAGEMENT-WAN", OUTSIDE.replace("wan1", "lan").format("https"), UNDECIDED),
    ("FGT-TRUSTED-HOSTS", ADMIN.format("prof", "set trusthost1 192.0.2.0 255.255.255.0"), PASSED),
    ("FGT-TRUSTED-HOSTS", ADMIN.format("prof", ""), FAILED),
    ("FGT-TRUSTED-HOSTS", ADMIN.format("prof", "set trusthost1 0.0.0.0 0.0.0.0"), FAILED),
    ("FGT-ADMIN-PROFILES", ADMIN.format("super_admin", ""), FAILED),
    ("FGT-ADMIN-PROFILES", ADMIN.format("prof", ""), UNDECIDED),
    ("FGT-API-TRUSTED-HOSTS", 'config system api-user\nedit "bot"\nset vdom "root"\nnext\nend\n', FAILED),
    ("FGT-API-TRUSTED-HOSTS", 'config system api-user\nedit "bot"\nconfig trusthost\nedit 1\nset ipv4-trusthost 192.0.2.9 255.255.255.255\nnext\nend\nnext\nend\n', PASSED),
    ("FGT-API-TRUSTED-HOSTS", 'config system api-user\nedit "bot"\nconfig trusthost\nedit 1\nset ipv4-trusthost 0.0.0.0 0.0.0.0\nnext\nend\nnext\nend\n', FAILED),
    ("FGT-PRIVATE-KEY", PSK.format("ENC Q0hFU1NCT0FSRA=="), FAILED),
    ("FGT-PRIVATE-KEY", "config user radius\nedit \"r\"\nset secret ENC Q0hFU1NCT0FSRA==\nnext\nend\n", FAILED),
    ("FGT-PRIVATE-KEY", "config system admin\nedit \"jo\"\nset password ENC SH2Q0hFU1NCT0FSRA==\nnext\nend\n", PASSED),
    ("FGT-PRIVATE-KEY", "config system global\nset private-data-encryption enable\nend\n" + PSK.format("ENC Q0hFU1NCT0FSRA=="), PASSED),
    ("FGT-CENTRAL-LOG", "", FAILED),
    ("FGT-CENTRAL-LOG", SYSLOG.format(""), PASSED),
    ("FGT-LOG-ENCRYPTION", "", ABSENT),
    ("FGT-LOG-ENCRYPTION", SYSLOG.format(""), FAILED),
    ("FGT-LOG-ENCRYPTION", SYSLOG.format("set enc-algorithm high"), FAILED),
    ("FGT-LOG-ENCRYPTION", SYSLOG.format("set mode reliable"), FAILED),
    ("FGT-LOG-ENCRYPTION", SYSLOG.format("set enc-algorithm high\nset mode reliable"), PASSED),
    ("FGT-LOG-ENCRYPTION", "config log fortiguard setting\nset status enable\nend\n", PASSED),
    ("FGT-LOG-ENCRYPTION", FAZ.format(""), FAILED),
    ("FGT-LOG-ENCRYPTION", FAZ.format("set reliable enable"), PASSED),
    ("FGT-LOG-ENCRYPTION", FAZ.format("set reliable enable\nset enc-algorithm low"), FAILED),
]  # fmt: skip


def judged(item: str, text: str) -> HardeningItem:
    firewalls = parsers.read((HEADER + text).encode(), "x.conf")
    found = evaluate((load_benchmark("fortigate"),), firewalls, {"x": frozenset({"wan1"})})
    return next(each for each in found if each.id == item)


@pytest.mark.parametrize(("item", "text", "state"), CASES, ids=[f"{case[0]}-{n}" for n, case in enumerate(CASES)])
def test_a_measure(item: str, text: str, state: HardeningState) -> None:
    found = judged(item, text)
    assert found.state is state, found.found
    assert found.found


def test_what_fortianalyzer_does_without_a_line_is_known_since_6_0() -> None:
    text = HEADER.replace("7.2.3", "5.6.3") + FAZ.format("set reliable enable")
    (firewall,) = parsers.read(text.encode(), "x.conf")
    found = evaluate((load_benchmark("fortigate"),), (firewall,))
    assert next(each.state for each in found if each.id == "FGT-LOG-ENCRYPTION") is UNDECIDED


def test_a_sensor_that_a_fragment_does_not_hold_is_not_judged() -> None:
    fragment = policies(accept('set ips-sensor "s"'))
    found = evaluate((load_benchmark("fortigate"),), parsers.read(fragment.encode(), "x.conf"))
    assert next(each.state for each in found if each.id == "FGT-BOTNET") is UNDECIDED


def test_that_a_fragment_holds_no_policy_says_nothing() -> None:
    fragment = "config system global\nset hostname x\nend\n"
    found = evaluate((load_benchmark("fortigate"),), parsers.read(fragment.encode(), "x.conf"))
    shown = {each.id for each in found if each.state is not UNDECIDED}
    assert shown == {"FGT-HOSTNAME"}


def test_a_secret_is_counted_and_never_shown() -> None:
    found = judged("FGT-PRIVATE-KEY", PSK.format("ENC Q0hFU1NCT0FSRA=="))
    assert "1 in vpn ipsec phase1-interface" in found.found
    assert "Q0hF" not in repr(found)


def test_the_place_of_an_offender_is_its_line() -> None:
    found = judged("FGT-LOG-ALL", policies(accept("set logtraffic all"), accept(name="m")))
    assert found.origin is not None
    assert (found.origin.kind, found.origin.name) == ("firewall policy", "2")


def test_secrets_are_looked_for_in_every_vdom() -> None:
    tunnel = 'config vpn ipsec phase1-interface\nedit "t"\nset interface "wan1"\nset psksecret ENC Q0hFU1NCT0FSRA==\nnext\nend\n'
    text = HEADER.replace("vdom=0", "vdom=1").replace("config system global", "config global\nconfig system global")
    text += "end\nconfig vdom\nedit root\n" + policies(accept()) + "end\nconfig vdom\nedit b\n" + tunnel + "end\n"
    firewalls = parsers.read(text.encode(), "x.conf")
    found = [each for each in evaluate((load_benchmark("fortigate"),), firewalls, {}) if each.id == "FGT-PRIVATE-KEY"]
    assert [(each.device, each.state) for each in found] == [("x/root", PASSED), ("x/b", FAILED)]


VIRTUAL_PATCH = "config firewall local-in-policy{0}\nedit 1\nset intf wan1\n{1}\nnext\nend\n"
ON = "set virtual-patch enable"


@pytest.mark.parametrize(
    ("text", "state"),
    [
        (VIRTUAL_PATCH.format("", ON), PASSED),
        (VIRTUAL_PATCH.format("", ""), FAILED),
        (VIRTUAL_PATCH.format("", ON) + VIRTUAL_PATCH.format("6", ""), FAILED),
        (VIRTUAL_PATCH.format("6", ON), PASSED),
        ("", ABSENT),
    ],
)
def test_local_in_policies_of_both_versions_are_patched(text: str, state: HardeningState) -> None:
    firewalls = parsers.read((HEADER.replace("7.2.3", "7.4.3") + text).encode(), "x.conf")
    found = evaluate((load_benchmark("fortigate"),), firewalls)
    (item,) = [each for each in found if each.id == "FGT-VIRTUAL-PATCH"]
    assert item.state is state
