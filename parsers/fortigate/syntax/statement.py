"""What a reader tells somebody who listens: the statements of a text one by one, with their places."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of a text: its lines, the blocks around it, its command, and the words behind."""

    first_line: int
    last_line: int
    path: tuple[str, ...]
    command: str
    keyword: str
    words: tuple[str, ...]


Heard = Callable[[Statement], None]
