"""The reader's questions of a ruleset, answered from the coverage of their flows and from what was found.

Shape of the answers: PUBLISHING reference, section 2 (satisfied, missing, over-broad, forbidden, not published, cannot
tell, with the rules that decide).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from auditor.analysis.analysis import Analysis
from auditor.analysis.coverage import Covered
from auditor.analysis.reach import reaching
from auditor.baseline import BoundForbidden, BoundRuleset
from auditor.baseline.model import Forbidden, ReaderQuestion
from auditor.findings.finding import Confidence, Finding, Severity
from auditor.findings.result import Answer, AnswerState, CoverageState
from parsers.model.addresses import AddressSet
from parsers.model.services import ServiceSet

_BEST = (
    CoverageState.SATISFIED,
    CoverageState.PARTLY,
    CoverageState.CANNOT_TELL,
    CoverageState.MISSING,
    CoverageState.NOT_PUBLISHED,
    CoverageState.NOT_OBSERVABLE,
    CoverageState.NOT_APPLICABLE,
)
"""One server that answers is enough for "is it published?": the best state of the pairs counts."""
_MANAGEMENT = "FW112"
_REQUIRED, _FORBIDDEN, _UNDOCUMENTED, _WRONG_TARGET = "FW101", "FW102", "FW103", "FW113"
_WIDER = (_FORBIDDEN, _UNDOCUMENTED, "FW104", "FW116")
"""Findings that say of a rule that it lets more through than is documented."""


@dataclass(frozen=True, slots=True)
class _Said:
    """A state, the rules that decide it and sentences that show it."""

    state: AnswerState
    rules: tuple[str, ...] = ()
    found: tuple[str, ...] = ()


def answers(analysis: Analysis, found: Sequence[Finding]) -> tuple[Answer, ...]:
    """Every question of every ruleset of an audit, in their order.

    Args:
        analysis: what was audited.
        found: everything that was found, accepted findings included: an exception closes no port. What was found on
            other devices is left out.
    """
    findings = [each for each in found if each.device in analysis.devices]
    return tuple(
        _answer(analysis, each, question, findings) for each in analysis.rulesets for question in each.ruleset.questions
    )


_WORST = (
    AnswerState.FORBIDDEN,
    AnswerState.WRONG_TARGET,
    AnswerState.MISSING,
    AnswerState.PARTLY,
    AnswerState.OVER_BROAD,
    AnswerState.CANNOT_TELL,
    AnswerState.NOT_PUBLISHED,
    AnswerState.SATISFIED,
    AnswerState.CLOSED,
    AnswerState.NOT_OBSERVABLE,
    AnswerState.NOT_APPLICABLE,
    AnswerState.NO_FIREWALL_QUESTION,
)
"""Of several networks the one that needs attention first answers."""
_MOST = 12


def joined(parts: Sequence[tuple[Answer, ...]]) -> tuple[Answer, ...]:
    """The answers of several networks as one for each question: the worst state, decided and shown by its networks."""
    if len(parts) == 1:
        return parts[0]
    found = []
    for same in zip(*parts, strict=True):
        first = min(same, key=lambda each: _WORST.index(each.state))
        alike = [each for each in same if each.state is first.state]
        rules = tuple(dict.fromkeys(rule for each in alike for rule in each.rules))[:_MOST]
        shown = tuple(dict.fromkeys(text for each in alike for text in each.found))[:_MOST]
        number = f"So in {len(alike)} of {len(same)} networks."
        found.append(replace(first, rules=rules, found=(number, *shown), detail=f"{number} {first.detail}"))
    return tuple(found)


def _answer(analysis: Analysis, ruleset: BoundRuleset, question: ReaderQuestion, findings: Sequence[Finding]) -> Answer:
    rows = [
        covered
        for covered in analysis.covered
        if covered.bound.ruleset == ruleset.ruleset.id and covered.bound.flow.id in question.satisfied_by
    ]
    applies, ask = ruleset.applies.get(question.id, (True, ""))
    if applies:
        opened = _forbidden(analysis, ruleset, question, findings)
        said = _worst((opened, _published(ruleset.ruleset.id, question, rows, findings)))
        said = replace(said, found=(*said.found, *_undecided(analysis, ruleset, question)))
    else:
        said = _Said(AnswerState.NOT_APPLICABLE) if applies is False else _Said(AnswerState.CANNOT_TELL, (), (ask,))
    texts = [question.answer]
    texts += [f"Decided by {', '.join(said.rules)}."] if said.rules else []
    texts += said.found
    return Answer(
        ruleset=ruleset.ruleset.id,
        id=question.id,
        ask=question.ask,
        state=said.state,
        detail=" ".join((*texts, *question.hints)),
        citation=question.cite,
        service=question.service,
        expected=question.answer,
        rules=said.rules,
        found=said.found,
        hints=question.hints,
    )


def _worst(parts: Iterable[_Said | None]) -> _Said:
    """One answer of two halves: an opening outranks everything, silence of what is wanted outranks what is closed."""
    opened, wanted = parts
    if opened is None:
        return wanted or _Said(AnswerState.NO_FIREWALL_QUESTION)
    if wanted is None:
        return opened
    if opened.state is AnswerState.FORBIDDEN:
        works = (f"What is documented is {wanted.state.value}.",) if wanted.rules else ()
        rules = tuple(dict.fromkeys((*opened.rules, *wanted.rules)))
        return _Said(AnswerState.FORBIDDEN, rules, (*opened.found, *works))
    if opened.state is AnswerState.CANNOT_TELL and wanted.state is AnswerState.SATISFIED:
        return _Said(AnswerState.CANNOT_TELL, wanted.rules, opened.found)
    return wanted


# --- what should be open


def _published(
    ruleset: str, question: ReaderQuestion, rows: Sequence[Covered], findings: Sequence[Finding]
) -> _Said | None:
    if not rows:
        return None
    best = _state(rows)
    chosen = [each.row for each in rows if each.row.state is best]
    rules = tuple(dict.fromkeys(rule for row in chosen for rule in row.rules))
    about = [each for each in findings if _speaks_of(each, ruleset, question.satisfied_by)]
    wrong = [each for each in about if each.check == _WRONG_TARGET]
    if best is CoverageState.SATISFIED:
        wide = [each for each in findings if _opens(each, rules)]
        if wide:
            return _Said(AnswerState.OVER_BROAD, rules, tuple(dict.fromkeys(each.message for each in wide)))
        return _Said(AnswerState.SATISFIED, rules, tuple(each.message for each in wrong))
    if wrong:
        state = AnswerState.WRONG_TARGET if question.about_target else AnswerState.MISSING
        return _Said(state, tuple(map(_rule, wrong)), tuple(each.message for each in wrong))
    if best is CoverageState.CANNOT_TELL:
        return _Said(AnswerState.CANNOT_TELL, rules, _unique(row.question for row in chosen))
    required = [each for each in about if each.check == _REQUIRED]
    stops = _unique(
        f"{each.device} {each.rule.partition(' (')[0]}" if each.rule else f"{each.device} (no rule opens it)"
        for each in required
    )
    found = _unique(each.message for each in required) or _unique(row.missing for row in chosen)
    return _Said(AnswerState(best.value), stops or (rules if best is CoverageState.PARTLY else ()), found)


def _state(rows: Sequence[Covered]) -> CoverageState:
    """Every flow of the question must work that applies here; of the servers of one flow a single one suffices.

    But where clients outside are sent to several servers, all of them must answer: one that is published and closed
    further on makes it partly.
    """
    by_flow = []
    for flow in dict.fromkeys(each.row.flow for each in rows):
        own = [each for each in rows if each.row.flow == flow]
        states = {each.row.state for each in own}
        best = min(states, key=_BEST.index)
        if best is CoverageState.SATISFIED and own[0].bound.source.trust == "untrusted":
            if states & {CoverageState.MISSING, CoverageState.PARTLY}:
                best = CoverageState.PARTLY
            elif CoverageState.CANNOT_TELL in states:
                best = CoverageState.CANNOT_TELL
        by_flow.append(best)
    applicable = [state for state in by_flow if state is not CoverageState.NOT_APPLICABLE]
    seen = [state for state in applicable if state is not CoverageState.NOT_OBSERVABLE]
    # What no firewall of the exports sees (a proxy beside its servers) takes nothing from what they let through.
    return max(seen or applicable, key=_BEST.index, default=CoverageState.NOT_APPLICABLE)


def _opens(finding: Finding, rules: Sequence[str]) -> bool:
    """Does the finding say of one of the deciding rules that it certainly opens more than is documented?

    A low one is tolerable (port 80 for a redirect), or something else stops it today.
    """
    certain = finding.confidence is Confidence.CERTAIN and finding.severity > Severity.LOW
    return certain and finding.check in _WIDER and f"{finding.device} {finding.identity}" in rules


# --- what must stay closed


def _forbidden(
    analysis: Analysis, ruleset: BoundRuleset, question: ReaderQuestion, findings: Sequence[Finding]
) -> _Said | None:
    if not question.forbidden:
        return None
    bans = (ban for ban in ruleset.forbidden if ban.rule.id in question.forbidden)
    reached = {ban.rule.id for ban in bans if ban.destination.kind == "zone" or _reaches(analysis, ban)}
    asked = [each for each in question.forbidden if each in reached]
    asked += [world.rule.id for world in ruleset.closed_world if world.rule.id in question.forbidden]
    hits = [
        each
        for each in findings
        if each.check in (_FORBIDDEN, _UNDOCUMENTED) and _speaks_of(each, ruleset.ruleset.id, asked)
    ]
    hits += [each for each in findings if each.check == _MANAGEMENT and _asks_of_login(ruleset, question, each)]
    # A low one is stopped further on: only that stands between, and the answer today is "closed".
    quiet = {f"{each.ruleset}:{each.rule.id}" for each in ruleset.closed_world if each.rule.severity <= Severity.LOW}
    hits = [each for each in hits if each.severity > Severity.LOW or quiet.intersection(each.lines)]
    certain = [each for each in hits if each.confidence is Confidence.CERTAIN]
    if certain:
        return _Said(AnswerState.FORBIDDEN, _unique(map(_rule, certain)), _unique(each.message for each in certain))
    if hits:
        reasons = (
            f"{each.message} It depends: {'; '.join(each.uncertain)}." if each.uncertain else each.message
            for each in hits
        )
        return _Said(AnswerState.CANNOT_TELL, _unique(map(_rule, hits)), _unique(reasons))
    open_questions = _unseen(analysis, ruleset, question)
    if open_questions:
        return _Said(AnswerState.CANNOT_TELL, (), open_questions)
    return _Said(AnswerState.CLOSED)


def _asks_of_login(ruleset: BoundRuleset, question: ReaderQuestion, finding: Finding) -> bool:
    """Does a question ask for a login of a firewall: any, or one on a port that is banned for a whole zone?"""
    packet = finding.example
    if question.about_management or packet is None:
        return question.about_management
    bans = (each for each in ruleset.ruleset.forbidden if each.id in question.forbidden)
    service = ServiceSet.union(_services(ruleset, each) for each in bans if each.destination.kind == "zone")
    return service.contains(packet.protocol, packet.destination_port or 0, packet.source_port or 0)


def _reaches(analysis: Analysis, ban: BoundForbidden) -> bool:
    """Does something of a forbidden opening possibly get through every firewall of its path?

    One finding may tell of many openings of a rule; a question asks about some of them.
    """
    return bool(reaching(analysis.devices, analysis.paths, ban.source, ban.destination, ban.service))


def _undecided(analysis: Analysis, ruleset: BoundRuleset, question: ReaderQuestion) -> tuple[str, ...]:
    """What is open and forbidden or not, depending on an answer that the site file does not give."""
    return _unique(
        f"{ban.rule.title} ({ban.service.text(6)}): {ask}"
        for ban, ask in ruleset.undecided
        if ban.rule.id in question.forbidden and _reaches(analysis, ban)
    )


def _unseen(analysis: Analysis, ruleset: BoundRuleset, question: ReaderQuestion) -> tuple[str, ...]:
    """Why "closed" would be a guess: no firewall faces outside, or the servers asked about are not known."""
    if not any(device.internet for device in analysis.devices.values() if device.forward is not None):
        return (
            "no firewall of these exports faces the Internet: name the interface that does in the site file under "
            'devices, as zones: {internet: ["wan1"]}.',
        )
    asked = [each for each in ruleset.ruleset.forbidden if each.id in question.forbidden]
    roles = dict.fromkeys(role for each in asked for role in each.destination.names if each.destination.kind == "role")
    left = [role for role in roles if not ruleset.ends[role] and role not in analysis.site.not_deployed]
    if not left or not _reached(analysis, ruleset, asked):
        return ()
    titles = ", ".join(ruleset.ruleset.roles[role].title for role in left)
    return (
        f"which addresses are the {titles}? Write them in the site file under bindings ({left[0]}: "
        f'[{{address: "10.0.0.1"}}]), or write not_deployed: [{", ".join(left)}].',
    )


def _reached(analysis: Analysis, ruleset: BoundRuleset, asked: Iterable[Forbidden]) -> bool:
    """Does the Internet reach addresses of no known role on the ports asked about? Else none is exposed."""
    service = ServiceSet.union(_services(ruleset, each) for each in asked)
    known = AddressSet.union(end.addresses for end in ruleset.servers)
    parts = (each.packets.possible | each.near for each in analysis.openings)
    return any((part.destinations() - known) and part.services().overlaps(service) for part in parts)


def _services(ruleset: BoundRuleset, rule: Forbidden) -> ServiceSet:
    bound = next((each.service for each in ruleset.forbidden if each.rule.id == rule.id), None)
    if bound is not None:
        return bound
    ports = [port for name in rule.services for port in ruleset.ruleset.services[name]]
    return ServiceSet.union(ServiceSet.parse(port.text) for port in ports if not port.variable)


def _speaks_of(finding: Finding, ruleset: str, lines: Iterable[str]) -> bool:
    """Baselines use the same ids (NO-RPC): a finding answers the questions of its own baseline only."""
    return any(f"{ruleset}:{each}" in finding.lines for each in lines)


def _rule(finding: Finding) -> str:
    return f"{finding.device} {finding.identity}" if finding.rule else finding.device


def _unique(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(text for text in dict.fromkeys(texts) if text)
