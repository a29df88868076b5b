"""Fingerprints survive whatever leaves the packets alone, and change with the packets."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.audit import audit
from auditor.baseline import Site, load_ruleset, load_site
from auditor.findings.finding import Finding
from parsers import read

NOW = datetime(2026, 11, 24, 12)
HEAD = """config system interface
    edit "wan1"
        set ip 203.0.113.2 255.255.255.0
        set allowaccess ping https
        set role wan
    next
    edit "lan"
        set ip 192.0.2.254 255.255.255.0
        set role lan
    next
end
"""
TAIL = """config router static
    edit 1
        set gateway 203.0.113.1
        set device "wan1"
    next
end
"""
SITE = """schema: fwsite/1
id: fingerprints
baselines:
  - use: exchange-2010
devices:
  fw:
    type: fortigate
    zones: {internet: [wan1], internal: [lan]}
bindings:
  client_access:
    - {address: 192.0.2.0/29}
"""
UNRELATED = (
    "config system dns\n    set primary 198.51.100.53\nend\n",
    "config system ntp\n    set ntpsync enable\nend\n",
    "config log setting\n    set fwpolicy-implicit-log enable\nend\n",
)


@dataclass(frozen=True)
class Policy:
    """A policy of its own server, so that policies may change places."""

    number: int
    source: str
    low: int
    high: int
    logged: bool


@dataclass(frozen=True)
class Writing:
    """How the same configuration is written down."""

    policies: tuple[int, ...]
    objects: tuple[int, ...]
    blank: tuple[int, ...]
    unrelated: tuple[str, ...]
    prefix: str
    comment: str


PORTS = st.one_of(
    # No flow asks for these, so that each port more is a finding about one port more.
    st.tuples(st.integers(10_000, 50_000), st.integers(0, 300)),
    st.tuples(st.sampled_from([25, 135, 445, 3389]), st.just(0)),
)
POLICIES = st.lists(st.tuples(st.sampled_from(["any", "partner"]), PORTS, st.booleans()), min_size=2, max_size=5).map(
    lambda rows: tuple(
        Policy(number, source, low, low + more, logged) for number, (source, (low, more), logged) in enumerate(rows, 1)
    )
)


Case = tuple[tuple[Policy, ...], Writing]


@st.composite
def cases(draw: Callable[..., object]) -> Case:
    policies: tuple[Policy, ...] = draw(POLICIES)  # type: ignore[assignment]
    numbers = list(range(len(policies)))
    writing = Writing(
        tuple(draw(st.permutations(numbers))),  # type: ignore[arg-type]
        tuple(draw(st.permutations(numbers))),  # type: ignore[arg-type]
        tuple(draw(st.lists(st.integers(0, 3), min_size=8, max_size=8))),  # type: ignore[arg-type]
        tuple(draw(st.lists(st.sampled_from(UNRELATED), unique=True))),  # type: ignore[arg-type]
        draw(st.sampled_from(["h", "server ", "S-"])),  # type: ignore[arg-type]
        draw(st.sampled_from(["", "changed on Monday"])),  # type: ignore[arg-type]
    )
    return policies, writing


def text(policies: tuple[Policy, ...], writing: Writing) -> str:
    def address(policy: Policy) -> str:
        return f'    edit "{writing.prefix}{policy.number}"\n        set subnet 192.0.2.{policy.number} 255.255.255.255\n    next\n'

    def service(policy: Policy) -> str:
        return f'    edit "svc{policy.number}"\n        set tcp-portrange {policy.low}-{policy.high}\n    next\n'

    def rule(policy: Policy) -> str:
        comment = f'        set comments "{writing.comment}"\n' if writing.comment else ""
        return (
            f'    edit {policy.number}\n        set srcintf "wan1"\n        set dstintf "lan"\n'
            "        set action accept\n"
            f'        set srcaddr "{"all" if policy.source != "partner" else "partner"}"\n'
            f'        set dstaddr "{writing.prefix}{policy.number}"\n        set schedule "always"\n'
            f'        set service "svc{policy.number}"\n'
            f"        set logtraffic {'all' if policy.logged else 'disable'}\n{comment}    next\n"
        )

    gaps = ["\n" * number for number in writing.blank]
    objects = [policies[number] for number in writing.objects]
    partner = '    edit "partner"\n        set subnet 198.51.100.0 255.255.255.0\n    next\n'
    parts = (
        HEAD,
        *writing.unrelated,
        gaps[0] + "config firewall address\n",
        *(address(each) + gaps[1] for each in objects),
        f'    edit "all"\n    next\n{partner}end\n',
        gaps[2] + "config firewall service custom\n",
        *(service(each) + gaps[3] for each in reversed(objects)),
        "end\n" + gaps[4],
        "config firewall policy\n",
        *(rule(policies[number]) + gaps[5] for number in writing.policies),
        "end\n" + gaps[6],
        TAIL,
    )
    return "".join(parts)


def plainly(policies: tuple[Policy, ...]) -> Writing:
    numbers = tuple(range(len(policies)))
    return Writing(numbers, numbers, (0,) * 8, (), "h", "")


def findings(policies: tuple[Policy, ...], writing: Writing, site: Site) -> list[Finding]:
    firewalls = read(text(policies, writing).encode(), "fw.conf")
    return list(audit(firewalls, (EXCHANGE,), site, NOW).findings)


EXCHANGE = load_ruleset("exchange-2010")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    path = tmp_path_factory.mktemp("site") / "site.yaml"
    path.write_text(SITE, encoding="utf-8")
    return load_site(path)


@settings(max_examples=20)
@given(case=cases())
def test_moved_renamed_and_commented_rules_keep_their_fingerprints(case: Case, site: Site) -> None:
    policies, writing = case
    before = {each.fingerprint for each in findings(policies, plainly(policies), site)}
    assert {each.fingerprint for each in findings(policies, writing, site)} == before
    assert before


@settings(max_examples=20)
@given(case=cases(), data=st.data())
def test_other_packets_are_another_finding(case: Case, data: st.DataObject, site: Site) -> None:
    policies, writing = case
    changed = data.draw(st.sampled_from(policies))
    wider = replace(changed, source="partner" if changed.source == "any" else "any")
    shifted = replace(changed, low=changed.low + 1, high=changed.high + 1)
    edit, checks = data.draw(st.sampled_from([(wider, {"FW102", "FW103"}), (shifted, {"FW103"})]))
    edited = tuple(edit if each is changed else each for each in policies)
    before = _by_rule(findings(policies, plainly(policies), site), checks)
    after = _by_rule(findings(edited, writing, site), checks)
    number = str(changed.number)
    assert not before.pop(number, set()) & after.pop(number, set())
    assert before == after


def test_the_cases_have_findings_about_rules(site: Site) -> None:
    policies = (Policy(1, "any", 5000, 5001, True), Policy(2, "partner", 3389, 3389, True))
    found = findings(policies, plainly(policies), site)
    assert [set(_by_rule(found, {check})) for check in ("FW103", "FW102")] == [{"1"}, {"2"}]


def _by_rule(found: list[Finding], checks: set[str]) -> dict[str, set[str]]:
    """Fingerprints of what is open though it should not be, by the rule that opens it."""
    rules: dict[str, set[str]] = {}
    for each in found:
        if each.check in checks:
            rules.setdefault(each.identity, set()).add(each.fingerprint)
    return rules
