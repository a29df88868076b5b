"""The life of a worker process: take one job, do it, say what came of it."""

from __future__ import annotations

import gc
import json
import traceback
from multiprocessing.connection import Connection
from pathlib import PurePath

from auditor.web.confine import confine, die_with_parent, release_last_words
from auditor.web.problems import Problem
from parsers.errors import TooLargeError, UnreadableError

TOO_MUCH_MEMORY = (
    "This audit needs more memory than the server gives to one. Upload fewer files at once, or audit them with "
    '"fwproof audit" on a machine of your own.'
)


def work(connection: Connection, job: str, memory: int, seconds: float) -> None:
    """Take the job that comes over the connection, do it, send progress and the end.

    Messages to the server begin with one byte: P progress, E problem (JSON), S state, B what the client gets (last).
    """
    die_with_parent()
    gc.disable()  # short-lived, and nearly nothing it makes is a cycle
    try:
        confine(memory, seconds)
        body, state = _done(connection, job)
        connection.send_bytes(b"S" + state)
        connection.send_bytes(b"B" + body)
    except Problem as problem:
        _refuse(connection, problem)
    except TooLargeError as error:
        _refuse(connection, Problem(413, str(error)))
    except UnreadableError as error:
        _refuse(connection, Problem(422, str(error)))
    except MemoryError:
        release_last_words()
        _refuse(connection, Problem(503, TOO_MUCH_MEMORY))
    except Exception as error:
        frames = traceback.extract_tb(error.__traceback__)
        where = f"{PurePath(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "an unknown place"
        message = f"A defect of fwproof ({type(error).__name__} at {where}): nothing was judged. Please report it."
        _refuse(connection, Problem(500, message))


def _done(connection: Connection, job: str) -> tuple[bytes, bytes]:
    from auditor.web.jobs import JOBS

    values = json.loads(connection.recv_bytes())
    blobs = [connection.recv_bytes() for _ in range(values["blobs"])]
    return JOBS[job](values, blobs, lambda text: connection.send_bytes(b"P" + text.encode()))


def _refuse(connection: Connection, problem: Problem) -> None:
    text = json.dumps([problem.status, problem.detail])
    connection.send_bytes(b"E" + text.encode("utf-8", "backslashreplace"))
