"""What an export can be shared without: stand-ins for secrets, names and public addresses, the same in every file."""

from parsers.redaction.pseudonyms import Pseudonyms

__all__ = ["Pseudonyms"]
