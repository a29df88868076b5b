"""The collection script and the reader of its zip speak of the same things; the script collects no secret."""

import re
from pathlib import Path

from parsers.windows import manifest
from parsers.windows.containers.policy import PROFILE_KEYS
from parsers.windows.powershell.filters import FACETS

SCRIPT = Path(__file__).parents[3] / "samples" / "windows" / "collect.ps1"
TEXT = SCRIPT.read_text(encoding="ascii")


def test_schema_and_roles_are_those_of_the_reader():
    assert f'"schema": "{manifest.SCHEMA}"' in TEXT
    for role in manifest.ROLES:
        assert role.rpartition(" ")[2] in TEXT.casefold()


def test_every_facet_of_a_rule_is_collected():
    collected = TEXT.casefold()
    for name in ("protocol", "localport", "remoteport", "icmptype", "localaddress", "remoteaddress", "program"):
        assert name in collected
    for names in FACETS.values():
        assert any(name in collected for name in names)


def test_every_profile_key_is_exported():
    for key in PROFILE_KEYS:
        assert key in TEXT.casefold()


def test_keys_that_may_hold_secrets_are_not_exported():
    assert not re.search(r"Phase\d|AuthenticationSets|ConSecRules", TEXT, re.IGNORECASE)
    exports = re.findall(r"reg export (\S+)", TEXT)
    assert exports == ["$key"]  # single subkeys, never the whole policy


def test_a_folder_given_as_a_relative_path_is_that_of_the_caller():
    assert TEXT.index("Resolve-Path -LiteralPath $Folder") < TEXT.index("Push-Location")


def test_filters_are_asked_for_all_rules_at_once():
    assert "-AssociatedNetFirewallRule" not in TEXT
    assert 'Filter" -PolicyStore ActiveStore' in TEXT


def test_commands_of_script_modules_say_what_an_error_does():
    # They do not see $ErrorActionPreference of the script: a list that breaks off would pass for a whole one.
    asked = re.findall(r"(?:in|&) .?Get-Net\S+ .*", TEXT)
    assert len(asked) == 3
    assert all("-ErrorAction Stop" in line for line in asked)


def test_it_changes_nothing_and_needs_no_internet():
    assert not re.search(
        r"\b(?:Set-Net|New-Net|Remove-Net|Enable-Net|Invoke-Web|Start-Service|reg add|netsh \S+ set)", TEXT
    )


def test_it_uses_no_syntax_that_powershell_2_cannot_parse():
    assert not re.search(r"\s-(?:not)?in\s|\[ordered\]|\?\?|&&|\busing namespace\b|^class ", TEXT, re.MULTILINE)
    assert len(TEXT.splitlines()) <= 200


def outside_of_parts(text):
    """The script without the blocks given to Save-Part, whose failures do not end it."""
    while found := re.search(r"Save-Part [^{\n]*\{", text):
        at, depth = found.end(), 1
        while depth:
            depth += {"{": 1, "}": -1}.get(text[at], 0)
            at += 1
        text = text[: found.start()] + text[at:]
    return text


def test_every_part_may_fail_without_the_others():
    rest = outside_of_parts(TEXT[TEXT.index("Push-Location $work") : TEXT.index("$files = ")])
    assert not re.search(r"Save-|Test-Path|Get-Content|Get-Item|Get-Service|& \$ask", rest)


def test_a_folder_with_brackets_is_no_pattern():
    assert not re.search(r"(?:Resolve-Path|Test-Path|Remove-Item) \$(?:Folder|zip)\b", TEXT)


def test_errors_of_commands_are_in_the_output_that_is_kept():
    # Redirected by PowerShell 5.1, a line of error output would end the script.
    assert re.findall(r"cmd\.exe .*", TEXT) == ['cmd.exe /d /c "$Command > $File 2>&1"']
