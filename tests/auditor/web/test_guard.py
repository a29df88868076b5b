"""Who may ask, what a browser may do with the answer, and what the log says."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from typing import Any

import pytest

from auditor.web.settings import Settings

TOKEN = "correct horse battery staple"
PATHS = ("/", "/api", "/openapi.json", "/health", "/static/page.js", "/api/samples", "/nothing")


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_has_the_security_headers(client: Any, path: str) -> None:
    headers = client.http.get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert "set-cookie" not in headers


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:8642", 200),
        ("localhost:8642", 200),
        ("[::1]:8642", 200),
        ("fw.example.net", 200),
        ("FW.example.net:443", 200),
        ("evil.example.org", 403),
        ("", 403),
        ("fw.example.net.evil.example.org", 403),
        ("[", 403),
    ],
)
def test_only_known_host_names_are_answered(limited: Callable[..., Any], host: str, status: int) -> None:
    client = limited(Settings(names=("fw.example.net",)))
    assert client.http.get("/api/samples", headers={"host": host}).status_code == status


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 202),
        ({"origin": "http://127.0.0.1"}, 202),
        ({"sec-fetch-site": "same-origin"}, 202),
        ({"sec-fetch-site": "none"}, 202),
        ({"origin": "http://evil.example.org"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "http://127.0.0.1:9999"}, 403),
        ({"sec-fetch-site": "cross-site", "origin": "http://127.0.0.1"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
    ],
)
def test_a_page_of_another_site_can_do_nothing(client: Any, headers: dict[str, str], status: int) -> None:
    answer = client.http.post("/api/audits", json={"sample": "activesync"}, headers=headers)
    assert answer.status_code == status


@pytest.mark.parametrize(
    ("given", "status"),
    [
        (None, 401),
        (f"Bearer {TOKEN}", 200),
        (f"bearer {TOKEN}", 200),
        (f"Bearer {TOKEN}x", 401),
        (f"Bearer {TOKEN[:-1]}", 401),
        (f"Basic {TOKEN}", 401),
        ("Bearer", 401),
        ("Bearer \u00e9", 401),
    ],
)
def test_the_token_opens_the_api(limited: Callable[..., Any], given: str | None, status: int) -> None:
    client = limited(Settings(token=TOKEN))
    headers = {"authorization": given.encode("latin-1")} if given else {}
    answer = client.http.get("/api/samples", headers=headers)
    assert answer.status_code == status
    assert ("www-authenticate" in answer.headers) == (status == 401)
    assert client.http.get("/").status_code == 200
    assert client.http.get("/health").status_code == 200


def test_a_root_path_works_whether_or_not_the_proxy_removes_it(limited: Callable[..., Any]) -> None:
    client = limited(Settings(root_path="/fwproof"))
    for path in ("/", "/fwproof/"):
        page = client.http.get(path).text
        assert 'src="/fwproof/static/page.js"' in page
    for path in ("/static/page.js", "/fwproof/static/page.js", "/fwproof/api/samples", "/api/samples"):
        assert client.http.get(path).status_code == 200
    answer = client.http.post("/fwproof/api/audits", json={"sample": "activesync"})
    assert answer.headers["location"] == f"/fwproof/api/audits/{answer.json()['id']}"
    assert client.http.get("/fwproof/openapi.json").json()["servers"] == [{"url": "/fwproof"}]


def test_the_access_log_has_no_names_and_no_whole_ids(client: Any, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "fwproof.access"):
        client.refused({"secret-project.conf": b"nothing"})
        answer = client.http.post("/api/audits", json={"sample": "activesync"})
        key = answer.json()["id"]
        client.finished(key)
        client.http.get("/secret-project/secret-project.conf?secret-project=1")
    lines = [json.loads(record.message) for record in caplog.records if record.name == "fwproof.access"]
    text = json.dumps(lines)
    assert "secret-project" not in text
    assert key not in text
    assert {"POST /api/audits", f"GET /api/audits/{key[:6]}...", "GET (other)"} <= {
        f"{line['method']} {line['path']}" for line in lines
    }
    assert all(set(line) == {"time", "client", "method", "path", "status", "ms"} for line in lines)
