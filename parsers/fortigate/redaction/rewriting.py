"""A FortiGate configuration without secrets, and on request without names and public addresses, line for line.

Every statement keeps its lines, and every word that is replaced is replaced wherever it stands, so that the redacted
text reads, and audits, as the original does. What is no configuration (stray lines, other parts of a bootstrap file,
arguments of `execute`) is left out: nobody can tell what it holds.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address
from itertools import count

from parsers.fortigate.convert.secrets import holds_secret
from parsers.fortigate.redaction.names import Names, table_of
from parsers.fortigate.syntax.backup import SPOKEN
from parsers.fortigate.syntax.captures import PROMPT, annotation
from parsers.fortigate.syntax.forms import listened
from parsers.fortigate.syntax.header import stated_version
from parsers.fortigate.syntax.statement import Statement
from parsers.fortigate.syntax.vocabulary import COMMANDS
from parsers.fortigate.syntax.words import split_words
from parsers.redaction import Pseudonyms, quoted_secrets
from parsers.source import Document

_HEADER = re.compile(r"^#\s*(?:config-version|conf_file_ver|buildno|global_vdom|platform|checksum)\b")
_HEADER_VALUE = re.compile(r"([\w-]+)=([^:\n]*)")
_VERSION = re.compile(r"[A-Za-z0-9][\w.-]*(?: v[\w.,-]+(?: \(\w+(?: \w+)?\))?)?")
_TOKENS = re.compile(r'(?:"(?:[^"\\]|\\.)*"|\'[^\']*\'|\\.|[^\s"\'\\])+', re.DOTALL)
_LIST_COMMANDS = ("set", "append", "unselect", "select")
_LIST = re.compile(r"(\[)(.*)(\]\s*)", re.DOTALL)
_ITEM = re.compile(r'"(?:[^"\\]|\\.)*"|\'[^\']*\'|[^\s,"\']+')
_SPELT = re.compile(
    r"[\"']?(?:[a-z0-9][a-z0-9_.+-]*|(?:FDS|FIPS-CC|FSSO|HA|IPS|IPsec|PPP)-[a-z-]+|ID|[a-z-]+-(?:ID|II|CR\d|PDN|IP)|"
    r"802-1X(?:-settings)?|DoS(?:-policy6?)?)[\"']?"
)
"""How keywords and words of paths are spelt."""
_PATH_WORD = re.compile(r"\S+")
_SETTING_HEAD = re.compile(r"(\s*\S+\s+)(\S+)")
_PAIR_HEAD = re.compile(r"(\s*)([^:\s]+)")
_SHOWN = ("full-configuration", "firewall", "system", "router", "vpn", "user", "log", "global", "vdom")
_BETWEEN = frozenset({"to", "before", "after"})
_BARE = re.compile(r"^[^\s\"'\\\\#]+$")
New = Callable[[int, str, bool], str]
"""The word that stands for (place, word, whether it is quoted)."""
_FIRST, _LAST = ("start-ip", "startip", "start-ip6"), ("end-ip", "endip", "end-ip6")


class Redaction:
    """One configuration: gathered when it is made, written by `text`.

    Raises:
        UnreadableError: the document is no FortiGate configuration that can be read.
    """

    def __init__(self, document: Document, pseudonyms: Pseudonyms) -> None:
        self.pseudonyms = pseudonyms
        self.windows_lines = "\r\n" in document.text[:4000]
        self.yaml, self.lines, self.statements = listened(document)
        self.names = Names(pseudonyms, self.statements) if pseudonyms.names else None
        self.hosts = {_host_of(line) for line in self.lines if " # " in line or " $ " in line} - {""}
        self._gather()

    def text(self) -> str:
        """The redacted configuration; it has the lines of the original."""
        # What no statement tells of is blank; anything else would be lost here, rather than shown as it is.
        written = [line if not line.strip() else "" for line in self.lines]
        for each in self.statements:
            lines = self._rewritten(each, "\n".join(self.lines[each.first_line - 1 : each.last_line])).split("\n")
            written[each.first_line - 1 : each.last_line] = lines
        return ("\r\n" if self.windows_lines else "\n").join(written)

    def _gather(self) -> None:
        """Secrets, and ranges of addresses that must stay ranges."""
        start: dict[tuple[str, ...], str] = {}
        for each in self.statements:
            for place in holds_secret(each.path, each.keyword, each.words):
                self.pseudonyms.secret(each.words[place])
            for word in each.words if each.command in _LIST_COMMANDS and self.names is None else ():
                for secret in quoted_secrets(word):
                    self.pseudonyms.secret(secret)
            if not self.pseudonyms.addresses or each.command not in _LIST_COMMANDS or not each.words:
                continue
            value, kind = " ".join(each.words), IPv6Address if ":" in each.words[0] else IPv4Address
            self.pseudonyms.pin(value)
            if each.keyword in _FIRST:
                start[each.path] = each.words[0]
            elif each.keyword in _LAST and each.path in start:
                self.pseudonyms.pin_range(kind, start[each.path], each.words[0])
            elif each.keyword in ("extip", "mappedip", "ipv6-mappedip", "ipv4-mappedip") and "-" in value:
                first, _, last = value.partition("-")
                self.pseudonyms.pin_range(kind, first.strip(), last.strip(), order=True)
            elif each.keyword == "wildcard" and len(each.words) == 2:
                self.pseudonyms.pin_mask(*each.words)

    def _rewritten(self, each: Statement, text: str) -> str:
        if each.command == "config":
            return text if self.names is None else _PATH_WORD.sub(_path_word, text)
        if each.command == "edit":
            return self._edit(each, text)
        if each.command in _LIST_COMMANDS:
            return self._setting(each, text)
        if each.command in COMMANDS:
            command = re.match(r"\s*\S+", text)
            head = command.end() if command else 0
            return text[:head] + self._tokens(text[head:], lambda place, word, quoted: self._entry(each, word, quoted))
        if each.command[:1] == '"':
            # Names that a terminal wrapped on to this line.
            return self._tokens(text, lambda place, word, quoted: self._entry(each, word, quoted))
        # The output of a command that shows no configuration is one statement with its prompt.
        first, *output = text.split("\n")
        return "\n".join((self._other(first), *(stated_version(line) for line in output)))

    def _entry(self, each: Statement, word: str, quoted: bool) -> str:
        """The key of an entry; in scripts also the words between keys, and keywords that are unset."""
        if self.names is None or (word in _BETWEEN and not quoted):
            return word
        if each.command in ("unset", "clear") and _SPELT.fullmatch(word):
            return word
        return self.names.word(word, table=table_of(each.path), bare=not quoted)

    def _edit(self, each: Statement, text: str) -> str:
        start = re.match(r"\s*-" if self.yaml else r"\s*\S+", text)
        head, tail = start.end() if start else 0, text.rstrip().removesuffix(":") if self.yaml else text
        key = tail[head:]
        if self.yaml and not key.lstrip().startswith('"'):
            new = self.pseudonyms.addressed(self._entry(each, key.strip(), quoted=not key.strip().isdigit()))
            return f"{text[:head]} {new}{text[len(tail) :]}"
        new = self._tokens(key, lambda place, word, quoted: self._entry(each, word, quoted))
        return text[:head] + new + text[len(tail) :]

    def _setting(self, each: Statement, text: str) -> str:
        secret = set(holds_secret(each.path, each.keyword, each.words))
        names, table = self.names, table_of(each.path)

        def new(place: int, word: str, quoted: bool) -> str:
            if place in secret:
                return _shaped(word, self.pseudonyms.secret(word))
            if names is not None:
                return names.word(word, table=table, keyword=each.keyword, bare=not quoted)
            return self._without_secrets(word)

        if self.names is not None and not (self.yaml and text.lstrip().startswith("- ")):
            text = self._keyword(text)
        parts = re.match(r"\s*\S+\s+" if self.yaml else r"\s*\S+\s+\S+\s+", text)
        if parts is None:
            return text
        value = text[parts.end() :]
        if self.yaml and (text.lstrip().startswith("- ") or _LIST.fullmatch(value)):
            return text[: parts.end()] + self._listed(value, new)
        place = -1 if self.yaml else annotation(value)
        if place >= 0:
            value, remark = value[:place], "#" + "\n" * value.count("\n", place)
        else:
            remark = ""
        if secret and len(_TOKENS.findall(value)) != len(each.words):
            secret = set(range(len(value)))  # pieces that make one word, or a quote that is never closed
        return text[: parts.end()] + self._tokens(value, new) + remark

    def _listed(self, value: str, new: New) -> str:
        """Words in brackets or an item of a list, as tools write YAML backups again: an item is one word, as it is."""
        found = _LIST.fullmatch(value)
        if found:
            start, inner, end = found.groups()
            numbers = count()
            return (
                start + _ITEM.sub(lambda each: self._tokens(each.group(), _numbered(new, next(numbers))), inner) + end
            )
        if value[:1] in "\"'":
            return self._tokens(value, new)
        return self.pseudonyms.addressed(new(0, value.strip(), not value.strip().isdigit()))

    def _keyword(self, text: str) -> str:
        """A setting whose keyword cannot be one of the command line loses it."""
        found = _SETTING_HEAD.match(text) if not self.yaml else _PAIR_HEAD.match(text)
        if found is None or _SPELT.fullmatch(found.group(2)):
            return text
        return f"{found.group(1)}redacted{text[found.end(2) :]}"

    def _without_secrets(self, text: str) -> str:
        """Text may give a secret away, and long text quote one that is set elsewhere."""
        for secret in quoted_secrets(text):
            text = text.replace(secret, self.pseudonyms.secret(secret))
        for secret, new in self.pseudonyms.secret_of.items() if "\n" in text or " " in text else ():
            if len(secret) > 5 and secret in text:
                text = text.replace(secret, new)
        return text

    def _tokens(self, value: str, new: New) -> str:
        """The words of a value replaced, each in the quotes it had and over as many lines."""
        numbered = iter(range(len(value)))

        def replaced(found: re.Match[str]) -> str:
            token, place = found.group(), next(numbered)
            quoted = '"' in token or "'" in token
            word = (split_words(token) or (token,))[0]
            changed = self.pseudonyms.addressed(new(place, word, quoted))
            if changed == word:
                return token
            missing = token.count("\n") - changed.count("\n")
            changed += "\n" * max(0, missing)
            return _quoted(changed) if quoted or not _BARE.match(changed) else changed

        return _TOKENS.sub(replaced, value)

    def _other(self, text: str) -> str:
        """Comments, prompts, other commands, and what is no configuration."""
        version = stated_version(text)
        if version:
            return version
        stripped = text.strip()
        blank = text[: len(text) - len(text.lstrip())]
        if stripped.startswith("#") or stripped[1:2] == "#":
            if not _HEADER.match(stripped.lstrip("\ufeff\u200b")):
                return f"{blank}#"
            return text if self.names is None else _HEADER_VALUE.sub(self._header_value, text)
        prompt = PROMPT.match(stripped)
        if prompt:
            typed = stripped[prompt.end() :].split(None, 2)[:2]
            shown = typed[:1] in (["show"], ["get"]) and typed[1:] in ([], *([each] for each in _SHOWN))
            return f"{blank}{self._host(stripped)} # {' '.join(typed) if shown else ''}"
        word, *more = stripped.split(None, 1)
        if word in COMMANDS:
            return f"{blank}{word}{' redacted' if more else ''}"
        return f"{blank}{word if word in SPOKEN else 'redacted'}"

    def _host(self, prompt: str) -> str:
        """What a prompt calls its device, where a file has several: without it they would become one."""
        if len(self.hosts) < 2:
            return "redacted"
        host = _host_of(prompt)
        return host if self.names is None else self.names.word(host)

    def _header_value(self, found: re.Match[str]) -> str:
        key, value = found.groups()
        if self.names is None or (key == "config-version" and _VERSION.fullmatch(value)):
            return found.group()
        return f"{key}={'/'.join(self.names.word(each, bare=True) for each in value.split('/'))}"


def _numbered(new: New, place: int) -> New:
    return lambda _, word, quoted: new(place, word, quoted)


def _host_of(line: str) -> str:
    """The host that a prompt at the beginning of a line names, "" without one."""
    stripped = line.strip()
    return stripped.split(" ", 1)[0].rpartition("@")[2] if PROMPT.match(stripped) else ""


def _path_word(found: re.Match[str]) -> str:
    return found.group() if _SPELT.fullmatch(found.group().rstrip(":")) else "redacted"


def _shaped(old: str, new: str) -> str:
    """A stand-in that is taken for the same kind of secret: a hash of an administrator stays one."""
    return old[:3] + new if old[:3] in ("SH2", "AK1", "PB2") else new


def _quoted(word: str) -> str:
    escaped = word.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
