"""The settings file: found, read, refused with file, line and the nearest word."""

import json
import re
import tomllib
from pathlib import Path

import jsonschema
import pytest

from auditor.baseline import RulesetError
from auditor.settings import find_settings, read_settings
from auditor.settings.model import DEFAULTS, KEYS, SHARED
from auditor.settings.positions import Positions
from auditor.settings.selection import files_below, select, unmatched

ROOT = Path(__file__).parents[3]
SCHEMA = json.loads((ROOT / "rulesets" / "settings.schema.json").read_text("utf-8"))
WHOLE = """\
fail-on = "medium"
waivers = "accepted.yaml"

[[audit]]
name = "hq"
files = ["backups/*.conf", "hosts/*.txt"]
site = "site.yaml"
rulesets = ["exchange-2010", "own.yaml"]

[[audit]]
name = "branch"
files = "branch.conf"
benchmarks = ["cis-fortigate-7.0"]
hardening = false
fail-on = "never"
fail-on-opening = "internet"
allow-gaps = true
waivers = "branch.yaml"
"""


def read(folder: Path, text: str, name: str = "fwproof.toml"):  # type: ignore[no-untyped-def]
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return read_settings(path)


def test_every_key_with_its_place(tmp_path: Path) -> None:
    hq, branch = read(tmp_path, WHOLE).audits
    assert (hq.name, hq.files.value, hq.files.source) == ("hq", ("backups/*.conf", "hosts/*.txt"), "fwproof.toml:6")
    assert (hq.fail_on.value, hq.fail_on.source) == ("medium", "fwproof.toml:1")
    assert (hq.hardening.value, hq.hardening.source) == (True, "default")
    assert (branch.files.value, branch.fail_on.value, branch.fail_on.source) == (
        ("branch.conf",),
        "never",
        "fwproof.toml:15",
    )
    assert (branch.waivers.value, branch.allow_gaps.value, branch.level) == ("branch.yaml", True, None)
    assert [key for key, _ in hq.listed()] == [*KEYS[1:]]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "fwproof.toml: it lists no audit"),
        ("audit = 1\n", "fwproof.toml:1: audit: an audit begins with a line [[audit]]"),
        ("[audit]\nname = 'x'\n", "fwproof.toml:1: audit: an audit begins with a line [[audit]]"),
        ("[[audit]]\nname = 'x'\n", "fwproof.toml:1: audit[0]: the key 'files' is missing"),
        ("[[audits]]\nname = 'x'\n", "fwproof.toml:1: audits: unknown key 'audits', did you mean 'audit'?"),
        ("failon = 'x'\n", "fwproof.toml:1: failon: unknown key 'failon', did you mean 'fail-on'?"),
        ("[[audit]]\nname = 'x'\nfiles = 3\n", "fwproof.toml:3: audit[0].files: expected a text or a list of texts"),
        ("[[audit]]\nname = 'x'\nfiles = []\n", "fwproof.toml:3: audit[0].files: expected"),
        ("[[audit]]\nname = 'x'\nfiles = ['']\n", "fwproof.toml:3: audit[0].files: expected"),
        ("[[audit]]\nname = 'x'\nfiles = ['[z-a]']\n", "fwproof.toml:3: audit[0].files: '[z-a]' is no glob"),
        ("[[audit]]\nname = 'a/b'\nfiles = 'x'\n", "fwproof.toml:2: audit[0].name: 'a/b' becomes part of file names"),
        ("[[audit]]\nname = 'x'\nfiles = 'x'\nhardening = 'no'\n", "fwproof.toml:4: audit[0].hardening: expected true"),
        (
            "[[audit]]\nname = 'x'\nfiles = 'x'\n[[audit]]\nname = 'x'\nfiles = 'y'\n",
            "fwproof.toml:5: audit[1].name: there is an audit 'x' already",
        ),
        ("fail-on = 'high'\nfail-on = 'low'\n", "fwproof.toml:2: not valid TOML: Cannot overwrite a value"),
        ("x = '\n", "fwproof.toml:1: not valid TOML"),
        ("[[audit]]\nname = 'x'\nfiles = 'x'\nsite = \"a\\u0000\"\n", "fwproof.toml:4: audit[0].site: expected a text"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(RulesetError) as error:
        read(tmp_path, text)
    assert str(error.value).startswith(said)


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / "fwproof.toml"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(RulesetError, match="not UTF-8 at byte 0"):
        read_settings(path)
    with pytest.raises(RulesetError, match=r"fwproof\.toml: cannot be opened"):
        read_settings(tmp_path / "none" / "fwproof.toml")


def test_found_upward_to_the_root_of_the_repository_and_no_further(tmp_path: Path) -> None:
    inside = tmp_path / "repository" / "a" / "b"
    inside.mkdir(parents=True)
    read(tmp_path, WHOLE)
    assert find_settings(inside) is None
    (tmp_path / "repository" / ".git").mkdir()
    assert find_settings(inside) is None
    read(inside.parent, WHOLE)
    assert find_settings(inside) == inside.parent / "fwproof.toml"
    (inside / "pyproject.toml").write_text("[tool.ruff]\n", encoding="utf-8")
    assert find_settings(inside) == inside.parent / "fwproof.toml"
    (inside / "pyproject.toml").write_text("[tool.fwproof]\n", encoding="utf-8")
    assert find_settings(inside) == inside / "pyproject.toml"


def test_names_in_a_folder_of_the_repository_begin_at_its_root(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    settings = read(tmp_path / "firewalls", WHOLE)
    assert settings.shown("backups/a.conf") == "firewalls/backups/a.conf"
    assert settings.shown("../site.yaml") == "site.yaml"
    assert settings.audits[0].site.source == "firewalls/fwproof.toml:7"


NAMES = ("a.conf", "b/a.conf", "b/c/a.conf", ".x/a.conf", "b/.h.conf", "b/a.txt", "b/İş yeri [1].conf")


@pytest.mark.parametrize(
    ("pattern", "meant"),
    [
        ("*.conf", ["a.conf"]),
        ("./a.conf", ["a.conf"]),
        ("b/*.conf", ["b/a.conf", "b/İş yeri [1].conf"]),
        ("**/a.conf", ["a.conf", "b/a.conf", "b/c/a.conf"]),
        ("b/**", ["b/a.conf", "b/a.txt", "b/c/a.conf", "b/İş yeri [1].conf"]),
        ("b/[!a]*.conf", ["b/İş yeri [1].conf"]),
        ("b/?.[ct]*", ["b/a.conf", "b/a.txt"]),
        (".x/*", [".x/a.conf"]),
        ("c/*", []),
    ],
)
def test_globs_mean_the_same_in_a_folder_and_in_a_list(tmp_path: Path, pattern: str, meant: list[str]) -> None:
    assert list(select((pattern,), NAMES)) == meant
    assert unmatched((pattern,), NAMES) == (() if meant else (pattern,))
    for name in NAMES:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    assert list(select((pattern,), files_below(tmp_path, (pattern,)))) == meant


def test_positions_of_tables_and_keys() -> None:
    positions = Positions('a = 1\n[b."c d"]\ne.f = 2\n[[g]] # x\n[[g]]\n"h" = [\n  "i",\n]\n')
    assert positions.line(("a",)) == 1
    assert positions.line(("b", "c d", "e", "f")) == 3
    assert positions.line(("g", 1, "h")) == 6
    assert positions.line(("g", 1, "missing")) == 5
    assert positions.line(("missing",)) == 0


def test_the_schema_for_editors_describes_the_same_keys() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    audit = SCHEMA["properties"]["audit"]["items"]
    assert set(audit["properties"]) == set(KEYS)
    assert set(SCHEMA["properties"]) == {"audit", *SHARED}
    assert audit["properties"]["hardening"]["default"] is DEFAULTS["hardening"]
    jsonschema.Draft202012Validator(SCHEMA).validate(tomllib.loads(WHOLE))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(SCHEMA).validate(tomllib.loads(re.sub("fail-on", "failon", WHOLE)))


@pytest.mark.parametrize(
    ("text", "said"), [("tool = 1\n", "tool is no table"), ("[tool]\nfwproof = 3\n", "fwproof is no")]
)
def test_a_project_file_without_tables_is_refused_in_words(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(RulesetError, match=said):
        read(tmp_path, text, "pyproject.toml")
    (tmp_path / ".git").mkdir()
    assert find_settings(tmp_path) == (tmp_path / "pyproject.toml" if "[tool]" in text else None)
