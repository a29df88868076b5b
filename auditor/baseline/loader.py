"""Ruleset files into typed values; the schema is BASELINE_SCHEMA's, every mistake is named with its line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from importlib.resources import as_file, files
from pathlib import Path

from auditor.baseline.citations import Citations
from auditor.baseline.document import Item, read_document
from auditor.baseline.errors import RulesetError, nearest
from auditor.baseline.model import (
    BaselineFlow,
    ClosedWorld,
    End,
    Forbidden,
    HostRule,
    Port,
    Question,
    ReaderQuestion,
    Recognition,
    Role,
    Ruleset,
    Unrestricted,
    Variable,
    When,
)
from auditor.baseline.recognition import read_recognition
from auditor.baseline.values import ports_of, product_of, suggested_of, words_of
from auditor.findings.finding import Severity
from parsers.model.services import ServiceSet

_KEYS = (
    "schema id title version status replaces applies_to sources variables conditions zones roles groups services flows "
    "forbidden unrestricted closed_world questions host_rules no_flow".split()
)
_LEVELS = ("required", "permitted", "informational")
_SEVERITIES = tuple(severity.word for severity in Severity)
_SLUG = re.compile(r"^[a-z0-9][a-z0-9._-]*$")
_FLOW_ID = re.compile(r"^[A-Z0-9][A-Z0-9-]*$")
_VARIABLE = re.compile(r"^(tcp|udp)/\$([a-z_][a-z0-9_]*)$")


def available_rulesets() -> tuple[str, ...]:
    """The ids of the rulesets that are shipped."""
    folder = files("rulesets").joinpath("baselines")
    return tuple(sorted(each.name.removesuffix(".yaml") for each in folder.iterdir() if each.name.endswith(".yaml")))


def load_ruleset(name: str | Path) -> Ruleset:
    """A shipped ruleset by id, or one from a file.

    Raises:
        RulesetError: there is no such ruleset, or the file is broken (file, line, path, what was expected).
    """
    text = str(name)
    shipped = available_rulesets()
    if text in shipped:
        with as_file(files("rulesets").joinpath("baselines").joinpath(f"{text}.yaml")) as path:
            return _Loader(read_document(path), path).ruleset()
    path = Path(text)
    if path.suffix in (".yaml", ".yml") or path.exists():
        return _Loader(read_document(path), path).ruleset()
    raise RulesetError(text, f"there is no ruleset of this name{nearest(text, shipped)}")


def read_ruleset(name: str, text: str) -> Ruleset:
    """A ruleset from its text; `name` is only its name in messages, no file is looked at.

    Raises:
        RulesetError: the text is broken (name, line, path, what was expected).
    """
    return _Loader(read_document(Path(name), text), Path(name), beside=False).ruleset()


class _Loader:
    def __init__(self, root: Item, path: Path, *, beside: bool = True) -> None:
        self.root = root
        self.path = path
        required = ("schema", "id", "title", "version", "status", "sources", "roles", "services", "flows")
        self.top = root.mapping(_KEYS, required)
        if self.top["schema"].text() != "fwbaseline/1":
            raise self.top["schema"].error("expected schema fwbaseline/1")
        self.citations = Citations(self.top["sources"].mapping(), path if beside else None)
        self.zones = {key: self._zone(item) for key, item in self._part("zones").items()}
        self.roles = {key: self._role(key, item) for key, item in self.top["roles"].mapping().items()}
        self.groups = {key: self._members(item) for key, item in self._part("groups").items()}
        self.variables = {key: self._variable(key, item) for key, item in self._part("variables").items()}
        self.conditions = {key: self._condition(key, item) for key, item in self._part("conditions").items()}
        self.services = {key: self._service(item) for key, item in self.top["services"].mapping().items()}
        self.flow_ids: dict[str, int] = {}

    def _part(self, key: str) -> Mapping[str, Item]:
        return self.top[key].mapping() if key in self.top else {}

    def _list(self, key: str) -> list[Item]:
        return self.top[key].items() if key in self.top else []

    def ruleset(self) -> Ruleset:
        """The whole document."""
        if not _SLUG.match(self.top["id"].text()):
            raise self.top["id"].error("an id holds lower-case letters, digits, '.', '_' and '-'")
        if not re.fullmatch(r"\d+\.\d+\.\d+", self.top["version"].text()):
            raise self.top["version"].error("a version has three numbers, like 1.0.0")
        for item in self._list("replaces"):
            if not _SLUG.match(item.text()):
                raise item.error("an id holds lower-case letters, digits, '.', '_' and '-'")
        flows = tuple(self._flow(item) for item in self.top["flows"].items())
        forbidden = tuple(self._forbidden(item) for item in self._list("forbidden"))
        return Ruleset(
            id=self.top["id"].text(),
            title=self.top["title"].text(),
            version=self.top["version"].text(),
            status=self.top["status"].choice(("draft", "stable", "deprecated"), "status"),
            file=str(self.path),
            applies_to=product_of(self.top.get("applies_to")),
            sources=self.citations.sources,
            rows=self.citations.rows,
            variables=self.variables,
            conditions=self.conditions,
            zones=self.zones,
            roles=self.roles,
            groups=self.groups,
            services=self.services,
            flows=flows,
            forbidden=forbidden,
            unrestricted=tuple(self._unrestricted(item) for item in self._list("unrestricted")),
            closed_world=tuple(self._closed(item) for item in self._list("closed_world")),
            questions=tuple(self._question(item) for item in self._list("questions")),
            host_rules=self._host_rules(),
            no_flow={self.citations.one(key, item): item.text() for key, item in self._part("no_flow").items()},
        )

    @staticmethod
    def _zone(item: Item) -> str:
        return item.mapping(("trust",), ("trust",))["trust"].choice(("untrusted", "semi", "trusted"), "trust")

    def _role(self, name: str, item: Item) -> Role:
        entry = item.mapping(("title", "allowed_zones", "client", "zone", "cite", "recognise"), ("title",))
        zones = entry["allowed_zones"].texts() if "allowed_zones" in entry else ()
        for zone in zones:
            if zone not in self.zones:
                raise entry["allowed_zones"].error(f"unknown zone {zone!r}{nearest(zone, self.zones)}")
        if zones and "cite" not in entry:
            raise entry["allowed_zones"].error("allowed_zones need a cite: who says that the role belongs there?")
        client = entry["client"].flag() if "client" in entry else False
        where = entry["zone"].choice(self.zones, "zone") if "zone" in entry else ""
        shown = read_recognition(entry["recognise"]) if "recognise" in entry else Recognition()
        return Role(name, entry["title"].text(), zones, client, where, self.citations.of(entry), shown)

    def _members(self, item: Item) -> tuple[str, ...]:
        return tuple(each.choice(self.roles, "role") for each in item.some())

    def _variable(self, name: str, item: Item) -> Variable:
        entry = item.mapping(("type", "default", "suggest", "only", "cite", "note"), ("type", "default", "cite"))
        entry["type"].choice(("port", "portset"), "type")
        default = None
        if not entry["default"].is_null:
            default = ports_of(entry["default"])
        suggest = entry["suggest"].mapping() if "suggest" in entry else {}
        return Variable(
            name,
            default,
            tuple((key, suggested_of(value)) for key, value in suggest.items()),
            entry["note"].text() if "note" in entry else "",
            self.citations.of(entry),
            self._limits(entry["only"], suggest) if "only" in entry else {},
        )

    def _limits(self, item: Item, known: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
        """Suggestions with the roles whose servers they fit."""
        limits = item.mapping()
        for name, each in limits.items():
            if name not in known:
                raise each.error(f"unknown suggestion {name!r}{nearest(name, known)}")
        return {name: tuple(part.choice(self.roles, "role") for part in each.some()) for name, each in limits.items()}

    def _condition(self, name: str, item: Item) -> Question:
        entry = item.mapping(("ask", "values", "default"), ("ask", "default"))
        default, ask = entry["default"], entry["ask"].text()
        if "values" in entry:
            values = entry["values"].texts()
            return Question(name, ask, values=values, choice="" if default.is_null else default.choice(values, "value"))
        if default.is_null:
            return Question(name, ask)
        if default.is_scalar:
            return Question(name, ask, default.flag())
        derived = default.mapping(("role_bound", "otherwise", "role_count"))
        if ("role_bound" in derived) == ("role_count" in derived):
            raise default.error("expected exactly one of role_bound and role_count")
        if "role_bound" in derived:
            otherwise = derived["otherwise"].flag() if "otherwise" in derived else None
            bound = derived["role_bound"].choice(self.roles, "role")
            return Question(name, ask, role_bound=bound, otherwise=otherwise)
        count = derived["role_count"].mapping(("role", "at_least"), ("role", "at_least"))
        return Question(name, ask, role_count=(count["role"].choice(self.roles, "role"), count["at_least"].number()))

    def _service(self, item: Item) -> tuple[Port, ...]:
        return tuple(self._port(each) for each in item.some())

    def _port(self, item: Item) -> Port:
        text = item.text()
        variable = _VARIABLE.match(text)
        if variable:
            if variable.group(2) not in self.variables:
                known = nearest(variable.group(2), self.variables)
                raise item.error(f"unknown variable {variable.group(2)!r}{known}")
            return Port(text, variable.group(1), variable.group(2))
        try:
            ServiceSet.parse(text)
        except ValueError as error:
            raise item.error(str(error)) from None
        return Port(text)

    def _end(self, item: Item) -> End:
        entry = item.mapping(("zone", "role"))
        if len(entry) != 1:
            raise item.error("expected exactly one of zone and role")
        kind, value = next(iter(entry.items()))
        names: list[str] = []
        known = self.zones.keys() if kind == "zone" else self.roles.keys() | self.groups.keys()
        for part in value.parts():
            word = part.choice(known, kind)
            names += self.groups.get(word, (word,)) if kind == "role" else (word,)
        return End(kind, tuple(dict.fromkeys(names)))

    def _service_names(self, item: Item) -> tuple[str, ...]:
        return tuple(part.choice(self.services, "service") for part in item.parts())

    def _when(self, item: Item) -> When:
        if item.is_scalar:
            name = item.choice(self.conditions, "condition")
            if self.conditions[name].values:
                raise item.error(f"{name} is a choice: write {{is: {{{name}: {self.conditions[name].values[0]}}}}}")
            return When("name", name)
        entry = item.mapping(("all", "any", "not", "is"))
        if len(entry) != 1:
            raise item.error("expected exactly one of all, any, not, is")
        kind, value = next(iter(entry.items()))
        if kind == "is":
            return self._is(value)
        parts = (self._when(value),) if kind == "not" else tuple(self._when(each) for each in value.some())
        return When(kind, "", parts)

    def _is(self, item: Item) -> When:
        choices = {name: each.values for name, each in self.conditions.items() if each.values}
        entry = item.mapping(choices)
        if len(entry) != 1:
            raise item.error("expected exactly one condition that is a choice")
        name, value = next(iter(entry.items()))
        return When("is", name, values=tuple(part.choice(choices[name], "value") for part in value.parts()))

    def _id(self, item: Item) -> str:
        word = item.text()
        if not _FLOW_ID.match(word):
            raise item.error("an id holds capital letters, digits and '-'")
        if word in self.flow_ids:
            raise item.error(f"the id {word!r} stands twice, first in line {self.flow_ids[word]}")
        self.flow_ids[word] = item.line
        return word

    def _flow(self, item: Item) -> BaselineFlow:
        known = "id title from to service any_of level when if_missing enforce coverage tags cite note".split()
        known += ["remedy", "opened_by"]
        entry = item.mapping(known, ("id", "from", "to", "level", "cite"))
        level = entry["level"].choice(_LEVELS, "level")
        if (level == "required") != ("if_missing" in entry):
            raise item.error("if_missing is needed with level required, and only there")
        if ("service" in entry) == ("any_of" in entry):
            raise item.error("expected exactly one of service and any_of")
        cite = self.citations.of(entry)
        if level == "required" and not self.citations.carries(cite):
            raise item.error("a required flow needs a document: what rests on practice alone is at most permitted")
        alternatives = entry["any_of"].some() if "any_of" in entry else []
        key = self._id(entry["id"])
        return BaselineFlow(
            id=key,
            title=entry["title"].text() if "title" in entry else key,
            source=self._end(entry["from"]),
            destination=self._end(entry["to"]),
            services=self._service_names(entry["service"]) if "service" in entry else (),
            any_of=tuple(self._service_names(each) for each in alternatives),
            level=level,
            when=self._when(entry["when"]) if "when" in entry else None,
            if_missing=Severity.parse(entry["if_missing"].choice(_SEVERITIES, "severity"))
            if level == "required"
            else None,
            enforce=words_of(entry, "enforce", ("network", "host")) or ("network", "host"),
            coverage=entry["coverage"].choice(("all", "any"), "coverage") if "coverage" in entry else "all",
            tags=entry["tags"].texts() if "tags" in entry else (),
            cite=cite,
            note=entry["note"].text() if "note" in entry else "",
            remedy=entry["remedy"].text() if "remedy" in entry else "",
            opened_by=tuple(each.choice(self.flow_ids, "flow") for each in entry["opened_by"].parts())
            if "opened_by" in entry
            else (),
            line=item.line,
        )

    def _severity(self, item: Item) -> tuple[tuple[str, Severity], ...]:
        if item.is_scalar:
            return (("default", Severity.parse(item.choice(_SEVERITIES, "severity"))),)
        entry = item.mapping((*self.zones, "default"), ("default",))
        return tuple((key, Severity.parse(each.choice(_SEVERITIES, "severity"))) for key, each in entry.items())

    def _forbidden(self, item: Item) -> Forbidden:
        known = ("id", "title", "from", "to", "service", "severity", "when", "unless", "cite", "note", "remedy")
        entry = item.mapping(known, ("id", "from", "to", "service", "severity", "cite"))
        key = self._id(entry["id"])
        return Forbidden(
            id=key,
            title=entry["title"].text() if "title" in entry else key,
            source=self._end(entry["from"]),
            destination=self._end(entry["to"]),
            services=self._service_names(entry["service"]),
            severity=self._severity(entry["severity"]),
            when=self._when(entry["when"]) if "when" in entry else None,
            unless=self._when(entry["unless"]) if "unless" in entry else None,
            cite=self.citations.of(entry),
            note=entry["note"].text() if "note" in entry else "",
            remedy=entry["remedy"].text() if "remedy" in entry else "",
        )

    def _unrestricted(self, item: Item) -> Unrestricted:
        entry = item.mapping(("id", "between", "cite", "note"), ("id", "between", "cite"))
        names: list[str] = []
        for part in entry["between"].some():
            word = part.choice(self.roles.keys() | self.groups.keys(), "role")
            names += self.groups.get(word, (word,))
        note = entry["note"].text() if "note" in entry else ""
        return Unrestricted(self._id(entry["id"]), tuple(names), self.citations.of(entry), note)

    def _closed(self, item: Item) -> ClosedWorld:
        entry = item.mapping(("id", "from", "to", "severity", "cite"), ("id", "from", "to", "severity"))
        severity = Severity.parse(entry["severity"].choice(_SEVERITIES, "severity"))
        return ClosedWorld(
            self._id(entry["id"]), self._end(entry["from"]), self._end(entry["to"]), severity, self.citations.of(entry)
        )

    def _question(self, item: Item) -> ReaderQuestion:
        known = ("id", "ask", "service", "answer", "satisfied_by", "forbidden", "when", "about", "hints", "cite")
        entry = item.mapping(known, ("id", "ask", "answer"))
        about = entry["about"].choice(("target", "management"), "subject") if "about" in entry else ""
        for key in ("satisfied_by", "forbidden"):
            for part in entry[key].items() if key in entry else []:
                part.choice(self.flow_ids, "flow")
        return ReaderQuestion(
            self._id(entry["id"]),
            entry["ask"].text(),
            entry["service"].text() if "service" in entry else "",
            entry["answer"].text(),
            entry["satisfied_by"].texts(empty=True) if "satisfied_by" in entry else (),
            entry["forbidden"].texts(empty=True) if "forbidden" in entry else (),
            entry["hints"].texts() if "hints" in entry else (),
            self.citations.of(entry),
            self._when(entry["when"]) if "when" in entry else None,
            about == "target",
            about == "management",
        )

    def _host_rules(self) -> tuple[HostRule, ...]:
        items = self._list("host_rules")
        found = tuple(self._host_rule(item) for item in items)
        ids = [rule.id for rule in found]
        for item, rule in zip(items, found, strict=True):
            if "twin" in item.mapping() and rule.twin not in ids:
                raise item.mapping()["twin"].error(f"unknown host rule {rule.twin!r}{nearest(rule.twin, ids)}")
        return found

    def _host_rule(self, item: Item) -> HostRule:
        known = ("id", "name", "ports", "program", "roles", "gfw", "twin", "relation", "advice", "cite")
        entry = item.mapping(known, ("id", "name", "ports", "roles", "cite"))
        for role in entry["roles"].some():
            role.choice(self.roles, "role")
        relations = ("exact", "partial", "collective", "none")
        return HostRule(
            self._id(entry["id"]),
            entry["name"].text(),
            entry["ports"].texts(),
            entry["program"].text() if "program" in entry else "",
            entry["roles"].texts(),
            entry["gfw"].flag() if "gfw" in entry else False,
            entry["twin"].text() if "twin" in entry else "",
            entry["relation"].choice(relations, "relation") if "relation" in entry else "",
            entry["advice"].text() if "advice" in entry else "",
            self.citations.of(entry),
        )
