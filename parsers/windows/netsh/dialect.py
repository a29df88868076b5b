"""What the labels and words of one netsh dump mean: by the table of known languages, and by structure.

Source: the reference, section 1.6, measured on full dumps: the order of fields is fixed. A word of the table that no
real export has confirmed counts unless the dump contradicts it; a word that nothing decides stays unknown.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from parsers.windows.netsh.blocks import Block
from parsers.windows.netsh.learning import learn, parts_of
from parsers.windows.words import Language, best_language, damaged_match, fold, languages
from parsers.windows.written import PROFILES

FEWEST = 20
"""With fewer rules nothing is learned from frequencies."""
CHOICES: Mapping[str, tuple[str, ...]] = {
    "enabled": ("yes", "no"),
    "direction": ("in", "out"),
    "action": ("allow", "block", "bypass"),
    "profiles": PROFILES,
    "edge": ("edge_no", "edge_yes", "edge_defer_app", "edge_defer_user"),
}
"""The fields whose values are words of the language, and what they can mean."""
REQUIRED = ("enabled", "direction", "action", "profiles")
VERBOSE = frozenset({"program", "service", "interface_types", "security", "rule_source"})
"""Fields that only verbose output has; the last three are always there."""

_PROTOCOL = re.compile(r"^(?:TCP|UDP|ICMPv4|ICMPv6)$", re.IGNORECASE)
_DESCRIPTOR = re.compile(r"^[OGD]:\S*\(")
"""A security descriptor: who may connect."""
_LOST = re.compile("[?\ufffd]")
_LAST = ("interface_types", "security", "rule_source", "action")
_BEFORE = ("remote_ip", "local_ip", "grouping", "profiles", "direction", "enabled")
_PORTS = frozenset({"tcp", "udp"})

Row = dict[str, str]
Shape = tuple[str, ...]


class Dialect:
    """The meaning of labels and words in one dump.

    `language` is the one of the table that knows the labels or all the words (None: neither), `rows` the fields of
    each rule by key. `inferred` holds the words that only structure explains, with their meaning, `guessed` those
    that the table merely guesses and structure does not confirm (`unconfirmed`: nor any other word of their field),
    `doubtful` why a word is not taken as the table has it. `anonymous` says that labels could not be told apart, so
    that fields go by their place; `strange` that some label stays unknown.
    """

    def __init__(self, blocks: list[Block]) -> None:
        self._shapes: dict[Shape, tuple[Shape, bool]] = {}
        self._known: dict[tuple[str, str], str] = {}
        self.learned: dict[tuple[str, str], str] = {}
        self.doubtful: dict[tuple[str, str], str] = {}
        self.inferred: dict[str, str] = {}
        self.guessed: set[str] = set()
        self.unconfirmed: set[str] = set()
        self.anonymous = _anonymous(blocks)
        own_shapes = [tuple([label for label, _ in block.fields]) for block in blocks]
        shapes = _distinct(blocks, own_shapes)
        labels = {label for shape, _ in shapes for label in shape}
        own = {fold(label) for label in labels} | {fold(blocks[0].label)}
        self.language = None if self.anonymous else best_language(own)
        self.labels = self._by_table(labels)
        if any(label not in self.labels for label in labels):
            self._by_place(shapes)
        self.rows = [self._row(shape, block) for shape, block in zip(own_shapes, blocks, strict=True)]
        self.strange = any(label not in self.labels for label in labels)
        if self.language is None or any(not self._words_known(key) for key in REQUIRED):
            self._known.clear()
            self.language = _language_of_words(self.rows) or self.language
        if len(blocks) >= FEWEST and not self._all_confirmed():
            self._learn()

    @property
    def is_known(self) -> bool:
        """Is there any ground to read the dump on: a known language, or enough rules to learn from?"""
        return bool(self.rows and any("protocol" in row for row in self.rows)) and (
            self.language is not None or bool(self.learned)
        )

    def meaning(self, key: str, text: str) -> str:
        """What a word means in a field of `CHOICES`; "" where nothing decides it."""
        found = self._known.get((key, text))
        if found is None:
            found = self._known[key, text] = self._meaning(key, text)
        return found

    def is_any(self, text: str) -> bool:
        """Does the word stand for "any"?"""
        return self.meaning("any", text) == "any"

    def meanings(self, text: str) -> frozenset[str]:
        """Everything the language's table knows of a value text, whatever the field."""
        return frozenset(self.language.values.get(fold(text), ())) if self.language else frozenset()

    def _meaning(self, key: str, text: str, *, alike: bool = False) -> str:
        """As `meaning`; with `alike` for the sake of another field, which takes no note of a guess."""
        word = fold(text)
        choices = CHOICES.get(key, (key,))
        learned = self.learned.get((key, word), "")
        found = self._in_table(self.language, word, choices) if self.language else ""
        if key == "edge" and not found:
            # Most languages use their plain "yes" and "no" here.
            plain = self._meaning("enabled", text, alike=True)
            found = f"edge_{plain}" if plain else ""
        if found:
            guess = self._is_guess(found, word)
            if guess and learned and learned != found:
                self.doubtful[key, text] = f"known as {found!r}, but the dump uses it like {learned!r}"
                return ""
            if guess and key in REQUIRED and not learned and not alike:
                self.guessed.add(text)
                if not any(field == key for field, _ in self.learned):
                    self.unconfirmed.add(text)
            return found
        if learned and not _LOST.search(word):
            # Words that lost letters may have been different ones.
            self.inferred[text] = learned.removeprefix("edge_")
            return learned
        return self._in_table(languages()["en"], word, choices)

    def _is_guess(self, meaning: str, word: str) -> bool:
        if self.language is None or (meaning, word) not in self.language.guessed:
            return False
        # A word that English writes alike ("Public") is none.
        return meaning not in languages()["en"].values.get(word, ())

    @staticmethod
    def _in_table(language: Language, word: str, choices: tuple[str, ...]) -> str:
        meanings = language.values.get(word) or damaged_match(word, language.values) or set()
        found = meanings & set(choices)
        return next(iter(found)) if len(found) == 1 else ""

    def _by_table(self, labels: Iterable[str]) -> dict[str, str]:
        """Labels the language or English knows; guessed ones are left to structure where it can tell."""
        known: dict[str, str] = {}
        for language in (self.language, languages()["en"]):
            if language is None:
                continue
            for label in labels:
                word = fold(label)
                key = language.labels.get(word) or damaged_match(word, language.labels)
                if key is not None and label not in known:
                    known[label] = key
        return known

    def _by_place(self, shapes: list[tuple[Shape, list[Block]]]) -> None:
        """Keys of unknown labels, told by their distance from the protocol line."""
        protocol = _protocol_label(shapes, self.labels)
        types = _types_label(shapes, self.labels)
        votes: dict[str, Counter[str]] = {}
        for shape, found in shapes:
            keys = _placed(shape, found, protocol, types)
            for label, key in zip(shape, keys, strict=True):
                if key and label not in self.labels:
                    votes.setdefault(label, Counter())[key] += len(found)
        taken = set(self.labels.values())
        for label, counts in sorted(votes.items(), key=lambda pair: -pair[1].total()):
            key, count = counts.most_common(1)[0]
            if key not in taken and count * 10 >= counts.total() * 9:
                self.labels[label] = key
                taken.add(key)

    def _row(self, shape: Shape, block: Block) -> Row:
        """The fields of a rule by key; unknown labels stand under themselves with a leading NUL."""
        known = self._shapes.get(shape)
        if known is None:
            keys = tuple(self.labels.get(label, f"\0{label}") for label in shape)
            known = self._shapes[shape] = (keys, len(set(keys)) == len(keys))
        keys, distinct = known
        values = [value for _, value in block.fields]
        if distinct:
            return dict(zip(keys, values, strict=True))
        # The first of two fields of one label counts.
        return dict(zip(reversed(keys), reversed(values), strict=True))

    def _words(self, key: str) -> set[str]:
        words = {row[key] for row in self.rows if key in row}
        return {part for word in words for part in parts_of(word)} if key == "profiles" else words

    def _words_known(self, key: str) -> bool:
        return all(self.meaning(key, word) for word in self._words(key))

    def _all_confirmed(self) -> bool:
        """Does the table know every word that matters, from real exports?"""
        return all(
            (found := self.meaning(key, word)) and not self._is_guess(found, fold(word))
            for key in REQUIRED
            for word in self._words(key)
        ) and any(self.is_any(row.get("local_ip", "")) for row in self.rows)

    def _learn(self) -> None:
        self._known.clear()
        self.guessed.clear()
        self.unconfirmed.clear()
        self.inferred.clear()
        complete = [row for row in self.rows if all(key in row for key in ("local_ip", "edge", *REQUIRED))]
        if len(complete) >= FEWEST:
            self.learned.update(learn(complete))


def _distinct(blocks: list[Block], own: list[Shape]) -> list[tuple[Shape, list[Block]]]:
    """The blocks by their labels in order, the commonest first: a dump has few such shapes."""
    shapes: dict[Shape, list[Block]] = {}
    for shape, block in zip(own, blocks, strict=True):
        shapes.setdefault(shape, []).append(block)
    return sorted(shapes.items(), key=lambda pair: -len(pair[1]))


def _language_of_words(rows: list[Row]) -> Language | None:
    """The language that knows every word of the dump, where its labels say nothing; several must agree."""
    words = {
        (key, fold(part))
        for row in rows
        for key in REQUIRED
        for part in (parts_of(row.get(key, "")) if key == "profiles" else [row.get(key, "")])
    }
    found: dict[tuple[str, ...], Language] = {}
    for language in languages().values():
        meanings = []
        for key, word in sorted(words):
            known = language.values.get(word, set()) & set(CHOICES[key])
            if len(known) != 1:
                break
            meanings.append(next(iter(known)))
        else:
            found.setdefault(tuple(meanings), language)
    return next(iter(found.values())) if len(found) == 1 and len(words) > len(REQUIRED) else None


def _protocol_label(shapes: list[tuple[Shape, list[Block]]], known: Mapping[str, str]) -> str:
    counts: Counter[str] = Counter()
    for shape, found in shapes:
        for place, label in enumerate(shape):
            if known.get(label) == "protocol":
                return label
            counts[label] += sum(_PROTOCOL.match(block.fields[place][1]) is not None for block in found[:50])
    label, count = counts.most_common(1)[0] if counts else ("", 0)
    return label if count else ""


def _types_label(shapes: list[tuple[Shape, list[Block]]], known: Mapping[str, str]) -> str:
    """The label of interface types: the last but three that every verbose shape has."""
    label = next((label for label, key in known.items() if key == "interface_types"), "")
    if label:
        return label
    verbose = [shape for shape, _ in shapes if len(shape) > len(_BEFORE) + len(_LAST) + 1]
    if not verbose:
        return ""
    candidates = set(verbose[0]).intersection(*verbose)
    ordered = [each for each in verbose[0] if each in candidates]
    return ordered[-len(_LAST)] if len(ordered) >= len(_LAST) else ""


def _placed(shape: Shape, found: list[Block], protocol: str, types: str) -> list[str]:
    """The keys of a shape's fields by their place, "" where the place does not tell."""
    keys = [""] * len(shape)
    place = shape.index(protocol) if protocol in shape else -1
    if place < len(_BEFORE) or place == len(shape) - 1:
        return keys
    keys[place] = "protocol"
    for distance, key in enumerate(_BEFORE, start=1):
        keys[place - distance] = key
    if place == len(_BEFORE) + 1:
        keys[0] = "description"
    following = place + 1
    if found[0].fields[place][1].casefold() in _PORTS and len(shape) > place + 3:
        keys[following : following + 2] = ["local_port", "remote_port"]
        following += 2
    keys[following] = "edge"
    if following < len(shape) - 1:
        keys[-1] = "action"
        middle = range(following + 1, len(shape) - 1)
        for each, key in zip(middle, _verbose(shape, found, middle, types), strict=True):
            keys[each] = key
    return keys


def _verbose(shape: Shape, found: list[Block], middle: range, label: str) -> Iterator[str]:
    """Program and service (optional), interface types, groups of computers and users (optional), security, source."""
    count = len(middle)
    if count < 3:
        yield from [""] * count
        return
    types = next((n for n, place in enumerate(middle) if shape[place] == label), count - 3)
    while types and _DESCRIPTOR.match(found[0].fields[middle[types]][1]):
        types -= 1
    for number, place in enumerate(middle):
        if number < types:
            yield "program" if any(_is_program(block.fields[place][1]) for block in found[:50]) else "service"
        elif number == types:
            yield "interface_types"
        elif number >= count - 2:
            yield ("security", "rule_source")[number - count]
        else:
            yield "remote_computer_group" if number == types + 1 else "remote_user_group"


def _is_program(value: str) -> bool:
    return "\\" in value or "%" in value or fold(value) == "system"


def _anonymous(blocks: list[Block]) -> bool:
    """Were the labels removed, or all replaced by one word? Then fields are labelled anew by their place."""
    labels = {label for block in blocks[:100] for label, _ in block.fields}
    if len(labels) >= len(_BEFORE) or all(len(block.fields) <= len(labels) for block in blocks[:100]):
        return False
    words: set[tuple[int, str]] = set()
    for block in blocks:
        for place in (len(_BEFORE), len(_BEFORE) + 1):
            if len(block.fields) > place + 1 and _PROTOCOL.match(block.fields[place][1]):
                words |= {(each, block.fields[place - len(_BEFORE) + each][1]) for each in (0, 1)}
    for block in blocks:
        values = [value for _, value in block.fields]
        if len(values) < len(_BEFORE) + 2:
            continue
        # The first field is "enabled", or the description and then "enabled"; the direction follows.
        described = next((n for n in (0, 1) if words & {(0, values[n]), (1, values[n + 1])}), None)
        if described is None or len(values) < described + len(_BEFORE) + 2:
            continue
        place = described + len(_BEFORE)
        block.fields = [
            (label or f"field {number}", value)
            for number, (label, (_, value)) in enumerate(zip(_names(block, place), block.fields, strict=True))
        ]
    return True


def _names(block: Block, place: int) -> list[str]:
    shape = tuple(str(number) for number in range(len(block.fields)))
    return [_CANONICAL.get(key, key) for key in _placed(shape, [block], str(place), "")]


_CANONICAL: Mapping[str, str] = {key: label for label, key in reversed(languages()["en"].labels.items())}
