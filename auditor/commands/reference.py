"""A baseline as tables: the rows of its source beside what became of each, to be checked against the original."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import TYPE_CHECKING

from auditor.commands.sheets import Sheet

if TYPE_CHECKING:
    from auditor.baseline.model import (
        BaselineFlow,
        Forbidden,
        HostRule,
        Question,
        Ruleset,
        SourceRow,
        SourceTable,
        When,
    )


def sheets(ruleset: Ruleset) -> Iterator[Sheet]:
    """Every table of a baseline: first the tables of its sources, row by row, then what it says itself."""
    yield from _source_tables(ruleset)
    yield _sheet("Flows", "Flow|Level|From|To|Ports|If|Cites", (_flow(ruleset, each) for each in ruleset.flows))
    banned = (_forbidden(ruleset, each) for each in ruleset.forbidden)
    yield _sheet("Never open", "Id|Severity|From|To|Ports|If|Cites", banned)
    free = ((each.id, _names(each.between), each.note, ", ".join(each.cite)) for each in ruleset.unrestricted)
    yield _sheet("Unrestricted by the vendor", "Id|Between|Why|Cites", free)
    worlds = (
        (each.id, _names(each.source.names), _names(each.destination.names), ", ".join(each.cite))
        for each in ruleset.closed_world
    )
    yield _sheet("Closed worlds: whatever no flow names is too much", "Id|From|To|Cites", worlds)
    yield _sheet("What disabling a Windows rule breaks", "Rule|Twin|Advice", _advice(ruleset))
    questions = (
        (each.id, each.ask, each.answer, " ".join(each.hints), ", ".join(each.cite)) for each in ruleset.questions
    )
    yield _sheet("Questions", "Id|Question|Answer|No firewall can check|Cites", questions)
    yield from _site_words(ruleset)
    sources = ((key, each.title, each.place, each.date, each.basis.value) for key, each in ruleset.sources.items())
    yield _sheet("Sources", "Key|Title|Where|Date|Basis", sources)


def counts(ruleset: Ruleset) -> str:
    """How much the tables of the sources hold, in one sentence, "" without an index of rows."""
    tables = {(key, table.key) for key, each in ruleset.sources.items() for table in each.tables}
    host = {cite for rule in ruleset.host_rules for cite in rule.cite}
    paths = [row for row in ruleset.rows if (row.source, row.table) in tables and row.cite not in host]
    if not paths:
        return ""
    cells = [port for row in paths for port in row.ports]
    added = sum(len(row.added) for row in paths)
    text = f"{len(paths)} data paths, {len(cells)} ports in their cells ({len(set(cells))} distinct)"
    text += f", {len(cells) + added} with what the notes add"
    free = sum(rule.gfw for rule in ruleset.host_rules)
    return f"{text}; {len(ruleset.host_rules)} Windows rules, {free} of them open to any program." if host else text


def _site_words(ruleset: Ruleset) -> Iterator[Sheet]:
    """What a site file may bind, answer and set."""
    from parsers.model.services import port_list

    roles = ((each.name, each.title, _names(each.allowed_zones)) for each in ruleset.roles.values())
    yield _sheet("Roles a site file binds", "Role|Title|Supported in zone", roles)
    conditions = ((each.name, each.ask, _default(each)) for each in ruleset.conditions.values())
    yield _sheet("What a site file may answer", "Condition|Question|Unless answered", conditions)
    variables = (
        (
            each.name,
            port_list(each.default) if each.default else "not judged",
            ", ".join(f"{name} {value}" for name, value in each.suggest),
            each.note,
        )
        for each in ruleset.variables.values()
    )
    yield _sheet("What a site file may set", "Variable|Unless set|Usual|Note", variables)


def _sheet(title: str, columns: str, rows: Iterable[tuple[str, ...]]) -> Sheet:
    return Sheet(title, tuple(columns.split("|")), tuple(rows))


# --- the tables of the sources


def _source_tables(ruleset: Ruleset) -> Iterator[Sheet]:
    tables = {(key, table.key): table for key, each in ruleset.sources.items() for table in each.tables}
    for key, found in groupby(ruleset.rows, key=lambda row: (row.source, row.table)):
        if key in tables:
            yield _source_table(ruleset, tables[key], tuple(found))
    notes = (row for row in ruleset.rows if (row.source, row.table) not in tables)
    said = ((row.row, str(row.line), row.text, ", ".join(_used(ruleset, row))) for row in notes)
    yield _sheet("Notes, and rows outside the tables", "Row|Line|Says|Used by", said)


def _source_table(ruleset: Ruleset, table: SourceTable, rows: tuple[SourceRow, ...]) -> Sheet:
    ports = any(row.ports or row.added for row in rows)
    rules = {cite: rule for rule in ruleset.host_rules for cite in rule.cite}
    lines = []
    for row in rows:
        cells = (*row.cells, *[""] * len(table.columns))[: len(table.columns)]
        by = f" ({', '.join(row.by)})" if row.by else ""
        read = (" ".join(row.ports), " ".join(row.added) + by) if ports else ()
        rule = rules.get(row.cite)
        becomes = _host_rule(rule, cells) if rule else _becomes(ruleset, row)
        lines.append((row.row, str(row.line), *cells, *read, becomes))
    columns = ("Row", "Line", *table.columns, *(("Read as", "Notes add") if ports else ()), "Becomes")
    title = f"{table.title} ({len(rows)} rows)"
    # The columns after the ports (authentication, encryption) are no matter of a firewall.
    return Sheet(title, columns, tuple(lines), table.columns[2:] if ports else (), _count(rows) if ports else "")


def _count(rows: tuple[SourceRow, ...]) -> str:
    cells = sum(len(row.ports) for row in rows)
    return f"{cells} ports in the cells, {cells + sum(len(row.added) for row in rows)} with what the notes add"


def _becomes(ruleset: Ruleset, row: SourceRow) -> str:
    reason = ruleset.no_flow.get(row.cite)
    return f"no flow: {reason}" if reason is not None else ", ".join(_used(ruleset, row))


def _used(ruleset: Ruleset, row: SourceRow) -> Iterator[str]:
    """Who cites a row: flows with their level, openings that must not exist, Windows rules, questions."""
    yield from (f"{flow.id} {flow.level}" for flow in ruleset.flows if row.cite in flow.cite)
    yield from (f"{ban.id} forbidden" for ban in ruleset.forbidden if row.cite in ban.cite)
    rules = [rule.id for rule in ruleset.host_rules if row.cite in rule.cite]
    yield from rules if len(rules) < 4 else [f"{len(rules)} Windows rules"]
    yield from (world.id for world in ruleset.closed_world if row.cite in world.cite)
    yield from (question.id for question in ruleset.questions if row.cite in question.cite)


def _host_rule(rule: HostRule, cells: tuple[str, ...]) -> str:
    """What a Windows rule of the source became: its twin, and every word that is read otherwise than written."""
    parts = [f"open to any program, {_relation(rule)}" if rule.gfw else "one program"]
    if rule.name != cells[0]:
        parts.append(f"name read as {rule.name}")
    if rule.program and rule.program != cells[-1]:
        parts.append(f"program read as {rule.program}")
    return "; ".join(parts)


def _relation(rule: HostRule) -> str:
    words = {"collective": "all program-bound RPC rules together are its twin", "none": "no twin"}
    return words.get(rule.relation) or f"{rule.relation} twin {rule.twin}"


def _advice(ruleset: Ruleset) -> Iterator[tuple[str, ...]]:
    for rule in ruleset.host_rules:
        if rule.advice:
            yield f"{rule.id} {rule.name}", _relation(rule) if rule.gfw else "", rule.advice


# --- what the baseline says


def _flow(ruleset: Ruleset, flow: BaselineFlow) -> tuple[str, ...]:
    pool = " (any one of the pool)" if flow.coverage == "any" else ""
    missing = f", {flow.if_missing.word} if missing" if flow.if_missing is not None else ""
    return (
        f"{flow.id}: {flow.title}",
        f"{flow.level}{missing}",
        _names(flow.source.names),
        _names(flow.destination.names),
        port_terms(ruleset, flow) + pool,
        condition_text(flow.when),
        ", ".join(flow.cite),
    )


def _forbidden(ruleset: Ruleset, rule: Forbidden) -> tuple[str, ...]:
    levels = [f"{level.word}{'' if zone == 'default' else f' from {zone}'}" for zone, level in rule.severity]
    unless = f"unless {condition_text(rule.unless)}" if rule.unless else ""
    return (
        f"{rule.id}: {rule.title}",
        ", ".join(levels),
        _names(rule.source.names),
        _names(rule.destination.names),
        port_terms(ruleset, rule),
        " and ".join(part for part in (condition_text(rule.when), unless) if part),
        ", ".join(rule.cite),
    )


def port_terms(ruleset: Ruleset, row: BaselineFlow | Forbidden) -> str:
    """The ports of a row as the baseline writes them, variables by name."""
    names = [row.services] if row.services else list(getattr(row, "any_of", ()))
    return " or ".join(
        ", ".join(port.text for name in group for port in ruleset.services[name]) or "any" for group in names
    )


def condition_text(when: When | None) -> str:
    """A condition structure in words, "" for none."""
    if when is None:
        return ""
    if when.kind == "is":
        return f"{when.name} is {_names(when.values)}"
    if when.name:
        return when.name
    parts = [f"({condition_text(part)})" if len(part.parts) > 1 else condition_text(part) for part in when.parts]
    return f"not {parts[0]}" if when.kind == "not" else f" {'and' if when.kind == 'all' else 'or'} ".join(parts)


def _default(question: Question) -> str:
    """What holds until the site file answers."""
    if question.role_bound:
        return f"yes if {question.role_bound} is bound"
    if question.role_count:
        return f"yes with {question.role_count[1]} or more of {question.role_count[0]}"
    if question.values:
        return question.choice or "cannot tell"
    return "cannot tell" if question.default is None else "yes" if question.default else "no"


def _names(names: Iterable[str]) -> str:
    return " or ".join(names)
