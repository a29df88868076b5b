"""Comparing two versions: files with files, files with an audit, two audits."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

SAMPLES = Path(__file__).parents[3] / "samples"
OLD = (SAMPLES / "quillwort" / "fgt-quillwort.conf").read_bytes()
NEW = OLD.replace(b"set status disable", b"set status enable")
SITE = (SAMPLES / "quillwort" / "site.yaml").read_bytes()


def compared(client: Any, old: Any, new: Any) -> Any:
    """The answer for two versions: bytes are a file, texts the id of an audit."""
    sides = {"old": old, "new": new}
    files = [(side, (f"{side}.conf", data)) for side, data in sides.items() if isinstance(data, bytes)]
    words = {side: key for side, key in sides.items() if isinstance(key, str)}
    return client.http.post("/api/compare", files=files, data=words)


@pytest.fixture(scope="module")
def audit(client: Any) -> str:
    return str(client.audit({"fgt.conf": OLD})["id"])


def opened(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [change["services"] for change in answer.json()["changes"] if change["change"] == "opened"]


def test_the_switched_on_rule_is_what_changed_whatever_the_versions_are_given_as(client: Any, audit: str) -> None:
    assert opened(compared(client, OLD, NEW)) == ["tcp/515,9100"]
    assert opened(compared(client, audit, NEW)) == ["tcp/515,9100"]
    back = compared(client, NEW, audit).json()["changes"]
    assert [(each["change"], each["services"]) for each in back] == [("closed", "tcp/515,9100")]
    other = client.audit({"fgt.conf": NEW})["id"]
    answer = client.http.post("/api/compare", json={"old": audit, "new": other})
    assert opened(answer) == ["tcp/515,9100"]


def test_what_changes_no_packet_is_no_change(client: Any, audit: str) -> None:
    renamed = OLD.replace(b'set name "', b'set name "new-').replace(b"Temporary.", b"For the time being.")
    found = compared(client, audit, renamed).json()
    assert found["no_effect"]
    assert found["devices"] == ["fgt-quillwort"]


def test_zones_are_those_of_the_audit_as_it_was_corrected(client: Any) -> None:
    key = client.audit({"fgt.conf": OLD})["id"]
    zones = {"wan1": "internet", "dmz": "perimeter", "servers": "perimeter"}
    form = {"devices": {"fgt-quillwort": {"zones": zones}}, "bindings": []}
    assert client.http.put(f"/api/audits/{key}/site", json=form).status_code == 200
    (change,) = compared(client, key, NEW).json()["changes"]
    assert change["to"] == "perimeter"


def test_a_site_file_goes_with_its_version(client: Any) -> None:
    files = [("old", ("old.conf", OLD)), ("new", ("new.conf", NEW)), ("new", ("site.yaml", SITE))]
    assert opened(client.http.post("/api/compare", files=files)) == ["tcp/515,9100"]


@pytest.mark.parametrize(
    ("old", "new", "status", "said"),
    [
        (None, OLD, 422, "Give the old version once"),
        (OLD, None, 422, "Give the new version once"),
        (OLD, "0" * 32, 404, "no such audit"),
        (b"dear diary", OLD, 422, "old.conf: not recognised"),
        (OLD, b"", 422, "new.conf: the file is empty"),
    ],
)
def test_what_cannot_be_compared_says_why(client: Any, old: Any, new: Any, status: int, said: str) -> None:
    answer = compared(client, old, new)
    assert answer.status_code == status
    assert said in answer.json()["detail"]
    health = client.http.get("/health").json()
    assert health["jobs"] == 0


@pytest.mark.parametrize("ids", [{}, {"old": 1, "new": 2}, {"old": "0" * 32}, {"old": None, "new": None}])
def test_two_ids_are_needed(client: Any, ids: dict[str, Any]) -> None:
    assert client.http.post("/api/compare", json=ids).status_code in (404, 422)


def test_nothing_of_a_comparison_is_held(client: Any, audit: str) -> None:
    before = client.http.get("/health").json()["held_bytes"]
    compared(client, audit, NEW)
    assert client.http.get("/health").json()["held_bytes"] == before


def test_other_devices_are_said_to_be_others(client: Any, audit: str) -> None:
    host = (SAMPLES / "quillwort" / "ex-cas01.txt").read_bytes()
    files = [("new", ("ex-cas01.txt", host))]
    found = client.http.post("/api/compare", files=files, data={"old": audit}).json()
    assert found["devices"] == []
    assert any("only in the old version" in note for note in found["notes"])


def test_a_comparison_takes_a_place_in_line_and_its_limits(limited: Any) -> None:
    client = limited(workers=1, waiting=0)
    slow = client.http.post("/api/audits", json={"sample": "quillwort"})
    assert compared(client, OLD, NEW).status_code == 429
    client.finished(slow.json()["id"])
    assert opened(compared(client, OLD, NEW)) == ["tcp/515,9100"]
    assert compared(limited(file=100), OLD, NEW).status_code == 413
    assert compared(limited(working=0.01), OLD, NEW).status_code == 503
