"""Every keyword that some FortiOS version has in an audited table is read or known not to matter."""

from __future__ import annotations

import pytest

from parsers.fortigate.convert.keywords import NESTED, TABLES
from parsers.fortigate.syntax.vocabulary import (
    full_command,
    full_keyword,
    full_options,
    full_path,
    known_keywords,
    known_path,
)
from tests.parsers.fortigate.writing import ANY, DENY, policies, read, stated, table

KEYS = {"name", "id", "policyid"}
OPEN = {
    ("firewall local-in-policy", "internet-service-src-fortiguard"),
    ("firewall local-in-policy6", "internet-service6-src-fortiguard"),
}
"""What is not read yet: a gap that may hide access."""


@pytest.mark.parametrize("path", sorted(TABLES))
def test_every_keyword_is_known(path: str) -> None:
    unknown = known_keywords(path).keys() - TABLES[path] - NESTED.get(path, frozenset()) - KEYS
    assert {(path, keyword) for keyword in unknown} <= OPEN


@pytest.mark.parametrize(
    "line", ["dscp-match enable", "reputation-minimum6 3", "saml-server idp", "scim-users kim", "scim-groups staff"]
)
def test_what_a_packet_does_not_show_is_a_condition(line: str) -> None:
    (rule,) = stated(policies(f"{ANY}\nset {line}"))
    assert rule.conditions


@pytest.mark.parametrize("line", ["dscp-match disable", "reputation-minimum6 0", "radius-ip-auth-bypass disable"])
def test_defaults_of_a_full_configuration_change_nothing(line: str) -> None:
    (rule,) = stated(policies(f"{ANY}\nset {line}"))
    assert rule.conditions == ()


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("sys glo", "system global"),
        ("conf", "conf"),
        ("fire pol", "fire pol"),
        ("firewall policy", "firewall policy"),
        ("fire service cust", "firewall service custom"),
        ("system replacemsg admin x", "system replacemsg admin x"),
    ],
)
def test_paths(written: str, meant: str) -> None:
    assert full_path(written) == meant


def test_tables_that_are_gone_make_no_abbreviation_ambiguous() -> None:
    assert full_path("fire pol", (7, 2, 8)) == "firewall policy"
    assert full_path("fire pol", (6, 2, 3)) == "fire pol"


def test_words() -> None:
    assert [full_command(word) for word in ("conf", "ed", "se", "e", "unse", "next", "appe")] == [
        "config",
        "edit",
        "set",
        "e",
        "unse",
        "next",
        "append",
    ]
    assert full_keyword("firewall policy", "srcin") == "srcintf"
    assert full_keyword("firewall policy", "sched") == "sched"
    assert full_keyword("log setting", "any") == "any"
    assert full_options("firewall policy", "action", ("acc",)) == ("accept",)
    assert full_options("firewall policy", "srcaddr", ("all",)) == ("all",)
    assert known_path("system replacemsg http page")
    assert not known_path("firewl address")


@pytest.mark.parametrize(
    ("kind", "version", "found"),
    [
        ("firewall policy6", "6.2.3", []), ("firewall policy6", "6.4.4", [True]), ("firewall policy6", "", []),
        ("firewall policy46", "7.0.0", []), ("firewall policy46", "7.0.1", [True]),
    ],
)  # fmt: skip
def test_a_table_that_the_version_has_no_more_is_a_gap(kind: str, version: str, found: list[bool]) -> None:
    gaps = read(policies(DENY, kind=kind), version).gaps
    assert [gap.hides_access for gap in gaps if "any more" in gap.what] == found
    assert not any("any more" in gap.what for gap in read(table(kind), version).gaps)
