"""Several exports of one host become one firewall."""

from __future__ import annotations

from parsers.model.firewall import Firewall
from parsers.windows.convert import WindowsFirewall, build
from parsers.windows.written import WrittenHost, joined


def join(firewalls: tuple[Firewall, ...]) -> tuple[Firewall, ...]:
    """Merge exports that carry the same host name; exports without rules go to the only host there is, if it is one."""
    hosts: dict[str, list[WindowsFirewall]] = {}
    others = tuple(each for each in firewalls if not isinstance(each, WindowsFirewall))
    for each in firewalls:
        if isinstance(each, WindowsFirewall):
            hosts.setdefault(each.name.casefold(), []).append(each)
    ruled = [key for key, parts in hosts.items() if any(part.written.rules for part in parts)]
    if len(ruled) == 1:
        for key in [key for key in hosts if key not in ruled]:
            hosts[ruled[0]] += hosts.pop(key)
    return others + tuple(_merge(parts) for parts in hosts.values())


def _merge(parts: list[WindowsFirewall]) -> WindowsFirewall:
    if len(parts) == 1:
        return parts[0]
    parts = sorted(parts, key=lambda part: -part.written.richness)
    host: WrittenHost = parts[0].written
    for part in parts[1:]:
        host = joined(host, part.written)
    sources = tuple(dict.fromkeys(source for part in parts for source in part.sources))
    return build(host, sources)
