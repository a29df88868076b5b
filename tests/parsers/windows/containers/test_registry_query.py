"""`reg query KEY /s`: keys without brackets, values in columns, what a window wrapped."""

import pytest

from parsers.errors import UnreadableError
from parsers.source import Document
from parsers.windows import containers

LOCAL = r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy"
MAIL = "    A    REG_SZ    v2.10|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=25|Name=Mail|"


def read(*lines, encoding="utf-8"):
    document = Document("EX01.txt", "\r\n".join(["", *lines, ""]).encode(encoding))
    assert containers.recognises(document)
    return containers.read(document)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_rules_and_profiles(encoding):
    host = read(
        f"{LOCAL}\\FirewallRules", MAIL, "", f"{LOCAL}\\PublicProfile", "    EnableFirewall    REG_DWORD    0x0", "",
        encoding=encoding,
    )  # fmt: skip
    (rule,) = host.rules
    (state,) = host.profiles
    assert (rule.id, rule.name, rule.local_ports, rule.first_line, rule.store) == ("A", "Mail", ("25",), 3, "local")
    assert (state.profile, state.enabled, host.stores, host.gaps) == ("public", False, ("local",), ())


def test_names_with_blanks_and_what_stands_around():
    name = "TCP Query User{1-2}C:\\a b\\c.exe"
    host = read(
        "C:\\>reg query HKLM\\SYSTEM /s", "", f"{LOCAL}\\FirewallRules", "    (Standard)    REG_SZ    (Wert nicht gesetzt)",
        MAIL.replace("    A ", f"    {name} "), "", "End of search: 2 match(es) found.",
    )  # fmt: skip
    assert [rule.id for rule in host.rules] == [name]
    assert host.gaps == ()


def test_one_control_set_and_no_other_key():
    other = LOCAL.replace("CurrentControlSet", "ControlSet002")
    host = read(f"{LOCAL}\\FirewallRules", MAIL, "", f"{other}\\FirewallRules", MAIL, "", r"HKEY_LOCAL_MACHINE\X", MAIL)
    assert [(rule.id, rule.name, rule.first_line) for rule in host.rules] == [("A", "Mail", 3)]


def test_a_wrapped_value_is_a_gap():
    host = read(f"{LOCAL}\\FirewallRules", MAIL[:70], MAIL[70:], MAIL.replace("    A ", "    B "))
    assert "B" in [rule.id for rule in host.rules]
    assert any("line 4 is no registry value" in gap.what and gap.hides_access for gap in host.gaps)


def test_a_query_of_nothing_but_keys_is_refused():
    document = Document("EX01.txt", f"\r\n{LOCAL}\\FirewallRules\r\n".encode())
    assert not containers.recognises(document)
    with pytest.raises(UnreadableError):
        containers.read(document)
