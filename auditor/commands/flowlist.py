"""A list of expectations as CSV: flows in, the same with verdicts out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from pandas import DataFrame

REQUIRED = ("from", "to", "port")
OPTIONAL = ("source", "source_port", "device")
ANSWERS = ("verdict", "rule", "line", "reason")


@dataclass(frozen=True, slots=True)
class Row:
    """One flow of the list as written; `number` is its line in the file, counting the header as 1."""

    number: int
    from_: str
    to: str
    port: str
    source: str
    source_port: str
    device: str


def read_flows(path: Path) -> DataFrame:
    """The list as a frame of texts; other columns are kept as they are.

    Raises:
        click.ClickException: not a CSV file, or a column is missing.
    """
    import pandas as pd

    try:
        frame = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig", skipinitialspace=True)
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError) as error:
        reason = str(error).strip().splitlines()[-1] if str(error).strip() else "it is empty"
        raise click.ClickException(f"{path} is not a CSV file with a header: {reason}") from error
    missing = [name for name in REQUIRED if name not in frame.columns]
    if missing:
        wanted = ", ".join((*REQUIRED, *(f"[{name}]" for name in OPTIONAL)))
        raise click.ClickException(f"{path}:1: column {missing[0]!r} is missing; the columns are {wanted}.")
    return frame


def rows(frame: DataFrame) -> Iterator[Row]:
    """The flows of the list in order."""
    for position, values in enumerate(frame.to_dict("records")):
        named = {name: str(values.get(name, "")).strip() for name in (*REQUIRED, *OPTIONAL)}
        yield Row(
            position + 2,
            named["from"],
            named["to"],
            named["port"],
            named["source"],
            named["source_port"],
            named["device"],
        )


def with_verdicts(frame: DataFrame, answers: Sequence[tuple[str, str, str, str]]) -> bytes:
    """The list with the columns verdict, rule, line and reason (replaced where it has them already), as CSV."""
    result = frame.copy()
    for position, name in enumerate(ANSWERS):
        result[name] = [answer[position] for answer in answers]
    text: str = result.to_csv(index=False, lineterminator="\n")
    return text.encode()
