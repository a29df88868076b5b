"""`fwproof trace`: what happens to one packet, or to a whole list of expectations, and why."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from auditor.commands.case import files_argument, open_case, ruleset_option, site_option, today_option


@click.command("trace", short_help="Say what happens to one packet, or to a list of flows, and why.")
@files_argument
@site_option
@ruleset_option
@today_option
def trace_command(files: tuple[Path, ...], site_path: Path | None, ruleset_ids: tuple[str, ...], now: datetime) -> int:
    """Say what happens to one packet."""
    open_case(files, site_path, ruleset_ids)
    return 0
