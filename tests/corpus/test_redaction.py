"""No secret and no name of a real export survives `redact`, and what is left reads and audits as the original does."""

from __future__ import annotations

import re
from collections import Counter
from datetime import datetime
from pathlib import Path

import pytest

from auditor.audit import audit
from auditor.baseline import infer_site, load_ruleset
from auditor.benchmarks import load_benchmarks
from parsers.errors import UnreadableError
from parsers.fortigate import PARSER
from parsers.fortigate.redaction.harmless import is_product
from parsers.fortigate.syntax.forms import listened
from parsers.model.firewall import Firewall
from parsers.redaction import Pseudonyms
from parsers.source import Document

CORPUS = Path(__file__).parents[2].parent / "shared" / "corpus" / "fortigate"
FOLDERS = sorted(path.name for path in CORPUS.iterdir() if path.is_dir()) if CORPUS.is_dir() else []

pytestmark = pytest.mark.skipif(not FOLDERS, reason="the corpus of public exports is not beside the project")

SECRET = re.compile(
    r"(?:set|append) +(?:\S*(?:passwd|password|psksecret|passphrase|secret)|private-key|api-key|auth-password\S*)(?: +ENC)? +"
    r'("(?:[^"\\]|\\.)*"|\S+)'
)
INTERNET_SERVICE = re.compile(r"[A-Z0-9][\w.&]*-[\w.+&-]+|[A-Z]{2}")
"""How the vendor's databases spell Internet services and countries."""
OPTIONS = frozenset(Path(__file__).parents[2].joinpath("parsers/fortigate/syntax/options.tsv").read_text().split())
MASKS = {"<removed>", "<input", "enable", "disable", "*"}


def shape(firewall: Firewall) -> list[tuple[object, ...]]:
    """What must not change: rules on their lines with action, state, services and conditions; gaps."""
    rules: list[tuple[object, ...]] = [
        (rule.origin.first_line, rule.action, rule.enabled, rule.service, len(rule.conditions))
        for each in firewall.lists
        for rule in each.rules
    ]
    return [*rules, *((gap.origin.first_line, gap.hides_access) for gap in firewall.gaps)]


def readable(folder: str) -> list[Document]:
    found = []
    for path in sorted((CORPUS / folder).rglob("*")):
        document = Document(path.name, path.read_bytes()) if path.is_file() else None
        if document is not None and PARSER.recognise(document):
            found.append(document)
    return found


def findings(firewalls: tuple[Firewall, ...]) -> tuple[object, ...]:
    rulesets = (load_ruleset("exchange-2010"),)
    site = infer_site(firewalls, rulesets).site
    result = audit(firewalls, rulesets, site, datetime(2026, 11, 24, 12), benchmarks=load_benchmarks(()))
    found = Counter(
        (each.check, each.severity, each.confidence, each.origin and each.origin.first_line, len(each.related))
        for each in result.findings
    )
    return found, [(each.id, each.state) for each in result.hardening]


@pytest.mark.parametrize("folder", FOLDERS)
@pytest.mark.parametrize("everything", [False, True])
def test_no_secret_survives(folder: str, everything: bool) -> None:
    assert PARSER.redact is not None
    for document in readable(folder):
        try:
            before = PARSER.read(document)
        except UnreadableError:
            continue
        shared = PARSER.redact(document, Pseudonyms(names=everything, addresses=everything))()
        text = Document(document.name, shared).text
        values = {found.group(1).strip('"') for found in SECRET.finditer(document.text)} - MASKS
        assert [value for value in values if len(value) > 5 and value in text] == [], document.name
        after = PARSER.read(Document(document.name, shared))
        assert [shape(each) for each in after] == [shape(each) for each in before], document.name
        if everything:
            assert findings(after) == findings(before), document.name


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_name_survives(folder: str) -> None:
    """What a device quotes is text of somebody's own, or a name that every device has."""
    assert PARSER.redact is not None
    for document in readable(folder):
        try:
            _, lines, statements = listened(document)
        except UnreadableError:
            continue
        quoted = "\n".join(lines)
        words = {word for each in statements if each.command in ("edit", "set", "append") for word in each.words}
        own = [
            word
            for word in words - OPTIONS
            if re.search(r"[A-Za-z]{3}", word) and not is_product(word) and f'"{word}"' in quoted
            if not INTERNET_SERVICE.fullmatch(word) and not word.startswith("ssl.")
        ]
        shared = Document(document.name, PARSER.redact(document, Pseudonyms(names=True))()).text
        assert [word for word in own if f'"{word}"' in shared] == [], document.name
