"""Exported firewall configurations in, `Firewall` values out."""

from parsers.reading import PARSERS, Inputs, Told, read, read_all, read_inputs, redactable

__all__ = ["PARSERS", "Inputs", "Told", "read", "read_all", "read_inputs", "redactable"]
