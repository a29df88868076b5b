"""A small hand-made result that has everything a report can show."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from auditor.findings.decisions import Decision, FollowUp, Past, Status
from auditor.findings.finding import Confidence, Evidence, Finding, Packet, Severity
from auditor.findings.result import (
    Answer,
    AnswerState,
    AuditResult,
    CheckDescription,
    CoverageState,
    Exposure,
    FlowCoverage,
    RulesetUsed,
    SkippedCheck,
)
from parsers.model.addresses import ANY_ADDRESS, AddressSet
from parsers.model.bounds import Bounded
from parsers.model.firewall import Firewall, Source
from parsers.model.origin import Gap, Ledger, Origin
from parsers.model.rule import Action, AsWritten, Direction, Evaluation, Rule, RuleList
from parsers.model.services import ServiceSet


def policy(number: int, name: str = "") -> Rule:
    return Rule(
        id=str(number),
        name=name or f"rule {number}",
        origin=Origin("edge.conf", number * 10, number * 10 + 8, "firewall policy", str(number)),
        action=Action.ALLOW,
        enabled=True,
        ingress=frozenset({"wan1"}),
        egress=frozenset({"servers"}),
        source=Bounded.exactly(ANY_ADDRESS),
        destination=Bounded.exactly(AddressSet.network("10.0.10.21")),
        service=Bounded.exactly(ServiceSet.parse("tcp/443")),
        written=AsWritten(ingress=("wan1",), egress=("servers",), source=("all",), destination=("CAS",)),
    )


RULES = (policy(1, "=HYPERLINK(evil)"), policy(2, "@SUM(1)"), policy(3, "bell\x07 and \x1b[31m"))

FIREWALL = Firewall(
    name="edge",
    vendor="fortigate",
    product="FortiGate",
    version="7.0.12",
    sources=(Source("edge.conf", "0" * 64, "FortiGate backup", "utf-8", Ledger(100, 60, 38, 2)),),
    lists=(RuleList("policy", Direction.FORWARD, Evaluation.FIRST_MATCH, RULES),),
    assumptions=("No version in the header: defaults of 7.0 are assumed.",),
)

PACKET = Packet("wan1", "servers", "198.51.100.7", "10.0.10.21", 6, 40000, 135, "VIP", "203.0.113.10", 135)


def finding(number: int, severity: Severity, check: str = "FW102", rule: int = 1) -> Finding:
    return Finding(
        check=check,
        slug="forbidden",
        title="Forbidden opening exposed",
        severity=severity,
        confidence=Confidence.POSSIBLE if number == 2 else Confidence.CERTAIN,
        device="edge",
        rule=f"policy {rule}",
        message=f"RPC is reachable from the Internet, case {number}.",
        why="The whole RPC surface is exposed.",
        remedy="Publish only tcp/443.",
        origin=RULES[rule - 1].origin,
        identity=str(number),
        packets="internet to 10.0.10.21 tcp/135",
        example=PACKET,
        related=(Evidence("ex01", "MSExchangeRPCEPMap (GFW)", Origin("ex01.txt", 7, 20, "rule", "4"), "opens 135"),),
        citation=("seed:NW3",),
        flow="NO-RPC",
        uncertain=("geography object CH",) if number == 2 else (),
    )


RESULT = AuditResult(
    fwproof_version="0.1.0",
    today=date(2026, 11, 24),
    devices=(FIREWALL,),
    rulesets=(RulesetUsed("exchange-2010", "1.0.0", "Microsoft Exchange Server 2010", (("seed", "Port reference"),)),),
    site_name="sample",
    site_inferred=("Internet zone: wan1, because the default route leaves there.",),
    checks_run=("FW101", "FW102"),
    checks_skipped=(SkippedCheck("FW900", "no local-in policy in the export"),),
    coverage=(
        FlowCoverage(
            "exchange-2010",
            "EAS-HTTPS",
            "ActiveSync",
            "required",
            "internet",
            "client_access 10.0.10.21",
            "tcp/443",
            CoverageState.SATISFIED,
            "edge",
            ("edge 1",),
            published_as="203.0.113.10 tcp/443",
            citation=("seed:C09",),
        ),
        FlowCoverage(
            "exchange-2010",
            "EDGESYNC",
            "EdgeSync",
            "required",
            "hub_transport",
            "edge_transport",
            "tcp/50636",
            CoverageState.MISSING,
            "edge",
            missing="tcp/50636 from 10.0.10.21 to 10.0.20.5",
            citation=("seed:T08",),
        ),
        FlowCoverage(
            "exchange-2010",
            "RPC",
            "RPC",
            "required",
            "outlook",
            "client_access",
            "tcp/135, $rpc_dynamic",
            CoverageState.CANNOT_TELL,
            "edge",
            question="Which dynamic RPC range is used?",
        ),
        FlowCoverage(
            "exchange-2010",
            "UM",
            "Unified Messaging",
            "required",
            "pbx",
            "unified_messaging",
            "tcp/5060",
            CoverageState.NOT_APPLICABLE,
            "edge",
        ),
    ),
    exposures=(
        Exposure(
            "edge",
            "internet",
            "10.0.10.21",
            "client_access",
            "tcp/443",
            "certain",
            ("edge 1",),
            "203.0.113.10 tcp/443",
            "EAS-HTTPS",
            PACKET,
        ),
        Exposure("edge", "internet", "10.0.10.21", "client_access", "tcp/135", "certain", ("edge 1",), "", "", PACKET),
    ),
    answers=(Answer("exchange-2010", "Q02", "Does ActiveSync need anything more?", AnswerState.SATISFIED, "No."),),
    findings=(
        finding(1, Severity.CRITICAL),
        finding(2, Severity.MEDIUM, rule=2),
        *(finding(number, Severity.LOW, "FW301", 3) for number in range(3, 11)),
    ),
    gaps=(
        Gap(
            Origin("edge.conf", 77, 77, "firewall policy", "9"), "firewall policy 9", "ztna-x", "not read: ztna-x", True
        ),
        Gap(Origin("edge.conf", 5, 5, "system gre", "x"), "system gre", "", "table not read: system gre", False),
    ),
    waived=((finding(99, Severity.HIGH), "EXC-1, legacy scanner, expires 2027-03-31"),),
    checks=(
        CheckDescription("FW101", "required", "Required flow missing", "high", "What it finds\n----\nA missing flow."),
        CheckDescription("FW102", "forbidden", "Forbidden opening exposed", "critical", "What it finds\n----\nRPC."),
    ),
)


@pytest.fixture(scope="session")
def result() -> AuditResult:
    return RESULT


@pytest.fixture(scope="session")
def followed(result: AuditResult) -> AuditResult:
    """The same result, seen from a workbook that knew its first finding."""
    first, *others = result.findings
    statuses = {each.fingerprint: Status.NEW for each in (*others, *(each for each, _ in result.waived))}
    last = Decision(first.fingerprint, "last.xlsx, row 2", owner="Ada", decision="to fix", due=date(2027, 1, 31))
    gone = Decision(
        "0" * 16, "", check="FW112", device="edge", rule="ssh", message="ssh answered", fixed_on=date(2026, 1, 1)
    )
    past = (Past(gone, Status.FIXED, "not found since 2026-01-01"),)
    follow_up = FollowUp(
        "last.xlsx", {first.fingerprint: Status.OPEN} | statuses, {first.fingerprint: last}, past, ("a note",)
    )
    return replace(result, follow_up=follow_up)
