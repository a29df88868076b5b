"""Exceptions of the firewall before Windows Vista: those of group policy are in force, and no list of rules shows them."""

import json

import pytest

import parsers
from parsers.source import Document
from parsers.windows import containers

GROUP = r"HKEY_LOCAL_MACHINE\SOFTWARE\Policies\Microsoft\WindowsFirewall"
LOCAL = r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy"
RULE = '"A"="v2.10|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=25|Name=Mail|"'


def read(body, root=GROUP):
    text = "Windows Registry Editor Version 5.00\r\n\r\n" + body.replace("ROOT", root).replace("\n", "\r\n") + "\r\n"
    return containers.read(Document("gpo.reg", text.encode("utf-16")))


def port(text, switch=""):
    return f'[ROOT\\DomainProfile\\GloballyOpenPorts]\n{switch}\n[ROOT\\DomainProfile\\GloballyOpenPorts\\List]\n"x"="{text}"'


@pytest.mark.parametrize(
    ("text", "name", "enabled", "protocol", "ports", "remote"),
    [
        ("3389:TCP:*:enabled:Remote Desktop", "Remote Desktop", True, 6, ("3389",), ()),
        (
            "5723:UDP:localsubnet,10.0.0.0/8:disabled:Agent",
            "Agent",
            False,
            17,
            ("5723",),
            ("localsubnet", "10.0.0.0/8"),
        ),
        ("53:TCP:10.0.0.0/255.0.0.0:Enabled:DNS: all", "DNS: all", True, 6, ("53",), ("10.0.0.0/255.0.0.0",)),
    ],
)
def test_ports(text, name, enabled, protocol, ports, remote):
    (rule,) = read(port(text)).rules
    assert (rule.name, rule.enabled, rule.protocol, rule.local_ports) == (name, enabled, protocol, ports)
    assert (rule.remote_addresses, rule.profiles, rule.direction, rule.action) == (remote, {"domain"}, "in", "allow")
    assert rule.first_line == 6


def test_a_list_that_is_switched_off_opens_nothing():
    assert read(port("3389:TCP:*:enabled:x", '"Enabled"=dword:0')).rules == ()
    assert len(read(port("3389:TCP:*:enabled:x", '"Enabled"=dword:1')).rules) == 1


@pytest.mark.parametrize("entry", ["7:TCP:7:*:Enabled:odd", "7:TCP::enabled:no scope", "7:ICMP:*:enabled:odd"])
def test_an_entry_of_another_form_is_a_gap(entry):
    host = read(port(entry))
    assert host.rules == ()
    assert [(gap.origin.first_line, gap.hides_access) for gap in host.gaps] == [(6, True)]


def test_programs_of_the_old_profile_are_those_of_both_newer_ones():
    (rule,) = read(
        '[ROOT\\StandardProfile\\AuthorizedApplications\\List]\n"a"="C:\\\\App\\\\a.exe:*:enabled:App: the one"'
    ).rules
    assert (rule.program.name, rule.name, rule.profiles) == ("C:\\App\\a.exe", "App: the one", {"private", "public"})


@pytest.mark.parametrize(
    ("key", "matches"),
    [
        ("Services\\RemoteDesktop", [(6, ("3389",))]),
        ("Services\\FileAndPrint", [(6, ("139", "445")), (17, ("137", "138")), (1, ())]),  # with echo requests
        ("Services\\UPnPFramework", [(6, ("2869",)), (17, ("1900",))]),
        ("RemoteAdminSettings", [(6, ("135", "445", "RPC")), (1, ())]),
    ],
)
def test_services(key, matches):
    body = f'[ROOT\\DomainProfile\\{key}]\n"Enabled"=dword:1\n"RemoteAddresses"="10.0.0.5,LocalSubNet"'
    rules = read(body).rules
    assert [(rule.protocol, rule.local_ports) for rule in rules] == matches
    assert {rule.remote_addresses for rule in rules if not rule.icmp} == {("10.0.0.5", "LocalSubNet")}
    assert {(rule.icmp, rule.remote_addresses) for rule in rules if rule.icmp} <= {(((8, None),), ())}
    assert read(body.replace("dword:1", "dword:0")).rules == ()


@pytest.mark.parametrize(
    ("entries", "enabled"),
    [
        (("3389:TCP:*:enabled:a", "3389:tcp:10.0.0.0/8:disabled:b"), [False, False]),
        (("3389:TCP:*:enabled:a", "3389:UDP:*:disabled:b"), [True, False]),
        (("3389:TCP:192.0.2.1:enabled:a", "3389:TCP:192.0.2.2:enabled:b"), [True, True]),
        (("C:\\\\a.exe:*:enabled:a", "c:\\\\A.EXE:*:disabled:b"), [False, False]),
    ],
)
def test_a_disabled_entry_overrides_the_enabled_ones_of_its_port_or_program(entries, enabled):
    key = "AuthorizedApplications" if "exe" in entries[0] else "GloballyOpenPorts"
    lines = "\n".join(f'"{number}"="{entry}"' for number, entry in enumerate(entries))
    assert [rule.enabled for rule in read(f"[ROOT\\DomainProfile\\{key}\\List]\n{lines}").rules] == enabled


@pytest.mark.parametrize(("status", "pinged"), [("enabled", 1), ("disabled", 0)])
def test_an_open_port_445_brings_echo_requests_with_it(status, pinged):
    assert sum(rule.icmp == ((8, None),) for rule in read(port(f"445:TCP:*:{status}:SMB")).rules) == pinged


def test_icmp():
    (rule,) = read(
        '[ROOT\\DomainProfile\\IcmpSettings]\n"AllowInboundEchoRequest"=dword:1\n"AllowRedirect"=dword:0'
    ).rules
    assert (rule.protocol, rule.icmp) == (1, ((8, None),))


def test_they_stay_beside_an_export_of_all_rules_in_force():
    rule = {"Name": "a", "InstanceID": "a", "DisplayName": "a", "Enabled": "True", "Direction": "Inbound"}
    rule |= {"Action": "Allow", "Profile": "Any", "Protocol": ["TCP"], "LocalPort": ["25"], "Program": ["Any"]}
    rule |= {"LocalAddress": ["Any"], "RemoteAddress": ["Any"], "RemotePort": ["Any"], "Service": ["Any"]}
    rule |= {"PolicyStoreSourceType": "Local"}
    active = Document("EX01/rules.json", json.dumps({"store": "ActiveStore", "rules": [rule]}).encode())
    policy = "Windows Registry Editor Version 5.00\r\n\r\n" + port("3389:TCP:*:enabled:RDP").replace("ROOT", GROUP)
    (firewall,) = parsers.read_all([active, Document("EX01/gpo.reg", policy.encode("utf-16"))])
    assert [rule.name for rule in firewall.lists[0].rules if not rule.implicit] == ["a", "RDP"]
    assert any("neither netsh nor Get-NetFirewallRule lists them" in each for each in firewall.assumptions)


def test_local_ones_count_where_there_are_no_rules_yet():
    host = read(port("3389:TCP:*:enabled:RDP"), LOCAL)
    assert [rule.name for rule in host.rules] == ["RDP"]
    beside = read(port("3389:TCP:*:enabled:RDP") + f'\n"y"="odd"\n[ROOT\\FirewallRules]\n{RULE}', LOCAL)
    assert ([rule.name for rule in beside.rules], beside.gaps) == (["Mail"], ())
    assert any("Exceptions of the time before Windows Vista (1)" in note for note in beside.notes)


def test_beside_newer_profiles_those_of_the_old_one_are_possible():
    old = '[ROOT\\StandardProfile\\GloballyOpenPorts\\List]\n"x"="3389:TCP:*:enabled:RDP"'
    (rule,) = read(f'{old}\n[ROOT\\PublicProfile]\n"EnableFirewall"=dword:1').rules
    assert (rule.profiles, bool(rule.conditions)) == ({"private", "public"}, True)
    (rule,) = read(old).rules
    assert (rule.profiles, rule.conditions) == ({"private", "public"}, ())
