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
        assert role in TEXT.casefold()


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
    assert TEXT.index("Resolve-Path $Folder") < TEXT.index("Push-Location")


def test_filters_are_asked_for_all_rules_at_once():
    assert re.findall(r"-AssociatedNetFirewallRule", TEXT) == ["-AssociatedNetFirewallRule"]  # for doubled names only
    assert 'Filter" -PolicyStore ActiveStore' in TEXT


def test_it_changes_nothing_and_needs_no_internet():
    assert not re.search(
        r"\b(?:Set-Net|New-Net|Remove-Net|Enable-Net|Invoke-Web|Start-Service|reg add|netsh \S+ set)", TEXT
    )


def test_it_uses_no_syntax_that_powershell_2_cannot_parse():
    assert not re.search(r"\s-(?:not)?in\s|\[ordered\]|\?\?|&&|\busing namespace\b|^class ", TEXT, re.MULTILINE)
    assert len(TEXT.splitlines()) <= 150
