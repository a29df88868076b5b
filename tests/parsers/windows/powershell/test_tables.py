"""`Get-NetFirewallRule | Select-Object ...`: whatever column is missing is unknown, and nothing is refused for it."""

import json
from pathlib import Path

import pytest

import parsers
from parsers.errors import UnreadableError
from parsers.model.rule import Action, ScopeKind

CORPUS = Path(__file__).parents[4] / ".." / "shared" / "corpus" / "windows"
NAMES = CORPUS / "404patwal__network-security-firewall-task4" / "firewall_rules_before.txt"


def read(text, name="EX01.txt", encoding="utf-16"):
    (firewall,) = parsers.read(text.replace("\n", "\r\n").encode(encoding), name)
    return firewall


def stated(firewall):
    return [rule for each in firewall.lists for rule in each.rules if not rule.implicit and "unseen" not in rule.id]


ONLY_NAMES = """
DisplayName
-----------
mDNS (UDP-In)
Cast to Device streaming server (HTTP-Strea...
mDNS (UDP-In)

"""


def test_a_table_of_names_says_that_there_are_rules_and_nothing_else():
    firewall = read(ONLY_NAMES)
    rules = firewall.written.rules
    assert [(rule.name, rule.first_line) for rule in rules] == [
        ("mDNS (UDP-In)", 4),
        ("Cast to Device streaming server (HTTP-Strea...", 5),
        ("mDNS (UDP-In)", 6),
    ]
    assert len({rule.id for rule in rules}) == 3
    assert all(rule.name_only and rule.enabled is None and rule.program.kind is ScopeKind.UNKNOWN for rule in rules)
    assert stated(firewall) == []
    hiding = [gap for gap in firewall.gaps if gap.hides_access]
    assert ["3 rules are known by name only" in gap.what for gap in hiding] == [True]
    assert "collect.ps1" in hiding[0].what
    assert sorted(gap.origin.first_line for gap in firewall.gaps if not gap.hides_access) == [4, 5, 6]


def test_nothing_is_certain_then_neither_open_nor_closed():
    firewall = read(ONLY_NAMES)
    unseen = [rule for rule in firewall.lists[0].rules if "unseen" in rule.id]
    assert {rule.action for rule in unseen} == {Action.ALLOW, Action.DENY}
    assert all(rule.conditions and rule.service.possible.text() == "any" for rule in unseen)


FEW = """
Name                 Enabled
----                 -------
web                     True
rpc                    False

"""


def test_a_disabled_rule_known_by_name_hides_nothing():
    firewall = read(FEW)
    assert [rule.enabled for rule in firewall.written.rules] == [True, False]
    assert any("rule 'web' is known by name only" in gap.what for gap in firewall.gaps if gap.hides_access)
    off = read(FEW.replace(" True", "False"))
    assert [gap for gap in off.gaps if gap.hides_access] == []


def test_a_table_of_names_and_switches_may_be_that_of_the_profiles():
    table = FEW.replace("web", "Domain").replace("rpc", "Public").replace("Domain   ", "Domain")
    assert [(each.profile, each.enabled) for each in read(table.replace("Public   ", "Public")).written.profiles] == [
        ("domain", True),
        ("public", False),
    ]


COLUMNS = """
PS C:\\> Get-NetFirewallRule | ft DisplayName, Enabled, Profile, Direction, Action

DisplayName                     Enabled Profile         Direction Action
-----------                     ------- -------         --------- ------
Web, pages                      True    Domain, Private Inbound   Allow
コア ネットワーク (TCP 受信)    True    Any             Inbound   Block
Ping                            False   Public          Outbound  Allow
Cut off by the console at the...True    Domain, Privat… Inbound   Al...


PS C:\\>
"""


RIGHT = """
DisplayName                  Enabled         Profile Direction Action
-----------                  -------         ------- --------- ------
Web, for the Domain             True Domain, Private   Inbound  Allow
Ping                           False          Public  Outbound  Block
A name that is as long as it    True             Any   Inbound  Allow

"""


def test_words_of_enumerations_stand_at_the_right_of_their_column():
    web, ping, long = read(RIGHT).written.rules
    assert (web.name, web.enabled, web.profiles) == ("Web, for the Domain", True, {"domain", "private"})
    assert (ping.enabled, ping.profiles, ping.action) == (False, {"public"}, "block")
    assert (long.name, long.enabled, long.profiles) == ("A name that is as long as it", True, None)


def test_profiles_may_be_the_first_column():
    text = """
        Profile Direction DisplayName
        ------- --------- -----------
Domain, Private   Inbound Domain, Public
         Public  Outbound Ping

"""
    first, second = read(text).written.rules
    assert (first.profiles, first.direction, first.name) == ({"domain", "private"}, "in", "Domain, Public")
    assert (second.profiles, second.direction, second.name) == ({"public"}, "out", "Ping")


def test_columns_begin_where_the_dashes_begin():
    firewall = read(COLUMNS)
    web, core, ping, cut = firewall.written.rules
    assert (web.name, web.enabled, web.direction, web.action) == ("Web, pages", True, "in", "allow")
    assert web.profiles == frozenset({"domain", "private"})
    assert (core.name, core.enabled, core.profiles, core.action) == (
        "コア ネットワーク (TCP 受信)",
        True,
        None,
        "block",
    )
    assert (ping.enabled, ping.direction, ping.profiles) == (False, "out", frozenset({"public"}))
    assert (cut.name, cut.profiles, cut.action) == ("Cut off by the console at the...", None, "")


def test_what_a_missing_column_would_say_is_uncertain():
    firewall = read(COLUMNS)
    rules = stated(firewall)
    assert [(rule.name, rule.action) for rule in rules if rule.enabled][:2] == [
        ("Web, pages", Action.ALLOW),
        ("コア ネットワーク (TCP 受信)", Action.DENY),
    ]
    assert all(rule.conditions and rule.service.possible.text() == "any" for rule in rules)
    assert {gap.origin.first_line for gap in firewall.gaps if gap.hides_access} == {6, 7, 9}


def test_a_column_that_all_rules_lack_is_one_gap():
    rows = "".join(f"Rule {number:<26} True    Any             Inbound   Allow\n" for number in range(20))
    head, _, _ = COLUMNS.partition("Web, pages")
    (gap,) = read(head + rows).gaps
    assert "20 rules, 'Rule 0' first: not known: protocol and ports are not in the export" in gap.what
    assert (gap.origin.first_line, gap.origin.last_line, gap.hides_access) == (6, 25, True)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ('"DisplayName"\n"Web"\n"Mail"\n', [2, 3]),
        ('#TYPE Selected.X\n"DisplayName","Enabled"\n"Web","True"\n"Mail","True"\n', [3, 4]),
        ("DisplayName;Enabled\nWeb;True\nMail;True\n", [2, 3]),
        ("DisplayName : Web\n\nDisplayName : Mail\n", [1, 3]),
        ("DisplayName : Web\nEnabled     : True\n\nDisplayName : Mail\nEnabled     : True\n", [1, 4]),
        (json.dumps([{"DisplayName": "Web"}, {"DisplayName": "Mail"}]), [0, 0]),
        (json.dumps([{"Name": "Web", "Enabled": 1}, {"Name": "Mail", "Enabled": 1}]), [0, 0]),
        (
            '<Objs Version="1.1.0.1" xmlns="http://schemas.microsoft.com/powershell/2004/04">'
            '<Obj RefId="0"><MS><S N="DisplayName">Web</S></MS></Obj>'
            '<Obj RefId="1"><MS><S N="DisplayName">Mail</S></MS></Obj></Objs>',
            [0, 0],
        ),
    ],
)
def test_every_form_may_lack_columns(text, lines):
    rules = read(text).written.rules
    assert [(rule.name, rule.first_line) for rule in rules] == list(zip(("Web", "Mail"), lines, strict=True))
    assert all(rule.name_only for rule in rules)


def test_ports_without_a_direction_are_uncertain_both_ways():
    firewall = read("DisplayName,Enabled,Protocol,LocalPort\nWeb,True,TCP,443\n")
    rules = stated(firewall)
    assert {(rule.action, rule.service.possible.text()) for rule in rules if rule.id.endswith("block in)")} == {
        (Action.DENY, "tcp/443")
    }
    assert len(rules) == 4
    assert all(rule.conditions for rule in rules)


@pytest.mark.parametrize(
    "text",
    [
        "\nStatus   Name               DisplayName\n------   ----               -----------\nRunning  W3SVC              Web\n",
        "\nName            DisplayName\n----            -----------\nW3SVC           World Wide Web\n",
        '"Name","DisplayName","Status"\n"W3SVC","Web","Running"\n',
        "Name        : W3SVC\nDisplayName : Web\nStatus      : Running\n",
        '{"DisplayName": "x"}',
        "\nName  Length\n----  ------\na.txt     12\n",
    ],
)
def test_tables_of_other_things_are_not_taken(text):
    with pytest.raises(UnreadableError):
        read(text)


def test_a_richer_export_of_the_same_server_wins(server, locales, netsh, tmp_path):
    (tmp_path / "EX01-rules.txt").write_text(netsh(server, locales["en"]))
    (tmp_path / "EX01-names.txt").write_text(ONLY_NAMES.replace("\n", "\r\n"), encoding="utf-16")
    (tmp_path / "EX01-setup.bat").write_text("netsh advfirewall firewall add rule name=web dir=in action=allow\n")
    for order in (sorted(tmp_path.iterdir()), sorted(tmp_path.iterdir(), reverse=True)):
        renamed = [parsers.reading.load(path) for path in order]
        (firewall,) = parsers.read_all(
            [
                type(each)(each.name.replace("-names", "").replace("-setup", "").replace("-rules", ""), each.data)
                for each in renamed
            ]
        )
        assert len(stated(firewall)) == len(server) + 1
        assert firewall.gaps == ()
        assert any("the PowerShell export is poorer" in each for each in firewall.assumptions)


def test_beside_a_script_the_names_still_say_that_rules_are_missing():
    names = parsers.source.Document("EX01.txt", ONLY_NAMES.encode())
    script = parsers.source.Document("EX01.bat", b"netsh advfirewall firewall add rule name=web dir=in action=allow\n")
    for order in ([names, script], [script, names]):
        (firewall,) = parsers.read_all(order)
        assert [rule.name for rule in stated(firewall)] == ["web"]
        assert any("known by name only" in gap.what and gap.hides_access for gap in firewall.gaps)


@pytest.mark.skipif(not NAMES.exists(), reason="the corpus of real exports is not here")
def test_a_real_table_of_325_names():
    (firewall,) = parsers.read(NAMES)
    assert len(firewall.written.rules) == 325
    assert firewall.written.rules[0].name == "Remote Event Log Management (NP-In)"
    assert sum(gap.hides_access for gap in firewall.gaps) == 1
