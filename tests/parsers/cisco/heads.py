"""The first lines of small ASA and IOS configurations: interfaces with names and addresses."""

ASA = """ASA Version 9.12(4)
hostname edge
interface GigabitEthernet0/0
 nameif outside
 security-level 0
 ip address 203.0.113.2 255.255.255.0
interface GigabitEthernet0/1
 nameif inside
 security-level 100
 ip address 10.0.0.1 255.255.255.0
"""
IOS = """version 15.7
hostname r1
interface GigabitEthernet0/0
 ip address 203.0.113.2 255.255.255.0
 ip access-group IN in
 ip nat outside
interface GigabitEthernet0/1
 ip address 10.0.0.1 255.255.255.0
 ip nat inside
"""


def third(name: str, level: int) -> str:
    """A third interface of an ASA, in 10.0.2.0/24."""
    return (
        f"interface GigabitEthernet0/2\n nameif {name}\n security-level {level}\n ip address 10.0.2.1 255.255.255.0\n"
    )
