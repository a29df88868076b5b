"""Where something stands in an export, and what of the export was not understood."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Origin:
    """A place in a file: lines are 1-based and inclusive; `kind` and `name` are the vendor's ("firewall policy", "17").

    Binary exports (registry hives) have no lines: first_line is then 0 and `name` says where to look.
    """

    file: str
    first_line: int
    last_line: int
    kind: str
    name: str

    @property
    def text(self) -> str:
        """ "file:line" for a message."""
        return f"{self.file}:{self.first_line}" if self.first_line else self.file

    @property
    def in_words(self) -> str:
        """ "lines 812 to 824 of fgt.conf" for a sentence."""
        if not self.first_line:
            return self.file
        if self.last_line <= self.first_line:
            return f"line {self.first_line} of {self.file}"
        return f"lines {self.first_line} to {self.last_line} of {self.file}"


@dataclass(frozen=True, slots=True)
class Gap:
    """Something in an export that was not fully understood.

    `path` is the vendor's path ("firewall policy 17"), `keyword` the word that was not understood ("" when the whole
    path is meant), `what` a sentence for people, `hides_access` whether an opening could hide behind it: the gate
    then answers "not judged".
    """

    origin: Origin
    path: str
    keyword: str
    what: str
    hides_access: bool


@dataclass(frozen=True, slots=True)
class Ledger:
    """How many lines of a file were read, known to be irrelevant, and not understood; the three add up to `total`."""

    total: int = 0
    read: int = 0
    irrelevant: int = 0
    not_understood: int = 0
