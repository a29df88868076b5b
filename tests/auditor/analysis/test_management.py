"""Who reaches the logins of a firewall itself."""

from __future__ import annotations

from datetime import datetime

import parsers
from auditor.analysis.management import logins_of
from auditor.audit import audit
from auditor.baseline.inference import infer_site
from auditor.findings.finding import Confidence, Severity
from auditor.findings.result import Login
from tests.parsers.fortigate.writing import ANY, HEADER, INTERFACES, policies, table, with_lines

NOW = datetime(2026, 11, 24, 12)
LOGIN = INTERFACES.replace("set ip 203.0.113.2/24", "set ip 203.0.113.2/24\nset allowaccess https\nset role wan")


def rows(text: str, interfaces: str = LOGIN) -> list[Login]:
    (firewall,) = parsers.read((HEADER.format("7.0.12") + interfaces + text).encode(), "fw.conf")
    return list(logins_of(firewall, NOW))


def test_one_row_says_who_reaches_a_login_and_why() -> None:
    admins = table("system admin", "a\nset trusthost1 192.0.2.0 255.255.255.0", "b")
    (row,) = rows(admins)
    assert (row.interface, row.service, row.port, row.address) == ("wan", "https", "tcp/443", "203.0.113.2")
    assert (row.who, row.confidence, row.limits) == ("everybody", "certain", "no trusted hosts for b")


def test_trusted_hosts_and_local_rules_narrow_it() -> None:
    text = table("system admin", "a\nset trusthost1 192.0.2.0 255.255.255.0") + table(
        "firewall address", "half\nset subnet 192.0.2.0/25"
    )
    rule = "set intf wan\nset srcaddr half\nset dstaddr all\nset service HTTPS\nset schedule always"
    (row,) = rows(text + policies(rule, kind="firewall local-in-policy"))
    assert row.who == "192.0.2.128/25"
    assert row.limits == "trusted hosts of all administrators; stopped in part by local-in 1"


def test_an_api_user_is_said_apart() -> None:
    api = "config system api-user\nedit x\nconfig trusthost\nedit 1\nset ipv4-trusthost 10.9.0.0 255.255.0.0\nnext\nend\nnext\nend\n"
    (row,) = rows(table("system admin", "a\nset trusthost1 192.0.2.0 255.255.255.0") + api)
    assert (row.who, row.perhaps) == ("192.0.2.0/24", "10.9.0.0/16")


def test_other_interfaces_are_rows_only_where_a_policy_lets_them() -> None:
    out = with_lines(ANY, srcintf="lan", dstintf="wan")
    somebody = table("system admin", "a")
    found = rows(somebody + policies(out))
    assert [(row.interface, row.confidence) for row in found] == [("wan", "certain"), ("lan", "possible")]
    assert [row.interface for row in rows(somebody)] == ["wan"]


def test_without_administrators_in_the_export_a_login_is_possible_and_why_is_said() -> None:
    (row,) = rows("")
    assert (row.who, row.confidence) == ("everybody", "possible")
    assert row.limits == "the export holds no administrators, whose trusted hosts decide who may log in"


def findings(text: str, interfaces: str = LOGIN) -> list[tuple[Severity, Confidence, str]]:
    firewalls = parsers.read((HEADER.format("7.0.12") + interfaces + text).encode(), "fw.conf")
    result = audit(firewalls, (), infer_site(firewalls, ()).site, NOW)
    return [(each.severity, each.confidence, each.message) for each in result.findings if each.check == "FW112"]


def test_a_login_open_to_the_internet_is_critical() -> None:
    (found,) = findings(table("system admin", "b"))
    assert found[:2] == (Severity.CRITICAL, Confidence.CERTAIN)
    assert "administrator 'b' has no trusted hosts" in found[2]


def test_a_login_of_an_inside_interface_is_no_exposure_because_of_its_private_address() -> None:
    inside = INTERFACES.replace("set ip 203.0.113.2/24", "set ip 203.0.113.2/24\nset role wan")
    inside = inside.replace("set ip 10.0.0.1/24", "set ip 10.0.0.1/24\nset allowaccess https")
    assert findings(policies(ANY), inside) == []


def test_a_login_behind_a_policy_is_possible() -> None:
    outer = INTERFACES.replace("set ip 203.0.113.2/24", "set ip 203.0.113.2/24\nset role wan")
    loop = table("system interface", "lo\nset type loopback\nset ip 192.0.2.9/32\nset allowaccess https")
    (found,) = findings(loop + policies(with_lines(ANY, dstintf="lo")), outer)
    assert found[:2] == (Severity.CRITICAL, Confidence.POSSIBLE)


def test_a_login_that_everybody_perhaps_reaches_says_so() -> None:
    restricted = table("system admin", "a\nset trusthost1 192.0.2.0 255.255.255.0")
    (found,) = findings(restricted + table("system api-user", "x"))
    assert found == (
        Severity.MEDIUM, Confidence.CERTAIN,
        "https on wan (tcp/443) answers 192.0.2.0/24 on the Internet, and perhaps everybody.",
    )  # fmt: skip
    assert "perhaps" not in findings(restricted)[0][2]
