"""Options of the whole suite, and the programs that open what fwproof writes."""

import os
import shutil

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--regenerate", action="store_true", help="write the expected results of the samples anew instead of comparing"
    )


def viewer(*names: str) -> str:
    """The path of a program; without it the test is skipped, or fails where FWPROOF_VIEWERS=required (in CI)."""
    found = next((path for path in map(shutil.which, names) if path), None)
    if found is None:
        answer = pytest.fail if os.environ.get("FWPROOF_VIEWERS") == "required" else pytest.skip
        answer(f"{names[0]} is not installed")
    return found


@pytest.fixture(scope="session")
def chromium() -> str:
    return viewer("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def soffice() -> str:
    return viewer("soffice", "libreoffice")


@pytest.fixture(scope="session")
def pdftotext() -> str:
    return viewer("pdftotext")
