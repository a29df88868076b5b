"""The first lines of a small FortiGate backup: a test says which interfaces there are, and writes the rest itself."""

from ipaddress import ip_interface

HEADER = "#config-version=FGT60F-7.0.12-FW-build0523-230606:opmode=0:vdom=0:user=admin\n"


def head(hostname: str = "fgt", gateway: str = "203.0.113.1", **interfaces: str) -> str:
    """A header, the interfaces ("10.0.10.1/24" by name), and a default route over the first one.

    Args:
        hostname: "" leaves the name out.
        gateway: "" leaves the route out.
        interfaces: those of the device; unless given, wan1 203.0.113.2/24, lan 10.0.10.1/24 and dmz 10.0.20.1/24.
    """
    interfaces = interfaces or {"wan1": "203.0.113.2/24", "lan": "10.0.10.1/24", "dmz": "10.0.20.1/24"}
    name = f'config system global\n    set hostname "{hostname}"\nend\n' if hostname else ""
    entries = "".join(
        f'    edit "{interface}"\n        set ip {ip_interface(address).with_netmask.replace("/", " ")}\n'
        "        set type physical\n    next\n"
        for interface, address in interfaces.items()
    )
    return f"{HEADER}{name}config system interface\n{entries}end\n" + (
        route(1, gateway, next(iter(interfaces))) if gateway else ""
    )


def route(number: int, gateway: str, interface: str, destination: str = "") -> str:
    """A static route; without a destination ("10.0.30.0 255.255.255.0") the default one."""
    to = f"        set dst {destination}\n" if destination else ""
    return (
        f"config router static\n    edit {number}\n{to}        set gateway {gateway}\n"
        f'        set device "{interface}"\n    next\nend\n'
    )


def web(address: str = "10.0.0.80") -> str:
    """An address called web, and policy 1 that lets everybody reach it over HTTPS."""
    return f"""config firewall address
    edit "web"
        set subnet {address} 255.255.255.255
    next
end
config firewall policy
    edit 1
        set srcintf "any"
        set dstintf "any"
        set srcaddr "all"
        set dstaddr "web"
        set action accept
        set schedule "always"
        set service "HTTPS"
    next
end
"""
