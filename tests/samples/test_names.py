"""Names mean nothing: with every object, service, policy and rule renamed, the same is found."""

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from auditor.audit import audit
from auditor.baseline import load_ruleset, load_site
from auditor.findings.result import AuditResult
from parsers import read_all
from parsers.source import Document

NOW = datetime(2026, 11, 24, 12)
FOLDER = Path("samples/quillwort")
TABLES = re.compile(
    r"config (firewall (address6?|addrgrp|service (custom|group)|schedule \w+|vip|policy)|system zone)$"
)
RENAMED = re.compile(r'    edit "|        set (member|srcaddr6?|dstaddr6?|service|schedule|srcintf|dstintf) "')


def renamed_backup(text: str) -> str:
    """Every name that `edit` gives in the tables above becomes a number, wherever it is used.

    Two exceptions, where the product gives a name its meaning: "always", and what comes with the product and is unused.
    """
    names: dict[str, str] = {}
    for table, line in numbered(text):
        found = re.match(r'    edit "(.+)"$', line)
        if TABLES.match(table) and found:
            names.setdefault(found[1], f"x{len(names)}")
    used = {
        name for _, line in numbered(text) if line.startswith("        set ") for name in re.findall(r'"(.+?)"', line)
    }
    names = {name: new for name, new in names.items() if name in used and name != "always"}

    def word(match: re.Match[str]) -> str:
        return f'"{names.get(match[1], match[1])}"'

    lines = []
    for table, line in numbered(text):
        if table == "config firewall policy" and line.startswith("        set name "):
            line = f'        set name "p{len(lines)}"'
        elif TABLES.match(table) and RENAMED.match(line):
            line = re.sub(r'"(.+?)"', word, line)
        lines.append(line)
    return "\n".join(lines) + "\n"


def numbered(text: str) -> Iterator[tuple[str, str]]:
    """Each line with the table it stands in; lines inside a quoted value stand in none."""
    table, quoted = "", False
    for line in text.splitlines():
        if not quoted and not line.startswith(" "):
            table = line
        yield "" if quoted else table, line
        quoted ^= line.count('"') % 2 == 1


def renamed_dump(text: str) -> str:
    numbers = iter(range(10_000))
    return re.sub(r"(?m)^(Rule Name: +).*?(\r?)$", lambda match: f"{match[1]}rule {next(numbers)}{match[2]}", text)


@pytest.fixture(scope="session")
def renamed(in_root: None) -> AuditResult:
    documents = []
    for path in sorted([*FOLDER.glob("*.conf"), *FOLDER.glob("*.txt")]):
        text = path.read_bytes().decode()
        changed = renamed_backup(text) if path.suffix == ".conf" else renamed_dump(text)
        documents.append(Document(str(path), changed.encode()))
    return audit(read_all(documents), (load_ruleset("exchange-2010"),), load_site(FOLDER / "site.yaml"), NOW)


def test_the_names_are_really_gone(in_root: None) -> None:
    changed = renamed_backup((FOLDER / "fgt-quillwort.conf").read_text("utf-8"))
    assert 'set dstaddr "vip-mail"' not in changed
    assert not re.search(r'(edit|member|addr) "(half-low|everything|ex-cas01|owa-5075|HTTPS|ALL)"', changed)


def test_every_rule_matches_the_same_packets(quillwort: AuditResult, renamed: AuditResult) -> None:
    for before, after in zip(quillwort.devices, renamed.devices, strict=True):
        for old, new in zip(before.lists, after.lists, strict=True):
            for rule, twin in zip(old.rules, new.rules, strict=True):
                assert (rule.action, rule.enabled, rule.ingress, rule.egress) == (
                    twin.action, twin.enabled, twin.ingress, twin.egress,
                )  # fmt: skip
                assert (rule.source, rule.destination, rule.service) == (twin.source, twin.destination, twin.service)


def test_the_same_is_found(quillwort: AuditResult, renamed: AuditResult) -> None:
    def key(result: AuditResult) -> list[tuple[object, ...]]:
        return sorted(
            (each.check, each.severity, each.confidence, each.device, each.packets, each.flow, _line(each))
            for each in result.findings
        )

    assert key(quillwort) == key(renamed)


def test_the_same_is_covered(quillwort: AuditResult, renamed: AuditResult) -> None:
    def key(result: AuditResult) -> list[tuple[object, ...]]:
        return [(row.flow, row.source, row.destination, row.service, row.state, row.missing) for row in result.coverage]

    assert key(quillwort) == key(renamed)


def _line(finding: object) -> int:
    origin = getattr(finding, "origin", None)
    return origin.first_line if origin else 0
