"""One clause of an item against the settings of a firewall.

Compared is the effective value: the line, or what an absent line means on this version; the text says which.
"""

from __future__ import annotations

import re

from auditor.benchmarks.configured import Configured
from auditor.benchmarks.measures import MEASURES
from auditor.benchmarks.model import Clause, Expectation
from auditor.benchmarks.seen import Seen, stated
from auditor.findings.hardening import HardeningState
from auditor.findings.wording import counted, listed
from parsers.model.origin import Origin

_VARIABLE = re.compile(r"\$\{|\{\{|\$\(|%\{")
"""What a value begins with in the templates of Terraform, Ansible, FortiManager and others."""
_STATES = {
    "pass": HardeningState.PASSED,
    "fail": HardeningState.FAILED,
    "not applicable": HardeningState.NOT_APPLICABLE,
}


def judge(clause: Clause, configured: Configured) -> Seen:
    """What the export shows of a clause."""
    if clause.measure:
        return _measured(clause.measure, configured)
    if clause.expect.operator.startswith("count"):
        return _counted(clause, configured)
    if clause.table.endswith("/*"):
        return _each(clause, configured)
    if not _counts(clause, configured, clause.table):
        state = HardeningState.NOT_APPLICABLE if configured.whole else HardeningState.NOT_DECIDABLE
        return Seen(state, f"{clause.table} is not in use ({', '.join(key for key, _, _ in clause.only)})")
    return _one(clause, configured, clause.table)


def _measured(name: str, configured: Configured) -> Seen:
    """What a measure saw; that there is no policy says nothing in a fragment that holds other tables only."""
    seen = MEASURES[name](configured)
    if seen.state is HardeningState.NOT_APPLICABLE and not configured.whole and not stated(configured):
        return Seen(HardeningState.NOT_DECIDABLE, f"the export is a fragment: {seen.text}")
    return seen


def holds(expect: Expectation, value: str) -> bool:
    """Does a value meet an expectation? Numbers that are none meet no bound."""
    words = value.split()
    match expect.operator:
        case "is":
            return value in expect.values
        case "is_not":
            return value not in expect.values
        case "within":
            return bool(words) and all(word in expect.values for word in words)
        case "without":
            return not any(word in expect.values for word in words)
        case "at_least":
            return value.isdigit() and int(value) >= int(expect.values[0])
        case "at_most":
            return value.isdigit() and int(value) <= int(expect.values[0])
        case _:
            return bool(value)


def _one(clause: Clause, configured: Configured, table: str) -> Seen:
    """The clause for one table or one entry of a table."""
    setting = configured.setting(table, clause.key)
    if setting is not None and _VARIABLE.search(setting.value):
        text = f"{table} {clause.key} is filled in elsewhere: the export is a template"
        return Seen(HardeningState.NOT_DECIDABLE, text, setting.origin)
    if setting is not None:
        return _compared(clause, setting.value, f"{table} {clause.key} is '{setting.value}'", setting.origin)
    if not configured.whole and "/" not in table:
        return Seen(HardeningState.NOT_DECIDABLE, f"the export is a fragment and does not show {table} {clause.key}")
    if not clause.defaults:
        return _compared(clause, "", f"{table} has no {clause.key}", None)
    default = configured.default(clause.defaults)
    version = configured.firewall.version or "this version, which the file does not name,"
    if default is None:
        return Seen(
            HardeningState.NOT_DECIDABLE,
            f"{table} has no {clause.key}, and what {version} does without it is not known to fwproof",
        )
    return _compared(clause, default, f"{table} has no {clause.key}; the default is '{default}'", None)


def _compared(clause: Clause, value: str, text: str, origin: Origin | None) -> Seen:
    state = HardeningState.PASSED if holds(clause.expect, value) else HardeningState.FAILED
    return Seen(state, text, origin)


def _each(clause: Clause, configured: Configured) -> Seen:
    """The clause for every entry: one that fails decides, then one that cannot be decided."""
    table = clause.table.removesuffix("/*")
    entries = [name for name in configured.entries(table) if _counts(clause, configured, f"{table}/{name}")]
    if not entries:
        if not configured.whole:
            return Seen(HardeningState.NOT_DECIDABLE, f"the export is a fragment and holds no {table}")
        return Seen(_STATES[clause.none], f"no entry of {table} to look at")
    seen = {name: _one(clause, configured, f"{table}/{name}") for name in entries}
    for state in (HardeningState.FAILED, HardeningState.NOT_DECIDABLE):
        bad = {name: each for name, each in seen.items() if each.state is state}
        if bad:
            first = next(iter(bad.values()))
            rest = f"; likewise {listed(list(bad)[1:])}" if len(bad) > 1 else ""
            origin = first.origin or configured.entries(table)[next(iter(bad))]
            return Seen(state, f"{first.text}{rest}", origin)
    return Seen(HardeningState.PASSED, f"{clause.key} of {listed(entries)} in {table} is as expected")


def _counts(clause: Clause, configured: Configured, entry: str) -> bool:
    """Is the entry one of those the clause speaks of?"""
    for key, expect, absent in clause.only:
        setting = configured.setting(entry, key)
        if not holds(expect, setting.value if setting else absent):
            return False
    return True


def _counted(clause: Clause, configured: Configured) -> Seen:
    table = clause.table.removesuffix("/*")
    entries = configured.entries(table)
    number = sum(_counts(clause, configured, f"{table}/{name}") for name in entries)
    origin = next(iter(entries.values()), None)
    bound = int(clause.expect.values[0])
    most = clause.expect.operator == "count_at_most"
    enough = number <= bound if most else number >= bound
    if not configured.whole and enough is most:
        return Seen(HardeningState.NOT_DECIDABLE, f"the export is a fragment; it holds {number} entries of {table}")
    state = HardeningState.PASSED if enough else HardeningState.FAILED
    return Seen(state, f"{table} has {counted(number, 'entry', 'entries')}", origin)
