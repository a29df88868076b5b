"""What an export can be shared without: stand-ins for secrets, names and public addresses, the same in every file."""

from parsers.redaction.announced import MASK, quoted_secrets, safe_comment
from parsers.redaction.pseudonyms import Pseudonyms

__all__ = ["MASK", "Pseudonyms", "quoted_secrets", "safe_comment"]
