"""One finding: what is wrong, where, and the packet that proves it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum

from parsers.model.origin import Origin


class Severity(IntEnum):
    """How much a finding matters, ascending."""

    INFO = 0
    LOW = 1
    MEDIUM = 2
    HIGH = 3
    CRITICAL = 4

    @property
    def word(self) -> str:
        """The lower-case word used in files and on the command line."""
        return self.name.lower()

    @staticmethod
    def parse(word: str) -> Severity:
        """The severity of a lower-case word.

        Raises:
            ValueError: not one of info, low, medium, high, critical.
        """
        try:
            return Severity[word.upper()]
        except KeyError:
            raise ValueError(f"unknown severity {word!r}: expected info, low, medium, high or critical") from None


class Confidence(StrEnum):
    """Computed from the bounds, never chosen: certain when the certain set shows it, possible otherwise."""

    CERTAIN = "certain"
    POSSIBLE = "possible"


@dataclass(frozen=True, slots=True)
class Packet:
    """One concrete packet that proves a finding or asks a question.

    Addresses and ports are those at the server (translated); `original_destination` and `original_port` are what the
    client sends to when a translation applies, else "" and None. Ports are None for protocols without ports; for
    ICMP `destination_port` is type * 256 + code.
    """

    ingress: str
    egress: str
    source: str
    destination: str
    protocol: int
    source_port: int | None
    destination_port: int | None
    translation: str = ""
    original_destination: str = ""
    original_port: int | None = None

    @property
    def text(self) -> str:
        """The packet on one line: "tcp 198.51.100.7:40000 -> 203.0.113.10:443 (to 10.0.10.21:443), wan1 to servers"."""
        from parsers.model.services import ICMP, ICMPV6, PROTOCOL_NAMES

        name = PROTOCOL_NAMES.get(self.protocol, f"ip/{self.protocol}")
        if self.protocol in (ICMP, ICMPV6) and self.destination_port is not None:
            name = f"{name} type {self.destination_port // 256} code {self.destination_port % 256}"
            source, destination, original = self.source, self.destination, self.original_destination
        else:
            source = _endpoint(self.source, self.source_port)
            destination = _endpoint(self.destination, self.destination_port)
            original = _endpoint(self.original_destination, self.original_port) if self.original_destination else ""
        target = f"{original} (translated to {destination})" if original else destination
        path = f", {self.ingress or 'any'} to {self.egress or 'any'}" if self.ingress or self.egress else ""
        return f"{name} {source} -> {target}{path}"


def _endpoint(address: str, port: int | None) -> str:
    if port is None:
        return address
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


@dataclass(frozen=True, slots=True)
class Evidence:
    """A further place that shows the same finding: the other firewall's rule, the rules that hide this one ..."""

    device: str
    rule: str
    origin: Origin | None
    text: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found.

    `packets` describes the packets concerned in a stable text form (no line numbers, no object names), `identity`
    what names the rule over time (its id, or its name and match for rules without one). The fingerprint is made of
    check, device, identity and packets, so it survives reordering and unrelated edits and changes when the packets do.
    """

    check: str
    slug: str
    title: str
    severity: Severity
    confidence: Confidence
    device: str
    rule: str
    message: str
    why: str
    remedy: str
    origin: Origin | None
    identity: str
    packets: str
    example: Packet | None = None
    related: tuple[Evidence, ...] = ()
    citation: tuple[str, ...] = ()
    guides: tuple[str, ...] = ()
    flow: str = ""
    """The baseline flow, forbidden opening or closed world concerned, "" if none."""
    uncertain: tuple[str, ...] = ()
    """Why the confidence is only "possible": the objects and conditions that decide."""
    lines: tuple[str, ...] = ()
    """The same as `flow`, one by one and with the baseline each is of: "exchange-2010:NO-RPC"."""
    commands: tuple[str, ...] = field(default=(), compare=False)
    """What to paste into the device to mend it, line by line; () where that needs a decision first."""
    fingerprint: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        if not self.fingerprint:
            key = "\x1f".join((self.check, self.device, self.identity, self.packets)).encode("utf-8", "surrogatepass")
            object.__setattr__(self, "fingerprint", hashlib.sha256(key).hexdigest()[:16])
