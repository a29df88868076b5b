"""Exact packet sets and the questions asked of a rule list."""
