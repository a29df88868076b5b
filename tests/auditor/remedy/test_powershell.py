"""The PowerShell script: PowerShell's grammar takes it, and fwproof reads it back as what was planned."""

from __future__ import annotations

import json

import pytest

import parsers
from auditor.remedy.scripts import scripts
from parsers.model.firewall import Firewall
from parsers.model.rule import Direction

from .small import DEVICES, MAIL, SERVERS, SQL, WEB, flow, planned, text
from .test_fortios import HOSTILE

RPC = "    set: {rpc_dynamic: 49152-65535}\n"


def read(script: str) -> Firewall:
    (firewall,) = parsers.read(script.encode(), "web01.ps1")
    assert firewall.gaps == ()
    return firewall


def rules(script: str) -> list[tuple[str, str, str, str, str]]:
    """(source, destination, service as written, program, profiles) of every inbound rule."""
    return [
        (
            rule.source.certain.text(2),
            rule.destination.certain.text(),
            ",".join(rule.written.service),
            rule.program.name,
            ",".join(rule.written.ingress),
        )
        for each in read(script).lists
        if each.direction is Direction.INBOUND
        for rule in each.rules
    ]


def test_a_rule_names_sender_port_program_and_profile() -> None:
    script = text(planned(flow("APP", "role mail", "role web", "app")), "web01.ps1")
    assert rules(script) == [("10.0.20.6", "10.0.20.5", "8085", r"%ProductFolder%\Bin\shop.exe", "domain")]
    assert '-Program "$ProductFolder\\Bin\\shop.exe"' in script
    assert "param([Parameter(Mandatory = $true)] [string] $ProductFolder)" in script


def test_the_internet_is_every_address_a_stranger_can_have() -> None:
    script = text(planned(WEB), "web01.ps1")
    assert "$Addresses1 = '1.0.0.0-9.255.255.255', " in script
    ((source, _, port, program, _),) = rules(script)
    assert (source, port, program) == (
        "1.0.0.0-9.255.255.255, 11.0.0.0-100.63.255.255 and 5 more ranges",
        "443",
        "System",
    )


def test_dynamic_ports_are_the_word_rpc_and_the_mapper_is_its_service() -> None:
    made = planned(flow("RPC", "role mail", "role web", "rpc"), use=RPC)
    found = {(port, program) for _, _, port, program, _ in rules(text(made, "web01.ps1"))}
    assert found == {("RPC", ""), ("135", r"%SystemRoot%\System32\svchost.exe")}


def test_messages_and_other_protocols() -> None:
    made = planned(flow("PING", "role mail", "role web", "ping"), flow("TUNNEL", "role mail", "role web", "gre"))
    script = text(made, "web01.ps1")
    assert "-Protocol ICMPv4 -IcmpType 8" in script
    assert "-Protocol 47" in script
    services = {rule.service.certain.text() for rule in read(script).lists[0].rules}
    assert services == {"icmp/8", "gre"}


def test_without_a_profile_rules_are_for_every_one_and_it_is_said() -> None:
    made = planned(WEB, site=DEVICES.replace(", profile: domain", "") + SERVERS)
    assert "-Profile Any" in text(made, "web01.ps1")
    assert any("devices.web01.profile" in note for note in made.notes)


def test_a_sender_that_blocks_by_default_gets_an_outbound_rule() -> None:
    dump = (
        "\nDomain Profile Settings: \n----------------------------------------------------------------------\n"
        "State                                 ON\n"
        "Firewall Policy                       BlockInbound,BlockOutbound\n\nOk.\n\n"
        "Rule Name:                            Core\n"
        "----------------------------------------------------------------------\n"
        "Enabled:                              Yes\nDirection:                            In\n"
        "Profiles:                             Domain\nGrouping:                             \n"
        "LocalIP:                              Any\nRemoteIP:                             Any\n"
        "Protocol:                             UDP\nLocalPort:                            68\n"
        "RemotePort:                           67\nEdge traversal:                       No\n"
        "Program:                              System\nInterfaceTypes:                       Any\n"
        "Security:                             NotRequired\nAction:                               Allow\n\nOk.\n"
    )
    made = planned(SQL, exports={"web01.txt": dump})
    script = text(made, "web01.ps1")
    assert "-Direction Outbound" in script
    assert "-Protocol TCP -RemotePort 1433" in script
    assert "-RemoteAddress '10.0.10.7'" in script


def test_hosts_without_a_binding_are_named() -> None:
    made = planned(WEB, MAIL)
    assert [host.host for host in made.hosts] == ["web01"]
    assert any("No Windows rules for mail 10.0.20.6" in note for note in made.notes)


def test_hostile_names_stay_text() -> None:
    evil = json.dumps(HOSTILE + "'; Remove-Item C:\\ -Recurse; '\u2019 `")
    made = planned(WEB, site=(DEVICES + SERVERS).replace("web01", evil))
    (script,) = (each for each in scripts(made) if each.format == "powershell")
    assert "/" not in script.name
    assert "\n" not in script.name
    assert len(rules(script.text)) == 1
    assert script.text.isascii()
    assert not any(each.lstrip().startswith(("Remove-Item", "end", "config")) for each in script.text.splitlines())


def test_hostile_programs_stay_text() -> None:
    from auditor.remedy.powershell import _in_double, _single

    assert _single("a'b\u2019c\nd\u00d1") == "'a''b_c d_'"
    assert _in_double('x$(id)`"y') == 'x`$(id)```"y'


@pytest.mark.parametrize("use", ["", RPC])
def test_the_grammar_of_powershell_takes_it(use: str) -> None:
    tree_sitter = pytest.importorskip("tree_sitter")
    grammar = pytest.importorskip("tree_sitter_powershell")
    parser = tree_sitter.Parser(tree_sitter.Language(grammar.language()))
    flows = [WEB, flow("APP", "role mail", "role web", "app"), flow("PING", "role mail", "role web", "ping")]
    flows += [flow("RPC", "role mail", "role web", "rpc")] if use else []
    script = text(planned(*flows, use=use), "web01.ps1")
    assert not parser.parse(script.encode()).root_node.has_error
    assert parser.parse(script.replace("param(", "param((").encode()).root_node.has_error
