"""Exported firewall configurations in, `Firewall` values out."""
