"""What publishing Exchange should give, with both firewalls: each case is a FortiGate backup and the dumps behind it.

A case lists every finding of low severity or more, and nothing else may be found. The folder of a case can be read and
audited by hand: `fwproof audit tests/auditor/pairs/mail-past-the-edge/* --site tests/auditor/pairs/site-with-edge.yaml`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path

import pytest

import parsers
from auditor.audit import audit
from auditor.baseline import load_ruleset, load_site
from auditor.findings.finding import Confidence, Finding, Severity
from auditor.findings.result import AuditResult

HERE = Path(__file__).parent
NOW = datetime(2026, 11, 24, 12)
WEB = ("EAS-HTTPS", "OWA-HTTPS", "ANYWHERE-HTTPS", "AUTODISCOVER-HTTPS", "AVAILABILITY-HTTPS", "OAB-HTTPS")
WEB_QUESTIONS = ("Q10", "Q11", "Q12", "Q13", "Q14", "Q15")


def each(names: tuple[str, ...], state: str) -> dict[str, str]:
    return dict.fromkeys(names, state)


@dataclass(frozen=True)
class Case:
    """`found` holds "severity check device rule" and a part of the message for every finding of low or more."""

    folder: str
    flows: Mapping[str, str] = field(default_factory=dict)
    answers: Mapping[str, str] = field(default_factory=dict)
    found: Mapping[str, str] = field(default_factory=dict)
    site: str = "site"


CASES = (
    Case(
        "https-to-client-access",
        each(WEB, "satisfied"),
        {
            **each(WEB_QUESTIONS, "satisfied"),
            "Q01": "satisfied",
            "Q02": "satisfied",
            "Q04": "satisfied",
            "Q25": "closed",
        },
    ),
    Case(
        "https-closed-on-the-host",
        each(WEB, "missing"),
        each(WEB_QUESTIONS, "missing"),
        {"high FW101 ex-cas01 -": "closed on the host ex-cas01, whatever the perimeter lets through"},
    ),
    Case(
        "http-beside-https",
        {**each(WEB, "satisfied"), "EAS-HTTP": "satisfied"},
        each(WEB_QUESTIONS, "satisfied"),
        {"low FW102 fgt 1": "acceptable only as a redirect"},
    ),
    Case(
        "http-closed-on-the-host",
        {**each(WEB, "satisfied"), "EAS-HTTP": "missing"},
        each(WEB_QUESTIONS, "satisfied"),
        {
            "low FW102 fgt 1": "The host's own firewall (ex-cas01) stops all of it today",
            "low FW117 ex-cas01 -": "fgt lets tcp/80 from internet through to client_access 10.0.10.21, but the host",
        },
    ),
    Case(
        "every-port-to-client-access",
        each(WEB, "satisfied"),
        {"Q10": "over-broad", "Q12": "forbidden opening", "Q25": "forbidden opening", "Q26": "forbidden opening"},
        {
            "critical FW102 fgt 1": "Of these the host's own firewall (ex-cas01) lets in tcp/80,135,445,6005-47000,47002-50388",
            "high FW114 ex-cas01 3": "the perimeter lets the Internet through to it on tcp/135",
            "high FW114 ex-cas01 4": "the perimeter lets the Internet through to it on tcp/6005-47000,47002-50388",
            "low FW103 fgt 1": "The host's own firewall (ex-cas01) stops all of it today",
        },
    ),
    Case(
        "https-to-a-mailbox-server",
        each(WEB, "not published"),
        {**each(WEB_QUESTIONS, "missing"), "Q04": "wrong target"},
        {
            "high FW101 fgt -": "The host's own firewall (ex-cas01) would let it in",
            "high FW113 fgt 1": "leads to 10.0.10.31, a mailbox server; it belongs to client_access",
            "medium FW102 fgt 1": "The host's own firewall (ex-mbx01) stops all of it today",
            "low FW114 ex-mbx01 2": "no untrusted zone of this audit reaches it",
        },
    ),
    Case(
        "instant-messaging-for-web-mail",
        each(WEB, "satisfied"),
        {"Q11": "forbidden opening", "Q24": "forbidden opening", "Q10": "over-broad"},
        {
            "high FW102 fgt 1": "5075-5077 are instant messaging, not web mail",
            "high FW114 ex-cas01 2": "the perimeter lets the Internet through to it on tcp/5075-5077",
        },
    ),
    Case("mail-without-an-edge", {"INTERNET-HUB": "satisfied"}, {"Q20": "satisfied", "Q19": "not applicable"}),
    Case(
        "mail-past-the-edge",
        {"INTERNET-EDGE": "satisfied", "EDGE-HUB": "satisfied", "EDGESYNC": "satisfied"},
        {"Q19": "forbidden opening", "Q20": "not applicable", "Q21": "satisfied"},
        {"high FW102 fgt 6": "Mail from the Internet past the Edge"},
        site="site-with-edge",
    ),
    Case(
        "ldap-from-the-edge",
        {"EDGE-HUB": "satisfied"},
        {"Q19": "satisfied"},
        {"high FW102 fgt 6": "edge_transport reaches domain_controller 10.0.10.11 on tcp/389"},
        site="site-with-edge",
    ),
    Case(
        "edgesync-closed-at-the-perimeter",
        {"EDGESYNC": "missing"},
        {"Q19": "satisfied"},
        {
            "high FW101 fgt -": "tcp/50636 from 10.0.10.22 to 10.0.20.5 (closed at fgt). The host's own firewall (ex-edge01)"
        },
        site="site-with-edge",
    ),
    Case(
        "edgesync-closed-on-the-edge",
        {"EDGESYNC": "missing"},
        {"Q19": "satisfied"},
        {"high FW101 ex-edge01 -": "closed on the host ex-edge01, whatever the perimeter lets through"},
        site="site-with-edge",
    ),
    Case(
        "ad-lds-from-inside",
        {"EDGESYNC": "satisfied"},
        {"Q19": "forbidden opening"},
        {"medium FW102 fgt 6": "AD LDS without SSL on the Edge"},
        site="site-with-edge",
    ),
    Case(
        "ad-lds-from-the-internet",
        {"EDGESYNC": "satisfied"},
        {"Q19": "forbidden opening", "Q12": "satisfied", "Q25": "closed"},
        {"critical FW102 fgt 6": "AD LDS without SSL on the Edge"},
        site="site-with-edge",
    ),
    Case(
        "anything-between-exchange-servers",
        {"CAS-AD": "satisfied", "MBX-AD": "satisfied", "CAS-MBX": "not observable"},
        found={
            "low FW117 ex-cas01 -": "from outlook_client 10.0.10.0/24, 10.0.30.0/24 through to client_access",
        },
        site="site-controller-apart",
    ),
    Case(
        "one-open-endpoint-mapper",
        {"CAS-MBX": "cannot tell"},
        found={"low FW114 ex-mbx01 1": "It opens RPC-EPMap for any program"},
    ),
    Case(
        "sesworker",
        {"CAS-UM-PLAIN": "cannot tell", "UM-MBX": "not observable"},
        {"Q23": "closed"},
        found={
            "high FW114 ex-um01 1": "It opens every port for any program",
            "high FW114 ex-um01 2": r"It opens every port for C:\Program Files",
            "low FW114 ex-cas01 3": "It opens RPC for any program",
        },
        site="site-with-um",
    ),
)


@cache
def judged(folder: str, site: str) -> AuditResult:
    firewalls = parsers.read_all(sorted((HERE / folder).iterdir()))
    return audit(firewalls, (load_ruleset("exchange-2010"),), load_site(HERE / f"{site}.yaml"), NOW)


def listed(finding: Finding) -> str:
    return f"{finding.severity.word} {finding.check} {finding.device} {finding.rule.split(' (')[0] or '-'}"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.folder)
def test_flows_have_their_state(case: Case) -> None:
    states = {row.flow: row.state.value for row in judged(case.folder, case.site).coverage}
    assert {flow: states[flow] for flow in case.flows} == dict(case.flows)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.folder)
def test_questions_have_their_answer(case: Case) -> None:
    answers = {answer.id: answer.state.value for answer in judged(case.folder, case.site).answers}
    assert {key: answers[key] for key in case.answers} == dict(case.answers)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.folder)
def test_exactly_this_is_found(case: Case) -> None:
    found = [each for each in judged(case.folder, case.site).findings if each.severity >= Severity.LOW]
    assert {listed(each) for each in found} == set(case.found)
    for each in found:
        assert case.found[listed(each)] in each.message
        assert each.confidence is Confidence.CERTAIN


@pytest.mark.parametrize(
    "folder", sorted(path.name for path in HERE.iterdir() if path.is_dir() and path.name[0] != "_")
)
def test_every_pair_is_a_case_and_is_understood(folder: str) -> None:
    [case] = [case for case in CASES if case.folder == folder]
    assert not judged(case.folder, case.site).gaps


# --- what the cases say beyond that


def finding(folder: str, site: str, start: str) -> Finding:
    [one] = {id(each): each for each in judged(folder, site).findings if listed(each).startswith(start)}.values()
    return one


def test_what_is_satisfied_names_the_rules_of_both_firewalls() -> None:
    [row] = [row for row in judged("https-to-client-access", "site").coverage if row.flow == "EAS-HTTPS"]
    assert row.rules == ("fgt 1", "ex-cas01 1")
    assert row.published_as == "203.0.113.10:443"


def test_a_port_closed_on_the_host_shows_the_rule_that_opens_it_in_front() -> None:
    found = finding("https-closed-on-the-host", "site", "high FW101")
    assert [(each.device, each.rule) for each in found.related] == [("fgt", "1 (web)")]


def test_the_reverse_is_said_as_well_once_a_host() -> None:
    """Open on the host, closed at the perimeter."""
    found = finding("https-to-a-mailbox-server", "site", "info FW117 ex-mbx01")
    assert "lets internet in on tcp/135" in found.message
    assert "only fgt keeps it out" in found.message


def test_one_finding_lists_every_port() -> None:
    """Not one for each of them."""
    found = finding("every-port-to-client-access", "site", "critical FW102")
    assert all(port in found.packets for port in ("135", "445", "3389", "389", "3268"))
    assert {each.device for each in found.related} == {"ex-cas01"}


def test_anything_between_exchange_servers_is_information() -> None:
    for rule in ("2", "3"):
        found = finding("anything-between-exchange-servers", "site-controller-apart", f"info FW123 fgt {rule}")
        assert "as the vendor asks for" in found.message
        assert found.citation == ("ms-support",)


def test_the_only_open_endpoint_mapper_is_not_simply_removed() -> None:
    """Traps P51 and P51b."""
    found = finding("one-open-endpoint-mapper", "site", "low FW114")
    assert "Do not simply delete it" in found.remedy
    assert "svchost.exe" in found.remedy


def test_sesworker_has_microsofts_remedy() -> None:
    """Trap P45: disable both, and open what is needed."""
    for rule in ("1", "2"):
        found = finding("sesworker", "site-with-um", f"high FW114 ex-um01 {rule}")
        assert "disable both SESWorker rules and add one for 5065 and 5067" in found.remedy
