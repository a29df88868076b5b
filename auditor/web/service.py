"""What the server does for a request, apart from HTTP: audits come in, answers go out."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any

from auditor.web.guard import ERRORS, where
from auditor.web.multipart import Files, Held, Upload
from auditor.web.problems import Problem
from auditor.web.settings import Settings
from auditor.web.store import Audit, Store
from auditor.web.workers import Done, Handle, Place, Workers


class Service:
    """All audits and workers of one server."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.held = Held(settings.limits.held)
        self.store = Store(settings.keep, self.held)
        self.workers = Workers(settings.limits)
        self._tasks: set[asyncio.Task[None]] = set()

    async def sweep(self) -> None:
        """Forget old audits, for ever."""
        while True:
            await asyncio.sleep(min(5.0, self.settings.keep / 4))
            self.store.sweep()

    def close(self) -> None:
        """Forget everything and stop every worker."""
        self.store.clear()
        self.workers.close()

    def begin(self, place: Place, values: Mapping[str, Any], upload: Upload | None) -> Audit:
        """Start a new audit in the background; it owns the place and the upload from now on."""
        audit = self.store.new()
        task = asyncio.get_running_loop().create_task(self._audit(audit, place, values, upload))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return audit

    async def _audit(self, audit: Audit, place: Place, values: Mapping[str, Any], upload: Upload | None) -> None:
        files = upload.take() if upload else []
        try:
            done = await self._run(
                audit, "audit", {**values, "names": [name for name, _ in files]}, [data for _, data in files]
            )
            self.store.finish(audit, done.body, done.state)
        except Problem as problem:
            audit.problem = problem
        except Exception as error:
            ERRORS.error(json.dumps({"error": where(error)}))
            audit.problem = Problem(500, f"A defect of fwproof: {where(error)}.")
        finally:
            if upload:
                upload.release()
            place.release()
            audit.working = False
            audit.changed.set()

    async def _run(self, audit: Audit, job: str, values: Mapping[str, Any], blobs: list[bytes]) -> Done:
        def progress(stage: str) -> None:
            audit.stage = stage

        handle = Handle()
        audit.handles.add(handle)
        try:
            return await self.workers.run(job, values, blobs, handle, progress)
        finally:
            audit.handles.discard(handle)

    async def ask(self, audit: Audit, job: str, values: Mapping[str, Any]) -> bytes:
        """What a job answers about a judged audit.

        Raises:
            Problem: it was refused, took too long, or everybody is busy.
        """
        with self.workers.reserve():
            return (await self._run(audit, job, values, [audit.state])).body

    async def compare(self, old: Audit | Files, new: Audit | Files) -> bytes:
        """What changed between two versions, each an audit or files; the caller holds a place.

        Raises:
            Problem: it was refused, took too long, or one of the audits was forgotten meanwhile.
        """
        values: dict[str, Any] = {}
        blobs: list[bytes] = []
        handle = Handle()
        audits = [each for each in (old, new) if isinstance(each, Audit)]
        for side, version in (("old", old), ("new", new)):
            if isinstance(version, Audit):
                values[side] = None
                blobs.append(version.state)
            else:
                values[side] = [name for name, _ in version]
                blobs += [data for _, data in version]
        for audit in audits:
            audit.handles.add(handle)
        try:
            return (await self.workers.run("compare", values, blobs, handle, lambda stage: None)).body
        finally:
            for audit in audits:
                audit.handles.discard(handle)

    async def correct(self, audit: Audit, form: Mapping[str, Any]) -> None:
        """Audit the same exports again with another site; the old review stays when the form is refused.

        Raises:
            Problem: as `ask`.
        """
        with self.workers.reserve():
            done = await self._run(audit, "correct", form, [audit.state])
            self.store.finish(audit, done.body, done.state)
