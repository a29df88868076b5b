"""`fwproof compare`: which packets pass now and did not before, and the other way round."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from auditor.commands.case import DEFAULT_RULESETS, apply_option, read_exports, site_option, today_option
from auditor.commands.comparison import SCHEMA, comparison_markdown, comparison_text, comparison_value
from auditor.commands.output import show
from auditor.exitcodes import FINDINGS, NOT_JUDGED, PASSED
from auditor.findings.wording import counted

if TYPE_CHECKING:
    from auditor.baseline import Site
    from auditor.compare import Change, Comparison
    from parsers.model.firewall import Firewall
    from parsers.parser import Script
    from parsers.source import Document


@click.command("compare", short_help="Which packets pass now and did not before: two versions of an export.")
@click.argument("old")
@click.argument("new", required=False)
@site_option
@apply_option
@click.option(
    "--fail-on-opening",
    "zone",
    metavar="ZONE",
    help="Exit 1 when packets from this zone are newly allowed (internet: from public addresses).",
)
@click.option("--json", "as_json", is_flag=True, help=f"Print JSON (schema {SCHEMA}) instead of text.")
@click.option("--markdown", "as_markdown", is_flag=True, help="Print Markdown, for a pull request.")
@click.option("--allow-gaps", is_flag=True, help="Answer although something that was not understood may hide access.")
@today_option
def compare_command(
    old: str,
    new: str | None,
    site_path: Path | None,
    scripts: tuple[Script, ...],
    zone: str | None,
    as_json: bool,
    as_markdown: bool,
    allow_gaps: bool,
    now: datetime,
) -> int:
    """Compare what two versions let through, not their text.

    OLD and NEW are files, folders or archives, or files at a git revision (HEAD~1:edge.conf); devices are matched by
    name. Reordered rules, renamed objects and secrets encrypted anew have no effect. Through traffic, traffic to the
    firewall itself (logins) and host rules are compared; routes are not.

    With --apply, a change is judged before it is made: the CLI script is carried out on NEW, or on OLD where there is
    no NEW, and the device before and after it is compared.

    Exit code 0; 1 with --fail-on-opening when such packets pass now; 3 when something that was not understood could
    hide access in either version.
    """
    from auditor.baseline import load_site
    from auditor.compare import compare, no_zone

    if as_json and as_markdown:
        raise click.UsageError("--json and --markdown exclude each other.")
    if new is None and not scripts:
        raise click.UsageError("two versions are compared: give NEW, or a script to carry out on OLD (--apply).")
    known = load_site(site_path) if site_path else None
    before = read_exports([_version(old)], site=known).firewalls
    after = read_exports([_version(new or old)], site=known, scripts=scripts).firewalls
    site = known or _inferred(after)
    if zone and (wrong := no_zone(zone, (*before, *after), site)):
        raise click.UsageError(f"--fail-on-opening: {wrong}")
    found = compare(before, after, site, now)
    failing = found.openings(zone) if zone else ()
    if as_json:
        show(json.dumps(comparison_value(found, failing), indent=2, ensure_ascii=False))
    else:
        show("\n".join(comparison_markdown(found) if as_markdown else comparison_text(found)))
    code, ending = _ruling(found, zone, failing, allow_gaps)
    if ending:
        show(ending, err=True)
    return code


def _ruling(found: Comparison, zone: str | None, failing: tuple[Change, ...], allow_gaps: bool) -> tuple[int, str]:
    """The exit code, and the sentence that says why it is not 0."""
    if found.gaps and not allow_gaps:
        return NOT_JUDGED, (
            f"Not judged: {len(found.gaps)} places could hide access, the first is {found.gaps[0]}. "
            "Look at them, then pass --allow-gaps."
        )
    if not found.devices:
        return NOT_JUDGED, "Not judged: no device is in both versions."
    if zone and found.unpaired:
        return NOT_JUDGED, (
            f"Not judged: {', '.join(found.unpaired)} could be an older firewall under another name: "
            "compare the two files alone, one old and one new."
        )
    if failing:
        return FINDINGS, f"Failed: {counted(len(failing), 'opening')} from {zone}."
    return PASSED, ""


def _version(name: str) -> Path | Document:
    """A path, or "REV:PATH" for a file of a git revision where no path is called so."""
    from auditor.revisions import revision
    from parsers.errors import UnreadableError

    rev, colon, path = name.partition(":")
    if not colon or Path(name).exists() or "\\" in path:
        return Path(name)
    at = revision(Path(), rev)
    document = at.read(Path(path).as_posix())
    if document is None:
        raise UnreadableError(name, f"{at.text} has no file {path}: name it as seen from this folder")
    return document


def _inferred(firewalls: tuple[Firewall, ...]) -> Site:
    from auditor.baseline import infer_site, load_ruleset

    return infer_site(firewalls, tuple(load_ruleset(name) for name in DEFAULT_RULESETS)).site
