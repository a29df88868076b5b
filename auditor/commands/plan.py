"""`fwproof plan`: the tightest rules for what a baseline requires, as scripts for the firewalls of a site."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from auditor.commands.case import apply_option, read_exports, ruleset_option, rulesets_of, site_option, today_option
from auditor.commands.output import save, show, spare
from auditor.exitcodes import NOT_JUDGED, PASSED
from auditor.findings.wording import counted

if TYPE_CHECKING:
    from auditor.remedy import Plan
    from auditor.remedy.scripts import Script
    from parsers.parser import Script as Change


@click.command("plan", short_help="Write the tightest rules that a baseline needs, for FortiGate and Windows.")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path), metavar="[FILE]...")
@site_option
@ruleset_option("Baseline to plan for, instead of those the site file names.")
@click.option(
    "--format",
    "wanted",
    type=click.Choice(("fortios", "powershell")),
    help="Only the FortiGate scripts (FortiOS CLI) or only those of the Windows hosts; both unless given.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="FOLDER|FILE",
    help="Write one file per device into a folder, or a single script to a file; printed unless given.",
)
@click.option("--permitted", is_flag=True, help="Plan the permitted flows too, not only the required ones.")
@click.option("--missing", "missing_only", is_flag=True, help="Leave out what the rules of the exports let through.")
@apply_option
@today_option
def plan_command(
    files: tuple[Path, ...],
    site_path: Path | None,
    ruleset_ids: tuple[str, ...],
    wanted: str | None,
    output: Path | None,
    permitted: bool,
    missing_only: bool,
    scripts: tuple[Change, ...],
    now: datetime,
) -> int:
    """Plan the tightest rules that satisfy the required flows of a baseline, and nothing else.

    \b
    From a site file alone:
      fwproof plan --ruleset exchange-2010 --site site.yaml -o plan/
    With exports, the rules name the interfaces and zones your routes lead through:
      fwproof plan backup.conf --site site.yaml -o plan/

    Every rule names the flows it is for. Existing rules are not touched. The exit code is 0 when everything is planned
    and 3 when something is left out: a question to answer in the site file, or a conflict to decide.
    """
    from auditor.remedy.scripts import scripts as written

    if site_path is None:
        raise click.UsageError("--site is needed: who is who in this network? fwproof init FILE... writes a draft.")
    if missing_only and not files:
        raise click.UsageError("--missing compares with existing rules: name the exports.")
    if scripts and not files:
        raise click.UsageError("--apply carries a script out on an export: name its file too.")
    made = _plan(files, site_path, ruleset_ids, permitted, missing_only, scripts, now)
    found = tuple(each for each in written(made) if wanted is None or each.format == wanted)
    _write(found, output, (*_single(files), site_path))
    _summary(made, found)
    return NOT_JUDGED if made.unplanned else PASSED


def _plan(
    files: tuple[Path, ...],
    site_path: Path,
    ruleset_ids: tuple[str, ...],
    permitted: bool,
    missing_only: bool,
    scripts: tuple[Change, ...],
    now: datetime,
) -> Plan:
    from auditor.baseline import load_site
    from auditor.remedy import plan

    rulesets, site = rulesets_of(load_site(site_path), ruleset_ids, site_path.parent)
    assert site is not None
    firewalls = read_exports(files, site=site, scripts=scripts).firewalls if files else ()
    return plan(firewalls, rulesets, site, now, permitted=permitted, missing_only=missing_only)


def _single(files: tuple[Path, ...]) -> Iterator[Path]:
    """The files given, and those in the folders given: scripts have the names of devices, as backups often do."""
    for each in files:
        yield from each.rglob("*") if each.is_dir() else (each,)


def _write(found: tuple[Script, ...], output: Path | None, inputs: tuple[Path, ...]) -> None:
    if output is None:
        for script in found:
            show(f"# ----- {script.name}\n{script.text}")
        return
    if output.suffix and not output.is_dir():
        if len(found) != 1:
            names = ", ".join(each.name for each in found) or "none"
            raise click.UsageError(f"the plan has {len(found)} scripts ({names}): give a folder with -o.")
        spare((output,), inputs)
        save(output, found[0].text.encode())
        return
    try:
        output.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise click.UsageError(f"cannot make the folder {output}: {error.strerror}.") from None
    spare((output / script.name for script in found), inputs)
    for script in found:
        save(output / script.name, script.text.encode())


def _summary(made: Plan, found: tuple[Script, ...]) -> None:
    counts = [f"{part.device} {counted(len(part.permits), 'policy', 'policies')}" for part in made.networks]
    counts += [f"{host.host} {counted(len(host.permits), 'rule')}" for host in made.hosts]
    names = ", ".join(each.name for each in found) or "none"
    show(f"planned: {', '.join(counts) or 'nothing'}; scripts: {names}", err=True)
    for note in made.notes:
        show(f"note: {note}", err=True)
    for left in made.left:
        show(f"not planned: {left}", err=True)
