"""What `fwproof check` is told by `fwproof.toml`: which exports to judge by what, and where that was said."""

from auditor.settings.model import AuditSettings, Setting, Settings
from auditor.settings.reader import find_settings, read_settings

__all__ = ["AuditSettings", "Setting", "Settings", "find_settings", "read_settings"]
