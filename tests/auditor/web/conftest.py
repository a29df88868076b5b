"""Servers for the tests: inside the test's process, or as the command a user would start."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest
from starlette.testclient import TestClient

from auditor.web.app import application
from auditor.web.settings import Limits, Settings

ROOT = Path(__file__).parents[3]
Files = Mapping[str, bytes]


class Client:
    """The API as a program uses it."""

    def __init__(self, http: Any) -> None:
        self.http = http

    def post(self, files: Files, **options: Any) -> httpx.Response:
        return self.http.post("/api/audits", files=[("files", each) for each in files.items()], **options)

    def audit(self, files: Files | str) -> dict[str, Any]:
        """A finished audit of some files, or of a sample."""
        if isinstance(files, str):
            answer = self.http.post("/api/audits", json={"sample": files})
        else:
            answer = self.post(files)
        assert answer.status_code == 202, answer.text
        return self.finished(answer.json()["id"]).json()

    def finished(self, key: str) -> httpx.Response:
        """The answer for an audit once it is no longer under way."""
        while True:
            answer = self.http.get(f"/api/audits/{key}", params={"wait": 5})
            if answer.status_code != 200 or answer.json()["state"] == "done":
                return answer

    def refused(self, files: Files) -> tuple[int, str]:
        """Status and detail of an upload that is refused, at once or by the worker."""
        answer = self.post(files)
        if answer.status_code == 202:
            answer = self.finished(answer.json()["id"])
        assert answer.headers["content-type"] == "application/problem+json"
        return answer.status_code, answer.json()["detail"]


@contextmanager
def served(settings: Settings) -> Iterator[Client]:
    with TestClient(application(settings), base_url="http://127.0.0.1") as http:
        yield Client(http)


@pytest.fixture(scope="session")
def client() -> Iterator[Client]:
    """A server with the usual settings."""
    with served(Settings()) as found:
        yield found


@pytest.fixture
def limited() -> Iterator[Callable[..., Client]]:
    """Makes servers with other limits or settings."""
    with ExitStack() as stack:

        def make(settings: Settings | None = None, **limits: float) -> Client:
            chosen = settings or Settings()
            return stack.enter_context(served(replace(chosen, limits=replace(Limits(), **limits))))

        yield make


@dataclass
class Running:
    """`fwproof serve` in a process of its own."""

    process: subprocess.Popen[str]
    url: str
    log: Path

    def client(self, **options: Any) -> httpx.Client:
        return httpx.Client(base_url=self.url, timeout=60, **options)


@contextmanager
def running(folder: Path, *options: str) -> Iterator[Running]:
    log = folder / "serve.log"
    with log.open("w") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "auditor", "serve", "--port", "0", *options],
            cwd=folder, stdout=subprocess.PIPE, stderr=errors, text=True,
        )  # fmt: skip
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        assert line.startswith("fwproof serve: http"), log.read_text()
        yield Running(process, line.split()[2].rstrip("/"), log)
    finally:
        process.terminate()
        process.wait(20)
        process.stdout.close()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One server for every test that only looks."""
    with running(tmp_path_factory.mktemp("server")) as found:
        yield found


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Running]]:
    """Starts servers with options of their own."""
    with ExitStack() as stack:
        yield lambda *options: stack.enter_context(running(tmp_path, *options))
