"""`netsh advfirewall firewall add rule`: every tag, its default, and what netsh would refuse."""

import pytest

from parsers.model.rule import Action, ScopeKind

WEB = "name=web dir=in action=allow"


def test_what_a_command_does_not_say_has_netshs_defaults(add):
    rule = add(WEB)
    assert (rule.name, rule.direction, rule.action, rule.enabled) == ("web", "in", "allow", True)
    assert (rule.profiles, rule.protocol, rule.local_ports, rule.remote_ports) == (None, None, (), ())
    assert (rule.local_addresses, rule.remote_addresses, rule.conditions, rule.edge) == ((), (), (), "no")
    assert rule.program.kind is rule.service.kind is ScopeKind.ANY
    assert rule.unread == ()


def test_every_tag_is_read_whatever_its_case(add):
    rule = add(
        'NAME="Web in" Dir=IN action=Block protocol=TCP LocalPort=80,443,8000-8010 remoteport=1024-65535 '
        "localip=192.0.2.1 remoteip=10.0.0.0/255.0.0.0,192.0.2.5-192.0.2.9,LocalSubnet,dns profile=domain,Private "
        'program="%ProgramFiles%\\Web\\web.exe" service=w3svc enable=no description="our web" edge=deferapp '
        "interfacetype=lan,ras security=authenc rmtcomputergrp=D:(A;;CC;;;S-1-5-21-1-2-3-1104) rmtusrgrp=D:(A;;CC;;;WD)"
    )
    assert (rule.name, rule.direction, rule.action, rule.enabled) == ("Web in", "in", "block", False)
    assert (rule.protocol, rule.local_ports, rule.remote_ports) == (6, ("80", "443", "8000-8010"), ("1024-65535",))
    assert rule.local_addresses == ("192.0.2.1",)
    assert rule.remote_addresses == ("10.0.0.0/255.0.0.0", "192.0.2.5-192.0.2.9", "LocalSubnet", "dns")
    assert rule.profiles == frozenset({"domain", "private"})
    assert (rule.program.name, rule.service.name) == ("%ProgramFiles%\\Web\\web.exe", "w3svc")
    assert (rule.description, rule.edge) == ("our web", "defer to application")
    assert rule.conditions == (
        ("interface-type", "only on interfaces of type LAN, RAS"),
        ("ipsec", "only for IPsec connections (AuthEnc)"),
        ("identity", "only for certain remote computers"),
        ("identity", "only for remote users of wide groups (everyone)"),
    )
    assert rule.unread == ()


@pytest.mark.parametrize(
    ("text", "protocol", "icmp"),
    [
        ("any", None, ()),
        ("udp", 17, ()),
        ("41", 41, ()),
        ("icmpv4", 1, ()),
        ("icmpv4:8,any", 1, ((8, None),)),
        ("ICMPv6:any,any", 58, ((None, None),)),
        ("icmpv4:3,4", 1, ((3, 4),)),
    ],
)
def test_protocols(add, text, protocol, icmp):
    rule = add(f"{WEB} protocol={text}")
    assert (rule.protocol, rule.icmp, rule.unread) == (protocol, icmp, ())


def test_any_is_all_of_them(add):
    rule = add(f"{WEB} protocol=tcp localport=any remoteip=any profile=any interfacetype=any security=notrequired")
    assert (rule.local_ports, rule.remote_addresses, rule.profiles, rule.conditions) == ((), (), None, ())


def test_any_service_is_services_only(add):
    """Microsoft: "If service=any, the rule applies only to services." """
    assert add(f"{WEB} service=any").service.name == "*"


def test_a_bypass_needs_authentication(read):
    firewall = read(
        "netsh advfirewall firewall add rule name=scan dir=in action=bypass security=authenticate "
        "rmtcomputergrp=D:(A;;CC;;;S-1-5-21-1-2-3-1104)"
    )
    rule = firewall.lists[0].rules[0]
    assert rule.action is Action.BYPASS
    assert {condition.kind for condition in rule.conditions} == {"ipsec", "identity"}


@pytest.mark.parametrize(
    ("tags", "word"),
    [
        ("name=web action=allow", "dir is missing"),
        ("name=web dir=in", "action is missing"),
        (f"{WEB} localport=80", "without protocol=tcp or udp"),
        (f"{WEB} network=any", "network=any"),
        (f"{WEB} protocol=sctp", "protocol=sctp"),
        (f"{WEB} protocol=icmpv4:x,y", "protocol=icmpv4:x,y"),
        (f"{WEB} enable=maybe", "enable=maybe"),
        (f"{WEB} profile=work", "profile=work"),
        (f"{WEB} dir=out", "'dir=out'"),
        (f"{WEB} everything", "'everything'"),
        (f"{WEB} protocol=tcp localport=%PORT%", "localport=%PORT%"),
        (f"{WEB} remoteip=!IP!", "remoteip=!IP!"),
        (f"{WEB} security=%S%", "security=%s%"),
    ],
)
def test_what_netsh_refuses_or_a_script_computes_makes_the_rule_uncertain(read, tags, word):
    firewall = read(f"netsh advfirewall firewall add rule {tags}")
    (gap,) = [gap for gap in firewall.gaps if "not known" in gap.what]
    assert word in gap.what
    assert gap.hides_access
    rules = [rule for each in firewall.lists for rule in each.rules if not rule.implicit]
    assert rules
    assert all("unread" in {condition.kind for condition in rule.conditions} for rule in rules)


def test_a_port_over_65535_is_a_gap(read):
    (gap,) = read(f"netsh advfirewall firewall add rule {WEB} protocol=TCP localport=99999").gaps
    assert "99999" in gap.what
    assert gap.hides_access


def test_an_uncertain_rule_that_is_disabled_hides_no_access(read):
    (gap,) = read(f"netsh advfirewall firewall add rule {WEB} enable=no remoteip=%IP%").gaps
    assert not gap.hides_access


@pytest.mark.parametrize(
    ("text", "kind", "name"),
    [
        ("%~dp0web.exe", ScopeKind.NAMED, "%~dp0web.exe"),
        ('"C:\\Program Files\\web.exe"', ScopeKind.NAMED, "C:\\Program Files\\web.exe"),
        ("System", ScopeKind.NAMED, "System"),
        ("%%G", ScopeKind.UNKNOWN, ""),
        ("%1", ScopeKind.UNKNOWN, ""),
        ("!EXE!", ScopeKind.UNKNOWN, ""),
    ],
)
def test_a_program_in_a_folder_the_script_is_told_is_named_and_one_it_computes_is_unknown(add, text, kind, name):
    program = add(f"{WEB} program={text}").program
    assert (program.kind, program.name) == (kind, name)


def test_the_rule_in_the_common_model(read):
    firewall = read(f"netsh advfirewall firewall add rule {WEB} protocol=TCP localport=443 remoteip=10.0.0.0/8")
    (rule,) = [rule for rule in firewall.lists[0].rules if not rule.implicit]
    assert rule.source.certain.text() == "10.0.0.0/8"
    assert rule.service.certain.text() == "tcp/443"
    assert (rule.origin.first_line, rule.conditions, firewall.gaps) == (1, (), ())
    assert any("not which ones the host has" in each for each in firewall.assumptions)


def test_tags_may_be_cut_to_what_is_unambiguous(add):
    rule = add("n=ping dir=in act=allow prof=private prot=icmpv4:8,any en=no")
    assert (rule.name, rule.action, rule.enabled, rule.protocol) == ("ping", "allow", False, 1)
    assert (rule.profiles, rule.icmp, rule.unread) == (frozenset({"private"}), ((8, None),), ())


def test_a_tag_that_may_be_several_is_not_guessed(add):
    assert add(f"{WEB} pro=tcp").unread == ("pro=tcp",)
