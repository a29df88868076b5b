"""Every limit has a clear answer, and what runs into one takes nothing else along."""

from __future__ import annotations

import io
import sys
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from auditor.web.settings import Settings

ROOT = Path(__file__).parents[3]
BACKUP = (ROOT / "samples" / "quillwort" / "fgt-quillwort.conf").read_bytes()
SMALL = {"fgt.conf": (ROOT / "samples" / "activesync" / "fgt.conf").read_bytes()}


def large() -> dict[str, bytes]:
    """A backup that takes a while: thousands of policies, each with an address of its own."""
    addresses = "\n".join(f'edit "h{n}"\nset subnet 10.{n >> 8}.{n & 255}.0 255.255.255.0\nnext' for n in range(6000))
    policies = "\n".join(
        f'edit {n + 1}\nset srcintf "wan1"\nset dstintf "lan"\nset srcaddr "h{n}"\nset dstaddr "h{n * 7 % 6000}"\n'
        f'set service "ALL"\nset schedule "always"\nset action accept\nnext'
        for n in range(6000)
    )
    return {
        "large.conf": f"config firewall address\n{addresses}\nend\nconfig firewall policy\n{policies}\nend\n".encode()
    }


def test_one_file(limited: Callable[..., Any]) -> None:
    client = limited(file=len(BACKUP) - 1)
    status, detail = client.refused({"fgt.conf": BACKUP})
    assert (status, "fgt.conf is larger than" in detail) == (413, True)
    assert client.http.get("/health").json()["held_bytes"] == 0
    assert client.audit(SMALL)["state"] == "done"


def test_number_of_files(limited: Callable[..., Any]) -> None:
    status, detail = limited(files=2).refused({"a": b"1", "b": b"2", "c": b"3"})
    assert (status, "At most 2 files" in detail) == (413, True)


def test_the_whole_upload(limited: Callable[..., Any]) -> None:
    client = limited(upload=len(BACKUP))
    status, detail = client.refused({"a": BACKUP, "b": BACKUP})
    assert (status, "The upload is larger" in detail) == (413, True)
    announced = client.http.post(
        "/api/audits",
        content=iter([b"--b\r\n"]),
        headers={"content-type": "multipart/form-data; boundary=b", "content-length": str(1 << 40)},
    )
    assert announced.status_code == 413


def test_a_request_with_json(limited: Callable[..., Any]) -> None:
    answer = limited(request=100).http.post("/api/audits", json={"sample": "x" * 100})
    assert answer.status_code == 413


def test_a_zip_that_expands_too_far(client: Any) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("fgt.conf", bytes(50 << 20))
    status, detail = client.refused({"bomb.zip": stream.getvalue()})
    assert (status, "200-fold" in detail) == (413, True)


def test_a_zip_that_claims_more_than_a_gigabyte(client: Any) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("fgt.conf", BACKUP)
        archive.writestr("other.conf", BACKUP)
    claimed = stream.getvalue().replace(len(BACKUP).to_bytes(4, "little"), (1 << 30).to_bytes(4, "little"))
    status, detail = client.refused({"claims.zip": claimed})
    assert (status, "over 1 GB" in detail) == (413, True)


def test_the_time_of_one_audit(limited: Callable[..., Any]) -> None:
    client = limited(working=0.3)
    status, detail = client.refused(large())
    assert (status, "longer than the 0.3 seconds" in detail) == (503, True)
    assert client.http.get("/health").json()["jobs"] == 0


@pytest.mark.skipif(sys.platform != "linux", reason="the memory limit is Linux's")
def test_the_memory_of_one_audit(limited: Callable[..., Any]) -> None:
    status, detail = limited(memory=8 << 20).refused(large())
    # Python itself may give up where not even an exception fits: then the server says what is most likely.
    assert (status, "memory" in detail) == (503, True)


def test_how_many_at_once(limited: Callable[..., Any]) -> None:
    client = limited(workers=1, waiting=1)
    files = large()
    answers = [client.post(files) for _ in range(3)]
    assert [each.status_code for each in answers] == [202, 202, 429]
    assert int(answers[2].headers["retry-after"]) > 0
    for each in answers[:2]:
        assert client.http.delete(f"/api/audits/{each.json()['id']}").status_code == 204
    while client.http.get("/health").json()["jobs"]:
        pass
    assert client.audit(SMALL)["state"] == "done"


def test_how_much_is_held_for_everybody(limited: Callable[..., Any]) -> None:
    client = limited(held=len(BACKUP))
    status, detail = client.refused({"fgt.conf": BACKUP})
    assert (status, "holds as many audits as it may" in detail) == (503, True)
    assert client.http.get("/health").json()["held_bytes"] == 0


def test_how_long_an_audit_is_kept(limited: Callable[..., Any]) -> None:
    client = limited(replace(Settings(), keep=0.4))
    key = client.post(SMALL).json()["id"]  # asking how far it is would come too late on a busy machine
    while client.http.get("/health").json()["audits"]:
        pass
    assert client.http.get(f"/api/audits/{key}").status_code == 404
    assert client.http.get("/health").json()["held_bytes"] == 0
