"""`set rule`, `delete rule`, `reset`, `import`: what becomes of the rules a script made before, and of those it did not."""

import pytest

ADD = "netsh advfirewall firewall add rule name={} dir=in action=allow protocol=TCP localport={}"
WEB = ADD.format("web", 80)
SQL = ADD.format("sql", 1433)
FIREWALL = "netsh advfirewall firewall"


def names(rules):
    return [rule.name for rule in rules]


def test_deleting_first_and_adding_then_is_one_certain_rule(read):
    firewall = read(f'{FIREWALL} delete rule name="WEB" >nul 2>&1', WEB)
    assert names(firewall.written.rules) == ["web"]
    assert firewall.gaps == ()
    assert any("web01.bat, line 1: rules the host had may be deleted" in each for each in firewall.assumptions)


def test_deleting_later_takes_the_rule_back(stated):
    assert names(stated(WEB, SQL, f"{FIREWALL} delete rule name=Web")) == ["sql"]
    assert stated(WEB, SQL, f"{FIREWALL} delete rule name=all") == ()


@pytest.mark.parametrize(
    ("more", "left"),
    [
        ("dir=out", ["web"]),
        ("dir=in", []),
        ("protocol=6 localport=80", []),
        ("protocol=udp", ["web"]),
        ("profile=any", []),
        ("profile=domain,private,public", []),
        ("profile=public", ["web"]),
    ],
)
def test_a_deletion_can_ask_for_more_than_the_name(read, more, left):
    firewall = read(WEB, SQL, f"{FIREWALL} delete rule name=web {more}")
    assert names(firewall.written.rules) == [*left, "sql"]
    assert firewall.gaps == ()


@pytest.mark.parametrize("line", ["{} delete rule name=web localport=79-81", "if exist x {} delete rule name=web"])
def test_a_deletion_that_may_not_hit_leaves_the_rule_uncertain(read, line):
    firewall = read(WEB, SQL, line.format(FIREWALL))
    web, sql = firewall.written.rules
    assert web.unread == ("line 3 may delete it",)
    assert sql.unread == ()
    assert [gap.hides_access for gap in firewall.gaps] == [True]


def test_a_name_the_script_computes_may_be_any_that_begins_alike(stated):
    rules = stated(ADD.format("web-1", 80), ADD.format("sql-1", 1433), f"{FIREWALL} delete rule name=web-%N%")
    assert [bool(rule.unread) for rule in rules] == [True, False]


def test_set_changes_a_rule_the_script_made(stated):
    web, sql = stated(
        WEB, SQL, f"{FIREWALL} set rule name=web dir=in new localport=8080 remoteip=192.0.2.0/24 name=api"
    )
    assert (web.name, web.local_ports, web.remote_addresses, web.unread) == ("api", ("8080",), ("192.0.2.0/24",), ())
    assert sql.local_ports == ("1433",)


def test_set_without_new_changes_nothing(read):
    firewall = read(WEB, f"{FIREWALL} set rule name=web localport=80")
    assert firewall.written.rules[0].local_ports == ("80",)
    assert firewall.gaps == ()


@pytest.mark.parametrize("asked", ['group="Remote Desktop"', "name=other"])
def test_opening_rules_the_script_does_not_show_is_a_gap(read, asked):
    (gap,) = read(WEB, f"{FIREWALL} set rule {asked} new enable=yes").gaps
    assert "changes rules that the script does not show" in gap.what
    assert (gap.hides_access, gap.origin.first_line) == (True, 2)


def test_closing_rules_the_script_does_not_show_is_said(read):
    firewall = read(WEB, f'{FIREWALL} set rule group="Remote Desktop" new enable=no')
    assert firewall.gaps == ()
    assert any("Remote Desktop) may be switched off; none is taken as off" in each for each in firewall.assumptions)


def test_a_script_that_only_opens_groups_says_that_it_shows_no_rule(read):
    firewall = read(f'{FIREWALL} set rule group="Remote Desktop" new enable=yes')
    assert firewall.written.rules == ()
    assert {gap.origin.kind for gap in firewall.gaps if gap.hides_access} == {"command", "rules"}


def test_a_reset_takes_rules_back_and_turns_the_profiles_on(read):
    firewall = read(WEB, "netsh advfirewall set allprofiles state off", "netsh advfirewall reset", SQL)
    assert names(firewall.written.rules) == ["sql"]
    assert {each.enabled for each in firewall.written.profiles} == {True}
    assert any("rules of Windows itself are in force" in each for each in firewall.assumptions)


def test_an_import_replaces_everything_by_what_is_not_shown(read):
    firewall = read(WEB, 'netsh advfirewall import "C:\\policy.wfw"', SQL)
    assert names(firewall.written.rules) == ["sql"]
    (gap,) = firewall.gaps
    assert "C:\\policy.wfw" in gap.what
    assert gap.hides_access


@pytest.mark.parametrize("line", ["netsh advfirewall reset", "netsh advfirewall import x.wfw"])
def test_where_that_may_not_happen_the_rules_before_are_uncertain(stated, line):
    web, sql = stated(WEB, f"if exist x.wfw {line}", SQL)
    assert web.unread
    assert sql.unread == ()


@pytest.mark.parametrize(
    "line",
    [
        "netsh exec more.txt",
        "netsh -f more.txt",
        "netsh -r EX02 advfirewall firewall add rule name=x dir=in action=allow",
        "netsh advfirewall set store gpo=example.com\\x",
        "netsh advfirewall firewall s rule name=web new enable=no",
        "netsh advfirewall firewall add %WHAT%",
        "netsh %EVERYTHING%",
    ],
)
def test_commands_that_lead_elsewhere_are_gaps(read, line):
    (gap,) = read(WEB, line).gaps
    assert (gap.origin.first_line, gap.hides_access) == (2, True)


@pytest.mark.parametrize(
    "line",
    [
        "netsh advfirewall firewall show rule name=all",
        "netsh advfirewall export x.wfw",
        "netsh advfirewall consec add rule name=x endpoint1=any endpoint2=any action=requireinrequestout",
        "netsh interface ipv4 add dnsserver x 192.0.2.1",
        "netsh http add urlacl url=http://+:80/ user=x",
        "netsh advfirewall set global statefulftp disable",
        "netsh advfirewall firewall add rule ?",
    ],
)
def test_other_commands_change_no_rule(read, line):
    firewall = read(WEB, line)
    assert (names(firewall.written.rules), firewall.gaps) == (["web"], ())


@pytest.mark.parametrize("short", ["advf fire add rule", "adv f a r", "ADVFIREWALL firewall ADD Rule"])
def test_command_words_may_be_shortened_as_far_as_they_are_clear(stated, short):
    assert names(stated(f"netsh {short} name=web dir=in action=allow")) == ["web"]


def test_a_renamed_rule_is_found_by_its_new_name_only(stated):
    change = "netsh advfirewall firewall set rule name=web new name=site"
    assert [rule.name for rule in stated(WEB, change, "netsh advfirewall firewall delete rule name=web")] == ["site"]
    assert stated(WEB, change, "netsh advfirewall firewall delete rule name=SITE") == ()


def test_a_rule_with_a_computed_name_may_be_the_one_deleted(stated):
    (rule,) = stated(ADD.format('"w%X%"', 80), "netsh advfirewall firewall delete rule name=web")
    assert any("line 2 may delete it" in each for each in rule.unread)


def test_rules_of_one_name_go_together_and_the_others_stay_in_order(stated):
    added = [ADD.format(name, 80) for name in ("a", "b", "a", "c", "A")]
    rules = stated(*added, "netsh advfirewall firewall delete rule name=a", ADD.format("a", 80))
    assert [rule.name for rule in rules] == ["b", "c", "a"]
