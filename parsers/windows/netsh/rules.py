"""`netsh advfirewall firewall show rule name=all [verbose]` in any language.

Source: the reference, sections 1 and 3. What netsh does not print is unknown, not "any": programs and services of a
dump that is not verbose, the app of a Store rule.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from parsers.errors import UnreadableError
from parsers.model.origin import Gap, Origin
from parsers.model.rule import Scope, ScopeKind
from parsers.model.services import TCP, UDP
from parsers.windows.descriptors import limit
from parsers.windows.netsh.blocks import Block
from parsers.windows.netsh.dialect import FEWEST, VERBOSE, Dialect, Row
from parsers.windows.netsh.learning import parts_of
from parsers.windows.netsh.leftovers import leftovers, missing
from parsers.windows.numbers import number as decimal
from parsers.windows.words import fold, languages
from parsers.windows.written import PROFILES, UNKNOWN_SCOPE, WrittenRule, is_every_interface

PROTOCOLS = {"tcp": 6, "udp": 17, "icmpv4": 1, "icmpv6": 58}
_EDGE = {"edge_no": "no", "edge_yes": "yes", "edge_defer_app": "defer to application"}
_EDGE |= {"edge_defer_user": "defer to user"}
_ENGLISH = {
    "if_lan": "LAN",
    "if_ras": "RAS",
    "if_wireless": "Wireless",
    "sec_authenticate": "Authenticate",
    "sec_authenc": "AuthEnc",
    "sec_authdynenc": "AuthDynEnc",
    "sec_authnoencap": "AuthNoEncap",
}
_MOST_GAPS = 1000
"""After so many words that are not understood the file is no dump."""
_LIMITS = ("interface_types", "security", "remote_computer_group", "remote_user_group")
_GUID = re.compile(r"\{?[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\}?")


_IPSEC_LABELS = frozenset({"Endpoint1", "MainModeSecMethods"})
_IPSEC_ACTIONS = frozenset(
    "RequireInRequestOut RequestInRequestOut RequireInRequireOut RequireInClearOut NoAuthentication".split()
)
"""The actions of connection security rules, which no language translates."""


APP = ("package", "only for a Store app, which netsh does not print")


def is_app(group: str) -> bool:
    """Is it the group of a Store app's rules? netsh names neither the app nor, for such rules, a program."""
    return group.startswith("@{") or _GUID.fullmatch(group) is not None


@dataclass(frozen=True, slots=True)
class Dump:
    """The rules of a netsh text, whether all were verbose, and what was not understood.

    `cut` says that the dump breaks off in the middle of a rule: further rules are missing then.
    """

    rules: tuple[WrittenRule, ...]
    verbose: bool
    gaps: tuple[Gap, ...]
    notes: tuple[str, ...]
    cut: bool = False


def read_rules(name: str, lines: list[str] | None, found: list[Block]) -> Dump | None:
    """All rules of a text from its blocks; None when it holds none. `lines` is None for a table, which has no end mark.

    Raises:
        UnreadableError: the language is unknown and there are too few rules to learn it from.
    """
    if endless := next((block for block in found if block.is_endless), None):
        raise UnreadableError(name, "a rule of more lines than any has: the file is damaged", endless.first_line)
    ipsec = [block for block in found if _is_connection_security(block)]
    everything = found
    found = [block for block in found if block not in ipsec] if ipsec else found
    if not found:
        return None
    dialect = Dialect(found)
    if not dialect.is_known:
        raise UnreadableError(name, _unknown_language(found), found[0].first_line)
    reader = _Reader(name, dialect)
    pairs = [(block, row) for block, row in zip(found, dialect.rows, strict=True) if _is_rule(row)]
    if not pairs:
        return None
    rules = tuple(reader.rules(pairs))
    end = max(block.last_line for block in (pairs[-1][0], *ipsec))
    rest = [] if lines is None else [line for line in lines[end:] if line.strip()]
    ended = lines is None or bool(rest)
    # A prompt or the end of a transcript may stand below what is left of a rule.
    half = "action" not in pairs[-1][1] and (not ended or all("action" in row for _, row in pairs[:-1]))
    # The name of one more rule, and nothing below it.
    cut = half or any(line.lstrip().startswith(f"{found[0].label}:") for line in rest)
    if half:
        # What the rule does is missing with all that follows: both are among the rules nobody has seen.
        rules = (*rules[:-1], replace(rules[-1], action="allow"))
    lost = () if lines is None or dialect.anonymous else leftovers(name, lines, everything, dialect.labels)
    gaps = (*reader.guesses(pairs[0][0], len(pairs)), *reader.gaps, *lost)
    notes = [*reader.notes(), *_notes(pairs, ended=ended or cut)]
    if ipsec:
        are = "rules were" if len(ipsec) > 1 else "rule was"
        notes.append(f"{len(ipsec)} connection security (IPsec) {are} left out: such rules open nothing by themselves.")
    verbose = all(reader.is_verbose(row) for _, row in pairs)
    return Dump(rules, verbose, gaps, tuple(notes), cut=cut)


def _is_rule(row: Row) -> bool:
    """Is the block a rule at all? Reports of other tools underline their headings too."""
    return "enabled" in row or "direction" in row or "protocol" in row


def _is_connection_security(block: Block) -> bool:
    """Is it a rule of `netsh advfirewall consec` or `mainmode`? Windows' own diagnostics write them behind the others.

    A firewall rule has a direction, whatever its description says.
    """
    names, values = zip(*block.fields, strict=True) if block.fields else ((), ())
    if _IPSEC_LABELS.isdisjoint(names) and _IPSEC_ACTIONS.isdisjoint(values):
        return False
    labels = {fold(label) for label, _ in block.fields}
    return not any(language.labels.get(label) == "direction" for language in languages().values() for label in labels)


def _unknown_language(found: list[Block]) -> str:
    shown = ", ".join(sorted({label for block in found[:5] for label, _ in block.fields})[:8])
    few = f"with {len(found)} rules too few to learn it from (at least {FEWEST})"
    why = few if len(found) < FEWEST else "its structure does not tell what the words mean"
    return (
        f"netsh output in a language fwproof does not know (labels: {shown}), and {why}: export with "
        "'netsh advfirewall export' (.wfw) instead"
    )


def _notes(pairs: list[tuple[Block, Row]], *, ended: bool) -> Iterator[str]:
    wrapped = sum(block.wrapped for block, _ in pairs)
    if wrapped:
        yield f"Values wrapped over several lines were put together ({wrapped} lines)."
    if not ended:
        yield "The dump does not end with the line netsh ends with (Ok.): rules may be missing at its end."


def _narrowing(row: Row, action: str, direction: str, enabled: str, *, whole: bool) -> set[str]:
    """The words through which a rule opens less than it might: all of a block, what limits an allowing rule."""
    block = action != "allow"
    narrows = {
        "action": block,
        "enabled": block or enabled == "no",
        "direction": block or direction == "out",
    }
    found = {row[key] for key, is_narrow in narrows.items() if is_narrow and key in row}
    return found | set(parts_of(row.get("profiles", ""))) if block or not whole else found


class _Reader:
    """Turns the rows of a dialect into written rules."""

    def __init__(self, file: str, dialect: Dialect) -> None:
        self.file = file
        self.dialect = dialect
        self.code = dialect.language.code if dialect.language else "unknown"
        self.gaps: list[Gap] = []
        self._reported: set[tuple[str, str]] = set()
        self._narrowing: set[str] = set()
        self._tokens_of: dict[str, tuple[str, ...]] = {}
        self._profiles_of: dict[str, tuple[frozenset[str] | None, tuple[str, ...]]] = {}
        self._protocols_of: dict[str, tuple[int | None, bool]] = {}
        self._scopes: dict[str, Scope] = {}
        self._stores: dict[str, str] = {}
        self._conditions_of: dict[tuple[str, ...], tuple[tuple[str, str], ...]] = {}

    def rules(self, pairs: list[tuple[Block, Row]]) -> Iterator[WrittenRule]:
        """Every rule, numbered from 1 in the order of the dump."""
        for number, (block, row) in enumerate(pairs, start=1):
            yield self._rule(number, block, row)

    def notes(self) -> Iterator[str]:
        """How the words were understood, where that was not plain."""
        dialect = self.dialect
        if dialect.anonymous:
            yield "Labels could not be told apart: fields were understood by their place in each rule."
        if dialect.inferred:
            shown = ", ".join(f"{word!r} = {meaning}" for word, meaning in sorted(dialect.inferred.items()))
            yield (
                f"The language is not fully known: some words were understood from the structure of the dump ({shown})."
            )

    def guesses(self, first: Block, rules: int) -> Iterator[Gap]:
        """The words whose meaning neither a real export nor the dump itself confirms.

        In a dump too short to learn from everything rests on them; in a long one only the rarest word does. They hide
        access only where a rule would let more through if they meant something else.
        """
        if self.dialect.guessed:
            doubted = self.dialect.guessed if rules < FEWEST else self.dialect.unconfirmed
            hiding = doubted & self._narrowing
            words = sorted(hiding or self.dialect.guessed)
            shown = ", ".join(map(repr, words[:10]))
            what = (
                f"no real export has confirmed how fwproof reads these words of language {self.code!r}: {shown}; "
                "compare one rule with the server, or export with 'netsh advfirewall export'"
            )
            origin = Origin(self.file, first.first_line, first.first_line, "words", self.code)
            yield Gap(origin, "netsh words", words[0], what, hides_access=bool(hiding))

    @staticmethod
    def is_verbose(row: Row) -> bool:
        """Verbose output prints interface types, security and source of every rule."""
        return not VERBOSE.isdisjoint(row)

    def _rule(self, number: int, block: Block, row: Row) -> WrittenRule:
        get = row.get
        unread: list[str] = []
        if self.dialect.strange and any(key[0] == "\0" for key in row):
            self._unknown_labels(block, row, unread)
        action = self._word(block, "action", get("action"), unread)
        direction = self._word(block, "direction", get("direction"), unread)
        enabled = self._word(block, "enabled", get("enabled"), unread)
        profiles = self._profiles(block, get("profiles", ""), unread)
        if self.dialect.guessed:
            self._narrowing |= _narrowing(row, action, direction, enabled, whole=profiles is None)
        protocol = self._protocol(block, row, unread)
        for what in missing(row, ports=protocol in (TCP, UDP)):
            unread.append(f"{what} are missing")
            self._gap(block, what, f"{what} are missing")
        verbose = not VERBOSE.isdisjoint(row)
        group = get("grouping", "")
        return WrittenRule(
            id=str(number),
            name=block.name,
            file=self.file,
            first_line=block.first_line,
            last_line=block.last_line,
            enabled=True if enabled == "yes" else False if enabled == "no" else None,
            direction=direction,
            action=action,
            profiles=profiles,
            protocol=protocol,
            local_ports=self._tokens(get("local_port", "")),
            remote_ports=self._tokens(get("remote_port", "")),
            icmp=self._icmp(block, unread) if block.icmp else (),
            local_addresses=self._tokens(get("local_ip", "")),
            remote_addresses=self._tokens(get("remote_ip", "")),
            program=self._scope(get("program", "")) if verbose else UNKNOWN_SCOPE,
            service=self._scope(get("service", "")) if verbose else UNKNOWN_SCOPE,
            conditions=self._conditions(row, group) if verbose or group else (),
            group=group,
            description=get("description", ""),
            store=self._store(get("rule_source", "")) if verbose else "unknown",
            unread=tuple(unread),
            edge=_EDGE.get(self.dialect.meaning("edge", get("edge", "")), ""),
        )

    def _unknown_labels(self, block: Block, row: Row, unread: list[str]) -> None:
        labels = [key[1:] for key in row if key[0] == "\0"]
        if block.fields[0][0] == labels[0] and next(iter(row))[0] == "\0":
            # Languages whose label for the optional description is not in the table: it comes first.
            labels = labels[1:]
        for label in labels:
            unread.append(label)
            self._gap(block, label, f"the label {label!r} is not known")

    def _gap(self, block: Block, word: str, what: str) -> None:
        if (word, what) not in self._reported:
            if len(self.gaps) >= _MOST_GAPS:
                message = f"over {_MOST_GAPS} different words are not known: this is no export of a firewall"
                raise UnreadableError(self.file, message, block.first_line)
            self._reported.add((word, what))
            origin = Origin(self.file, block.first_line, block.last_line, "rule", block.name)
            self.gaps.append(Gap(origin, f"rule {block.name}", word, what, hides_access=True))

    def _word(self, block: Block, key: str, text: str | None, unread: list[str]) -> str:
        if text is None:
            unread.append(f"{key} is missing")
            self._gap(block, key, f"{key} is missing")
            return ""
        found = self.dialect.meaning(key, text)
        if not found:
            unread.append(text)
            why = self.dialect.doubtful.get((key, text), f"is not a word known in language {self.code!r}")
            self._gap(block, key, f"the {key} {text!r} {why}")
        return found

    def _profiles(self, block: Block, text: str, unread: list[str]) -> frozenset[str] | None:
        known = self._profiles_of.get(text)
        if known is None:
            parts = parts_of(text)
            strange = tuple(
                part for part in parts if not self.dialect.meaning("profiles", part) and not self.dialect.is_any(part)
            )
            found = frozenset(self.dialect.meaning("profiles", part) for part in parts) - {""}
            # With a profile that was not understood the rule may count in any.
            whole = strange or not found or len(found) == len(PROFILES)
            known = self._profiles_of[text] = (None if whole else found, strange)
        for part in known[1]:
            unread.append(part)
            why = self.dialect.doubtful.get(("profiles", part), f"is not a word known in {self.code!r}")
            self._gap(block, "profiles", f"the profile {part!r} {why}")
        return known[0]

    def _protocol(self, block: Block, row: Row, unread: list[str]) -> int | None:
        text = row.get("protocol", "")
        known = self._protocols_of.get(text)
        if known is None:
            word = fold(text)
            value = PROTOCOLS.get(word, decimal(word, 255))
            known = self._protocols_of[text] = (value, value is not None or self.dialect.is_any(text))
        if not known[1]:
            unread.append(text or "protocol is missing")
            self._gap(block, "protocol", f"the protocol {text!r} is not known" if text else "protocol is missing")
        return known[0]

    def _tokens(self, text: str) -> tuple[str, ...]:
        """The tokens of a list of ports or addresses; () is any."""
        found = self._tokens_of.get(text)
        if found is None:
            found = ()
            if text.isdigit():
                found = (text,)
            elif text and not self.dialect.is_any(text):
                words = [token.strip() for token in re.split(r"[,，、]", text)]
                found = tuple(self._token(word) for word in words if word)
            self._tokens_of[text] = found
        return found

    def _token(self, word: str) -> str:
        plain = word[0].isdigit() or word == "LocalSubnet" or "localsubnet" not in self.dialect.meanings(word)
        return word if plain else "LocalSubnet"

    def _icmp(self, block: Block, unread: list[str]) -> tuple[tuple[int | None, int | None], ...]:
        found = []
        for number, row in enumerate(block.icmp):
            values = [decimal(word, 255) for word in row]
            known = [
                value is not None or word == "Any" or self.dialect.is_any(word)
                for value, word in zip(values, row, strict=True)
            ]
            if all(known):
                found.append((values[0], values[1]))
            elif number:
                # The first row is the heading of the table ("Type    Code"), in whatever language.
                unread.append(" ".join(row))
                self._gap(block, "icmp", f"the ICMP type {' '.join(row)!r} is not known")
        return tuple(found)

    def _scope(self, text: str) -> Scope:
        found = self._scopes.get(text)
        if found is None:
            found = Scope(ScopeKind.NAMED, text) if text and not self.dialect.is_any(text) else Scope()
            self._scopes[text] = found
        return found

    def _conditions(self, row: Row, group: str) -> tuple[tuple[str, str], ...]:
        get = row.get
        app = "program" not in row and is_app(group)
        limits = tuple([get(key, "") for key in _LIMITS])
        found = self._conditions_of.get((*limits, "app" if app else ""))
        if found is None:
            found = tuple(self._limits(limits, app=app))
            self._conditions_of[*limits, "app" if app else ""] = found
        return found

    def _limits(self, limits: tuple[str, ...], *, app: bool) -> Iterator[tuple[str, str]]:
        kinds, security, computers, users = limits
        if kinds and not self.dialect.is_any(kinds):
            shown = ", ".join(self._english(part, "if_") for part in parts_of(kinds))
            if not is_every_interface(shown):
                yield "interface-type", f"only on interfaces of type {shown}"
        if security and self.dialect.meaning("sec_notrequired", security) != "sec_notrequired":
            yield "ipsec", f"only for IPsec connections ({self._english(security, 'sec_')})"
        for text, who in ((computers, "computers"), (users, "users")):
            if text and not self.dialect.is_any(text):
                yield "identity", limit(text, f"remote {who}")
        if app:
            yield APP

    def _english(self, word: str, prefix: str) -> str:
        """A word of an interface type or a security kind as English netsh writes it; as it stands if not known."""
        keys = {key for key in self.dialect.meanings(word) if key.startswith(prefix)}
        return _ENGLISH.get(keys.pop(), word) if len(keys) == 1 else word

    def _store(self, text: str) -> str:
        found = self._stores.get(text)
        if found is None:
            found = self._stores[text] = self._store_of(text)
        return found

    def _store_of(self, text: str) -> str:
        meanings = self.dialect.meanings(text)
        if "source_gpo" in meanings or "group policy" in fold(text):
            return "gpo"
        return "local" if "source_local" in meanings or "local" in fold(text) else "unknown"
