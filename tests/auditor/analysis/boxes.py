"""Small FortiGate backups from a few words, for tests of paths through several of them."""

from __future__ import annotations

from collections.abc import Iterable

HEADER = "#config-version=FGT60F-7.2.8-FW-build1639-240313:opmode=0:vdom=0:user=admin\n"


def table(path: str, entries: Iterable[tuple[str, Iterable[str]]]) -> str:
    lines = [f"config {path}"]
    for name, settings in entries:
        lines += [f'    edit "{name}"', *(f"        set {each}" for each in settings), "    next"]
    return "\n".join([*lines, "end", ""])


def fortigate(
    name: str,
    interfaces: dict[str, str],
    routes: Iterable[tuple[str, str]] = (),
    policies: Iterable[tuple[str, str, str, str, str]] = (),
    vips: dict[str, tuple[str, str, str]] | None = None,
    tunnels: tuple[str, ...] = (),
) -> bytes:
    """A backup.

    `interfaces` maps a name to address/length, `routes` are (destination, interface), `policies` (ingress, egress,
    source, destination, services), where an address is "all", a VIP's name or address/length; `vips` maps a name to
    (external, mapped, port or "").
    """
    policies, vips = list(policies), vips or {}
    used = {word for each in policies for word in each[2:4]} - {"all"} - set(vips)
    services = {word for each in policies for word in each[4].split()} - {"ALL"}
    parts = [
        HEADER,
        f'config system global\n    set hostname "{name}"\nend\n',
        table(
            "system interface",
            (
                (key, [f"ip {value}", f"type {'tunnel' if key in tunnels else 'physical'}"])
                for key, value in interfaces.items()
            ),
        ),
        table("router static", ((str(n), [f"dst {to}", f'device "{out}"']) for n, (to, out) in enumerate(routes, 1))),
        table("firewall address", [("all", []), *((word, [f"subnet {word}"]) for word in sorted(used))]),
        table("firewall service custom", ((word, [f"tcp-portrange {word}"]) for word in sorted(services))),
        table("firewall vip", ((key, _vip(*value)) for key, value in vips.items())),
        table(
            "firewall policy",
            (
                (
                    str(number),
                    [
                        f'srcintf "{ingress}"',
                        f'dstintf "{egress}"',
                        "action accept",
                        f'srcaddr "{source}"',
                        f'dstaddr "{target}"',
                        'schedule "always"',
                        f"service {' '.join(f'{chr(34)}{word}{chr(34)}' for word in words.split())}",
                        "logtraffic all",
                    ],
                )
                for number, (ingress, egress, source, target, words) in enumerate(policies, 1)
            ),
        ),
    ]
    return "".join(parts).encode()


def _vip(external: str, mapped: str, port: str) -> list[str]:
    outer, _, inner = port.partition(">")
    forward = ["portforward enable", f"extport {outer}", f"mappedport {inner or outer}"] if port else []
    return [f"extip {external}", f'mappedip "{mapped}"', 'extintf "any"', *forward]
