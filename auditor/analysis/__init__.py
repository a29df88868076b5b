"""Effective packets, exposure, paths and coverage: what the checks look at."""
