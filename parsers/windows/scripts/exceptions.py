"""Commands of the old `netsh firewall`: ports, programs and services let in, and the operating mode.

Source: Microsoft, `netsh firewall add portopening ?` and its neighbours: values come in a fixed order or with tags;
the defaults are ENABLE, any address, and the profile that is active when the command runs. On Windows Vista and later
STANDARD is the private profile, and ALL is domain and private; before, STANDARD is every network but the domain's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from parsers.windows.netsh.legacy import SERVICES
from parsers.windows.scripts.drafts import Draft, Place
from parsers.windows.scripts.made import Made
from parsers.windows.scripts.tags import is_computed, merged
from parsers.windows.written import WrittenProfile

_ORDER: Mapping[str, tuple[str, ...]] = {
    "portopening": tuple("protocol port name mode scope addresses profile interface".split()),
    "allowedprogram": tuple("program name mode scope addresses profile".split()),
    "service": tuple("type mode scope addresses profile".split()),
    "icmpsetting": tuple("type mode profile interface".split()),
    "opmode": tuple("mode exceptions profile interface".split()),
}
_DELETED = {"portopening": ("protocol", "port", "profile", "interface"), "allowedprogram": ("program", "profile")}
_NAMES = {
    "fileandprint": "file and printer sharing",
    "remotedesktop": "remote desktop",
    "upnp": "upnp framework",
}
_CURRENT = ("profile", "only in the profile that is active when the script runs")
_STANDARD = ("profile", "in the public profile only before Windows Vista")


def run(made: Made, command: tuple[str, ...], words: list[str], place: Place) -> None:
    """Carry out one command of the context: ("add", "portopening"), ("set", "opmode") and so on."""
    verb, what = command[0], command[1] if len(command) > 1 else ""
    if what in ("logging", "notifications", "multicastbroadcastresponse"):
        return
    if not what or what not in _ORDER:
        made.gap(place, "netsh", f"firewall command {' '.join([*command, *words[:2]])!r} is not known", hides=True)
        return
    values = _values(words, _DELETED[what] if verb == "delete" else _ORDER[what])
    if verb == "delete":
        _delete(made, values, place)
    elif what == "opmode":
        _opmode(made, values, place)
    else:
        for tags in {"portopening": _ports, "allowedprogram": _program, "service": _service, "icmpsetting": _icmp}[
            what
        ](values):
            made.add(_draft(tags, values, place))


def _values(words: list[str], order: tuple[str, ...]) -> dict[str, str]:
    """The values by their names, whether they came with tags or in their order; "?" holds what fits nowhere."""
    found: dict[str, str] = {}
    for number, word in enumerate(merged(words)):
        name, equals, value = word.partition("=")
        if equals and name.strip().casefold() in order:
            found[name.strip().casefold()] = value.strip()
        elif number < len(order) and order[number] not in found:
            found[order[number]] = word.strip()
        else:
            found["?"] = word
    if found.get("scope", "").casefold() not in ("", "custom") and found.get("addresses", "").casefold() in _WHERE:
        # Without addresses the values that follow move up.
        found["profile"] = found.pop("addresses")
    return found


_WHERE = ("current", "domain", "standard", "all")


def _draft(tags: dict[str, str], values: Mapping[str, str], place: Place) -> Draft:
    """An exception as a rule in netsh's tags."""
    doubts = [f"the word {values['?']!r}"] if "?" in values else []
    conditions: list[tuple[str, str]] = []
    mode = values.get("mode", "enable").casefold()
    scope = values.get("scope", "all").casefold()
    remote = {"all": "any", "subnet": "localsubnet", "custom": values.get("addresses", "")}.get(scope)
    profile = {"domain": "domain", "standard": "private,public", "all": "any", "current": "any"}.get(
        values.get("profile", "current").casefold()
    )
    for name, known in (("scope", remote), ("profile", profile)):
        if known is None:
            doubts.append(f"{name}={values[name]}")
    if values.get("profile", "current").casefold() == "current":
        conditions.append(_CURRENT)
    elif profile != "domain":
        conditions.append(_STANDARD)
    if values.get("interface"):
        conditions.append(("interface", f"only on interface {values['interface']}"))
    stated = {
        "dir": "in",
        "action": "allow",
        "enable": {"enable": "yes", "disable": "no"}.get(mode, mode),
        "remoteip": remote or "any",
        "profile": profile or "any",
    }
    return Draft(tags.get("name", ""), place, stated | tags, doubts, tuple(conditions), legacy=True)


def _ports(values: Mapping[str, str]) -> Iterator[dict[str, str]]:
    protocol, port = values.get("protocol", ""), values.get("port", "")
    for each in ("tcp", "udp") if protocol.casefold() == "all" else (protocol,):
        yield {"name": values.get("name") or f"open port {port}", "protocol": each, "localport": port}


def _program(values: Mapping[str, str]) -> Iterator[dict[str, str]]:
    program = values.get("program", "")
    yield {"name": values.get("name") or program, "program": program or "$(...)"}


def _service(values: Mapping[str, str]) -> Iterator[dict[str, str]]:
    kind = values.get("type", "").casefold()
    if kind == "all":
        for each in (*_NAMES, "remoteadmin"):
            yield from _service({**values, "type": each})
    elif kind == "remoteadmin":
        yield {"name": "remote administration", "protocol": "tcp", "localport": "135,445,RPC"}
    elif kind in _NAMES:
        for protocol, ports in SERVICES[_NAMES[kind]]:
            yield {"name": f"{_NAMES[kind]} ({protocol.upper()})", "protocol": protocol, "localport": ports}
    else:
        yield {"name": f"service {kind}", "type": kind}


def _icmp(values: Mapping[str, str]) -> Iterator[dict[str, str]]:
    kind = values.get("type", "").casefold()
    if kind == "all":
        yield {"name": "ICMP, every type", "protocol": "icmpv4"}
        yield {"name": "ICMPv6, type 2", "protocol": "icmpv6:2,any"}
    else:
        # Type 2 ("packet too big") is one of ICMPv6 only.
        yield {"name": f"ICMP type {kind}", "protocol": f"{'icmpv6' if kind == '2' else 'icmpv4'}:{kind},any"}


def _delete(made: Made, values: Mapping[str, str], place: Place) -> None:
    """Exceptions the script made: the same port or program; the profile decides only where it says "all"."""
    keys = {"protocol": "protocol", "port": "localport", "program": "program"}
    asked = {keys[name]: value.casefold() for name, value in values.items() if name in keys}
    for draft in [each for each in made.drafts if each.legacy]:
        answers = [
            None
            if is_computed(value) or is_computed(draft.tags.get(key, ""))
            else value in (draft.tags.get(key, "").casefold(), "all" if key == "protocol" else "")
            for key, value in asked.items()
        ]
        if False in answers:
            continue
        if None in answers or place.doubt or values.get("profile", "").casefold() != "all":
            draft.doubt(f"line {place.line} may delete it")
        else:
            made.drafts.remove(draft)
    made.note(place, "exceptions the host had may be deleted; none is taken as gone.")


def _mode(made: Made, profile: str, mode: str, exceptions: str, place: Place) -> WrittenProfile:
    inbound = "block" if exceptions == "enable" else "block always"
    return WrittenProfile(profile, mode == "enable", inbound, line=place.line, file=made.file)


def _opmode(made: Made, values: Mapping[str, str], place: Place) -> None:
    mode, exceptions = (values.get(name, "enable").casefold() for name in ("mode", "exceptions"))
    whose = values.get("profile", "current").casefold()
    profiles = {"domain": ("domain",), "standard": ("private",), "all": ("domain", "private")}.get(whose, ())
    known = mode in ("enable", "disable") and exceptions in ("enable", "disable")
    if not known or not profiles or place.doubt or values.get("interface") or "?" in values:
        shown = " ".join(f"{name}={value}" for name, value in values.items())
        what = f"may switch the firewall of a profile or an interface on or off ({shown})"
        made.gap(place, "netsh", what, hides=mode != "enable")
        if known:
            for profile in profiles or ("domain", "private", "public"):
                made.perhaps(_mode(made, profile, mode, exceptions, place), place, f"it {what}")
        return
    for profile in profiles:
        made.state(_mode(made, profile, mode, exceptions, place))
    if mode == "disable" and whose != "domain":
        made.gap(place, "netsh", "switches the public profile off too, before Windows Vista", hides=True)
