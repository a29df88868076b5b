"""A site file in the words of redacted exports: where names are replaced, every value that may be one is."""

from __future__ import annotations

import re
from collections.abc import Iterator

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from parsers.redaction import Pseudonyms

_NAMED_KEYS = ("devices", "resolve/*")
"""Where keys are names of devices and objects; elsewhere they are words of the schema and of baselines."""
_KEPT_VALUES = (
    "schema", "baselines/*/use", "baselines/*/set/*", "baselines/*/conditions/*", "baselines/*/severity/*",
    "devices/*/type", "devices/*/profile", "not_deployed", "reviewed", "exceptions/*/expires",
    "exceptions/*/finding/check", "exceptions/*/finding/flow", "exceptions/*/finding/fingerprint",
)  # fmt: skip
"""Where values are words of the schema and of baselines. The file name of a baseline of one's own stays as well."""
_NUMBERS = re.compile(r"[\d.:/*, -]*|[0-9A-Fa-f:]*:[0-9A-Fa-f:./]*")


def redacted_site(text: str, pseudonyms: Pseudonyms) -> str:
    """The text with every scalar that may be a name replaced, and comments left out, when names are replaced.

    Raises:
        yaml.YAMLError: the text is no YAML.
    """
    if pseudonyms.names:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        text = _rewritten(text, list(_scalars(root, ())) if root is not None else [], pseudonyms)
    return pseudonyms.addressed(text)


def _scalars(node: Node, path: tuple[str, ...]) -> Iterator[tuple[ScalarNode, bool]]:
    """Every key and value in the order of the text, with whether it may be a name."""
    if isinstance(node, ScalarNode):
        yield node, not _fits(path, _KEPT_VALUES)
    elif isinstance(node, SequenceNode):
        for each in node.value:
            yield from _scalars(each, (*path, "*") if isinstance(each, MappingNode) else path)
    elif isinstance(node, MappingNode):
        named = _fits(path, _NAMED_KEYS)
        for key, value in node.value:
            yield key, named
            yield from _scalars(value, (*path, str(key.value)))


def _fits(path: tuple[str, ...], patterns: tuple[str, ...]) -> bool:
    for pattern in patterns:
        words = pattern.split("/")
        if len(words) == len(path) and all(word in ("*", part) for word, part in zip(words, path, strict=True)):
            return True
    return False


def _rewritten(text: str, scalars: list[tuple[ScalarNode, bool]], pseudonyms: Pseudonyms) -> str:
    pieces: list[str] = []
    place = 0
    for node, named in scalars:
        start, end = node.start_mark.index, node.end_mark.index
        pieces.append(_between(text[place:start]))
        new = _renamed(str(node.value), pseudonyms) if named else str(node.value)
        pieces.append(text[start:end] if new == node.value else _written(new, text[start:end]))
        place = end
    return "".join((*pieces, _between(text[place:])))


def _between(text: str) -> str:
    """What stands between scalars, without the words of comments."""
    return re.sub(r"#.*", "#", text)


def _renamed(value: str, pseudonyms: Pseudonyms) -> str:
    known = pseudonyms.name_of.get(value)
    if known is not None:
        return known
    if _NUMBERS.fullmatch(value) or value in ("root", "any", "all", "true", "false"):
        return value
    if "/" in value:
        return "/".join(_renamed(part, pseudonyms) for part in value.split("/"))
    if value in pseudonyms.kept:
        return value
    return pseudonyms.name(value)


def _written(new: str, old: str) -> str:
    """The new scalar over as many lines as the old one, in quotes where it needs some."""
    quoted = new if re.fullmatch(r"[A-Za-z][\w./-]*", new) else '"' + new.replace('"', '\\"') + '"'
    return quoted + "\n" * old.rstrip("\n").count("\n") + ("\n" if old.endswith("\n") else "")
