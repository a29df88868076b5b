"""The same files and day give the same bytes, whatever the machine is set to."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
NAMES = ("a.json", "a.sarif", "a.csv", "a.xlsx", "a.html", "a.xml", "a.md", "a.gitlab.json", "a.txt")
SETTINGS = (
    {"PYTHONHASHSEED": "1", "TZ": "Pacific/Kiritimati", "LC_ALL": "C", "COLUMNS": "60"},
    {"PYTHONHASHSEED": "2", "TZ": "America/Los_Angeles", "LC_ALL": "tr_TR.UTF-8", "PYTHONUTF8": "1", "TERM": "dumb"},
)


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, bytes]]:
    """What two runs of the real command write and print, under different settings of the machine."""
    samples = [path.relative_to(ROOT) for path in (ROOT / "samples" / "quillwort").iterdir()]
    files = sorted(str(path) for path in samples if path.suffix in (".conf", ".txt"))
    found = []
    for settings in SETTINGS:
        folder = tmp_path_factory.mktemp("run")
        outputs = [word for name in NAMES for word in ("-o", str(folder / name))]
        command = [sys.executable, "-m", "auditor", "audit", *files, "--site", "samples/quillwort/site.yaml"]
        done = subprocess.run(
            [*command, "--today", "2026-11-24", "--fail-on", "never", *outputs],
            cwd=ROOT, env=os.environ | settings, capture_output=True, check=True,
        )  # fmt: skip
        printed = done.stdout.replace(str(folder).encode(), b"FOLDER")
        found.append({name: (folder / name).read_bytes() for name in NAMES} | {"printed": printed})
    return found


@pytest.mark.parametrize("name", [*NAMES, "printed"])
def test_the_same_bytes(name: str, runs: list[dict[str, bytes]]) -> None:
    first, second = (each[name] for each in runs)
    assert first == second
    assert len(first) > 1_000
