"""What the Windows hosts of a site must let in (and out, where they block what they send)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from auditor.analysis.devices import Device
from auditor.analysis.layers import host_layer
from auditor.baseline import BoundFlow, BoundRuleset, Site
from auditor.remedy.existing import Existing
from auditor.remedy.merging import merged
from auditor.remedy.owners import Owners
from auditor.remedy.planned import Cause, HostPermit, HostPlan, Owner
from parsers.model.addresses import ANY_IPV4, ANY_IPV6, AddressSet
from parsers.model.services import ServiceSet


class Hosts:
    """Collects the rules of every bound host."""

    def __init__(self, rulesets: tuple[BoundRuleset, ...], site: Site, devices: Mapping[str, Device]) -> None:
        self.site = site
        self.devices = devices
        self.owners = {each.ruleset.id: Owners(each.ruleset, site) for each in rulesets}
        self.permits: dict[str, list[HostPermit]] = {}
        self.left: dict[tuple[str, str], dict[str, None]] = {}
        self.unbound: dict[str, None] = {}
        self.bound = dict.fromkeys(end.host for ruleset in rulesets for end in ruleset.every_end if end.host)

    def add(self, bound: BoundFlow, cause: Cause, service: ServiceSet) -> None:
        """Plan a flow at its receiver and, where the sender's firewall blocks by default, at its sender."""
        receiver, sender = bound.destination, bound.source
        if "host" not in bound.flow.enforce:
            if receiver.host:
                self.left.setdefault((bound.ruleset, receiver.host), {})[bound.flow.id] = None
            return
        ends = (sender.addresses, receiver.addresses)
        if receiver.is_server:
            if not receiver.host:
                self.unbound[receiver.text] = None
            else:
                for part, owner in self.owners[bound.ruleset].split(bound, service):
                    self._permit(receiver.host, ends, HostPermit(True, *ends, part, owner, (cause,)))
        device = self.devices.get(sender.host)
        if device is not None and device.outbound is not None:
            layer = host_layer(device, *ends, service, inward=False)
            if layer is not None and not layer.certain:
                self._permit(sender.host, ends, HostPermit(False, *ends, service, Owner(), (cause,)))

    def _permit(self, host: str, ends: tuple[AddressSet, AddressSet], whole: HostPermit) -> None:
        """Packets do not mix address families: one permit for each that both ends have."""
        for family in (ANY_IPV4, ANY_IPV6):
            source, destination = (each & family for each in ends)
            if source and destination:
                permit = replace(whole, source=source, destination=destination)
                self.permits.setdefault(host, []).append(permit)

    def plans(self) -> tuple[HostPlan, ...]:
        """One plan per host, its rules as few as can be."""
        return tuple(
            HostPlan(host, self._profiles(host), merged(permits)) for host, permits in sorted(self.permits.items())
        )

    def _profiles(self, host: str) -> tuple[str, ...]:
        described = self.site.devices.get(host)
        if described is not None and described.profile:
            return (described.profile,)
        device = self.devices.get(host)
        if device is not None and device.firewall.host is not None:
            return device.firewall.host.active_profiles or ()
        return ()

    @property
    def notes(self) -> tuple[str, ...]:
        """What is not planned on hosts, and what was open."""
        found = [
            f"{host}: {', '.join(flows)} ({ruleset}): left to the Windows rules that come with that feature."
            for (ruleset, host), flows in self.left.items()
        ]
        found += [
            f"{host}: which profile is active is not stated (devices.{host}.profile): its rules are for every one."
            for host in sorted(self.permits)
            if not self._profiles(host)
        ]
        found += [f"{host}: no flow needs a rule there." for host in self.bound if host not in self.permits]
        for host, permits in sorted(self.permits.items()):
            device = self.devices.get(host)
            for rule in Existing(device.firewall).blocking(permits) if device else ():
                found.append(
                    f"{host}: rule {rule.id} ({rule.origin.text}) blocks some of it, and a block beats every allow: "
                    "narrow or disable it."
                )
        if self.unbound:
            found.append(
                f"No Windows rules for {', '.join(self.unbound)}: name the host (bindings, device:) to get them."
            )
        return tuple(found)
