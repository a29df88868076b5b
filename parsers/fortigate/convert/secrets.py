"""What must never leave a configuration: passwords, keys, hashes, communities.

Source: the reference, section 1.5.
"""

from __future__ import annotations

import re

MASK = "(secret)"
REVERSIBLE_MASK = "(secret, reversible ENC)"
"""A secret that the device decrypts with a key fixed in the product, unless private-data-encryption is enabled."""

_KEYWORDS = re.compile(
    r"passw|passphrase|secret|psk|private-key|(?:^|-)key$|keytab|auth-pwd|priv-pwd|-pwd$|^token|api-key|credential|ssh-public-key"
    r"|certificate$|^ca$|crl|csr|buffer|script$|^history|community|seed|hash$|^pin$|totp|username-?"
)
_SWITCHES = frozenset("admin-ssh-password reuse-password reuse-password-limit private-data-encryption".split())
"""Keywords that only sound like a secret."""
_HASHES = re.compile(r"^(?:SH2|AK1|PB2)")
_VALUES = re.compile(r"^(?:ENC\b|SH2|AK1|\$\w+\$|-----BEGIN)")


def is_secret(keyword: str, words: tuple[str, ...]) -> bool:
    """Is the value of a setting secret, by its keyword or by its form?"""
    if keyword in _SWITCHES:
        return False
    return bool(words) and bool(_KEYWORDS.search(keyword) or any(_VALUES.match(word) for word in words))


def masked(words: tuple[str, ...]) -> str:
    """What is said of a secret instead of its value: that it is there, and whether its form can be turned back.

    "ENC" before a hash (administrators) is one-way; before anything else it is encryption with a fixed key.
    """
    reversible = len(words) > 1 and words[0] == "ENC" and not _HASHES.match(words[1])
    return REVERSIBLE_MASK if reversible else MASK


_SECRET_WORDS = re.compile(
    r"passw|passphrase|passcode|secret|psk|private-key|(?:^|-|auth|enc)key\d*$|key-string|keytab|-pwd(?:$|-)|^token|-token$"
    r"|api-key|credential|ssh-public-key|^script$|^seed$|^pin$|-pin-code$|^uploadpass$|^auth-string$|totp|hostkey"
    r"|^(?:md5|sha1)-|-hmac$|^history\d+$"
)
"""Keywords whose values are secret wherever they stand; names of certificates and of users are not."""
_ABOUT_SECRETS = re.compile(
    r"polic|time|change|expir|renew|warning|attr|reuse|status|type|mode|(?:^|-)age|length|level|retr|lockout|history(?!\d)|save"
)
"""Words of keywords that say something about passwords: their lifetime, their length."""
_PLAIN = frozenset({"", "enable", "disable", "*", "FortinetPasswordMask", "<removed>"})
_SECRET_FORMS = re.compile(
    r"(?:SH2|AK1|PB2)[\w+/=]{8,}$|\$\d\w*\$\S+$|.*-----BEGIN [A-Z ]+-----|"
    r"(?=\S*\d)(?=\S*[A-Z])(?=\S*[a-z])[A-Za-z0-9+/]{40,}={0,2}$|[0-9a-fA-F]{32,}$|"
    r"[A-Za-z0-9+/=\s]{200,}$|ssh-\w+ |ecdsa-",
    re.DOTALL,
)
"""What keys, hashes, certificates and tokens look like, whatever their keyword."""
_COMMUNITIES = re.compile(r"snmp[ -]community$")
_CALLS = frozenset(
    "uri url http-body headers value script message email-body aws-api-key azure-function-authorization".split()
)


def holds_secret(path: tuple[str, ...], keyword: str, words: tuple[str, ...]) -> tuple[int, ...]:
    """Which words of a setting must not be shown to anybody: by keyword, by table, by form.

    Args:
        path: the blocks around the setting, outermost first.
        keyword: its keyword.
        words: its words, quotes resolved.
    """
    every = tuple(place for place, word in enumerate(words) if word not in _PLAIN and word != "ENC")
    if not keyword or not every:
        return ()
    if words[0] == "ENC":
        return every
    if keyword == "name" and any(_COMMUNITIES.search(each) for each in path):
        return every
    if "system automation-action" in path and keyword in _CALLS:
        return every
    if "user fortitoken" in path and keyword == "license":
        return every
    if _SECRET_WORDS.search(keyword) and not _ABOUT_SECRETS.search(keyword) and keyword not in _SWITCHES:
        return every
    return tuple(place for place in every if _SECRET_FORMS.match(words[place]))
