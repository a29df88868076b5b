"""Findings, the result of an audit, and what identifies a finding over time."""
