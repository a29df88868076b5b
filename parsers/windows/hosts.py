"""Several exports of one host become one firewall."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from parsers.model.firewall import Firewall
from parsers.model.origin import Gap, Origin
from parsers.windows.convert import WindowsFirewall, build
from parsers.windows.joining import joined


def join(firewalls: tuple[Firewall, ...]) -> tuple[Firewall, ...]:
    """Merge the exports of each host.

    Exports belong together when they carry the same host name, or when a manifest lists them.
    Exports without local rules (profiles, dynamic ports, a group policy) go to the only host there is, if it is one;
    beside several hosts they stay alone, and every host has a gap that says so.
    """
    others = tuple(each for each in firewalls if not isinstance(each, WindowsFirewall))
    parts = [each for each in firewalls if isinstance(each, WindowsFirewall)]
    bundles = {name: each.name for each in parts for name in each.written.bundle}
    hosts: dict[str, list[WindowsFirewall]] = {}
    for part in parts:
        name = _name(part, bundles)
        hosts.setdefault(name.casefold(), []).append(part if name == part.name else _renamed(part, name))
    ruled = [key for key, each in hosts.items() if any(_is_host(part) for part in each)]
    if len(ruled) == 1:
        for key in [key for key in hosts if key not in ruled]:
            hosts[ruled[0]] += hosts.pop(key)
    lone = [part for key, each in hosts.items() if ruled and key not in ruled for part in each]
    merged = {key: _merge(each) for key, each in hosts.items()}
    return others + tuple(_beside(each, lone) if key in ruled else each for key, each in merged.items())


def _beside(host: WindowsFirewall, lone: Iterable[WindowsFirewall]) -> WindowsFirewall:
    """A host with a gap for each export that may be about it: a policy may block, allow and silence local rules."""
    gaps = [
        Gap(_whole_file(part), "policy", part.sources[0].format, _MAY_BE_ABOUT, hides_access=True)
        for part in lone
        if part.written.rules or part.written.profiles
    ]
    return replace(host, gaps=(*host.gaps, *gaps)) if gaps else host


_MAY_BE_ABOUT = (
    "may apply to this host and was joined to none, because several hosts are given: put a copy of it into a folder "
    "with the host's name beside the exports of each host it applies to (EX01/Registry.pol), or name it like them "
    "(EX01-gpo.xml)"
)


def _whole_file(part: WindowsFirewall) -> Origin:
    """The whole file of an export as a place."""
    return Origin(part.sources[0].name, 0, 0, "file", "")


def _name(part: WindowsFirewall, bundles: Mapping[str, str]) -> str:
    """The host's name: the one a manifest gives to the file, otherwise the file's own."""
    return next((bundles[source.name] for source in part.sources if source.name in bundles), part.name)


def _renamed(part: WindowsFirewall, name: str) -> WindowsFirewall:
    return replace(part, name=name, written=replace(part.written, name=name))


def _is_host(part: WindowsFirewall) -> bool:
    """Does the export hold the local rules of a host, or name the host? A group policy alone does neither."""
    written = part.written
    return bool(written.bundle) or ("local" in written.stores and bool(written.rules or written.richness))


def _is_script(part: WindowsFirewall) -> bool:
    """Does it come from a script? What an export says of the host's rules, be it little, goes before that."""
    return any(store.startswith("script ") for store in part.written.stores)


def _merge(parts: list[WindowsFirewall]) -> WindowsFirewall:
    if len(parts) == 1:
        return parts[0]
    parts = sorted(parts, key=lambda part: (not _is_host(part), -part.written.richness, _is_script(part)))
    host = parts[0].written
    for part in parts[1:]:
        host = joined(host, part.written)
    name = next((part.name for part in parts if part.written.bundle), parts[0].name)
    sources = tuple(dict.fromkeys(source for part in parts for source in part.sources))
    return build(replace(host, name=name), sources)
