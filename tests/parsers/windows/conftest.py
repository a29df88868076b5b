"""Rendering of one rule set as netsh text in any language of the table, so that tests need no real dumps."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from importlib.resources import files

import pytest

Rule = Mapping[str, str]

ORDER = (
    "description enabled direction profiles grouping local_ip remote_ip protocol icmp local_port remote_port edge program "
    "service interface_types remote_computer_group remote_user_group security rule_source action"
).split()
VERBOSE = frozenset("description program service interface_types security rule_source".split()) | {
    "remote_computer_group",
    "remote_user_group",
}
PLAIN = {
    "enabled": "yes",
    "direction": "in",
    "profiles": "domain,private,public",
    "grouping": "",
    "local_ip": "any",
    "remote_ip": "any",
    "protocol": "TCP",
    "edge": "edge_no",
    "interface_types": "any",
    "security": "sec_notrequired",
    "rule_source": "source_local",
    "action": "allow",
}


def rule(name: str, **fields: str) -> Rule:
    """One rule in the keys of the table; ports are added where the protocol has them."""
    ports = {"local_port": "any", "remote_port": "any"} if fields.get("protocol", "TCP") in ("TCP", "UDP") else {}
    return {"name": name} | PLAIN | ports | fields


def rule_set() -> list[Rule]:
    """A server's rules: every field, both directions and actions, enough of them to learn a language from."""
    mail = "Microsoft Exchange"
    found = [
        rule("MSExchangeTransport (TCP-In)", local_port="25,587", grouping=mail, program="D:\\Exchange\\edge.exe"),
        rule("MSExchangeTransport (TCP-In)", local_port="25,587", grouping=mail, program="D:\\Exchange\\edge.exe"),
        rule("RPC (GFW): any", local_port="RPC", grouping=mail, profiles="domain"),
        rule("RPC-EPMap", local_port="RPC-EPMap", program="%SystemRoot%\\system32\\svchost.exe", service="RPCSS"),
        rule("Web", local_port="80,443,8000-8010", remote_ip="10.0.0.0/8,192.0.2.7/32", description="Pages: all"),
        rule("Ping", protocol="ICMPv4", icmp="8:any", remote_ip="LocalSubnet", profiles="private,public"),
        rule("Errors", protocol="ICMPv6", icmp="3:4;any:any", local_ip="2001:db8::/64"),
        rule("IGMP", protocol="2", direction="out", profiles="private"),
        rule("Everything", protocol="any", enabled="no"),
        rule("Multicast", protocol="UDP", direction="out", remote_ip="LocalSubnet,fe80::/64,ff02::1-ff02::1"),
        rule("@{Pkg_1.2.3.4_x64__8wekyb3d8bbwe?ms-resource://Pkg/Name}", grouping="@{Pkg?ms-resource://Pkg/Name}"),
        rule("Blocked", action="block", local_port="445", profiles="public", interface_types="if_wireless"),
        rule("Secure", security="sec_authenticate", local_port="3389", remote_computer_group="O:LSD:(A;;CC;;;S-1-5-1)"),
        rule("Asks", local_port="5355", protocol="UDP", edge="edge_defer_app", grouping="Teredo"),
        rule("Open edge", local_port="3544", protocol="UDP", edge="edge_yes"),
    ]
    found += [rule(f"In {n}", local_port=str(9000 + n), grouping="Windows", service=f"svc{n}") for n in range(8)]
    found += [
        rule(f"Out {n}", direction="out", remote_port=str(7000 + n), grouping="Windows", remote_ip="any")
        for n in range(5)
    ]
    return found


@dataclass
class Words:
    """The words of one language: (kind, key) -> every text of the table, and what to say where it has none."""

    code: str
    texts: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    otherwise: Callable[[str, str], str] = lambda kind, key: ""

    def word(self, kind: str, key: str, variant: int = 0) -> str:
        texts = self.texts.get((kind, key))
        return texts[variant % len(texts)] if texts else self.otherwise(kind, key)


def table() -> dict[str, Words]:
    text = files("parsers.windows").joinpath("locales.tsv").read_text(encoding="utf-8")
    found: dict[str, Words] = {}
    same = {"edge_no": "no", "edge_yes": "yes"}
    for row in csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE):
        words = found.setdefault(row["lang"], Words(row["lang"]))
        words.texts.setdefault((row["kind"], row["key"]), []).append(row["text"])
    english = found["en"]
    for words in found.values():
        for key, like in same.items():
            words.texts.setdefault(("value", key), words.texts.get(("value", like), []))
        words.otherwise = english.word if words is not english else lambda kind, key: key
    return found


def render(rules: Iterable[Rule], words: Words, *, verbose: bool = True, variant: int = 0, column: int = 38) -> str:
    """The rules as `netsh advfirewall firewall show rule name=all [verbose]` prints them, CRLF."""
    lines: list[str] = []

    def say(key: str, value: str) -> None:
        label = words.word("label", key, variant)
        colon = " :" if words.code == "fr" else ":"
        lines.append(f"{label + colon:<{column - 1}} {value}".rstrip())

    for each in rules:
        lines.append("")
        say("rule_name", each["name"])
        lines.append("-" * 70)
        for key in ORDER:
            if key not in each or (key in VERBOSE and not verbose):
                continue
            if key == "icmp":
                lines.append(" " * column + "Type    Code")
                rows = [row.split(":") for row in each[key].split(";")]
                lines += [
                    " " * column + f"{_said(words, kind, variant):<8}{_said(words, code, variant)} "
                    for kind, code in rows
                ]
            else:
                parts = each[key].split(",") if key in ("profiles", "local_ip", "remote_ip") else [each[key]]
                say(key, ",".join(_said(words, part, variant) for part in parts))
    return "\r\n".join([*lines, words.word("message", "ok"), "", ""])


KEYS = frozenset(
    "yes no in out allow block bypass any domain private public edge_no edge_yes edge_defer_app edge_defer_user "
    "sec_notrequired sec_authenticate source_local if_wireless".split()
)


def _said(words: Words, value: str, variant: int) -> str:
    return words.word("value", value, variant) if value in KEYS else value


@pytest.fixture(scope="session")
def locales() -> dict[str, Words]:
    return table()


@pytest.fixture(scope="session")
def server() -> list[Rule]:
    return rule_set()


@pytest.fixture(scope="session")
def netsh() -> Callable[..., str]:
    """`netsh(rules, words, verbose=True)`: the text of a dump."""
    return render
