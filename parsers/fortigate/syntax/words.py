"""Splitting one FortiOS line into words: quotes, escapes, concatenation.

Source: the FortiOS lexer described in the reference, section 1.3 and 1a: inside double quotes only \\" \\' and \\\\ are
escapes; inside single quotes nothing is; outside quotes \\x is x; adjacent pieces form one word.
"""

from __future__ import annotations

import re

_BLANKS = " \t\f\u00a0\r\n"


def split_words(text: str) -> tuple[str, ...] | None:
    """The words of a complete value; None when a quote is still open at the end (the value goes on)."""
    if '"' not in text and "'" not in text and "\\" not in text:
        return tuple(text.split())
    if "'" not in text and "\\" not in text:
        simple = _all_quoted(text)
        if simple is not None:
            return simple
    whole = _ONE_QUOTED.match(text)
    if whole:
        value = whole.group(1)
        return (_unescaped(value) if "\\" in value else value,)
    return _scan(text)


def _all_quoted(text: str) -> tuple[str, ...] | None:
    """The common case: every word in plain double quotes, or bare, without escapes."""
    pieces = text.split('"')
    if len(pieces) % 2 == 0:
        return None
    words: list[str] = []
    last = len(pieces) - 1
    for number, piece in enumerate(pieces):
        if number % 2:
            words.append(piece)
            continue
        # Bare text that touches a quote is one word with it: that is for the full scanner.
        if number and (piece[:1] or " ") not in _BLANKS:
            return None
        if number < last and (piece[-1:] or " ") not in _BLANKS:
            return None
        if 0 < number < last and not piece:
            return None
        words.extend(piece.split())
    return tuple(words)


def _scan(text: str) -> tuple[str, ...] | None:
    words: list[str] = []
    word: list[str] = []
    started = False
    quote = ""
    place, size = 0, len(text)
    while place < size:
        letter = text[place]
        if quote == '"':
            if letter == "\\" and place + 1 < size and text[place + 1] in "\"'\\":
                word.append(text[place + 1])
                place += 2
                continue
            if letter == '"':
                quote = ""
            else:
                word.append(letter)
        elif quote == "'":
            if letter == "'":
                quote = ""
            else:
                word.append(letter)
        elif letter in "\"'":
            quote, started = letter, True
        elif letter == "\\":
            if place + 1 >= size:
                return None
            if text[place + 1] != "\n":
                word.append(text[place + 1])
                started = True
            place += 2
            continue
        elif letter in _BLANKS:
            if started:
                words.append("".join(word))
                word, started = [], False
        else:
            word.append(letter)
            started = True
        place += 1
    if quote:
        return None
    if started:
        words.append("".join(word))
    return tuple(words)


_SPECIAL = re.compile(r"""["'\\]""")
_TO_CLOSE = re.compile(r"""(?>[^"\\]+|\\["'\\]|\\)*+(")?""")
_ONE_QUOTED = re.compile(r"""\s*"((?>[^"\\]+|\\["'\\]|\\)*+)"\s*\Z""")


def _unescaped(value: str) -> str:
    """The text inside double quotes without its escapes; between two backslashes that stand for one, none is left."""
    return "\\".join(piece.replace('\\"', '"').replace("\\'", "'") for piece in value.split("\\\\"))


def open_quote(text: str) -> str:
    """The quote that is still open at the end of the text: a double quote, a single quote, a backslash, or ""."""
    place, size = 0, len(text)
    while place < size:
        found = _SPECIAL.search(text, place)
        if found is None:
            return ""
        letter, place = found.group(), found.end()
        if letter == "\\":
            if place >= size:
                return "\\"
            place += 1
        elif letter == '"':
            closing = _TO_CLOSE.match(text, place)
            if closing is None or closing.group(1) is None:
                return '"'
            place = closing.end()
        else:
            end = text.find("'", place)
            if end < 0:
                return "'"
            place = end + 1
    return ""


def still_open(line: str, quote: str) -> str:
    """The quote open after a further line, given the one that was open before it."""
    if quote == "\\":
        return open_quote(line)
    if quote == '"':
        if '"' not in line and not line.endswith("\\"):
            return quote
        if "\\\\" not in line and line.count('"') == line.count('\\"') and not line.endswith("\\"):
            return quote  # every quote on the line is escaped
    elif "'" not in line:
        return quote
    # Escapes and the other quote matter only on the few lines that hold the closing one.
    return open_quote(quote + line)
