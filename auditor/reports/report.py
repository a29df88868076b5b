"""A report format: one value a module, one list of them in `auditor.reports`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from auditor.findings.result import AuditResult


@dataclass(frozen=True, slots=True)
class Report:
    """One way to write an audit down.

    `name` is what `--format` takes, `suffixes` the endings of a file name that choose the format (lower case, dot
    included), `render` gives the bytes of the file: the same result always gives the same bytes.
    """

    name: str
    suffixes: tuple[str, ...]
    title: str
    render: Callable[[AuditResult], bytes]
    binary: bool = False
    """Is the output meant for a file only, never for a terminal?"""

    @staticmethod
    def of_text(name: str, suffixes: tuple[str, ...], title: str, text: Callable[[AuditResult], str]) -> Report:
        """A report whose `text` is written as UTF-8."""
        return Report(name, suffixes, title, lambda result: text(result).encode("utf-8", "backslashreplace"))


def report_for(file_name: str, reports: Iterable[Report]) -> Report | None:
    """The report whose suffix ends the file name (case does not matter); the longest suffix wins, None if none does."""
    name = file_name.lower()
    fitting = [(len(suffix), report) for report in reports for suffix in report.suffixes if name.endswith(suffix)]
    return max(fitting, key=lambda pair: pair[0])[1] if fitting else None
