"""What is wrong between baselines and site: servers in the wrong zone, contradictions, devices without an export."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

import parsers
from auditor.audit import audit
from auditor.baseline import load_ruleset, load_site
from auditor.findings.finding import Finding, Severity
from tests.fortios import head, route

BACKUP = (
    head()
    + route(2, "10.0.20.2", "dmz", "10.0.30.0 255.255.255.0")
    + route(3, "203.0.113.7", "wan1", "10.0.40.0 255.255.255.0")
)
SITE = """schema: fwsite/1
id: test
baselines: [{use: exchange-2010}]
devices:
  fgt: {type: fortigate, zones: {internet: [wan1], perimeter: [dmz], internal: [lan]}}
bindings:
  client_access: [{address: 10.0.10.21}]
"""
HOUSE = """schema: fwbaseline/1
id: house
title: House rules
version: 1.0.0
status: stable
sources: {rules: {title: House rules}}
zones: {internet: {trust: untrusted}}
roles: {client_access: {title: web server}}
services: {web: [tcp/80, tcp/443]}
flows: []
forbidden:
  - {id: NO-WEB, from: {zone: internet}, to: {role: client_access}, service: web, severity: high, cite: [rules]}
"""


@pytest.fixture
def run(tmp_path: Path):  # type: ignore[no-untyped-def]
    def _run(site: str, *rulesets: Path | str) -> list[Finding]:
        path = tmp_path / "site.yaml"
        path.write_text(site, encoding="utf-8")
        named = tuple(load_ruleset(name) for name in rulesets or ("exchange-2010",))
        firewalls = parsers.read(BACKUP.encode(), "fgt.conf")
        return list(audit(firewalls, named, load_site(path), datetime(2026, 11, 24, 12)).findings)

    return _run


def _of(findings: list[Finding], check: str) -> list[Finding]:
    return [finding for finding in findings if finding.check == check]


@pytest.mark.parametrize("address", ["10.0.20.21", "10.0.30.21"])  # connected, and routed through the perimeter
def test_client_access_in_the_perimeter_is_unsupported(run, address: str) -> None:  # type: ignore[no-untyped-def]
    (finding,) = _of(run(SITE.replace("10.0.10.21", address)), "FW119")
    assert (finding.severity, finding.device) == (Severity.MEDIUM, "fgt")
    assert f"Client Access server {address} stands in zone perimeter" in finding.message
    assert finding.citation == ("ms-support", "ms-perimeter")


# inside; behind the default route alone; a private network behind a further router at the Internet's interface
@pytest.mark.parametrize("address", ["10.0.10.21", "10.99.0.21", "10.0.40.21"])
def test_client_access_elsewhere_is_in_order(run, address: str) -> None:  # type: ignore[no-untyped-def]
    assert _of(run(SITE.replace("10.0.10.21", address)), "FW119") == []


def test_an_edge_inside_is_a_lesser_matter(run) -> None:  # type: ignore[no-untyped-def]
    (finding,) = _of(run(f"{SITE}  edge_transport: [{{address: 10.0.10.5}}]\n"), "FW119")
    assert finding.severity is Severity.LOW


def test_networks_of_the_site_file_say_where_a_server_stands(run) -> None:  # type: ignore[no-untyped-def]
    stated = f'{SITE}networks: {{perimeter: "10.99.0.0/16"}}\n'.replace("10.0.10.21", "10.99.0.21")
    (finding,) = _of(run(stated), "FW119")
    assert "zone perimeter" in finding.message


def test_what_one_baseline_requires_and_another_forbids_is_a_conflict(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    house = tmp_path / "house.yaml"
    house.write_text(HOUSE, encoding="utf-8")
    found = {finding.flow: finding for finding in _of(run(SITE, "exchange-2010", house), "FW120")}
    required = found["EAS-HTTPS, NO-WEB"]
    assert required.severity is Severity.MEDIUM
    assert "exchange-2010 requires EAS-HTTPS, and house forbids it as NO-WEB: tcp/443" in required.message
    assert found["EAS-HTTP, NO-WEB"].severity is Severity.INFO
    assert not any(flow.startswith("POP3") for flow in found)  # not offered here


def test_a_condition_settles_a_conflict(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    house = tmp_path / "house.yaml"
    house.write_text(HOUSE, encoding="utf-8")
    answers = ", ".join(f"publish_{name}: false" for name in ("eas", "owa", "outlook_anywhere"))
    settled = SITE.replace("{use: exchange-2010}", f"{{use: exchange-2010, conditions: {{{answers}}}}}")
    assert _of(run(settled, "exchange-2010", house), "FW120") == []


def test_one_baseline_alone_contradicts_nobody(run) -> None:  # type: ignore[no-untyped-def]
    assert _of(run(SITE), "FW120") == []


def test_a_device_that_is_left_out_is_said(run) -> None:  # type: ignore[no-untyped-def]
    (finding,) = _of(run(SITE.replace("devices:\n", "devices:\n  branch: {type: fortigate}\n")), "FW121")
    assert (finding.device, finding.severity) == ("branch", Severity.INFO)


def test_a_device_that_is_nearly_called_so_is_a_likely_mistake(run) -> None:  # type: ignore[no-untyped-def]
    (finding,) = _of(run(SITE.replace("  fgt:", "  fgt1:")), "FW121")
    assert finding.severity is Severity.MEDIUM
    assert "The export fgt has almost this name" in finding.message
    assert finding.origin is not None
    assert finding.origin.first_line == 5
