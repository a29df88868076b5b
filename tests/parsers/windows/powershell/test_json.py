"""Get-NetFirewallRule as JSON: numbers and words, joined filters, what depth 2 and missing joins lose."""

import json

import pytest

import parsers
from parsers.errors import UnreadableError
from parsers.model.rule import Scope, ScopeKind
from parsers.source import Document
from parsers.windows import powershell

RULE = {
    "Name": "MAIL-IN",
    "InstanceID": "MAIL-IN",
    "DisplayName": "Mail",
    "DisplayGroup": "Exchange",
    "Enabled": 1,
    "Profile": 3,
    "Direction": 1,
    "Action": 2,
    "EdgeTraversalPolicy": 3,
    "PolicyStoreSource": "PersistentStore",
    "PolicyStoreSourceType": 1,
}
PORTS = {"InstanceID": "MAIL-IN", "Protocol": "TCP", "LocalPort": ["25", "587"], "RemotePort": "Any", "IcmpType": "Any"}
ADDRESSES = {"InstanceID": "MAIL-IN", "LocalAddress": "Any", "RemoteAddress": ["10.0.0.0/255.0.0.0", "LocalSubnet"]}
PROGRAM = {"InstanceID": "MAIL-IN", "Program": "C:\\edge.exe", "Package": None}
SERVICE = {"InstanceID": "MAIL-IN", "Service": "Any"}
FLAT = {**RULE, **PORTS, **ADDRESSES, **PROGRAM, **SERVICE}


def read(content, *, encoding="utf-8", pad=""):
    document = Document("EX01.json", (json.dumps(content, indent=1) + pad).encode(encoding))
    assert powershell.recognises(document)
    return powershell.read(document)


def one(**changes):
    (rule,) = read([{**FLAT, **changes}]).rules
    return rule


def test_rule_with_its_filters_as_properties():
    rule = one()
    assert (rule.id, rule.name, rule.group, rule.enabled) == ("MAIL-IN", "Mail", "Exchange", True)
    assert (rule.direction, rule.action, rule.profiles) == ("in", "allow", {"domain", "private"})
    assert (rule.protocol, rule.local_ports, rule.remote_ports) == (6, ("25", "587"), ())
    assert rule.remote_addresses == ("10.0.0.0/255.0.0.0", "LocalSubnet")
    assert rule.program == Scope(ScopeKind.NAMED, "C:\\edge.exe")
    assert rule.service == Scope()
    assert (rule.edge, rule.store, rule.conditions, rule.unread) == ("defer to application", "local", (), ())


@pytest.mark.parametrize(
    "content",
    [
        [RULE, PORTS, ADDRESSES, PROGRAM, SERVICE],
        {"rules": [RULE], "filters": [PORTS, ADDRESSES], "more": {"programs": [PROGRAM], "services": [SERVICE]}},
        {"value": [RULE, PORTS, ADDRESSES, PROGRAM, SERVICE], "Count": 5},
        [{**RULE, "PortFilter": PORTS, "AddressFilter": ADDRESSES, "App": PROGRAM, "Services": SERVICE, **SERVICE}],
    ],
)
def test_filters_as_objects_of_their_own_give_the_same_rule(content):
    (rule,) = read(content).rules
    assert rule == one()


@pytest.mark.parametrize("name", ["DynamicTarget", "DynamicTransport"])
def test_a_keyword_of_a_filter_of_its_own_limits_the_rule(name):
    (rule,) = read([RULE, {**PORTS, name: "WifiDirectDisplay"}, ADDRESSES, PROGRAM, SERVICE]).rules
    assert rule.conditions == (("trust-tuple", "only for connections of kind WifiDirectDisplay"),)


def test_words_instead_of_numbers():
    words = {"Enabled": "True", "Profile": "Domain, Private", "Direction": "Inbound", "Action": "Allow"}
    assert one(**words, EdgeTraversalPolicy="DeferToApp", PolicyStoreSourceType="Local") == one()


@pytest.mark.parametrize(("value", "meaning"), [(1, True), (2, False), ("False", False), (True, True), (None, None)])
def test_enabled(value, meaning):
    assert one(Enabled=value).enabled is meaning


@pytest.mark.parametrize(
    ("value", "meaning"),
    [(0, None), (4, {"public"}), (7, None), ("Any", None), ("Public", {"public"}), (2147483647, None)],
)
def test_profile(value, meaning):
    assert one(Profile=value).profiles == meaning


def test_unknown_words_are_said():
    assert one(Profile="Guest").unread == ("Profile=Guest",)
    assert one(Direction=9, Action="Maybe").unread == ("Direction=9", "Action=Maybe")
    assert one(Protocol="QUIC").unread == ("Protocol=QUIC",)


def test_single_values_are_no_lists():
    rule = one(LocalPort="443", RemoteAddress="192.0.2.7")
    assert (rule.local_ports, rule.remote_addresses) == (("443",), ("192.0.2.7",))
    assert one(LocalPort="25 587").local_ports == ("25", "587")
    assert one(LocalPort=443).local_ports == ("443",)


@pytest.mark.parametrize(
    ("direction", "left_out", "unread"),
    [
        ("Inbound", "LocalPort", ("localport is not in the export",)),
        ("Outbound", "RemotePort", ("remoteport is not in the export",)),
        ("Inbound", "RemotePort", ()),
    ],
)
def test_the_destination_port_is_not_any_port_where_it_is_not_in_the_export(direction, left_out, unread):
    rule = {name: value for name, value in FLAT.items() if name != left_out}
    assert read([{**rule, "Direction": direction}]).rules[0].unread == unread


def test_profiles_that_are_not_in_the_export_are_not_all_of_them():
    rule = {name: value for name, value in FLAT.items() if name != "Profile"}
    assert read([rule]).rules[0].unread == ("the profiles are not in the export",)


@pytest.mark.parametrize("behind", [True, False])
def test_the_name_of_the_store_may_stand_behind_the_rules(behind):
    rules = [{**FLAT, "Name": f"r{number}", "InstanceID": f"r{number}"} for number in range(20)]
    content = {"rules": rules, "store": "ActiveStore"} if behind else {"store": "ActiveStore", "rules": rules}
    host = read(content)
    assert (host.format, host.richness) == ("PowerShell active store", 4)


@pytest.mark.parametrize("lost", ["System.String[]", "System.Object[]", "{25, 587, 80...}", ["System.String[]"]])
def test_lists_that_the_export_lost_are_unknown_not_any(lost):
    rule = one(LocalPort=lost)
    assert rule.local_ports == ()
    assert rule.unread == ("localport is a list that the export does not show",)


def test_no_filters_at_all():
    host = read([RULE])
    (rule,) = host.rules
    assert rule.unread == (
        "protocol and ports are not in the export",
        "remoteaddress is not in the export",
        "localaddress is not in the export",
    )
    assert rule.program.kind is rule.service.kind is ScopeKind.UNKNOWN
    assert host.richness == 0
    assert any("collect.ps1" in note for note in host.notes)


def test_ports_without_programs_are_no_richer_than_netsh():
    assert read([{**RULE, **PORTS, **ADDRESSES}]).richness == 1


def test_numbers_that_are_none():
    assert one(Profile="²").unread == ("Profile=²",)
    assert one(Protocol="ICMPv4", IcmpType="²").unread == ("IcmpType=²",)
    with pytest.raises(UnreadableError, match="endless numbers"):
        powershell.read(Document("x.json", b'[{"DisplayName": "x", "Direction": ' + b"9" * 5000 + b"}]"))


def test_nul_padding():
    document = Document("EX01.json", json.dumps([FLAT]).replace('"DisplayName"', '\0\0 "DisplayName"').encode())
    assert powershell.read(document).rules == read([FLAT]).rules


def test_utf16_with_bom():
    assert read([FLAT], encoding="utf-16").rules == read([FLAT]).rules


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"InterfaceAlias": "Ethernet 2"}, "interface"),
        ({"InterfaceType": "Wireless"}, "interface-type"),
        ({"Authentication": "Required"}, "ipsec"),
        ({"Encryption": "Required"}, "ipsec"),
        ({"RemoteMachine": "O:LSD:(A;;CC;;;AU)"}, "identity"),
        ({"LocalUser": "O:LSD:(A;;CC;;;AU)"}, "identity"),
        ({"Owner": "S-1-5-21-1"}, "identity"),
        ({"Package": "S-1-15-2-1"}, "package"),
        ({"PolicyAppId": "x"}, "package"),
        ({"DynamicTarget": "WifiDirectPrinter"}, "trust-tuple"),
        ({"Platform": ["10.0+"]}, "platform"),
        ({"RemoteDynamicKeywordAddresses": ["{11111111-1111-1111-1111-111111111111}"]}, "address"),
    ],
)
def test_limits_become_conditions(change, kind):
    assert [each for each, _ in one(**change).conditions] == [kind]


def test_values_that_do_not_limit():
    nothing = {
        "InterfaceAlias": "Any",
        "InterfaceType": 0,
        "Authentication": "NotRequired",
        "Encryption": 0,
        "LocalUser": "Any",
        "RemoteUser": ["Any"],
        "DynamicTarget": 0,
        "Platform": ["6.1+"],
        "RemoteDynamicKeywordAddresses": [],
        "Owner": "",
    }
    assert one(**nothing).conditions == ()


def test_dynamic_keywords_replace_the_addresses():
    assert one(RemoteDynamicKeywordAddresses=["{g}"]).remote_addresses == ()


def test_authenticated_bypass():
    assert one(OverrideBlockRules="True", Authentication="Required").action == "bypass"


def test_icmp():
    rule = one(Protocol="ICMPv4", LocalPort="Any", IcmpType=["8", "3:4", "11:*"])
    assert (rule.protocol, rule.icmp) == (1, ((8, None), (3, 4), (11, None)))


def test_active_store_of_the_collection_script():
    host = read({"store": "ActiveStore", "rules": [FLAT]})
    assert (host.richness, host.format) == (4, "PowerShell active store")
    assert set(host.stores) >= {"local", "gpo", "hardening"}


def test_local_store_says_that_group_policy_may_be_missing():
    host = read([FLAT])
    assert (host.richness, host.stores) == (3, ("local",))
    assert any("-PolicyStore ActiveStore" in note for note in host.notes)


def test_filters_that_are_not_there_are_said():
    said = [note for note in read([FLAT]).notes if "open at most" in note]
    assert ["interfaces, interface types, security" in note for note in said] == [True]
    whole = FLAT | {"InterfaceAlias": "Any", "InterfaceType": "Any", "Authentication": "NotRequired"}
    assert not [note for note in read([whole]).notes if "open at most" in note]


def test_stores():
    group = {"PolicyStoreSource": "corp.example\\Servers", "PolicyStoreSourceType": 2}
    static = {"PolicyStoreSource": "StaticServiceStore", "PolicyStoreSourceType": 1}
    assert one(**group).store == "gpo"
    assert one(**static).store == "hardening"
    assert one(PolicyStoreSourceType="GroupPolicy").store == "gpo"
    assert one(PolicyStoreSource="MDM", PolicyStoreSourceType=6).store == "mdm"


def test_two_filters_of_one_name_are_doubtful():
    host = read([RULE, {**RULE, "PolicyStoreSourceType": 2}, PORTS, {**PORTS, "LocalPort": "80"}, ADDRESSES, PROGRAM])
    assert [rule.id for rule in host.rules] == ["MAIL-IN", "MAIL-IN (2)"]
    assert all("several filters with the same InstanceID" in rule.unread for rule in host.rules)


def test_profiles():
    content = {
        "Name": "Public",
        "Enabled": 1,
        "DefaultInboundAction": 4,
        "DefaultOutboundAction": 2,
        "AllowInboundRules": 0,
        "AllowLocalFirewallRules": "False",
        "NotifyOnListen": "False",
        "LogBlocked": "True",
        "LogMaxSizeKilobytes": 16384,
        "InstanceID": "MSFT|FW|FirewallProfile|Public",
    }
    (state,) = read([content]).profiles
    assert (state.profile, state.enabled, state.inbound, state.outbound) == ("public", True, "block always", "allow")
    assert state.merge_local is False
    assert ("DisableNotifications", "1") in state.values
    assert ("Logging/LogDroppedPackets", "1") in state.values
    assert ("Logging/LogFileSize", "16384") in state.values


@pytest.mark.parametrize("word", [2, "NotConfigured"])
def test_what_a_profile_leaves_open_is_not_no(word):
    """Every boolean of a stock profile is NotConfigured, which JSON writes as 2: nothing is off or shielded."""
    names = ("Enabled", "AllowInboundRules", "AllowLocalFirewallRules", "NotifyOnListen", "LogBlocked")
    stock = {"Name": "Public", "DefaultInboundAction": 0, "DefaultOutboundAction": 0, "InstanceID": "x|Public"}
    (state,) = read([stock | dict.fromkeys(names, word)]).profiles
    assert (state.enabled, state.inbound, state.outbound, state.merge_local) == (None, None, None, None)
    assert state.values == ()


@pytest.mark.parametrize(
    ("value", "names"),
    [
        ("NotConfigured", ""),
        (["NotConfigured"], ""),
        ([], ""),
        (None, ""),
        ("System.String[]", ""),
        (["vEthernet (WSL)", "Ethernet 2"], "vEthernet (WSL), Ethernet 2"),
        ("Ethernet", "Ethernet"),
    ],
)
def test_interfaces_on_which_a_profile_switches_the_firewall_off(value, names):
    content = {"Name": "Public", "Enabled": 1, "DefaultInboundAction": 4, "DisabledInterfaceAliases": value}
    (state,) = read([content | {"InstanceID": "MSFT|FW|FirewallProfile|Public"}]).profiles
    assert state.excluded == names


def test_filters_without_rules_are_refused():
    with pytest.raises(UnreadableError, match="without their rules"):
        read([PORTS, PORTS])


@pytest.mark.parametrize(
    "text", ['[{"DisplayName": "x", "Direction": 1,', '[{"InstanceID": 1, "Direction":' + "[" * 100_000]
)
def test_broken_json(text):
    with pytest.raises(UnreadableError, match="JSON"):
        powershell.read(Document("x.json", text.encode()))


@pytest.mark.parametrize("text", ['{"hosts": []}', "[1, 2]", '{"DisplayName": "x"}', "config firewall policy", ""])
def test_other_files_are_not_taken(text):
    assert not powershell.recognises(Document("x", text.encode()))


def test_objects_one_after_another():
    """`Get-NetFirewallRule | ForEach-Object { ConvertTo-Json $_ }` writes no list around them."""
    rule = {"InstanceID": "r", "DisplayName": "Web", "Direction": 1, "Action": 2, "Enabled": 1, "Profile": 0}
    ports = {"InstanceID": "r", "Protocol": "TCP", "LocalPort": "443", "RemotePort": "Any"}
    text = "\r\n".join(json.dumps(each, indent=2) for each in (rule, ports))
    (firewall,) = parsers.read(text.encode("utf-16"), "EX01.json")
    (found,) = (each for each in firewall.lists[0].rules if not each.implicit)
    assert found.service.possible.text() == "tcp/443"


@pytest.mark.parametrize("end", [" x", "\n{", " ]"])
def test_something_else_behind_the_objects_is_broken(end):
    text = json.dumps([{"InstanceID": "r", "DisplayName": "Web", "Direction": 1, "Action": 2, "Enabled": 1}]) + end
    with pytest.raises(UnreadableError, match="broken JSON"):
        parsers.read(text.encode(), "EX01.json")
