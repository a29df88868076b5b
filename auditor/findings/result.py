"""Everything one audit produced; all a report may look at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from auditor.findings.decisions import FollowUp
from auditor.findings.finding import Finding, Packet
from auditor.findings.hardening import HardeningItem
from parsers.model.firewall import Firewall
from parsers.model.origin import Gap, Origin


class CoverageState(StrEnum):
    """What an audit can say of one baseline flow."""

    SATISFIED = "satisfied"
    PARTLY = "partly"
    MISSING = "missing"
    NOT_PUBLISHED = "not published"
    NOT_APPLICABLE = "not applicable"
    NOT_OBSERVABLE = "not observable"
    CANNOT_TELL = "cannot tell"


@dataclass(frozen=True, slots=True)
class FlowCoverage:
    """One baseline flow for one pair of bindings on one device (or path).

    `rules` decide it ("device rule id"), `missing` is the exact uncovered remainder in words, `question` what the
    site file must answer when the state is "cannot tell" (or what a judged one takes for granted), `published_as` the
    public address and port of a translated flow.
    """

    ruleset: str
    flow: str
    title: str
    level: str
    source: str
    destination: str
    service: str
    state: CoverageState
    device: str
    rules: tuple[str, ...] = ()
    missing: str = ""
    question: str = ""
    published_as: str = ""
    citation: tuple[str, ...] = ()
    example: Packet | None = None


@dataclass(frozen=True, slots=True)
class Exposure:
    """Services of one destination that a zone reaches, as one row: "Internet -> 10.0.10.21 tcp/443 by policy 12".

    `server` lists the roles bound to the destination, "" if none; `documented` the baseline flows that ask for all of
    the services, "" when some are undocumented.
    """

    device: str
    zone: str
    destination: str
    server: str
    services: str
    confidence: str
    rules: tuple[str, ...]
    published_as: str = ""
    documented: str = ""
    example: Packet | None = None


@dataclass(frozen=True, slots=True)
class Login:
    """A login or server of a firewall itself: on which interfaces it answers, at which address, and whom.

    `who` are sources that certainly (or, with `confidence` "possible", perhaps) get an answer, `perhaps` further ones;
    `limits` says what decides it.
    """

    device: str
    interface: str
    zone: str
    service: str
    port: str
    address: str
    who: str
    perhaps: str
    confidence: str
    limits: str
    rule: str
    origin: Origin


class AnswerState(StrEnum):
    """What an audit can say to a reader's question: the states of its flows, and those of what must stay closed."""

    SATISFIED = "satisfied"
    PARTLY = "partly"
    MISSING = "missing"
    NOT_PUBLISHED = "not published"
    NOT_APPLICABLE = "not applicable"
    NOT_OBSERVABLE = "not observable"
    CANNOT_TELL = "cannot tell"
    OVER_BROAD = "over-broad"
    """It works, and a rule it works by lets more through than anything documents."""
    WRONG_TARGET = "wrong target"
    """Its port is published, to a server of another role."""
    FORBIDDEN = "forbidden opening"
    CLOSED = "closed"
    NO_FIREWALL_QUESTION = "see the answer"
    """No firewall can answer it: names, certificates, settings of a client."""

    @property
    def in_order(self) -> bool:
        """Is it as the baseline wants it, or no question here?"""
        return self in _IN_ORDER


_IN_ORDER = (
    AnswerState.SATISFIED,
    AnswerState.CLOSED,
    AnswerState.NOT_APPLICABLE,
    AnswerState.NOT_OBSERVABLE,
    AnswerState.NO_FIREWALL_QUESTION,
)


@dataclass(frozen=True, slots=True)
class Answer:
    """A reader's question from the ruleset and its answer for this audit.

    `detail` is the whole answer as one text; the other fields are its parts: `expected` what the ruleset answers
    without any configuration, `rules` the deciding rules ("device rule id"), `found` what the exports show, `hints`
    what no firewall can check.
    """

    ruleset: str
    id: str
    ask: str
    state: AnswerState
    detail: str
    citation: tuple[str, ...] = ()
    service: str = ""
    expected: str = ""
    rules: tuple[str, ...] = ()
    found: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RulesetUsed:
    """A ruleset an audit was made with."""

    id: str
    version: str
    title: str
    sources: tuple[tuple[str, str], ...]
    """(citation prefix, title and place) of every source."""


@dataclass(frozen=True, slots=True)
class SkippedCheck:
    """A check that could not run, and why."""

    check: str
    reason: str


@dataclass(frozen=True, slots=True)
class CheckDescription:
    """What reports say of a check itself: `docs` is its page (sections with underlined headings, plain text)."""

    id: str
    slug: str
    title: str
    severity: str
    docs: str


@dataclass(frozen=True, slots=True)
class PacketChange:
    """Packets that one rule of a device lets through at one of two versions only; `text` is a sentence."""

    device: str
    opened: bool
    text: str
    example: Packet | None


@dataclass(frozen=True, slots=True)
class Changes:
    """What became of the packets since an older version of the exports, openings first.

    `since` names the version; `notes` says what cannot be told, and which devices are at one version only. `refused`
    are the openings from the zone that nothing may be opened from, if there is one; `unpaired` the devices that could
    be an older one under a new name.
    """

    since: str
    packets: tuple[PacketChange, ...]
    notes: tuple[str, ...] = ()
    refused: tuple[PacketChange, ...] = ()
    unpaired: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AuditResult:
    """Devices, what was judged, what was found, and what could not be judged; ordered deterministically."""

    fwproof_version: str
    today: date
    devices: tuple[Firewall, ...]
    rulesets: tuple[RulesetUsed, ...]
    site_name: str
    site_inferred: tuple[str, ...]
    """Sentences on what was inferred because no site file said it; empty when a site file was given."""
    checks_run: tuple[str, ...]
    checks_skipped: tuple[SkippedCheck, ...]
    coverage: tuple[FlowCoverage, ...]
    exposures: tuple[Exposure, ...]
    answers: tuple[Answer, ...]
    findings: tuple[Finding, ...]
    gaps: tuple[Gap, ...]
    waived: tuple[tuple[Finding, str], ...] = ()
    """Waived findings with the reason."""
    checks: tuple[CheckDescription, ...] = ()
    """The pages of the checks that ran, for rule help and legends."""
    hardening: tuple[HardeningItem, ...] = ()
    """Every item of the benchmarks that were evaluated, with its state; failed ones are findings too."""
    benchmarks: tuple[RulesetUsed, ...] = ()
    """The hardening guides they come from."""
    logins: tuple[Login, ...] = ()
    """What answers at the firewalls themselves."""
    follow_up: FollowUp | None = None
    """What became of the findings of the last workbook; None when none was given."""
    audit: str = ""
    """Its name in the settings file, "" where no settings file was in use."""
    changes: Changes | None = None
    """Which packets pass now and did not before, and the other way round; None where no older version was given."""

    @property
    def found(self) -> tuple[Finding, ...]:
        """Every finding, waived ones included."""
        return (*self.findings, *(finding for finding, _ in self.waived))
