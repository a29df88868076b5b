"""Two exports of one server that speak of different rules: added where one is partial, said where they contradict."""

import json

import pytest

import parsers
from parsers.model.services import ServiceSet
from parsers.source import Document

DASHES = "-" * 70
KEY = r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy\FirewallRules"


def netsh(name, port, direction="In", action="Allow", enabled="Yes"):
    return f"""
Rule Name:                            {name}
{DASHES}
Enabled:                              {enabled}
Direction:                            {direction}
Profiles:                             Domain,Private,Public
Grouping:
LocalIP:                              Any
RemoteIP:                             Any
Protocol:                             TCP
LocalPort:                            {port if direction == "In" else "Any"}
RemotePort:                           {"Any" if direction == "In" else port}
Edge traversal:                       No
InterfaceTypes:                       Any
Security:                             NotRequired
Rule source:                          Local Setting
Action:                               {action}
"""


def text(*rules):
    return Document("EX01/rules.txt", ("".join(rules) + "Ok.\n").encode())


def registry(*rules):
    lines = "".join(
        f'"{number}"="v2.10|Action=Allow|Active=TRUE|Dir=In|Protocol=6|{rest}|Name=r{number}|"\r\n'
        for number, rest in enumerate(rules)
    )
    data = f"Windows Registry Editor Version 5.00\r\n\r\n[{KEY}]\r\n{lines}".encode("utf-16")
    return Document("EX01/rules.reg", data)


def active(port):
    rule = {
        "Name": "a",
        "InstanceID": "a",
        "DisplayName": "a",
        "Enabled": "True",
        "Profile": "Any",
        "Direction": "Inbound",
        "Action": "Allow",
        "Protocol": ["TCP" if "RPC" in port or "IP" in port else "UDP"],
        "LocalPort": [port],
        "RemotePort": ["Any"],
        "LocalAddress": ["Any"],
        "RemoteAddress": ["Any"],
        "Program": ["Any"],
        "Service": ["Any"],
        "PolicyStoreSourceType": "Local",
    }
    return Document("EX01/rules.json", json.dumps({"store": "ActiveStore", "rules": [rule]}).encode())


def counts(firewall):
    return [sum(not rule.implicit for rule in each.rules) for each in firewall.lists]


def test_a_dump_of_each_direction_makes_one_host():
    inward = Document("EX01-in.txt", text(netsh("a", 25), netsh("b", 80)).data)
    outward = Document("EX01-out.txt", text(netsh("c", 445, "Out", "Block")).data)
    for both in ([inward, outward], [outward, inward]):
        (firewall,) = parsers.read_all(both)
        assert counts(firewall) == [2, 1]
        assert firewall.gaps == ()
        assert any("bound rules were added from the netsh verbose export" in each for each in firewall.assumptions)


def test_a_dump_that_breaks_off_stays_incomplete_when_it_is_added():
    inward = Document("EX01-in.txt", text(netsh("a", 25)).data)
    outward = Document("EX01-out.txt", netsh("c", 445, "Out", "Block").partition("InterfaceTypes")[0].encode())
    (firewall,) = parsers.read_all([inward, outward])
    assert any("breaks off" in gap.what and gap.hides_access for gap in firewall.gaps)


def test_an_open_port_that_the_believed_export_lacks_is_a_gap():
    poorer = text(netsh("mail", 25), netsh("new", 4444))
    for both in ([registry("LPort=25"), poorer], [poorer, registry("LPort=25")]):
        (firewall,) = parsers.read_all(both)
        (gap,) = firewall.gaps
        assert gap.hides_access
        assert "'new'" in gap.what
        assert gap.origin.file == "EX01/rules.txt"


@pytest.mark.parametrize(
    "rule", [netsh("off", 4444, enabled="No"), netsh("less", 4444, action="Block"), netsh("other name", 25)]
)
def test_what_opens_nothing_more_is_no_contradiction(rule):
    (firewall,) = parsers.read_all([registry("LPort=25"), text(netsh("mail", 25), rule)])
    assert firewall.gaps == ()


@pytest.mark.parametrize(
    ("written", "printed"),
    [
        ("LPort=RPC-EPMap", "RPCEPMap"),
        ("LPort=RPC", "RPC"),
        ("LPort2_10=IPTLSIn|LPort2_10=IPHTTPSIn", "IPHTTPSIn"),
    ],
)
def test_keywords_of_every_export_mean_the_same_ports(written, printed):
    (firewall,) = parsers.read_all([registry(written), active(printed)])
    assert firewall.gaps == ()


def test_limits_are_told_in_the_same_words_whatever_the_export():
    limited = registry("LPort=25|IFType=Lan|IFType=RemoteAccess|Security=Authenticate")
    shown = json.loads(active("25").data)
    shown["rules"][0] |= {"InterfaceType": ["Wired, RemoteAccess"], "Authentication": ["Required"], "Protocol": ["TCP"]}
    other = Document("EX01/rules.json", json.dumps(shown).encode())
    ((one,), (two,)) = (parsers.read_all([each])[0].lists[0].rules[:1] for each in (limited, other))
    assert one.conditions == two.conditions
    assert [each.text for each in one.conditions] == [
        "only on interfaces of type LAN, RAS",
        "only for IPsec connections (Authenticate)",
    ]


def test_outbound_rules_alone_leave_the_inbound_ones_open():
    (firewall,) = parsers.read_all([text(netsh("c", 445, "Out", "Block"))])
    (gap,) = firewall.gaps
    assert gap.hides_access
    assert "outbound rules only" in gap.what
    assert [rule.id for rule in firewall.lists[0].rules] == ["unseen rules (block)", "unseen rules (allow)"]


def test_inbound_rules_alone_are_said():
    (firewall,) = parsers.read_all([text(netsh("a", 25))])
    assert firewall.gaps == ()
    assert any("inbound rules only" in each for each in firewall.assumptions)


@pytest.mark.parametrize("documents", [[registry("LPort=25")], [active("RPC")]])
def test_exports_that_no_filter_shortens_hold_both_directions(documents):
    (firewall,) = parsers.read_all(documents)
    assert not any("inbound rules only" in each for each in firewall.assumptions)


POLICY = r"HKEY_LOCAL_MACHINE\SOFTWARE\Policies\Microsoft\WindowsFirewall\FirewallRules"


def policy(file, name, port):
    rule = f'"x"="v2.10|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort={port}|Name={name}|"\r\n'
    return Document(file, f"Windows Registry Editor Version 5.00\r\n\r\n[{POLICY}]\r\n{rule}".encode("utf-16"))


def names(firewall):
    return sorted(rule.name for rule in firewall.lists[0].rules if not rule.implicit)


def test_rules_of_several_group_policies_add_up():
    local, web, desk = text(netsh("local", 25)), policy("a.reg", "web", 443), policy("b.reg", "desk", 3389)
    for three in ([local, web, desk], [desk, local, web]):
        (firewall,) = parsers.read_all(three)
        assert names(firewall) == ["desk", "local", "web"]
        assert firewall.gaps == ()


def test_one_group_policy_given_twice_counts_once():
    (firewall,) = parsers.read_all([text(netsh("local", 25)), policy("a.reg", "web", 443), policy("b.reg", "web", 443)])
    assert names(firewall) == ["local", "web"]


def test_policy_rules_that_netsh_shows_stay_beside_the_file_of_one_policy():
    shown = netsh("more", 8443).replace("Local Setting", "Group Policy Setting")
    (firewall,) = parsers.read_all([text(netsh("local", 25), shown), policy("a.reg", "web", 443)])
    assert names(firewall) == ["local", "more", "web"]
    assert firewall.gaps == ()


HARDENING = KEY.replace("FirewallRules", "RestrictedServices\\Static\\System")
GROUP = r"HKEY_LOCAL_MACHINE\SOFTWARE\Policies\Microsoft\WindowsFirewall\FirewallRules"


def exported(*keys):
    text = "".join(f'[{key}]\r\n"{name}"="v2.10|Active=TRUE|Protocol=6|{rest}"\r\n' for key, name, rest in keys)
    return Document("EX01/rules.reg", f"Windows Registry Editor Version 5.00\r\n\r\n{text}".encode("utf-16"))


def test_service_hardening_that_the_active_store_does_not_list_opens_nothing():
    rules = (
        (KEY, "a", "Action=Allow|Dir=In|LPort=RPC-EPMap|Name=a|"),
        (HARDENING, "b", "Action=Allow|Dir=In|LPort=77|"),
    )
    (firewall,) = parsers.read_all([active("RPCEPMap"), exported(*rules)])
    assert firewall.gaps == ()


def doubled():
    """Two rules of one name, local and of group policy, whose filters differ: the script leaves out what differs."""
    rule = json.loads(active("IP").data)["rules"][0] | {"Protocol": ["TCP"]}
    del rule["LocalPort"]
    both = [rule, rule | {"PolicyStoreSourceType": "GroupPolicy", "DisplayName": "b"}]
    return Document("EX01/rules.json", json.dumps({"store": "ActiveStore", "rules": both}).encode())


def test_rules_of_one_name_in_two_stores_are_completed_from_the_registry():
    rules = ((KEY, "a", "Action=Allow|Dir=In|LPort=80|Name=a|"), (GROUP, "a", "Action=Allow|Dir=In|LPort=81|Name=b|"))
    (firewall,) = parsers.read_all([doubled(), exported(*rules)])
    assert firewall.gaps == ()
    ports = {rule.name: rule.service.certain for rule in firewall.lists[0].rules if not rule.implicit}
    assert ports == {"a": ServiceSet.parse("tcp/80"), "b": ServiceSet.parse("tcp/81")}
    assert any("2 rules are incomplete in the PowerShell active store" in each for each in firewall.assumptions)


@pytest.mark.parametrize("local", ["Action=Block|Dir=In|LPort=80|", "Action=Allow|Dir=Out|RPort=80|"])
def test_a_rule_that_has_changed_since_does_not_complete_the_other(local):
    rules = ((KEY, "a", local), (GROUP, "a", "Action=Allow|Dir=In|LPort=81|Name=b|"))
    (firewall,) = parsers.read_all([doubled(), exported(*rules)])
    assert any("localport" in gap.what for gap in firewall.gaps)
