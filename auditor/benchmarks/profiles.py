"""Windows Firewall profiles against the guides, which ask for a value set by group policy.

Source: the reference on Windows hardening, section 1: the effective value is the policy's, else the local one, and a
local dump alone is not evidence for a requirement on policy. The STIG's check accepts the local registry value where
no policy sets one (`local_counts` of the guide).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from auditor.benchmarks.clauses import holds
from auditor.benchmarks.configured import Configured
from auditor.benchmarks.model import Benchmark, Clause, Expectation, Item
from auditor.benchmarks.seen import Seen
from auditor.findings.hardening import HardeningState
from parsers.model.firewall import Setting

UNKNOWN = "unknown from this export"


@dataclass(frozen=True, slots=True)
class WindowsSeen:
    """What was seen of a profile's setting, whether group policy sets it, and why the state is what it is."""

    seen: Seen
    enforced: str
    reason: str


def judge_profile(benchmark: Benchmark, item: Item, configured: Configured) -> WindowsSeen:
    """What an export shows of one setting of one profile; items of Windows have exactly one clause."""
    if item.undecidable or not item.clauses:
        return WindowsSeen(Seen(HardeningState.NOT_DECIDABLE, item.undecidable), UNKNOWN, "This export cannot show it.")
    (clause,) = item.clauses
    policy = configured.setting(f"gpo {clause.table}", clause.key)
    local = next(
        (
            found
            for store in ("local", "unknown", "mdm")
            if (found := configured.setting(f"{store} {clause.table}", clause.key))
        ),
        None,
    )
    if policy is not None:
        return _by_policy(clause, policy)
    return _without_policy(benchmark, item, configured, clause, local)


def _by_policy(clause: Clause, policy: Setting) -> WindowsSeen:
    met = _meets(clause.expect, policy.value)
    seen = Seen(
        HardeningState.PASSED if met else HardeningState.FAILED,
        f"group policy sets {clause.key} of the {_name(clause)} to '{policy.value}'",
        policy.origin,
    )
    words = "meets" if met else "does not meet"
    return WindowsSeen(seen, "yes", f"Group policy sets it, and its value {words} the guides.")


def _without_policy(
    benchmark: Benchmark, item: Item, configured: Configured, clause: Clause, local: Setting | None
) -> WindowsSeen:
    visible = any(each.path.startswith("gpo profile") for each in configured.firewall.settings)
    enforced = "no" if visible else UNKNOWN
    if local is None:
        text = f"{clause.key} of the {_name(clause)} is in no export"
        if visible:
            reason = "A group policy was given, and it does not set it."
            return WindowsSeen(Seen(HardeningState.FAILED, text), enforced, reason)
        reason = "Neither the local value nor a group policy is in the exports given."
        return WindowsSeen(Seen(HardeningState.NOT_DECIDABLE, text), enforced, reason)
    text = f"{clause.key} of the {_name(clause)} is locally '{local.value}'"
    if not _meets(clause.expect, local.value):
        reason = "The local value does not meet the guides" + (
            ", and no group policy sets another." if visible else "; a group policy that was not given may override it."
        )
        return WindowsSeen(Seen(HardeningState.FAILED, text, local.origin), enforced, reason)
    if visible and all(benchmark.guide(each.guide).local_counts for each in item.guides):
        reason = "No group policy sets it, and the guide accepts the local value."
        return WindowsSeen(Seen(HardeningState.PASSED, text, local.origin), enforced, reason)
    if visible:
        reason = "The local value meets the guides, but they ask for a group policy, and the one given does not set it."
        return WindowsSeen(Seen(HardeningState.FAILED, text, local.origin), enforced, reason)
    reason = (
        "The local value meets the guides; a local dump alone is not evidence that group policy enforces it: add "
        "gpreport.xml, Registry.pol or the key Policies\\Microsoft\\WindowsFirewall."
    )
    return WindowsSeen(Seen(HardeningState.NOT_DECIDABLE, text, local.origin), enforced, reason)


def _name(clause: Clause) -> str:
    """ "public profile" for the table "profile public"."""
    return f"{clause.table.removeprefix('profile ')} profile"


def _meets(expect: Expectation, value: str) -> bool:
    if expect.operator == "path":
        return _path(value) in {_path(each) for each in expect.values}
    return holds(expect, value)


def _path(text: str) -> str:
    """A Windows path for comparison: case, slashes and the spelling of the system folder do not matter."""
    path = text.replace("/", "\\").casefold()
    return re.sub(r"^(?:%systemroot%|%windir%|[a-z]:\\windows)(?=\\)", "%systemroot%", path)
