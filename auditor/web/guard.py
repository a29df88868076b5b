"""Around every request: who may ask, what a browser may do with the answer, one log line, errors that tell nothing."""

from __future__ import annotations

import hmac
import ipaddress
import json
import logging
import re
import time
import traceback
from pathlib import PurePath
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from auditor.web.problems import Problem
from auditor.web.settings import Settings

ACCESS = logging.getLogger("fwproof.access")
ERRORS = logging.getLogger("fwproof.error")
SECURITY = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; "
        "trusted-types 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
}
_ID = re.compile(r"^/api/audits/([0-9a-f]{32})(/trace|/site|/site\.yaml|/findings\.[a-z]+)?$")
_KNOWN = re.compile(r"^/(?:|health|openapi\.json|api|api/audits|api/compare|api/samples|static/[a-z]+\.[a-z]+)$")


class Guard:
    """The outermost application: host, origin, token, security headers, access log."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self.settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One ASGI connection."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        start = time.monotonic()
        status = 0

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                for name, value in SECURITY.items():
                    headers[name] = value
            await send(message)

        path = self._rooted(scope)
        try:
            self._admit(scope, path)
            await self.app(scope, receive, sending)
        except Problem as problem:
            await problem.response()(scope, receive, sending)
        except Exception as error:
            ERRORS.error(json.dumps({"error": where(error)}))
            if not status:
                await Problem(500, f"A defect of fwproof: {where(error)}.").response()(scope, receive, sending)
        finally:
            _log(scope, path, status, time.monotonic() - start)

    def _rooted(self, scope: Scope) -> str:
        """The path below the root path, whether or not the proxy in front took the root path away."""
        root, path = self.settings.root_path, str(scope["path"])
        scope["root_path"] = root
        inner = path.removeprefix(root) if path.startswith(f"{root}/") else path
        scope["path"] = root + inner
        return inner

    def _admit(self, scope: Scope, path: str) -> None:
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if not self._known_host(host):
            raise Problem(403, "This server does not answer to that host name: add it with --name.")
        if not path.startswith("/api/"):
            return
        if foreign(headers, host):
            raise Problem(403, "A page of another site asked for this: only fwproof's own page may.")
        if self.settings.token and not _bearer(headers, self.settings.token):
            raise Problem(401, "This server wants its token: send the header Authorization: Bearer TOKEN.")

    def _known_host(self, host: str) -> bool:
        """Addresses and known names only: a page whose name is pointed at this machine must not pass for ours."""
        name = _host_name(host)
        if name == "localhost" or name in self.settings.names:
            return True
        try:
            ipaddress.ip_address(name)
        except ValueError:
            return False
        return True


def _host_name(host: str) -> str:
    try:
        return (urlsplit(f"//{host}").hostname or "").casefold()
    except ValueError:
        return ""


def foreign(headers: Headers, host: str) -> bool:
    """Does a request come from a page of another origin? Browsers say so themselves; other clients say nothing."""
    site = headers.get("sec-fetch-site", "")
    if site:
        return site not in ("same-origin", "none")
    origin = headers.get("origin")
    return origin is not None and urlsplit(origin).netloc.casefold() != host.casefold()


def _bearer(headers: Headers, token: str) -> bool:
    kind, _, given = headers.get("authorization", "").partition(" ")
    same = hmac.compare_digest(given.strip().encode(), token.encode())
    return same and kind.casefold() == "bearer"


def where(error: BaseException) -> str:
    """Type and place of an error. Its text could quote a configuration."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {PurePath(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return type(error).__name__ + place


def _log(scope: Scope, path: str, status: int, seconds: float) -> None:
    """One JSON line. Ids are cut: whoever reads the log must not be able to open the audit."""
    found = _ID.match(path)
    if found:
        shown = f"/api/audits/{found[1][:6]}...{found[2] or ''}"
    else:
        shown = path if _KNOWN.match(path) else "(other)"
    client = scope.get("client")
    ACCESS.info(
        json.dumps(
            {
                "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
                "client": client[0] if client else "",
                "method": scope["method"] if scope["method"].isalpha() else "(other)",
                "path": shown,
                "status": status,
                "ms": round(seconds * 1000),
            }
        )
    )
