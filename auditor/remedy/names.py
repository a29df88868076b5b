"""Names and remarks that a device accepts: short enough, unique, and without what its command line would act on."""

from __future__ import annotations

import re
from collections.abc import Iterable

from auditor.remedy.planned import Cause


class Names:
    """Hands out names of at most `limit` characters, each once; `taken` ones are left to their owners."""

    def __init__(self, limit: int, taken: Iterable[str] = ()) -> None:
        self.limit = limit
        self.taken = {name.casefold() for name in taken}

    def new(self, wanted: str) -> str:
        """The wanted name made safe, shortened, and numbered where it is taken."""
        safe = re.sub(r"[^A-Za-z0-9 ._:/+-]+", "_", wanted).strip(" _") or "unnamed"
        name, number = safe[: self.limit].rstrip(), 1
        while name.casefold() in self.taken:
            number += 1
            tail = f"~{number}"
            name = safe[: self.limit - len(tail)].rstrip() + tail
        self.taken.add(name.casefold())
        return name


def remark(text: str, limit: int) -> str:
    """One line of plain text: no quotes or brackets that FortiOS refuses, no `?` and `$` that its prompt acts on."""
    return line(re.sub(r"[\"'`<>()#$\\]+", " ", text), limit)


def line(text: str, limit: int) -> str:
    """One line of ASCII for a comment: no line break ends it, and the prompt of a FortiGate answers no `?` in it.

    Windows PowerShell reads a file without a mark in the code page of the machine, where a byte of another letter can
    be a quote.
    """
    safe = re.sub(r"[^\x20-\x7e]", "_", re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff?]+", " ", text))
    safe = re.sub(r" {2,}", " ", safe).strip()
    return safe if len(safe) <= limit else safe[: limit - 4].rstrip() + " ..."


def because(causes: Iterable[Cause], limit: int) -> str:
    """The flows that ask for something, with their citations, as many as fit: "exchange-2010 EAS-HTTPS [seed:C09]"."""
    parts: list[str] = []
    ruleset = ""
    every = list(causes)
    for number, cause in enumerate(every):
        prefix = "" if cause.ruleset == ruleset else f"{cause.ruleset} "
        ruleset = cause.ruleset
        part = f"{prefix}{cause.flow} [{' '.join(cause.cite)}]"
        rest = f", and {len(every) - number} more flows"
        if len(", ".join([*parts, part])) + len(rest) > limit:
            return remark(", ".join(parts) + rest if parts else f"{cause.ruleset} {cause.flow}{rest}", limit)
        parts.append(part)
    return remark(", ".join(parts), limit)
