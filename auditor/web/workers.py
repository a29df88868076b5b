"""Runs jobs in processes of their own: a job that hangs, dies or grows takes nothing along."""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

from auditor.web.problems import Problem
from auditor.web.settings import Limits

STARTED_BY = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"
"""A fork server imports everything once, before there is any upload; its children start at once and know no secret."""

NO_WORKER = "The server could not start a process for this; nothing was judged. Try again, or tell who runs it."
PRELOADED = ("auditor.web.jobs", "parsers.cisco.library")
"""What the fork server imports; the reader of Cisco files (where it is installed) takes over a second."""


@dataclass(frozen=True, slots=True)
class Done:
    """What a worker gave: what the client gets, and the new state (b"" when unchanged)."""

    body: bytes
    state: bytes


@dataclass(slots=True, eq=False)
class Handle:
    """A job that can be stopped from outside, before or while it runs."""

    process: BaseProcess | None = None
    stopped: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)

    def stop(self) -> None:
        """Kill the worker, if there is one, and start none later."""
        with self.lock:
            self.stopped = True
            if self.process is not None:
                self.process.kill()


class Place:
    """One job's place in line."""

    def __init__(self, workers: Workers) -> None:
        self._workers: Workers | None = workers

    def release(self) -> None:
        """Give the place up; giving it up again does nothing."""
        if self._workers is not None:
            self._workers.jobs -= 1
            self._workers = None

    def __enter__(self) -> Place:
        return self

    def __exit__(self, *error: object) -> None:
        self.release()


class Workers:
    """The pool: `limits.workers` at work, `limits.waiting` in line."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._context: Any = multiprocessing.get_context(STARTED_BY)
        if STARTED_BY == "forkserver":
            self._context.set_forkserver_preload(list(PRELOADED))
        self._threads = ThreadPoolExecutor(limits.workers, "worker")
        self._handles: set[Handle] = set()
        self.jobs = 0
        """How many jobs are at work or waiting."""

    def reserve(self) -> Place:
        """A place in line, to be released by whoever holds it.

        Raises:
            Problem: 429, everybody is busy and the line is full.
        """
        if self.jobs >= self._limits.workers + self._limits.waiting:
            raise Problem(429, "The server is busy with other audits: try again in a few seconds.")
        self.jobs += 1
        return Place(self)

    async def run(
        self,
        job: str,
        values: Mapping[str, Any],
        blobs: Sequence[bytes],
        handle: Handle,
        progress: Callable[[str], None],
    ) -> Done:
        """Do one job, for a caller who holds a place.

        Raises:
            Problem: what the job refused; 503 when it took too long or died; 404 when it was stopped.
        """
        self._handles.add(handle)
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._threads, self._run, job, values, blobs, handle, progress)
        finally:
            self._handles.discard(handle)

    def _run(
        self,
        job: str,
        values: Mapping[str, Any],
        blobs: Sequence[bytes],
        handle: Handle,
        progress: Callable[[str], None],
    ) -> Done:
        from auditor.web.worker import work

        ours, theirs = self._context.Pipe()
        seconds = self._limits.working
        process = self._context.Process(target=work, args=(theirs, job, self._limits.memory, seconds), daemon=True)
        late = threading.Event()
        with handle.lock:
            if handle.stopped:
                raise Problem(404, "This audit was forgotten.")
            try:
                process.start()
            except (OSError, EOFError):
                ours.close()
                theirs.close()
                raise Problem(503, NO_WORKER) from None
            handle.process = process
        theirs.close()
        watch = threading.Timer(seconds, _too_late, (late, process))
        watch.start()
        try:
            _send(ours, values, blobs)
            return _receive(ours, progress)
        except (EOFError, OSError):
            raise _ended(handle, late, seconds) from None
        finally:
            watch.cancel()
            ours.close()
            process.kill()
            process.join()
            with handle.lock:
                handle.process = None

    def close(self) -> None:
        """Stop every worker and take no further job."""
        for handle in tuple(self._handles):
            handle.stop()
        self._threads.shutdown(cancel_futures=True)

    def warm_up(self) -> None:
        """Start the fork server now, so that the first audit need not wait for it."""
        if STARTED_BY == "forkserver":
            from multiprocessing import forkserver

            forkserver.ensure_running()


def _too_late(late: threading.Event, process: BaseProcess) -> None:
    late.set()
    process.kill()


def _send(connection: Connection, values: Mapping[str, Any], blobs: Sequence[bytes]) -> None:
    connection.send_bytes(json.dumps({**values, "blobs": len(blobs)}).encode())
    for blob in blobs:
        connection.send_bytes(blob)


def _receive(connection: Connection, progress: Callable[[str], None]) -> Done:
    state = b""
    while True:
        message = connection.recv_bytes()
        kind, content = message[:1], message[1:]
        if kind == b"P":
            progress(content.decode())
        elif kind == b"S":
            state = content
        elif kind == b"E":
            status, detail = json.loads(content)
            raise Problem(status, detail)
        else:
            return Done(content, state)


def _ended(handle: Handle, late: threading.Event, seconds: float) -> Problem:
    if handle.stopped:
        return Problem(404, "This audit was forgotten.")
    if late.is_set():
        return Problem(
            503, f"This took longer than the {seconds:g} seconds the server gives one audit, and was stopped."
        )
    return Problem(
        503,
        "The process that did this ended unexpectedly, perhaps for want of memory; nothing was judged. "
        "Try again, or use the command line.",
    )
