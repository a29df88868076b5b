"""`fwproof explain`: the page of a check."""

from __future__ import annotations

import difflib

import click

from auditor.commands.output import show


@click.command("explain", short_help="Print the page of a check, or the list of all checks.")
@click.argument("check", required=False)
def explain_command(check: str | None) -> int:
    """Print what a check finds, why it matters, what to do and when to waive it.

    CHECK is an id (FW101) or a name (any-to-any). Without it all checks are listed.
    """
    from auditor.checks import CHECKS

    if check is None:
        wide = max(len(each.slug) for each in CHECKS)
        for each in CHECKS:
            show(f"{each.id}  {each.severity.word:<8}  {each.slug:<{wide}}  {each.title}")
        return 0
    for each in CHECKS:
        if check.upper() == each.id or check.lower() == each.slug:
            show(f"{each.id} {each.title} ({each.slug}, {each.severity.word})\n\n{each.docs.strip()}")
            return 0
    known = [word for each in CHECKS for word in (each.id, each.slug)]
    near = difflib.get_close_matches(check, known, n=1, cutoff=0.4)
    hint = f" Did you mean {near[0]}?" if near else ""
    raise click.UsageError(f'there is no check {check!r}.{hint} "fwproof explain" lists all of them.')
