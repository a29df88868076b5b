"""Security descriptors of rules: for whom a rule is, and whether that is a group that holds nearly everybody.

Source: the reference, sections 4.1 and 7.5 (RMauth, RUAuth, LUAuth: "O:LSD:(A;;CC;;;SID)"); the well-known SIDs of
MS-DTYP 2.4.2.4.
"""

from __future__ import annotations

import re

_ALLOWED = re.compile(r"\(A;[^;()]*;[^;()]*;[^;()]*;[^;()]*;([^;()]+)", re.IGNORECASE)
_BROAD = {
    "WD": "everyone", "S-1-1-0": "everyone", "AN": "anonymous", "S-1-5-7": "anonymous",
    "AU": "authenticated users", "S-1-5-11": "authenticated users", "DC": "domain computers",
    "DU": "domain users", "BU": "users", "S-1-5-32-545": "users", "BG": "guests", "S-1-5-32-546": "guests",
}  # fmt: skip
_DOMAIN = re.compile(r"^S-1-5-21(?:-\d+){3}-(513|515)$", re.IGNORECASE)
_RELATIVE = {"513": "domain users", "515": "domain computers"}


def limit(descriptor: str, who: str) -> str:
    """The condition a descriptor sets, as a clause: "only for certain remote computers", with the broad groups named.

    `who` is "remote computers", "remote users" or "local users". Nothing of the descriptor but well-known groups is
    shown.
    """
    groups = []
    for sid in _ALLOWED.findall(descriptor):
        word = sid.strip().upper()
        relative = _DOMAIN.match(word)
        name = _RELATIVE[relative.group(1)] if relative else _BROAD.get(word, "")
        if name and name not in groups:
            groups.append(name)
    return f"only for {who} of wide groups ({', '.join(groups)})" if groups else f"only for certain {who}"
