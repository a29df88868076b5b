"""Audits in memory, and nowhere else: under a random id, until they are forgotten."""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from dataclasses import dataclass, field

from auditor.web.multipart import Held
from auditor.web.problems import Problem
from auditor.web.workers import Handle

ID_BYTES = 16
"""128 bits from the system's generator."""


@dataclass(slots=True)
class Audit:
    """One audit: under way, judged, or refused with a problem."""

    id: str
    last_used: float
    stage: str = "Waiting for a free place"
    shown: bytes = b""
    """The JSON of the review, once there is one."""
    state: bytes = b""
    problem: Problem | None = None
    """Why there is no review."""
    handles: set[Handle] = field(default_factory=set)
    """The jobs under way for it."""
    working: bool = True
    counted: int = 0
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def value(self, keep: float) -> bytes:
        """The audit as JSON: id, state, and the review when it is done.

        Raises:
            Problem: the audit was refused.
        """
        if not self.working and self.problem is not None:
            raise self.problem
        left = max(0, round(self.last_used + keep - time.monotonic()))
        head = {"id": self.id, "state": "working" if self.working else "done", "seconds_left": left}
        if self.working:
            return json.dumps({**head, "stage": self.stage}).encode()
        return json.dumps(head).encode()[:-1] + b', "review": ' + self.shown + b"}"


class Store:
    """All audits of one server. `keep` is the number of seconds after its last use at which one is forgotten."""

    def __init__(self, keep: float, held: Held) -> None:
        self.keep = keep
        self._held = held
        self._audits: dict[str, Audit] = {}

    def __len__(self) -> int:
        return len(self._audits)

    def new(self) -> Audit:
        """A new audit under a random id."""
        audit = Audit(secrets.token_hex(ID_BYTES), time.monotonic())
        self._audits[audit.id] = audit
        return audit

    def get(self, key: str) -> Audit:
        """The audit of an id; using it keeps it longer.

        Raises:
            Problem: 404, there is none (any more).
        """
        audit = self._audits.get(key)
        if audit is None:
            raise Problem(404, "There is no such audit: it was forgotten, or it never was. Upload the files again.")
        audit.last_used = time.monotonic()
        return audit

    def judged(self, key: str) -> Audit:
        """An audit that is done.

        Raises:
            Problem: 404 there is none; 409 it is still under way; or why it was refused.
        """
        audit = self.get(key)
        if audit.working:
            raise Problem(409, "This audit is still under way.")
        if not audit.state:
            raise audit.problem or Problem(409, "This audit has no result.")
        return audit

    def finish(self, audit: Audit, shown: bytes, state: bytes) -> None:
        """Keep what a worker gave.

        Raises:
            Problem: 503, there is no room for it; 404, it was forgotten meanwhile.
        """
        if audit.id not in self._audits:
            raise Problem(404, "This audit was forgotten.")
        self._held.take(len(shown) + len(state) - audit.counted)
        audit.counted = len(shown) + len(state)
        audit.shown, audit.state = shown, state

    def forget(self, audit: Audit) -> None:
        """Drop an audit and stop the work on it."""
        if self._audits.pop(audit.id, None) is not None:
            self._held.give(audit.counted)
        audit.counted = 0
        for handle in tuple(audit.handles):
            handle.stop()
        audit.shown = audit.state = b""
        audit.problem = Problem(404, "This audit was forgotten.")
        audit.working = False
        audit.changed.set()

    def sweep(self) -> None:
        """Forget what was not used for long; work under way is left alone (it has its own limit)."""
        now = time.monotonic()
        for audit in tuple(self._audits.values()):
            if not audit.working and now - audit.last_used > self.keep:
                self.forget(audit)

    def clear(self) -> None:
        """Forget everything."""
        for audit in tuple(self._audits.values()):
            self.forget(audit)
