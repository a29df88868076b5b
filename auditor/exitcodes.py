"""The exit codes of every command."""

from __future__ import annotations

PASSED = 0
"""Judged, and nothing at or above the level that fails."""
FINDINGS = 1
"""Judged, with findings at or above it (or with openings, or answers, that the command was told to fail for)."""
USAGE = 2
"""Wrong use of the command line; click's own code for it."""
NOT_JUDGED = 3
"""Nothing, or not everything, could be judged; it outranks findings."""
