"""`fwproof waive`: a finding is accepted, by somebody, up to a day."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from auditor.commands.case import today_option
from auditor.commands.check import config_option
from auditor.commands.gated import judge, open_settings, waivers_of
from auditor.commands.output import save, show
from auditor.commands.progress import progress

if TYPE_CHECKING:
    from auditor.findings.finding import Finding
    from auditor.findings.waivers import Waiver
    from auditor.settings import AuditSettings, Settings

_SHORTEST, _WHOLE = 4, 16
"""Digits of a fingerprint that are enough to name a finding, if no other one begins with them; all of them."""


def _until(context: click.Context, parameter: click.Parameter, value: str) -> date:
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise click.BadParameter(f"{value!r} is not a day: write 2027-03-31.") from None


def _words(context: click.Context, parameter: click.Parameter, value: str) -> str:
    from auditor.reports.text import one_line

    text = one_line(value)
    if not text:
        raise click.BadParameter("nobody can look at an empty text again: write one.")
    return text


@click.command("waive", short_help="Accept a finding up to a day: adds it to waivers.yaml.")
@click.argument("fingerprint", metavar="FINDING")
@click.option("--reason", required=True, callback=_words, help="Why it is acceptable.")
@click.option("--until", required=True, callback=_until, metavar="YYYY-MM-DD", help="The last day it holds.")
@click.option("--owner", help="Who answers for it; the user.name of git unless given.")
@click.option("--ticket", default="", help="Where it was decided.")
@config_option
@click.option(
    "--waivers",
    "waivers_path",
    type=click.Path(path_type=Path),
    metavar="WAIVERS.YAML",
    help="Where to write it, instead of what the settings say.",
)
@today_option
def waive_command(
    fingerprint: str,
    reason: str,
    until: date,
    owner: str | None,
    ticket: str,
    config: Path | None,
    waivers_path: Path | None,
    now: datetime,
) -> int:
    """Write a waiver for a finding into the waivers file of its audit; everything else in the file stays as it is.

    FINDING is the fingerprint of the finding as reports print it, or how it begins. The audits of fwproof.toml are run
    to find it; where there is none, the whole fingerprint is taken as it is. A finding that covers other packets later
    is another one: the waiver does not hold for it.
    """
    from auditor.findings.waivers import Waiver
    from auditor.reports.text import one_line
    from auditor.settings import find_settings
    from auditor.settings.model import DEFAULTS

    wanted = fingerprint.lower()
    if len(wanted) < _SHORTEST or not set(wanted) <= set("0123456789abcdef"):
        raise click.UsageError(
            f"{fingerprint!r} is no fingerprint: it is the hexadecimal number that reports call id or "
            f"fingerprint, or its first {_SHORTEST} digits or more."
        )
    if until < now.date():
        raise click.UsageError(f"--until {until.isoformat()} is over already.")
    waiver = Waiver(wanted, {"fingerprint": wanted}, reason, "", until, one_line(ticket))
    if config is None and find_settings(Path.cwd()) is None:
        if len(wanted) != _WHOLE:
            raise click.UsageError(f"there are no settings to look it up with: give all {_WHOLE} digits, or --config.")
        path = waivers_path or Path(str(DEFAULTS["waivers"]))
        _add(path, str(path), replace(waiver, owner=_owner(owner, Path.cwd())), "Written without looking it up.")
        show(f'Use it: fwproof audit FILE... --waivers "{path}"', err=True)
        return 0
    settings = open_settings(config)
    audit, finding = _find(settings, wanted, now)
    selector = {"fingerprint": finding.fingerprint} | ({"device": finding.device} if finding.device else {})
    remark = one_line(f"{finding.check} {finding.severity.word}, {finding.device} {finding.rule}: {finding.message}")
    whole = replace(waiver, selector=selector, owner=_owner(owner, settings.root))
    name = str(waivers_path) if waivers_path else settings.shown(audit.waivers.value)
    _add(waivers_path or settings.root / audit.waivers.value, name, whole, remark)
    return 0


def _owner(given: str | None, folder: Path) -> str:
    from auditor.reports.text import one_line

    owner = one_line(given or _author(folder))
    if not owner:
        raise click.UsageError("git knows no user.name here: say who answers for it with --owner.")
    return owner


def _find(settings: Settings, wanted: str, now: datetime) -> tuple[AuditSettings, Finding]:
    open_ones: dict[str, tuple[AuditSettings, Finding]] = {}
    waived: dict[str, str] = {}
    with progress() as told:
        for audit in settings.audits:
            result = judge(settings, audit, now, waivers_of(settings, audit), None, told)
            for finding in result.findings:
                if finding.fingerprint.startswith(wanted):
                    open_ones.setdefault(finding.fingerprint, (audit, finding))
            waived |= {each.fingerprint: why for each, why in result.waived if each.fingerprint.startswith(wanted)}
    if len(open_ones) == 1:
        return next(iter(open_ones.values()))
    if open_ones:
        raise click.UsageError(f"{wanted} is how several findings begin: {', '.join(sorted(open_ones))}.")
    if waived:
        raise click.UsageError(f"{next(iter(waived))} is waived already: {next(iter(waived.values()))}.")
    raise click.UsageError(f"no finding of today begins with {wanted}: look at fwproof check --all.")


def _author(folder: Path) -> str:
    command = ["git", "config", "user.name"]
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, check=False, timeout=10)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.decode("utf-8", "replace").strip()


def _add(path: Path, name: str, waiver: Waiver, remark: str) -> None:
    """Write the entry into a file that messages call `name`."""
    from auditor.baseline import with_waiver
    from auditor.baseline.document import read_text

    text = read_text(path, name) if path.exists() else ""
    save(path, with_waiver(Path(name), text, waiver, remark[:_LONGEST]).encode())
    show(f"Wrote {name}: {waiver.selector['fingerprint']} is waived until {waiver.expires.isoformat()}.", err=True)


_LONGEST = 160
"""Characters of the comment above an entry."""
