"""`fwproof redact`: what is shared audits to the same findings, and nothing is written over an export."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from ipaddress import IPv4Address, IPv6Address, summarize_address_range
from pathlib import Path

import pytest

import parsers
from auditor.audit import audit
from auditor.baseline import infer_site, load_ruleset, load_site
from auditor.benchmarks import load_benchmarks
from auditor.cli import run
from auditor.findings.result import AuditResult
from parsers.fortigate import PARSER
from parsers.model.addresses import IPV6_BASE, AddressSet
from parsers.model.firewall import Firewall
from parsers.redaction import Pseudonyms
from parsers.redaction.permutation import Permutation
from parsers.source import Document

SAMPLES = Path(__file__).parents[3] / "samples"
NOW = datetime(2026, 11, 24, 12)
CASES = [("quillwort", "fgt-quillwort.conf"), ("activesync", "fgt.conf"), ("two-vdoms", "fgt-larkspur.conf")]


def audited(file: Path, site: Path | None) -> AuditResult:
    firewalls = parsers.read(file)
    rulesets = (load_ruleset("exchange-2010"),)
    known = load_site(site) if site else infer_site(firewalls, rulesets).site
    return audit(firewalls, rulesets, known, NOW, benchmarks=load_benchmarks(()))


def findings(result: AuditResult) -> Counter[tuple[object, ...]]:
    return Counter(
        (each.check, each.severity, each.confidence, each.origin and each.origin.first_line, len(each.related))
        for each in result.findings
    )


@pytest.mark.parametrize(("folder", "name"), CASES)
@pytest.mark.parametrize("options", [[], ["--addresses"], ["--names"], ["--names", "--addresses"]], ids=" ".join)
@pytest.mark.parametrize("with_site", [True, False])
def test_a_redacted_export_audits_to_the_same_findings(
    folder: str, name: str, options: list[str], with_site: bool, tmp_path: Path
) -> None:
    source, site = SAMPLES / folder / name, SAMPLES / folder / "site.yaml"
    assert run(["redact", str(source), str(site), *options, "-o", str(tmp_path)]) == 0
    before = audited(source, site if with_site else None)
    after = audited(tmp_path / name, tmp_path / "site.yaml" if with_site else None)
    assert findings(before)
    assert findings(after) == findings(before)
    assert [(each.id, each.state) for each in after.hardening] == [(each.id, each.state) for each in before.hardening]


@pytest.mark.parametrize(("folder", "name"), CASES)
def test_rules_let_the_same_packets_through_up_to_the_exchange_of_addresses(folder: str, name: str) -> None:
    document = Document(name, (SAMPLES / folder / name).read_bytes())
    assert PARSER.redact is not None
    pseudonyms = Pseudonyms(addresses=True, permutation=Permutation(b"key"))
    shared = Document(name, PARSER.redact(document, pseudonyms)())
    for before, after in zip(PARSER.read(document), PARSER.read(shared), strict=True):
        assert [exchanged(each, pseudonyms) for each in address_sets(before)] == list(address_sets(after))


def address_sets(firewall: Firewall) -> Iterator[AddressSet]:
    """Everything of a firewall that is made of addresses, in the order of the file."""
    for rule in (rule for each in firewall.lists for rule in each.rules):
        yield from (rule.source.certain, rule.source.possible, rule.destination.certain, rule.destination.possible)
    for mapping in (mapping for each in firewall.translations for mapping in each.mappings):
        yield from (mapping.original_destination, mapping.mapped_destination.possible)
    for interface in firewall.interfaces:
        yield from (interface.own, interface.networks)
    yield from (route.destination for route in firewall.routes)


def exchanged(addresses: AddressSet, pseudonyms: Pseudonyms) -> AddressSet:
    """A set with every address exchanged; it is taken apart into networks, which stay networks."""
    found = []
    for first, last in addresses.intervals.ranges:
        kind, base = (IPv6Address, IPV6_BASE) if first >= IPV6_BASE else (IPv4Address, 0)
        for network in summarize_address_range(kind(first - base), kind(last - base)):
            bits = network.max_prefixlen
            image = kind(pseudonyms.permutation.image(bits, int(network.network_address)))
            found.append(AddressSet.network(f"{image}/{network.prefixlen}"))
    return AddressSet.union(found)


def test_one_file_is_printed(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    path = SAMPLES / "quillwort" / "fgt-quillwort.conf"
    assert run(["redact", str(path)]) == 0
    out, err = capsysbinary.readouterr()
    assert out.count(b"\n") == path.read_bytes().count(b"\n")
    assert b"INVENTED" not in out
    assert b"Replaced 8 secrets." in err


def test_a_site_file_keeps_the_words_of_the_schema_and_of_baselines_only(tmp_path: Path) -> None:
    (tmp_path / "a.conf").write_text(
        'config system interface\n    edit "wombat-lan"\n    next\n    edit "wan1"\n    next\nend\n'
    )
    (tmp_path / "site.yaml").write_text(
        "# of Wombat\nschema: fwsite/1\nid: wombat\nbaselines: [{use: exchange-2010, conditions: {publish_pop3: false}}]\n"
        "devices:\n  a:  # the Wombat one\n    type: fortigate\n    zones: {internet: [wan1], internal: [wombat-lan]}\n"
        "bindings:\n  mailbox: [{address: 10.0.0.1, object: {device: a, name: Wombat Mail}}]\n"
        "resolve:\n  fqdn: {mail.wombat.example: [203.0.113.9]}\n"
        'exceptions:\n  - id: w-1\n    finding: {check: FW101, rule: wombat}\n    owner: "Kim #1 Wombat"\n'
        "    reason: |\n      no\n      wombat\n    expires: 2027-01-01\n"
    )
    out = tmp_path / "out"
    files = [str(tmp_path / name) for name in ("a.conf", "site.yaml")]
    assert run(["redact", *files, "--names", "-o", str(out)]) == 0
    text = (out / "site.yaml").read_text()
    assert "wombat" not in text.lower()
    assert "Kim" not in text
    assert "internet: [wan1]" in text
    assert "use: exchange-2010" in text
    assert "check: FW101" in text
    assert text.count("\n") == (tmp_path / "site.yaml").read_text().count("\n")
    interface = (out / "a.conf").read_text().split('"')[1]
    assert f"internal: [{interface}]" in text


def test_a_site_file_that_is_no_yaml_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "site.yaml").write_text("schema: fwsite/1\nid: [\n")
    assert run(["redact", str(tmp_path / "site.yaml"), "--names"]) == 3
    assert "site.yaml" in capsys.readouterr().err


def test_words_that_say_what_a_server_is_for_stay_for_every_baseline(
    tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    (tmp_path / "a.conf").write_text(
        'config firewall address\n    edit "acme-sql01"\n    next\n    edit "ACME_rd-gateway"\n    next\nend\n'
    )
    assert run(["redact", str(tmp_path / "a.conf"), "--names"]) == 0
    out = capsysbinary.readouterr().out.decode()
    assert "acme" not in out.lower()
    assert '-sql"' in out
    assert '-rd-gateway"' in out


def test_several_files_share_their_stand_ins(tmp_path: Path) -> None:
    for name in ("a.conf", "b.conf"):
        text = f'config firewall address\n    edit "acme"\n        set comment "{name}"\n    next\nend\n'
        (tmp_path / name).write_text(text)
    out = tmp_path / "out"
    out.mkdir()
    assert run(["redact", str(tmp_path / "a.conf"), str(tmp_path / "b.conf"), "--names", "-o", str(out)]) == 0
    assert all('edit "name-1"' in (out / name).read_text() for name in ("a.conf", "b.conf"))


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["a.conf", "b.txt"], 2, "-o FOLDER"),
        (["a.conf", "b.txt", "-o", "d.txt"], 2, "is a file"),
        (["a.conf", "-o", "a.conf"], 2, "never overwritten"),
        (["a.conf", "-o", "."], 2, "never overwritten"),
        (["b.txt", "--names"], 3, "names are not replaced in Windows"),
        (["c.json"], 3, "only the text that netsh prints"),
        (["gone.conf"], 3, "cannot be opened"),
        (["d.txt"], 3, "cannot be redacted"),
    ],
)
def test_what_is_refused(
    arguments: list[str],
    code: int,
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.conf").write_text("config system global\nend\n")
    Path("b.txt").write_bytes((SAMPLES / "quillwort" / "ex-cas01.txt").read_bytes())
    Path("c.json").write_text('[{"InstanceID": "x", "DisplayName": "y", "Direction": 1, "Action": 2, "Enabled": 1}]')
    Path("d.txt").write_text("nothing\n")
    assert run(["redact", *arguments]) == code
    assert said in " ".join(capsys.readouterr().err.split())


def test_public_addresses_of_windows_and_cisco_exports(tmp_path: Path) -> None:
    pytest.importorskip("ciscoconfparse2")
    files = [SAMPLES / "two-perimeters" / name for name in ("asa-quillwort.cfg", "ex-edge02.txt", "fgt-inner.conf")]
    assert run(["redact", *map(str, files), "--addresses", "-o", str(tmp_path)]) == 0
    for file in files:
        before, after = file.read_bytes(), (tmp_path / file.name).read_bytes()
        assert before.count(b"\n") == after.count(b"\n")
        assert b"203.0.113." not in after
    assert findings(audited(tmp_path / files[0].name, None)) == findings(audited(files[0], None))
