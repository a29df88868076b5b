"""What profiles, stores and hardening do to the rules: asked of the packet engine, not of the reader."""

from datetime import datetime

import pytest

from auditor.packets import Filter, Flow
from parsers.model.addresses import ANY_ADDRESS, AddressSet
from parsers.model.rule import Direction
from parsers.model.services import ServiceSet
from parsers.source import Document
from parsers.windows import PARSER

LOCAL = r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy"
GROUP = r"HKEY_LOCAL_MACHINE\SOFTWARE\Policies\Microsoft\WindowsFirewall"
ALLOW = "v2.10|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=25|Name=Mail|"


def firewall(keys):
    lines = ["Windows Registry Editor Version 5.00", ""]
    for key, values in keys.items():
        lines.append(f"[{key}]")
        for name, value in values.items():
            lines.append(f'"{name}"=' + (f"dword:{value:x}" if isinstance(value, int) else f'"{value}"'))
    document = Document("EX01.reg", "\r\n".join(lines).encode("utf-16"))
    (found,) = PARSER.read(document)
    return found


def open_port(found, *, profile="public", port="tcp/25", source="198.51.100.7"):
    """(certainly, possibly): does a packet to the port pass?"""
    service = ServiceSet.parse(port)
    flow = Flow(AddressSet.network(source), ANY_ADDRESS, service, ingress=frozenset({profile}))
    allowed = Filter(found, Direction.INBOUND, datetime(2030, 1, 1), [service]).allowed(flow)
    return bool(allowed.certain), bool(allowed.possible)


def rules(*texts, **keys):
    named = {str(number): text for number, text in enumerate(texts)}
    return firewall({f"{LOCAL}\\FirewallRules": named} | keys)


def test_an_allow_rule_opens():
    assert open_port(rules(ALLOW)) == (True, True)
    assert open_port(rules(ALLOW), port="tcp/26") == (False, False)


def test_block_beats_allow():
    assert open_port(rules(ALLOW, ALLOW.replace("Allow", "Block"))) == (False, False)


def test_block_always_beats_every_allow_rule():
    state = {f"{LOCAL}\\PublicProfile": {"EnableFirewall": 1, "DoNotAllowExceptions": 1}}
    assert open_port(rules(ALLOW, **state)) == (False, False)
    assert open_port(rules(ALLOW, **state), profile="domain") == (True, True)


def test_block_always_of_the_local_store_holds_where_group_policy_sets_only_the_default():
    state = {
        f"{LOCAL}\\PublicProfile": {"DoNotAllowExceptions": 1},
        f"{GROUP}\\PublicProfile": {"DefaultInboundAction": 1},
    }
    assert open_port(rules(ALLOW, **state)) == (False, False)
    state[f"{GROUP}\\PublicProfile"]["DoNotAllowExceptions"] = 0
    assert open_port(rules(ALLOW, **state)) == (True, True)


def test_a_profile_that_is_off_lets_everything_in():
    state = {f"{LOCAL}\\PublicProfile": {"EnableFirewall": 0}}
    assert open_port(rules(ALLOW.replace("Allow", "Block"), **state)) == (True, True)


def test_default_allow_still_obeys_block_rules():
    state = {f"{LOCAL}\\PublicProfile": {"DefaultInboundAction": 0}}
    assert open_port(rules(ALLOW.replace("Allow", "Block"), **state)) == (False, False)
    assert open_port(rules(ALLOW.replace("Allow", "Block"), **state), port="tcp/26") == (True, True)


def test_rules_nobody_has_seen_open_nothing_certainly_and_anything_possibly():
    state = firewall({f"{LOCAL}\\PublicProfile": {"EnableFirewall": 1}})
    assert open_port(state) == (False, True)
    assert any(gap.hides_access for gap in state.gaps)


def test_unseen_local_rules_may_also_block_what_group_policy_allows():
    assert open_port(firewall({f"{GROUP}\\FirewallRules": {"G": ALLOW}})) == (False, True)


def test_unseen_local_rules_do_not_matter_where_merging_is_off():
    names = ("DomainProfile", "PrivateProfile", "PublicProfile")
    keys = {f"{GROUP}\\{name}": {"AllowLocalPolicyMerge": 0} for name in names}
    found = firewall(keys | {f"{GROUP}\\FirewallRules": {"G": ALLOW}})
    assert found.gaps == ()
    assert open_port(found) == (True, True)
    assert open_port(found, port="tcp/26") == (False, False)


@pytest.mark.parametrize(
    "key", ["AppPkgId=S-1-15-2-1", "TTK2_22=WFDPrint", "Novel=1", "IF={G}", "Security=Authenticate"]
)
def test_conditions_make_an_allow_possible_and_a_block_uncertain(key):
    limited = ALLOW.replace("Name=", f"{key}|Name=")
    assert open_port(rules(limited)) == (False, True)
    assert open_port(rules(ALLOW, limited.replace("Allow", "Block"))) == (False, True)


def test_a_key_of_one_family_matches_that_family_only():
    rule = ALLOW.replace("Name=", "RA4=0.0.0.0-255.255.255.255|Name=")
    assert open_port(rules(rule)) == (True, True)
    assert open_port(rules(rule), source="2001:db8::1") == (False, False)
    subnet = ALLOW.replace("Name=", "RA6=LocalSubnet|Name=")
    assert open_port(rules(subnet), source="10.0.0.1") == (False, False)
    assert open_port(rules(subnet), source="fe80::1") == (False, True)


HARDENING = f"{LOCAL}\\RestrictedServices\\Static\\System"
BLOCKED = "V2.0|Action=Block|Dir=in|App=%windir%\\System32\\svchost.exe|Svc=HidServ|Name=Block any traffic|"


def test_hardening_of_one_service_closes_nothing_for_others():
    found = rules(ALLOW, **{HARDENING: {"S": BLOCKED}})
    assert open_port(found) == (True, True)
    assert [each.kind for each in found.objects] == ["service hardening rule"]
    assert any("Service hardening" in each for each in found.assumptions)


def test_a_rule_for_a_hardened_service_is_uncertain():
    rule = ALLOW.replace("Name=", "Svc=hidserv|Name=")
    found = rules(rule, **{HARDENING: {"S": BLOCKED}})
    assert open_port(found) == (False, True)
    listed = BLOCKED.replace("Block|", "Allow|").replace("Svc=", "LPort=25|Protocol=6|Svc=")
    assert open_port(rules(rule, **{HARDENING: {"S": BLOCKED, "T": listed}})) == (True, True)


def test_hardening_names_a_port_by_number_or_keyword():
    rule = ALLOW.replace("LPort=25|", "LPort=RPC-EPMap|Svc=RPCSS|")
    listed = BLOCKED.replace("Block|", "Allow|").replace("Svc=HidServ", "LPort=135|Protocol=6|Svc=RPCSS")
    keys = {HARDENING: {"S": BLOCKED.replace("HidServ", "RPCSS"), "T": listed}}
    assert open_port(rules(rule, **keys), port="tcp/135") == (True, True)


@pytest.mark.parametrize("text", ["LPort=25", "RPort=25", "ICMP4=8:*"])
def test_ports_without_a_protocol_are_a_rule_that_windows_refuses(text):
    rule = f"v2.10|Action=Allow|Active=TRUE|Dir=In|{text}|Name=Odd|"
    assert open_port(rules(rule), port="tcp/26") == (False, True)
    assert open_port(rules(ALLOW, rule.replace("Allow", "Block"))) == (False, True)


@pytest.mark.parametrize("key", ["IFType=Lan|IFType=Wireless|IFType=RemoteAccess", "Security=NotRequired"])
def test_keys_that_name_everything_limit_nothing(key):
    assert open_port(rules(ALLOW.replace("Name=", f"{key}|Name="))) == (True, True)


@pytest.mark.parametrize("source", ["198.51.100.7", "fe80::1"])
def test_devices_found_at_run_time_may_be_of_either_family(source):
    rule = ALLOW.replace("Name=", "RA42=Ply2Renders|RA62=Ply2Renders|Name=")
    assert open_port(rules(rule), source=source) == (False, True)


def test_broken_rule_strings_are_gaps_that_hide_access():
    found = rules("garbage", ALLOW)
    assert [gap.hides_access for gap in found.gaps] == [True]
    assert open_port(found) == (True, True)


def test_an_unknown_port_keyword_is_possible_everywhere():
    found = rules(ALLOW.replace("25", "Novel"))
    assert open_port(found, port="tcp/4000") == (False, True)
    assert found.gaps


BYPASS = ALLOW.replace("Allow", "ByPass") + "Security=Authenticate|"


def test_an_authenticated_bypass_is_possible_even_where_a_rule_blocks():
    assert open_port(rules(BYPASS, ALLOW.replace("Allow", "Block"))) == (False, True)


def test_an_authenticated_bypass_does_not_count_where_a_profile_blocks_everything():
    state = {f"{LOCAL}\\PublicProfile": {"EnableFirewall": 1, "DoNotAllowExceptions": 1}}
    assert open_port(rules(BYPASS, **state)) == (False, False)
    assert open_port(rules(BYPASS, **state), profile="domain") == (False, True)


def test_a_local_rule_that_a_policy_silences_says_why():
    state = {
        f"{GROUP}\\{each}": {"AllowLocalPolicyMerge": 0}
        for each in ("DomainProfile", "PrivateProfile", "PublicProfile")
    }
    found = rules(ALLOW, **state)
    (rule,) = (rule for rule in found.lists[0].rules if not rule.implicit)
    assert not rule.enabled
    assert [condition.text for condition in rule.conditions] == ["not where a policy turns local rules off"]


def test_a_host_has_its_three_profiles_and_no_other_interface():
    state = {
        f"{LOCAL}\\{each}": {"DoNotAllowExceptions": 1}
        for each in ("DomainProfile", "StandardProfile", "PublicProfile")
    }
    filter_ = Filter(rules(ALLOW, **state), Direction.INBOUND, datetime(2030, 1, 1))
    assert [hidden.rule.name for hidden in filter_.hidden()] == ["Mail"]


def test_an_interface_that_a_profile_leaves_alone_may_pass_everything():
    excluded = {"EnableFirewall": 1, "DisabledInterfaces": "{11111111-2222-3333-4444-555555555555}"}
    found = firewall({f"{LOCAL}\\PublicProfile": excluded, f"{LOCAL}\\FirewallRules": {"A": ALLOW}})
    assert open_port(found, port="tcp/3389") == (False, True)
    assert open_port(found, port="tcp/3389", profile="domain") == (False, False)
    assert open_port(found) == (True, True)
