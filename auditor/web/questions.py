"""Questions about packets as the page asks them: a sentence, or its parts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from auditor.analysis.steps import Question
from auditor.commands.callnames import known_names
from auditor.commands.case import Case
from auditor.commands.question import parse_question
from parsers.model.addresses import PUBLIC, AddressSet
from parsers.model.firewall import Firewall

FORM = "ask like this: can 203.0.113.7 reach 10.0.10.31 on tcp/135? Or: can internet reach 10.0.10.31 on tcp/135?"
_SENTENCE = re.compile(
    r"^\s*(?:can\s+)?(?P<start>.+?)\s+(?:reach|to|->|→)\s+(?P<target>\S+)\s+(?:on|at|port|via)?\s*"
    r"(?P<port>[a-zA-Z0-9]+(?:/[0-9,-]+)?)\s*\??\s*$",
    re.IGNORECASE,
)
PARTS = ("from", "to", "port", "source", "source_port", "device")


def question_from(values: Mapping[str, Any], case: Case) -> Question:
    """A question from {"question": sentence} or from its parts (`PARTS`; "from" may be an address).

    Raises:
        ValueError: it is not understood; the message says what to write.
    """
    if "question" in values:
        found = _SENTENCE.match(str(values["question"]))
        if not found:
            raise ValueError(f"this question was not understood: {FORM}")
        parts = {"from": found["start"], "to": found["target"], "port": found["port"]}
    else:
        parts = {key: str(values.get(key, "")) for key in PARTS}
    start, source = parts.get("from", ""), parts.get("source", "")
    address = _address(start)
    if address is not None and not source and any(each.host is None for each in case.firewalls):
        source, start = start, origin_of(address, case)
    target, port = parts.get("to", ""), parts.get("port", "")
    beside = (parts.get(key, "") for key in ("source_port", "device"))
    return parse_question(start, target, port, source, *beside, names=known_names(case))


def _address(text: str) -> AddressSet | None:
    try:
        return AddressSet.network(text)
    except ValueError:
        return None


def origin_of(address: AddressSet, case: Case) -> str:
    """The zone (else the interface) that packets of an address come from: the most exact route decides.

    Raises:
        ValueError: no firewall of the case knows a way to it.
    """
    for firewall in case.firewalls:
        name = _interface(firewall, address)
        if name:
            device = case.site.devices.get(firewall.name)
            zones = device.zones.items() if device else ()
            return next((zone for zone, names in zones if name in names), name)
    if address <= PUBLIC:
        return "internet"
    raise ValueError(f"no firewall here has a route to {address.text(2)}: name the zone or interface it comes from")


def _interface(firewall: Firewall, address: AddressSet) -> str:
    ways = [route for route in firewall.routes if route.interface and address <= route.destination]
    best = min(ways, key=lambda route: (route.destination.count, route.distance), default=None)
    return best.interface if best else ""
