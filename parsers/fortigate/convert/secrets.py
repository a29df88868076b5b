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
