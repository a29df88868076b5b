"""What a measure of hardening guides returns, and the rules measures look at."""

from __future__ import annotations

from dataclasses import dataclass

from auditor.benchmarks.configured import Configured
from auditor.findings.hardening import HardeningState
from auditor.findings.wording import listed
from parsers.model.origin import Origin
from parsers.model.rule import Action, Direction, Rule, lines

PASSED, FAILED = HardeningState.PASSED, HardeningState.FAILED
UNDECIDABLE, NOT_APPLICABLE = HardeningState.NOT_DECIDABLE, HardeningState.NOT_APPLICABLE


@dataclass(frozen=True, slots=True)
class Seen:
    """What a measure saw: the state, in words, and the place that shows it."""

    state: HardeningState
    text: str
    origin: Origin | None = None


def stated(configured: Configured, *, deciding: bool = False) -> list[Rule]:
    """The policies for forwarded traffic, as somebody wrote them; `deciding`: without those that only hand it on."""
    return [
        rule
        for each in configured.firewall.lists
        if each.direction is Direction.FORWARD and not (deciding and each.hands_over)
        for rule in each.rules
        if not rule.implicit
    ]


def accepts(configured: Configured) -> list[Rule]:
    """Those that let something through."""
    return [rule for rule in stated(configured, deciding=True) if rule.enabled and rule.action is Action.ALLOW]


def policy_line(configured: Configured, rule: Rule, key: str) -> str:
    """A setting of a policy that rules of the model do not carry."""
    setting = configured.setting(f"{rule.origin.kind}/{rule.origin.name}", key)
    return setting.value if setting else ""


def offenders(rules: list[Rule], bad: list[Rule], what: str, good: str) -> Seen:
    """Passed without bad ones among the rules; else which they are."""
    if not rules:
        return Seen(NOT_APPLICABLE, "there is no policy of the kind")
    if not bad:
        return Seen(PASSED, good)
    rules, bad = list(lines(rules)), list(lines(bad))
    return Seen(FAILED, f"{len(bad)} of {len(rules)} {what}: {listed(rule.id for rule in bad)}", bad[0].origin)
