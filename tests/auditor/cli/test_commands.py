import json
from pathlib import Path

import pytest

from auditor.baseline import load_site
from auditor.cli import run

ROOT = Path(__file__).parents[3]
SAMPLE = ROOT / "samples" / "quillwort"
BACKUP = str(SAMPLE / "fgt-quillwort.conf")


def test_inspect_says_what_was_recognised(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["inspect", BACKUP]) == 0
    text = " ".join(capsys.readouterr().out.split())
    assert "fgt-quillwort product FortiGate FGT60F 7.0.12" in text
    assert "firewall policy: 25 forward, 1 of them disabled" in text
    assert "835 lines = " in text


def test_inspect_says_what_a_windows_export_tells_beside_its_rules(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (SAMPLE / "ex-cas01.txt").read_text(encoding="utf-8").replace("BlockInbound", "BlockInboundAlways", 1)
    range_ = "Protocol tcp Dynamic Port Range\n" + "-" * 33 + "\nStart Port      : 6005\nNumber of Ports : 59530\n"
    host = tmp_path / "ex-cas01.txt"
    host.write_text(f"{text}\n{range_}\n", encoding="utf-8")
    assert run(["inspect", str(host)]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "domain: on, inbound blocked, every inbound allow rule ignored, outbound allowed" in said
    assert "public: on, inbound blocked, outbound allowed" in said
    assert "dynamic ports tcp/6005-65534" in said


def test_inspect_as_json_accounts_for_every_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["inspect", str(SAMPLE), "--json"]) == 0
    shown = capsys.readouterr()
    data = json.loads(shown.out)
    assert data["schema"] == "fwproof-inspect/1"
    assert {device["name"] for device in data["devices"]} == {"fgt-quillwort", "ex-cas01", "ex-mbx01", "ex-edge01"}
    for device in data["devices"]:
        for source in device["sources"]:
            lines = source["lines"]
            assert lines["read"] + lines["irrelevant"] + lines["not_understood"] == lines["total"] > 0


def test_files_of_a_folder_that_are_no_exports_are_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["inspect", str(SAMPLE), "--json"]) == 0
    shown = capsys.readouterr()
    assert "site.yaml" in shown.err
    assert any("site.yaml" in each["name"] for each in json.loads(shown.out)["skipped"])


def test_init_writes_a_site_file_that_audit_takes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "site.yaml"
    assert run(["init", BACKUP, "-o", str(target)]) == 0
    assert "inferred: fgt-quillwort: interface wan1 faces the Internet" in capsys.readouterr().err
    site = load_site(target)
    assert set(site.devices["fgt-quillwort"].zones["internet"]) == {"wan1", "wan2"}
    assert run(["audit", BACKUP, "--site", str(target), "--fail-on", "never"]) == 0


def test_init_never_replaces_corrections_unasked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "site.yaml"
    target.write_text("mine", encoding="utf-8")
    assert run(["init", BACKUP, "-o", str(target)]) == 2
    assert target.read_text("utf-8") == "mine"
    assert run(["init", BACKUP, "-o", str(target), "--force"]) == 0
    assert target.read_text("utf-8") != "mine"


def test_an_audit_of_the_written_site_file_finds_what_inference_found(tmp_path: Path) -> None:
    target = tmp_path / "site.yaml"
    run(["init", BACKUP, "-o", str(target)])
    found = []
    for site in ([], ["--site", str(target)]):
        report = tmp_path / "report.json"
        run(["audit", BACKUP, *site, "-o", str(report)])
        findings = json.loads(report.read_text("utf-8"))["findings"]
        found.append([each["fingerprint"] for each in findings])
    assert found[0] == found[1] != []


def test_rulesets_are_listed_shown_and_checked(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["rulesets", "list"]) == 0
    assert "exchange-2010 " in capsys.readouterr().out
    assert run(["rulesets", "show", "exchange-2010"]) == 0
    shown = capsys.readouterr().out
    assert "EAS-HTTPS" in shown
    assert "seed:C09" in shown
    assert run(["rulesets", "check", str(ROOT / "rulesets" / "baselines" / "exchange-2010.yaml")]) == 0
    assert "in order" in capsys.readouterr().out


def test_a_broken_ruleset_is_named_by_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "mine.yaml"
    source = (ROOT / "rulesets" / "baselines" / "exchange-2010.yaml").read_text("utf-8")
    path.write_text(source.replace("to: {role: client_access}", "to: {role: client_acess}", 1), encoding="utf-8")
    assert run(["rulesets", "check", str(path)]) == 3
    error = capsys.readouterr().err
    assert "mine.yaml:" in error
    assert "client_access" in error


def test_explain_prints_a_page_and_knows_names(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", "fw101"]) == 0
    by_id = capsys.readouterr().out
    assert run(["explain", "required-flow"]) == 0
    assert capsys.readouterr().out == by_id
    assert "When to waive" in by_id
    assert run(["explain", "requird-flow"]) == 2
    assert "Did you mean required-flow?" in capsys.readouterr().err


def test_explain_lists_every_check(capsys: pytest.CaptureFixture[str]) -> None:
    from auditor.checks import CHECKS

    assert run(["explain"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == len(CHECKS)


def test_init_lists_the_objects_that_only_a_person_can_resolve(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    export, site = tmp_path / "a.conf", tmp_path / "site.yaml"
    text = "config firewall address\nedit partner\nset type fqdn\nset fqdn vpn.example.com\nnext\nend\n"
    text += "config firewall policy\nedit 1\nset srcintf wan1\nset dstintf any\nset srcaddr partner\nset dstaddr all\n"
    export.write_text(text + "set service ALL\nset schedule always\nset action accept\nnext\nend\n", encoding="utf-8")
    assert run(["init", str(export), "-o", str(site)]) == 0
    written = site.read_text("utf-8")
    assert '#   fqdn:\n#     "partner": []  # vpn.example.com\n' in written
    answered = written.replace("# resolve:", "resolve:").replace("#   fqdn:", "  fqdn:")
    site.write_text(answered.replace('#     "partner": []', '    "partner": [198.51.100.7]'), encoding="utf-8")
    packet = ["--from", "wan1", "--source", "198.51.100.7", "--to", "10.0.0.5", "--port", "tcp/22"]
    capsys.readouterr()
    assert run(["trace", str(export), *packet]) == 0
    assert "POSSIBLE" in capsys.readouterr().out
    assert run(["trace", str(export), "--site", str(site), *packet]) == 0
    assert "ALLOWED" in capsys.readouterr().out
