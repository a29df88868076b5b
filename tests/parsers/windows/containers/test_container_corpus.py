"""Real exports: every file is read, and its rules are as many as the corpus' index says."""

import csv
import lzma
import re
from pathlib import Path

import pytest

from parsers.source import Document
from parsers.windows import containers
from parsers.windows.convert import convert

CORPUS = Path(__file__).parents[4] / ".." / "shared" / "corpus" / "windows"
KINDS = (".wfw", ".reg", ".pol", ".xml", ".xz")


def listed():
    if not (CORPUS / "INDEX.tsv").exists():
        return []
    with (CORPUS / "INDEX.tsv").open(encoding="utf-8", newline="") as stream:
        rows = csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [(row["file"], int(row["rules"])) for row in rows if row["file"].endswith(KINDS)]


def load(name):
    data = (CORPUS / name).read_bytes()
    return Document(name, lzma.decompress(data) if name.endswith(".xz") else data)


pytestmark = pytest.mark.skipif(not CORPUS.exists(), reason="the corpus of real exports is not here")


@pytest.mark.parametrize(("name", "count"), listed())
def test_every_file_is_read_in_full(name, count):
    document = load(name)
    assert containers.recognises(document)
    host = containers.read(document)
    assert host.gaps == ()
    assert all(not rule.unread for rule in host.rules)
    if name.endswith(".reg") and "_derived" in name:
        # The index counts strings that begin with a small "v"; the service hardening set writes most with a capital.
        assert len(re.findall(r'="v2\.', document.text)) == count
        assert len(re.findall(r'="[vV]\d\.', document.text)) == len(host.rules)
    else:
        assert sum(rule.store in ("local", "gpo") for rule in host.rules) == count
    firewall = convert(host, (document,))
    explicit = [
        rule for each in firewall.lists for rule in each.rules if not rule.id.startswith(("implicit", "unseen"))
    ]
    assert len(explicit) == sum(rule.store != "hardening" for rule in host.rules)


def test_hive_and_its_registry_text_are_the_same_policy():
    hive = containers.read(load("mkorman90__regipy/regipy_tests__data__SYSTEM.xz"))
    text = containers.read(load("_derived/FirewallPolicy__regipy_SYSTEM.reg"))
    bare = [
        [(rule.id, rule.name, rule.store, rule.enabled, rule.local_ports, rule.service) for rule in host.rules]
        for host in (hive, text)
    ]
    assert sorted(bare[0], key=str) == sorted(bare[1], key=str)
    assert [each.enabled for each in hive.profiles] == [True, True, True]


def test_profiles_that_are_off_let_everything_in():
    document = load("shokitaka__CyberPatriot_Windows_Scripts/Server2008CompFiles__Server2008Firewall.wfw")
    firewall = convert(containers.read(document), (document,))
    assert sum("is OFF" in each for each in firewall.assumptions) == 3
