"""Windows rules of Exchange setup are recognised by ports and program; roles are told from the rules present."""

from __future__ import annotations

from dataclasses import replace

import pytest

import parsers
from auditor.baseline import HostRule, KnownHostRules, infer_site, load_ruleset
from parsers.model.addresses import AddressSet
from parsers.model.bounds import Bounded
from parsers.model.rule import Rule, Scope, ScopeKind

SETUP = load_ruleset("exchange-2010").host_rules
BIN = "C:\\Program Files\\Microsoft\\Exchange Server\\V14\\"
KEY = r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy\FirewallRules"
UNKNOWN = Scope(ScopeKind.UNKNOWN)


def read(*rules: tuple[str, tuple[str, ...], str]) -> tuple[Rule, ...]:
    """The inbound rules of a registry text from (name, ports, program)."""
    lines = ["Windows Registry Editor Version 5.00", "", f"[{KEY}]"]
    for number, (name, ports, program) in enumerate(rules):
        tokens = [f"LPort={port}" for port in ports if port != "any"]
        if program:
            whole = program if ":" in program or program == "System" else BIN + program
            tokens.append("App=" + whole.replace("\\", "\\\\"))
        lines.append(f'"{number}"="v2.10|Action=Allow|Active=TRUE|Dir=In|Protocol=6|{"|".join(tokens)}|Name={name}|"')
    (firewall,) = parsers.read("\n".join(lines).encode("utf-16"), "EX01.reg")
    return tuple(rule for rule in firewall.lists[0].rules if not rule.implicit)


def as_written(known: HostRule, name: str = "") -> tuple[str, tuple[str, ...], str]:
    return name or known.name, known.ports, known.program


def known_as(*rules: tuple[str, tuple[str, ...], str]) -> list[str]:
    found = read(*rules)
    table = KnownHostRules(SETUP, found)
    return [known.id if (known := table.recognise(rule)) else "" for rule in found]


def test_the_whole_table_is_recognised_by_its_own_names() -> None:
    assert known_as(*(as_written(each) for each in SETUP)) == [each.id for each in SETUP]


SHARED = ("W12", "W16")
"""w3wp.exe and svchost.exe: many products run in them, so there the name must help."""


def test_names_may_say_anything_where_the_program_and_ports_are_the_products_own() -> None:
    bound = [each for each in SETUP if each.program and each.id not in SHARED]
    found = known_as(*(as_written(each, f"règle {each.id}") for each in bound))
    assert found == [each.id for each in bound]


def test_on_an_exchange_server_a_rule_for_any_program_is_told_by_its_ports() -> None:
    open_ones = [each for each in SETUP if each.gfw and each.ports != ("any",)]
    bound = [as_written(each) for each in SETUP if each.id in ("W45", "W42")]
    found = known_as(*bound, *(as_written(each, f"regel {each.id}") for each in open_ones))
    assert found[2:] == [each.id for each in open_ones]


def test_a_narrowed_copy_is_somebodys_own_rule() -> None:
    server = read(*(as_written(each) for each in SETUP if each.id in ("W45", "W42")), ("copy", ("RPC",), ""))
    senders = Bounded.exactly(AddressSet.network("10.0.10.0/24"))
    found = [*server[:-1], replace(server[-1], source=senders)]
    assert KnownHostRules(SETUP, found).recognise(found[-1]) is None
    assert KnownHostRules(SETUP, server).recognise(server[-1]) is not None


def test_elsewhere_the_same_ports_are_somebody_elses_rule() -> None:
    assert known_as(("SMTP", ("25", "587"), ""), ("RPC", ("RPC",), "")) == ["", ""]


def test_a_rule_for_everything_is_no_sesworker_unless_it_says_so() -> None:
    server = [as_written(each) for each in SETUP if each.id in ("W45", "W42")]
    assert known_as(*server, ("allow all", ("any",), ""))[2] == ""
    assert known_as(("SESWorker (GFW) (TCP-In)", ("any",), "")) == ["W48"]


@pytest.mark.parametrize(
    ("name", "ports", "program", "expected"),
    [
        ("MSExchange - POP3 (FGW) (TCP-In)", ("110", "995"), "", "W09"),  # P40
        ("MSExchangeRPC - PRCEPMap (TCP-In)", ("RPC-EPMap",), "Bin\\Microsoft.Exchange.RpcClientAccess.Service.exe", "W18"),
        ("MSExchangeRPC (GFW) (TCP-In)", ("RPC",), "", "W06"),  # P47: no twin of the next
        ("MSExchangeRPC (TCP-In)", ("6001",), "Bin\\Microsoft.Exchange.RpcClientAccess.Service.exe", "W19"),
        ("MSExchangeIS (GFW) (TCP-In)", ("6001", "6002", "6004", "64327"), "", "W24"),  # another version's ports
        ("MSExchange - OWA (GFW) (TCP eingehend)", ("5075", "5076", "5077"), "", "W11"),  # P63
        ("Remote Event Log (RPC)", ("RPC",), "C:\\Windows\\system32\\svchost.exe", ""),
        ("RpcHttpLBS (TCP-In)", ("RPC",), "C:\\Windows\\System32\\Svchost.exe", "W16"),
    ],
)  # fmt: skip
def test_spellings_versions_and_strangers(name: str, ports: tuple[str, ...], program: str, expected: str) -> None:
    assert known_as((name, ports, program)) == [expected]


def test_where_programs_are_not_printed_only_the_name_tells_the_twins_apart() -> None:
    rules = [replace(rule, program=UNKNOWN, windows_service=UNKNOWN) for rule in read(*(as_written(e) for e in SETUP))]
    table = KnownHostRules(SETUP, rules)
    assert [known.id for rule in rules if (known := table.recognise(rule))] == [each.id for each in SETUP]


ROLES = ("client_access", "hub_transport", "mailbox", "unified_messaging", "edge_transport")


@pytest.mark.parametrize("printed", [True, False])
@pytest.mark.parametrize("roles", [*((role,) for role in ROLES), ("client_access", "hub_transport"), ROLES[:4]])
def test_the_roles_of_a_server_are_told_from_the_rules_its_setup_made(roles: tuple[str, ...], printed: bool) -> None:
    (firewall,) = parsers.read(_server(roles), "EX01.reg")
    if not printed:
        rules = tuple(replace(rule, program=UNKNOWN, windows_service=UNKNOWN) for rule in firewall.lists[0].rules)
        firewall = replace(firewall, lists=(replace(firewall.lists[0], rules=rules), *firewall.lists[1:]))
    notes = infer_site((firewall,), (load_ruleset("exchange-2010"),)).notes
    assert f"EX01: its rules are those of {', '.join(sorted(roles))} servers." in notes


def _server(roles: tuple[str, ...]) -> bytes:
    lines = ["Windows Registry Editor Version 5.00", "", f"[{KEY}]"]
    for each in SETUP:
        if set(each.roles) & set(roles):
            ports = "".join(f"|LPort={port}" for port in each.ports if port != "any")
            program = "|App=" + (BIN + each.program).replace("\\", "\\\\") if each.program else ""
            name = each.name.replace("\\", "\\\\")
            lines.append(f'"{each.id}"="v2.10|Action=Allow|Active=TRUE|Dir=In|Protocol=6{ports}{program}|Name={name}|"')
    return "\n".join(lines).encode("utf-16")


def test_a_stock_server_has_no_exchange_role() -> None:
    stock = ("Remote Event Log (RPC)", ("RPC",), "C:\\Windows\\system32\\svchost.exe"), ("Web", ("80",), "System")
    assert known_as(*stock) == ["", ""]
