"""`fwproof trace`: what happens to one packet, or to a whole list of expectations, and why."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Set
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from auditor.commands.callnames import known_names
from auditor.commands.case import (
    Case,
    apply_option,
    files_argument,
    open_case,
    ruleset_option,
    site_option,
    today_option,
)
from auditor.commands.output import check_folder, save, show, window
from auditor.commands.question import analysed, answer, parse_question
from auditor.findings.wording import counted, listed

if TYPE_CHECKING:
    from pandas import DataFrame

    from auditor.analysis.steps import Question, Step
    from auditor.analysis.tracing import Trace
    from parsers.model.firewall import Firewall
    from parsers.model.rule import Rule
    from parsers.parser import Script

SCHEMA = "fwproof-trace/1"
STAGES = {
    "network": "passing through",
    "local": "its own services",
    "host": "entering the host",
    "sender": "leaving the host",
}


@click.command("trace", short_help="Say what happens to one packet, or to a list of flows, and why.")
@files_argument
@click.option("--from", "start", metavar="ZONE|INTERFACE|ADDRESS", help="Where the packet comes in, or who sends it.")
@click.option("--source", metavar="ADDRESS", default="", help="Who sends it; everybody there unless given.")
@click.option(
    "--to",
    "target",
    metavar="ADDRESS|NAME",
    help="What the client sends to (a server or virtual IP may be named); translation is followed.",
)
@click.option("--port", metavar="tcp/443", help="Protocol and port, icmp/8, ip/47, or a name such as https.")
@click.option("--source-port", metavar="N", default="", help="The client's port; any unless given.")
@click.option("--device", metavar="NAME", default="", help="Ask this firewall only.")
@click.option("--flow", "words", metavar="TEXT", help='All of that in words: "tcp/443 from internet to 203.0.113.10".')
@click.option(
    "--flows",
    "flow_list",
    type=click.Path(path_type=Path),
    help="CSV with the columns from, to, port and optionally source, source_port, device.",
)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="With --flows: the list with verdicts, as CSV.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON (schema fwproof-trace/1) instead of text.")
@site_option
@ruleset_option("Baseline whose zones and roles count, instead of those the site file names.")
@apply_option
@today_option
def trace_command(
    files: tuple[Path, ...],
    start: str | None,
    source: str,
    target: str | None,
    port: str | None,
    source_port: str,
    device: str,
    words: str | None,
    flow_list: Path | None,
    output: Path | None,
    as_json: bool,
    site_path: Path | None,
    ruleset_ids: tuple[str, ...],
    scripts: tuple[Script, ...],
    now: datetime,
) -> int:
    """Say what happens to one packet and which rule decides it: allowed, blocked, or possible and why.

    The exit code is 0 whatever the verdict: a question was answered. What was not understood of the devices on the way
    and could make another answer is said on standard error.
    """
    opened = partial(open_case, files, site_path, ruleset_ids, scripts=scripts)
    if flow_list is not None:
        if words or start or target or port or as_json:
            raise click.UsageError(
                "--flows answers a list by itself: leave out --from, --to, --port, --flow and --json."
            )
        return _answer_list(flow_list, output, opened, now)
    if output is not None:
        raise click.UsageError("-o writes the answers to a list: it needs --flows.")
    asked = _asked(start, source, target, port, source_port, device, words)
    case = opened()
    try:
        question = parse_question(**asked, names=known_names(case))
        trace = answer(analysed(case, now, [question]), question)
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    show(json.dumps(trace_value(trace), indent=2, ensure_ascii=False) if as_json else "\n".join(_text(trace)))
    _warn(case.firewalls, {hop.device for hop in trace.steps})
    return 0


def _warn(firewalls: Iterable[Firewall], asked: Set[str]) -> None:
    """Say on standard error what was not understood of the devices that were asked and could make another answer."""
    gaps = [gap for each in firewalls if each.name in asked for gap in each.gaps if gap.hides_access]
    if gaps:
        places = counted(len(gaps), "place was", "places were")
        first = f"{gaps[0].origin.text} ({gaps[0].what})"
        show(f"Not certain: {places} not understood and could hide access, the first is {first}.", err=True)


def _asked(
    start: str | None,
    source: str,
    target: str | None,
    port: str | None,
    source_port: str,
    device: str,
    words: str | None,
) -> dict[str, str]:
    """The parts of a question, as `parse_question` takes them."""
    from auditor.commands.flowwords import parse_flow

    beside = {"source": source, "source_port": source_port, "device": device}
    if words:
        try:
            return parse_flow(words) | {key: value for key, value in beside.items() if value}
        except ValueError as error:
            raise click.UsageError(str(error)) from None
    if not (start and target and port):
        raise click.UsageError("a question needs --from, --to and --port, or --flow, or --flows.")
    return {"start": start, "target": target, "port": port, **beside}


def trace_value(trace: Trace) -> dict[str, Any]:
    """A trace as plain values."""
    return {
        "schema": SCHEMA,
        "verdict": trace.outcome.value,
        "reasons": list(trace.reasons),
        "hops": [
            {
                "device": hop.device,
                "stage": STAGES[hop.layer],
                "interfaces": hop.interfaces,
                "verdict": hop.outcome.value,
                "rule": hop.rule.id if hop.rule else None,
                "rule_name": hop.rule.name if hop.rule else None,
                "file": hop.rule.origin.file if hop.rule else None,
                "line": (hop.rule.origin.first_line or None) if hop.rule else None,
                "translation": hop.translation,
                "translated_to": hop.translated,
                "candidates": [rule.id for rule in hop.candidates],
                "reasons": list(hop.reasons),
                "near": [
                    {"rule": each.rule.id, "rule_name": each.rule.name, "place": each.rule.origin.text, "but": each.but}
                    for each in hop.near
                ],
                "hints": list(hop.hints),
            }
            for hop in trace.steps
        ],
    }


def _text(trace: Trace) -> Iterator[str]:
    import textwrap

    from auditor.reports.text import one_line

    width, _ = window()
    yield f"{trace.outcome.value.upper()}: {asked_text(trace.question)}"
    if not trace.steps:
        yield from (f"  {reason}" for reason in trace.reasons)
    elif all(hop.layer in ("host", "sender") for hop in trace.steps):
        yield "  (by the host's own firewall alone: no firewall of the network was asked)"
    for hop in trace.steps:
        way = f" ({hop.interfaces})" if hop.layer != "local" and hop.interfaces else ""
        lines = [f"{hop.device}, {STAGES[hop.layer]}{way}: {hop.outcome.value}{_by(hop)}"]
        if hop.translation:
            lines.append(f"    translated by {hop.translation} to {hop.translated}")
        if hop.rule is None and hop.candidates and not _by_default(hop):
            more = f"; and {len(hop.candidates) - 6} more" if len(hop.candidates) > 6 else ""
            lines.append(f"    may be decided by {'; '.join(map(_rule, hop.candidates[:6]))}{more}")
        lines += [f"    depends on: {reason}" for reason in together(hop.reasons)]
        lines += [f"    {hint}" for hint in hop.hints]
        lines += [f"    {_rule(each.rule)}, would let it through, but {each.but}" for each in hop.near]
        for line in lines:
            indent = "  " + " " * (len(line) - len(line.lstrip()))
            yield from textwrap.wrap(
                one_line(line), width, initial_indent=indent, subsequent_indent=indent + "  ", break_on_hyphens=False
            )


def asked_text(question: Question) -> str:
    """A question in the words of --flow: "tcp/443 from internet to 203.0.113.10"."""
    source = f" ({question.source.text(3)})" if question.source and question.source.text() != question.origin else ""
    return f"{question.service.text(3)} from {question.origin}{source} to {question.destination.text(3)}"


def together(reasons: Iterable[str]) -> Iterator[str]:
    """Reasons with the rules of those that say the same counted up: "rule 7, 8, 9: RPC stands for ..."."""
    rules: dict[str, list[str]] = {}
    for reason in reasons:
        match = _OF_RULE.match(reason)
        rules.setdefault(match["text"] if match else reason, []).append(match["rule"] if match else "")
    for text, ids in rules.items():
        yield f"rule {listed(ids)}: {text}" if any(ids) else text


_OF_RULE = re.compile(r"rule (?P<rule>[^:]+): (?P<text>.+)", re.DOTALL)


def _by(hop: Step) -> str:
    if hop.rule is not None:
        return f" by {_rule(hop.rule)}"
    if _by_default(hop):
        return " by default"
    return "" if hop.candidates else ", no rule matches"


def _by_default(hop: Step) -> bool:
    """Does no rule that a line states have a say in it?"""
    return hop.outcome.value != "possible" and bool(hop.candidates) and all(rule.implicit for rule in hop.candidates)


def _rule(rule: Rule) -> str:
    from auditor.reports.shortnames import short_origin

    place = short_origin(rule.origin).text
    if rule.id.startswith("implicit: "):
        return f"{rule.id}, {place}"
    name = f" ({rule.name})" if rule.name and rule.name != rule.id else ""
    return f"rule {rule.id}{name}, {place}"


def _answer_list(flow_list: Path, output: Path | None, opened: Callable[[], Case], now: datetime) -> int:
    from auditor.commands.flowlist import read_flows, with_verdicts

    if output is not None:
        check_folder(output)
    frame = read_flows(flow_list)
    case = opened()
    traces = list(_traces(case, frame, flow_list, now))
    answered = with_verdicts(frame, [_columns(trace) for trace in traces])
    if output is None:
        show(answered.decode())
    else:
        save(output, answered)
        show(f"Wrote {output}: {len(frame)} flows answered.", err=True)
    _warn(case.firewalls, {hop.device for trace in traces for hop in trace.steps})
    return 0


def _traces(case: Case, frame: DataFrame, flow_list: Path, now: datetime) -> Iterator[Trace]:
    """The answer of every row; the first bad row ends the run with its line."""
    from auditor.commands.flowlist import rows

    questions, names = [], known_names(case)
    for row in rows(frame):
        try:
            question = parse_question(row.from_, row.to, row.port, row.source, row.source_port, row.device, names=names)
        except ValueError as error:
            raise click.ClickException(f"{flow_list}:{row.number}: {error}") from None
        questions.append((row.number, question))
    analysis = analysed(case, now, [question for _, question in questions])
    for number, question in questions:
        try:
            yield answer(analysis, question)
        except ValueError as error:
            raise click.ClickException(f"{flow_list}:{number}: {error}") from None


def _columns(trace: Trace) -> tuple[str, str, str, str]:
    hop = trace.deciding
    if hop is None:
        return trace.outcome.value, "", "", "; ".join(trace.reasons)
    rule = f"{hop.device} {hop.rule.id}" if hop.rule else ""
    line = hop.rule.origin.text if hop.rule else ""
    translated = f"translated by {hop.translation} to {hop.translated}" if hop.translation else ""
    reasons = [translated, *hop.reasons]
    if hop.rule is None:
        several = ", ".join(rule.id for rule in hop.candidates[:6])
        reasons.append(f"one of the rules {several} on {hop.device}" if several else f"no rule of {hop.device} matches")
    return trace.outcome.value, rule, line, "; ".join(part for part in reasons if part)
