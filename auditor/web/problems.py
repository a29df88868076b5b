"""Errors as RFC 9457 problem documents: what went wrong and what to do next, never a part of a configuration."""

from __future__ import annotations

import json

from starlette.responses import Response

TITLES = {
    400: "Not understood",
    401: "A token is needed",
    403: "Not allowed",
    404: "Nothing here",
    405: "Not this way",
    408: "Too slow",
    409: "Not yet",
    413: "Too large",
    415: "Not this kind of content",
    422: "Cannot be judged",
    429: "Too many at once",
    500: "A defect of fwproof",
    503: "Not possible now",
}
RETRY_AFTER = 5
"""Seconds after which a refused client should try again."""


class Problem(Exception):  # noqa: N818 - the standard's own word
    """An answer that is an error: an HTTP status and one sentence for a person."""

    def __init__(self, status: int, detail: str) -> None:
        self.status = status
        self.detail = detail
        super().__init__(detail)

    def response(self) -> Response:
        """The problem as application/problem+json."""
        headers = {"Retry-After": str(RETRY_AFTER)} if self.status in (429, 503) else {}
        if self.status == 401:
            headers["WWW-Authenticate"] = 'Bearer realm="fwproof"'
        return Response(self.body(), self.status, headers, "application/problem+json")

    def body(self) -> bytes:
        """The JSON of the document."""
        title = TITLES.get(self.status, "Error")
        return json.dumps(
            {"type": "about:blank", "title": title, "status": self.status, "detail": self.detail}
        ).encode()
