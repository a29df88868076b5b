"""Scripts of New-NetFirewallRule: literals are read, what a script computes stays uncertain, nothing is lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import parsers
from parsers.model.firewall import Firewall
from parsers.model.rule import Action, Direction, Rule, ScopeKind
from parsers.windows.scripts.statements import commands

WEB = "New-NetFirewallRule -DisplayName 'web' -Protocol TCP -LocalPort 443 -Action Allow\n"


def read(script: str) -> Firewall:
    (firewall,) = parsers.read(script.encode(), "web01.ps1")
    return firewall


def only(script: str, direction: Direction = Direction.INBOUND) -> Rule:
    (rule,) = (
        rule
        for each in read(script).lists
        if each.direction is direction
        for rule in each.rules
        if not rule.implicit and not rule.id.startswith("unseen")
    )
    return rule


def test_what_a_rule_does_not_say_has_the_defaults_of_the_command() -> None:
    rule = only("New-NetFirewallRule -DisplayName 'all'")
    assert (rule.action, rule.enabled, rule.ingress) == (Action.ALLOW, True, None)
    assert rule.service.certain.text() == "any"
    assert rule.source.certain.text() == "any"
    assert rule.program.kind is ScopeKind.ANY


def test_every_parameter_is_read() -> None:
    rule = only(
        'New-NetFirewallRule -Name "w" -DisplayName "Web ""in""" -Group "shop" -Description \'it\'\'s\' '
        "-Direction Inbound -Action Block -Enabled:True -Profile Domain,Private -Protocol TCP "
        "-LocalPort 80, '443-445' -RemoteAddress 10.0.0.0/24, 192.0.2.7 -LocalAddress 10.0.0.9 "
        "-Program '%SystemRoot%\\System32\\svchost.exe' -Service RpcSs"
    )
    assert (rule.name, rule.action, rule.ingress) == ('Web "in"', Action.DENY, frozenset({"domain", "private"}))
    assert rule.service.certain.text() == "tcp/80,443-445"
    assert rule.source.certain.text() == "10.0.0.0/24, 192.0.2.7"
    assert rule.destination.certain.text() == "10.0.0.9"
    assert (rule.program.name, rule.windows_service.name) == ("%SystemRoot%\\System32\\svchost.exe", "RpcSs")
    assert rule.written.group == "shop"


def test_an_outbound_rule() -> None:
    rule = only(
        "New-NetFirewallRule -DisplayName out -Direction Outbound -Action Block -Protocol UDP -RemotePort 53",
        Direction.OUTBOUND,
    )
    assert (rule.action, rule.service.certain.text()) == (Action.DENY, "udp/53")


def test_lines_go_on_after_a_backtick_and_a_comma() -> None:
    rule = only("New-NetFirewallRule -DisplayName x `\n  -Protocol TCP `\r\n  -LocalPort 1,\n    2 # and no more\n")
    assert rule.service.certain.text() == "tcp/1-2"
    assert (rule.origin.first_line, rule.origin.last_line) == (1, 4)


def test_variables_arrays_and_hashtables_that_hold_literals() -> None:
    rule = only(
        "$Ports = @(80, 443)\n$From = '10.0.0.1', '10.0.0.2'\n"
        "$Rule = @{\n  DisplayName = 'x'; Protocol = 'TCP'\n  LocalPort = $Ports\n}\n"
        "New-NetFirewallRule @Rule -RemoteAddress $From | Out-Null\n"
    )
    assert rule.service.certain.text() == "tcp/80,443"
    assert rule.source.certain.text() == "10.0.0.1-10.0.0.2"


def test_comments_and_other_commands_make_no_rule() -> None:
    script = f"<# {WEB} #>\n# {WEB}Write-Host 'New-NetFirewallRule -DisplayName y'\n$x = @'\n{WEB}'@\n{WEB}"
    assert only(script).origin.first_line == 8


def test_a_computed_port_is_uncertain_and_said() -> None:
    firewall = read("New-NetFirewallRule -DisplayName x -Protocol TCP -LocalPort $(Get-Port)")
    rule = firewall.lists[0].rules[0]
    assert rule.conditions
    assert rule.service.possible.text() == "tcp"
    assert [gap.hides_access for gap in firewall.gaps] == [True]


def test_a_rule_inside_braces_may_or_may_not_be_made() -> None:
    firewall = read(f"foreach ($p in 1, 2) {{\n{WEB}}}\n")
    assert firewall.lists[0].rules[0].conditions
    assert "in braces" in firewall.gaps[0].what


def test_a_disabled_rule_hides_no_access_whatever_is_not_known_of_it() -> None:
    script = "if ($x) { New-NetFirewallRule -DisplayName web -Enabled False -Direction $way -Action Allow }\n" + WEB
    assert [gap.hides_access for gap in read(script).gaps if gap.path != "rules"] == [False]


def test_a_variable_in_braces_is_not_what_it_was_before() -> None:
    script = "$p = 80\nforeach ($p in 1, 2) { New-NetFirewallRule -DisplayName x -Protocol TCP -LocalPort $p }"
    assert read(script).lists[0].rules[0].service.possible.text() == "tcp"


def test_a_reassigned_variable_is_not_believed() -> None:
    script = "$p = 80\n$p = $p + 1\nNew-NetFirewallRule -DisplayName x -Protocol TCP -LocalPort $p"
    assert read(script).lists[0].rules[0].service.possible.text() == "tcp"


@pytest.mark.parametrize(
    ("change", "ports"),
    [
        ("$p = @(); $p += 80; $p += 443, 444", "tcp/80,443-444"),
        ("$p = '80-'; $p += '90'", "tcp/80-90"),
        ("$p = @(80); $p += $q", "tcp"),  # what is not known is not: every port is possible
        ("$p = 80; $p += 1", "tcp"),
        ("$p = 80; $p++", "tcp"),
        ("$p = 80; $o, $p = 1, 443", "tcp"),
        ("$p = 80; ${p} = 443", "tcp"),
        ("$p = 80, 443; $p[0] = 81", "tcp"),
        ("$p = 80, 443; $p = $p | Select-Object -First 1", "tcp"),
        ("$p = 80, 443 |\n Select-Object -First 1", "tcp"),
        ("$p = 80; Set-Variable p 443", "tcp"),
        ("$p = 80; Set-Variable -Value 443 -Name p", "tcp"),
        ("$p = 80; Set-Variable q 443", "tcp/80"),
        ("$p = 80; Set-Variable $q 443", "tcp"),
    ],
)
def test_changes_of_a_variable_are_not_passed_over(change: str, ports: str) -> None:
    rule = only(f"{change}\nNew-NetFirewallRule -DisplayName x -Protocol TCP -LocalPort $p")
    assert rule.service.possible.text() == ports


@pytest.mark.parametrize("change", ["$p.LocalPort = 443", "$p['LocalPort'] = 443", "$p.Remove('LocalPort')"])
def test_a_table_whose_entries_change_is_not_believed(change: str) -> None:
    script = f"$p = @{{ DisplayName = 'x'; Protocol = 'TCP'; LocalPort = 80 }}\n{change}\nNew-NetFirewallRule @p"
    assert [gap.hides_access for gap in read(script).gaps] == [True]


@pytest.mark.parametrize(
    ("before", "runs"),
    [
        ("exit 0\n", False),
        ("return\n", False),
        ("Write-Host done; exit 0\n", False),
        ("throw 'not here'\n", False),
        ("try { throw 'x' } catch { }\n", True),
        ("if ($done)\n{\n    exit\n}\n", True),
        ("function f { return 1 }\n", True),
        ("exit-that\n", True),
    ],
)
def test_what_stands_behind_the_end_of_a_script_may_not_run(before: str, runs: bool) -> None:
    gaps = read(before + WEB).gaps
    assert [("the script ends above it" in gap.what) for gap in gaps] == [True] * (not runs)


def test_a_folder_that_is_told_later_is_written_as_a_placeholder() -> None:
    rule = only('param([string] $Folder)\nNew-NetFirewallRule -DisplayName x -Program "$Folder\\Bin\\x.exe"')
    assert rule.program.name == "%Folder%\\Bin\\x.exe"
    assert only('New-NetFirewallRule -DisplayName x -Program "$env:SystemRoot\\y.exe"').program.name == (
        "%SystemRoot%\\y.exe"
    )


def test_the_beginning_of_a_parameter_is_enough_where_it_is_the_only_one() -> None:
    rule = only("New-NetFirewallRule -Disp x -Dir Inbound -Act Block -Prot TCP -LocalP 80 -RemoteA 192.0.2.7")
    assert (rule.action, rule.service.certain.text(), rule.source.certain.text()) == (
        Action.DENY,
        "tcp/80",
        "192.0.2.7",
    )
    assert "-pro" in read("New-NetFirewallRule -DisplayName x -Pro TCP").gaps[0].what  # profile, program, protocol


def test_an_unknown_parameter_makes_the_rule_uncertain() -> None:
    firewall = read("New-NetFirewallRule -DisplayName x -LocalPrt 80 -Protocol TCP")
    assert "-localprt" in firewall.gaps[0].what
    assert firewall.lists[0].rules[0].conditions


def test_commands_that_change_unseen_rules_are_gaps() -> None:
    for command in (
        "Enable-NetFirewallRule -DisplayGroup RDP",
        'netsh advfirewall firewall set rule group="RDP" new enable=yes',
    ):
        assert [gap.hides_access for gap in read(f"{WEB}{command}\n").gaps] == [True], command


def test_removing_first_takes_nothing_back_and_removing_later_is_said() -> None:
    assert read(f"Remove-NetFirewallRule -Group x\n{WEB}").gaps == ()
    for command in (
        "Remove-NetFirewallRule -DisplayName web",
        "Disable-NetFirewallRule -DisplayName 'w*'",
        "Remove-NetFirewallRule -DisplayName $name",
        "Get-NetFirewallRule -DisplayName web | Remove-NetFirewallRule",
    ):
        found = read(f"{WEB}{command}\n")
        assert "take back" in found.gaps[0].what
        assert found.lists[0].rules[0].conditions, command


def test_removing_a_rule_of_another_name_leaves_a_rule_certain() -> None:
    keyed = WEB.replace("-DisplayName", "-Name web-in -DisplayName")
    for script in (
        f"{WEB}Remove-NetFirewallRule -DisplayName other\n",
        f"{WEB}Remove-NetFirewallRule -Name web\n",
        f"{keyed}Remove-NetFirewallRule other\n",
    ):
        assert read(script).gaps == (), script
    assert read(f"{keyed}Remove-NetFirewallRule web-in\n").gaps


def test_a_rule_that_is_changed_later_is_no_longer_certain() -> None:
    found = read(f"{WEB}Set-NetFirewallRule -DisplayName web -RemoteAddress 10.0.0.0/8\n")
    assert [condition.kind for condition in found.lists[0].rules[0].conditions] == ["unread"]


def test_profiles_are_read() -> None:
    script = f"Set-NetFirewallProfile -Profile Domain,Public -Enabled True -DefaultInboundAction Allow\n{WEB}"
    allowing = {rule.name for rule in read(script).lists[0].rules if rule.implicit}
    assert allowing == {"domain profile allows by default", "public profile allows by default"}


def test_rules_of_a_script_stand_beside_those_of_an_export(tmp_path) -> None:  # type: ignore[no-untyped-def]
    dump = (
        "\nRule Name:                            old\n"
        "----------------------------------------------------------------------\n"
        "Enabled:                              Yes\nDirection:                            In\n"
        "Profiles:                             Domain\nGrouping:                             \n"
        "LocalIP:                              Any\nRemoteIP:                             Any\n"
        "Protocol:                             UDP\nLocalPort:                            68\n"
        "RemotePort:                           67\nEdge traversal:                       No\n"
        "Program:                              System\nInterfaceTypes:                       Any\n"
        "Security:                             NotRequired\nAction:                               Allow\n\nOk.\n"
    )
    (tmp_path / "web01.txt").write_text(dump)
    (tmp_path / "web01.ps1").write_text(WEB)
    (firewall,) = parsers.read_all([tmp_path / "web01.txt", tmp_path / "web01.ps1"])
    assert {rule.name for rule in firewall.lists[0].rules if not rule.implicit} == {"old", "web"}


@given(st.text(alphabet="Ab-$@(){}[]'\"`#<>;,|&\n =.:\\\u2018\u201d0", max_size=120))
def test_any_text_comes_to_an_end(text: str) -> None:
    for command in commands(text):
        assert command.line <= text.count("\n") + 1
    read(f"{WEB}{text}")


def test_a_variable_without_a_name_is_text() -> None:
    assert read(WEB + 'Write-Host "${}" ${}\n$x = ${}').lists[0].rules


def test_time_stays_linear() -> None:
    assert len(list(commands(WEB * 5_000 + "$x = '" + "a" * 200_000))) == 5_000
    assert not list(commands("(" * 100_000))
    assert not list(commands("@(" * 50_000))


def test_rules_made_in_brackets_are_read() -> None:
    """[void](...) and (...) | Out-Null are usual; a block that is kept for later may or may not run."""
    web = WEB.strip()
    host = read(
        f"[void]({web})\n({web}) | Out-Null\n$made = ({web})\n$all = @({web})\n$later = {{ {web} }}\n& $later\n"
    )
    rules = [rule for each in host.lists for rule in each.rules if each.direction is Direction.INBOUND]
    assert len([rule for rule in rules if rule.name == "web"]) == 5
    assert [gap.origin.first_line for gap in host.gaps if gap.hides_access] == [5]


def test_rules_made_inside_an_expression_are_a_gap() -> None:
    (gap,) = read(f"{WEB}Write-Output ({WEB.strip()})\n").gaps
    assert (gap.origin.first_line, gap.hides_access) == (2, True)
    assert "an expression makes rules that are not read" in gap.what


def test_the_default_of_a_parameter_is_not_its_value() -> None:
    assert only("param([string]$port = '443')\n" + WEB.replace("443", "$port")).conditions


def test_a_rehearsal_makes_no_rule_unless_it_is_switched_off() -> None:
    host = read(WEB + WEB.replace("-Action", "-WhatIf -Action") + WEB.replace("-Action", "-WhatIf:$false -Action"))
    rules = [rule for each in host.lists for rule in each.rules if rule.name == "web"]
    assert [rule.origin.first_line for rule in rules] == [1, 3]


def test_several_rules_on_one_line_are_one_line_read() -> None:
    ledger = read(f"{WEB.strip()}; {WEB.strip()}; {WEB}").sources[0].ledger
    assert (ledger.read, ledger.irrelevant) == (1, 0)


def test_expressions_inside_expressions_come_to_an_end() -> None:
    assert read(WEB + "New-NetFirewallRule -DisplayName " + '"$(' * 3000)
