"""The command `fwproof`: its commands, and the exit code of everything that can go wrong."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

import click

from auditor import __version__
from auditor.commands.ask import ask_command
from auditor.commands.audit import audit_command
from auditor.commands.check import check_command
from auditor.commands.compare import compare_command
from auditor.commands.explain import explain_command
from auditor.commands.init import init_command
from auditor.commands.inspect import inspect_command
from auditor.commands.output import prepare_streams, show
from auditor.commands.plan import plan_command
from auditor.commands.redact import redact_command
from auditor.commands.rulesets import rulesets_group
from auditor.commands.trace import trace_command
from auditor.commands.waive import waive_command
from auditor.exitcodes import NOT_JUDGED, PASSED, USAGE
from auditor.web.command import serve_command


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="fwproof")
def cli() -> None:
    """Audit exported firewall configurations against documented baselines, with proof.

    \b
    Start with:
      fwproof inspect FILE...                 what is in these files
      fwproof audit FILE...                   what is missing, what is open too wide
      fwproof audit FILE... -o audit.xlsx     the same as a workbook
      fwproof plan --site site.yaml           the tightest rules that a baseline needs

    Exit codes: 0 passed, 1 findings at or above --fail-on, 2 wrong use, 3 not judged.
    """


for command in (
    audit_command,
    inspect_command,
    trace_command,
    compare_command,
    check_command,
    waive_command,
    ask_command,
    plan_command,
    init_command,
    rulesets_group,
    explain_command,
    redact_command,
    serve_command,
):
    cli.add_command(command)


def main() -> None:
    """The console script."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code; nothing but the code leaves, whatever happens inside."""
    prepare_streams()
    try:
        code = cli.main(args=list(arguments), prog_name="fwproof", standalone_mode=False)
    except click.UsageError as error:
        error.show()
        return USAGE
    except click.Abort:
        show("fwproof: interrupted, nothing was judged.", err=True)
        return NOT_JUDGED
    except click.ClickException as error:
        show(f"fwproof: {error.format_message()}", err=True)
        return NOT_JUDGED
    except Exception as error:
        show(f"fwproof: {_failure(error)}", err=True)
        return NOT_JUDGED
    return code if isinstance(code, int) else PASSED


def _failure(error: Exception) -> str:
    """One line about what went wrong. A bug is named by type and place: its text could quote the configuration."""
    from parsers.errors import UnreadableError

    if isinstance(error, UnreadableError):
        return str(error)
    if isinstance(error, MemoryError):
        return (
            "more memory is needed than this machine gives. Nothing was judged; audit fewer or smaller files at once."
        )
    if os.environ.get("FWPROOF_DEBUG"):
        traceback.print_exc()
    if isinstance(error, OSError):
        return f"{error.filename or 'a file'}: {error.strerror or type(error).__name__}. Nothing was judged."
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return (
        f"a defect of fwproof {__version__} ({type(error).__name__}{place}): nothing was judged. "
        "FWPROOF_DEBUG=1 shows the details; please report them, without the configuration."
    )
