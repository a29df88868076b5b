"""What a parser raises when a file cannot be judged."""

from __future__ import annotations


class UnreadableError(Exception):
    """A file that cannot be read as a firewall export: the message says what, where and what to do next.

    `file` is the name given for the input, `line` the 1-based line or 0. The command line turns it into exit code 3.
    """

    def __init__(self, file: str, message: str, line: int = 0) -> None:
        self.file = file
        self.line = line
        self.message = message
        place = f"{file}:{line}" if line else file
        super().__init__(f"{place}: {message}")

    def __reduce__(self) -> tuple[type[UnreadableError], tuple[str, str, int]]:
        """Pickled by what it was made of: audits travel between processes."""
        return type(self), (self.file, self.message, self.line)


class NoTargetError(UnreadableError):
    """A script that cannot be carried out, because it is not clear on which configuration."""


class TooLargeError(UnreadableError):
    """An input over a limit of size or expansion: larger than anything fwproof reads."""
