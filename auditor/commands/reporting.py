"""What commands that judge have in common: which reports are written, what is printed, what fails the run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from auditor.commands.output import check_folder, show, show_bytes, window

if TYPE_CHECKING:
    from auditor.findings.result import AuditResult
    from auditor.gate import Ruling
    from auditor.reports import Report

LEVELS = ("critical", "high", "medium", "low", "info", "never")
Output = tuple[Path, "Report"]


def _outputs(context: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> tuple[Output, ...]:
    from auditor.reports import REPORTS, report_for

    found: list[Output] = []
    for value in values:
        named = Path(value)
        report = report_for(named.name, REPORTS)
        name, colon, rest = value.partition(":")
        by_name = next((each for each in REPORTS if each.name == name), None) if colon else None
        if by_name is not None:
            named, report = Path(rest), by_name
        if report is None or not named.name:
            endings = ", ".join(suffix for each in REPORTS for suffix in each.suffixes)
            names = ", ".join(each.name for each in REPORTS)
            raise click.BadParameter(
                f"{value!r} names no format: give a file ending in {endings}, or NAME:FILE with one of {names}."
            )
        check_folder(named)
        if named in (path for path, _ in found):
            raise click.BadParameter(f"{named} would be written twice.")
        found.append((named, report))
    return tuple(found)


def _format(context: click.Context, parameter: click.Parameter, value: str) -> Report:
    from auditor.reports import REPORTS

    for report in REPORTS:
        if report.name == value:
            if report.binary:
                raise click.BadParameter(f"{value} cannot be printed: use -o audit{report.suffixes[0]}.")
            return report
    raise click.BadParameter(f"{value!r} is not one of {', '.join(report.name for report in REPORTS)}.")


output_option = click.option(
    "-o",
    "--output",
    "outputs",
    multiple=True,
    metavar="[NAME:]FILE",
    callback=_outputs,
    help="Also write a report; the ending chooses the format (.xlsx .json .html .sarif .xml .md .csv), or its name "
    "before a colon (gitlab:quality.json). May be repeated.",
)
format_option = click.option(
    "--format",
    "shown",
    default="terminal",
    show_default=True,
    callback=_format,
    metavar="NAME",
    help="What to print: terminal, json, sarif, junit, gitlab, markdown, csv or html.",
)
every_option = click.option(
    "--all", "every", is_flag=True, help="Print every finding in full, not only the first of each kind."
)


def show_result(result: AuditResult, shown: Report, every: bool) -> None:
    """Print a result in the format that was asked for."""
    from auditor.reports.terminal import terminal_text

    if shown.name == "terminal":
        width, colour = window()
        show(terminal_text(result, width, colour, every))
    else:
        show_bytes(shown.render(result))


def show_ending(outputs: Sequence[Output], ruling: Ruling, shown: Report, prefix: str = "") -> None:
    """Say what was written and how the gate ruled: after a report for people, or beside one for programs."""
    beside = shown.name != "terminal"
    for path, report in outputs:
        show(f"Wrote {path} ({report.title}).", err=beside)
    show(f"{prefix}{ruling.reason}", err=beside)
