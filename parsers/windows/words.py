"""The words of netsh in every known language, and how sure each is (locales.tsv)."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files


@dataclass(slots=True)
class Language:
    """One language's words, folded for comparison.

    `labels` maps the text of a rule label to its key ("rule_name", "local_port"), `values` a value text to its keys
    (one word may mean several things in different fields), `profile` and `messages` likewise. `guessed` holds the
    texts whose status in the table is neither real output nor code.
    """

    code: str
    labels: dict[str, str] = field(default_factory=dict)
    values: dict[str, set[str]] = field(default_factory=dict)
    profile: dict[str, set[str]] = field(default_factory=dict)
    messages: dict[str, set[str]] = field(default_factory=dict)
    guessed: set[str] = field(default_factory=set)


def fold(text: str) -> str:
    """A word for comparison: case, typographic apostrophes, no-break blanks and inner runs of blanks folded."""
    return " ".join(text.replace("\u00a0", " ").replace("’", "'").casefold().split())


@cache
def languages() -> dict[str, Language]:
    """Every language of the table by its code."""
    text = files("parsers.windows").joinpath("locales.tsv").read_text(encoding="utf-8")
    found: dict[str, Language] = {}
    for row in csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE):
        language = found.setdefault(row["lang"], Language(row["lang"]))
        word = fold(row["text"]).rstrip(":").rstrip()
        if row["kind"] == "label":
            language.labels.setdefault(word, row["key"])
        elif row["kind"] == "value":
            language.values.setdefault(word, set()).add(row["key"])
        elif row["kind"] == "profile":
            language.profile.setdefault(word, set()).add(row["key"])
        else:
            language.messages.setdefault(word, set()).add(row["key"])
        if row["status"] not in ("real", "code"):
            language.guessed.add(word)
    return found


def best_language(labels: set[str]) -> Language | None:
    """The language that knows most of the (folded) labels of a file; None when none knows four of them."""
    scored = [(sum(label in language.labels for label in labels), code) for code, language in languages().items()]
    best = max(scored, key=lambda pair: (pair[0], pair[1] == "en"))
    return languages()[best[1]] if best[0] >= 4 else None
