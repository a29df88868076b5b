"""A plan as PowerShell: one script per Windows host, its rules in a group of their own.

Source: Microsoft, New-NetFirewallRule (module NetSecurity, Windows Server 2012 and later). A rule lists the addresses
of the other end; ports may be numbers, ranges or the word RPC. Text stands in single quotes, where only the quote
itself has a meaning.
"""

from __future__ import annotations

from collections.abc import Iterator

from auditor.remedy.names import Names, because, line
from auditor.remedy.planned import HostPermit, HostPlan, Plan
from auditor.remedy.preface import preface
from parsers.model.addresses import ANY_ADDRESS, ANY_IPV4, ANY_IPV6, AddressSet, address_text
from parsers.model.intervals import IntervalSet
from parsers.model.services import ANY_SERVICE, ICMP, ICMPV6, PORT_PROTOCOLS, PORTS

GROUP = "fwproof plan"
_SYSTEM_ROOT = "%SystemRoot%"
_PRODUCT = "$ProductFolder\\"
_LISTED = 4
"""From so many ranges on, a set of addresses is a variable at the head of the script."""


def powershell(plan: Plan, host: HostPlan) -> str:
    """The script for one host."""
    return "\n".join(_Script(plan, host).lines()) + "\n"


class _Script:
    def __init__(self, plan: Plan, host: HostPlan) -> None:
        self.plan = plan
        self.host = host
        self.names = Names(200)
        self.lists: dict[AddressSet, str] = {}
        self.product = any(_below_product(each) for each in host.permits)

    def lines(self) -> Iterator[str]:
        rules = [rule for permit in self.host.permits for rule in self._rules(permit)]
        yield from (f"# {text}".rstrip() for text in preface(self.plan, self.host.host))
        yield "# Needs Windows Server 2012 or later. Run it as administrator, again after every change of the plan."
        if self.product:
            yield "# ProductFolder is where the product is installed (for Exchange: $env:ExchangeInstallPath)."
            yield "param([Parameter(Mandatory = $true)] [string] $ProductFolder)"
            yield "$ProductFolder = $ProductFolder.TrimEnd('\\')"
        yield "$ErrorActionPreference = 'Stop'"
        for folder, program in dict.fromkeys(_program_parts(each) for each in self.host.permits):
            if folder:
                # A rule for a program that is not there never matches, and nobody would see why.
                path = f'"{folder}{_in_double(program)}"'
                yield f"if (-not (Test-Path -LiteralPath {path})) {{ throw {_single(f'There is no {program}')} }}"
        for addresses, name in self.lists.items():
            yield f"${name} = {', '.join(map(_single, _address_words(addresses)))}"
        yield f"Remove-NetFirewallRule -Group {_single(GROUP)} -ErrorAction SilentlyContinue"
        yield from rules
        profile = ",".join(each.capitalize() for each in self.host.profiles) or "Any"
        yield "# These rules limit something only where the profile is on and blocks by default. When the rules that"
        yield "# administration needs exist too:"
        yield f"# Set-NetFirewallProfile -Profile {profile} -Enabled True -DefaultInboundAction Block"

    def _rules(self, permit: HostPermit) -> Iterator[str]:
        """One command for each protocol of a permit."""
        for words in _port_words(permit):
            name = self.names.new(f"{permit.causes[0].flow} {'in' if permit.inward else 'out'} {_short(words)}")
            parts = [
                f"New-NetFirewallRule -Group {_single(GROUP)}",
                f"-DisplayName {_single(f'fwproof {name}')}",
                f"-Description {_single(because(permit.causes, 1000))}",
                f"-Direction {'Inbound' if permit.inward else 'Outbound'} -Action Allow -Enabled True",
                f"-Profile {','.join(each.capitalize() for each in self.host.profiles) or 'Any'}",
                " ".join(words),
                *self._ends(permit),
            ]
            folder, program = _program_parts(permit)
            if program:
                parts.append("-Program " + (f'"{folder}{_in_double(program)}"' if folder else _single(program)))
            if permit.owner.service:
                parts.append(f"-Service {_single(permit.owner.service)}")
            yield " `\n    ".join(parts) + " | Out-Null"

    def _ends(self, permit: HostPermit) -> Iterator[str]:
        local, remote = permit.destination, permit.source
        if not permit.inward:
            local, remote = remote, local
        yield f"-LocalAddress {self._list(local)}"
        yield f"-RemoteAddress {self._list(remote)}"

    def _list(self, addresses: AddressSet) -> str:
        if addresses in (ANY_ADDRESS, ANY_IPV4, ANY_IPV6) or len(addresses.intervals.ranges) < _LISTED:
            return ", ".join(map(_single, _address_words(addresses)))
        if addresses not in self.lists:
            self.lists[addresses] = f"Addresses{len(self.lists) + 1}"
        return f"${self.lists[addresses]}"


def _below_product(permit: HostPermit) -> bool:
    program = permit.owner.program
    return bool(program) and program != "System" and not program.startswith(_SYSTEM_ROOT)


def _program_parts(permit: HostPermit) -> tuple[str, str]:
    """(the folder's variable with a backslash, the path below it); ("", program) where it needs none."""
    program = permit.owner.program
    if _below_product(permit):
        return _PRODUCT, program.lstrip("\\")
    return "", program


def _port_words(permit: HostPermit) -> Iterator[tuple[str, ...]]:
    """-Protocol and what follows from it, for each protocol."""
    if permit.service == ANY_SERVICE:
        yield ("-Protocol Any",)
        return
    side = "Local" if permit.inward else "Remote"
    for protocol, pairs in permit.service.by_protocol().items():
        word = _protocol(protocol)
        for ports, _ in pairs:
            if permit.owner.keyword:
                yield (f"-Protocol {word}", f"-{side}Port {permit.owner.keyword}")
            elif protocol in PORT_PROTOCOLS and ports != PORTS:
                yield (f"-Protocol {word}", f"-{side}Port {', '.join(_port_ranges(ports))}")
            elif protocol in (ICMP, ICMPV6) and ports != PORTS:
                yield (f"-Protocol {word}", f"-IcmpType {', '.join(_messages(ports))}")
            else:
                yield (f"-Protocol {word}",)


def _short(words: tuple[str, ...]) -> str:
    """Protocol and ports for a rule's name."""
    values = [each.split(" ", 1)[1].replace("'", "").replace(", ", "+") for each in words]
    return values[0] + (f" {values[1]}" if len(values) > 1 and len(values[1]) < 40 else "")


def _protocol(number: int) -> str:
    known = {ICMP: "ICMPv4", ICMPV6: "ICMPv6", 6: "TCP", 17: "UDP"}
    return known.get(number, str(number))


def _port_ranges(ports: IntervalSet) -> Iterator[str]:
    return (str(first) if first == last else _single(f"{first}-{last}") for first, last in ports.ranges)


def _messages(kinds: IntervalSet) -> Iterator[str]:
    """ICMP types, or type:code for single codes."""
    for first, last in kinds.ranges:
        place = first
        while place <= last:
            whole = place % 256 == 0 and place + 255 <= last
            yield str(place // 256) if whole else _single(f"{place // 256}:{place % 256}")
            place += 256 if whole else 1


def _address_words(addresses: AddressSet) -> Iterator[str]:
    if addresses in (ANY_ADDRESS, ANY_IPV4, ANY_IPV6):
        yield "Any"
        return
    for first, last in addresses.intervals.ranges:
        text = AddressSet(IntervalSet(((first, last),))).text()
        yield address_text(first) if first == last else text


def _single(text: str) -> str:
    """Text in single quotes, where only the quote itself means something."""
    return "'" + line(text, 4000).replace("'", "''") + "'"


def _in_double(text: str) -> str:
    """Text inside double quotes with nothing left to expand."""
    return "".join("`" + letter if letter in '`$"' else letter for letter in line(text, 4000))
