"""The server does what its OpenAPI document says, whatever one sends."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import schemathesis
import yaml
from hypothesis import HealthCheck, Phase, settings
from schemathesis.specs.openapi import checks
from starlette.routing import Route

from auditor.web.app import application
from auditor.web.endpoints import DOWNLOADS
from auditor.web.settings import Settings

FILE = Path(__file__).parents[3] / "auditor" / "web" / "openapi.yaml"
DOCUMENT = yaml.safe_load(FILE.read_text("utf-8"))
schema = schemathesis.openapi.from_dict(DOCUMENT)


def test_every_route_is_described_and_nothing_else() -> None:
    app: Any = application(Settings())
    routes = {
        (method.lower(), path)
        for route in app.app.routes
        if isinstance(route, Route)
        for method in (route.methods or set()) - {"HEAD"}
        for path in ([route.path.replace("{ending}", each) for each in DOWNLOADS])
    }
    described = {
        (method, path) for path, item in DOCUMENT["paths"].items() for method in item if method != "parameters"
    }
    assert routes - described == {("get", "/"), ("get", "/api"), ("get", "/openapi.json")}
    assert described - routes == set()


def test_the_page_shows_every_operation(client: Any) -> None:
    page = client.http.get("/api").text
    for path, item in DOCUMENT["paths"].items():
        for method in item:
            assert method == "parameters" or f"{method.upper()} {path}" in page
    assert not re.search(r"<script|style=|https?://", page.replace("https://www.rfc-editor.org", ""))


@schema.parametrize()
@settings(
    max_examples=12,
    derandomize=True,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
def test_whatever_one_sends(case: Any, server: Any, known_audit: str) -> None:
    if case.path_parameters and len(str(case.body)) % 5 == 0:  # each costs a worker: one in five is enough
        case.path_parameters["id"] = known_audit
    if case.operation.method == "delete":
        case.path_parameters["id"] = "0" * 32
    # 422 is also for what is well-formed and cannot be judged: a role, a zone or an address that does not exist.
    case.call_and_validate(base_url=server.url, excluded_checks=[checks.positive_data_acceptance])


@pytest.fixture(scope="module")
def known_audit(server: Any) -> str:
    """A real audit, so that not every request ends with "there is no such audit"."""
    with server.client() as http:
        key = str(http.post("/api/audits", json={"sample": "activesync"}).json()["id"])
        while http.get(f"/api/audits/{key}", params={"wait": 5}).json()["state"] != "done":
            pass
    return key
