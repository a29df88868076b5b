"""Rulesets and site files: what a product needs, and which addresses of a company play its roles."""
