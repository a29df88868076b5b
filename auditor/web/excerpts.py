"""The lines of an export behind a finding, with secrets masked before anything is kept."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator, Sequence
from functools import cache

from parsers.archives import is_archive, members, unpacked
from parsers.cisco.secrets import masked as cisco_masked
from parsers.fortigate.convert.secrets import MASK, holds_secret, is_secret
from parsers.model.origin import Origin
from parsers.redaction import safe_comment
from parsers.source import Document

MOST_LINES = 14
CONTINUED = "(continued text)"
_CLI = re.compile(r"^[ \t]*config [a-z]", re.MULTILINE)
_PAIR = re.compile(r"^(\s*)([a-z][a-z0-9_-]+):\s+\S")
_YAML_KEY = re.compile(r"^\s*([a-z][\w-]*):\s*$")
_ENCODED = re.compile(r"^\s*[A-Za-z0-9+/=]{40,}\s*$")
_SET = re.compile(r"^(\s*(?:set|append|select)\s+)(\S+)\s+(.*)$")
_BLOCK = re.compile(r"^\s*(?:config|edit|next|end|unset|delete|rename|move|#|$)")
_ANY_SECRET = re.compile(
    r"(?i)((?:passw(?:or)?d|\b(?:pre-?shared-?key|passphrase|secret|psk|community|(?:md5|sha\d*|hash|private)[ -]?key"
    r"|key-string|token|credential))\S{0,80})(\s*[:=]\s*|\s+)(\S.*)$"
)


class Excerpts:
    """Masked lines of every text of an upload, by document name; small, because they are kept compressed."""

    def __init__(self, documents: Iterable[Document]) -> None:
        self._texts: dict[str, bytes] = {}
        for document in map(unpacked, documents):
            for each in members(document) if is_archive(document.data) else (document,):
                if b"\0\0\0\0" not in each.data[:4096]:
                    self._texts[each.name] = zlib.compress("\n".join(masked(each.text)).encode("utf-8", "replace"), 1)

    def of(self, origins: Iterable[Origin]) -> dict[str, list[tuple[int, str]]]:
        """The first lines of some places: key "file:first-last", values (line number, text)."""
        found: dict[str, list[tuple[int, str]]] = {}
        lines: dict[str, list[str]] = {}
        for origin in origins:
            if not origin.first_line or origin.file not in self._texts:
                continue
            if origin.file not in lines:
                lines[origin.file] = zlib.decompress(self._texts[origin.file]).decode().split("\n")
            last = min(origin.last_line or origin.first_line, origin.first_line + MOST_LINES - 1)
            shown = lines[origin.file][origin.first_line - 1 : last]
            found[place(origin)] = list(enumerate(shown, origin.first_line))
        return found


def place(origin: Origin) -> str:
    """The key of a place."""
    return f"{origin.file}:{origin.first_line}-{origin.last_line}"


def masked(text: str) -> Iterator[str]:
    """The lines of an export with every secret value replaced; the number of lines stays."""
    lines = text.replace("\r", "").split("\n")
    return _fortigate(lines) if _CLI.search(text, 0, 200_000) else _others(lines)


def _others(lines: Sequence[str]) -> Iterator[str]:
    communities = items = False
    for line in lines:
        key = _YAML_KEY.match(line)
        if key:
            items = _by_keyword(key.group(1))
            communities = "snmp_community" in key.group(1) or (communities and "_" not in key.group(1))
        pair = _PAIR.match(line)
        if pair and (_by_keyword(pair.group(2)) or (communities and pair.group(2) == "name")):
            yield f"{pair.group(1)}{pair.group(2)}: {MASK}"
        elif items and line.lstrip().startswith("- ") and not line.rstrip().endswith(":"):
            yield f"{line[: len(line) - len(line.lstrip())]}- {MASK}"
        elif _ENCODED.match(line):
            yield CONTINUED
        else:
            yield safe_comment(_ANY_SECRET.sub(rf"\1\2{MASK}", cisco_masked(line)))


def _fortigate(lines: Sequence[str]) -> Iterator[str]:
    """`set` lines by the reader's own list of secret keywords; what continues a value of several lines is left out."""
    path: list[str] = []
    for line in lines:
        found = _SET.match(line)
        if found:
            head, keyword, value = found.groups()
            words = tuple(value.replace('"', " ").split())
            secret = _by_keyword(keyword) or is_secret(keyword, words) or holds_secret(tuple(path), keyword, words)
            yield f"{head}{keyword} {MASK}" if secret else safe_comment(line)
            continue
        word, _, rest = line.strip().partition(" ")
        if word == "config":
            path.append(rest.strip())
        elif word == "end" and path:
            path.pop()
        yield line if _BLOCK.match(line) else CONTINUED


@cache
def _by_keyword(keyword: str) -> bool:
    return is_secret(keyword, ("value",))
