"""How one server runs: who may use it, how long it keeps an audit, and the limits of everything."""

from __future__ import annotations

from dataclasses import dataclass, field

MEBIBYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """What one upload and one audit may take. Sizes are bytes, times seconds."""

    file: int = 200 * MEBIBYTE
    files: int = 50
    upload: int = 1024 * MEBIBYTE
    """All files of one upload together."""
    held: int = 2048 * MEBIBYTE
    """Uploads being received or waiting, and kept audits, all together."""
    request: int = MEBIBYTE
    """A request with a JSON body."""
    receiving: float = 600
    """How long a client may take to send an upload."""
    working: float = 120
    """How long one worker may take for one answer."""
    memory: int = 4096 * MEBIBYTE
    """What one worker may allocate."""
    workers: int = 2
    waiting: int = 16
    """Jobs that wait for a worker; further ones are refused."""


@dataclass(frozen=True, slots=True)
class Settings:
    """One server. `names` are the host names it answers to besides IP addresses and localhost."""

    token: str = ""
    keep: float = 30 * 60
    """Seconds after its last use at which an audit is forgotten."""
    root_path: str = ""
    names: tuple[str, ...] = ()
    limits: Limits = field(default_factory=Limits)
