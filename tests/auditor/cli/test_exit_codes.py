from pathlib import Path

import click
import pytest

from auditor import __version__
from auditor.cli import cli, run

MINIMAL = """#config-version=FGT60F-7.0.12-FW-build0523-230606:opmode=0:vdom=0:user=admin
config system interface
    edit "wan1"
        set ip 203.0.113.2 255.255.255.0
        set role wan
    next
    edit "lan"
        set ip 10.0.0.1 255.255.255.0
        set role lan
    next
end
config firewall address
    edit "all"
    next
    edit "lan-net"
        set subnet 10.0.0.0 255.255.255.0
    next
end
config firewall service custom
    edit "HTTPS"
        set tcp-portrange 443
    next
    edit "ALL"
        set protocol IP
    next
end
config firewall schedule recurring
    edit "always"
        set day sunday monday tuesday wednesday thursday friday saturday
    next
end
config firewall policy
    edit 1
        set name "out"
        set srcintf "{ingress}"
        set dstintf "{egress}"
        set action accept
        set srcaddr "{source}"
        set dstaddr "all"
        set schedule "always"
        set service "{service}"
        set logtraffic all
{more}    next
end
config router static
    edit 1
        set gateway 203.0.113.1
        set device "wan1"
    next
end
"""


def write(folder: Path, **words: str) -> Path:
    values = {"ingress": "lan", "egress": "wan1", "source": "lan-net", "service": "HTTPS", "more": ""} | words
    path = folder / "fw.conf"
    path.write_text(MINIMAL.format(**values), encoding="utf-8")
    return path


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--version"]) == 0
    assert __version__ in capsys.readouterr().out


def test_help_of_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    for name in cli.commands:
        assert run([name, "--help"]) == 0
        assert name in capsys.readouterr().out


def test_a_harmless_backup_passes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["audit", str(write(tmp_path))]) == 0
    assert "Passed: no finding at or above high." in capsys.readouterr().out


def test_a_backup_open_to_the_internet_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path, ingress="wan1", egress="lan", source="all", service="ALL")
    assert run(["audit", str(path)]) == 1
    assert "Failed: " in capsys.readouterr().out
    assert run(["audit", str(path), "--fail-on", "never"]) == 0


def test_a_gap_that_may_hide_access_is_not_judged(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path, more="        set quantum-source enable\n")
    assert run(["audit", str(path)]) == 3
    assert "Not judged: 1 place could hide access" in capsys.readouterr().out
    assert run(["audit", str(path), "--allow-gaps"]) == 0


@pytest.mark.parametrize("form", ["json", "sarif", "junit", "gitlab", "markdown", "csv", "html"])
def test_the_output_format_never_changes_the_code(form: str, tmp_path: Path) -> None:
    path = write(tmp_path, ingress="wan1", egress="lan", source="all", service="ALL")
    assert run(["audit", str(path), "--format", form]) == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ["audit"],
        ["audit", "{file}", "--fail-on", "sometimes"],
        ["audit", "{file}", "-o", "audit.docx"],
        ["audit", "{file}", "-o", "/no/such/folder/audit.json"],
        ["audit", "{file}", "--today", "tomorrow"],
        ["audit", "{file}", "--format", "xlsx"],
        ["audit", "{file}", "--format", "nothing"],
        ["explain", "FW99999"],
        ["nonsense"],
        ["init", "{file}", "-o", "{file}"],
    ],
)
def test_wrong_use(arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path)
    assert run([each.format(file=path) for each in arguments]) == 2
    assert "Error: " in capsys.readouterr().err


@pytest.mark.parametrize("content", [b"", b"hello\n", b"\0\1\2\3" * 100, b"#FGBK|3|FGT|" + b"\xff" * 50])
def test_input_that_cannot_be_read(content: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "input.conf"
    path.write_bytes(content)
    for command in ("audit", "inspect"):
        assert run([command, str(path)]) == 3
        error = capsys.readouterr().err
        assert error.startswith("fwproof: ")
        assert "input.conf" in error
        assert "Traceback" not in error


def test_a_file_that_does_not_exist(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["audit", str(tmp_path / "missing.conf")]) == 3
    assert "missing.conf" in capsys.readouterr().err


def test_a_broken_site_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    site = tmp_path / "site.yaml"
    site.write_text("schema: fwsite/1\nid: x\nbaselines: [\n", encoding="utf-8")
    assert run(["audit", str(write(tmp_path)), "--site", str(site)]) == 3
    assert "site.yaml" in capsys.readouterr().err


def test_an_unknown_ruleset(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["audit", str(write(tmp_path)), "--ruleset", "exchange2010"]) == 3
    assert "exchange-2010" in capsys.readouterr().err


def test_a_backup_without_rules_is_not_judged(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "fw.conf"
    path.write_text('config system global\n    set hostname "empty"\nend\n', encoding="utf-8")
    assert run(["audit", str(path), "--fail-on", "never", "--allow-gaps"]) == 3
    assert "Not judged" in capsys.readouterr().out


BACKUP = "#config-version=FGT60F-7.0.12-FW-build1-230606:opmode=1:vdom=0:user=a\n"
INSIDE = 'config system interface\nedit "lan"\nset ip 10.0.0.1/24\nset type physical\nnext\nend\n'
POLICY = (
    "config firewall policy\nedit 1\nset srcintf lan\nset dstintf lan\nset srcaddr all\nset dstaddr all\n"
    "set service ALL\nset schedule always\nset action accept\nnext\nend\n"
)


@pytest.mark.parametrize(
    ("policy", "reason"),
    [("", "holds no policy that forwards packets, and no interface"), (POLICY, "no interface of fw is known to face")],
)
def test_a_device_without_an_outside_is_not_judged_and_says_whether_it_has_policies(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], policy: str, reason: str
) -> None:
    path = tmp_path / "fw.conf"
    path.write_text(BACKUP + INSIDE + policy, encoding="utf-8")
    assert run(["audit", str(path), "--fail-on", "never", "--all"]) == 3
    assert reason in " ".join(capsys.readouterr().out.split())


def test_a_device_with_an_outside_and_no_policy_is_judged(tmp_path: Path) -> None:
    path = tmp_path / "fw.conf"
    outside = (
        INSIDE.replace("lan", "wan1").replace("10.0.0.1", "203.0.113.1").replace("physical", "physical\nset role wan")
    )
    path.write_text(BACKUP + outside, encoding="utf-8")
    assert run(["audit", str(path), "--fail-on", "never"]) == 0


def test_a_defect_is_one_line_without_the_configuration(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise KeyError("ENC secret-of-the-configuration")

    monkeypatch.delenv("FWPROOF_DEBUG", raising=False)
    monkeypatch.setattr("parsers.read_inputs", broken)
    assert run(["audit", str(write(tmp_path))]) == 3
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "KeyError" in error
    assert "secret" not in error


def test_too_little_memory_is_no_defect(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def exhausted(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr("parsers.read_inputs", exhausted)
    assert run(["audit", str(write(tmp_path))]) == 3
    assert capsys.readouterr().err == (
        "fwproof: more memory is needed than this machine gives. Nothing was judged; audit fewer or smaller files at "
        "once.\n"
    )


def test_an_interrupt_is_not_judged(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("parsers.read_inputs", interrupted)
    assert run(["audit", str(write(tmp_path))]) == 3
    assert "interrupted" in capsys.readouterr().err


def test_click_exceptions_do_not_pass_for_findings(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise click.ClickException("cannot write")

    monkeypatch.setattr("parsers.read_inputs", refused)
    assert run(["audit", str(write(tmp_path))]) == 3


def test_files_are_written_and_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    book, data = tmp_path / "a.xlsx", tmp_path / "a.json"
    assert run(["audit", str(write(tmp_path)), "-o", str(book), "-o", str(data)]) == 0
    assert book.read_bytes().startswith(b"PK")
    assert data.read_text("utf-8").startswith('{\n  "schema": "fwproof-report/1"')
    assert f"Wrote {book}" in capsys.readouterr().out


def test_a_name_before_a_colon_chooses_the_format(tmp_path: Path) -> None:
    quality = tmp_path / "quality.json"
    assert run(["audit", str(write(tmp_path)), "-o", f"gitlab:{quality}"]) == 0
    assert quality.read_text("utf-8").startswith("[")


def test_an_unknown_ending_lists_the_formats(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for path in ("audit.docx", "docx:audit", "C:/audit"):
        assert run(["audit", str(write(tmp_path)), "-o", path]) == 2
        error = capsys.readouterr().err
        assert f"{path!r} names no format" in error
        assert ".sarif" in error
        assert "terminal, xlsx, json, html, sarif, junit, gitlab, markdown, csv" in " ".join(error.split())


def test_two_reports_in_one_file_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = str(tmp_path / "a.json")
    assert run(["audit", str(write(tmp_path)), "-o", path, "-o", f"gitlab:{path}"]) == 2
    assert "written twice" in capsys.readouterr().err
    assert run(["audit", str(write(tmp_path)), "-o", "json:"]) == 2


def test_a_report_that_cannot_be_written_is_not_judged(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / ("n" * 243 + ".json")
    assert run(["audit", str(write(tmp_path)), "-o", str(path)]) == 3
    assert "cannot write" in capsys.readouterr().err
    assert [each.name for each in tmp_path.iterdir()] == ["fw.conf"]


def test_the_day_settles_what_expires(tmp_path: Path) -> None:
    outputs = []
    for day in ("2026-11-24", "2026-11-24", "2027-01-01"):
        target = tmp_path / f"{len(outputs)}.json"
        run(["audit", str(write(tmp_path)), "--today", day, "-o", str(target)])
        outputs.append(target.read_bytes())
    assert outputs[0] == outputs[1] != outputs[2]


def test_policies_alone_are_audited(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An excerpt without `config system interface`: what policies call an interface is one."""
    path = tmp_path / "policies.conf"
    text = MINIMAL.format(ingress="lan", egress="wan1", source="lan-net", service="HTTPS", more="")
    path.write_text(text[text.index("config firewall address") :], encoding="utf-8")
    assert run(["audit", str(path)]) == 0
    assert "inferred" in capsys.readouterr().out


def test_a_paste_in_which_nothing_faces_the_internet_is_not_judged(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "paste.conf"
    path.write_text(
        'config firewall policy\n    edit 1\n        set srcintf "port3"\n        set dstintf "port4"\n'
        '        set srcaddr "lan-net"\n        set dstaddr "srv"\n        set action accept\n'
        '        set schedule "always"\n        set service "HTTPS"\n        set logtraffic all\n    next\nend\n'
        'config firewall address\n    edit "lan-net"\n        set subnet 10.0.0.0 255.255.255.0\n    next\n'
        '    edit "srv"\n        set subnet 10.0.1.5 255.255.255.255\n    next\nend\n',
        encoding="utf-8",
    )
    assert run(["audit", str(path)]) == 3
    shown = capsys.readouterr().out
    assert "Internet" in shown
    assert "zones.internet of a site file" in " ".join(shown.split())
    assert run(["audit", str(path), "--allow-gaps"]) == 0
