"""A progress bar for the person who watches: on standard error, after a second, never in a log or a pipeline."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress

    from parsers import Told

PATIENCE = 1.0
"""Seconds before the bar shows: what is over sooner needs none."""


def watched() -> bool:
    """Does a person watch standard error? Not in CI, not on a terminal that cannot move its cursor."""
    return sys.stderr.isatty() and not os.environ.get("CI") and os.environ.get("TERM") != "dumb"


@contextmanager
def progress() -> Iterator[Told]:
    """Yields the function to tell of every step; whatever it shows is gone at the end."""
    if not watched():
        yield lambda what, done, total: None
        return
    bar = _Bar()
    try:
        yield bar.tell
    finally:
        bar.close()


class _Bar:
    """Told by the working thread, shown by a timer: a step that takes a minute is seen while it runs."""

    def __init__(self) -> None:
        self._now: tuple[str, int, int] = ("starting", 0, 1)
        self._shown: Progress | None = None
        self._closed = False
        self._lock = threading.Lock()
        self._timer = threading.Timer(PATIENCE, self._show)
        self._timer.daemon = True
        self._timer.start()

    def tell(self, what: str, done: int, total: int) -> None:
        with self._lock:
            self._now = (what, done, total)
            if self._shown is not None:
                self._shown.update(self._shown.task_ids[0], description=_plain(what), completed=done, total=total)

    def close(self) -> None:
        self._timer.cancel()
        with self._lock:
            self._closed = True
            if self._shown is not None:
                self._shown.stop()

    def _show(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        bar = Progress(
            BarColumn(24),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.description}", markup=False),
            console=Console(stderr=True),
            transient=True,
        )
        with self._lock:
            if self._closed:
                return
            what, done, total = self._now
            bar.add_task(_plain(what), completed=done, total=total)
            bar.start()
            self._shown = bar


def _plain(text: str) -> str:
    from auditor.reports.text import one_line

    return one_line(text)
