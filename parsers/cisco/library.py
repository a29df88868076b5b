"""ciscoconfparse2, imported and silenced.

Importing it opens a log on standard output, with a thread and semaphores of its own, that would quote lines of a
configuration when something fails. The log is taken away again here, so that nothing can be quoted, and a process that
may not create files (semaphores are files) can read configurations once this module is imported.
"""

from __future__ import annotations

from ciscoconfparse2 import CiscoConfParse
from loguru import logger

logger.remove()

__all__ = ["CiscoConfParse"]
