"""Damaged and hostile files end in a clear refusal, whatever the reader."""

import pytest

import parsers
from parsers.errors import UnreadableError
from parsers.windows.powershell import bags

KEY = r"[HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy\FirewallRules]"
LIST = "\r\nName : r1\r\nDisplayName : Web\r\nDirection : Inbound\r\nAction : Allow\r\n" * 9
TABLE = "Name,Group,Profile,Enabled,Action,Remote Address,Protocol,Local Port\r\n"
TABLE += "Web,,All,Yes,Allow,Any,TCP,443\r\n" * 9


@pytest.mark.parametrize("damage", ["odd", "lost", "surrogate"])
@pytest.mark.parametrize("kind", ["netsh", "list", "table"])
def test_broken_utf16(kind, damage, server, locales, netsh):
    text = {"netsh": netsh(server, locales["en"]), "list": LIST, "table": TABLE}[kind]
    data = text.encode("utf-16")
    middle = len(data) // 4 * 2
    broken = {
        "odd": data[:-1],
        "lost": data[:-20] + data[-19:],
        "surrogate": data[:middle] + b"\x00\xd8" + data[middle:],
    }[damage]
    with pytest.raises(UnreadableError, match="broken utf-16"):
        parsers.read(broken, "EX01.txt")


def test_a_line_of_a_registry_text_that_no_rule_has():
    text = f'Windows Registry Editor Version 5.00\r\n\r\n{KEY}\r\n"a"="v2.10|Name={"x" * (5 << 20)}|"\r\n'
    with pytest.raises(UnreadableError, match=r"line 4 has \d+ characters"):
        parsers.read(text.encode(), "EX01.reg")


def test_json_of_more_objects_than_any_export_has(monkeypatch):
    monkeypatch.setattr(bags, "_MOST_OBJECTS", 10)
    text = '[{"DisplayName": "a", "Direction": 1, "InstanceID": "a"}' + ", {}" * 10 + "]"
    with pytest.raises(UnreadableError, match="over 10 objects"):
        parsers.read(text.encode(), "EX01.json")


def test_xml_of_more_elements_than_any_report_has():
    text = (
        '<Objs xmlns="http://schemas.microsoft.com/powershell/2004/04"><!-- MSFT_NetFirewallRule -->'
        + "<S/>" * 2_000_001
    )
    with pytest.raises(UnreadableError, match="over 1000000 elements"):
        parsers.read(text.encode(), "EX01.xml")


def test_binary_data_behind_a_dump(server, locales, netsh):
    with pytest.raises(UnreadableError, match="binary data"):
        parsers.read(netsh(server, locales["en"]).encode() + bytes(range(256)) * 50, "EX01.txt")


@pytest.mark.parametrize("lines", [1, 2, 5, 12])
def test_a_dump_that_breaks_off_within_a_rule_is_not_whole(lines, server, locales, netsh):
    whole = netsh(server, locales["en"]).split("\r\n")
    start = max(number for number, line in enumerate(whole) if line.startswith("Rule Name:"))
    (firewall,) = parsers.read("\r\n".join(whole[: start + lines]).encode(), "EX01.txt")
    assert any("breaks off" in gap.what and gap.hides_access for gap in firewall.gaps)
