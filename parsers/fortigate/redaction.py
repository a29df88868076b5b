"""A FortiGate configuration without secrets, and on request without names and public addresses, line for line.

Every statement keeps its lines, and every word that is replaced is replaced wherever it stands, so that the redacted
text reads, and audits, as the original does. What is no configuration (stray lines, other parts of a bootstrap file,
arguments of `execute`) is left out: nobody can tell what it holds.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from ipaddress import IPv4Address, IPv6Address

from parsers.fortigate.convert.secrets import holds_secret
from parsers.fortigate.objects.services import predefined
from parsers.fortigate.syntax.backup import SPOKEN
from parsers.fortigate.syntax.captures import PROMPT
from parsers.fortigate.syntax.forms import VARIABLE, listened
from parsers.fortigate.syntax.references import NAMING
from parsers.fortigate.syntax.statement import Statement
from parsers.fortigate.syntax.vocabulary import COMMANDS
from parsers.fortigate.syntax.words import split_words
from parsers.redaction import Pseudonyms
from parsers.source import Document

_POLICY_NAMES = frozenset("srcaddr dstaddr srcaddr6 dstaddr6 srcintf dstintf service schedule groups users".split())
"""Settings of policies that hold nothing but names, of entries that a fragment need not define."""

_NAMED_TABLES = (
    "firewall ", "system interface", "system zone", "system admin", "system accprofile", "system sdwan",
    "system virtual-wan-link", "system vdom-link", "system switch-interface", "system virtual-wire-pair", "system dhcp",
    "system snmp", "system external-resource", "system automation", "system sdn-connector", "system api-user",
    "system link-monitor", "system ddns", "system geoip-override", "system gre-tunnel",
    "system ipip-tunnel", "system vxlan",
    "system object-tagging", "system sso", "system saml", "system csf", "system lldp", "user ", "vpn ", "router ",
    "wireless-controller ", "switch-controller ", "certificate ", "authentication ", "web-proxy ", "endpoint-control ",
    "extender-controller ", "webfilter ", "antivirus profile", "ips ", "application ", "dlp ", "emailfilter ",
    "dnsfilter ", "waf ", "voip ", "icap ", "ssh-filter ", "file-filter ", "videofilter ", "vdom",
)  # fmt: skip
"""Tables whose entries people name."""
_OWN_NAMES = ("firewall internet-service-name", "firewall vendor-mac", "firewall country", "firewall ssh")
"""Tables below these whose entries the vendor names."""

_FREE_TEXT = re.compile(
    r"^(?:comments?|description|alias|(?:global-)?label|hostname|fqdn|wildcard-fqdn|domain(?:-name)?|dns-domain|host|"
    r"ssid|username|user|contact(?:-info)?|location|sys-?name|email.*|.*-email|mail.*|from|to|reply-to|subject|"
    r"organi[sz]ation.*|dn|cnid|.*-dn|sn|serial(?:-number)?|.*-sn|tenant.*|subscription.*|client-id|workspace.*|name|"
    r"greeting|banner|buffer|http-host|ldb-.*-name|uri|url|urlfilter|server-name|ddns-.*|remote-(?:user|cert).*|sdn-tag|"
    r"filter|localid|peerid|peer|eap-identity|login-name|nas-id.*|service-name|ac-name|cn|group-name|login|node|cert-id|"
    r"dhcp-client-identifier|license|(?:.*-)?server\d?|vci-string|guest-.*name|sponsor|company|.*-fqdn)$"
)
"""Settings that hold text of people's own."""
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_SERIAL = re.compile(r"\b(?:FG|FW|FS|FP|FV|FA|FM|S\d|FX|PS|FO)[A-Z0-9]{2,8}[A-Z0-9]{2}\d{6,8}\b")
_NOT_NAMES = re.compile(r"^(?:[\d.:/-]*|[0-9A-Fa-f]*:[0-9A-Fa-f:./]*|(?:[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}))$")
_PORTS = re.compile(
    r"^(?:(?:port|wan|lan|internal|dmz|mgmt|ha|x|s|vlan|agg|wlan|lte|loopback|ppp|wl)\d*|[ab]|npu\d\S*|modem|fortilink|"
    r"wifi|usb-wan|fortiextender|any|sslvpn|virtual-wan-link)$"
)
"""Names that the product gives to interfaces."""
_KEPT = frozenset(
    "all none any always root default SSLVPN_TUNNEL_ADDR1 SSLVPN_TUNNEL_IPv6_ADDR1 FIREWALL_AUTH_PORTAL_ADDRESS "
    "FABRIC_DEVICE default-darrp-optimize super_admin super_admin_readonly prof_admin admin_no_access admin guest "
    "Guest-group SSO_Guest_Users certificate-inspection deep-inspection custom-deep-inspection no-inspection "
    "full-access web-access tunnel-access gmail.com login.microsoft.com login.microsoftonline.com login.windows.net "
    "wildcard.google.com wildcard.dropbox.com FCTEMS_ALL_FORTICLOUD_SERVERS EMS_ALL_UNKNOWN_CLIENTS "
    "EMS_ALL_UNMANAGEABLE_CLIENTS sniffer-profile g-default g-sniffer-profile wifi-default g-wifi-default monitor-all "
    "block-high-risk high_security all_default all_default_pass protect_client protect_email_server "
    "protect_http_server strict".split()
) | {"G Suite", "Microsoft Office 365", "-"}
"""Names of the product: what they mean, an audit knows."""

_SWITCHES = frozenset({"", "enable", "disable", "auto", "none", "all", "any", "default"})

_HEADER = re.compile(r"^#\s*(?:config-version|conf_file_ver|buildno|global_vdom|platform|checksum)\b")
_TOKENS = re.compile(r'(?:"(?:[^"\\]|\\.)*"|\'[^\']*\'|\\.|[^\s"\'\\])+', re.DOTALL)
_LIST_COMMANDS = ("set", "append", "unselect", "select")
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
        self.around = {name for each in self.statements if each.path[-1:] == ("vdom",) for name in _edited(each)}
        self.links = {
            name for each in self.statements if each.path[-1:] == ("system vdom-link",) for name in _edited(each)
        }
        if pseudonyms.names:
            for each in self.statements:
                self._gather_names(each)
        self._gather()

    def text(self) -> str:
        """The redacted configuration; it has the lines of the original."""
        written = list(self.lines)
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

    def _gather_names(self, each: Statement) -> None:
        table = _table(each.path)
        if table.startswith(_NAMED_TABLES) and not table.startswith(_OWN_NAMES):
            for name in (*_edited(each), *(each.words if each.keyword in _POLICY_NAMES else ())):
                self._named(name)

    def _named(self, name: str) -> str:
        """What stands for a name that people gave; names of the product, numbers and addresses are kept."""
        if (
            name in _KEPT
            or VARIABLE.search(name)
            or _NOT_NAMES.match(name)
            or name in predefined()["services"]
            or name in predefined()["groups"]
        ):
            return name
        prefix, dot, vdom = name.partition(".")
        if dot and prefix in ("ssl", "naf", "l2t") and vdom in self.around | {"root"}:
            return self._derived(name, f"{prefix}.{self._named(vdom)}")
        if name[-1:] in "01" and name[:-1] in self.links:
            return self._derived(name, self._named(name[:-1]) + name[-1])
        if _PORTS.match(name) and name not in self.around:
            return name
        return self.pseudonyms.name(name)

    def _derived(self, name: str, new: str) -> str:
        """The device makes this name from another one."""
        return self.pseudonyms.name_of.setdefault(name, new)

    def _rewritten(self, each: Statement, text: str) -> str:
        if each.command == "config":
            return text
        if each.command == "edit":
            return self._edit(text)
        if each.command in _LIST_COMMANDS:
            return self._setting(each, text)
        if each.command in COMMANDS:
            command = re.match(r"\s*\S+", text)
            head = command.end() if command else 0
            return text[:head] + self._tokens(text[head:], lambda place, word, quoted: self._known(word))
        return self._other(text)

    def _edit(self, text: str) -> str:
        start = re.match(r"\s*-" if self.yaml else r"\s*\S+", text)
        head, tail = start.end() if start else 0, text.rstrip().removesuffix(":") if self.yaml else text
        key = tail[head:]
        if self.yaml and not key.lstrip().startswith('"'):
            new = self.pseudonyms.addressed(self._known(key.strip()))
            return f"{text[:head]} {new}{text[len(tail) :]}"
        return text[:head] + self._tokens(key, lambda place, word, quoted: self._known(word)) + text[len(tail) :]

    def _setting(self, each: Statement, text: str) -> str:
        secret = set(holds_secret(each.path, each.keyword, each.words))
        free = self.pseudonyms.names and bool(_FREE_TEXT.match(each.keyword))

        def new(place: int, word: str, quoted: bool) -> str:
            if place in secret:
                return _shaped(word, self.pseudonyms.secret(word))
            if free:
                return self._free(word)
            if self.pseudonyms.names:
                word = self._identities(self._known(word) if quoted or each.keyword in NAMING else word)
            return self._without_secrets(word) if "\n" in word or " " in word else word

        parts = re.match(r"\s*\S+\s+" if self.yaml else r"\s*\S+\s+\S+\s+", text)
        if parts is None:
            return text
        value = text[parts.end() :]
        if secret and len(_TOKENS.findall(value)) != len(each.words):
            secret = set(range(len(value)))  # pieces that make one word, or a quote that is never closed
        return text[: parts.end()] + self._tokens(value, new)

    def _free(self, word: str) -> str:
        if word in _SWITCHES or _NOT_NAMES.match(word) or VARIABLE.search(word):
            return word
        star = "*." if word.startswith("*.") else ""
        return star + self._named(word.removeprefix("*."))

    def _identities(self, word: str) -> str:
        """Mail addresses and serial numbers inside a word."""
        if "@" in word:
            word = _MAIL.sub(lambda found: f"{self.pseudonyms.name(found.group())}@example.invalid", word)
        return _SERIAL.sub(lambda found: self.pseudonyms.name(found.group()), word)

    def _without_secrets(self, text: str) -> str:
        """Long text may quote a secret that is set elsewhere."""
        for secret, new in self.pseudonyms.secret_of.items():
            if len(secret) > 5 and secret in text:
                text = text.replace(secret, new)
        return text

    def _known(self, word: str) -> str:
        return self.pseudonyms.name_of.get(word, word) if self.pseudonyms.names else word

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
        stripped = text.strip()
        blank = text[: len(text) - len(text.lstrip())]
        if stripped.startswith("#") or stripped[1:2] == "#":
            if not _HEADER.match(stripped.lstrip("\ufeff\u200b")):
                return f"{blank}#"
            if self.pseudonyms.names:
                text = re.sub(r"(?<=:user=)[^:\s]+", lambda user: self._named(user.group()), text)
                text = re.sub(r"(?<=vd_name=)[^/:\s]+", lambda vdom: self._known(vdom.group()), text)
            return text
        prompt = PROMPT.match(stripped)
        if prompt:
            typed = stripped[prompt.end() :].split(None, 2)[:2]
            return f"{blank}redacted # {' '.join(typed) if typed[:1] in (['show'], ['get']) else ''}"
        word = stripped.split(None, 1)[0]
        return f"{blank}{word if word in SPOKEN else 'redacted'}"


def _edited(each: Statement) -> Iterator[str]:
    """The names of entries that a statement makes."""
    if each.command == "edit" and each.words:
        yield each.words[0]
    elif each.command in ("rename", "clone") and len(each.words) == 3:
        yield from (each.words[0], each.words[2])


def _table(path: tuple[str, ...]) -> str:
    """The full path of the table around a statement, without the VDOM around it."""
    if path[:1] == ("vdom",) and len(path) > 2:
        return path[2]
    if path[:1] == ("global",) and len(path) > 1:
        return path[1]
    return path[0] if path else ""


def _shaped(old: str, new: str) -> str:
    """A stand-in that is taken for the same kind of secret: a hash of an administrator stays one."""
    return old[:3] + new if old[:3] in ("SH2", "AK1", "PB2") else new


def _quoted(word: str) -> str:
    escaped = word.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
