"""The API: files in, the review out, questions, corrections, reports, and every wrong turn as a problem document."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from auditor.baseline import available_rulesets, load_site
from auditor.cli import run
from tests.zips import zipped

QUILLWORT = Path(__file__).parents[3] / "samples" / "quillwort"
BACKUP = {"fgt-quillwort.conf": (QUILLWORT / "fgt-quillwort.conf").read_bytes()}
COMPANY = {path.name: path.read_bytes() for path in QUILLWORT.iterdir() if path.suffix != ".csv"}
RULESET = Path(__file__).parents[3] / "rulesets" / "baselines" / "exchange-2010.yaml"


@pytest.fixture(scope="module")
def backup(client: Any) -> dict[str, Any]:
    return client.audit(BACKUP)


def test_a_review_shows_the_rule_in_its_lines(backup: dict[str, Any]) -> None:
    review = backup["review"]
    finding = next(each for each in review["report"]["findings"] if each["check"] == "FW102")
    origin = finding["origin"]
    lines = review["excerpts"][f"{origin['file']}:{origin['first_line']}-{origin['last_line']}"]
    assert lines[0] == [origin["first_line"], f"    edit {origin['name']}"]
    assert review["verdict"]["word"] == "failed"
    assert ["internet", "client_access"] in review["matrix"]["rows"]


def test_files_with_a_site_file_are_one_audit_without_a_form(client: Any) -> None:
    review = client.audit(COMPANY)["review"]
    assert {each["name"] for each in review["report"]["devices"]} == {
        "fgt-quillwort",
        "ex-cas01",
        "ex-edge01",
        "ex-mbx01",
    }
    assert review["form"] is None
    assert review["report"]["site"] == {"name": "quillwort", "inferred": []}


def test_a_zip_is_the_same_as_its_files(client: Any) -> None:
    review = client.audit({"backup.zip": zipped({**COMPANY, "photo.txt": b"nothing to see"})})["review"]
    alone = client.audit("quillwort")["review"]
    assert review["verdict"] == alone["verdict"]
    assert [each["name"] for each in review["skipped"] if "photo" in each["name"]] == ["backup.zip/photo.txt"]
    assert any(key.startswith("backup.zip/fgt-quillwort.conf:") for key in review["excerpts"])


def test_a_ruleset_of_ones_own_is_used(client: Any) -> None:
    text = (
        RULESET.read_text("utf-8")
        .replace("id: exchange-2010", "id: our-mail", 1)
        .replace("title: ", "title: Ours, ", 1)
    )
    report = client.audit({**BACKUP, "our-mail.yaml": text.encode()})["review"]["report"]
    assert [each["id"] for each in report["rulesets"]] == ["our-mail"]


def test_baselines_can_be_chosen(client: Any) -> None:
    chosen = list(available_rulesets())
    answer = client.http.post(
        "/api/audits", files=[("files", each) for each in COMPANY.items()], data={"ruleset": chosen}
    )
    report = client.finished(answer.json()["id"]).json()["review"]["report"]
    assert [each["id"] for each in report["rulesets"]] == chosen
    page = client.http.get("/").text
    assert all(f'value="{each}"' in page for each in chosen)


def test_a_settings_file_beside_the_exports_is_left_out(client: Any) -> None:
    backup = {**BACKUP, "fwproof.toml": b'fail-on = "never"\n', "pyproject.toml": b"[tool.fwproof]\n"}
    review = client.audit({"backup.zip": zipped(backup)})["review"]
    left = {each["name"].rpartition("/")[2] for each in review["skipped"]}
    assert left == {"fwproof.toml", "pyproject.toml"}
    assert review["verdict"]["word"] == "failed"


@pytest.mark.parametrize("name", ["nosuch", "../exchange-2010", str(RULESET), "x" * 150, "x" * 300])
def test_a_baseline_that_is_not_shipped_is_refused(client: Any, name: str) -> None:
    answer = client.http.post("/api/audits", files={"files": ("fgt.conf", b"x")}, data={"ruleset": name})
    assert answer.status_code == 422
    assert "there are " in answer.json()["detail"] or len(name) > 200


def test_a_page_audit_is_the_command_lines_audit(client: Any, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    names = [str(path) for path in sorted(QUILLWORT.iterdir()) if path.suffix in (".conf", ".txt")]
    run(["audit", *names, "--site", str(QUILLWORT / "site.yaml"), "--format", "json"])
    printed = json.loads(capsysbinary.readouterr().out)
    report = client.audit(dict(sorted(COMPANY.items())))["review"]["report"]
    # Files have a path there and a name here: everything else is the same.
    judged = [
        {(each["id"], each["device"], each["state"]) for each in value["hardening"]} for value in (printed, report)
    ]
    assert judged[0] == judged[1] != set()
    found = [sorted(each["fingerprint"] for each in value["findings"]) for value in (printed, report)]
    assert found[0] == found[1] != []


def test_answers_of_the_site_file_resolve_what_the_export_leaves_open(client: Any) -> None:
    backup = BACKUP["fgt-quillwort.conf"].decode()
    open_name = 'edit "partner"\n        set type fqdn\n        set fqdn "partner.example.org"\n    next\n'
    head, mark, rest = backup.partition("config firewall address\n")
    changed = head + mark + "    " + open_name + rest.replace('set srcaddr "all"', 'set srcaddr "partner"')
    site = (
        COMPANY["site.yaml"].decode()
        + "resolve:\n  fqdn:\n    partner.example.org: 198.51.100.7\n    other.example.org: 198.51.100.8\n"
    )
    audit = client.audit({"fgt-quillwort.conf": changed.encode(), "site.yaml": site.encode()})
    assert [each for each in audit["review"]["skipped"] if "other.example.org" in each["reason"]]
    question = {"question": "can 198.51.100.7 reach 203.0.113.10 on tcp/443?"}
    assert client.http.post(f"/api/audits/{audit['id']}/trace", json=question).json()["verdict"] == "allowed"


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"notes.txt": b"dear diary"}, "notes.txt: not recognised"),
        ({"empty.conf": b""}, "empty.conf: the file is empty"),
        ({"site.yaml": COMPANY["site.yaml"]}, "no firewall export among these files"),
        ({**BACKUP, "a.yaml": COMPANY["site.yaml"], "b.yaml": COMPANY["site.yaml"]}, "two site files"),
        ({**BACKUP, "site.yaml": b"schema: fwsite/1\nid: x\nwrong: 1\n"}, "site.yaml:3"),
        ({**BACKUP, "site.yaml": b"schema: fwsite/1\nid: \xff\n"}, "not UTF-8"),
        ({"broken.zip": b"PK\x03\x04 not really"}, "the zip archive cannot be read"),
        ({"up.zip": zipped({"../../etc/passwd": b"x"})}, "leaves it"),
    ],
)
def test_files_that_cannot_be_judged_say_why(client: Any, files: dict[str, bytes], said: str) -> None:
    status, detail = client.refused(files)
    assert status == 422
    assert said in detail


@pytest.mark.parametrize("name", ["/etc/passwd", "../secret.yaml", str(RULESET)])
def test_an_uploaded_site_file_opens_no_file_of_the_server(client: Any, name: str) -> None:
    site = f'schema: fwsite/1\nid: x\nbaselines:\n  - use: "{name}"\n'
    status, detail = client.refused({**BACKUP, "site.yaml": site.encode()})
    assert status == 422
    assert "there is no ruleset" in detail


def form_of(audit: dict[str, Any]) -> dict[str, Any]:
    """What the page sends back when nothing was changed."""
    form = audit["review"]["form"]
    devices = {
        each["name"]: {"zones": {one["name"]: one["zone"] for one in each["interfaces"]}, "profile": each["profile"]}
        for each in form["devices"]
    }
    return {"devices": devices, "bindings": form["bindings"]}


def test_a_corrected_site_is_audited_again_and_can_be_kept(client: Any, tmp_path: Path) -> None:
    audit = client.audit(BACKUP)
    form = form_of(audit)
    unchanged = client.http.put(f"/api/audits/{audit['id']}/site", json=form).json()
    assert unchanged["review"]["verdict"] == audit["review"]["verdict"]
    form["devices"]["fgt-quillwort"]["zones"]["wan1"] = form["devices"]["fgt-quillwort"]["zones"]["wan2"] = ""
    form["bindings"] = [{"role": "mailbox", "address": "10.0.10.31, 10.0.10.40-10.0.10.41", "public": "", "device": ""}]
    changed = client.http.put(f"/api/audits/{audit['id']}/site", json=form).json()
    assert changed["id"] == audit["id"]
    assert changed["review"]["verdict"] != audit["review"]["verdict"]
    assert form_of(changed)["devices"] == form["devices"]
    path = tmp_path / "site.yaml"
    path.write_bytes(client.http.get(f"/api/audits/{audit['id']}/site.yaml").content)
    site = load_site(path)
    assert list(site.bindings) == ["mailbox"]
    assert "internet" not in site.devices["fgt-quillwort"].zones


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"bindings": [{"role": "mailbox", "address": "10.0.0.999"}]}, "row 1, address"),
        ({"bindings": [{"role": "mailbox", "address": ""}]}, "the address of mailbox is missing"),
        ({"bindings": [{"role": "butler", "address": "10.0.0.9"}]}, "no ruleset in use has the role 'butler'"),
        ({"bindings": [{"role": "mailbox", "address": "10.0.0.9", "device": "x"}]}, "there is no device 'x'"),
        ({"bindings": "none"}, "a list of at most"),
        ({"devices": {"other": {"zones": {}}}}, "there is no device 'other'"),
        ({"devices": {"fgt-quillwort": {"zones": {"wan1": "moon"}}}}, "'moon'"),
        ({"devices": {"fgt-quillwort": {"zones": {"nosuch9": "internet"}}}}, "'nosuch9'"),
        ({"devices": {"fgt-quillwort": {"zones": {}, "profile": "moon"}}}, "a profile is"),
        ({"devices": None}, "an object is expected"),
    ],
)
def test_a_wrong_correction_says_what_and_changes_nothing(
    client: Any, backup: dict[str, Any], change: dict[str, Any], said: str
) -> None:
    answer = client.http.put(f"/api/audits/{backup['id']}/site", json={**form_of(backup), **change})
    assert answer.status_code == 422
    assert said in answer.json()["detail"]
    assert client.http.get(f"/api/audits/{backup['id']}").json()["review"] == backup["review"]


@pytest.mark.parametrize(
    ("question", "verdict", "asked"),
    [
        ("can 203.0.113.7 reach 10.0.10.31 on tcp/135?", "blocked", "internet"),
        ("can internet reach 203.0.113.10 on tcp/443", "allowed", "internet"),
        ("198.51.100.9 reach 203.0.113.10 on tcp/443", "allowed", "internet"),
        ("can 10.0.10.21 reach 203.0.113.10 on tcp/443?", None, "internal"),
    ],
)
def test_a_question_is_answered(
    client: Any, backup: dict[str, Any], question: str, verdict: str | None, asked: str
) -> None:
    answer = client.http.post(f"/api/audits/{backup['id']}/trace", json={"question": question})
    assert answer.status_code == 200, answer.text
    assert answer.json()["asked"]["from"] == asked
    assert verdict is None or answer.json()["verdict"] == verdict


@pytest.mark.parametrize(
    "asked",
    [
        {"question": "what is the meaning of life"},
        {"question": "can moon reach 10.0.10.31 on tcp/135"},
        {"from": "internet", "to": "10.0.10.31", "port": "nonsense/9"},
        {"from": "internet", "to": "nowhere", "port": "tcp/1"},
        {"from": "internet", "to": "10.0.10.31", "port": "tcp/135", "device": "other"},
        {"question": 7},
        {},
    ],
)
def test_a_question_that_is_not_understood_is_refused(
    client: Any, backup: dict[str, Any], asked: dict[str, Any]
) -> None:
    answer = client.http.post(f"/api/audits/{backup['id']}/trace", json=asked)
    assert answer.status_code == 422
    assert len(answer.json()["detail"]) > 20


def test_reports_are_those_of_the_command_line(client: Any, backup: dict[str, Any]) -> None:
    def report(ending: str) -> Any:
        answer = client.http.get(f"/api/audits/{backup['id']}/findings.{ending}")
        assert answer.headers["content-disposition"] == f'attachment; filename="findings.{ending}"'
        return answer

    assert report("json").json() == backup["review"]["report"]
    assert report("sarif").json()["version"] == "2.1.0"
    assert report("html").text.startswith("<!DOCTYPE html>")
    book = load_workbook(io.BytesIO(report("xlsx").content))
    assert book["Findings"].max_row > len(backup["review"]["report"]["findings"])
    assert client.http.get(f"/api/audits/{backup['id']}/findings.exe").status_code == 404


def test_what_is_forgotten_is_gone(client: Any) -> None:
    audit = client.audit(BACKUP)
    assert client.http.delete(f"/api/audits/{audit['id']}").status_code == 204
    for method, path in (("GET", ""), ("DELETE", ""), ("GET", "/findings.xlsx"), ("GET", "/site.yaml")):
        answer = client.http.request(method, f"/api/audits/{audit['id']}{path}")
        assert answer.status_code == 404
        assert "forgotten" in answer.json()["detail"]


def test_two_users_at_once_get_each_their_own(client: Any) -> None:
    keys = [client.http.post("/api/audits", json={"sample": name}).json()["id"] for name in ("quillwort", "activesync")]
    names = [client.finished(key).json()["review"]["report"]["site"]["name"] for key in keys]
    assert names == ["quillwort", "activesync"]
    assert len(set(keys)) == 2


@pytest.mark.parametrize(
    ("method", "path", "options", "status"),
    [
        ("GET", "/nothing", {}, 404),
        ("GET", "/static/../app.py", {}, 404),
        ("GET", "/static/nothing.js", {}, 404),
        ("PATCH", "/api/audits", {}, 405),
        ("GET", f"/api/audits/{'0' * 32}", {}, 404),
        ("GET", "/api/audits/short", {}, 404),
        ("POST", "/api/audits", {"content": b"x", "headers": {"content-type": "text/plain"}}, 415),
        ("POST", "/api/audits", {"content": b"{", "headers": {"content-type": "application/json"}}, 400),
        ("POST", "/api/audits", {"content": b"[1]", "headers": {"content-type": "application/json"}}, 422),
        ("POST", "/api/audits", {"json": {"sample": "../../etc"}}, 422),
        ("POST", "/api/audits", {"content": b"x", "headers": {"content-type": "multipart/form-data"}}, 400),
        (
            "POST",
            "/api/audits",
            {"content": b"garbage", "headers": {"content-type": "multipart/form-data; boundary=b"}},
            400,
        ),
        (
            "POST",
            "/api/audits",
            {
                "content": b'--b\r\nContent-Disposition: form-data; name="files"; filename="a.conf"\r\n\r\nconfig',
                "headers": {"content-type": "multipart/form-data; boundary=b"},
            },
            400,
        ),
        ("POST", "/api/audits", {"data": {"note": "no file"}, "files": {}}, 415),
    ],
)
def test_wrong_requests_get_problem_documents(
    client: Any, method: str, path: str, options: dict[str, Any], status: int
) -> None:
    answer = client.http.request(method, path, **options)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert json.loads(answer.content).keys() == {"type", "title", "status", "detail"}


@pytest.mark.parametrize("wait", ["-1", "11", "nan", "soon"])
def test_waiting_has_bounds(client: Any, backup: dict[str, Any], wait: str) -> None:
    assert client.http.get(f"/api/audits/{backup['id']}", params={"wait": wait}).status_code == 422


def test_names_of_files_are_made_harmless_and_unique(client: Any) -> None:
    twice = [("files", ("C:\\fakepath\\fgt.conf", BACKUP["fgt-quillwort.conf"])), ("files", ("../fgt.conf", b""))]
    answer = client.http.post("/api/audits", files=twice)
    status = client.finished(answer.json()["id"])
    assert status.json()["detail"].startswith("fgt.conf (2): the file is empty")
