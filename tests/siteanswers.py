"""Whatever a ruleset asks of a site file, answered so that every flow applies."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from auditor.baseline import Ruleset, Use
from parsers.model.services import parse_ports


def everything(ruleset: Ruleset, stated: Mapping[str, bool | str] = MappingProxyType({})) -> Use:
    """The first port suggested for each open variable, and yes to every question that no binding answers.

    Args:
        ruleset: whose questions they are.
        stated: answers of the test's own, by the name of the condition.
    """
    unset = [each for each in ruleset.variables.values() if each.default is None]
    answers: dict[str, bool | str] = {}
    for name, question in ruleset.conditions.items():
        if name in stated:
            answers[name] = stated[name]
        elif question.values:
            answers[name] = question.values[-1]
        elif not question.role_bound and not question.role_count:
            answers[name] = True
    return Use(ruleset.id, {each.name: parse_ports(each.suggest[0][1]) for each in unset}, answers)
