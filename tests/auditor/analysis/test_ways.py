"""Several firewalls: one behind the other, side by side, joined by a VDOM link, and where the exports leave it open."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import parsers
from auditor.analysis.analysis import Analysis
from auditor.audit import audit
from auditor.baseline import bind, load_ruleset, load_site
from auditor.commands.question import parse_question
from auditor.findings.finding import Severity
from auditor.findings.result import AuditResult, CoverageState
from parsers.model.firewall import Firewall
from tests.auditor.analysis import boxes

NOW = datetime(2026, 11, 24, 12)
VDOMS = Path(__file__).parents[3] / "samples" / "two-vdoms"
DEFAULT = "0.0.0.0 0.0.0.0"


def read(**files: bytes) -> tuple[Firewall, ...]:
    return tuple(each for name, data in files.items() for each in parsers.read(data, f"{name}.conf"))


def site(tmp_path: Path, devices: str, bindings: str = "client_access: [{address: 10.0.10.21}]") -> Path:
    path = tmp_path / "site.yaml"
    roles = "hub_transport, mailbox, edge_transport, unified_messaging, domain_controller".split(", ")
    absent = ", ".join(role for role in roles if f"{role}:" not in bindings)
    path.write_text(
        "schema: fwsite/1\nid: t\n"
        'baselines: [{use: exchange-2010, set: {rpc_dynamic: "6005-65534"}}]\n'
        f"devices:\n{devices}\nbindings: {{{bindings}}}\nnot_deployed: [{absent}]\n",
        encoding="utf-8",
    )
    return path


def judged(firewalls: tuple[Firewall, ...], path: Path) -> AuditResult:
    return audit(firewalls, (load_ruleset("exchange-2010"),), load_site(path), NOW)


def row(result: AuditResult, flow: str):  # type: ignore[no-untyped-def]
    (found,) = [each for each in result.coverage if each.flow == flow]
    return found


def traced(firewalls: tuple[Firewall, ...], path: Path, start: str, target: str, port: str, source: str = ""):  # type: ignore[no-untyped-def]
    loaded = load_site(path)
    question = parse_question(start, target, port, source)
    bound = (bind(load_ruleset("exchange-2010"), loaded, firewalls),)
    return Analysis(firewalls, bound, loaded, NOW, (question.service,)).trace(question)


# --- two VDOMs of one FortiGate


def vdoms() -> tuple[Firewall, ...]:
    return parsers.read_all([VDOMS / "fgt-larkspur.conf"])


def test_a_vdom_link_is_followed_from_the_internet_to_the_server() -> None:
    result = judged(vdoms(), VDOMS / "site.yaml")
    web = row(result, "EAS-HTTPS")
    assert web.state is CoverageState.SATISFIED
    assert web.rules == ("fgt-larkspur/root 1", "fgt-larkspur/servers 1")
    mail = row(result, "INTERNET-HUB")
    assert mail.state is CoverageState.MISSING
    assert "closed at fgt-larkspur/servers" in mail.missing


def test_what_both_vdoms_open_is_one_finding_with_both_rules() -> None:
    result = judged(vdoms(), VDOMS / "site.yaml")
    (finding,) = [each for each in result.findings if each.check == "FW102"]
    assert (finding.device, finding.severity) == ("fgt-larkspur/root", Severity.CRITICAL)
    assert [each.device for each in finding.related] == ["fgt-larkspur/servers"]
    assert "3389" in finding.packets


def test_exposure_is_what_passes_both_vdoms() -> None:
    (exposure,) = judged(vdoms(), VDOMS / "site.yaml").exposures
    assert (exposure.device, exposure.services) == ("fgt-larkspur/root", "tcp/443,3389")
    assert exposure.rules == ("1", "fgt-larkspur/servers 1")


def test_a_trace_crosses_the_link_both_ways() -> None:
    files, path = vdoms(), VDOMS / "site.yaml"
    inward = traced(files, path, "internet", "203.0.113.70", "tcp/443")
    assert [step.device for step in inward.steps] == ["fgt-larkspur/root", "fgt-larkspur/servers"]
    assert inward.outcome.value == "allowed"
    assert traced(files, path, "internet", "203.0.113.70", "tcp/25").outcome.value == "blocked"
    outward = traced(files, path, "srv", "198.51.100.25", "tcp/25", "10.0.10.21")
    assert [step.device for step in outward.steps] == ["fgt-larkspur/servers", "fgt-larkspur/root"]
    assert outward.outcome.value == "allowed"


# --- one behind the other, both translate


OUTER = boxes.fortigate(
    "outer",
    {"wan": "203.0.113.2 255.255.255.0", "transfer": "10.255.0.1 255.255.255.252"},
    [(DEFAULT, "wan")],
    [("wan", "transfer", "all", "to-inner", "8443")],
    {"to-inner": ("203.0.113.10", "10.255.0.2", "443>8443")},
)


def inner(port: str = "8443>443") -> bytes:
    return boxes.fortigate(  # type: ignore[no-any-return]
        "inner",
        {"up": "10.255.0.2 255.255.255.252", "srv": "10.0.10.1 255.255.255.0"},
        [(DEFAULT, "up")],
        [("up", "srv", "all", "web", port.partition(">")[2])],
        {"web": ("10.255.0.2", "10.0.10.21", port)},
    )


CHAIN = """  outer: {type: fortigate, zones: {internet: [wan]}}
  inner: {type: fortigate, zones: {internal: [srv]}}"""


def test_a_port_translated_twice_is_followed_to_the_server(tmp_path: Path) -> None:
    files = read(outer=OUTER, inner=inner())
    path = site(tmp_path, CHAIN)
    web = row(judged(files, path), "EAS-HTTPS")
    assert web.state is CoverageState.SATISFIED
    assert set(web.rules) == {"outer 1", "inner 1"}
    assert traced(files, path, "internet", "203.0.113.10", "tcp/443").outcome.value == "allowed"


def test_a_port_the_outer_firewall_does_not_hand_on_is_closed_there(tmp_path: Path) -> None:
    files = read(outer=OUTER, inner=inner("9443>443"))
    web = row(judged(files, site(tmp_path, CHAIN)), "EAS-HTTPS")
    assert web.state in (CoverageState.MISSING, CoverageState.NOT_PUBLISHED)
    assert "closed at outer" in web.missing


def test_the_order_of_the_files_does_not_matter(tmp_path: Path) -> None:
    path = site(tmp_path, CHAIN)
    one = judged(read(outer=OUTER, inner=inner()), path)
    other = judged(read(inner=inner(), outer=OUTER), path)
    assert [each.state for each in one.coverage] == [each.state for each in other.coverage]
    assert {each.fingerprint for each in one.findings} == {each.fingerprint for each in other.findings}


# --- side by side: headquarters and a branch, a tunnel between them


def headquarters(service: str = "443") -> bytes:
    return boxes.fortigate(  # type: ignore[no-any-return]
        "hq",
        {"wan": "203.0.113.2 255.255.255.0", "srv": "10.0.10.1 255.255.255.0", "to-branch": "0.0.0.0 0.0.0.0"},
        [(DEFAULT, "wan"), ("10.9.0.0 255.255.0.0", "to-branch")],
        [("wan", "srv", "all", "web", service)],
        {"web": ("203.0.113.10", "10.0.10.21", "")},
        tunnels=("to-branch",),
    )


BRANCH = boxes.fortigate(
    "branch",
    {"wan": "198.51.100.2 255.255.255.0", "lan": "10.9.1.1 255.255.255.0", "to-hq": "0.0.0.0 0.0.0.0"},
    [(DEFAULT, "wan"), ("10.0.0.0 255.255.0.0", "to-hq")],
    [("lan", "to-hq", "all", "all", "443")],
    tunnels=("to-hq",),
)
SIDES = """  hq: {type: fortigate, zones: {internet: [wan], internal: [srv, to-branch]}}
  branch: {type: fortigate, zones: {internet: [wan], internal: [lan, to-hq]}}"""


def test_another_sites_firewall_blocks_nothing_here(tmp_path: Path) -> None:
    web = row(judged(read(hq=headquarters(), branch=BRANCH), site(tmp_path, SIDES)), "EAS-HTTPS")
    assert web.state is CoverageState.SATISFIED
    assert web.device == "hq"


def test_another_sites_firewall_is_not_credited_with_stopping_what_is_open_here(tmp_path: Path) -> None:
    result = judged(read(hq=headquarters("443 3389"), branch=BRANCH), site(tmp_path, SIDES))
    (finding,) = [each for each in result.findings if each.check == "FW102" and "3389" in each.packets]
    assert finding.severity is Severity.CRITICAL
    assert "stops all of it" not in finding.message


def test_a_trace_to_a_published_address_asks_the_firewall_that_has_it(tmp_path: Path) -> None:
    files, path = read(branch=BRANCH, hq=headquarters()), site(tmp_path, SIDES)
    answer = traced(files, path, "internet", "203.0.113.10", "tcp/443")
    assert [step.device for step in answer.steps] == ["hq"]
    assert answer.outcome.value == "allowed"


# --- no firewall between, and an unknown place


def test_two_servers_in_one_network_are_not_observable(tmp_path: Path) -> None:
    bindings = "client_access: [{address: 10.0.10.21}], mailbox: [{address: 10.0.10.31}]"
    result = judged(read(hq=headquarters(), branch=BRANCH), site(tmp_path, SIDES, bindings))
    assert row(result, "CAS-MBX").state is CoverageState.NOT_OBSERVABLE


def test_firewalls_whose_place_is_unknown_must_all_let_a_flow_through(tmp_path: Path) -> None:
    one = boxes.fortigate(
        "one",
        {"wan": "10.1.1.1 255.255.255.0", "in": "10.2.1.1 255.255.255.0"},
        [],
        [("wan", "in", "all", "all", "443")],
    )
    two = boxes.fortigate("two", {"up": "10.3.1.1 255.255.255.0", "down": "10.4.1.1 255.255.255.0"}, [], [])
    path = site(
        tmp_path,
        "  one: {type: fortigate, zones: {internet: [wan], internal: [in]}}\n"
        "  two: {type: fortigate, zones: {internet: [up], internal: [down]}}",
    )
    web = row(judged(read(one=one, two=two), path), "EAS-HTTPS")
    assert web.state in (CoverageState.MISSING, CoverageState.NOT_PUBLISHED)
    assert "closed at two" in web.missing


# --- more ways than anybody can follow


def test_firewalls_that_all_meet_each_other_are_not_judged(tmp_path: Path) -> None:
    """Six firewalls without routes in four common networks: which way packets take, nothing says."""
    nets = range(1, 5)
    walls = {f"w{n}": boxes.fortigate(f"w{n}", {f"port{net}": f"10.{net}.0.{n}/24" for net in nets}) for n in range(6)}
    devices = "".join(f"  {name}: {{type: fortigate, zones: {{internal: [port1]}}}}\n" for name in walls)
    roles = "client_access: [{address: 10.50.0.1}], mailbox: [{address: 10.60.0.1}]"
    result = judged(read(**walls), site(tmp_path, devices, roles))
    (gap,) = [each for each in result.gaps if each.path == "zones"]
    assert gap.what.startswith("more ways than can be followed lead from client_access 10.50.0.1 to ")
    assert gap.hides_access
