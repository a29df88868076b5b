"""The server process: a socket, uvicorn, logs on standard error, and a quiet end."""

from __future__ import annotations

import logging
import signal
import socket
import sys

import uvicorn

from auditor.web.app import application
from auditor.web.confine import no_dump
from auditor.web.settings import Settings


def listen(host: str, port: int) -> socket.socket:
    """A listening socket.

    Raises:
        OSError: the address cannot be used.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=256)


def serve(sock: socket.socket, settings: Settings, proxies: tuple[str, ...] = ()) -> None:
    """Serve until SIGINT or SIGTERM: requests under way may end, everything held is dropped."""
    no_dump()
    for name in ("fwproof.access", "fwproof.error", "uvicorn.error"):
        logger = logging.getLogger(name)
        logger.handlers = [logging.StreamHandler(sys.stderr)]
        logger.setLevel(logging.INFO if name == "fwproof.access" else logging.WARNING)
        logger.propagate = False
    config = uvicorn.Config(
        application(settings),
        log_config=None,
        access_log=False,
        server_header=False,
        ws="none",
        lifespan="on",
        proxy_headers=bool(proxies),
        forwarded_allow_ips=list(proxies),
        timeout_graceful_shutdown=15,
        timeout_keep_alive=20,
        limit_concurrency=400,
    )
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: None)  # uvicorn raises the signal again once it has stopped
    uvicorn.Server(config).run(sockets=[sock])
