"""The words of the FortiOS command line: paths of tables, keywords of the audited ones, and what they abbreviate to.

Source: the CLI references of FortiOS 6.0 to 8.0, and older words seen in backups of 4.3 to 5.6; vocabulary.tsv has a
path on a line of its own, then its keywords with the options of short enumerations. options.tsv has, for each keyword
of any table, whether it holds names as well in some of them, and its options in all of them; source: the same
references and the field lists of the vendor's Ansible collection for FortiOS 6.0 to 7.6.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from importlib.resources import files

COMMANDS = (
    "config", "edit", "set", "unset", "append", "unselect", "select", "clear", "move", "rename", "clone", "delete",
    "purge", "next", "end", "abort",
)  # fmt: skip
"""What changes a configuration; any of them may be cut to letters that name no other."""


@cache
def _vocabulary() -> tuple[frozenset[str], Mapping[str, Mapping[str, tuple[str, ...]]]]:
    paths: set[str] = set()
    keywords: dict[str, dict[str, tuple[str, ...]]] = {}
    text = files("parsers.fortigate.syntax").joinpath("vocabulary.tsv").read_text("utf-8")
    for line in text.splitlines():
        path, _, rest = line.partition("\t")
        paths.add(path)
        if rest:
            keyword, _, options = rest.partition("\t")
            keywords.setdefault(path, {})[keyword] = tuple(options.split())
    return frozenset(paths), keywords


def known_path(path: str) -> bool:
    """Is this the path of a table of some FortiOS version? (Message tables carry a name behind theirs.)"""
    return path in _vocabulary()[0] or path.startswith("system replacemsg")


def known_paths() -> frozenset[str]:
    """The paths of tables of every FortiOS version."""
    return _vocabulary()[0]


def known_keywords(path: str) -> Mapping[str, tuple[str, ...]]:
    """The keywords of an audited table with their options, {} for other tables."""
    return _vocabulary()[1].get(path, {})


@cache
def _options() -> Mapping[str, tuple[tuple[str, ...], bool]]:
    text = files("parsers.fortigate.syntax").joinpath("options.tsv").read_text("utf-8")
    rows = (line.split("\t") for line in text.splitlines())
    return {keyword: (tuple(words.split()), names == "names") for keyword, names, words in rows}


def options_of(keyword: str) -> tuple[tuple[str, ...], bool]:
    """The options of a keyword in tables of any kind, and whether in some of them it holds names as well."""
    return _options().get(keyword, ((), False))


def full_command(word: str) -> str:
    """A command written out ("conf" is "config"), the word itself when it abbreviates none or several.

    "se" may be `set` or `select`, which do the same.
    """
    if word in COMMANDS or len(word) < 2:
        return word
    return "set" if word == "se" else _only(word, COMMANDS)


_REMEMBERED = 4096
"""Answers that are kept: a text that makes up words of its own does not fill the memory."""

_GONE = {
    "firewall policy6": (6, 4),
    "firewall consolidated policy": (6, 4),
    "firewall policy46": (7, 0, 1),
    "firewall policy64": (7, 0, 1),
    "firewall vip46": (7, 0, 1),
    "firewall vip64": (7, 0, 1),
    "firewall vipgrp46": (7, 0, 1),
    "firewall vipgrp64": (7, 0, 1),
    "system virtual-wan-link": (6, 4),
}
"""The first version without a table: what is gone makes no abbreviation ambiguous."""


def gone(path: str, version: tuple[int, ...]) -> bool:
    """Has this version (() when it is not known) no such table any more?"""
    return bool(version) and version >= _GONE.get(path, (99,))


@cache
def _paths_by_length() -> dict[int, list[tuple[str, list[str]]]]:
    """The known paths with their words, by the number of words."""
    found: dict[int, list[tuple[str, list[str]]]] = {}
    for known in _vocabulary()[0]:
        parts = known.split()
        found.setdefault(len(parts), []).append((known, parts))
    return found


@lru_cache(maxsize=_REMEMBERED)
def full_path(path: str, version: tuple[int, ...] = ()) -> str:
    """The path of a table written out ("sys glo" is "system global"), itself when it is none or several.

    `version` is that of the device, () when it is not known.
    """
    if known_path(path):
        return path
    words = path.split()
    fitting = [
        known
        for known, parts in _paths_by_length().get(len(words), ())
        if all(part.startswith(word) for part, word in zip(parts, words, strict=True)) and not gone(known, version)
    ]
    # A word that is written out counts before one that it begins: "fire service custom".
    exact = [known for known in fitting if known.split()[-1] == words[-1]]
    return (exact or fitting)[0] if len(exact or fitting) == 1 else path


@lru_cache(maxsize=_REMEMBERED)
def full_keyword(path: str, word: str) -> str:
    """A keyword of an audited table written out, the word itself when it abbreviates none or several."""
    known = known_keywords(path)
    return word if word in known or not known else _only(word, known)


def full_options(path: str, keyword: str, words: tuple[str, ...]) -> tuple[str, ...]:
    """The words of a setting with enumeration values written out ("en" is "enable")."""
    options = known_keywords(path).get(keyword, ())
    if not options:
        return words
    return tuple(word if word in options or not word else _only(word, options) for word in words)


def _only(word: str, known: Iterable[str]) -> str:
    found = [each for each in known if each.startswith(word)]
    return found[0] if len(found) == 1 else word
