"""Rule strings of the registry: `v2.30|Action=Allow|Active=TRUE|Dir=In|Protocol=6|LPort=443|Name=...|`.

Source: the reference, section 4 (MS-GPFAS 2.2.2.19 and real exports). All tokens are collected before any is
interpreted: keys repeat for lists and come in any order; keys and enumerations are compared without case. Every key
of the table is read, known not to limit the rule, or kept as "not understood", which makes the rule uncertain.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from parsers.model.rule import Scope, ScopeKind
from parsers.windows.descriptors import limit
from parsers.windows.numbers import number
from parsers.windows.written import PROFILES, WrittenRule, interface_types, is_every_interface, security_word

Tokens = Mapping[str, list[str]]
"""Key in lower case -> its values in the order written."""

_PORT_KEY = re.compile(r"^[lr]port(?:2_\d+)?$")
_VERSION = re.compile(r"^v(\d{1,3})\.(\d{1,3})$", re.IGNORECASE)
_FLAGS = {
    "lsm": "loose source mapping",
    "lom": "local-only mapping",
    "pcross": "profile crossing",
}
"""Keys that change how a socket is served, never which packets the rule matches."""
_TEXTS = frozenset(
    "version name desc embedctxt action active dir profile protocol edge defer app svc icmp4 icmp6".split()
)
_ADDRESSES = frozenset("la4 la6 ra4 ra6 ra42 ra62".split())
_CONDITIONS: Mapping[str, tuple[str, str]] = {
    "if": ("interface", "only on interface {}"),
    "iftype": ("interface-type", "only on interfaces of type {}"),
    "security": ("ipsec", "only for IPsec connections ({})"),
    "security2_9": ("ipsec", "only for IPsec connections ({})"),
    "security2": ("ipsec", "only for IPsec connections ({})"),
    "rmauth": ("identity", "remote computers"),
    "ruauth": ("identity", "remote users"),
    "luauth": ("identity", "local users"),
    "luauth2_24": ("identity", "local users"),
    "luown": ("identity", "only for apps of one local user"),
    "apppkgid": ("package", "only for one Store app"),
    "pfn": ("package", "only for the Store app {}"),
    "ttk": ("trust-tuple", "only for connections of kind {}"),
    "ttk2_22": ("trust-tuple", "only for connections of kind {}"),
    "ttk2_27": ("trust-tuple", "only for connections of kind {}"),
    "ttk2_28": ("trust-tuple", "only for connections of kind {}"),
    "nnm": ("network", "only on certain named networks"),
    "securityrealmid": ("ipsec", "only within one security realm"),
    "skipver": ("platform", "not on some Windows versions ({})"),
}
_DESCRIPTORS = frozenset("rmauth ruauth luauth luauth2_24".split())
_NAMES = {"iptlsin": "IPHTTPS", "iphttpsin": "IPHTTPS", "iptlsout": "IPHTTPS", "iphttpsout": "IPHTTPS"}
_ACTIONS = {"allow": "allow", "block": "block", "bypass": "bypass"}


def tokens(text: str) -> tuple[tuple[int, int], dict[str, list[str]]]:
    """The schema version and the tokens of a rule string; a token without "=" is kept under its own text.

    Raises:
        ValueError: the text does not begin with a version.
    """
    head, _, rest = text.partition("|")
    version = _VERSION.match(head.strip())
    if version is None:
        raise ValueError("a rule string begins with its version (v2.30|...)")
    found: dict[str, list[str]] = {}
    for token in rest.split("|"):
        if token:
            key, _, value = token.partition("=")
            found.setdefault(key.strip().casefold(), []).append(value)
    return (int(version.group(1)), int(version.group(2))), found


def is_connection_security(parts: Tokens) -> bool:
    """Is it a connection security (IPsec) rule? Those have no direction and let nothing through by themselves."""
    return "dir" not in parts and any(key in parts for key in ("auth1set", "auth2set", "ep1port", "ep1_4", "ep2_4"))


def written(
    identity: str, parts: Tokens, *, file: str, line: int = 0, store: str = "local", policy: tuple[int, int] = (0, 0)
) -> WrittenRule:
    """One rule from its tokens.

    `store` is "local", "gpo", "hardening", "appiso" or "mdm". Hardening rules without `Active` apply (the factory set
    omits it); others do not. `policy` is the newest schema version seen on the host: it tells the least Windows
    version, which settles most `Platform` conditions.
    """
    unread: list[str] = []
    direction = _one(parts, "dir").casefold()
    action = _ACTIONS.get(_one(parts, "action").casefold(), "")
    if direction not in ("in", "out"):
        unread.append(f"Dir={direction}")
    if not action:
        unread.append(f"Action={_one(parts, 'action')}")
    active = _one(parts, "active").casefold()
    if active not in ("true", "false", ""):
        unread.append(f"Active={active}")
    if action == "allow" and _is_true(parts, "authbypassout"):
        action = "bypass"
    unread += [f"{key}={value}" for key in parts if not _known(key) for value in parts[key]]
    protocol = _protocol(parts, unread)
    profiles = _profiles(parts, unread)
    return WrittenRule(
        id=identity if store == "local" else f"{store}/{identity}",
        name=_one(parts, "name") or identity,
        file=file,
        first_line=line,
        last_line=line,
        enabled=active == "true" or (not active and store == "hardening"),
        direction=direction if direction in ("in", "out") else "",
        action=action,
        profiles=profiles,
        protocol=protocol,
        local_ports=_ports(parts, "l"),
        remote_ports=_ports(parts, "r"),
        icmp=tuple(_icmp(parts, protocol, unread)),
        local_addresses=_addresses(parts, "la4", "la6"),
        remote_addresses=_addresses(parts, "ra4", "ra42", "ra6", "ra62"),
        program=_scope(parts, "app"),
        service=_scope(parts, "svc"),
        conditions=tuple(_conditions(parts, policy)),
        group=_one(parts, "embedctxt"),
        description=_one(parts, "desc"),
        store=store,
        unread=tuple(unread),
        edge=_edge(parts),
    )


def _one(parts: Tokens, key: str) -> str:
    values = parts.get(key)
    return values[-1].strip() if values else ""


def _is_true(parts: Tokens, key: str) -> bool:
    return _one(parts, key).casefold() == "true"


def _known(key: str) -> bool:
    return (
        key in _TEXTS
        or key in _ADDRESSES
        or key in _CONDITIONS
        or key in _FLAGS
        or key in ("platform", "platform2", "authbypassout")
        or _PORT_KEY.match(key) is not None
    )


def _protocol(parts: Tokens, unread: list[str]) -> int | None:
    text = _one(parts, "protocol")
    if not text or text == "256":
        return None
    value = number(text, 255)
    if value is None:
        unread.append(f"Protocol={text}")
    return value


def _profiles(parts: Tokens, unread: list[str]) -> frozenset[str] | None:
    found = set()
    for value in parts.get("profile", ()):
        word = value.strip().casefold()
        if word in PROFILES:
            found.add(word)
        else:
            unread.append(f"Profile={value}")
    if not found or len(found) == len(PROFILES):
        return None
    # With a profile that was not understood the rule may count in any.
    return None if any(each.startswith("Profile=") for each in unread) else frozenset(found)


def _ports(parts: Tokens, side: str) -> tuple[str, ...]:
    found: list[str] = []
    for key, values in parts.items():
        if key.startswith(side) and _PORT_KEY.match(key):
            found += [_NAMES.get(value.strip().casefold(), value.strip()) for value in values if value.strip()]
    return tuple(dict.fromkeys(found))


def _icmp(parts: Tokens, protocol: int | None, unread: list[str]) -> Iterator[tuple[int | None, int | None]]:
    key = {1: "icmp4", 58: "icmp6"}.get(protocol or 0, "")
    if protocol is None:
        unread += [f"{other}={value}" for other in ("icmp4", "icmp6") for value in parts.get(other, ())]
    for value in parts.get(key, ()) if key else ():
        kind, _, code = value.strip().partition(":")
        numbers = [number(word, 255) for word in (kind, code)]
        if any(read is None and word not in ("*", "") for read, word in zip(numbers, (kind, code), strict=True)):
            unread.append(f"{key.upper()}={value}")
        else:
            yield numbers[0], numbers[1]


def _addresses(parts: Tokens, *keys: str) -> tuple[str, ...]:
    """The tokens of one side; a keyword of one family gets the family as a suffix ("LocalSubnet4")."""
    found: dict[str, set[str]] = {}
    for key in keys:
        family = key[2]
        for value in parts.get(key, ()):
            word = value.strip()
            if not word:
                continue
            is_keyword = not word[0].isdigit() and ":" not in word
            found.setdefault(word, set()).update(family if is_keyword else "")
    return tuple(
        word if len(families) != 1 or word[-1] in "46" else word + next(iter(families))
        for word, families in found.items()
    )


def _scope(parts: Tokens, key: str) -> Scope:
    text = _one(parts, key)
    return Scope(ScopeKind.NAMED, text) if text else Scope()


def _edge(parts: Tokens) -> str:
    defer = _one(parts, "defer").casefold()
    if defer in ("app", "user"):
        return f"defer to {'application' if defer == 'app' else 'user'}"
    return "yes" if _is_true(parts, "edge") else "no"


_WORDS = {"interface-type": interface_types, "ipsec": security_word}


def _conditions(parts: Tokens, policy: tuple[int, int]) -> Iterator[tuple[str, str]]:
    for key, (kind, text) in _CONDITIONS.items():
        values = [value for value in parts.get(key, ()) if value.strip()]
        if key == "iftype" and is_every_interface(",".join(values)):
            continue
        if kind == "ipsec" and all(value.strip().casefold() == "notrequired" for value in values):
            continue
        if values and key in _DESCRIPTORS:
            yield kind, limit(values[-1], text)
        elif values:
            word = _WORDS.get(kind, str)
            yield kind, text.format(", ".join(map(word, values)))
    platforms = [value for value in parts.get("platform", ()) if value.strip()]
    if platforms and not _at_least(platforms, _one(parts, "platform2"), policy):
        yield "platform", f"only on Windows versions {', '.join(platforms)} {_one(parts, 'platform2')}".strip()


def _at_least(platforms: list[str], comparison: str, policy: tuple[int, int]) -> bool:
    """Is the host certainly one of the platforms? Only "or newer" can be settled (schema version)."""
    if comparison.casefold() != "gteq":
        return False
    system = next((system for schema, system in _SYSTEMS if policy >= schema), (0, 0))
    for text in platforms:
        parts = [number(part, 99) for part in text.split(":")]
        asked = tuple(part for part in parts[1:] if part is not None)
        if parts[0] == 2 and len(parts) == 3 and len(asked) == 2 and system >= asked:
            return True
    return False


_SYSTEMS = (((2, 24), (10, 0)), ((2, 22), (6, 3)), ((2, 20), (6, 2)), ((2, 10), (6, 1)), ((2, 0), (6, 0)))
"""Schema version -> the oldest Windows (major, minor) that writes it (the reference, section 4.1)."""
