"""`.reg` files: encodings, escapes, continuation lines, deletions, control sets, both policy keys."""

import pytest

from parsers.errors import UnreadableError
from parsers.source import Document
from parsers.windows import containers

LOCAL = r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy"
GROUP = r"HKEY_LOCAL_MACHINE\SOFTWARE\Policies\Microsoft\WindowsFirewall"
MAIL = '"A"="v2.10|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=25|Name=Mail|"'


def read(text, *, header="Windows Registry Editor Version 5.00", encoding="utf-16"):
    document = Document("EX01.reg", (header + "\r\n\r\n" + text.replace("\n", "\r\n")).encode(encoding))
    assert containers.recognises(document)
    return containers.read(document)


def rules(body, **options):
    return read(f"[{LOCAL}\\FirewallRules]\n{body}\n", **options).rules


def test_rule_with_its_line():
    (rule,) = rules(MAIL)
    assert (rule.id, rule.name, rule.local_ports, rule.first_line, rule.store) == ("A", "Mail", ("25",), 4, "local")


def test_backslashes_and_quotes_are_escaped():
    (rule,) = rules(r'"{\"x\"}"="v2.10|Action=Allow|Active=TRUE|Dir=In|App=C:\\Dir\\a.exe|Name=say \"hi\"|"')
    assert (rule.id, rule.program.name, rule.name) == ('{"x"}', "C:\\Dir\\a.exe", 'say "hi"')


@pytest.mark.parametrize("kind", ["hex(1)", "hex(2)", "hex(7)"])
def test_hexadecimal_text_over_several_lines(kind):
    raw = "v2.10|Action=Block|Active=TRUE|Dir=Out|Name=Hex|\0".encode("utf-16-le").hex(",").split(",")
    lines = [",".join(raw[at : at + 20]) for at in range(0, len(raw), 20)]
    (rule,) = rules(f'"H"={kind}:' + ",\\\n  ".join(lines))
    assert (rule.name, rule.action, rule.direction) == ("Hex", "block", "out")


def test_regedit4_is_ansi():
    text = f"[{LOCAL}\\FirewallRules]\n" + MAIL.replace("Mail", "Büro")
    raw = "v2.10|Action=Allow|Active=TRUE|Dir=In|Name=Über|\0".encode("cp1252").hex(",")
    host = read(f'{text}\n"B"=hex(2):{raw}\n', header="REGEDIT4", encoding="cp1252")
    assert [rule.name for rule in host.rules] == ["Büro", "Über"]


def test_a_text_may_run_over_lines():
    (rule,) = rules('"A"="v2.10|Action=Allow|Active=TRUE|Dir=In|Name=N|Desc=first\nsecond|Protocol=6|"')
    assert rule.protocol == 6


def test_a_quote_that_is_never_closed_does_not_swallow_the_file():
    host = read(f'[{LOCAL}\\FirewallRules]\n"X"="v2.10|Action=Allow\n' + "\n" * 60 + MAIL + "\n")
    assert [rule.id for rule in host.rules] == ["A"]
    assert host.gaps


def test_later_values_win_and_deletions_delete():
    assert rules(MAIL + "\n" + MAIL.replace("Allow", "Block"))[0].action == "block"
    assert rules(MAIL + '\n"A"=-') == ()
    host = read(f"[{LOCAL}\\FirewallRules]\n{MAIL}\n[-{LOCAL}\\FirewallRules]\n")
    assert host.rules == ()


def test_profiles_and_other_value_kinds():
    host = read(
        f'[{LOCAL}\\PublicProfile]\n"EnableFirewall"=dword:00000000\n"X"=hex:01,02\n'
        f'[{LOCAL}\\PublicProfile\\Logging]\n"LogFileSize"=dword:00001000\n'
    )
    (state,) = host.profiles
    assert (state.profile, state.enabled, state.line) == ("public", False, 4)
    assert ("Logging/LogFileSize", "4096") in state.values


def test_one_control_set_is_taken():
    first = LOCAL.replace("CurrentControlSet", "ControlSet001")
    second = LOCAL.replace("CurrentControlSet", "ControlSet002")
    other = MAIL.replace('"A"', '"B"')
    host = read(f"[{second}\\FirewallRules]\n{other}\n[{first}\\FirewallRules]\n{MAIL}\n")
    assert [rule.id for rule in host.rules] == ["A"]
    host = read(f"[{first}\\FirewallRules]\n{other}\n[{LOCAL}\\FirewallRules]\n{MAIL}\n")
    assert [rule.id for rule in host.rules] == ["A"]


SELECT = "[HKEY_LOCAL_MACHINE\\SYSTEM\\Select]\n"


def test_control_sets_that_differ_are_a_gap_where_nothing_says_which_is_in_use():
    first, second = (LOCAL.replace("CurrentControlSet", f"ControlSet00{number}") for number in (1, 2))
    text = f"[{first}\\FirewallRules]\n{MAIL}\n[{second}\\FirewallRules]\n{MAIL.replace('25', '3389')}\n"
    (gap,) = read(text).gaps
    assert gap.hides_access
    assert "controlset002 holds another firewall policy than controlset001" in gap.what
    assert read(text.replace("3389", "25")).gaps == ()
    assert read(f"{text}[{LOCAL}\\FirewallRules]\n{MAIL}\n").gaps == ()


@pytest.mark.parametrize("number", ["1", "2"])
def test_select_names_the_control_set_in_use(number):
    first, second = (LOCAL.replace("CurrentControlSet", f"ControlSet00{number}") for number in (1, 2))
    sets = f"[{first}\\FirewallRules]\n{MAIL}\n[{second}\\FirewallRules]\n{MAIL.replace('25', '3389')}\n"
    select = f'{SELECT}"Current"=dword:0000000{number}\n"LastKnownGood"=dword:00000002\n'
    for text in (select + sets, sets + select):
        host = read(text)
        assert [rule.local_ports for rule in host.rules] == [("25",) if number == "1" else ("3389",)]
        assert host.gaps == ()


def test_factory_defaults_are_no_policy():
    path = LOCAL.replace("Parameters", "Defaults")
    with pytest.raises(UnreadableError, match="without a firewall policy"):
        read(f"[{path}\\FirewallRules]\n{MAIL}\n")


def test_local_and_group_policy_in_one_file():
    host = read(
        f"[{LOCAL}\\FirewallRules]\n{MAIL}\n\n[{GROUP}\\FirewallRules]\n{MAIL}\n\n"
        f'[{GROUP}\\PublicProfile]\n"AllowLocalPolicyMerge"=dword:00000000\n'
    )
    assert [(rule.id, rule.store) for rule in host.rules] == [("A", "local"), ("gpo/A", "gpo")]
    assert host.stores == ("local", "gpo")
    assert host.profiles[0].merge_local is False


def test_old_group_policy_profile_stands_for_private_and_public():
    host = read(f'[{GROUP}\\StandardProfile]\n"EnableFirewall"=dword:1\n')
    assert [each.profile for each in host.profiles] == ["private", "public"]
    both = read(
        f'[{GROUP}\\StandardProfile]\n"EnableFirewall"=dword:1\n[{GROUP}\\PublicProfile]\n"EnableFirewall"=dword:0\n'
    )
    assert [(each.profile, each.enabled) for each in both.profiles] == [("public", False)]


def test_several_exports_in_one_file():
    part = f"Windows Registry Editor Version 5.00\n\n[{LOCAL}\\FirewallRules]\n{MAIL}\n\n"
    host = read(part + part.replace('"A"', '"B"'))
    assert [rule.id for rule in host.rules] == ["A", "B"]
    assert host.gaps == ()


def test_a_line_not_understood_is_said_with_its_number():
    host = read(f'[{LOCAL}\\FirewallRules]\nnonsense\n{MAIL}\n"Y"=strange:1\n')
    assert [gap.origin.first_line for gap in host.gaps] == [4, 6]
    assert all(gap.hides_access for gap in host.gaps)
    assert len(host.rules) == 1


def test_garbage_under_a_policy_key_is_refused_soon():
    with pytest.raises(UnreadableError, match="over 1000 lines"):
        read(f"[{LOCAL}\\FirewallRules]\n" + '"a"="open\n' * 200_000)
    with pytest.raises(UnreadableError, match="over 1000 values"):
        read(f"[{LOCAL}\\FirewallRules]\n" + "".join(f'"{i}"="garbage"\n' for i in range(3000)))


def test_broken_utf16_is_refused():
    data = "Windows Registry Editor Version 5.00\r\n".encode("utf-16") + b"\x00\xd8\x41\x00"
    with pytest.raises(UnreadableError, match="broken utf-16"):
        containers.read(Document("x.reg", data))


def test_long_continuations_are_read_in_linear_time():
    lines = ",\\\n  ".join("00," * 24 + "00" for _ in range(20_000))
    assert read(f'[{LOCAL}\\PublicProfile]\n"X"=hex:{lines}\n"EnableFirewall"=dword:1\n').profiles[0].enabled


@pytest.mark.parametrize(("service", "start", "severe"), [("MpsSvc", 4, True), ("BFE", 4, True), ("MpsSvc", 2, False)])
def test_a_disabled_service_of_the_firewall_is_a_gap(service, start, severe):
    key = rf"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\{service}"
    host = read(f'[{key}]\n"Start"=dword:0000000{start}\n\n[{LOCAL}\\FirewallRules]\n{MAIL}\n')
    assert [rule.name for rule in host.rules] == ["Mail"]
    assert [(gap.origin.name, gap.hides_access) for gap in host.gaps] == [(service, True)] * severe


def test_other_services_may_be_disabled():
    key = r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\Spooler"
    assert read(f'[{key}]\n"Start"=dword:00000004\n\n[{LOCAL}\\FirewallRules]\n{MAIL}\n').gaps == ()
