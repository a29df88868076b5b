"""`fwproof init`: the inferred site file, for the user to correct."""

from __future__ import annotations

from pathlib import Path

import click

from auditor.commands.case import files_argument, open_case, ruleset_option
from auditor.commands.output import check_folder, save, show


@click.command("init", short_help="Write the site file that was inferred, for you to correct.")
@files_argument
@ruleset_option
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Where to write it; printed unless given.")
@click.option("--force", is_flag=True, help="Replace the file if it exists.")
def init_command(files: tuple[Path, ...], ruleset_ids: tuple[str, ...], output: Path | None, force: bool) -> int:
    """Infer from exports which interface faces the Internet and which address plays which role, as a site file.

    Correct it, keep it beside the exports, and give it to audit with --site.
    """
    from auditor.baseline import site_yaml

    if output is not None:
        check_folder(output)
        if output.exists() and not force:
            raise click.UsageError(f"{output} exists: it may hold your corrections. --force replaces it.")
    case = open_case(files, None, ruleset_ids)
    text = site_yaml(case.site)
    for note in case.inferred:
        show(f"inferred: {note}", err=True)
    if output is None:
        show(text)
    else:
        save(output, text.encode())
        show(f'Wrote {output}. Correct it, then: fwproof audit FILE... --site "{output}"', err=True)
    return 0
