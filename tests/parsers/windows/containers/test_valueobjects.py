"""Registry values that PowerShell wrote as JSON or CSV."""

import json

import pytest

import parsers
from parsers.errors import UnreadableError
from parsers.model.rule import Action

PATH = (
    r"Microsoft.PowerShell.Core\Registry::HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\SharedAccess"
    r"\Parameters\FirewallPolicy"
)
MAIL = "v2.10|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=25|Name=Mail|"
STOP = "v2.10|Action=Block|Active=TRUE|Dir=In|Protocol=6|LPort=135|Name=Stop|"


def read(text, name="EX01.json"):
    (firewall,) = parsers.read(text.encode(), name)
    return firewall


def rules(firewall):
    return [(rule.id, rule.name, rule.action) for rule in firewall.lists[0].rules if not rule.implicit]


BOTH = [("{1}", "Mail", Action.ALLOW), ("PSstop", "Stop", Action.DENY)]


@pytest.mark.parametrize(
    "shown",
    [
        {"{1}": MAIL, "PSstop": STOP, "PSPath": PATH + r"\FirewallRules", "PSDrive": {"Name": "HKLM"}},
        {"{1}": MAIL, "PSstop": STOP},
        [{"Name": "{1}", "Value": MAIL}, {"Name": "PSstop", "Value": STOP}],
        {"value": [{"ValueName": "{1}", "ValueData": MAIL}, {"ValueName": "PSstop", "ValueData": STOP}]},
    ],
    ids=["Get-ItemProperty", "plain object", "pairs", "nested pairs"],
)
def test_json_of_rule_strings(shown):
    assert rules(read(json.dumps(shown, indent=1))) == BOTH


@pytest.mark.parametrize(
    "text",
    [
        f'"Name","Value"\n"{{1}}","{MAIL}"\n"PSstop","{STOP}"\n',
        f'#TYPE System.Object\n"{{1}}";"PSstop";"PSPath"\n"{MAIL}";"{STOP}";"{PATH}\\FirewallRules"\n',
        f"Property\tData\n{{1}}\t{MAIL}\nPSstop\t{STOP}\n",
    ],
    ids=["pairs", "one row", "tabs"],
)
def test_csv_of_rule_strings(text):
    assert rules(read(text, "EX01.csv")) == BOTH


def test_profiles_of_a_key_by_its_path():
    shown = [
        {"{1}": MAIL, "PSPath": PATH + r"\FirewallRules"},
        {"EnableFirewall": 0, "PSPath": PATH + r"\PublicProfile"},
    ]
    firewall = read(json.dumps(shown))
    assert "The public profile is OFF: everything passes while it is active." in firewall.assumptions
    assert not any("does not say which key" in each for each in firewall.assumptions)


def test_a_list_without_a_key_is_said_to_be_taken_as_the_local_rules():
    assert any("does not say which key" in each for each in read(json.dumps({"{1}": MAIL})).assumptions)


def test_rules_keep_their_lines():
    firewall = read(json.dumps({"{1}": MAIL, "PSstop": STOP}, indent=1))
    assert [rule.origin.first_line for rule in firewall.lists[0].rules] == [2, 3]


def test_a_rule_that_was_cut_off_is_a_gap():
    firewall = read(json.dumps({"{1}": MAIL, "{2}": "v2.10|Action=Allow|Active=TRUE|Dir=In|Prot..."}))
    assert any("cut off" in gap.what and gap.hides_access for gap in firewall.gaps)


@pytest.mark.parametrize(
    ("text", "name"), [('{"{1}": "' + MAIL + '"', "a.json"), (f'"Name","Value"\n"a","{MAIL}","b"\n', "a.csv")]
)
def test_broken_lists_are_refused(text, name):
    with pytest.raises(UnreadableError, match="export it again"):
        read(text, name)
