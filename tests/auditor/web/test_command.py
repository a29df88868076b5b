"""`fwproof serve`: what it refuses to do before it listens."""

from __future__ import annotations

import socket
import sys
from pathlib import Path

import pytest

from auditor.cli import run


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (["--host", "0.0.0.0"], 2, "give --token"),
        (["--host", "192.0.2.1"], 2, "give --token"),
        (["--host", "fw.example.net"], 2, "give --token"),
        (["--host", "::"], 2, "give --token"),
        (["--token", "short"], 2, "at least 16"),
        (["--token", "x" * 15 + "\u00e9"], 2, "at least 16"),
        (["--root-path", "fwproof"], 2, "begins with /"),
        (["--keep", "0"], 2, "--keep"),
        (["--host", "192.0.2.1", "--insecure"], 3, "cannot listen on 192.0.2.1:8642"),
        (["--host", "192.0.2.1", "--token", "x" * 16], 3, "cannot listen on 192.0.2.1:8642"),
    ],
)
def test_what_is_refused(capsys: pytest.CaptureFixture[str], options: list[str], code: int, said: str) -> None:
    assert run(["serve", *options]) == code
    assert said in capsys.readouterr().err


def test_a_port_in_use(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert run(["serve", "--port", str(port)]) == 3
    assert f"cannot listen on 127.0.0.1:{port}" in capsys.readouterr().err


def test_an_empty_token_file(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_text("\n")
    assert run(["serve", "--token-file", str(path), "--host", "0.0.0.0"]) == 2
    assert "holds no token" in capsys.readouterr().err


def test_without_the_extra_it_says_what_to_install(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "auditor.web.server", raising=False)
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    assert run(["serve"]) == 3
    assert "pip install 'fwproof[web]'" in capsys.readouterr().err
