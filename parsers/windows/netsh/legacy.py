"""Legacy `netsh firewall show config | state` (English): profiles and the exceptions of their tables.

Source: the reference, section 2.2: columns begin where the words of the heading begin; "Standard" is private and
public. Windows Vista and later print a traffic direction and show only what the old interface can say: other rules
may exist. Scopes are not printed: what a row opens is open at most.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from parsers.model.origin import Gap, Origin
from parsers.model.rule import Scope, ScopeKind
from parsers.windows.numbers import number as decimal
from parsers.windows.written import UNKNOWN_SCOPE, WrittenProfile, WrittenRule

_SECTION = re.compile(
    r"^(?:(?P<own>Domain|Standard) profile configuration(?P<now> \(current\))?"
    r"|(?P<table>Service|Allowed programs|Port|ICMP) configuration for (?P<whose>Domain|Standard) profile"
    r"|(?P<state>Firewall status)|(?P<open>Ports currently open on all network interfaces)|Log configuration"
    r"|(?P<card>.+) firewall configuration)(?!\w).*:$",
    re.IGNORECASE,
)
_MODE = re.compile(r"^(Operational|Exception) mode\s*=\s*(Enable|Disable)", re.IGNORECASE)
_NOW = re.compile(r"^Profile\s*=\s*(Domain|Standard)", re.IGNORECASE)
_DETAIL = re.compile(r"^\s+(Scope|Interface)\s*[:=]\s*(.*)$", re.IGNORECASE)
_LIKE_A_ROW = re.compile(r"^(?:\d{1,5}|Enable|Disable)\b", re.IGNORECASE)
_PROFILES = {"domain": ("domain",), "standard": ("private", "public")}
SERVICES = {
    "remote desktop": (("tcp", "3389"),),
    "file and printer sharing": (("tcp", "139,445"), ("udp", "137-138")),
    "upnp framework": (("tcp", "2869"), ("udp", "1900")),
}
"""Services of the legacy interface and their ports (Windows XP SP2 documentation)."""
_NUMBERS = {"tcp": 6, "udp": 17}
_ASK = "add 'netsh advfirewall firewall show rule name=all verbose' or 'netsh advfirewall export'"
_STATE_ONLY = f"'netsh firewall show state' tells open ports, not the rules behind them: {_ASK}"
_VISTA = f"'netsh firewall' does not show every rule of Windows Vista and later: {_ASK}"


@dataclass(slots=True)
class Legacy:
    """What a legacy text says; `missing` tells why the interface does not show every rule, "" where it does."""

    profiles: list[WrittenProfile] = field(default_factory=list)
    rules: list[WrittenRule] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    active: tuple[str, ...] | None = None
    missing: str = ""


def is_legacy(lines: list[str]) -> bool:
    """Does a text hold a section of the legacy commands?"""
    return any(_SECTION.match(line.strip()) for line in lines)


def read_legacy(name: str, lines: list[str]) -> Legacy:
    """The profiles and exceptions of a legacy text; empty where it is none."""
    return _Reader(name).read(lines)


class _Reader:
    def __init__(self, file: str) -> None:
        self.file = file
        self.found = Legacy()
        self.whose: tuple[str, ...] = ()
        self.table = ""
        self.columns: list[tuple[str, int]] = []
        self.modes: dict[str, bool] = {}
        self.card = ""
        self.latest = 0

    def read(self, lines: list[str]) -> Legacy:
        for number, line in enumerate(lines, start=1):
            text = line.strip()
            section = _SECTION.match(text)
            if section:
                self._section(section)
            elif not text:
                continue
            elif text.startswith("-----"):
                self.columns = _columns(lines[number - 2]) if self.table else []
            elif mode := _MODE.match(text):
                self._mode(mode, number)
            elif now := _NOW.match(text):
                self.whose = _PROFILES[now.group(1).casefold()]
                self.found.active = self.whose
            elif self.columns:
                self._row(line, number)
        return self.found

    def _section(self, section: re.Match[str]) -> None:
        self.columns, self.modes = [], {}
        self.card = section["card"] or ""
        self.table = ("open" if section["open"] else section["table"] or "").casefold()
        whose = section["own"] or section["whose"]
        if whose:
            self.whose = _PROFILES[whose.casefold()]
        if section["now"]:
            self.found.active = self.whose
        if section["state"]:
            self.found.missing = _STATE_ONLY

    def _mode(self, mode: re.Match[str], number: int) -> None:
        enabled = mode.group(2).casefold() == "enable"
        if self.card:
            if not enabled:
                self._gap(number, f"that the firewall is off on the interface {self.card!r}")
            return
        self.modes[mode.group(1).casefold()] = enabled
        if len(self.modes) == 2 and self.whose:
            inbound = "block" if self.modes["exception"] else "block always"
            self.found.profiles += [
                WrittenProfile(key, self.modes["operational"], inbound, line=number - 1, file=self.file)
                for key in self.whose
            ]
            self.modes = {}

    def _row(self, line: str, number: int) -> None:
        if detail := _DETAIL.match(line):
            self._detail(detail[1].casefold(), detail[2].strip(), number)
            return
        cells = _cells(line, self.columns)
        mode = cells.get("mode", "enable").casefold()
        self.latest = len(self.found.rules)
        if mode not in ("enable", "disable") or ("mode" not in cells and not cells.get("port", "")[:1].isdigit()):
            if _LIKE_A_ROW.match(line):
                self._gap(number, f"the row {line.strip()!r}")
            # Others: "No ports are currently open ...", the notice that the command is deprecated.
            return
        if "traffic direction" in cells:
            self.found.missing = self.found.missing or _VISTA
        made = {
            "port": self._port,
            "open": self._port,
            "allowed programs": self._program,
            "service": self._service,
            "icmp": self._icmp,
        }[self.table]
        for name, what in made(cells, number):
            self._add(name, number, mode == "enable", cells, what)

    def _detail(self, what: str, value: str, number: int) -> None:
        """The scope or the interface of the row above, as `verbose=enable` prints it."""
        rules = self.found.rules
        if not rules[self.latest :]:
            self._gap(number, f"{what} {value!r} without a row above it")
        for place in range(self.latest, len(rules)):
            rule = rules[place]
            if what == "scope":
                words = tuple(word.strip() for word in value.split(",") if word.strip())
                every = not words or any(word in ("*", "All", "all") for word in words)
                kept = tuple(each for each in rule.conditions if each[0] != "address")
                rules[place] = replace(rule, remote_addresses=() if every else words, conditions=kept)
            else:
                limit = ("interface", f"only on interface {value}")
                rules[place] = replace(rule, conditions=(*rule.conditions, limit))

    def _add(self, name: str, number: int, enabled: bool, cells: dict[str, str], what: dict[str, object]) -> None:
        direction = "out" if cells.get("traffic direction", "").casefold().startswith("out") else "in"
        scope = cells.get("scope", "")
        known = scope.casefold() in ("*", "all", "localsubnet")
        limits = () if known else (("address", "the scope of the exception (remote addresses) is not in the export"),)
        values: dict[str, object] = {
            "id": str(len(self.found.rules) + 1),
            "name": name,
            "file": self.file,
            "first_line": number,
            "last_line": number,
            "enabled": enabled,
            "direction": direction,
            "action": "allow",
            "profiles": frozenset(self.whose) or None,
            "remote_addresses": ("LocalSubnet",) if scope.casefold() == "localsubnet" else (),
            "conditions": limits,
            "program": Scope(),
            "service": UNKNOWN_SCOPE if self.table == "service" else Scope(),
        }
        self.found.rules.append(WrittenRule(**(values | what)))  # type: ignore[arg-type]

    def _port(self, cells: dict[str, str], number: int) -> Iterator[tuple[str, dict[str, object]]]:
        port, protocol = cells.get("port", ""), cells.get("protocol", "").casefold()
        if decimal(port, 65535) is None or protocol not in _NUMBERS:
            self._gap(number, f"port {port!r}, protocol {protocol!r}")
            return
        program = cells.get("program", "")
        named = program and program.casefold() != "(null)"
        what: dict[str, object] = {"protocol": _NUMBERS[protocol], "local_ports": (port,)}
        if named:
            what["program"] = Scope(ScopeKind.NAMED, program)
        yield cells.get("name") or f"open port {port}", what

    def _program(self, cells: dict[str, str], number: int) -> Iterator[tuple[str, dict[str, object]]]:
        name, slash, path = cells.get("name / program", "").rpartition(" / ")
        if not slash:
            self._gap(number, f"program {path!r}")
            return
        yield name, {"program": Scope(ScopeKind.NAMED, path)}

    def _service(self, cells: dict[str, str], number: int) -> Iterator[tuple[str, dict[str, object]]]:
        name = cells.get("name", "")
        ports = SERVICES.get(name.casefold())
        if ports is None:
            yield name, {"unread": (f"the ports of the service {name!r} are not in the export",)}
        elif cells.get("customized", "").casefold() != "no":
            yield name, {"unread": (f"the ports of the service {name!r} were changed",)}
        for protocol, numbers in ports or ():
            what: dict[str, object] = {"protocol": _NUMBERS[protocol], "local_ports": tuple(numbers.split(","))}
            yield f"{name} ({protocol.upper()})", what

    def _icmp(self, cells: dict[str, str], number: int) -> Iterator[tuple[str, dict[str, object]]]:
        kind = decimal(cells.get("type", ""), 255)
        if kind is None:
            self._gap(number, f"ICMP type {cells.get('type')!r}")
            return
        name = cells.get("description", "")
        # Type 2 ("packet too big") is one of ICMPv6 only.
        way = "out" if "outbound" in name.casefold() else "in"
        yield name, {"protocol": 58 if kind == 2 else 1, "icmp": ((kind, None),), "direction": way}

    def _gap(self, number: int, what: str) -> None:
        origin = Origin(self.file, number, number, "row", self.table)
        self.found.gaps.append(Gap(origin, self.table, "", f"{what} is not understood", hides_access=True))


def _columns(heading: str) -> list[tuple[str, int]]:
    """The columns of a table: their words and where they begin."""
    return [(found.group().casefold(), found.start()) for found in re.finditer(r"\S+(?: \S+)*", heading)]


def _cells(line: str, columns: list[tuple[str, int]]) -> dict[str, str]:
    ends = [start for _, start in columns[1:]] + [len(line)]
    return {name: line[start:end].strip() for (name, start), end in zip(columns, ends, strict=True)}
