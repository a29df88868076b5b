"""Roles that only a name speaks for: they are asked about, and nothing is said to be missing or wrong for sure."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

import parsers
from auditor.audit import audit
from auditor.baseline import infer_site, load_ruleset, load_site, site_yaml
from auditor.findings.finding import Confidence, Severity
from auditor.findings.result import AuditResult, CoverageState
from tests.auditor.checks.exchange import BASE, policy, vip

NOW = datetime(2026, 11, 24, 12)
RULESETS = (load_ruleset("exchange-2010"),)
WEB = BASE + vip("v", "10.0.10.21", "443") + policy(1, "all", "v", "HTTPS")


def judged(text: str) -> AuditResult:
    firewalls = parsers.read(text.encode(), "fgt.conf")
    return audit(firewalls, RULESETS, infer_site(firewalls, RULESETS).site, NOW)


APART = WEB.replace("10.0.10.11 255", "10.0.20.11 255")
"""The domain controller stands behind another interface."""


def test_a_name_alone_makes_nothing_missing() -> None:
    """The company's objects are called edge, hub, mbx and dc, and no rule uses them."""
    result = judged(APART)
    assert [each for each in result.findings if each.check == "FW101"] == []
    directory, sync = (next(each for each in result.coverage if each.flow == flow) for flow in ("CAS-AD", "EDGESYNC"))
    assert directory.state is sync.state is CoverageState.CANNOT_TELL
    assert directory.question.startswith(
        "10.0.20.11 is no more than a guess for domain_controller: is it the domain controller? Then it is closed"
    )
    assert sync.question.startswith("Is an Edge Transport server subscribed")


def test_what_is_open_to_a_guessed_server_is_open() -> None:
    result = judged(APART + policy(2, "cas", "dc", "ALL", "lan>dmz"))
    assert {each.state for each in result.coverage if each.flow == "CAS-AD"} == {CoverageState.SATISFIED}


@pytest.mark.parametrize(("target", "checks"), [("hub", {"FW103"}), ("dc", {"FW102"}), ("servers", {"FW102", "FW103"})])
def test_what_a_guessed_edge_opens_is_possible_and_never_high(target: str, checks: set[str]) -> None:
    """An object called edge may be a router."""
    result = judged(WEB + policy(2, "edge", target, "SSH", "dmz>lan"))
    found = [each for each in result.findings if each.check in ("FW102", "FW103")]
    assert {each.check for each in found} == checks
    for finding in found:
        assert (finding.severity, finding.confidence) == (Severity.MEDIUM, Confidence.POSSIBLE)
        assert "10.0.20.5 is no more than a guess for edge_transport" in finding.uncertain


def test_mail_to_a_server_inside_is_not_past_an_edge_that_only_a_name_speaks_for() -> None:
    """The smallest company: web and mail of one server, and a switch that is called edge."""
    one = BASE.replace('edit "edge"', 'edit "edge-sw"').replace('"hub"', '"x"').replace('"mbx"', '"y"')
    text = (
        one + vip("v", "10.0.10.21", "443") + vip("m", "10.0.10.21", "25") + policy(1, "all", '"v" "m"', "HTTPS SMTP")
    )
    for each, mail in (
        (text, ("cannot tell", "cannot tell")),
        (text.replace("edge-sw", "sw"), ("not applicable", "satisfied")),
    ):
        result = judged(each)
        assert [found.flow for found in result.findings if found.severity > Severity.LOW] == []
        state = {answer.id: answer.state.value for answer in result.answers}
        assert (state["Q10"], state["Q19"], state["Q20"]) == ("satisfied", *mail)


@pytest.mark.parametrize(
    "sign",
    [
        policy(2, "cas", "dc", "edgesync", "lan>dmz"),
        vip("vip-edge", "10.0.10.21", "25", "203.0.113.12"),
        'config firewall address\n    edit "EDGE-NET"\n        set subnet 10.0.20.0 255.255.255.0\n    next\nend\n',
        'config firewall address\n    edit "mx"\n        set subnet 203.0.113.77 255.255.255.255\n    next\nend\n'
        + policy(2, "all", "mx", "SMTP", "wan1>dmz"),
    ],
    ids=["a rule for EdgeSync", "a virtual IP", "a network", "mail to a public address"],
)
def test_whatever_speaks_of_an_edge_leaves_it_a_question(sign: str) -> None:
    text = BASE.replace('edit "edge"', 'edit "sw"') + vip("m", "10.0.10.21", "25") + policy(1, "all", "m", "SMTP")
    assert infer_site(parsers.read(text.encode(), "fgt.conf"), RULESETS).site.not_deployed == ("edge_transport",)
    assert infer_site(parsers.read((text + sign).encode(), "fgt.conf"), RULESETS).site.not_deployed == ()


@pytest.mark.parametrize("port", ["50636", "50389"])
def test_a_published_directory_tells_an_edge_and_is_forbidden(port: str) -> None:
    both = vip("m", "10.0.20.5", "25") + vip("s", "10.0.20.5", port)
    rule = policy(1, "all", '"m" "s"', "SMTP edgesync adlds", "wan1>dmz")
    result = judged(BASE.replace('edit "edge"', 'edit "sw"') + both + rule)
    (finding,) = [each for each in result.findings if each.check == "FW102"]
    assert (finding.severity >= Severity.HIGH, finding.confidence) == (True, Confidence.CERTAIN)
    assert f"edge_transport 10.0.20.5 on tcp/{port}" in finding.message


def test_rpc_from_the_internet_is_forbidden_whatever_the_server_is(tmp_path: Path) -> None:
    opened = WEB + vip("w", "10.0.10.31", "135", "203.0.113.11") + vip("x", "10.0.10.31", "443", "203.0.113.12")
    opened += 'config firewall service custom\n    edit "rpc"\n        set tcp-portrange 135\n    next\nend\n'
    (finding,) = [each for each in judged(opened + policy(2, "all", "w", "rpc")).findings if each.check == "FW102"]
    assert (finding.severity, finding.confidence) == (Severity.CRITICAL, Confidence.CERTAIN)


def test_a_written_site_file_keeps_the_guess_until_somebody_confirms_it(tmp_path: Path) -> None:
    firewalls = parsers.read(WEB.encode(), "fgt.conf")
    text = site_yaml(infer_site(firewalls, RULESETS).site)
    path = tmp_path / "site.yaml"
    path.write_text(text, encoding="utf-8")
    site = load_site(path)
    assert {role: [each.guess for each in bound] for role, bound in site.bindings.items()} == {
        "client_access": [False],
        "edge_transport": [True],
        "hub_transport": [True],
        "mailbox": [True],
        "domain_controller": [True],
    }
    assert "guess: true}  # delete the guess when it is right" in text
    path.write_text(text.replace(", guess: true", ""), encoding="utf-8")
    confirmed = audit(firewalls, RULESETS, load_site(path), NOW)
    assert "EDGESYNC" in {each.flow for each in confirmed.findings if each.check == "FW101"}


@pytest.mark.parametrize(
    ("published", "guess"),
    [
        (vip("v", "10.0.10.21", "443") + policy(1, "all", "v", "HTTPS"), True),
        (vip("owa", "10.0.10.21", "443") + policy(1, "all", "owa", "HTTPS"), False),
        (
            vip("v", "10.0.10.21", "443") + vip("m", "10.0.10.21", "25") + policy(1, "all", '"v" "m"', "HTTPS SMTP"),
            False,
        ),
    ],
    ids=["any web server looks like this", "a name says so", "mail says so"],
)
def test_a_single_web_server_is_a_guess_for_client_access(published: str, guess: bool) -> None:
    text = BASE.replace('"cas"', '"x"') + published
    (found,) = infer_site(parsers.read(text.encode(), "fgt.conf"), RULESETS).site.bindings["client_access"]
    assert found.guess is guess
    odd = 'config firewall service custom\n    edit "odd"\n        set tcp-portrange 9443\n    next\nend\n'
    opened = judged(text + odd + vip("o", "10.0.10.21", "9443") + policy(2, "all", "o", "odd"))
    (finding,) = [each for each in opened.findings if each.check == "FW103"]
    assert finding.severity is (Severity.MEDIUM if guess else Severity.HIGH)
