"""Damaged and hostile files end in a clear refusal, whatever the reader."""

import pytest

import parsers
from parsers.errors import TooLargeError, UnreadableError
from parsers.windows import tables
from parsers.windows.containers import registrypol, regtext
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


RULE = (
    "\r\nRule Name:   a\r\n"
    + "-" * 70
    + "\r\nEnabled:   Yes\r\nDirection:   In\r\nProfiles:   Domain\r\nLocalIP:   Any\r\n"
    "RemoteIP:   {}\r\nProtocol:   TCP\r\nLocalPort:   80\r\nRemotePort:   Any\r\nEdge traversal:   No\r\nAction:   Allow\r\n"
)
NONSENSE = bytes(range(1, 256)) * 4
POLICY_KEY = KEY.strip("[]")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (RULE.format("Any").encode() + bytes(64), "binary data"),
        (RULE.format("Any").encode() + NONSENSE * 200, "binary data"),
        (RULE.format("Any").encode() + b"x: y\n" * 200, "more lines than any"),
        (RULE.format("10.0.0.1,").encode().replace(b",\r", b",\r\n" + b"10.0.0.2,\n" * 20_000 + b"\r"), "more lines than any"),
        (RULE.format("Any").encode() + b"a" * (9 << 20), "lines of over 64000"),
        (TABLE.encode() + bytes(64), "binary data"),
        (f"Windows Registry Editor Version 5.00\r\n\r\n{KEY}\r\n".encode() + NONSENSE * 9 + bytes(64), "binary data"),
        (f"{POLICY_KEY}\r\n    a    REG_SZ    v2.10|Action=Allow|Dir=In|\r\n".encode() + bytes(64), "binary data"),
    ],
)  # fmt: skip
def test_nonsense_behind_a_good_beginning(data, reason):
    with pytest.raises(UnreadableError, match=reason):
        parsers.read(data, "EX01.txt")


@pytest.mark.parametrize("beginning", [RULE.format("Any"), TABLE, LIST, "New-NetFirewallRule -DisplayName a\n"])
def test_texts_of_more_lines_than_any_export_has(beginning):
    with pytest.raises(TooLargeError, match="lines is no export"):
        parsers.read(beginning.encode() + b"x\n" * 4_000_001, "EX01.txt")


def test_a_table_of_more_rows_than_any_server_has_rules(monkeypatch):
    monkeypatch.setattr(tables, "_MOST_ROWS", 5)
    with pytest.raises(TooLargeError, match="over 5 rows"):
        parsers.read(TABLE.encode(), "inbound.csv")


def test_a_registry_text_of_more_values_than_any_policy_has(monkeypatch):
    monkeypatch.setattr(regtext, "_MOST_VALUES", 5)
    text = f"Windows Registry Editor Version 5.00\r\n\r\n{KEY}\r\n" + '"a"="v2.10|Action=Allow|Dir=In|"\r\n' * 6
    with pytest.raises(TooLargeError, match="over 5 values"):
        parsers.read(text.encode(), "EX01.reg")


def test_a_group_policy_of_more_records_than_any_has(monkeypatch):
    monkeypatch.setattr(registrypol, "_MOST_RECORDS", 5)
    with pytest.raises(TooLargeError, match="over 5 records"):
        parsers.read(b"PReg\1\0\0\0" + "[k\0;v\0;\1\0;\0\0;]".encode("utf-16-le") * 6, "Registry.pol")


def test_a_dump_of_words_that_nobody_knows():
    rows = "".join(f"r{n},Yes,In,Any,Any,Any,TCP,80,Any,No,word{n}\n" for n in range(1001))
    header = (
        "Rule Name,Enabled,Direction,Profiles,LocalIP,RemoteIP,Protocol,LocalPort,RemotePort,Edge traversal,Action\n"
    )
    with pytest.raises(UnreadableError, match="over 1000 different words"):
        parsers.read((header + rows).encode(), "EX01.csv")


def test_a_rule_with_ten_thousand_addresses_is_no_nonsense():
    """A ban list: one line of 200,000 characters in a file of a few lines."""
    addresses = ",".join(f"10.{n >> 8}.{n & 255}.1/32" for n in range(10_000))
    (firewall,) = parsers.read((RULE.format(addresses) * 40 + "Ok.\r\n").encode(), "EX01.txt")
    assert len(firewall.written.rules) == 40
    assert len(firewall.written.rules[0].remote_addresses) == 10_000


@pytest.mark.parametrize("code", ["ja", "de", "ru"])
def test_one_broken_byte_does_not_change_the_code_page(code, server, locales, netsh):
    """One flipped bit in a name of the last rule: all else is as it was, and the damage is said."""
    text = netsh(server, locales[code])
    (broken,) = parsers.read(text.replace("Out 4", "Out Ж4").encode().replace(b"Out \xd0", b"Out \xff"), "EX01.txt")
    (whole,) = parsers.read(text.encode(), "EX01.txt")
    assert broken.written.rules[:-1] == whole.written.rules[:-1]
    assert any("broken UTF-8" in note for note in broken.written.notes)


@pytest.mark.parametrize("encoding", ["utf-8", "cp932"])
def test_a_table_with_a_broken_letter_far_below_its_header(encoding):
    header = "規則名\t有効\t方向\tプロトコル\tリモート IP\t操作\n"
    rows = "Web\tはい\t入力\tTCP\t任意\t許可\n" * 900
    (firewall,) = parsers.read((header + rows).encode(encoding) + b"\xff\n", "EX01.tsv")
    assert sum(rule.action == "allow" for rule in firewall.written.rules) == 900


@pytest.mark.parametrize(
    "kept", [[0], [0, 1], [0, 1, 2], [0, 1, 2, 3], [0, *range(2, 20)], list(range(1, 20)), [0, 1, 2, 3, 4]]
)
@pytest.mark.parametrize("code", ["en", "ja", "tr"])
def test_a_rule_in_the_middle_that_lost_lines_is_never_lost(code, kept, server, locales, netsh):
    """Only its name is left, or its dashed line is gone, or most of its fields: the rest is read, and the loss is said."""
    lines = netsh(server, locales[code]).split("\r\n")
    heads = [number for number, line in enumerate(lines) if line.startswith("-" * 60)]
    start, end = heads[5] - 1, heads[6] - 2
    rule = [line for number, line in enumerate(lines[start:end]) if number in kept]
    (firewall,) = parsers.read("\r\n".join([*lines[:start], *rule, *lines[end:]]).encode(), "EX01.txt")
    assert len(firewall.written.rules) in (len(server) - 1, len(server))
    assert any(gap.hides_access for gap in firewall.gaps)


def test_a_blank_line_within_a_rule_is_said(server, locales, netsh):
    lines = netsh(server, locales["en"]).split("\r\n")
    start = next(number for number, line in enumerate(lines) if line.startswith("Rule Name:"))
    (firewall,) = parsers.read("\r\n".join([*lines[: start + 4], "", *lines[start + 4 :]]).encode(), "EX01.txt")
    assert any("belong to no whole rule" in gap.what and gap.hides_access for gap in firewall.gaps)


def test_what_other_commands_print_is_no_lost_rule(server, locales, netsh):
    """A session with other output above and below: adapters and their descriptions are nobody's rules."""
    other = "Ethernet adapter:\r\n\r\n   Description : Adapter\r\nEnabled: Yes\r\n\r\n"
    (firewall,) = parsers.read((other + netsh(server, locales["en"]) + other).encode(), "EX01.txt")
    assert not any("belong to no whole rule" in gap.what for gap in firewall.gaps)


@pytest.mark.parametrize(
    ("label", "what"),
    [
        ("LocalPort", "ports are missing"),
        ("RemotePort", "ports are missing"),
        ("Profiles", "profiles are missing"),
        ("LocalIP", "addresses are missing"),
    ],
)
def test_line_that_a_rule_lost_is_not_any(label, what, server, locales, netsh):
    lines = netsh(server, locales["en"]).splitlines()
    kept = [line for line in lines if not line.startswith(f"{label}:")]
    (firewall,) = parsers.read("\n".join(kept).encode(), "EX01.txt")
    assert any(what in gap.what and gap.hides_access for gap in firewall.gaps)
    assert any(condition.kind == "unread" for condition in firewall.lists[0].rules[0].conditions)
