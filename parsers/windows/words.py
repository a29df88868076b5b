"""The words of netsh in every known language, and how sure each is (locales.tsv)."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import TypeVar
from unicodedata import normalize

_Meaning = TypeVar("_Meaning")
_FEWEST_OWN = 2
_LOST = re.compile(r"([?\ufffd]+)")


@dataclass(slots=True)
class Language:
    """One language's words, folded for comparison.

    `labels` maps the text of a rule label to its key ("rule_name", "local_port"), `values` a value text to its keys
    (one word may mean several things in different fields), `profile` and `messages` likewise. `guessed` holds the
    (key, text) pairs that neither real output nor code of others confirms.
    """

    code: str
    labels: dict[str, str] = field(default_factory=dict)
    values: dict[str, set[str]] = field(default_factory=dict)
    profile: dict[str, set[str]] = field(default_factory=dict)
    messages: dict[str, set[str]] = field(default_factory=dict)
    guessed: set[tuple[str, str]] = field(default_factory=set)


def fold(text: str) -> str:
    """A word for comparison: case, letter forms, apostrophes, no-break blanks and runs of blanks folded."""
    if text.isascii():
        return " ".join(text.lower().split())
    plain = normalize("NFKC", text).replace("’", "'").casefold()
    # The Turkish capital letter folds to an i with a dot of its own.
    return " ".join(plain.replace("i\u0307", "i").split())


def damaged_match(word: str, table: Mapping[str, _Meaning]) -> _Meaning | None:
    """What a folded word that lost letters to "?" can only mean; None where it is whole, unknown or ambiguous."""
    if "?" not in word and "\ufffd" not in word:
        return None
    # The Turkish capital letter folds to a plain i.
    pattern = "".join(
        f"[i\x80-\U0010ffff]{{1,{len(part)}}}" if _LOST.match(part) else re.escape(part) for part in _LOST.split(word)
    )
    found = [meaning for text, meaning in table.items() if re.fullmatch(pattern, text)]
    return found[0] if found and all(each == found[0] for each in found) else None


@cache
def languages() -> dict[str, Language]:
    """Every language of the table by its code."""
    text = files("parsers.windows").joinpath("locales.tsv").read_text(encoding="utf-8")
    found: dict[str, Language] = {}
    for row in csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE):
        language = found.setdefault(row["lang"], Language(row["lang"]))
        word = fold(row["text"]).rstrip(":").rstrip()
        kind = row["kind"]
        if kind == "label":
            language.labels.setdefault(word, row["key"])
        else:
            tables = {"value": language.values, "profile": language.profile, "message": language.messages}
            tables[kind].setdefault(word, set()).add(row["key"])
        if row["status"] not in ("real", "code"):
            language.guessed.add((row["key"], word))
    return found


def best_language(labels: set[str]) -> Language | None:
    """The language that knows most of the (folded) labels of a file, with the English ones every language may keep.

    None when it knows fewer than half of them, or when no two of them are its own.
    """
    english = languages()["en"].labels
    kept = labels & set(english)
    scored = [(len(labels & set(language.labels) - kept), code) for code, language in languages().items()]
    own, code = max(scored, key=lambda pair: (pair[0], pair[1] == "en"))
    if own >= _FEWEST_OWN:
        return languages()[code]
    return languages()["en"] if len(kept) * 2 > len(labels) else None
