"""What must never leave a configuration: passwords, keys, hashes, communities.

Source: the reference, section 1.5.
"""

from __future__ import annotations

import re

MASK = "(secret)"

_KEYWORDS = re.compile(
    r"passw|passphrase|secret|psk|private-key|(?:^|-)key$|keytab|auth-pwd|priv-pwd|-pwd$|^token|api-key|credential|ssh-public-key"
    r"|certificate$|^ca$|crl|csr|buffer|script$|^history|community|seed|hash$|^pin$|totp|username-?"
)
_VALUES = re.compile(r"^(?:ENC\b|SH2|AK1|\$\w+\$|-----BEGIN)")


def is_secret(keyword: str, words: tuple[str, ...]) -> bool:
    """Is the value of a setting secret, by its keyword or by its form?"""
    return bool(words) and bool(_KEYWORDS.search(keyword) or any(_VALUES.match(word) for word in words))
