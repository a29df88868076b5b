"""One Exchange server as .wfw, netsh verbose and netsh: the same firewall up to exactly what netsh loses."""

from dataclasses import fields, replace
from pathlib import Path

import pytest

import parsers
from parsers.model.rule import ScopeKind

FOLDER = Path(__file__).parents[3] / ".." / "shared" / "corpus" / "windows" / "_derived"
pytestmark = pytest.mark.skipif(not FOLDER.exists(), reason="the corpus of real exports is not here")


def read(name):
    (found,) = parsers.read(FOLDER / f"constructed_exchange_full{name}")
    return found


def differences(one, other):
    """The fields of rules that differ; rules are paired by place in their lists."""
    found = set()
    for mine, theirs in zip(one.lists, other.lists, strict=True):
        order = [sorted(each.rules, key=lambda rule: (rule.implicit, rule.name)) for each in (mine, theirs)]
        for a, b in zip(*order, strict=True):
            found |= {field.name for field in fields(a) if getattr(a, field.name) != getattr(b, field.name)}
    return found


def test_verbose_netsh_loses_the_rule_ids_and_prints_groups_and_descriptions_resolved():
    registry, verbose = read(".wfw"), read("__show_rule_verbose.txt")
    assert differences(registry, verbose) == {"id", "origin", "written"}
    for a, b in zip(registry.lists[0].rules, verbose.lists[0].rules, strict=True):
        assert replace(a.written, group="", ingress=(), comment="") == replace(
            b.written, group="", ingress=(), comment=""
        )
    assert registry.lists[0].rules[0].written.group.startswith("@%ExchangeInstallPath%")
    assert verbose.lists[0].rules[0].written.group == "Microsoft Exchange"
    assert (registry.lists[0].rules[0].written.comment, bool(verbose.lists[0].rules[0].written.comment)) == ("", True)


def test_plain_netsh_also_loses_programs_and_services():
    registry, plain = read(".wfw"), read("__show_rule.txt")
    assert differences(registry, plain) == {"id", "origin", "written", "program", "windows_service"}
    explicit = [rule for rule in plain.lists[0].rules if not rule.implicit]
    assert len(explicit) == 64
    assert {rule.program.kind for rule in explicit} == {ScopeKind.UNKNOWN}
    assert {rule.windows_service.kind for rule in explicit} == {ScopeKind.UNKNOWN}


def test_netsh_does_not_carry_the_profiles():
    assert read(".wfw").settings
    for name in ("__show_rule_verbose.txt", "__show_rule.txt"):
        assert read(name).settings == ()


def test_all_three_together_take_the_rules_of_the_registry():
    names = (".wfw", "__show_rule_verbose.txt", "__show_rule.txt")
    (joined,) = parsers.read_all([FOLDER / f"constructed_exchange_full{name}" for name in names])
    assert differences(read(".wfw"), joined) == set()
    assert len(joined.sources) == 3
    assert sum("Rules were taken from the .wfw export" in each for each in joined.assumptions) == 2
