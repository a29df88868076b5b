"""What a worker process may not do: write files, dump core, outgrow its memory, outlive the server.

RLIMIT_FSIZE of 0 makes every write to a file fail, so nothing of a configuration can reach a disk by accident. openpyxl
writes each sheet to a temporary file first; here it gets memory instead. Where the system has no such limits (Windows)
only the time limit of the server holds.
"""

from __future__ import annotations

import ctypes
import io
import signal
import sys
import zipfile
from pathlib import Path
from typing import Any

LAST_WORDS = 32 << 20
"""Memory kept back for saying that there is no more."""
PR_SET_PDEATHSIG, PR_SET_DUMPABLE = 1, 4
"""prctl(2): the signal when the parent dies; whether the process may be dumped or read by others."""


def confine(memory: int, seconds: float) -> None:
    """Take rights away from this process for good. `memory` is what it may still allocate, `seconds` of CPU time."""
    no_dump()
    _workbooks_in_memory()
    try:
        import resource
    except ImportError:  # Windows
        return
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    processor = int(seconds) + 5
    resource.setrlimit(resource.RLIMIT_CPU, (processor, processor))
    mapped = _mapped()
    if mapped:
        resource.setrlimit(resource.RLIMIT_AS, (mapped + memory, mapped + memory + LAST_WORDS))


def release_last_words() -> None:
    """Give the memory back that was kept for an error message."""
    try:
        import resource
    except ImportError:
        return
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (hard, hard))


def no_dump() -> None:
    """No core file of this process, whatever the system is set to; on Linux it also dies with its parent."""
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except ImportError:
        return
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)


def die_with_parent() -> None:
    """On Linux: end this process when the process that forked it ends."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def _mapped() -> int:
    """Bytes of address space this process has now: libraries count, and they are no fault of a configuration."""
    status = Path("/proc/self/statm")
    if not status.exists():
        return 0
    import resource

    return int(status.read_text().split()[0]) * resource.getpagesize()


class _Archive(zipfile.ZipFile):
    """A zip archive that takes a sheet from memory where openpyxl hands over the name of a file."""

    def write(self, filename: Any, arcname: Any = None, *arguments: Any) -> None:
        if isinstance(filename, io.BytesIO):
            self.writestr(arcname, filename.getvalue())
        else:
            super().write(filename, arcname, *arguments)


def _workbooks_in_memory() -> None:
    from openpyxl.worksheet import _write_only
    from openpyxl.worksheet._writer import WorksheetWriter
    from openpyxl.writer import excel

    class Sheet(WorksheetWriter):
        def __init__(self, ws: Any, out: Any = None) -> None:
            super().__init__(ws, out or io.BytesIO())

        def cleanup(self) -> None:
            """There is no file to remove."""

    for module in (_write_only, excel):
        vars(module)["WorksheetWriter"] = Sheet
    vars(excel)["ZipFile"] = _Archive
