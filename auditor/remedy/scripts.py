"""The files a plan becomes: one per FortiGate, one per Windows host, a list for devices fwproof writes no rules for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from auditor.remedy.fortios import fortios
from auditor.remedy.names import Names, because, line
from auditor.remedy.planned import NetworkPlan, Plan
from auditor.remedy.powershell import powershell
from auditor.remedy.preface import preface


@dataclass(frozen=True, slots=True)
class Script:
    """One file: its name is the device's, so that fwproof reads it back as that device."""

    name: str
    format: str
    text: str


def scripts(plan: Plan) -> tuple[Script, ...]:
    """Every file of a plan."""
    names = Names(120)
    return tuple(_named(plan, names))


def _named(plan: Plan, names: Names) -> Iterator[Script]:
    boxes: dict[str, list[NetworkPlan]] = {}
    for part in plan.networks:
        boxes.setdefault(part.box, []).append(part)
    for box, parts in boxes.items():
        if parts[0].vendor == "fortigate":
            yield Script(names.new(_file(box) + ".conf"), "fortios", fortios(plan, tuple(parts)))
        else:
            yield Script(names.new(_file(box) + ".txt"), "list", "\n".join(_listed(plan, parts)) + "\n")
    for host in plan.hosts:
        yield Script(names.new(_file(host.host) + ".ps1"), "powershell", powershell(plan, host))


def _file(device: str) -> str:
    """A device's name as a file's."""
    return re.sub(r"[^A-Za-z0-9._-]+", "_", device).strip("._") or "device"


def _listed(plan: Plan, parts: list[NetworkPlan]) -> Iterator[str]:
    """What a device must let through, in words."""
    yield from (f"# {text}".rstrip() for text in preface(plan, parts[0].box))
    for part in parts:
        yield f"# {part.device} ({part.vendor}): fwproof writes no rules for it; it must let through"
        for permit in part.permits:
            ends = f"from {permit.source.text(20)} to {permit.destination.text(20)}"
            ways = f"in {', '.join(sorted(permit.ingress))}, out {', '.join(sorted(permit.egress))}"
            face = f", published as {permit.public.text()}" if permit.public else ""
            hidden = (
                f", sent from {permit.sender.text()}" if permit.sender else ", source translated" if permit.nat else ""
            )
            text = f"{permit.service.text(20)} {ends} ({ways}{face}{hidden}): {because(permit.causes, 400)}"
            yield "# " + line(text, 2000)
