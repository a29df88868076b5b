"""Every mistake in a ruleset is named with its line, its path and the nearest valid word."""

from pathlib import Path

import pytest

from auditor.baseline import RulesetError, load_ruleset
from parsers.errors import UnreadableError

GOOD = """schema: fwbaseline/1
id: tiny
title: A small ruleset
version: 1.0.0
status: draft
sources:
  doc: {title: A document}
  lore: {title: What everybody knows, basis: practice}
zones:
  internet: {trust: untrusted}
roles:
  web: {title: web server, allowed_zones: [internet], cite: [doc]}
  db: {title: database}
groups:
  all_servers: [web, db]
variables:
  high: {type: portset, default: null, cite: [doc]}
conditions:
  published:
    ask: "Is it published?"
    default: true
  mode: {ask: Which mode?, values: [one, two], default: null}
services:
  https: [tcp/443]
  pool: [tcp/$high]
flows:
  - {id: WEB, from: {zone: internet}, to: {role: web}, service: https, level: required, if_missing: high, cite: [doc]}
  - {id: SQL, from: {role: web}, to: {role: db}, service: pool, level: permitted, when: published, cite: [doc]}
forbidden:
  - {id: NO-SQL, from: {zone: internet}, to: {role: db}, service: pool, severity: {default: low}, cite: [doc]}
host_rules:
  - {id: H1, name: Web, ports: ["443"], roles: [web], cite: [doc]}
"""


def _load(tmp_path: Path, text: str) -> str:
    path = tmp_path / "tiny.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RulesetError) as caught:
        load_ruleset(path)
    return str(caught.value).removeprefix(f"{tmp_path}/")


def test_the_small_ruleset_loads(tmp_path: Path) -> None:
    path = tmp_path / "tiny.yaml"
    path.write_text(GOOD, encoding="utf-8")
    ruleset = load_ruleset(path)
    assert [flow.id for flow in ruleset.flows] == ["WEB", "SQL"]
    assert ruleset.variables["high"].default is None


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("fwbaseline/1", "fwbaseline/9", "tiny.yaml:1: schema: expected schema fwbaseline/1"),
        ("id: tiny", "id: Tiny", "tiny.yaml:2: id: an id holds lower-case"),
        ("version: 1.0.0", 'version: "1.0"', "tiny.yaml:4: version: a version has three numbers"),
        ("status: draft", "status: drft", "unknown status 'drft', did you mean 'draft'?"),
        ("status: draft\n", "", "the key 'status' is missing"),
        ("title: A small ruleset", "title: no", "tiny.yaml:3: title: expected text, but YAML reads no as a boolean"),
        ("title: A small ruleset", "title: 2010-11-09", "YAML reads 2010-11-09 as a date: put it in quotes"),
        ("title: A small ruleset", "title: [a]", "expected text, found a list"),
        ("[tcp/443]", "[443]", "tiny.yaml:24: services.https[0]: expected text, but YAML reads 443 as a number"),
        ("[tcp/443]", "[12:30]", "services.https[0]: expected text, but YAML reads 12:30 as a number"),
        ("[tcp/443]", "[tcp/70000]", "tiny.yaml:24: services.https[0]: expected a number from 0 to 65535"),
        ("[tcp/443]", "tcp/443", "services.https: expected a list, found text"),
        ("tcp/$high", "tcp/$hihg", "unknown variable 'hihg', did you mean 'high'?"),
        ("untrusted", "untrustd", "zones.internet.trust: unknown trust 'untrustd', did you mean 'untrusted'?"),
        ("allowed_zones: [internet]", "allowed_zones: [intrnet]", "unknown zone 'intrnet', did you mean 'internet'?"),
        ("[internet], cite: [doc]}", "[internet]}", "roles.web.allowed_zones: allowed_zones need a cite"),
        ("[web, db]", "[web, dbb]", "groups.all_servers[1]: unknown role 'dbb', did you mean 'db'?"),
        ("portset", "portsets", "unknown type 'portsets', did you mean 'portset'?"),
        ("default: null", "default: 80", "variables.high.default: expected text, but YAML reads 80 as a number"),
        ("default: true", "default: yes", "conditions.published.default: expected true or false, found 'yes'"),
        ("default: true", "default: {otherwise: true}", "expected exactly one of role_bound and role_count"),
        ("default: true", "default: {role_bound: wbe}", "unknown role 'wbe', did you mean 'web'?"),
        (
            "default: true",
            "default: {role_count: {role: db, at_least: 0x2}}",
            "at_least: expected a whole number",
        ),
        ("level: required", "level: requird", "tiny.yaml:27: flows[0].level: unknown level 'requird'"),
        ("if_missing: high, ", "", "if_missing is needed with level required"),
        ("level: permitted", "level: permitted, if_missing: low", "if_missing is needed with level required"),
        ("if_missing: high", "if_missing: hihg", "unknown severity 'hihg', did you mean 'high'?"),
        ("service: https", "servce: https", "flows[0]: unknown key 'servce', did you mean 'service'?"),
        ("service: https", "service: htps", "unknown service 'htps', did you mean 'https'?"),
        ("service: https, ", "", "expected exactly one of service and any_of"),
        ("to: {role: web}", "to: {role: web, zone: internet}", "expected exactly one of zone and role"),
        ("to: {role: web}", "to: {role: wbe}", "flows[0].to.role: unknown role 'wbe', did you mean 'web'?"),
        ("when: published", "when: publishd", "flows[1].when: unknown condition 'publishd', did you mean 'published'?"),
        ("when: published", "when: {any: [published], not: published}", "expected exactly one of all, any, not, is"),
        ("when: published", "when: mode", "mode is a choice: write {is: {mode: one}}"),
        ("when: published", "when: {is: {mode: tow}}", "flows[1].when.is.mode: unknown value 'tow', did you mean 'two'?"),
        ("when: published", "when: {is: {mod: two}}", "flows[1].when.is: unknown key 'mod', did you mean 'mode'?"),
        ("default: null}\nservices", "default: three}\nservices", "conditions.mode.default: unknown value 'three'"),
        ("basis: practice", "basis: practise", "unknown basis 'practise', did you mean 'practice'?"),
        (
            "if_missing: high, cite: [doc]",
            "if_missing: high, cite: [lore]",
            "tiny.yaml:27: flows[0]: a required flow needs a document",
        ),
        ("high, cite: [doc]", "high, cite: [dok]", "flows[0].cite[0]: unknown source 'dok', did you mean 'doc'?"),
        ("id: SQL", "id: WEB", "tiny.yaml:28: flows[1].id: the id 'WEB' stands twice, first in line 27"),
        ("id: SQL", "id: sql", "an id holds capital letters"),
        ("{default: low}", "{internet: low}", "the key 'default' is missing"),
        ("{default: low}", "{default: low, internt: low}", "unknown key 'internt', did you mean 'internet'?"),
        ("roles: [web], cite", "roles: [wbe], cite", "host_rules[0].roles[0]: unknown role 'wbe'"),
        ("roles: [web], cite", "roles: [web], twin: H11, cite", "twin: unknown host rule 'H11', did you mean 'H1'?"),
        ("roles: [web], cite", "roles: [web], gfw: on, cite", "gfw: expected true or false, found 'on'"),
        ("status: draft", "status: draft\nid: again", "tiny.yaml:6: the key 'id' stands twice, first in line 2"),
        ("{title: A document}", "&a {title: A}\n  more: *a", "aliases (*name) hide what a diff changes"),
        ("{title: A document}", "{<<: {}, title: A}", "tiny.yaml:7: merge keys (<<) hide what a diff changes"),
        ("id: tiny", "id: [tiny", "not valid YAML"),
        ('"Is it published?"', "Is it: published?", "put text that holds ':' or '?' in quotes"),
        # YAML traps of BASELINE_SCHEMA section 5: each refused with its line
        ("{title: database}", "{title: Database: which?}", "tiny.yaml:13: not valid YAML: did not find expected ',' or '}'; put text"),
        ("status: draft", "status: draft\nstatus: stable", "tiny.yaml:6: the key 'status' stands twice, first in line 5"),
        ("service: https,", "service: 443,", "tiny.yaml:27: flows[0].service: expected text, but YAML reads 443 as a number"),
        ("service: https,", "service: [on],", "tiny.yaml:27: flows[0].service[0]: expected text, but YAML reads on as a boolean"),
        ("version: 1.0.0", "version: 1.0", "tiny.yaml:4: version: expected text, but YAML reads 1.0 as a number"),
        ("title: A small ruleset", "title: 0777", "tiny.yaml:3: title: expected text, but YAML reads 0777 as a number"),
        ("title: A small ruleset", "title: ~", "tiny.yaml:3: title: expected text, but YAML reads ~ as nothing"),
        ("title: A small ruleset", "title: !!binary aGk=", "tiny.yaml:3: title: the tag !!binary means nothing here"),
        ("title: A small ruleset", "title: !secret x", "tiny.yaml:3: title: the tag !secret means nothing here"),
        ("db: {title: database}", "443: {title: database}", "tiny.yaml:13: YAML reads the key 443 as a number: put it in quotes"),
        ("db: {title: database}", "no: {title: database}", "tiny.yaml:13: YAML reads the key no as a boolean: put it in quotes"),
        ("db: {title: database}", "? [a, b]\n  : {title: database}", "tiny.yaml:13: a key must be text"),
        ("status: draft", "status: draft\n---\nid: other", "tiny.yaml:6: not valid YAML"),
        ("status: draft", "status: draft\n\tid: other", "tiny.yaml:6: not valid YAML: found a tab character"),
    ],
)  # fmt: skip
def test_a_mistake_is_named(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in GOOD
    assert said in _load(tmp_path, GOOD.replace(old, new, 1))


def test_documents_that_are_too_deep_or_empty(tmp_path: Path) -> None:
    assert "levels deep" in _load(tmp_path, f"schema: {'[' * 30}{']' * 30}\n")
    assert "levels deep" in _load(tmp_path, f"schema: {'[' * 200_000}\n")  # must not exhaust the parser's stack
    assert "levels deep" in _load(tmp_path, f"schema:\n  {'- ' * 200_000}x\n")
    assert "the file is empty" in _load(tmp_path, "# nothing\n")
    assert "expected a mapping, found a list" in _load(tmp_path, "- a\n")


def test_a_document_that_is_too_large(tmp_path: Path) -> None:
    assert "bytes; at most" in _load(tmp_path, "#" * (5 << 20))


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    path = tmp_path / "tiny.yaml"
    path.write_bytes(b"schema: \xff\n")
    with pytest.raises(RulesetError, match="not UTF-8 at byte 8"):
        load_ruleset(path)


def test_rows_are_checked_where_an_index_stands_beside(tmp_path: Path) -> None:
    (tmp_path / "tiny.rows.tsv").write_text("source\trow\tline\ndoc\tR01\t1\n", encoding="utf-8")
    said = _load(tmp_path, GOOD.replace("high, cite: [doc]", 'high, cite: ["doc:R02"]'))
    assert "source 'doc' has no row 'R02', did you mean 'R01'?" in said


@pytest.mark.parametrize("row", ["doc\tR01", "doc\tR01\tone", "doc\t\t1"])
def test_a_broken_index_is_named(tmp_path: Path, row: str) -> None:
    (tmp_path / "tiny.rows.tsv").write_text(f"source\trow\tline\n{row}\n", encoding="utf-8")
    assert "tiny.rows.tsv:2: a row of the index needs" in _load(tmp_path, GOOD)


def test_an_unknown_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(RulesetError, match="did you mean 'exchange-2010'"):
        load_ruleset("exchange2010")


def test_a_broken_ruleset_counts_as_unreadable_input() -> None:
    assert issubclass(RulesetError, UnreadableError)
