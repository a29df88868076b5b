"""Writing to the terminal and to files so that a closed pipe, an old code page or a full disk ends in plain words."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TextIO

import click

PLAIN_WIDTH = 100
"""Columns when the output is not a terminal: a CI log, a file, a pipe."""


def prepare_streams() -> None:
    """Characters that the code page of a console or a redirected file lacks are escaped instead of ending the run."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


def show(text: str, err: bool = False) -> None:
    """Print text with a line end. A reader that went away (`| head`) changes neither the work nor the exit code.

    Messages may quote names of files and objects: what a terminal would obey in them is shown instead.
    """
    stream = sys.stdout
    if err:
        from auditor.reports.text import printable

        stream, text = sys.stderr, printable(text)
    try:
        stream.write(text if text.endswith("\n") else text + "\n")
        stream.flush()
    except BrokenPipeError:
        _silence(stream)


def show_bytes(data: bytes) -> None:
    """Put a report on standard output as it is: UTF-8 whatever the locale."""
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        _silence(sys.stdout)


def _silence(stream: TextIO) -> None:
    """Point a broken stream at the null device: the interpreter flushes it once more at exit."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def window() -> tuple[int, bool]:
    """How wide the terminal report may be, and whether it may use colours (NO_COLOR and TERM=dumb are respected)."""
    if not sys.stdout.isatty():
        return PLAIN_WIDTH, False
    colour = not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return max(60, min(shutil.get_terminal_size((PLAIN_WIDTH, 24)).columns, 140)), colour


def save(path: Path, data: bytes) -> None:
    """Write a file whole or not at all: a reader never sees half a report.

    Raises:
        click.ClickException: the file cannot be written; the message says why.
    """
    partial = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        partial.write_bytes(data)
        partial.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            partial.unlink()
        reason = error.strerror or type(error).__name__
        raise click.ClickException(f"cannot write {path}: {reason}. Is it open in another program?") from error


def check_folder(path: Path) -> None:
    """Refuse a place that cannot be written before any work is done.

    Raises:
        click.UsageError: the folder does not exist, or the path is a folder.
    """
    if not path.parent.is_dir():
        raise click.UsageError(f"cannot write {path}: the folder {path.parent} does not exist.")
    if path.is_dir():
        raise click.UsageError(f"cannot write {path}: it is a folder.")


def spare(targets: Iterable[Path], inputs: Iterable[Path | None]) -> None:
    """Refuse to write over a file that is read: exports and reports have endings in common (.csv, .json, .conf).

    Raises:
        click.UsageError: a target is one of the inputs.
    """
    read = {each.resolve() for each in inputs if each is not None and not each.is_dir()}
    for target in targets:
        if target.resolve() in read:
            raise click.UsageError(f"{target} is read by this command: it is never overwritten. Write to another file.")
