"""Smart hosts, mail gateways, reverse proxies and load balancers: what real networks put beside Exchange."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from auditor.findings.finding import Confidence, Severity
from auditor.findings.result import AuditResult
from tests.auditor.checks.exchange import ROLES, audited, policy, vip

PLACES = """config firewall address
    edit "provider"
        set subnet 198.51.100.25 255.255.255.255
    next
    edit "box"
        set subnet 10.0.20.9 255.255.255.255
    next
    edit "pbx"
        set subnet 198.51.100.80 255.255.255.255
    next
    edit "um"
        set subnet 10.0.10.25 255.255.255.255
    next
end
config firewall service custom
    edit "sip"
        set tcp-portrange 5060 5065 5067
    next
end
"""
WEB = vip("v", "10.0.10.21", "443") + policy(1, "all", "v", "HTTPS")
EDGE = ROLES | {"edge_transport": "10.0.20.5"}
TO_EDGE = policy(4, "edge", "hub", "SMTP", "dmz>lan") + policy(5, "hub", "edge", "SMTP edgesync", "lan>dmz")

Judge = Callable[..., AuditResult]


@pytest.fixture
def judge(tmp_path: Path) -> Judge:
    def _judge(text: str, roles: dict[str, str], conditions: str = "") -> AuditResult:
        return audited(tmp_path, PLACES + text, conditions, roles)

    return _judge


def found(result: AuditResult) -> list[str]:
    """Findings of medium or more: "severity check flows"."""
    return [
        f"{each.severity.word} {each.check} {each.flow}" for each in result.findings if each.severity > Severity.LOW
    ]


def answers(result: AuditResult, *ids: str) -> list[str]:
    return [each.state.value for each in result.answers if each.id in ids]


# --- smart hosts


def test_an_edge_may_send_to_a_smart_host_alone(judge: Judge) -> None:
    text = WEB + vip("e", "10.0.20.5", "25", "203.0.113.25") + TO_EDGE
    text += policy(2, "provider", "e", "SMTP", "wan1>dmz") + policy(3, "edge", "provider", "SMTP", "dmz>wan1")
    provider = {"mail_relay": "198.51.100.25", "smart_host": "198.51.100.25"}
    result = judge(text, EDGE | provider)
    assert found(result) == []
    assert answers(result, "Q19", "Q21") == ["satisfied", "satisfied"]
    unnamed = judge(text, EDGE | {"mail_relay": "198.51.100.25"})
    assert found(unnamed) == ["high FW101 EDGE-INTERNET"]
    assert "bind it as smart_host" in unnamed.findings[0].remedy


def test_a_smart_host_that_cannot_be_reached_is_missing(judge: Judge) -> None:
    result = judge(WEB, ROLES | {"smart_host": "198.51.100.25"})
    assert found(result) == ["high FW101 HUB-SMART-HOST"]
    assert answers(result, "Q21") == ["missing"]


def test_a_mail_gateway_of_ones_own_sends_and_receives(judge: Judge) -> None:
    text = WEB + vip("m", "10.0.20.9", "25", "203.0.113.25") + policy(2, "all", "m", "SMTP", "wan1>dmz")
    text += policy(3, "box", "all", "SMTP", "dmz>wan1") + policy(4, "box", "hub", "SMTP", "dmz>lan")
    text += policy(5, "hub", "box", "SMTP", "lan>dmz")
    result = judge(text, ROLES | {"mail_relay": "10.0.20.9", "smart_host": "10.0.20.9"})
    assert found(result) == []
    assert answers(result, "Q19", "Q20", "Q21") == ["not applicable", "satisfied", "satisfied"]
    assert found(judge(text, ROLES)) == ["medium FW102 NO-MAIL-OUT"]


def test_mail_that_only_the_relay_may_bring_is_not_said_to_arrive_while_nobody_reaches_the_relay(judge: Judge) -> None:
    text = WEB + policy(4, "box", "hub", "SMTP", "dmz>lan")
    assert answers(judge(text, ROLES | {"mail_relay": "10.0.20.9"}), "Q20") == ["not published"]


# --- reverse proxies and load balancers

PROXY = ROLES | {"reverse_proxy": "10.0.20.9"}
THROUGH = vip("p", "10.0.20.9", "443") + policy(1, "all", "p", "HTTPS", "wan1>dmz")
THROUGH += policy(2, "box", "cas", "HTTPS", "dmz>lan")
POP = vip("q", "10.0.20.9", "995") + policy(3, "all", "q", "POP3S", "wan1>dmz")


def test_a_proxy_that_passes_mail_on_as_well_is_asked_for(judge: Judge) -> None:
    text = THROUGH + POP + policy(4, "box", "cas", "POP3S", "dmz>lan")
    asked = judge(text, PROXY, "publish_pop3: true")
    assert (found(asked), answers(asked, "Q16")) == ([], ["cannot tell"])
    passed = judge(text, PROXY, "publish_pop3: true, proxy_mail: true")
    assert (found(passed), answers(passed, "Q16")) == ([], ["satisfied"])
    closed = judge(THROUGH + POP, PROXY, "publish_pop3: true, proxy_mail: true")
    assert found(closed) == ["medium FW101 PROXY-CAS-POP3"]
    beside = judge(THROUGH, PROXY, "publish_pop3: true, proxy_mail: false")
    assert found(beside) == ["medium FW101 POP3-SSL"]


def test_a_way_past_the_proxy_is_told_once(judge: Judge) -> None:
    past = vip("w", "10.0.10.21", "443", "203.0.113.11") + policy(3, "all", "w", "HTTPS")
    assert found(judge(THROUGH + past, PROXY)) == ["high FW103 CW-INTERNET"]


def test_a_balancer_beside_its_servers_answers_for_them(judge: Judge) -> None:
    """No firewall sees what it sends on: that takes nothing from the port that is published to it."""
    text = vip("b", "10.0.10.50", "443") + policy(1, "all", "b", "HTTPS")
    result = judge(text, ROLES | {"client_access": "10.0.10.21, 10.0.10.23", "reverse_proxy": "10.0.10.50"})
    assert (found(result), answers(result, "Q10", "Q11")) == ([], ["satisfied", "satisfied"])


@pytest.mark.parametrize(
    ("published", "service", "clause"),
    [
        (
            vip("b", "10.0.10.50", "443"),
            "HTTPS",
            "b sends tcp/443 of 203.0.113.10 to 10.0.10.50, which has no role here "
            "(a load balancer or proxy in front has to be bound)",
        ),
        (
            vip("b", "10.0.10.21", "443").replace("mappedport 443", "mappedport 80"),
            "HTTP",
            "b sends tcp/443 of 203.0.113.10 to tcp/80 of 10.0.10.21",
        ),
        (vip("b", "10.0.10.31", "443"), "HTTPS", ""),
    ],
    ids=["a server of no role", "another port", "a server of another role has its own finding"],
)
def test_a_port_that_is_published_elsewhere_is_named(judge: Judge, published: str, service: str, clause: str) -> None:
    result = judge(published + policy(1, "all", "b", service), ROLES)
    (missing,) = [each for each in result.findings if each.check == "FW101"]
    expected = f"is not published; {clause}. Missing" if clause else "is not published. Missing"
    assert expected in missing.message


# --- a gateway outside


def test_telephony_from_a_gateway_outside_is_a_question_of_its_place(judge: Judge) -> None:
    """What the site itself names as its gateway is not forbidden at the same time; everybody else is."""
    roles = ROLES | {"unified_messaging": "10.0.10.25", "ip_gateway": "198.51.100.80"}
    gateway = WEB + vip("s", "10.0.10.25", "", "203.0.113.12")
    result = judge(gateway + policy(2, "pbx", "s", "sip"), roles, "um_startup_mode: tcp")
    assert [each for each in found(result) if "NO-SIP" in each] == []
    (place,) = [each for each in result.findings if each.check == "FW119"]
    assert "stands in zone internet" in place.message
    everybody = judge(gateway + policy(2, "all", "s", "sip"), roles, "um_startup_mode: tcp")
    assert [each for each in found(everybody) if "NO-SIP" in each] == ["high FW102 NO-SIP"]


VOICE = """config firewall address
    edit "phones"
        set subnet 10.0.20.80 255.255.255.255
    next
end
config firewall service custom
    edit "secured"
        set tcp-portrange 5061 5066 5068
    next
end
"""


@pytest.mark.parametrize(
    ("mode", "service", "state"),
    [("tcp", "sip", "cannot tell"), ("tls", "secured", "missing"), ("tcp", "HTTPS", "missing")],
    ids=["a helper reads it", "nobody reads it", "there is no signalling"],
)
def test_media_that_no_rule_opens_may_be_opened_by_a_sip_helper(
    judge: Judge, mode: str, service: str, state: str
) -> None:
    """Trap P09: missing only where no helper can pin the ports of a call."""
    roles = ROLES | {"unified_messaging": "10.0.10.25", "ip_gateway": "10.0.20.80"}
    text = WEB + VOICE + policy(2, "phones", "um", service, "dmz>lan")
    result = judge(text, roles, f"um_startup_mode: {mode}")
    (media,) = [each for each in result.coverage if each.flow == "UM-MEDIA"]
    assert media.state.value == state
    assert ("helper that reads GATEWAY-UM-PLAIN" in media.question) == (state == "cannot tell")


def test_a_partner_is_named_and_weighs_less_than_everybody(judge: Judge) -> None:
    rpc = 'config firewall service custom\n    edit "rpc"\n        set tcp-portrange 135\n    next\nend\n'
    base = WEB + rpc + vip("r", "10.0.10.21", "135")
    (partner,) = [
        each for each in judge(base + policy(2, "provider", "r", "rpc"), ROLES).findings if each.check == "FW102"
    ]
    assert partner.severity is Severity.HIGH
    assert partner.message.startswith("internet (198.51.100.25 only) reaches client_access 10.0.10.21 on tcp/135")
    (everybody,) = [
        each for each in judge(base + policy(2, "all", "r", "rpc"), ROLES).findings if each.check == "FW102"
    ]
    assert everybody.severity is Severity.CRITICAL
    assert everybody.message.startswith("internet reaches client_access")


def test_what_may_be_a_drawn_port_is_not_said_to_be_rpc(judge: Judge) -> None:
    odd = 'config firewall service custom\n    edit "odd"\n        set tcp-portrange 8443\n    next\nend\n'
    result = judge(WEB + odd + vip("o", "10.0.10.21", "8443") + policy(2, "all", "o", "odd"), ROLES)
    (finding,) = [each for each in result.findings if each.check == "FW102"]
    assert finding.confidence is Confidence.POSSIBLE
    assert "on tcp/8443, which the server may give out as needed: RPC from the Internet." in finding.message
