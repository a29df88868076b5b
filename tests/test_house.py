"""The house keeps its own rules: lint, format, types and layers are tests like any other."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TOOLS = {
    "lint": [sys.executable, "-m", "ruff", "check", "."],
    "format": [sys.executable, "-m", "ruff", "format", "--check", "."],
    "types": [sys.executable, "-m", "mypy"],
    "layers": [sys.executable, "-c", "from importlinter.cli import lint_imports; raise SystemExit(lint_imports())"],
}


@pytest.mark.parametrize("name", TOOLS)
def test_the_house_is_in_order(name: str) -> None:
    done = subprocess.run(TOOLS[name], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_help_needs_nothing_heavy() -> None:
    heavy = "pandas openpyxl rich yaml pyparsing Registry numpy parsers auditor.analysis auditor.reports"
    script = (
        "import sys; from auditor.cli import run; run(['--help']); "
        f"print('LOADED', [name for name in '{heavy}'.split() if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip().endswith("LOADED []")


@pytest.mark.parametrize("folder", ["auditor", "parsers"])
def test_no_module_is_called_by_a_word_that_says_nothing(folder: str) -> None:
    empty = {"utils", "util", "helpers", "helper", "common", "core", "base", "manager", "misc"}
    assert not [path for path in (ROOT / folder).rglob("*.py") if path.stem in empty or path.parent.name in empty]


@pytest.mark.parametrize("folder", ["auditor", "parsers", "bench"])
def test_no_module_is_too_long_to_read(folder: str) -> None:
    long = [path for path in (ROOT / folder).rglob("*.py") if len(path.read_text("utf-8").splitlines()) > 400]
    assert not long
