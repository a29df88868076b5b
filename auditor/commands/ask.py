"""`fwproof ask`: a reader's question, answered from the documentation alone or for a network."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from auditor.commands.case import apply_option, open_case, site_option, today_option
from auditor.commands.output import show, window
from auditor.commands.reference import condition_text, port_terms
from auditor.exitcodes import FINDINGS, NOT_JUDGED, PASSED

if TYPE_CHECKING:
    from auditor.baseline.model import BaselineFlow, Forbidden, ReaderQuestion, Ruleset, When
    from auditor.findings.result import Answer
    from parsers.parser import Script

SCHEMA = "fwproof-ask/1"


@click.command("ask", short_help="Answer a question about a service, from the documentation or for your network.")
@click.argument("ruleset_id", metavar="RULESET")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path), metavar="[FILE]...")
@click.option(
    "--service",
    "words",
    multiple=True,
    metavar="NAME|ID",
    help="A service (activesync), a word of the question (outlook) or its id (Q10); every question unless given. "
    "May be repeated.",
)
@site_option
@apply_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON (schema fwproof-ask/1) instead of text.")
@click.option("--allow-gaps", is_flag=True, help="Answer although something that was not understood may hide access.")
@today_option
def ask_command(
    ruleset_id: str,
    files: tuple[Path, ...],
    words: tuple[str, ...],
    site_path: Path | None,
    scripts: tuple[Script, ...],
    as_json: bool,
    allow_gaps: bool,
    now: datetime,
) -> int:
    """Answer the questions of a baseline.

    \b
    Without files, what the documentation says:
      fwproof ask exchange-2010 --service activesync
    With exports, whether it is so in this network, and which rules decide:
      fwproof ask exchange-2010 backup.conf host.txt --site site.yaml --service activesync
    Before a change is made:
      fwproof ask exchange-2010 backup.conf --apply change.txt --service activesync

    With exports the exit code is 0 when everything asked is in order, 1 when something is missing, over-broad or
    forbidden, 3 when an answer cannot be told. What no firewall can check is printed as a hint.
    """
    if site_path is not None and not files:
        raise click.UsageError("--site says who is who in exports: name their files too.")
    if scripts and not files:
        raise click.UsageError("--apply carries a script out on an export: name its file too.")
    ruleset = _ruleset(ruleset_id)
    asked = _chosen(ruleset, words)
    if not files:
        show(_json(ruleset, asked, {}) if as_json else "\n".join(_documented(ruleset, asked)))
        return PASSED
    found, code, beside = _answered(ruleset_id, files, site_path, scripts, allow_gaps, now)
    if as_json:
        show(_json(ruleset, asked, found))
    else:
        show("\n".join(_text(asked, found)))
    for sentence in beside:
        show(sentence, err=True)
    return code if code == NOT_JUDGED else _code(found[each.id] for each in asked)


def _ruleset(name: str) -> Ruleset:
    """The baseline named.

    Raises:
        click.UsageError: it is the file of an export.
        RulesetError: there is none of this name, or it is broken.
    """
    from auditor.baseline import load_ruleset
    from auditor.baseline.errors import RulesetError

    try:
        return load_ruleset(name)
    except RulesetError:
        if not Path(name).is_file() or Path(name).suffix.casefold() in (".yaml", ".yml"):
            raise
    raise click.UsageError(f"name the baseline first, then the exports: fwproof ask exchange-2010 {name}")


def _chosen(ruleset: Ruleset, words: Iterable[str]) -> tuple[ReaderQuestion, ...]:
    """The questions of the services or ids named; all of them without a word.

    Raises:
        click.UsageError: no question has this id or service; the nearest word and all services are named.
    """
    from auditor.baseline.errors import nearest

    if not ruleset.questions:
        raise click.UsageError(f"{ruleset.id} has no questions; fwproof rulesets show {ruleset.id} prints its flows.")
    chosen: dict[str, ReaderQuestion] = {}
    for word in words:
        hits = _about(ruleset.questions, word.casefold())
        if not hits:
            services = ", ".join(dict.fromkeys(each.service for each in ruleset.questions if each.service))
            known = [each.service for each in ruleset.questions] + [each.id for each in ruleset.questions]
            near = nearest(word, [each for each in known if each])
            hint = near.removesuffix("?") + "?" if "did you mean" in near else "."
            first, last = ruleset.questions[0].id, ruleset.questions[-1].id
            raise click.UsageError(
                f"{ruleset.id} has no question about {word!r}{hint} Services are {services}; ids {first} to {last}."
            )
        chosen |= {each.id: each for each in hits}
    return tuple(chosen.values()) if chosen else ruleset.questions


def _about(questions: tuple[ReaderQuestion, ...], word: str) -> list[ReaderQuestion]:
    """The question of this id or service, else those that speak of it ("outlook")."""
    exact = [each for each in questions if word in (each.id.casefold(), each.service.casefold())]
    return exact or [each for each in questions if re.search(rf"\b{re.escape(word)}\b", each.ask.casefold())]


def _answered(
    ruleset_id: str,
    files: tuple[Path, ...],
    site_path: Path | None,
    scripts: tuple[Script, ...],
    allow_gaps: bool,
    now: datetime,
) -> tuple[dict[str, Answer], int, tuple[str, ...]]:
    """The answers by question id, the gate's code with findings left out, and what was inferred or not judged."""
    from auditor.audit import audit
    from auditor.gate import rule_on

    case = open_case(files, site_path, (ruleset_id,), scripts=scripts)
    result = audit(case.firewalls, case.rulesets, case.site, now, inferred=case.inferred, refused=case.refused)
    beside = [f"inferred: {note}" for note in case.inferred]
    beside += [f"{each.name}: {each.host.made_by}." for each in case.firewalls if each.host and each.host.made_by]
    ruling = rule_on(result, None, allow_gaps)
    beside += [ruling.reason] if ruling.code != PASSED else []
    return {each.id: each for each in result.answers}, ruling.code, tuple(beside)


def _code(found: Iterable[Answer]) -> int:
    from auditor.findings.result import AnswerState

    states = {each.state for each in found}
    if AnswerState.CANNOT_TELL in states:
        return NOT_JUDGED
    return PASSED if all(state.in_order for state in states) else FINDINGS


# --- as text


def _documented(ruleset: Ruleset, asked: Iterable[ReaderQuestion]) -> Iterator[str]:
    for question in asked:
        yield from _wrapped(f"{question.id} {question.ask}", "")
        yield from _wrapped(question.answer, "    ")
        yield from _rows(ruleset, question)
        yield from _end(question)


def _text(asked: Iterable[ReaderQuestion], found: dict[str, Answer]) -> Iterator[str]:
    for question in asked:
        answer = found[question.id]
        yield from _wrapped(f"{question.id} {question.ask}", "")
        yield from _wrapped(f"{answer.state.value.upper()}: expected: {question.answer}", "    ")
        if answer.rules:
            yield from _wrapped(f"decided by {', '.join(answer.rules)}", "    ")
        for each in answer.found:
            yield from _wrapped(each, "    ")
        yield from _end(question)


def _rows(ruleset: Ruleset, question: ReaderQuestion) -> Iterator[str]:
    for word, flow in _flows(ruleset, question):
        ends = f"{' or '.join(flow.source.names)} to {' or '.join(flow.destination.names)}"
        given = _given(ruleset, flow.when)
        yield from _wrapped(f"{word}: {ends}, {port_terms(ruleset, flow)} ({flow.id}){given}", "    ")
    for each in _forbidden(ruleset, question):
        ends = f"{' or '.join(each.source.names)} to {' or '.join(each.destination.names)}"
        given = _given(ruleset, each.when)
        yield from _wrapped(f"never: {ends}, {port_terms(ruleset, each)} ({each.id}){given}", "    ")


def _given(ruleset: Ruleset, when: When | None) -> str:
    """The condition of a row in words, where it does not hold by itself."""
    return "" if _by_default(ruleset, when) else f", if {condition_text(when)}"


def _by_default(ruleset: Ruleset, when: When | None) -> bool | None:
    """Does a condition hold as long as a site file answers nothing and binds nothing?"""
    if when is None:
        return True
    if when.kind == "name":
        question = ruleset.conditions[when.name]
        return question.otherwise if question.role_bound else question.default
    if when.kind == "is":
        choice = ruleset.conditions[when.name].choice
        return choice in when.values if choice else None
    parts = [_by_default(ruleset, part) for part in when.parts]
    if when.kind == "not":
        return None if parts[0] is None else not parts[0]
    decisive = when.kind == "any"
    return decisive if decisive in parts else (None if None in parts else not decisive)


def _end(question: ReaderQuestion) -> Iterator[str]:
    for hint in question.hints:
        yield from _wrapped(f"hint: {hint}", "    ")
    yield from _wrapped(f"source: {', '.join(question.cite)}", "    ")
    yield ""


def _flows(ruleset: Ruleset, question: ReaderQuestion) -> Iterator[tuple[str, BaselineFlow]]:
    """Flows that answer the question, and those permitted between the same ends under the same condition."""
    wanted = [flow for flow in ruleset.flows if flow.id in question.satisfied_by]
    for flow in wanted:
        yield ("must be open" if flow.level == "required" else "may be open"), flow
    ends = [(flow.source, flow.destination, flow.when) for flow in wanted]
    for flow in ruleset.flows:
        if flow.level == "permitted" and flow not in wanted and (flow.source, flow.destination, flow.when) in ends:
            yield "may be open", flow


def _forbidden(ruleset: Ruleset, question: ReaderQuestion) -> Iterator[Forbidden]:
    return (each for each in ruleset.forbidden if each.id in question.forbidden)


def _wrapped(text: str, indent: str) -> Iterator[str]:
    from auditor.reports.text import one_line

    width, _ = window()
    yield from textwrap.wrap(
        one_line(text),
        width,
        initial_indent=indent,
        subsequent_indent=indent + "  ",
        break_on_hyphens=False,
        break_long_words=False,
    )


# --- as JSON


def _json(ruleset: Ruleset, asked: Iterable[ReaderQuestion], found: dict[str, Answer]) -> str:
    value = {
        "schema": SCHEMA,
        "ruleset": {"id": ruleset.id, "version": ruleset.version},
        "questions": [_value(ruleset, each, found.get(each.id)) for each in asked],
    }
    return json.dumps(value, indent=2, ensure_ascii=False)


def _value(ruleset: Ruleset, question: ReaderQuestion, answer: Answer | None) -> dict[str, Any]:
    value: dict[str, Any] = {
        "id": question.id,
        "service": question.service,
        "ask": question.ask,
        "expected": question.answer,
        "flows": [
            {"id": flow.id, "level": flow.level, "services": port_terms(ruleset, flow)}
            for _, flow in _flows(ruleset, question)
        ],
        "forbidden": [{"id": each.id, "services": port_terms(ruleset, each)} for each in _forbidden(ruleset, question)],
        "hints": list(question.hints),
        "citation": list(question.cite),
    }
    if answer is not None:
        value |= {"state": answer.state.value, "rules": list(answer.rules), "found": list(answer.found)}
    return value
