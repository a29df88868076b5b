"""What stands at the head of every script: what it is for, what it assumes, and what it leaves out."""

from __future__ import annotations

from collections.abc import Iterator

from auditor import __version__
from auditor.remedy.names import line
from auditor.remedy.planned import Plan

_WIDTH = 600


def preface(plan: Plan, device: str) -> Iterator[str]:
    """Lines without comment marks, free of anything a command line would act on."""
    rulesets = ", ".join(f"{name} {version}" for name, version in plan.rulesets)
    yield line(f"fwproof {__version__}: plan for {device}, site {plan.site}, baseline {rulesets}", _WIDTH)
    yield f"What the {' and '.join(plan.levels)} flows need, and nothing else. Rules that exist already stay as they"
    yield "are: fwproof audit names those that are wider."
    named = {*(part.device for part in plan.networks), *(host.host for host in plan.hosts)}
    others = {name for name in named if name != device and not name.startswith(f"{device}/")}
    for note in (each for each in plan.notes if each.partition(":")[0] not in others):
        yield line(f"Note: {note}", _WIDTH)
    if plan.left:
        yield "NOT in this plan:"
    for each in plan.left:
        yield line(f"- {each}", _WIDTH)
