"""A script as the firewall it makes, and its one rule."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import parsers
from parsers.model.firewall import Firewall
from parsers.windows.written import WrittenRule

Read = Callable[..., Firewall]


@pytest.fixture(scope="session")
def read() -> Read:
    """`read(*lines, name="web01.bat")`: the firewall of a script."""

    def reading(*lines: str, name: str = "web01.bat", newline: str = "\r\n") -> Firewall:
        (firewall,) = parsers.read((newline.join(lines) + newline).encode(), name)
        return firewall

    return reading


@pytest.fixture(scope="session")
def stated(read: Read) -> Callable[..., tuple[WrittenRule, ...]]:
    """The rules of a script as written."""
    return lambda *lines, **more: read(*lines, **more).written.rules  # type: ignore[attr-defined]


@pytest.fixture(scope="session")
def add(stated: Callable[..., tuple[WrittenRule, ...]]) -> Callable[[str], WrittenRule]:
    """`add("name=web dir=in ...")`: the one rule such a command makes."""

    def adding(tags: str) -> WrittenRule:
        (rule,) = stated(f"netsh advfirewall firewall add rule {tags}")
        return rule

    return adding
