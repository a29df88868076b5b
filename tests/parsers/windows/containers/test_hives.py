"""Hives: .wfw exports, SYSTEM and SOFTWARE hives, and damaged ones."""

import struct
import time

import pytest

import parsers
from parsers.errors import UnreadableError
from parsers.source import Document
from parsers.windows import containers

RULE = "v2.10|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=25|Name=Mail|"
BLOCK = "v2.10|Action=Block|Active=TRUE|Dir=In|Protocol=6|LPort=135|Name=No RPC|"


def read(data: bytes, name: str = "EX01.wfw"):
    document = Document(name, data)
    assert containers.recognises(document)
    return containers.read(document)


def system(policy, *, current=1, **other):
    services = {"SharedAccess": {"Parameters": {"FirewallPolicy": policy}, **other}}
    return {"Select": {"Current": current}, f"ControlSet{current:03d}": {"Services": services}}


def test_wfw_rules_and_profiles(hive):
    host = read(
        hive(
            {
                "PolicyVersion": 0x20A,
                "FirewallRules": {"A": RULE, "B": BLOCK},
                "DomainProfile": {"EnableFirewall": 1, "Logging": {"LogFileSize": 4096}},
                "StandardProfile": {"EnableFirewall": 0, "DefaultOutboundAction": 1},
                "PublicProfile": {"EnableFirewall": 1, "DoNotAllowExceptions": 1},
            }
        )
    )
    assert [(rule.id, rule.name, rule.action, rule.local_ports) for rule in host.rules] == [
        ("A", "Mail", "allow", ("25",)),
        ("B", "No RPC", "block", ("135",)),
    ]
    states = {each.profile: each for each in host.profiles}
    assert states["domain"].enabled is True
    assert states["domain"].values == (("Logging/LogFileSize", "4096"),)
    # StandardProfile is the private profile.
    assert (states["private"].enabled, states["private"].outbound) == (False, "block")
    assert states["public"].shielded is True
    assert (host.name, host.version, host.stores, host.richness) == ("EX01", "policy schema 2.10", ("local",), 3)


def test_defaults_of_absent_profile_values(hive):
    host = read(hive({"DomainProfile": {"EnableFirewall": 1}, "FirewallRules": {}}))
    assert (host.profiles[0].inbound, host.profiles[0].outbound) == ("block", "allow")


def test_wfw_without_a_rules_key_says_nothing_of_rules(hive):
    host = read(hive({"DomainProfile": {"EnableFirewall": 1}}))
    assert (host.rules, host.richness, host.stores) == ((), 0, ())


def test_merge_off_means_nothing_in_the_local_store(hive):
    host = read(hive({"PublicProfile": {"EnableFirewall": 1, "AllowLocalPolicyMerge": 0}}))
    assert host.profiles[0].merge_local is None
    assert ("AllowLocalPolicyMerge", "0") in host.profiles[0].values


def test_value_over_16_kilobytes(hive):
    addresses = "".join(f"RA4=10.{i >> 8}.{i & 255}.1|" for i in range(1500))
    host = read(hive({"FirewallRules": {"long": f"v2.10|Action=Allow|Active=TRUE|Dir=In|{addresses}Name=Long|"}}))
    assert len(host.rules[0].remote_addresses) == 1500
    assert host.rules[0].name == "Long"


def test_system_hive_takes_the_control_set_in_use_and_no_defaults(hive):
    tree = system(
        {"FirewallRules": {"A": RULE}}, current=2, Defaults={"FirewallPolicy": {"FirewallRules": {"D": BLOCK}}}
    )
    tree |= {"ControlSet001": system({"FirewallRules": {"OLD": BLOCK}})["ControlSet001"]}
    tree["ControlSet002"]["Control"] = {"ComputerName": {"ComputerName": {"ComputerName": "EX-MBX01"}}}
    host = read(hive(tree), "SYSTEM")
    assert [rule.id for rule in host.rules] == ["A"]
    assert host.name == "EX-MBX01"
    assert any("ControlSet002" in note for note in host.notes)


def test_system_hive_stores_are_labelled(hive):
    rules = {
        "FirewallRules": {"A": RULE},
        "RestrictedServices": {
            "Static": {"System": {"S": "V2.0|Action=Block|Dir=in|App=%windir%\\x.exe|Svc=HidServ|Name=Hid|"}},
            "Configurable": {"System": {"C": "V2.0|Action=Block|Dir=out|Svc=X|Active=FALSE|Name=X|"}},
            "AppIso": {"FirewallRules": {"P": "v2.20|Action=Allow|Active=TRUE|Dir=In|AppPkgId=S-1-15-2-1|Name=P|"}},
        },
        "Mdm": {"FirewallRules": {"M": RULE}},
    }
    host = read(hive(system(rules)), "SYSTEM")
    assert {rule.id: (rule.store, rule.enabled) for rule in host.rules} == {
        "A": ("local", True),
        "hardening/S": ("hardening", True),  # the static set omits Active and applies
        "hardening/C": ("hardening", False),
        "appiso/P": ("appiso", True),
        "mdm/M": ("mdm", True),
    }


def test_software_hive_is_group_policy(hive):
    policy = {"FirewallRules": {"G": RULE}, "PublicProfile": {"AllowLocalPolicyMerge": 0}}
    host = read(hive({"Policies": {"Microsoft": {"WindowsFirewall": policy}}}), "SOFTWARE")
    assert [(rule.id, rule.store) for rule in host.rules] == [("gpo/G", "gpo")]
    assert host.profiles[0].merge_local is False
    assert host.profiles[0].inbound is None  # what a policy does not set, it leaves


def test_connection_security_rules_are_no_firewall_rules(hive):
    consec = "v2.10|Action=Boundary|Active=TRUE|EP1Port=445|Auth1Set={A}|Name=IPsec|"
    host = read(hive({"FirewallRules": {"A": RULE, "I": consec}, "ConSecRules": {"J": consec}}))
    assert [rule.id for rule in host.rules] == ["A"]
    assert any("connection security" in note for note in host.notes)


def test_authentication_sets_are_never_read(hive):
    data = hive({"FirewallRules": {"A": RULE}, "Phase1AuthenticationSets": {"{P}": {"0": "PreSharedKey=hunter2"}}})
    assert "hunter2" not in repr(read(data))


def test_broken_characters_make_a_rule_uncertain(hive):
    raw = RULE.encode("utf-16-le").replace("M".encode("utf-16-le"), b"\x00\xd8", 1)
    host = read(hive({"FirewallRules": {"A": (1, raw)}}))
    assert host.rules[0].unread == ("damaged characters",)
    assert host.gaps[0].hides_access


def test_value_that_is_no_rule_string_is_a_gap(hive):
    host = read(hive({"FirewallRules": {"A": "something", "N": 7, "B": RULE}}))
    assert [rule.id for rule in host.rules] == ["B"]
    assert [gap.hides_access for gap in host.gaps] == [True, True]


def test_hive_in_use_is_said(hive):
    host = read(hive({"FirewallRules": {"A": RULE}}, sequence=2))
    assert any("log files" in note for note in host.notes)


@pytest.mark.parametrize("cut", [5, 600, 4096, 4200, -4096, -1])
def test_truncated_hive(hive, cut):
    data = hive({"FirewallRules": {f"R{i}": RULE for i in range(40)}})
    with pytest.raises(UnreadableError, match="damaged or cut off"):
        read(data[:cut])


def test_hive_without_firewall_policy(hive):
    with pytest.raises(UnreadableError, match="without a firewall policy"):
        read(hive({"Software": {"Vendor": {"x": 1}}}))


def test_system_hive_without_select(hive):
    with pytest.raises(UnreadableError, match="Select"):
        read(hive({"Select": {}, "ControlSet001": {}}))


def test_key_that_claims_endless_values(writer):
    value = writer.value("A", RULE)
    rules = writer.nk("FirewallRules", 0, 0xFFFFFFFF, 0x7FFFFFFF, writer.cell(struct.pack("<I", value)))
    keys = writer.cell(b"lf" + struct.pack("<HI4s", 1, rules, b"Fire"))
    with pytest.raises(UnreadableError, match="claims"):
        read(writer.hive(writer.nk("ROOT", 1, keys, 0, 0xFFFFFFFF)))


def test_many_values_that_share_one_huge_text_stay_within_bounds(writer):
    raw = ("v2.10|Action=Allow|Active=TRUE|Dir=In|Desc=" + "x" * 1_500_000 + "|").encode("utf-16-le")
    value = writer.value("A", (1, raw))
    rules = writer.nk("FirewallRules", 0, 0xFFFFFFFF, 5000, writer.cell(struct.pack("<5000I", *[value] * 5000)))
    keys = writer.cell(b"lf" + struct.pack("<HI4s", 1, rules, b"Fire"))
    begun = time.monotonic()
    with pytest.raises(UnreadableError, match="larger than the hive"):
        read(writer.hive(writer.nk("ROOT", 1, keys, 0, 0xFFFFFFFF)))
    assert time.monotonic() - begun < 3


def test_value_that_claims_gigabytes(writer):
    value = writer.vk("A", 1, 0x7FFFFFF0, writer.cell(b"db" + struct.pack("<HI", 1, 32)))
    rules = writer.nk("FirewallRules", 0, 0xFFFFFFFF, 1, writer.cell(struct.pack("<I", value)))
    keys = writer.cell(b"lf" + struct.pack("<HI4s", 1, rules, b"Fire"))
    with pytest.raises(UnreadableError, match="damaged"):
        read(writer.hive(writer.nk("ROOT", 1, keys, 0, 0xFFFFFFFF)))


def test_subkey_lists_that_contain_themselves(writer):
    place = 32 + len(writer.cells)
    writer.cell(b"ri" + struct.pack("<HI", 1, place))
    with pytest.raises(UnreadableError, match="damaged"):
        read(writer.hive(writer.nk("ROOT", 1, place, 0, 0xFFFFFFFF)))


def test_subkey_lists_that_multiply(writer):
    leaf = writer.nk("x", 0, 0xFFFFFFFF, 0, 0xFFFFFFFF)
    level = writer.cell(b"lf" + struct.pack("<H", 2000) + struct.pack("<I4s", leaf, b"x\0\0\0") * 2000)
    for _ in range(3):
        level = writer.cell(b"ri" + struct.pack("<H", 2000) + struct.pack("<I", level) * 2000)
    begun = time.monotonic()
    with pytest.raises(UnreadableError, match="subkeys"):
        read(writer.hive(writer.nk("ROOT", 1, level, 0, 0xFFFFFFFF)))
    assert time.monotonic() - begun < 5


@pytest.mark.parametrize(("sequence", "dirty"), [(1, False), (2, True)])
def test_a_hive_copied_while_in_use_says_that_changes_may_be_missing(writer, sequence, dirty):
    data = writer.hive(writer.key("ROOT", {"FirewallRules": {"A": RULE}}), sequence=sequence)
    host = read(data)
    assert any("newest changes" in note and "reg save" in note for note in host.notes) is dirty


def test_a_transaction_log_beside_a_hive_is_no_hive(hive):
    log = bytearray(hive({})[:512])
    log[0x1C:0x20] = (6).to_bytes(4, "little")
    document = Document("SYSTEM.LOG1", bytes(log))
    assert not containers.recognises(document)
    with pytest.raises(UnreadableError, match="a transaction log of a registry hive: give the hive itself"):
        parsers.read(document.data, document.name)


def test_interfaces_on_which_the_firewall_is_off(hive):
    host = read(
        hive({"PublicProfile": {"EnableFirewall": 1, "DisabledInterfaces": "{11111111-2222-3333-4444-555555555555}"}})
    )
    assert host.profiles[0].excluded == "{11111111-2222-3333-4444-555555555555}"


@pytest.mark.parametrize(("start", "severe"), [(4, True), (2, False)])
def test_a_disabled_service_of_the_firewall_is_a_gap(hive, start, severe):
    tree = system({"FirewallRules": {"A": RULE}})
    tree["ControlSet001"]["Services"]["MpsSvc"] = {"Start": start}
    host = read(hive(tree), "SYSTEM")
    assert [(gap.origin.name, gap.hides_access) for gap in host.gaps] == [("MpsSvc", True)] * severe


def test_exceptions_of_administrative_templates_in_a_software_hive(hive):
    exceptions = {"GloballyOpenPorts": {"List": {"3389:TCP": "3389:TCP:*:enabled:RDP"}}}
    tree = {"Policies": {"Microsoft": {"WindowsFirewall": {"DomainProfile": {"EnableFirewall": 1} | exceptions}}}}
    (rule,) = read(hive(tree), "SOFTWARE").rules
    assert (rule.name, rule.local_ports, rule.profiles, rule.store) == ("RDP", ("3389",), {"domain"}, "gpo exceptions")
