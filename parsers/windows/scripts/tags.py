"""The tags of `netsh advfirewall firewall add rule` as what a rule says.

Source: Microsoft, "Netsh AdvFirewall Firewall Commands" and `netsh advfirewall firewall add rule ?`: name, dir and
action must be given; the others default to any program, service, profile, protocol, port, address and interface
type, enabled, no edge traversal, and no security. With service=any a rule is for services only.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache

from parsers.model.rule import Scope, ScopeKind
from parsers.windows.descriptors import limit
from parsers.windows.numbers import number
from parsers.windows.written import PROFILES, UNKNOWN_SCOPE

VARIABLE = re.compile(r"%|![A-Za-z_]\w*(?::[^!]*)?!|\$[\w({]")
"""Where a value holds something the script computes: variables of batch files, delayed ones, those of PowerShell."""
_ALONE = re.compile(
    r"%[^%\\/:\s]+(?::[^%]*)?%|%%~?[a-z$:]*\w|%~?[a-z]*\d|%\*|![^!\\/]+!|\$\{?[\w:]+\}?|\$\(\.\.\.\)", re.IGNORECASE
)
FOLDER = re.compile(r"^\$\{?(?:env:)?(\w+)\}?[\\/]", re.IGNORECASE)
"""A folder that a PowerShell script is told when it runs, or a variable of the environment: rules write it %NAME%."""
_PROTOCOLS = {"tcp": 6, "udp": 17, "icmpv4": 1, "icmpv6": 58}
_PORTED = ("tcp", "udp", "6", "17")
_EDGES = {"no": "no", "yes": "yes", "deferapp": "defer to application", "deferuser": "defer to user"}
_SECURE = {
    "authenticate": "Authenticate",
    "authenc": "AuthEnc",
    "authdynenc": "AuthDynEnc",
    "authnoencap": "AuthNoEncap",
}
_TYPES = {"lan": "LAN", "wireless": "Wireless", "ras": "RAS"}
KNOWN = frozenset(
    "name dir action program service description enable profile localip remoteip localport remoteport protocol "
    "interfacetype rmtcomputergrp rmtmachgrp rmtusrgrp edge security".split()
)
"""`rmtmachgrp` is what `rmtcomputergrp` was called in Windows Vista."""

Values = dict[str, object]


def written(tags: Mapping[str, str], doubts: list[str], conditions: tuple[tuple[str, str], ...]) -> Values:
    """The fields of a written rule that tags tell, by their names; what cannot be decided is in `unread`."""
    reader = _Reader(tags, list(doubts))
    found = reader.fields()
    found["conditions"] = (*conditions, *reader.conditions())
    found["unread"] = tuple(dict.fromkeys(reader.unread))
    return found


def is_computed(text: str) -> bool:
    """Does a value hold a variable or an expression?"""
    return VARIABLE.search(text) is not None


class _Reader:
    def __init__(self, tags: Mapping[str, str], unread: list[str]) -> None:
        self.tags = tags
        self.unread = unread

    def fields(self) -> Values:
        self.unread += [f"{key}={value}" if value else key for key, value in self.tags.items() if key not in KNOWN]
        protocol, icmp = self._protocol()
        return {
            "enabled": {"yes": True, "no": False}.get(self._word("enable", ("yes", "no"), "yes")),
            "direction": self._word("dir", ("in", "out")),
            "action": self._word("action", ("allow", "block", "bypass")),
            "profiles": self._profiles(),
            "protocol": protocol,
            "icmp": icmp,
            "local_ports": self._ports("localport"),
            "remote_ports": self._ports("remoteport"),
            "local_addresses": self._list("localip"),
            "remote_addresses": self._list("remoteip"),
            "program": self._program(),
            "service": self._service(),
            "description": self.tags.get("description", ""),
            "edge": _EDGES.get(self._word("edge", tuple(_EDGES), "no"), ""),
        }

    def _word(self, key: str, words: tuple[str, ...], default: str = "") -> str:
        """One of the words a tag may have; "" where it is missing without a default, computed, or another word."""
        text = self.tags.get(key, default).strip().casefold()
        if text in words:
            return text
        self.unread.append(f"{key}={text}" if text else f"{key} is missing, and netsh makes no rule without it")
        return ""

    def _profiles(self) -> frozenset[str] | None:
        words = {word.strip().casefold() for word in self.tags.get("profile", "any").split(",")}
        if words - set(PROFILES) - {"any"}:
            self.unread.append(f"profile={self.tags['profile']}")
            return None
        return None if "any" in words or len(words) == len(PROFILES) else frozenset(words)

    def _protocol(self) -> tuple[int | None, tuple[tuple[int | None, int | None], ...]]:
        text = self.tags.get("protocol", "any").strip().casefold()
        word, colon, types = text.partition(":")
        if word == "any" and not colon:
            return None, ()
        value = _PROTOCOLS.get(word, number(word, 255))
        if value is None or (colon and word not in ("icmpv4", "icmpv6")):
            self.unread.append(f"protocol={text}")
            return None, ()
        pairs = [tuple(part.strip() for part in each.split(",", 1)) for each in types.split(";") if each.strip()]
        found: list[tuple[int | None, int | None]] = []
        for kind, code in (pair if len(pair) == 2 else (pair[0], "any") for pair in pairs):
            numbers = number(kind, 255), number(code, 255)
            if any(each is None and part != "any" for each, part in zip(numbers, (kind, code), strict=True)):
                self.unread.append(f"protocol={text}")
                return value, ()
            found.append(numbers)
        return value, tuple(found)

    def _ports(self, key: str) -> tuple[str, ...]:
        found = self._list(key)
        protocol = self.tags.get("protocol", "any").strip().casefold()
        if found and protocol not in _PORTED and not is_computed(protocol):
            self.unread.append(f"{key} without protocol=tcp or udp, which netsh refuses")
        return found

    def _list(self, key: str) -> tuple[str, ...]:
        """The tokens of a list of ports or addresses; () is any, and what a computed list may be."""
        text = self.tags.get(key, "any")
        words = tuple(word.strip() for word in text.split(",") if word.strip())
        if is_computed(text) or not words:
            self.unread.append(f"{key}={text}")
            return ()
        return () if any(word.casefold() == "any" for word in words) else words

    def _program(self) -> Scope:
        text = self.tags.get("program", "").strip()
        if not text:
            return Scope()
        if _ALONE.fullmatch(text) or text.startswith("$("):
            return UNKNOWN_SCOPE
        return Scope(ScopeKind.NAMED, FOLDER.sub(r"%\1%\\", text))

    def _service(self) -> Scope:
        text = self.tags.get("service", "").strip()
        if is_computed(text):
            return UNKNOWN_SCOPE
        if text.casefold() == "any":
            return Scope(ScopeKind.NAMED, "*")
        return Scope(ScopeKind.NAMED, text) if text else Scope()

    def conditions(self) -> Iterator[tuple[str, str]]:
        """What else must hold for the rule to match."""
        types = [word.strip().casefold() for word in self.tags.get("interfacetype", "any").split(",")]
        if "any" not in types:
            yield "interface-type", f"only on interfaces of type {', '.join(_TYPES.get(each, each) for each in types)}"
        secure = self._word("security", (*_SECURE, "notrequired"), "notrequired")
        if secure != "notrequired":
            yield "ipsec", f"only for IPsec connections ({_SECURE.get(secure, 'as the script computes')})"
        for keys, who in _GROUPS:
            if text := next((self.tags[key] for key in keys if self.tags.get(key)), ""):
                yield "identity", limit(text, who)


_GROUPS = ((("rmtcomputergrp", "rmtmachgrp"), "remote computers"), (("rmtusrgrp",), "remote users"))

_DEFAULTS: Mapping[str, str] = {
    "profile": "any", "protocol": "any", "localip": "any", "remoteip": "any", "localport": "any", "remoteport": "any",
    "program": "", "service": "",
}  # fmt: skip
_SHAPES: Mapping[str, Callable[[str], object]] = {
    "profile": lambda text: frozenset(text.replace("any", ",".join(PROFILES)).split(",")),
    "protocol": lambda text: str(_PROTOCOLS.get(text, text)),
}


def merged(words: Sequence[str]) -> list[str]:
    """Words of a command, where "name = x" and "name= x" are one."""
    found: list[str] = []
    for word in words:
        begun = bool(found) and (
            (word.startswith("=") and "=" not in found[-1]) or (found[-1].endswith("=") and "=" not in word)
        )
        if begun:
            found[-1] += word
        else:
            found.append(word)
    return found


def same_name(one: str, other: str) -> bool | None:
    """Are two names the same, without case? None where a variable in one of them decides."""
    mine, theirs = literal(one), literal(other)
    if mine[1] and theirs[1]:
        return mine[0] == theirs[0]
    return None if mine[0].startswith(theirs[0]) or theirs[0].startswith(mine[0]) else False


@lru_cache(maxsize=8192)
def literal(text: str) -> tuple[str, bool]:
    """What a name begins with before a variable in it, in lower case, and whether that is all of it."""
    folded = text.strip().casefold()
    found = VARIABLE.search(folded)
    return (folded[: found.start()], False) if found else (folded, True)


def agree(key: str, asked: str, stated: Mapping[str, str]) -> bool | None:
    """Does a rule have the value that a command asks for? None where that is not known."""
    have = stated.get(key, _DEFAULTS.get(key, ""))
    if is_computed(asked) or is_computed(have):
        return None
    shape = _SHAPES.get(key, str)
    if shape(asked.strip().casefold()) == shape(have.strip().casefold()):
        return True
    return False if key in ("dir", "protocol", "profile") else None
