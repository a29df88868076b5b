"""One check a file; CHECKS is the one list."""

from __future__ import annotations

from auditor.checks import (
    absent_device,
    any_to_any,
    baseline_conflict,
    disabled_rule,
    forbidden_opening,
    gfw_rule,
    hardening,
    hidden_rule,
    implicit_permit,
    layer_conflict,
    management_exposed,
    match_vip,
    never_matches,
    no_logging,
    not_understood,
    placement,
    required_flow,
    undefined_object,
    undocumented_access,
    unused_object,
    waiver_state,
    wide_rule,
    wrong_target,
)
from auditor.checks.check import SECTIONS, Check, Checked

CHECKS: tuple[Check, ...] = (
    required_flow.CHECK,
    forbidden_opening.CHECK,
    undocumented_access.CHECK,
    any_to_any.CHECK,
    hidden_rule.CHECK,
    never_matches.CHECK,
    disabled_rule.CHECK,
    unused_object.CHECK,
    undefined_object.CHECK,
    not_understood.CHECK,
    no_logging.CHECK,
    management_exposed.CHECK,
    wrong_target.CHECK,
    gfw_rule.CHECK,
    match_vip.CHECK,
    wide_rule.CHECK,
    layer_conflict.CHECK,
    implicit_permit.CHECK,
    placement.CHECK,
    baseline_conflict.CHECK,
    absent_device.CHECK,
    waiver_state.CHECK,
    hardening.CHECK,
)
"""Every check, in the order of its id."""

__all__ = ["CHECKS", "SECTIONS", "Check", "Checked"]
