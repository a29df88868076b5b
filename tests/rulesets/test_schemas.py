"""The JSON Schemas for editors describe the files that are shipped, and refuse what the loader refuses."""

import copy
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

ROOT = Path(__file__).parents[2]
RULESETS = ROOT / "rulesets"
PAIRS = [
    *(("baseline", path) for path in sorted((RULESETS / "baselines").glob("*.yaml"))),
    *(("benchmark", path) for path in sorted((RULESETS / "benchmarks").glob("*.yaml"))),
    *(("site", path) for path in sorted((ROOT / "samples").glob("*/site.yaml"))),
    ("services", RULESETS / "services.yaml"),
]


def _schema(kind: str) -> Any:
    return json.loads((RULESETS / f"{kind}.schema.json").read_text("utf-8"))


def _load(path: Path) -> Any:
    return yaml.safe_load(path.read_text("utf-8"))


@pytest.mark.parametrize(("kind", "path"), PAIRS, ids=[str(path.relative_to(ROOT)) for _, path in PAIRS])
def test_a_shipped_file_obeys_its_schema(kind: str, path: Path) -> None:
    jsonschema.Draft202012Validator.check_schema(_schema(kind))
    jsonschema.Draft202012Validator(_schema(kind)).validate(_load(path))


@pytest.mark.parametrize(
    "edit",
    [
        {"service": 443},
        {"level": "mandatory"},
        {"if_missing": None},
        {"from": {"zone": "internet", "role": "ocs"}},
        {"any_of": ["https"]},
        {"colour": "red"},
        {"when": {"xor": []}},
        {"id": "lower-case"},
    ],
    ids=str,
)
def test_a_broken_flow_is_refused_by_the_schema(edit: dict[str, Any]) -> None:
    document = copy.deepcopy(_load(RULESETS / "baselines" / "exchange-2010.yaml"))
    flow = document["flows"][0]
    flow.update(edit)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(_schema("baseline")).validate(document)


def test_if_missing_belongs_to_required_flows_only() -> None:
    document = copy.deepcopy(_load(RULESETS / "baselines" / "exchange-2010.yaml"))
    permitted = next(flow for flow in document["flows"] if flow["level"] == "permitted")
    permitted["if_missing"] = "low"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(_schema("baseline")).validate(document)


@pytest.mark.parametrize(
    "edit",
    [
        {"expect": {"is": ["1"], "at_most": 3}},
        {"measure": "policies-log-all-sessions"},
        {"severity": "serious"},
        {"guides": []},
        {"since": "v7"},
        {"default": [{"since": "7.0"}]},
        {"colour": "red"},
    ],
    ids=str,
)
def test_a_broken_benchmark_item_is_refused_by_the_schema(edit: dict[str, Any]) -> None:
    document = copy.deepcopy(_load(RULESETS / "benchmarks" / "fortigate.yaml"))
    document["items"][0].update(edit)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(_schema("benchmark")).validate(document)
