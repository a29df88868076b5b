"""Baselines, benchmarks and services as data; the loader is auditor.baseline."""
