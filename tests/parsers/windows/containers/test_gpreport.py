"""Group policy reports: namespaces by local name, profile values, what a report loses."""

import pytest

from parsers.errors import UnreadableError
from parsers.source import Document
from parsers.windows import containers

SPACE = "http://www.microsoft.com/GroupPolicy/Settings/WindowsFirewall"
RULE = (
    "<q3:Version>2.28</q3:Version><q3:Action>Allow</q3:Action><q3:Name>Mail</q3:Name><q3:Dir>In</q3:Dir>"
    "<q3:App>System</q3:App><q3:LPort>25</q3:LPort><q3:LPort>587</q3:LPort><q3:Protocol>6</q3:Protocol>"
    "<q3:Active>true</q3:Active>"
)


def report(inner, *, prefix="q3", encoding="utf-16"):
    text = (
        f'<?xml version="1.0" encoding="{encoding}"?>\r\n<GPO xmlns="http://www.microsoft.com/GroupPolicy/Settings">'
        f'<Name>Server policy</Name><Computer><ExtensionData><Extension xmlns:q3="{SPACE}">{inner}</Extension>'
        "<Name>Windows Firewall</Name></ExtensionData></Computer></GPO>"
    )
    return Document("gpreport.xml", text.replace("q3", prefix).encode(encoding))


def read(inner, **options):
    document = report(inner, **options)
    assert containers.recognises(document)
    return containers.read(document)


@pytest.mark.parametrize(("prefix", "encoding"), [("q3", "utf-16"), ("q17", "utf-8")])
def test_rules_by_local_name(prefix, encoding):
    host = read(f"<q3:InboundFirewallRules>{RULE}</q3:InboundFirewallRules>", prefix=prefix, encoding=encoding)
    (rule,) = host.rules
    assert (rule.name, rule.store, rule.enabled, rule.protocol) == ("Mail", "gpo", True, 6)
    assert (rule.local_ports, rule.program.name, rule.unread) == (("25", "587"), "System", ())


def test_outbound_rules_and_names_used_twice():
    out = RULE.replace(">In<", ">Out<")
    host = read(
        f"<q3:InboundFirewallRules>{RULE}</q3:InboundFirewallRules>"
        f"<q3:OutboundFirewallRules>{out}</q3:OutboundFirewallRules>"
    )
    assert [(rule.id, rule.direction) for rule in host.rules] == [("gpo/Mail", "in"), ("gpo/Mail (2)", "out")]


def test_true_means_block_for_the_inbound_default():
    host = read(
        "<q3:PublicProfile><q3:DefaultInboundAction><q3:Value>true</q3:Value></q3:DefaultInboundAction>"
        "<q3:DefaultOutboundAction><q3:Value>false</q3:Value></q3:DefaultOutboundAction>"
        "<q3:AllowLocalPolicyMerge><q3:Value>false</q3:Value></q3:AllowLocalPolicyMerge></q3:PublicProfile>"
    )
    (state,) = host.profiles
    assert (state.inbound, state.outbound, state.merge_local, state.enabled) == ("block", "allow", False, None)


def test_lost_defer_is_said():
    host = read(f"<q3:InboundFirewallRules>{RULE}<q3:Edge>true</q3:Edge></q3:InboundFirewallRules>")
    assert host.rules[0].edge == "yes"
    assert any("edge traversal" in note for note in host.notes)


def test_unknown_elements_are_said():
    host = read(f"<q3:InboundFirewallRules>{RULE}<q3:Novel>1</q3:Novel></q3:InboundFirewallRules>")
    assert host.rules[0].unread == ("novel=1",)
    assert "novel=1" in host.gaps[0].what


def test_report_without_a_firewall_part():
    with pytest.raises(UnreadableError, match="sets nothing"):
        read("")


def test_broken_xml_and_document_types():
    document = report("<q3:DomainProfile>")
    with pytest.raises(UnreadableError, match="broken XML"):
        containers.read(document)
    bomb = '<?xml version="1.0"?><!DOCTYPE GPO [<!ENTITY a "aaaa">]><GPO>&a;</GPO>'
    with pytest.raises(UnreadableError, match="document type"):
        containers.read(Document("gpreport.xml", bomb.encode()))


def test_broken_utf16():
    with pytest.raises(UnreadableError, match="broken utf-16"):
        containers.read(Document("gpreport.xml", report("").data + b"\x00\xd8\x41\x00"))


SET_BY = "<GPO xmlns='urn:base'><Identifier>{{1}}</Identifier><Domain>ex.test</Domain></GPO><Precedence>{}</Precedence>"


def result_set(inner):
    text = (
        '<?xml version="1.0" encoding="utf-16"?>\r\n<Rsop xmlns="http://www.microsoft.com/GroupPolicy/Rsop">'
        f'<ComputerResults><ExtensionData><Extension xmlns:q3="{SPACE}">{inner}</Extension></ExtensionData>'
        "</ComputerResults></Rsop>"
    )
    document = Document("gpresult.xml", text.encode("utf-16"))
    assert containers.recognises(document)
    return containers.read(document)


@pytest.mark.parametrize("order", [(1, 2), (2, 1)])
def test_in_a_result_set_the_policy_of_precedence_1_wins(order):
    """`gpresult /x` lists what every policy says."""
    settings = "".join(
        f"<q3:EnableFirewall>{SET_BY.format(place)}<q3:Value>{'true' if place == 1 else 'false'}</q3:Value></q3:EnableFirewall>"
        for place in order
    )
    (state,) = result_set(f"<q3:DomainProfile>{settings}</q3:DomainProfile>").profiles
    assert (state.profile, state.enabled, state.store) == ("domain", True, "gpo")


def test_rules_of_a_result_set():
    """Which rule a policy of lower precedence loses is not written: such a rule is uncertain."""
    rules = "".join(
        f"<q3:InboundFirewallRules>{SET_BY.format(place)}{RULE}</q3:InboundFirewallRules>" for place in (1, 2)
    )
    first, second = result_set(rules).rules
    assert (first.name, first.local_ports, first.unread, first.conditions) == ("Mail", ("25", "587"), (), ())
    assert [kind for kind, _ in second.conditions] == ["unread"]


TEMPLATES = "http://www.microsoft.com/GroupPolicy/Settings/Registry"


def with_template(name, state, category="Network/Network Connections/Windows Defender Firewall/Domain Profile"):
    """A report with one rule and one policy of the administrative templates."""
    policy = f"<q5:Policy><q5:Name>{name}</q5:Name><q5:State>{state}</q5:State><q5:Category>{category}</q5:Category></q5:Policy>"
    rule = f"<q3:InboundFirewallRules>{RULE}</q3:InboundFirewallRules>"
    return read(f'{rule}</Extension><Extension xmlns:q5="{TEMPLATES}">{policy}')


@pytest.mark.parametrize(
    ("name", "state", "severe"),
    [
        ("Windows Defender Firewall: Define inbound port exceptions", "Enabled", True),
        ("Windows Firewall: Allow inbound Remote Desktop exceptions", "Enabled", True),
        ("Windows Firewall: Allow inbound Remote Desktop exceptions", "Disabled", False),
        ("Windows Defender Firewall: Protect all network connections", "Enabled", False),
        ("Windows Defender Firewall: Protect all network connections", "Disabled", True),
        ("Windows Defender Firewall: Do not allow exceptions", "Enabled", True),  # it closes what rules open
        ("Windows Defender Firewall: Do not allow exceptions", "Disabled", True),
        ("Windows Defender Firewall: Prohibit notifications", "Enabled", False),
        ("Pare-feu Windows : définir les exceptions de ports entrants", "Enabled", True),
    ],
)
def test_administrative_templates_that_may_decide_what_passes_are_a_gap(name, state, severe):
    assert [gap.hides_access for gap in with_template(name, state).gaps] == [True] * severe


@pytest.mark.parametrize(
    ("name", "category"),
    [
        ("Turn off multicast name resolution", "Network/DNS Client"),
        ("Hide the area", "Windows Components/Windows Security/Firewall and network protection"),
        ("Enable firewall traversal from remote access host", "Google/Google Chrome/Remote access"),
    ],
)
def test_other_administrative_templates_are_none_of_our_business(name, category):
    assert with_template(name, "Enabled", category).gaps == ()


def test_a_report_of_templates_alone_is_a_policy_that_was_not_read():
    policy = "<q5:Policy><q5:Name>Windows Firewall: Define inbound port exceptions</q5:Name></q5:Policy>"
    host = read(f'</Extension><Extension xmlns:q5="{TEMPLATES}">{policy}')
    assert host.rules == ()
    assert [gap.hides_access for gap in host.gaps] == [True]


@pytest.mark.parametrize(
    ("service", "mode", "severe"),
    [("MpsSvc", "Disabled", True), ("MpsSvc", "Automatic", False), ("W32Time", "Disabled", False)],
)
def test_a_policy_that_disables_the_service_of_the_firewall_is_a_gap(service, mode, severe):
    setting = (
        f"<q6:SystemServices><q6:Name>{service}</q6:Name><q6:StartupMode>{mode}</q6:StartupMode></q6:SystemServices>"
    )
    rule = f"<q3:InboundFirewallRules>{RULE}</q3:InboundFirewallRules>"
    host = read(f'{rule}</Extension><Extension xmlns:q6="{TEMPLATES}">{setting}')
    assert [(gap.origin.name, gap.hides_access) for gap in host.gaps] == [("MpsSvc", True)] * severe
