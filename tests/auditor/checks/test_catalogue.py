"""The list of checks is whole: a module that is in the folder runs, has a page, and has a test that names it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import auditor.checks
from auditor.checks import CHECKS, SECTIONS, Check

FOLDER = Path(auditor.checks.__file__).parent
TESTS = Path(__file__).parents[2]
EACH = pytest.mark.parametrize("check", CHECKS, ids=[each.id for each in CHECKS])


def test_every_module_is_in_the_list() -> None:
    modules = {path.stem.replace("_", "-") for path in FOLDER.glob("*.py")} - {"--init--", "check"}
    assert modules == {check.slug for check in CHECKS}


def test_ids_are_in_order_and_none_stands_twice() -> None:
    ids = [check.id for check in CHECKS]
    assert ids == sorted(set(ids))


@EACH
def test_a_page_has_every_section(check: Check) -> None:
    summary, *parts = re.split(r"(?m)^(.+)\n-{3,}$", check.docs)
    assert tuple(parts[::2]) == SECTIONS
    assert all(text.strip() for text in (summary, *parts[1::2]))


@EACH
def test_some_test_names_the_check(check: Check) -> None:
    words = re.compile(rf"\b(?:{check.id}|{check.slug})\b")
    others = (path for path in TESTS.rglob("test_*.py") if path != Path(__file__))
    assert any(words.search(path.read_text("utf-8")) for path in others)
