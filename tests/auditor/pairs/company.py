"""A small company in words: one FortiGate and hosts behind it, for configurations that try to mislead."""

from __future__ import annotations

INSTALLED = "C:\\Program Files\\Microsoft\\Exchange Server\\V14\\"
HEAD = """#config-version=FGT60F-7.0.12-FW-build0523-230606:opmode=0:vdom=0:user=admin
config system global
    set hostname "fgt"
end
config system interface
    edit "wan1"
        set ip 203.0.113.2 255.255.255.0
        set type physical
        config ipv6
            set ip6-address 2001:db8:ffff::2/64
        end
    next
    edit "lan"
        set ip 10.0.10.1 255.255.255.0
        set type physical
        config ipv6
            set ip6-address 2001:db8:10::1/64
        end
    next
    edit "dmz"
        set ip 10.0.20.1 255.255.255.0
        set type physical
    next
end
config router static
    edit 1
        set gateway 203.0.113.1
        set device "wan1"
    next
end
"""


def vip(name: str, server: str, port: str = "", external: str = "203.0.113.10") -> str:
    outer, _, inner = port.partition(">")
    forward = f"set portforward enable\n set extport {outer}\n set mappedport {inner or outer}\n" if port else ""
    return (
        f'config firewall vip\n edit "{name}"\n set extip {external}\n set extintf "wan1"\n'
        f' set mappedip "{server}"\n {forward} next\nend\n'
    )


def policy(number: int, target: str, service: str, way: str = "wan1>lan", source: str = "all", more: str = "") -> str:
    """An accept policy unless `more` says otherwise; addresses such as 10.0.10.21 become objects of that name."""
    ingress, egress = way.split(">")
    objects = "".join(
        f'config firewall address\n edit "{name}"\n set subnet {name} 255.255.255.255\n next\nend\n'
        for name in (source, target)
        if name and name[0].isdigit()
    )
    services = "".join(
        f'config firewall service custom\n edit "{name}"\n set tcp-portrange {name}\n next\nend\n'
        for name in service.split()
        if name[0].isdigit()
    )
    names = " ".join(f'"{name}"' for name in service.split())
    action = "" if "set action" in more else " set action accept\n"
    return (
        f'{objects}{services}config firewall policy\n edit {number}\n set srcintf "{ingress}"\n set dstintf "{egress}"\n'
        f'{action} set srcaddr "{source}"\n set dstaddr "{target}"\n set schedule "always"\n set service {names}\n'
        f" set logtraffic all\n {more}\n next\nend\n"
    )


def rule(port: str, program: str = "Any", name: str = "", **words: str) -> str:
    """An inbound allow rule of a netsh dump; `words` replace its lines (Profiles, RemoteIP, Action, Protocol ...)."""
    lines = {
        "Rule Name": name or f"rule {port}",
        "Enabled": "Yes",
        "Direction": "In",
        "Profiles": "Domain,Private,Public",
        "Grouping": "",
        "LocalIP": "Any",
        "RemoteIP": "Any",
        "Protocol": "TCP",
        "LocalPort": port,
        "RemotePort": "Any",
        "Edge traversal": "No",
        "Program": program,
        "InterfaceTypes": "Any",
        "Security": "NotRequired",
        "Rule source": "Local Setting",
        "Action": "Allow",
    } | words
    first, *rest = (f"{key + ':':<38}{value}" for key, value in lines.items())
    return "\n".join(["", first, "-" * 70, *rest, ""])


def dump(*rules: str, state: str = "ON") -> str:
    profiles = "".join(
        f"\n{name} Profile Settings:\n{'-' * 70}\nState                                 {state}\n"
        "Firewall Policy                       BlockInbound,AllowOutbound\n"
        for name in ("Domain", "Private", "Public")
    )
    return f"{profiles}Ok.\n{''.join(rules)}Ok.\n"


HTTPS = rule("443", "System", "World Wide Web Services (HTTPS Traffic-In)")
HTTP = rule("80", "System", "World Wide Web Services (HTTP Traffic-In)")
MAPPER = rule("RPC-EPMap", name="MSExchangeRPCEPMap (GFW) (TCP-In)", Grouping="Microsoft Exchange")
RPC = rule("RPC", name="MSExchangeRPC (GFW) (TCP-In)", Grouping="Microsoft Exchange")
