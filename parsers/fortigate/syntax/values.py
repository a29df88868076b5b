"""Values whose quote stays open at the end of their line: followed over the lines, or closed where they began.

Source: the reference, section 1.3: certificates, block pages and scripts run over many lines and may hold lines that
look like configuration; in hand-edited files a missing quote would swallow everything behind it.
"""

from __future__ import annotations

from parsers.fortigate.syntax.words import open_quote, split_words, still_open

STRUCTURE = ("next", "end", "edit ", "config ")
"""What lines of configuration begin with."""

_LONG_VALUES = frozenset(
    "buffer script certificate ca private-key public-key banner image-base64 remote crl csr lease-data text body "
    "content data message pre-login-banner post-login-banner ssh-public-key1 ssh-public-key2 ssh-public-key3 "
    "comment comments description http-body headers css license".split()
)
"""Fields whose values legitimately run over many lines and may hold lines that look like configuration."""

_COMMANDS = ("set ", "unset ", "edit ", "config ", "append ")

_SHORT_LIMIT = 40
"""Lines after which a value outside `_LONG_VALUES` that swallows structure is taken for an unbalanced quote."""

_COMMENT_LETTERS = 1200
"""FortiOS comments hold at most 1,023 characters: a longer "comment" is an unbalanced quote."""

_MOST_RESCANS = 50
"""How often an open quote may be followed to the end of the file before quotes are closed at the line end at once."""


class LongValues:
    """Follows open quotes through the lines of one text, in time linear in the text."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        self.rescans = 0

    def follow(self, keyword: str, value: str, place: int) -> tuple[tuple[str, ...], int, bool]:
        """The words of a value, the number of lines read when it ends, and whether its quote is closed.

        Args:
            keyword: the keyword of the setting.
            value: what stands behind it on its line, with a quote open.
            place: how many lines are read, that line included.
        """
        start, state, pieces = place, open_quote(value), [value]
        structure = letters = 0
        comment = keyword in ("comment", "comments", "description")
        while state and place < len(self.lines) and self.rescans < _MOST_RESCANS:
            line = self.lines[place]
            place += 1
            pieces.append(line)
            letters += len(line)
            state = still_open(line, state)
            if line.lstrip().startswith(STRUCTURE):
                structure += 1
            unlikely = place - start > _SHORT_LIMIT and keyword not in _LONG_VALUES
            if structure and state and (unlikely or (comment and letters > _COMMENT_LETTERS)):
                break
        if keyword not in _LONG_VALUES and any(map(_command, pieces[1:])):
            state = '"'  # a quote of another line that lacks one closed it
        words = None if state else split_words("\n".join(pieces))
        if words is not None:
            return words, place, True
        self.rescans += place >= len(self.lines)
        return split_words(value + open_quote(value)) or (), start, False


def _command(line: str) -> bool:
    """Does a line look like one of a configuration?"""
    text = line.strip()
    return text.startswith(_COMMANDS) or text in ("next", "end")
