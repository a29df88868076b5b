"""What must never leave a Cisco configuration: passwords, keys, communities.

Sources: Cisco ASA Series Command Reference and Cisco IOS Security Command Reference, the commands named below. A type 7
"encrypted" password can be turned back by anybody, so a secret is masked in whatever form it is written.
"""

from __future__ import annotations

import re

from parsers.redaction import MASK, safe_comment

_ANYWHERE = (
    r"\S*passw(?:or)?d\S*(?:\s+level\s+\d+)?",
    r"pass(?:code|phrase)",
    r"(?:\S+-)?secret(?:\s+level\s+\d+)?",
    r"(?:\S+-)?psk(?:\s+(?:set-key|ascii|hex))*",
    r"pre-shared-key(?:\s+(?:local|remote|hex))*",
    r"key-(?:string|hash|octet-string)",
    r"auth-string",
    r"pac\s+key",
    r"(?:cak|pmk)(?:\s+pairwise-[a-z]+)?",
    r"server-key",
    r"\S*authentication-key(?:\s+\d+)?",
    r"message-digest-key\s+\d+",
    r"spi\s+\d+(?:\s+esp)?",
    r"community",
    r"(?:shared-)?token",
)
"""Words after which a secret stands wherever they are in a line."""
_FIRST = (
    r"(?:crypto\s+)?isakmp\s+key",
    r"(?:tacacs|radius|server|failover|cluster|ldap)\S*\s(?:.*\s)?key",
    r"(?:server-private|client)\s(?:.*\s)?key",
    r"key",
    r"snmp-server\s+(?:host|user)",
    r"aaa-server\s+\S+(?:\s+\(\S+\))?\s+host\s+\S+",
    r"(?:standby|vrrp|glbp|(?:ip(?:v6)?\s+)?nhrp)\s(?:.*\s)?authentication",
    r"(?:(?:ip\s+)?authentication)\s(?:.*\s)?key\s+eigrp",
    r"(?:encryption|wep)\s(?:.*\s)?key(?:\s+\d+)?",
    r"(?:pin|auth\s\S+|priv\s\S+)",
)
"""How lines begin that end in a secret."""
_SECRET = re.compile(
    rf"^(\s*(?:no\s+)?(?:{'|'.join(_FIRST)}|(?:.*\s)?(?:{'|'.join(_ANYWHERE)}))\s+)(\S.*)$", re.IGNORECASE
)


def masked(line: str) -> str:
    """A line with its secret, if it holds one, replaced; everything after the secret's keyword goes with it.

    Logins in addresses (`path ftp://user:password@host`) and what remarks announce are replaced as well.
    """
    return safe_comment(_SECRET.sub(rf"\1{MASK}", line))
