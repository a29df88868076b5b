"""Hardening guides as data, and what an export shows of them."""

from auditor.benchmarks.evaluate import evaluate
from auditor.benchmarks.loader import available_benchmarks, load_benchmark, load_benchmarks
from auditor.benchmarks.model import Benchmark, Guide, Item

__all__ = ["Benchmark", "Guide", "Item", "available_benchmarks", "evaluate", "load_benchmark", "load_benchmarks"]
