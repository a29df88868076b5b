"""What an audit says of one item of a hardening guide on one device."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from parsers.model.origin import Origin


class HardeningState(StrEnum):
    """What an export shows of a guide's requirement. Only PASSED says that it is met."""

    FAILED = "fail"
    NOT_DECIDABLE = "not decidable"
    """The export does not hold what the guide asks for: somebody has to look at the device."""
    PASSED = "pass"
    NOT_APPLICABLE = "not applicable"


@dataclass(frozen=True, slots=True)
class GuideReference:
    """One recommendation of one edition of a guide: "CIS FortiGate 7.0.x Benchmark", "1.3.0", "2.1.9", "L2".

    `benchmark` is what `--benchmark` takes ("cis-fortigate-7.0"); `level` is the guide's own word, "" if it has none.
    """

    benchmark: str
    guide: str
    version: str
    id: str
    level: str = ""

    @property
    def text(self) -> str:
        """ "CIS FortiGate 7.0.x Benchmark 1.3.0: 2.1.9 (L2)"."""
        return f"{self.guide} {self.version}".strip() + f": {self.id}" + (f" ({self.level})" if self.level else "")


@dataclass(frozen=True, slots=True)
class HardeningItem:
    """One benchmark item on one device (for VDOMs: on one VDOM, global settings once a device).

    Args:
        id: fwproof's own id of the item ("FGT-STRONG-CRYPTO"), the same in every edition of a guide.
        title: what is asked for, in a few words.
        device: the firewall's name.
        state: what the export shows.
        severity: the word of the finding's severity when it fails.
        setting: where it is set, in the vendor's words ("system global strong-crypto").
        expected: what the guides want there, "" where the title says it all.
        found: what the export shows there, or the default that holds for an absent line; secrets masked.
        reason: one sentence on why this is the state.
        enforced: Windows: does group policy set the value ("yes", "no", "unknown from this export"); "" elsewhere.
        evidence: which export shows it, and by which words.
        remedy: what to do.
        guides: every guide that asks for it.
        origin: the line that shows it, None where no line does.
    """

    id: str
    title: str
    device: str
    state: HardeningState
    severity: str
    setting: str
    expected: str
    found: str
    reason: str
    enforced: str
    evidence: str
    remedy: str
    guides: tuple[GuideReference, ...]
    origin: Origin | None = None
