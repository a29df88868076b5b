"""Least privilege from baselines: the tightest rules that satisfy their flows, as FortiOS CLI and PowerShell."""

from auditor.remedy.planned import Plan
from auditor.remedy.planning import plan

__all__ = ["Plan", "plan"]
