"""Rules as tables: netsh's labels as columns in any language, and the list the firewall console exports."""

import csv
import io

import pytest

import parsers
from parsers.errors import UnreadableError
from parsers.model.firewall import Firewall
from parsers.model.rule import Action, Direction, ScopeKind
from parsers.source import Document
from parsers.windows import tables
from parsers.windows.netsh import texts
from parsers.windows.words import languages

CONSOLE = (
    "Name,Group,Profile,Enabled,Action,Override,Program,Local Address,Remote Address,Protocol,Local Port,Remote Port,"
    "Authorized Users,Authorized Computers,Authorized Local Principals,Local User Owner,Application Package"
)
ROWS = (
    'Web,,All,Yes,Allow,No,Any,Any,"10.0.0.0/8, Local subnet",TCP,"80, 443",Any,Any,Any,Any,Any,Any',
    'RPC,,"Domain, Private",No,Block,No,C:\\x.exe,Any,Any,TCP,RPC Dynamic Ports,Any,Any,Any,Any,Any,Any',
    "Ping,Core,Public,Yes,Secure,Yes,System,Any,Any,ICMPv4,Any,Any,Any,EX\\scanner,Any,Any,Any",
)


def read(text: str, name: str = "EX01-inbound.txt") -> Firewall:
    (firewall,) = parsers.read(text.encode("utf-16"), name)
    return firewall


def console(*rows: str, separator: str = ",") -> str:
    lines = [separator.join(f'"{cell}"' if separator in cell else cell for cell in next(csv.reader([line])))
             for line in (CONSOLE, *rows)]  # fmt: skip
    return "\r\n".join(lines) + "\r\n"


def tabled(rules, words, render, separator):
    """A netsh dump as a table: one column for each label, in the order of the longest rule."""
    text = render(rules, words, verbose=True)
    host = texts.read(Document("EX01.txt", text.encode()))
    columns: dict[str, None] = {}
    records = []
    for block in texts.scan(texts.lines_of(text)).blocks:
        record = {block.label: block.name, **dict(block.fields)}
        if block.icmp:
            record["Type,Code[;...]"] = ";".join(",".join(row) for row in block.icmp[1:])
        columns |= dict.fromkeys(record)
        records.append(record)
    out = io.StringIO()
    writer = csv.DictWriter(out, list(columns), delimiter=separator, restval="", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(records)
    return host, out.getvalue()


@pytest.mark.parametrize("separator", ["\t", ";", ","])
@pytest.mark.parametrize("code", ["en", "ja", "de", "es", "pt-BR"])
def test_a_table_gives_the_rules_of_the_dump(code, separator, server, locales, netsh):
    host, text = tabled(server, locales[code], netsh, separator)
    document = Document("EX01.csv", text.encode("utf-8-sig"))
    assert tables.recognises(document)
    found = tables.read(document)
    assert [gap.what for gap in found.gaps] == [gap.what for gap in host.gaps]
    assert len(found.rules) == len(host.rules)
    for mine, theirs in zip(found.rules, host.rules, strict=True):
        for name in (
            "name",
            "enabled",
            "direction",
            "action",
            "profiles",
            "protocol",
            "local_ports",
            "icmp",
            "program",
        ):
            assert getattr(mine, name) == getattr(theirs, name), name


def test_every_language_has_the_labels_a_table_needs():
    assert [
        code for code, each in languages().items() if not {"rule_name", "action"} <= set(each.labels.values())
    ] == []


@pytest.mark.parametrize("separator", ["\t", ",", ";"])
def test_the_list_of_the_console(separator):
    firewall = read(console(*ROWS, separator=separator))
    web, rpc, ping = [rule for rule in firewall.lists[0].rules if not rule.implicit]
    assert (web.action, web.enabled, web.ingress) == (Action.ALLOW, True, None)
    assert web.service.possible.text() == "tcp/80,443"
    assert web.written.source == ("10.0.0.0/8", "Localsubnet")
    assert not web.source.is_exact
    assert (rpc.action, rpc.enabled, rpc.ingress) == (Action.DENY, False, frozenset({"domain", "private"}))
    assert rpc.written.service == ("RPC",)
    assert rpc.program.name == "C:\\x.exe"
    assert (ping.action, ping.windows_service.kind) == (Action.BYPASS, ScopeKind.UNKNOWN)
    assert {condition.kind for condition in ping.conditions} >= {"ipsec", "identity", "icmp"}
    assert firewall.gaps == ()


def test_the_keywords_of_the_console():
    """It has names of its own for the keywords that netsh and the registry write."""
    row = 'Cast,,All,Yes,Allow,No,Any,Any,"PlayTo Renderers, DNS servers",UDP,"Edge Traversal, 2177",Any,Any,Any,Any,Any,Any'
    firewall = read(console(row))
    (rule,) = [rule for rule in firewall.lists[0].rules if not rule.implicit]
    assert rule.written.source == ("Ply2Renders", "DNS")
    assert rule.written.service == ("Teredo", "2177")
    assert rule.service.certain.text() == "udp/2177"
    assert firewall.gaps == ()


def test_what_is_not_known_of_a_disabled_rule_hides_no_access():
    off, on = ROWS[0].replace("Yes", "No").replace("TCP", "SCTPX"), ROWS[0].replace("TCP", "SCTPX")
    assert [gap.hides_access for gap in read(console(off)).gaps] == [False]
    assert [gap.hides_access for gap in read(console(off, on)).gaps] == [True]
    address = read(console(off.replace("SCTPX", "TCP").replace("Local subnet", "Mars")))
    assert [gap.hides_access for gap in address.gaps] == [False]


@pytest.mark.parametrize("row", ["Web", "Web,,All,Yes,Allow", "Web,,All,Yes,Allow,No,Any,Any,Any,TCP"])
def test_a_row_that_breaks_off_is_a_gap(row):
    firewall = read(console(row, ROWS[0]))
    assert any("the rest of the row" in gap.what and gap.hides_access for gap in firewall.gaps)
    assert "Web" in {rule.name for each in firewall.lists for rule in each.rules}


def test_a_list_that_was_pasted_below_some_lines_of_text():
    firewall = read("The rules, as of today:\r\n\r\n" + console(*ROWS, separator="\t"))
    web = firewall.lists[0].rules[0]
    assert (web.name, web.origin.first_line) == ("Web", 4)
    assert firewall.gaps == ()


def test_the_file_name_tells_the_direction():
    firewall = read(console(ROWS[0]), "EX01-outbound.txt")
    assert [len([rule for rule in each.rules if not rule.implicit]) for each in firewall.lists] == [0, 1]
    assert firewall.lists[1].direction is Direction.OUTBOUND


def test_without_a_name_that_tells_it_both_directions_stay_possible():
    firewall = read(console(ROWS[0]), "EX01.txt")
    assert [len([rule for rule in each.rules if not rule.implicit]) for each in firewall.lists] == [1, 1]
    (gap,) = firewall.gaps
    assert "inbound or of outbound" in gap.what
    assert gap.hides_access


@pytest.mark.parametrize(
    ("old", "new"), [("Allow", "Zulassen"), ("All,", "Alle,"), (",TCP,", ",SCTPX,"), ("Yes", "Ja")]
)
def test_a_word_the_console_never_writes_is_a_gap(old, new):
    firewall = read(console(ROWS[0].replace(old, new, 1)))
    assert any(new.strip(",") in gap.what and gap.hides_access for gap in firewall.gaps)


def test_a_broken_table_is_refused():
    with pytest.raises(UnreadableError, match="broken table"):
        read(f'{CONSOLE}\r\n"Web,,All\r\n')


def test_a_row_with_more_cells_than_the_header_is_a_gap() -> None:
    """Ports 80,443 without quotes would be read as local port 80 and remote port 443."""
    header = "Name,Group,Profile,Enabled,Action,Override,Program,Local Address,Remote Address,Protocol,Local Port,Remote Port"
    right = 'a,,All,Yes,Allow,No,Any,Any,Any,TCP,"80,443",Any'
    assert not read(f"{header}\n{right}\n", "inbound.csv").gaps
    assert not read(f"{header}\n{right},,\n", "inbound.csv").gaps
    (gap,) = read(f"{header}\n{right}\n{right.replace(chr(34), '')}\n", "inbound.csv").gaps
    assert (gap.origin.first_line, gap.hides_access) == (3, True)
    assert "more cells than the header" in gap.what
