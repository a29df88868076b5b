"""Random rules of SD-WAN against a naive reading of the vendor's articles, in every world of what a file cannot say.

The naive side holds routes and rules as plain values: which members are alive, what quality prefers, which of several
routes of one cost a packet takes and whether a user is the right one are questions that a world answers.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.auditor.analysis.test_sdwan_rules import covered, fate
from tests.parsers.fortigate.test_against_oracle import calm
from tests.parsers.fortigate.writing import ANY, policies, table, with_lines

Decide = Callable[[str], bool]
MEMBERS = {1: "wan", 2: "wan2", 3: "wan3"}
ADDRESSES = {"wan3": "192.0.3.2/24", "dmz": "192.0.4.2/24"}
WAYS = (*MEMBERS.values(), "dmz")


@dataclass(frozen=True)
class SdwanRule:
    matches: bool | None
    members: tuple[int, ...]
    manual: bool
    gateway: bool
    default: bool

    def text(self, number: int) -> str:
        dst = "other" if self.matches is False else "far"
        lines = [f"edit {number}", f"set dst {dst}", f"set priority-members {' '.join(map(str, self.members))}"]
        lines += ["set users ann"] if self.matches is None else []
        lines += [] if self.manual else ["set mode priority"]
        lines += ["set gateway enable"] if self.gateway else []
        lines += ["set default enable"] if self.default else []
        return "\n".join([*lines, "next\n"])


RULES = st.builds(
    SdwanRule,
    st.sampled_from((True, True, False, None)),
    st.lists(st.sampled_from((1, 2, 3)), min_size=1, max_size=3, unique=True).map(tuple),
    st.booleans(),
    st.booleans(),
    st.booleans(),
)


def left_by(rules: list[SdwanRule], best: list[str], watched: frozenset[int], decide: Decide, picks: list[str]) -> str:
    """The interface a packet leaves by, "" where no route leads anywhere; `picks` orders what quality and chance decide."""
    table_way = next((name for name in picks if name in best), "")
    for number, rule in enumerate(rules):
        if rule.matches is False or (rule.matches is None and not decide(f"user of {number}")):
            continue
        if not rule.default and table_way not in MEMBERS.values():
            continue
        order = rule.members if rule.manual else sorted(rule.members, key=lambda each: picks.index(MEMBERS[each]))
        for member in order:
            alive = member not in watched or decide(f"member {member} is alive")
            if alive and (rule.gateway or MEMBERS[member] in best):
                return MEMBERS[member]
    return table_way


def configuration(
    rules: list[SdwanRule], routes: dict[str, int], watched: frozenset[int], allowed: frozenset[str]
) -> str:
    ways = table(
        "system interface", *(f"{name}\nset ip {address}\nset type physical" for name, address in ADDRESSES.items())
    )
    static = table(
        "router static", *(f"{n}\nset device {name}\nset distance {d}" for n, (name, d) in enumerate(routes.items(), 1))
    )
    zones = "".join(f"edit z{number}\nnext\n" for number in MEMBERS)
    members = "".join(f"edit {n}\nset interface {name}\nset zone z{n}\nnext\n" for n, name in MEMBERS.items())
    checks = (
        f"config health-check\nedit c\nset members {' '.join(map(str, sorted(watched)))}\nnext\nend\n"
        if watched
        else ""
    )
    sdwan = (
        f"config system sdwan\nset status enable\nconfig zone\n{zones}end\nconfig members\n{members}end\n{checks}"
        f"config service\n{''.join(rule.text(n) for n, rule in enumerate(rules, 1))}end\nend\n"
    )
    zone_of = {name: f"z{number}" for number, name in MEMBERS.items()}
    bodies = [with_lines(ANY, srcintf="lan", dstintf=zone_of.get(name, name)) for name in sorted(allowed)]
    return ways + static + sdwan + policies(*bodies)


@settings(calm, max_examples=40)
@given(
    rules=st.lists(RULES, max_size=3),
    routes=st.dictionaries(st.sampled_from(WAYS), st.sampled_from((1, 1, 10)), min_size=1),
    watched=st.frozensets(st.sampled_from((1, 2, 3)), max_size=2),
    allowed=st.frozensets(st.sampled_from(WAYS), min_size=1),
)
def test_what_is_certain_holds_in_every_world(
    rules: list[SdwanRule], routes: dict[str, int], watched: frozenset[int], allowed: frozenset[str]
) -> None:
    best = [name for name, distance in routes.items() if distance == min(routes.values())]
    questions = [f"user of {n}" for n, rule in enumerate(rules) if rule.matches is None]
    questions += [f"member {member} is alive" for member in watched]
    seen = set()
    for answers in itertools.product((True, False), repeat=len(questions)):
        world = dict(zip(questions, answers, strict=True)).__getitem__
        for picks in itertools.permutations(WAYS):
            seen.add(left_by(rules, best, watched, world, list(picks)) in allowed)
    text = configuration(rules, routes, watched, allowed)
    for said in (fate(text), covered(text)):
        assert said == "possible" or seen == {said == "allowed"}, (said, seen)


def test_one_certain_rule_decides() -> None:
    rule = SdwanRule(True, (2,), manual=True, gateway=False, default=False)
    routes = {"wan": 1, "wan2": 1}
    assert fate(configuration([rule], routes, frozenset(), frozenset({"wan2"}))) == "allowed"
    assert fate(configuration([rule], routes, frozenset(), frozenset({"wan"}))) == "blocked"
    assert fate(configuration([rule], routes, frozenset({2}), frozenset({"wan"}))) == "possible"
