"""Random rules in a language nobody knows: every word that is decided is decided rightly, all others are gaps.

The rules keep to what Windows itself demands (MS-FASP 2.2.35: edge traversal and the ports of RPC on inbound rules only)
and to what no rule does (edge traversal of blocked packets). Everything else is left to chance: lists of blocking rules,
of disabled ones, of one direction, with ports on the wrong side.
"""

from __future__ import annotations

import random
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.errors import UnreadableError
from parsers.source import Document
from parsers.windows.netsh import texts
from tests.parsers.windows.conftest import KEYS, ORDER, Words, render, rule, table

REAL = {"in": 0.6, "block": 0.02, "disabled": 0.3, "grouped": 0.95, "addressed": 0.01, "edge": 0.1, "wrong side": 0.0}
REAL |= {"rpc": 0.1}
"""The shares of dumps of real servers."""
SHARES = st.fixed_dictionaries(
    {name: st.sampled_from([real] * 6 + [0.0, 0.1, 0.5, 0.9, 1.0]) for name, real in REAL.items()}
)
PROFILES = ("domain", "private", "public")


def invented(chance: random.Random, *, same_words: bool) -> Words:
    """A language of random words; most use their "yes" and "no" for edge traversal, too."""
    seen: set[str] = set()

    def word() -> str:
        while True:
            made = "".join(chance.choices(string.ascii_lowercase + "äöüßéžłøåñ", k=chance.randint(2, 9))).capitalize()
            if made.casefold() not in seen:
                seen.add(made.casefold())
                return made

    words = Words("zz")
    words.texts = {("label", key): [word()] for key in (*ORDER, "rule_name")}
    words.texts |= {("value", key): [word()] for key in sorted(KEYS)}
    words.texts["message", "ok"] = ["Ok."]
    if same_words:
        words.texts["value", "edge_no"] = words.texts["value", "no"]
        words.texts["value", "edge_yes"] = words.texts["value", "yes"]
    words.otherwise = lambda kind, key: key
    return words


def one(chance: random.Random, number: int, shares: dict[str, float]) -> dict[str, str]:
    def often(name: str) -> bool:
        return chance.random() < shares[name]

    inward, block = often("in"), often("block")
    protocol = chance.choice(["TCP", "TCP", "UDP", "ICMPv4", "any", "47"])
    fields = {
        "enabled": "no" if often("disabled") else "yes",
        "direction": "in" if inward else "out",
        "action": "block" if block else "bypass" if chance.random() < 0.03 else "allow",
        "profiles": ",".join(p for p in PROFILES if chance.random() < 0.8) or "domain",
        "grouping": f"Group {chance.randrange(5)}" if often("grouped") else "",
        "local_ip": "10.0.0.5/32" if often("addressed") else "any",
        "remote_ip": chance.choice(["any", "LocalSubnet", "192.0.2.0/24"]),
        "protocol": protocol,
        "edge": chance.choice(["edge_yes", "edge_defer_app"]) if inward and not block and often("edge") else "edge_no",
    }
    if protocol in ("TCP", "UDP"):
        wrong = often("wrong side")
        fields["remote_port" if inward == wrong else "local_port"] = str(chance.randint(1, 65535))
        if inward and protocol == "TCP" and often("rpc"):
            fields["local_port"] = chance.choice(["RPC", "RPC-EPMap", "135"])
    return dict(rule(f"rule {number}", **fields))


@given(
    seed=st.integers(0, 2**32),
    count=st.integers(1, 100),
    same_words=st.booleans(),
    verbose=st.booleans(),
    shares=SHARES,
)
@settings(max_examples=100)
def test_whatever_is_decided_is_decided_rightly(seed, count, same_words, verbose, shares):
    chance = random.Random(seed)
    words = invented(chance, same_words=same_words)
    rules = [one(chance, number, shares) for number in range(count)]
    text = render(rules, words, verbose=verbose)
    assert_right(rules, words, text)


def assert_right(rules, words, text):
    """Every rule of the text is there, and each of its fields is right or not understood."""
    document = Document("EX01.txt", text.encode())
    try:
        host = texts.read(document)
    except UnreadableError as error:
        assert "does not know" in str(error)  # noqa: PT017
        return
    assert len(host.rules) == len(rules)
    everyone = words.word("value", "any")
    for made, meant in zip(host.rules, rules, strict=True):
        assert made.name == meant["name"]
        assert made.enabled in (meant["enabled"] == "yes", None)
        assert made.direction in (meant["direction"], "")
        assert made.action in (meant["action"], "")
        profiles = frozenset(meant["profiles"].split(","))
        if made.profiles is None and len(profiles) < 3:
            assert {words.word("value", key) for key in profiles} & set(made.unread)
        elif made.profiles is not None:
            assert made.profiles == profiles
        number = {"TCP": 6, "UDP": 17, "ICMPv4": 1, "any": None}.get(meant["protocol"], 47)
        assert made.protocol == number
        assert (made.protocol is not None) or not made.unread or meant["protocol"] == "any"
        for side in ("local", "remote"):
            ports, told = getattr(made, f"{side}_ports"), meant.get(f"{side}_port", "any")
            assert ports in (((), (everyone,)) if told == "any" else ((told,),))
            addresses, told = getattr(made, f"{side}_addresses"), meant[f"{side}_ip"]
            assert addresses in (((), (everyone,)) if told == "any" else ((told,),))
        decided = (made.enabled is not None, bool(made.direction), bool(made.action))
        assert all(decided) or made.unread


@pytest.mark.parametrize("verbose", [True, False])
def test_rules_as_a_server_has_them_are_decided(verbose):
    """The shares of real dumps: nothing that matters stays open but the rarer actions."""
    chance = random.Random(3)
    words = invented(chance, same_words=True)
    rules = [one(chance, number, REAL) for number in range(400)]
    host = texts.read(Document("EX01.txt", render(rules, words, verbose=verbose).encode()))
    open_words = {word for made in host.rules for word in made.unread}
    assert open_words <= {words.word("value", "block"), words.word("value", "bypass")}


@pytest.mark.parametrize("other", ["de", "ja", "tr"])
def test_two_languages_in_one_file(other, server, locales):
    """A second dump in another language: its rules are read, or what they say is a gap; none is read wrongly."""
    text = render(server, locales["en"]) + render(server, locales[other])
    host = texts.read(Document("EX01.txt", text.encode()))
    assert len(host.rules) == 2 * len(server)
    for made, meant in zip(host.rules, [*server, *server], strict=True):
        assert made.enabled in (meant["enabled"] == "yes", None)
        assert made.direction in (meant["direction"], "")
        assert made.action in (meant["action"], "")
        assert made.unread or (made.enabled is not None and made.direction and made.action)


@given(seed=st.integers(0, 2**32), share=st.sampled_from([0.1, 0.5, 0.9]), code=st.sampled_from(sorted(table())))
@settings(max_examples=60)
def test_labels_that_were_lost_in_part(seed, share, code, server):
    """Some labels of some rules were replaced by question marks: right, or a gap, or refused."""
    chance = random.Random(seed)
    lines = []
    for line in render(server, table()[code]).split("\r\n"):
        label, colon, value = line.partition(":")
        is_field = colon and label and not label.startswith(" ") and (not value or value[0] == " ")
        lines.append(f"{'?' * len(label)}:{value}" if is_field and chance.random() < share else line)
    try:
        host = texts.read(Document("EX01.txt", "\r\n".join(lines).encode()))
    except UnreadableError:
        return
    meant = {each["name"]: each for each in server}
    for made in host.rules:
        told = meant[made.name]
        assert made.enabled in (told["enabled"] == "yes", None)
        assert made.direction in (told["direction"], "")
        assert made.action in (told["action"], "")


@pytest.mark.parametrize("lost", ["?", "\ufffd"])
def test_words_that_became_one_are_never_explained(lost, server):
    """Where "in" and "out" lost their letters, all rules look inbound: nobody may believe it."""
    words = invented(random.Random(1), same_words=True)
    for key in ("in", "out", "allow", "block", "yes", "no", "edge_no", "edge_yes"):
        words.texts["value", key] = [lost * 3]
    host = texts.read(Document("EX01.txt", render(server, words).encode()))
    assert {(made.direction, made.action, made.enabled) for made in host.rules} == {("", "", None)}
