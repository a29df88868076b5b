"""Options of the whole suite, and the programs that open what fwproof writes."""

import os
import shutil

import pytest
from hypothesis import HealthCheck, settings

# A property holds or not: how long an example takes on a busy machine is no part of it.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")

BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--regenerate", action="store_true", help="write the expected results of the samples anew instead of comparing"
    )


def viewer(*names: str) -> str:
    """The path of a program; without it the test is skipped, or fails where FWPROOF_VIEWERS=required (in CI).

    FWPROOF_BROWSER=required says the same of browsers alone.
    """
    found = next((path for path in map(shutil.which, names) if path), None)
    if found is None:
        needed = ["FWPROOF_VIEWERS", *(["FWPROOF_BROWSER"] if names == BROWSERS else [])]
        answer = pytest.fail if "required" in map(os.environ.get, needed) else pytest.skip
        answer(f"{names[0]} is not installed")
    return found


@pytest.fixture(scope="session")
def chromium() -> str:
    return viewer(*BROWSERS)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if not any(map(shutil.which, BROWSERS)):
        terminalreporter.write_line(
            "Tests in a browser (the upload page, the HTML report) were skipped: there is no Chromium. "
            "On Debian and Ubuntu: apt-get install chromium"
        )


@pytest.fixture(scope="session")
def soffice() -> str:
    return viewer("soffice", "libreoffice")


@pytest.fixture(scope="session")
def pdftotext() -> str:
    return viewer("pdftotext")
