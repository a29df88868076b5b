"""`fwproof compare`: packets, not lines of text."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from auditor.cli import run

SAMPLE = Path(__file__).parents[3] / "samples" / "quillwort"
BACKUP = (SAMPLE / "fgt-quillwort.conf").read_text(encoding="utf-8")
SITE = str(SAMPLE / "site.yaml")
OPENING = (
    "config firewall policy\n    edit 99\n        set srcintf \"virtual-wan-link\"\n        set dstintf \"servers\"\n"
    '        set action accept\n        set srcaddr "all"\n        set dstaddr "vip-all"\n'
    '        set schedule "always"\n        set service "ALL"\n    next\nend\n'
    'config firewall vip\n    edit "vip-all"\n        set extip 203.0.113.77\n        set mappedip "10.0.10.31"\n'
    '        set extintf "any"\n    next\nend\n'
)  # fmt: skip


@pytest.fixture
def compare(tmp_path: Path, capsys: pytest.CaptureFixture[str]):  # type: ignore[no-untyped-def]
    """Runs the command on two texts; gives the exit code and what was printed."""

    def command(old: str, new: str, *options: str, name: str = "fgt.conf") -> tuple[int, str]:
        files = []
        for folder, text in (("old", old), ("new", new)):
            (tmp_path / folder).mkdir(exist_ok=True)
            file = tmp_path / folder / name
            file.write_text(text, encoding="utf-8")
            files.append(str(file))
        code = run(["compare", *files, "--today", "2026-11-24", *options])
        captured = capsys.readouterr()
        return code, captured.out + captured.err

    return command


def test_names_order_and_secrets_have_no_effect(compare) -> None:  # type: ignore[no-untyped-def]
    new = BACKUP.replace('"staff-to-internet"', '"renamed"').replace('"net-guest"', '"gastnetz"')
    new = new.replace("ENC ", "ENC x").replace('"vip-mail"', '"post"')
    assert new != BACKUP
    code, said = compare(BACKUP, new, "--site", SITE)
    first, *files = said.splitlines()
    assert (code, first) == (0, "No effect: exactly the same packets pass (fgt-quillwort).")
    ledger = "835 lines = 787 read + 48 irrelevant + 0 not understood"
    assert [line.partition(": ")[2] for line in files] == [ledger, ledger]


def test_an_opening_names_packets_rule_and_lines(compare) -> None:  # type: ignore[no-untyped-def]
    code, said = compare(BACKUP, BACKUP + OPENING, "--site", SITE, "--fail-on-opening", "internet")
    assert code == 1
    assert "2 newly allowed, 7 newly blocked" in said  # its address is translated now, for everybody
    assert (
        "opens every service from the Internet to 10.0.10.31 (internal), published as 203.0.113.77, by policy 99, lines "
        in said
    )
    assert "Failed: 1 opening from internet." in said
    assert compare(BACKUP, BACKUP + OPENING, "--site", SITE, "--fail-on-opening", "guest")[0] == 0


def test_the_other_way_round_it_is_a_closing(compare) -> None:  # type: ignore[no-untyped-def]
    code, said = compare(BACKUP + OPENING, BACKUP, "--site", SITE, "--fail-on-opening", "internet", "--json")
    found = json.loads(said)
    assert code == 0
    closed = [each["rule"] for each in found["changes"] if each["change"] == "closed"]
    assert closed == ["rule 99", "rule implicit: same interface servers"]
    assert {each["from"] for each in found["changes"] if each["change"] == "opened"} == {
        "guest",
        "internal",
        "internet",  # and perhaps back to it: allow-traffic-redirect
        "perimeter",
    }


def test_a_login_opened_to_the_internet_is_a_change(compare) -> None:  # type: ignore[no-untyped-def]
    old = (
        "config system interface\nedit wan1\nset ip 203.0.113.2 255.255.255.0\nset type physical\nset role wan\n"
        "set allowaccess ping\nnext\nedit lan\nset ip 10.0.0.1 255.255.255.0\nset type physical\nnext\nend\n"
        "config router static\nedit 1\nset gateway 203.0.113.1\nset device wan1\nnext\nend\n"
        "config firewall policy\nedit 1\nset srcintf lan\nset dstintf wan1\nset action accept\nset srcaddr all\n"
        "set dstaddr all\nset schedule always\nset service HTTPS\nnext\nend\n"
    )
    code, said = compare(old, old.replace("allowaccess ping", "allowaccess ping ssh"), "--fail-on-opening", "internet")
    assert code == 1
    assert "tcp/22" in said
    assert "the firewall itself" in said


def test_another_host_name_cannot_be_told(compare) -> None:  # type: ignore[no-untyped-def]
    old = (
        'config firewall address\nedit "a"\nset type fqdn\nset fqdn "one.example"\nnext\nend\n'
        "config firewall policy\nedit 1\nset srcintf lan\nset dstintf wan\nset action accept\nset srcaddr all\n"
        'set dstaddr "a"\nset schedule always\nset service HTTPS\nnext\nend\n'
    )
    assert "No effect" in compare(old, old.replace('"a"', '"b"'))[1]
    assert "2 that cannot be told" in compare(old, old.replace("one.", "two."))[1]


def test_doubts_that_change_places_cannot_be_told(compare) -> None:  # type: ignore[no-untyped-def]
    """Each source may reach one host name; which one is another question than which packets are possible."""
    old = (
        'config firewall address\nedit "a"\nset type fqdn\nset fqdn "one.example"\nnext\n'
        'edit "b"\nset type fqdn\nset fqdn "two.example"\nnext\n'
        "edit x\nset subnet 10.0.1.0 255.255.255.0\nnext\nedit y\nset subnet 10.0.2.0 255.255.255.0\nnext\nend\n"
        "config firewall policy\n"
        + "".join(
            f"edit {number}\nset srcintf lan\nset dstintf wan\nset action accept\nset srcaddr {source}\nset dstaddr {name}\n"
            "set schedule always\nset service HTTPS\nnext\n"
            for number, source, name in ((1, "x", "a"), (2, "y", "b"))
        )
        + "end\n"
    )
    swapped = old.replace("srcaddr x", "srcaddr ?").replace("srcaddr y", "srcaddr x").replace("srcaddr ?", "srcaddr y")
    said = compare(old, swapped)[1]
    assert "0 newly allowed, 0 newly blocked, 4 that cannot be told" in said
    assert "rule 1, line" in said
    assert "No effect" in compare(old, old.replace("edit 1\n", "edit 7\n"))[1]


def test_a_doubt_about_the_same_packets_is_no_difference(compare) -> None:  # type: ignore[no-untyped-def]
    """A new virtual IP adds an address to what the firewall itself perhaps answers, and takes every packet to it."""
    assert "cannot be told" not in compare(BACKUP, BACKUP + OPENING, "--site", SITE)[1]


def test_markdown_is_for_pull_requests(compare) -> None:  # type: ignore[no-untyped-def]
    said = compare(BACKUP, BACKUP + OPENING, "--site", SITE, "--markdown")[1]
    assert said.startswith("### Firewall change\n")
    assert "- **fgt-quillwort opens every service from the Internet to 10.0.10.31" in said
    assert "  - packet tcp " in said


def test_windows_hosts_are_compared_as_well(compare) -> None:  # type: ignore[no-untyped-def]
    old = (SAMPLE / "ex-edge01.txt").read_text(encoding="utf-8")
    new = old.replace("LocalPort:                            25\n", "LocalPort:                            25,777\n", 1)
    assert new != old
    said = compare(old, new, name="ex-edge01.txt")[1]
    assert "tcp/777" in said
    assert "newly allowed" in said


def test_a_gap_that_may_hide_access_is_not_judged(compare) -> None:  # type: ignore[no-untyped-def]
    broken = BACKUP.replace('        set service "SMTP"', '        set service "SMTP"\n        set mystery-word "x"', 1)
    code, said = compare(BACKUP, broken)
    assert code == 3
    assert "Not judged" in said
    assert compare(BACKUP, broken, "--allow-gaps")[0] == 0


def test_devices_on_one_side_only_are_said(compare) -> None:  # type: ignore[no-untyped-def]
    windows = (SAMPLE / "ex-cas01.txt").read_text(encoding="utf-8")
    code, said = compare(BACKUP, windows)
    assert code == 3
    assert "only in the old version" in said


def test_cisco_devices_are_compared_as_well(compare) -> None:  # type: ignore[no-untyped-def]
    pytest.importorskip("ciscoconfparse2", reason="the extra fwproof[cisco] is not installed")
    old = (SAMPLE.parent / "two-perimeters" / "asa-quillwort.cfg").read_text(encoding="utf-8")
    first = next(line for line in old.splitlines() if line.startswith("access-list ") and " extended permit " in line)
    new = old.replace(first, f"{first.split(' extended')[0]} extended permit tcp any any eq 135\n{first}", 1)
    code, said = compare(old, new, "--fail-on-opening", "internet", name="asa.cfg")
    assert code == 1
    assert "tcp/135" in said


def test_new_groups_and_moved_rules_have_no_effect(compare) -> None:  # type: ignore[no-untyped-def]
    """The same addresses in two halves and a group, the same services one by one, rules that do not overlap moved."""
    old = (
        "config firewall address\nedit lan\nset subnet 10.0.0.0 255.255.255.0\nnext\n"
        "edit low\nset subnet 10.0.0.0 255.255.255.128\nnext\nedit high\nset subnet 10.0.0.128 255.255.255.128\nnext\nend\n"
        "config firewall addrgrp\nedit both\nset member low high\nnext\nend\n"
        "config firewall service custom\nedit web\nset tcp-portrange 80 443\nnext\n"
        "edit http\nset tcp-portrange 80\nnext\nedit https\nset tcp-portrange 443\nnext\nend\n"
        "config firewall policy\n{0}{1}end\n"
    )
    rule = (
        "edit {0}\nset srcintf lan\nset dstintf {1}\nset action accept\nset srcaddr {2}\nset dstaddr all\n"
        "set schedule always\nset service {3}\nnext\n"
    )
    first, second = rule.format(1, "wan1", "lan", "web"), rule.format(2, "wan2", "lan", "https")
    grouped = rule.format(1, "wan1", "both", "https http")
    assert "No effect" in compare(old.format(first, second), old.format(second, grouped))[1]
    narrower = rule.format(1, "wan1", "low", "web")
    said = compare(old.format(first, second), old.format(second, narrower))[1]
    assert "0 newly allowed, 1 newly blocked" in said
    assert "closes tcp/80,443 from 10.0.0.128/25" in said


EVERYTHING = (
    "config firewall policy\nedit 999\nset srcintf any\nset dstintf any\nset action accept\nset srcaddr all\n"
    "set dstaddr all\nset schedule always\nset service ALL\nnext\nmove 999 before 1\nend\n"
)


@pytest.mark.parametrize("zone", ["internet", "guest"])
def test_a_rule_for_every_interface_opens_from_each_zone(compare, zone: str) -> None:  # type: ignore[no-untyped-def]
    code, said = compare(BACKUP, BACKUP + EVERYTHING, "--site", SITE, "--fail-on-opening", zone, "--allow-gaps")
    assert code == 1
    assert f"from {zone}." in said


def test_a_zone_that_no_firewall_has_is_refused(compare) -> None:  # type: ignore[no-untyped-def]
    code, said = compare(BACKUP, BACKUP + OPENING, "--site", SITE, "--fail-on-opening", "intrnet")
    assert code == 2
    assert "no firewall has a zone 'intrnet', did you mean 'internet'?" in said


def test_two_firewalls_renamed_at_once_are_not_judged(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One alone is taken for the old one; of several nobody knows which is which."""
    for side, names in (("old", "abc"), ("new", "axy")):
        (tmp_path / side).mkdir()
        for name in names:
            text = BACKUP.replace('set hostname "fgt-quillwort"', f'set hostname "{name}"')
            (tmp_path / side / f"{name}.conf").write_text(text, encoding="utf-8")
    sides = [str(tmp_path / "old"), str(tmp_path / "new"), "--site", SITE]
    assert run(["compare", *sides, "--fail-on-opening", "internet"]) == 3
    assert "Not judged: x, y could be an older firewall under another name" in capsys.readouterr().err
    assert run(["compare", *sides]) == 0
    assert "No effect" not in capsys.readouterr().out


def test_the_lines_of_both_versions_are_counted(compare) -> None:  # type: ignore[no-untyped-def]
    new = BACKUP.replace("        set action accept\n", "        set action accept\n        set frobnicate x\n", 1)
    code, said = compare(BACKUP, new, "--site", SITE, "--json", "--allow-gaps")
    files = json.loads(said)["files"]
    assert code == 0
    assert [(Path(each["name"]).parent.name, each["lines"]["not_understood"]) for each in files] == [
        ("old", 0),
        ("new", 1),
    ]
    for each in files:
        lines = each["lines"]
        assert lines["read"] + lines["irrelevant"] + lines["not_understood"] == lines["total"]
    assert "lines = 787 read" in compare(BACKUP, new, "--site", SITE, "--markdown", "--allow-gaps")[1]
