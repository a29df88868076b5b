"""The Exchange 2010 ruleset against its source: counts, rows, twins, and the questions of a reader."""

import csv
import re
from collections import Counter
from pathlib import Path

import pytest

from auditor.baseline import Ruleset, available_rulesets, load_ruleset
from parsers.model.services import ServiceSet

ROOT = Path(__file__).parents[2]
SEED = ROOT / ".." / "shared" / "seed" / "exchange-2010-network-ports.txt"
PATH = re.compile(r"[TMCU]\d\d")


@pytest.fixture(scope="module")
def ruleset() -> Ruleset:
    return load_ruleset("exchange-2010")


@pytest.fixture(scope="module")
def rows() -> list[dict[str, str]]:
    with (ROOT / "rulesets" / "baselines" / "exchange-2010.rows.tsv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, delimiter="\t"))


@pytest.mark.parametrize("name", available_rulesets())
def test_every_shipped_ruleset_loads(name: str) -> None:
    assert load_ruleset(name).id == name


def test_data_paths_of_the_four_tables(rows: list[dict[str, str]]) -> None:
    tables = Counter(row["row"][0] for row in rows if PATH.fullmatch(row["row"]))
    assert tables == {"T": 11, "M": 18, "C": 18, "U": 7}


def test_ports_of_the_cells_and_of_the_notes(rows: list[dict[str, str]]) -> None:
    """120 in the cells, 33 different ones, 24 more from the notes ("tcp/dynamic" is one, 5075-5077 another)."""
    paths = [row for row in rows if PATH.fullmatch(row["row"])]
    cells = [port for row in paths for port in row["ports"].split()]
    added = [port for row in paths for port in row["added"].split()]
    assert (len(cells), len(set(cells)), len(cells) + len(added)) == (120, 33, 144)
    assert len({row["text"].split(" | ")[1] for row in paths}) == 24


def test_what_the_notes_add(rows: list[dict[str, str]]) -> None:
    """Traps P08, P10, P21: dynamic endpoints for every row with the mapper, the mapper where only "RPC" stands."""
    for row in rows:
        ports = row["ports"].split() + row["added"].split()
        assert ("tcp/135" in ports) <= ("tcp/dynamic" in ports), row["row"]
        assert bool(row["added"]) == bool(row["by"]), row["row"]
    added = {row["row"]: row["added"] for row in rows}
    assert added["C12"] == "tcp/135 tcp/dynamic"
    assert added["U05"] == "tcp/135"
    assert added["M05"] == "tcp/dynamic udp/3343"


def test_every_port_of_a_row_is_in_a_flow_that_cites_it(ruleset: Ruleset, rows: list[dict[str, str]]) -> None:
    """Nothing is lost between a cell and the flows it became (C10's dynamic port is the pool U02 names)."""
    for row in rows:
        cite = f"seed:{row['row']}"
        if not PATH.fullmatch(row["row"]) or cite in ruleset.no_flow:
            continue
        terms = [
            port.text.replace("$dag_replication_port", "64327")
            for flow in ruleset.flows
            if cite in flow.cite
            for name in flow.services
            for port in ruleset.services[name]
        ]
        fixed = ServiceSet.union(ServiceSet.parse(term) for term in terms if "$" not in term)
        for port in (*row["ports"].split(), *row["added"].split()):
            if port == "tcp/dynamic":
                assert {"tcp/$rpc_dynamic", "tcp/16000-17000"} & set(terms), row["row"]
            else:
                assert ServiceSet.parse(port) <= fixed, (row["row"], port)


def test_every_data_path_is_a_flow_or_has_a_reason(ruleset: Ruleset, rows: list[dict[str, str]]) -> None:
    cited = {cite for flow in ruleset.flows for cite in flow.cite}
    paths = {f"seed:{row['row']}" for row in rows if PATH.fullmatch(row["row"])}
    assert paths <= cited | set(ruleset.no_flow)
    assert not cited & set(ruleset.no_flow)


def test_rows_stand_where_the_index_says(rows: list[dict[str, str]]) -> None:
    if not SEED.exists():
        pytest.skip("the source text is not beside the repository")
    lines = SEED.read_text("utf-8").splitlines()
    for row in rows:
        if re.fullmatch(r"[TMCUW]\d\d", row["row"]):
            assert lines[int(row["line"]) - 1].rstrip(" |") == row["text"], row["row"]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("NT3", "50389"),
        ("NT4", "two different organizations"),
        ("NT8", "Protocol Analysis"),
        ("NT10", "AD RMS"),
        ("NM1", "UDP/3343"),
        ("NM2", "UDP) port 3343"),
        ("NM3", "64327/TCP"),
        ("NC1", "MAPI clients"),
        ("NC5", "993/TCP"),
        ("NU2", "5061/TCP (secured)"),
        ("NW2", "(GFW)"),
        ("NW3", "Endpoint Mapper"),
    ],
)
def test_notes_stand_where_the_index_says(rows: list[dict[str, str]], row: str, words: str) -> None:
    if not SEED.exists():
        pytest.skip("the source text is not beside the repository")
    line = next(int(each["line"]) for each in rows if each["row"] == row)
    assert words in SEED.read_text("utf-8").splitlines()[line - 1]


def test_windows_rules_and_their_twins(ruleset: Ruleset) -> None:
    gfw = [rule for rule in ruleset.host_rules if rule.gfw]
    assert len(ruleset.host_rules) == 54
    assert len(gfw) == 11
    assert Counter(rule.relation for rule in gfw) == {"exact": 8, "partial": 1, "collective": 1, "none": 1}
    assert not any(rule.program for rule in gfw)


def test_an_exact_twin_has_ports_and_roles_of_its_gfw_rule(ruleset: Ruleset) -> None:
    """Trap P47."""
    by_id = {rule.id: rule for rule in ruleset.host_rules}
    for rule in ruleset.host_rules:
        if rule.relation == "exact":
            twin = by_id[rule.twin]
            assert (rule.ports, rule.roles) == (twin.ports, twin.roles)
            assert twin.program


@pytest.mark.parametrize(
    ("rule", "program"),
    [
        ("W04", r"Bin\Microsoft.Exchange.ServiceHost.exe"),  # P42
        ("W17", r"Bin\Microsoft.Exchange.RpcClientAccess.Service.exe"),  # P41
    ],
)
def test_misspelt_programs_are_mended(ruleset: Ruleset, rule: str, program: str) -> None:
    assert next(each.program for each in ruleset.host_rules if each.id == rule) == program


@pytest.mark.parametrize(("rule", "word"), [("W05", "svchost"), ("W24", "6002"), ("W48", "5065")])
def test_advice_says_what_disabling_breaks(ruleset: Ruleset, rule: str, word: str) -> None:
    """Traps P51b, P49, P45."""
    assert word in next(each.advice for each in ruleset.host_rules if each.id == rule)


def test_no_required_flow_rests_on_outside_sources_alone(ruleset: Ruleset) -> None:
    for flow in ruleset.flows:
        if flow.level == "required":
            assert any(cite.startswith("seed:") for cite in flow.cite), flow.id


def test_a_windows_rule_alone_requires_nothing(ruleset: Ruleset) -> None:
    """Trap P66: rules show what listens, data paths what is needed."""
    for flow in ruleset.flows:
        if flow.level == "required":
            assert not all(re.fullmatch(r"seed:N?W\d+", cite) for cite in flow.cite), flow.id


def test_port_80_is_never_required(ruleset: Ruleset) -> None:
    """Trap P05."""
    assert not [flow.id for flow in ruleset.flows if flow.level == "required" and "http" in flow.services]


def test_the_rpc_range_has_no_silent_default(ruleset: Ruleset) -> None:
    """Trap P10b."""
    assert ruleset.variables["rpc_dynamic"].default is None
    assert dict(ruleset.variables["rpc_dynamic"].suggest)["exchange_2010_cas"] == "6005-65534"


def test_every_rpc_flow_asks_for_mapper_and_endpoints(ruleset: Ruleset) -> None:
    """Trap P10: 135 alone breaks every RPC row."""
    for flow in ruleset.flows:
        ports = {port.text for name in flow.services for port in ruleset.services[name]}
        if flow.level == "required" and "tcp/135" in ports:
            assert "tcp/$rpc_dynamic" in ports, flow.id


def test_imap_proxying_uses_993(ruleset: Ruleset) -> None:
    """Trap P14: the note's 443 and 995 contradict three tables."""
    flow = next(each for each in ruleset.flows if each.id == "CAS-CAS-IMAP4")
    assert [port.text for name in flow.services for port in ruleset.services[name]] == ["tcp/993"]


def test_instant_messaging_goes_both_ways(ruleset: Ruleset) -> None:
    """Trap P32b: IN and OUT are relative to Client Access."""
    flows = {each.id: each for each in ruleset.flows}
    assert (flows["OCS-IN"].destination.names, flows["OCS-OUT"].destination.names) == (("client_access",), ("ocs",))


def test_questions_of_the_thread_and_of_publishing(ruleset: Ruleset) -> None:
    numbers = [*range(1, 7), *range(10, 27)]
    assert [question.id for question in ruleset.questions] == [f"Q{number:02}" for number in numbers]


@pytest.mark.parametrize(
    ("port", "severity"),
    [
        ("tcp/135", "critical"), ("tcp/445", "critical"), ("tcp/139", "critical"), ("udp/389", "critical"),
        ("tcp/3268", "critical"), ("tcp/88", "high"), ("udp/53", "high"), ("tcp/$dag_replication_port", "critical"),
        ("udp/3343", "high"), ("tcp/50389", "critical"), ("tcp/50636", "high"), ("tcp/5062", "high"),
        ("tcp/5065", "high"), ("tcp/5068", "high"), ("tcp/16000-17000", "high"), ("udp/1024-65535", "high"), ("tcp/80", "low"), ("tcp/5075-5077", "high"), ("tcp/6001-6004", "high"), ("tcp/808", "high"),
        ("tcp/593", "high"), ("tcp/110", "medium"), ("tcp/143", "medium"), ("tcp/3389", "critical"),
        ("udp/161", "critical"), ("tcp/5985-5986", "critical"),
    ],
)  # fmt: skip
def test_never_from_the_internet(ruleset: Ruleset, port: str, severity: str) -> None:
    found = set()
    for rule in ruleset.forbidden:
        if "internet" in rule.source.names and port in {
            each.text for name in rule.services for each in ruleset.services[name]
        }:
            levels = dict(rule.severity)
            found.add(levels.get("internet", levels["default"]).word)
    assert severity in found
