"""fwproof: audits exported firewall configurations against documented baselines, with proof."""

__version__ = "0.1.0"
