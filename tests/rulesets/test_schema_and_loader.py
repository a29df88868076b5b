"""The JSON Schemas accept whatever the loader accepts: an editor never marks as wrong what an audit takes.

Every part of a rich document is dropped, replaced by other kinds of values, or given an unknown key. Whatever the schema
then refuses, the loader must refuse as well. The other way round the loader may know more (names, rows, duplicate keys).
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from auditor.baseline import RulesetError, load_site, read_ruleset
from auditor.commands.skeleton import skeleton

RULESETS = Path(__file__).parents[2] / "rulesets"
SITE = """schema: fwsite/1
id: test
baselines:
  - use: exchange-2010
    set: {rpc_dynamic: "6005-65534", dag_replication_port: "64327"}
    conditions: {publish_pop3: false, um_startup_mode: dual}
    severity: {EAS-HTTPS: critical}
devices:
  fgt: {type: fortigate, vdom: root, zones: {internet: [wan1], internal: lan}}
  ex1: {type: windows, profile: domain, host: 10.0.10.21}
  asa: {type: cisco, zones: {internet: outside}}
bindings:
  client_access: [{address: 10.0.10.21, public: 203.0.113.10, device: ex1}]
  mailbox: [{object: {device: fgt, name: mbx}}]
not_deployed: [unified_messaging]
networks: {perimeter: 10.0.20.0/24, internal: [10.0.10.0/24, 10.0.30.0/24]}
resolve: {fqdn: {relay.example.com: 198.51.100.7}, geography: {Iceland: [198.51.100.0/24]}}
exceptions:
  - {id: E1, finding: {check: FW102, rule: "17"}, reason: legacy, owner: Ada, ticket: T-1, expires: "2027-03-31"}
reviewed: "2026-11-24"
"""
VALUES: tuple[Any, ...] = (443, True, None, "", "nonsense word", [], {"colour": "red"}, [443])


def _baseline() -> dict[str, Any]:
    """The skeleton with everything a baseline can hold."""
    document: dict[str, Any] = yaml.safe_load(skeleton("rich"))
    document["replaces"] = ["older"]
    document["sources"]["doc"]["tables"] = {"T": {"title": "Ports", "columns": ["Path", "Port"]}}
    document["sources"]["doc"]["sha256"] = "0" * 64
    document["conditions"]["mode"] = {"ask": "Which mode?", "values": ["one", "two"], "default": None}
    document["conditions"]["placed"] = {"ask": "Is it?", "default": {"role_bound": "db", "otherwise": False}}
    document["flows"][0]["when"] = {
        "all": ["published", {"any": [{"not": "placed"}, {"is": {"mode": ["one", "two"]}}]}]
    }
    role = next(iter(document["roles"].values()))
    role["recognise"] = {"names": ["app", "rd-gateway"], "published": ["tcp/443", "udp/3391"]}
    document["flows"][1]["coverage"] = "any"
    document["flows"][1]["tags"] = ["cleartext"]
    document["flows"][1]["note"] = "A note."
    document["forbidden"][0]["unless"] = {"is": {"mode": "two"}}
    document["forbidden"][0]["when"] = "published"
    document["unrestricted"] = [{"id": "FREE", "between": ["servers"], "cite": ["doc"], "note": "As asked."}]
    document["no_flow"] = {"doc:4": "names no peer"}
    document["host_rules"] = [
        {"id": "H1", "name": "App (GFW)", "ports": ["8443"], "roles": ["app"], "gfw": True, "twin": "H2", "relation": "exact",
         "advice": "Disable it.", "cite": ["doc"]},
        {"id": "H2", "name": "App", "ports": ["8443"], "program": "app.exe", "roles": ["app"], "cite": ["doc"]},
    ]  # fmt: skip
    return document


def _paths(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    entries = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in entries:
        yield (*path, key)
        yield from _paths(value, (*path, key))


def _edits(document: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Every place of a document with other values in it; of the entries of a list, the first that has the key."""
    places: dict[tuple[Any, ...], tuple[Any, ...]] = {}
    for path in _paths(document):
        places.setdefault(tuple("[]" if isinstance(key, int) else key for key in path), path)
    for path in places.values():
        for value in (*VALUES, "drop it"):
            edited = copy.deepcopy(document)
            place: Any = edited
            for key in path[:-1]:
                place = place[key]
            if value == "drop it":
                del place[path[-1]]
            else:
                place[path[-1]] = value
            yield f"{'.'.join(map(str, path))} = {value!r}", edited
        edited = copy.deepcopy(document)
        place = edited
        for key in path:
            place = place[key]
        if isinstance(place, dict):
            place["colour"] = "red"
            yield f"{'.'.join(map(str, path))} + colour", edited


def _load_baseline(text: str) -> object:
    return read_ruleset("rich.yaml", text)


def _load_site(text: str) -> object:
    return load_site(Path("site.yaml"), text)


@pytest.mark.parametrize(
    ("kind", "document", "load"),
    [("baseline", _baseline(), _load_baseline), ("site", yaml.safe_load(SITE), _load_site)],
    ids=["baseline", "site"],
)
def test_what_the_schema_refuses_the_loader_refuses(
    kind: str, document: dict[str, Any], load: Callable[[str], object]
) -> None:
    schema = jsonschema.Draft202012Validator(json.loads((RULESETS / f"{kind}.schema.json").read_text("utf-8")))
    schema.validate(document)
    load(json.dumps(document))
    refused, only_schema = 0, []
    for what, edited in _edits(document):
        if not schema.is_valid(edited):
            refused += 1
            try:
                load(json.dumps(edited))
            except RulesetError:
                continue
            only_schema.append(what)
    assert only_schema == []
    assert refused > 400
