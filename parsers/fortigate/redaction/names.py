"""What stands for the words of a configuration when names are replaced: the same for the same word everywhere."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from parsers.fortigate.redaction.harmless import (
    SWITCHES,
    is_long_number,
    is_number,
    is_option,
    is_product,
    is_vendors,
)
from parsers.fortigate.syntax.forms import VARIABLE
from parsers.fortigate.syntax.references import NAMING
from parsers.fortigate.syntax.statement import Statement
from parsers.redaction import Pseudonyms

_HARDWARE = re.compile(r"(?<![0-9A-Fa-f:-])[0-9A-Fa-f]{2}([:-])(?:[0-9A-Fa-f]{2}\1){4}[0-9A-Fa-f]{2}(?![0-9A-Fa-f:])")
_NOBODYS = frozenset({"00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff"})
_UUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_NO_UUID = "00000000-0000-0000-0000-000000000000"
_SCHEME = re.compile(r"((?:https?|s?ftp|tftp|ldaps?|rtsp)://)(.+)", re.DOTALL)
_DEVICES_OWN = ("ssl", "naf", "l2t")
"""What the device puts before the name of a VDOM to name its own interfaces ("ssl.root")."""
_INTERNET_SERVICES = "firewall internet-service-name"
_CUSTOM_TABLES = (
    "firewall internet-service-custom",
    "firewall internet-service-group",
    "firewall internet-service-addition",
)


class Names:
    """The names of one configuration and their stand-ins.

    Args:
        pseudonyms: the stand-ins of all files redacted together.
        statements: the configuration; its entries tell names from options that are spelt alike.
    """

    def __init__(self, pseudonyms: Pseudonyms, statements: Iterable[Statement]) -> None:
        self.pseudonyms = pseudonyms
        self.entries: set[str] = set()
        self.vdoms = {"root"}
        self.links: set[str] = set()
        self.custom: set[str] = set()
        self.listed: set[str] = set()
        for each in statements:
            self._gather(each)

    def _gather(self, each: Statement) -> None:
        table = table_of(each.path)
        for name in edited(each):
            self.entries.add(name)
            if each.path[-1:] == ("vdom",):
                self.vdoms.add(name)
            elif each.path[-1:] == ("system vdom-link",):
                self.links.add(name)
            elif table.startswith(_CUSTOM_TABLES):
                self.custom.add(name)
        if table == _INTERNET_SERVICES and each.command == "edit" and each.words:
            self.listed.add(each.words[0])
        if table == _INTERNET_SERVICES and each.keyword == "type" and each.words == ("location",):
            self.custom.add(each.path[-1])

    def word(self, word: str, *, table: str = "", keyword: str = "", bare: bool = False) -> str:
        """What is written instead of a word: itself where it says nothing about whose configuration it is.

        Args:
            word: the word, its quotes resolved.
            table: the path of the table around it, "" inside nested ones.
            keyword: the keyword it stands behind, "" for the key of an entry.
            bare: whether it is written without quotes.
        """
        if self._stays(word, table, keyword, bare=bare):
            self.pseudonyms.kept.add(word)
            return word
        if VARIABLE.search(word):
            return self._template(word)
        if _HARDWARE.search(word) and not _HARDWARE.sub("", word).strip("-, "):
            return _HARDWARE.sub(self._hardware, word)
        if _UUID.fullmatch(word):
            return word if word == _NO_UUID else self.pseudonyms.identifier(word)
        scheme = _SCHEME.fullmatch(word)
        if scheme:
            return scheme.group(1) + self.pseudonyms.name(scheme.group(2))
        if word.startswith("*.") and len(word) > 2:
            return "*." + self.word(word[2:], table=table, keyword=keyword)
        return self._named(word)

    def _stays(self, word: str, table: str, keyword: str, *, bare: bool) -> bool:
        if _HARDWARE.search(word) or _UUID.fullmatch(word):
            return False
        naming = not keyword or keyword in NAMING
        if is_long_number(word):
            known = naming and word in self.pseudonyms.name_of
            return bare and not known and is_number(word, keyword)
        if is_number(word, keyword) or is_product(word):
            return True
        if is_vendors(keyword or table.removeprefix("firewall "), word, listed=word in self.listed):
            return word not in self.custom
        return bool(keyword) and is_option(table, keyword, word, bare=bare, entry=word in self.entries)

    def _named(self, word: str) -> str:
        prefix, dot, vdom = word.partition(".")
        if dot and prefix in _DEVICES_OWN and vdom in self.vdoms:
            return self._derived(word, f"{prefix}.{self.word(vdom)}")
        if word[-1:] in "01" and word[:-1] in self.links:
            return self._derived(word, self.word(word[:-1]) + word[-1])
        return self.pseudonyms.name(word, entry=word in self.entries)

    def _derived(self, word: str, new: str) -> str:
        """The device makes this name from another one."""
        return self.pseudonyms.name_of.setdefault(word, new)

    def _hardware(self, found: re.Match[str]) -> str:
        address = found.group()
        return address if address.casefold() in _NOBODYS else self.pseudonyms.hardware(address)

    def _template(self, word: str) -> str:
        """The variables of a template under other names, and what stands around them."""
        pieces: list[str] = []
        place = 0
        for found in VARIABLE.finditer(word):
            pieces += (self._around(word[place : found.start()]), self._variable(found.group()))
            place = found.end()
        return "".join((*pieces, self._around(word[place:])))

    def _around(self, text: str) -> str:
        return text if is_number(text) or text in SWITCHES or not text.strip() else self.pseudonyms.name(text)

    def _variable(self, text: str) -> str:
        start, end = ("{{", "}}") if text.startswith("{{") else (text[:2], text[-1])
        new = self.pseudonyms.name(text[len(start) : -len(end)])
        return f"{start}{new.replace('-', '_')}{end}"


def edited(each: Statement) -> Iterator[str]:
    """The names of entries that a statement makes."""
    if each.command == "edit" and each.words:
        yield each.words[0]
    elif each.command in ("rename", "clone") and len(each.words) == 3:
        yield from (each.words[0], each.words[2])


def table_of(path: tuple[str, ...]) -> str:
    """The full path of the table whose entries or settings these blocks surround, "" inside nested tables."""
    if path[:1] == ("vdom",):
        path = path[2:]
    elif path[:1] == ("global",):
        path = path[1:]
    return path[0] if 0 < len(path) < 3 else ""
