"""Benchmarks against firewalls: every item with its state, in the order of the file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from auditor.benchmarks.clauses import judge
from auditor.benchmarks.configured import Configured, compared
from auditor.benchmarks.model import Benchmark, Item, Version
from auditor.benchmarks.profiles import WindowsSeen, judge_profile
from auditor.benchmarks.seen import Seen
from auditor.findings.hardening import GuideReference, HardeningItem, HardeningState
from parsers.model.firewall import Firewall

NOBODY: Mapping[str, frozenset[str]] = {}


def evaluate(
    benchmarks: Iterable[Benchmark], firewalls: Iterable[Firewall], internet: Mapping[str, frozenset[str]] = NOBODY
) -> tuple[HardeningItem, ...]:
    """Every item of every benchmark on every firewall of its vendor.

    Args:
        benchmarks: the benchmarks, narrowed to the guides wanted.
        firewalls: the devices; what VDOMs share is judged on the first VDOM of a device only.
        internet: per device name its interfaces that face an untrusted zone.
    """
    known = tuple(benchmarks)
    found: list[HardeningItem] = []
    judged: set[tuple[str, ...]] = set()
    for firewall in firewalls:
        device = tuple(source.sha256 for source in firewall.sources)
        again = bool(firewall.vdom) and device in judged
        judged.add(device)
        configured = Configured(firewall, internet.get(firewall.name, frozenset()))
        for benchmark in known:
            if benchmark.vendor == firewall.vendor:
                found += _items(benchmark, configured, skip="device" if again else "")
    return tuple(found)


def _items(benchmark: Benchmark, configured: Configured, skip: str) -> Iterator[HardeningItem]:
    for item in benchmark.items:
        if item.scope == skip:
            continue
        if benchmark.vendor == "windows":
            windows = judge_profile(benchmark, item, configured)
            yield _judged(benchmark, item, configured, windows.seen, windows)
        else:
            yield _judged(benchmark, item, configured, _seen(item, configured))


def _seen(item: Item, configured: Configured) -> Seen:
    if item.undecidable:
        return Seen(HardeningState.NOT_DECIDABLE, item.undecidable)
    outside = _outside(item, configured.version)
    if outside:
        return Seen(HardeningState.NOT_APPLICABLE, outside)
    parts = [judge(clause, configured) for clause in item.clauses]
    return _any(parts) if item.any_of else _all(parts)


def _outside(item: Item, version: Version) -> str:
    """Why a version does not have the setting, "" when it has or may have it."""
    shown = ".".join(map(str, version))
    if version and item.since and compared(version, item.since) is False:
        return f"the setting exists from {'.'.join(map(str, item.since))} on; this is {shown}"
    if version and item.until and version[: len(item.until)] > item.until:
        return f"the setting ends with {'.'.join(map(str, item.until))}; this is {shown}"
    return ""


_WORST = (
    HardeningState.FAILED,
    HardeningState.NOT_DECIDABLE,
    HardeningState.PASSED,
    HardeningState.NOT_APPLICABLE,
)
_BEST = (
    HardeningState.PASSED,
    HardeningState.NOT_DECIDABLE,
    HardeningState.FAILED,
    HardeningState.NOT_APPLICABLE,
)


def _all(parts: list[Seen]) -> Seen:
    state = min((part.state for part in parts), key=_WORST.index)
    return _joined(state, parts)


def _any(parts: list[Seen]) -> Seen:
    state = min((part.state for part in parts), key=_BEST.index)
    return _joined(state, parts)


def _joined(state: HardeningState, parts: list[Seen]) -> Seen:
    deciding = [part for part in parts if part.state is state]
    origin = next((part.origin for part in deciding if part.origin), None)
    return Seen(state, "; ".join(dict.fromkeys(part.text for part in deciding)), origin)


def _judged(
    benchmark: Benchmark, item: Item, configured: Configured, seen: Seen, windows: WindowsSeen | None = None
) -> HardeningItem:
    return HardeningItem(
        id=item.id,
        title=item.title,
        device=configured.firewall.name,
        state=seen.state,
        severity=item.severity.word,
        setting=item.setting,
        expected=item.expected,
        found=seen.text,
        reason=windows.reason if windows else _reason(seen),
        enforced=windows.enforced if windows else "",
        evidence=item.evidence,
        remedy=item.remedy,
        guides=tuple(_reference(benchmark, each.guide, each.id, each.level) for each in item.guides),
        origin=seen.origin,
    )


def _reason(seen: Seen) -> str:
    return {
        HardeningState.PASSED: "What is configured meets the guides.",
        HardeningState.FAILED: "What is configured does not meet the guides.",
        HardeningState.NOT_DECIDABLE: "This export cannot show it.",
        HardeningState.NOT_APPLICABLE: "It does not apply to this device.",
    }[seen.state]


def _reference(benchmark: Benchmark, key: str, number: str, level: str) -> GuideReference:
    guide = benchmark.guide(key)
    return GuideReference(guide.id, guide.title, guide.version, number, level)
