"""Site files: mistakes by line, writing and reading back, and what binding makes of them."""

from dataclasses import replace
from pathlib import Path

import pytest

from auditor.baseline import (
    Binding,
    RulesetError,
    Site,
    SiteDevice,
    SiteException,
    Use,
    absent_devices,
    bind,
    check_words,
    infer_site,
    load_ruleset,
    load_site,
    site_yaml,
)
from auditor.findings.finding import Severity
from auditor.findings.result import CoverageState
from parsers.model.addresses import PUBLIC, AddressSet
from parsers.model.bounds import Bounded
from parsers.model.firewall import Firewall, Interface, Mapping, NamedObject, Route, Translation
from parsers.model.intervals import IntervalSet
from parsers.model.origin import Origin
from parsers.model.services import ServiceSet

HERE = Origin("fgt.conf", 1, 1, "system interface", "x")
NET = AddressSet.network


def _interface(name: str, network: str, own: str) -> Interface:
    return Interface(name, HERE, own=NET(own), networks=NET(network))


WALL = Firewall(
    name="fgt",
    vendor="fortigate",
    product="",
    version="",
    sources=(),
    lists=(),
    interfaces=(
        _interface("port1", "198.51.100.0/24", "198.51.100.2"),
        _interface("port2", "10.0.10.0/24", "10.0.10.1"),
    ),
    routes=(
        Route(NET("0.0.0.0/0"), "port1", 10, HERE),
        Route(NET("10.0.10.0/24"), "port2", 0, HERE, connected=True),
    ),
    objects=(
        NamedObject("address", "srv-0031", HERE, addresses=NET("10.0.10.31")),
        NamedObject("address", "cloud", HERE),
    ),
)
GOOD = """schema: fwsite/1
id: here
baselines:
  - use: exchange-2010
    set: {rpc_dynamic: "6005-65534"}
    conditions: {publish_pop3: true}
devices:
  fgt:
    type: fortigate
    zones: {internet: [port1], internal: [port2]}
bindings:
  client_access: [{address: 10.0.10.21, public: 198.51.100.10}]
  mailbox: [{address: 10.0.10.31}, {address: 10.0.10.32}]
not_deployed: [unified_messaging, edge_transport]
exceptions:
  - {id: E1, finding: {check: FW001}, reason: r, owner: o, expires: 2027-03-31}
"""


def _site(tmp_path: Path, text: str = GOOD) -> Site:
    path = tmp_path / "site.yaml"
    path.write_text(text, encoding="utf-8")
    return load_site(path)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("fwsite/1", "fwsite/2", "site.yaml:1: schema: expected schema fwsite/1"),
        ("not_deployed", "not_deploied", "unknown key 'not_deploied', did you mean 'not_deployed'?"),
        ("type: fortigate", "type: fortigat", "site.yaml:9: devices.fgt.type: unknown type 'fortigat'"),
        ('"6005-65534"', "6005", "site.yaml:5: baselines[0].set.rpc_dynamic: expected text"),
        ("publish_pop3: true", "publish_pop3: on", "site.yaml:6: baselines[0].conditions.publish_pop3: expected true"),
        ("publish_pop3: true", "publish_pop3: yes", "site.yaml:6: baselines[0].conditions.publish_pop3: expected true"),
        ("10.0.10.21", "10.0.10.321", "site.yaml:12: bindings.client_access[0].address: not an IP address"),
        ("{address: 10.0.10.31}", "{public: 10.0.10.31}", "bindings.mailbox[0]: expected an address or an object"),
        ("{check: FW001}", "{}", "an exception without any selector would hide every finding"),
        ("2027-03-31", "2027-02-31", "exceptions[0].expires: not a day"),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, old: str, new: str, said: str) -> None:
    with pytest.raises(RulesetError) as caught:
        _site(tmp_path, GOOD.replace(old, new, 1))
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("publish_pop3", "publish_pop", "site.yaml:6: baselines[0].conditions.publish_pop: exchange-2010 has no condition"),
        ("rpc_dynamic", "rpc_dynamc", "site.yaml:5: baselines[0].set.rpc_dynamc: exchange-2010 has no variable"),
        ("publish_pop3: true", "publish_pop3: maybe", "publish_pop3: expected true or false, found 'maybe'"),
        ("publish_pop3: true", "um_startup_mode: both", "um_startup_mode: unknown answer 'both'; known are dual, tcp, tls"),
        ("publish_pop3: true", "um_startup_mode: true", "um_startup_mode: unknown answer 'true'"),
        ("conditions: {publish_pop3: true}", "severity: {NO-RCP: low}", "site.yaml:6: baselines[0].severity.NO-RCP: exchange-2010 has no flow or opening 'NO-RCP', did you mean 'NO-RPC'?"),
        ("conditions: {publish_pop3: true}", "severity: {EAS-HTTP: low}", "EAS-HTTP is not required"),
        ("{address: 10.0.10.31}", "{object: {device: fgt, name: srv-0032}}", "site.yaml:13: bindings.mailbox[0].object: device 'fgt' has no address object 'srv-0032', did you mean 'srv-0031'?"),
        ("{address: 10.0.10.31}", "{object: {device: fgt, name: cloud}}", "object 'cloud' of fgt has no fixed address in the export"),
        ("{address: 10.0.10.31}", "{object: {device: fgtt, name: x}}", "no export and no entry under devices is called 'fgtt', did you mean 'fgt'?"),
        ("[port1]", "[prot1]", "device 'fgt' has no interface or zone 'prot1', did you mean 'port1'?"),
    ],
)  # fmt: skip
def test_binding_refuses_words_the_ruleset_or_export_does_not_have(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    with pytest.raises(RulesetError) as caught:
        bind(load_ruleset("exchange-2010"), _site(tmp_path, GOOD.replace(old, new, 1)), (WALL,))
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("client_access:", "client_acess:", "site.yaml:12: bindings.client_acess: no ruleset in use has the role"),
        ("edge_transport]", "edge_transprt]", "site.yaml:14: not_deployed: no ruleset in use has the role"),
        ("internal:", "intrnal:", "site.yaml:10: devices.fgt.zones.intrnal: no ruleset in use has the zone"),
    ],
)
def test_roles_and_zones_of_no_ruleset_are_refused(tmp_path: Path, old: str, new: str, said: str) -> None:
    with pytest.raises(RulesetError) as caught:
        check_words(_site(tmp_path, GOOD.replace(old, new, 1)), (load_ruleset("exchange-2010"),))
    assert said in str(caught.value)


def test_a_full_site_reads_back_equal(tmp_path: Path) -> None:
    first = Site(
        id="on",
        baselines=(
            Use("exchange-2010", {"rpc_dynamic": IntervalSet.of((6005, 7000), (9, 9))}, {"dag": False, "um_startup_mode": "tls"}, {"A-B": Severity.LOW}),
        ),
        devices={
            "fgt: #1": SiteDevice("fortigate", "root", {"internet": ("wan1", "a\tb", 'say "x"', "no", "1e3")}),
            "ex01": SiteDevice("windows", profile="domain", host=NET("10.0.10.21")),
        },
        bindings={
            "mailbox": (
                Binding(NET("10.0.10.0/31") | NET("10.0.10.9"), NET("2001:db8::1"), "ex01"),
                Binding(object_of=("fgt: #1", "DC's")),
            )
        },
        not_deployed=("ocs",),
        networks={"internal": NET("10.0.0.0/8")},
        resolve={"fqdn:a.example": NET("192.0.2.1"), "object:x y": NET("192.0.2.2")},
        exceptions=(SiteException("E1", {"check": "FW001", "rule": "17"}, "until: then", "o", "2027-03-31", "CHG-1"),),
        reviewed="2026-11-24",
    )  # fmt: skip
    again = _site(tmp_path, site_yaml(first))
    for name in ("id", "baselines", "not_deployed", "networks", "resolve", "exceptions", "reviewed"):
        assert getattr(again, name) == getattr(first, name), name
    assert [each.zones for each in again.devices.values()] == [each.zones for each in first.devices.values()]
    assert again.devices["ex01"].host == first.devices["ex01"].host
    pairs = zip(again.bindings["mailbox"], first.bindings["mailbox"], strict=True)
    assert all(
        (one.address, one.public, one.device, one.object_of) == (two.address, two.public, two.device, two.object_of)
        for one, two in pairs
    )


def test_the_internet_is_public_space_without_what_is_ours(tmp_path: Path) -> None:
    bound = bind(load_ruleset("exchange-2010"), _site(tmp_path), (WALL,))
    (internet,) = bound.ends["internet"]
    assert internet.addresses <= PUBLIC
    assert not internet.addresses.overlaps(NET("198.51.100.2"))
    assert internet.interfaces == {"fgt": frozenset({"port1"})}


def test_states_that_are_known_before_any_rule(tmp_path: Path) -> None:
    bound = bind(load_ruleset("exchange-2010"), _site(tmp_path), (WALL,))
    presets = {each.flow.id: (each.preset, each.question) for each in bound.flows}
    assert presets["EAS-HTTPS"] == (None, "")
    assert presets["POP3-SSL"][0] is None
    assert presets["IMAP4-SSL"][0] is CoverageState.NOT_APPLICABLE  # the default answer is no
    assert presets["EDGESYNC"][0] is CoverageState.NOT_APPLICABLE  # not deployed
    state, question = presets["HUB-AD"]
    assert state is CoverageState.CANNOT_TELL
    assert "bindings.hub_transport" in question


def test_an_unset_variable_is_asked_for(tmp_path: Path) -> None:
    text = GOOD.replace('    set: {rpc_dynamic: "6005-65534"}\n', "")
    bound = bind(load_ruleset("exchange-2010"), _site(tmp_path, text), (WALL,))
    flow = next(each for each in bound.flows if each.flow.id == "CAS-MBX")
    assert (flow.preset, flow.service) == (CoverageState.CANNOT_TELL, None)
    assert "set.rpc_dynamic" in flow.question
    assert "49152-65535" in flow.question


def test_a_choice_requires_what_its_answer_needs(tmp_path: Path) -> None:
    """Trap P29: 5060 or 5061 or both, by the startup mode."""
    text = GOOD.replace("publish_pop3: true", "um: true, um_startup_mode: tls").replace("unified_messaging, ", "")
    bound = bind(load_ruleset("exchange-2010"), _site(tmp_path, text), (WALL,))
    states = {each.flow.id: each.preset for each in bound.flows if each.flow.id.startswith("CAS-UM")}
    assert states["CAS-UM-PLAIN"] is CoverageState.NOT_APPLICABLE
    assert states["CAS-UM-SECURED"] is CoverageState.CANNOT_TELL  # no address of Unified Messaging
    unanswered = text.replace(", um_startup_mode: tls", "")
    bound = bind(load_ruleset("exchange-2010"), _site(tmp_path, unanswered), (WALL,))
    (flow,) = {each.question for each in bound.flows if each.flow.id == "CAS-UM-PLAIN"}
    assert "tcp or tls or dual: answer it under conditions.um_startup_mode" in flow


def test_an_object_binds_its_address(tmp_path: Path) -> None:
    text = GOOD.replace("{address: 10.0.10.31}", "{object: {device: fgt, name: srv-0031}}")
    bound = bind(load_ruleset("exchange-2010"), _site(tmp_path, text), (WALL,))
    assert bound.ends["mailbox"][0].addresses == NET("10.0.10.31")


def test_an_object_of_a_device_that_is_left_out_is_asked_for(tmp_path: Path) -> None:
    text = GOOD.replace("{address: 10.0.10.31}", "{object: {device: fgt2, name: mbx}}")
    text = text.replace("devices:\n", "devices:\n  fgt2: {type: fortigate}\n")
    bound = bind(load_ruleset("exchange-2010"), _site(tmp_path, text), (WALL,))
    questions = {each.question for each in bound.flows if each.flow.id == "CAS-MBX"}
    assert any("object 'mbx'? (the export of fgt2 is not part of the audit)" in text for text in questions)


def test_severities_of_the_site_replace_those_of_the_ruleset(tmp_path: Path) -> None:
    text = GOOD.replace(
        "conditions: {", "severity: {EAS-HTTPS: critical, NO-RPC: low, CW-INTERNET: info}\n    conditions: {"
    )
    bound = bind(load_ruleset("exchange-2010"), _site(tmp_path, text), (WALL,))
    assert {each.flow.if_missing for each in bound.flows if each.flow.id == "EAS-HTTPS"} == {Severity.CRITICAL}
    banned = [each.rule.severity for each in bound.forbidden if each.rule.id == "NO-RPC"]
    assert banned
    assert set(banned) == {(("default", Severity.LOW),)}
    assert {each.rule.severity for each in bound.closed_world if each.rule.id == "CW-INTERNET"} == {Severity.INFO}


def test_a_device_without_an_export_is_told_from_a_typing_error(tmp_path: Path) -> None:
    text = GOOD.replace("  fgt:", "  branch: {type: fortigate}\n  fgt-hq:")
    absent = list(absent_devices(_site(tmp_path, text), (replace(WALL, name="fgt-hq1"),)))
    assert [(name, near) for name, near, _ in absent] == [("branch", ""), ("fgt-hq", "fgt-hq1")]
    assert [line for *_, line in absent] == [8, 10]


def test_what_another_role_of_the_same_server_documents_is_not_forbidden(tmp_path: Path) -> None:
    text = GOOD.replace("bindings:\n", "bindings:\n  hub_transport: [{address: 10.0.10.31}]\n")
    bound = bind(load_ruleset("exchange-2010"), _site(tmp_path, text), (WALL,))
    anything = {
        each.service
        for each in bound.forbidden
        if each.rule.id == "NO-MAILBOX" and each.destination.addresses == NET("10.0.10.31")
    }
    assert not any(service.overlaps(ServiceSet.parse("tcp/25")) for service in anything)


def test_a_server_with_two_roles_sends_itself_nothing(tmp_path: Path) -> None:
    """Trap P16."""
    text = GOOD.replace("bindings:\n", "bindings:\n  hub_transport: [{address: 10.0.10.31}]\n")
    bound = bind(load_ruleset("exchange-2010"), _site(tmp_path, text), (WALL,))
    pairs = [each.source.addresses for each in bound.flows if each.flow.id == "MBX-HUB"]
    assert pairs == [NET("10.0.10.32")]


def _published(port: str, server: str) -> Firewall:
    target = Bounded.exactly(NET(server))
    mapping = Mapping(NET("198.51.100.10"), ServiceSet.parse(port), target, ServiceSet.parse(port))
    return replace(WALL, translations=(Translation("v1", HERE, (mapping,), Bounded.exactly(PUBLIC)),))


def test_zones_are_inferred_from_the_default_route() -> None:
    inference = infer_site((WALL,), (load_ruleset("exchange-2010"),))
    assert inference.site.devices["fgt"].zones == {"internet": ("port1",), "internal": ("port2",)}
    assert any("port1 faces the Internet, because the default route" in note for note in inference.notes)


def test_nothing_published_leaves_every_role_unbound() -> None:
    inference = infer_site((WALL,), (load_ruleset("exchange-2010"),))
    assert inference.site.bindings == {}


def test_an_inferred_site_reads_back_equal(tmp_path: Path) -> None:
    site = infer_site((WALL,), (load_ruleset("exchange-2010"),)).site
    again = _site(tmp_path, site_yaml(site))
    assert (again.id, again.baselines, again.bindings) == (site.id, site.baselines, site.bindings)
    assert {name: each.zones for name, each in again.devices.items()} == {
        name: each.zones for name, each in site.devices.items()
    }


def test_a_translation_without_a_policy_publishes_nothing() -> None:
    inference = infer_site((_published("tcp/443", "10.0.10.21"),), (load_ruleset("exchange-2010"),))
    assert "client_access" not in inference.site.bindings


def test_a_zone_that_no_device_has_is_asked_for_and_holds_nothing(tmp_path: Path) -> None:
    path = tmp_path / "site.yaml"
    path.write_text(
        "schema: fwsite/1\nid: t\nbaselines: [{use: exchange-2010}]\n"
        "devices: {fgt: {type: fortigate, zones: {internet: [port1], internal: [port2]}}}\n",
        encoding="utf-8",
    )
    bound = bind(load_ruleset("exchange-2010"), load_site(path), (WALL,))
    (perimeter,) = bound.ends["perimeter"]
    assert not perimeter.addresses
    assert "devices.NAME.zones.perimeter" in perimeter.why
    assert not [each for each in bound.forbidden if each.source.name == "perimeter"]
