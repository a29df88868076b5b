"""`fwproof init`: the inferred site file, for the user to correct."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from auditor.commands.case import apply_option, files_argument, open_case, ruleset_option
from auditor.commands.output import check_folder, save, show

if TYPE_CHECKING:
    from parsers.model.firewall import Firewall
    from parsers.parser import Script


@click.command("init", short_help="Write the site file that was inferred, for you to correct.")
@files_argument
@ruleset_option("Baseline whose zones and roles are looked for; exchange-2010 and perimeter unless given.")
@apply_option
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Where to write it; printed unless given.")
@click.option("--force", is_flag=True, help="Replace the file if it exists.")
def init_command(
    files: tuple[Path, ...], ruleset_ids: tuple[str, ...], scripts: tuple[Script, ...], output: Path | None, force: bool
) -> int:
    """Infer from exports which interface faces the Internet and which address plays which role, as a site file.

    Correct it, keep it beside the exports, and give it to audit with --site.
    """
    from auditor.baseline import site_yaml

    if output is not None:
        check_folder(output)
        if output.exists() and not force:
            raise click.UsageError(f"{output} exists: it may hold your corrections. --force replaces it.")
    case = open_case(files, None, ruleset_ids, scripts=scripts)
    text = site_yaml(case.site) + "".join(f"# {line}\n" for line in _open_objects(case.firewalls))
    for note in case.inferred:
        show(f"inferred: {note}", err=True)
    if output is None:
        show(text)
    else:
        save(output, text.encode())
        show(f'Wrote {output}. Correct it, then: fwproof audit FILE... --site "{output}"', err=True)
    return 0


def _open_objects(firewalls: Sequence[Firewall]) -> Iterator[str]:
    """The part of a site file that says what objects stand for whose addresses no export holds, to be filled in."""
    kinds: dict[str, dict[str, str]] = {}
    for each in (unknown for firewall in firewalls for unknown in firewall.unknowns):
        kinds.setdefault(each.kind, {}).setdefault(each.name, each.value)
    if kinds:
        yield "The exports do not hold the addresses of these objects. Uncomment and fill in what you know:"
        yield "resolve:"
    for kind, names in kinds.items():
        yield f"  {kind}:"
        for name, value in names.items():
            words = "" if value in ("", name) else f"  # {' '.join(value.split())}"
            yield f"    {json.dumps(name, ensure_ascii=False)}: []{words}"
