"""Port matrices of Excel and CSV: any order of columns, merged and blank cells, several sheets, and nothing lost in silence."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from auditor.imports import Entry, Imported, import_matrix
from parsers.errors import UnreadableError

HEADER = ["Source", "Destination", "Protocol", "Port", "Description"]


def workbook(path: Path, **sheets: list[list[Any]]) -> Path:
    book = Workbook()
    book.remove(book.active)  # type: ignore[arg-type]
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def imported(tmp_path: Path, *rows: list[Any]) -> Imported:
    return import_matrix(workbook(tmp_path / "m.xlsx", Ports=list(rows)))


def shown(entry: Entry) -> str:
    sides = ["+".join(end.name or "/".join(end.zones) for end in ends) for ends in (entry.sources, entry.destinations)]
    return f"{sides[0]} > {sides[1]} {' '.join(entry.services)}"


def texts(found: Imported) -> list[str]:
    return [each.text.removeprefix("m.xlsx").partition("m.xlsx, ")[2] or each.text for each in found.problems]


@pytest.mark.parametrize(
    "header",
    [
        ["Source", "Destination", "Protocol", "Port"],
        ["Port(s)", "From", "Prot.", "To"],
        ["Dst Port", "Src Host", "IP Protocol", "Target"],
        ["Zielport", "Quelle", "Protokoll", "Ziel"],
        ["Puerto", "Origen", "Protocolo", "Destino"],
        ["Port", "Kaynak", "Protokol", "Hedef"],
        ["DestinationPort", "SourceZone", "Protocol", "DestinationZone"],
    ],
    ids=lambda header: header[0],
)
def test_columns_are_found_by_words_in_any_order(tmp_path: Path, header: list[str]) -> None:
    values = {"source": "web", "destination": "db", "protocol": "tcp", "port": 1433}
    order = {
        "Source": "source", "Destination": "destination", "Protocol": "protocol", "Port": "port", "Port(s)": "port",
        "From": "source", "Prot.": "protocol", "To": "destination", "Dst Port": "port", "Src Host": "source",
        "IP Protocol": "protocol", "Target": "destination", "Zielport": "port", "Quelle": "source",
        "Protokoll": "protocol", "Ziel": "destination", "Puerto": "port", "Origen": "source", "Protocolo": "protocol",
        "Destino": "destination", "Kaynak": "source", "Protokol": "protocol", "Hedef": "destination",
        "DestinationPort": "port", "SourceZone": "source", "DestinationZone": "destination",
    }  # fmt: skip
    found = imported(tmp_path, header, [values[order[word]] for word in header])
    assert [shown(each) for each in found.entries] == ["web > db tcp/1433"]


def test_the_header_may_stand_below_a_title(tmp_path: Path) -> None:
    found = imported(tmp_path, ["Firewall request"], ["as of 2026"], [], HEADER, ["web", "db", "tcp", 1433, "SQL"])
    assert [(shown(each), each.title, each.place.row) for each in found.entries] == [("web > db tcp/1433", "SQL", 5)]


def test_blank_cells_mean_the_one_above_until_a_blank_row(tmp_path: Path) -> None:
    rows = (
        ["web", "db", "tcp", 1433, ""],
        [None, None, None, 1434, ""],
        [None, "dns", "udp", 53, ""],
        [],
        [None, "x", "tcp", 1, ""],
    )
    found = imported(tmp_path, HEADER, *rows)
    assert [shown(each) for each in found.entries] == ["web > db tcp/1433", "web > db tcp/1434", "web > dns udp/53"]
    assert texts(found) == ["sheet Ports, row 6, column Source: empty, and no row above says it"]


def test_merged_cells_count_in_every_row_they_cover(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (HEADER, ["web", "db", "tcp", 1433], [None, "dns", "udp", 53]):
        sheet.append(row)
    sheet.merge_cells("A2:A3")
    book.save(tmp_path / "m.xlsx")
    assert [shown(each) for each in import_matrix(tmp_path / "m.xlsx").entries] == [
        "web > db tcp/1433",
        "web > dns udp/53",
    ]


def test_every_sheet_is_read_and_one_without_a_table_is_said(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "m.xlsx",
        A=[HEADER, ["a", "b", "tcp", 1]],
        Notes=[["Ask Ada"]],
        B=[HEADER, ["c", "d", "tcp", 2]],
        Empty=[],
    )
    found = import_matrix(path)
    assert [(each.place.sheet, shown(each)) for each in found.entries] == [("A", "a > b tcp/1"), ("B", "c > d tcp/2")]
    assert texts(found) == [
        "sheet Notes: no header row with source, destination and port (or service) in its first rows"
    ]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (["web", "db", "tcp", "lots"], "row 2, column Port: 'lots' was not understood at 'lots'"),
        (["web", "db", None, 1433], "row 2, column Port: which protocol is port 1433?"),
        (["web", "db", "tpc", 1433], "row 2, column Protocol: unknown protocol 'tpc'"),
        (["web", "db", "tcp", datetime(2026, 10, 12)], "row 2, column Port: Excel made a date of this cell"),
        (["web", "10.0.0.300", "tcp", 1433], "row 2, column Destination: '10.0.0.300' is no address"),
        (["web", None, "tcp", 1433], "row 2, column Destination: empty, and no row above says it"),
    ],
)  # fmt: skip
def test_a_row_that_is_not_understood_is_said_with_its_place(tmp_path: Path, row: list[Any], said: str) -> None:
    found = imported(tmp_path, HEADER, row, ["web", "db", "tcp", 80, ""])
    assert [shown(each) for each in found.entries] == ["web > db tcp/80"]
    assert [said in each.text for each in found.lost] == [True]


def test_ends_of_all_kinds(tmp_path: Path) -> None:
    rows = (
        ["Internet", "web01 (10.0.0.5)", "tcp", 443],
        ["10.0.20.0/24", "web01\n10.0.0.6", "tcp", 443],
        ["LAN", "10.0.0.1-10.0.0.9", "tcp", 22],
        ["Büro-PC, Drucker", "10.0.0.0 255.255.255.0", "tcp", 9100],
        ["2001:db8::1", "DMZ", "tcp", 25],
    )
    found = imported(tmp_path, HEADER, *rows)
    assert [shown(each) for each in found.entries] == [
        "internet > web01 tcp/443",
        "net_10_0_20_0_24 > web01 tcp/443",
        "internal > net_10_0_0_1_10_0_0_9 tcp/22",
        "buro_pc+drucker > net_10_0_0_0_24 tcp/9100",
        "host_2001_db8_1 > perimeter tcp/25",
    ]
    assert found.entries[0].destinations[0].addresses == ("10.0.0.5",)
    assert found.entries[1].destinations[0].addresses == ("10.0.0.6",)


def test_names_and_addresses_in_columns_of_their_own(tmp_path: Path) -> None:
    header = ["Source Host", "Source IP", "Destination", "Destination IP", "Service Port", "Proto"]
    (entry,) = imported(tmp_path, header, ["web01", "10.0.0.5", "dns1\ndns2", "10.0.0.1\n10.0.0.2", 53, "udp"]).entries
    assert [(end.name, end.addresses) for end in (*entry.sources, *entry.destinations)] == [
        ("web01", ("10.0.0.5",)), ("dns1", ("10.0.0.1",)), ("dns2", ("10.0.0.2",))
    ]  # fmt: skip


def test_any_is_taken_for_zones_and_said(tmp_path: Path) -> None:
    found = imported(tmp_path, HEADER, ["any", "web", "tcp", 443])
    assert [shown(each) for each in found.entries] == ["internet/internal > web tcp/443"]
    assert ("'any' taken as the zones internet and internal", False) in [
        (each.message, each.lost) for each in found.problems
    ]


def test_action_level_and_direction(tmp_path: Path) -> None:
    header = ["From", "To", "Proto", "Port", "Action", "Required", "Direction", "Source Port"]
    rows = (
        ["a", "b", "tcp", 1, "deny", "", "", "any"],
        ["a", "b", "tcp", 2, "allow", "optional", "both", ""],
        ["a", "b", "tcp", 3, "", "yes", "<-", "20"],
        ["a", "b", "tcp", 4, "perhaps", "", "", ""],
    )
    found = imported(tmp_path, header, *rows)
    assert [(shown(each), each.deny, each.level, each.both) for each in found.entries] == [
        ("a > b tcp/1", True, "", False),
        ("a > b tcp/2", False, "permitted", True),
        ("b > a tcp/3", False, "required", False),
    ]
    assert [(each.lost, each.message.partition(":")[0]) for each in found.problems] == [
        (False, "source port '20' is left out"),
        (True, "unknown action 'perhaps'"),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_csv_of_all_kinds(tmp_path: Path, separator: str, encoding: str) -> None:
    path = tmp_path / "m.csv"
    rows = (HEADER, ["büro", "db", "tcp", '"80, 443"', "x"])
    path.write_text("\r\n".join(separator.join(row) for row in rows), encoding=encoding)
    assert [shown(each) for each in import_matrix(path).entries] == ["buro > db tcp/80 tcp/443"]


@pytest.mark.parametrize(
    ("data", "said"),
    [(b"PK\x03\x04broken", "not an Excel workbook"), (b"\xd0\xcf\x11\xe0old", "an old .xls workbook"), (b"\x00\x01\x02\x00", "neither text nor")],
)  # fmt: skip
def test_files_that_are_no_matrix(tmp_path: Path, data: bytes, said: str) -> None:
    path = tmp_path / "m.bin"
    path.write_bytes(data)
    with pytest.raises(UnreadableError, match=said):
        import_matrix(path)
