"""`fwproof serve`: the upload page for colleagues without a terminal."""

from __future__ import annotations

import ipaddress
import os
from dataclasses import replace
from pathlib import Path

import click

from auditor.commands.output import show

MISSING = "the upload page needs more packages: pip install 'fwproof[web]'"
SHORTEST_TOKEN = 16


@click.command("serve", short_help="Start the upload page for a browser.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", default=8642, show_default=True, type=click.IntRange(0, 65535), help="Port; 0 takes a free one."
)
@click.option(
    "--token",
    envvar="FWPROOF_TOKEN",
    default="",
    help="What users must give to be let in; better in the environment variable FWPROOF_TOKEN, which ps does not show.",
)
@click.option(
    "--token-file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A file that holds the token.",
)
@click.option("--insecure", is_flag=True, help="Listen on another address than this machine's own without a token.")
@click.option(
    "--name", "names", multiple=True, help="A host name users type, such as fwproof.example.net. May be repeated."
)
@click.option(
    "--proxy",
    "proxies",
    multiple=True,
    help="Address of a reverse proxy whose forwarded headers count. May be repeated.",
)
@click.option("--root-path", default="", help="Where a reverse proxy shows the page, such as /fwproof.")
@click.option(
    "--keep",
    default=30.0,
    show_default=True,
    type=click.FloatRange(0, 7 * 24 * 60, min_open=True),
    help="Minutes after its last use at which an audit is forgotten.",
)
@click.option("--workers", type=click.IntRange(1, 256), help="Audits at once; one a processor unless given, at most 4.")
@click.option("--waiting", default=16, show_default=True, type=click.IntRange(0, 10_000), help="Audits that may wait.")
@click.option("--timeout", default=120.0, show_default=True, type=click.FloatRange(0.01), help="Seconds for one audit.")
@click.option("--memory", default=4096, show_default=True, type=click.IntRange(1), help="MB of memory for one audit.")
@click.option("--held", default=2048, show_default=True, type=click.IntRange(1), help="MB held for everybody together.")
@click.option("--max-file", default=200, show_default=True, type=click.IntRange(1), help="MB one file may have.")
@click.option("--max-files", default=50, show_default=True, type=click.IntRange(1), help="Files in one upload.")
def serve_command(
    host: str,
    port: int,
    token: str,
    token_file: Path | None,
    insecure: bool,
    names: tuple[str, ...],
    proxies: tuple[str, ...],
    root_path: str,
    keep: float,
    workers: int | None,
    waiting: int,
    timeout: float,
    memory: int,
    held: int,
    max_file: int,
    max_files: int,
) -> None:
    """Start a page in which a browser uploads exports and shows the review.

    Everything stays in memory: nothing of an export is written to disk or logged, and audits are forgotten after --keep
    minutes. The page listens on this machine only, unless --host says otherwise; then users need a token.
    """
    try:
        from auditor.web.server import listen, serve
        from auditor.web.settings import MEBIBYTE, Limits, Settings
    except ModuleNotFoundError as error:
        raise click.ClickException(f"{MISSING} ({error.name} is missing).") from None
    token = _token(token, token_file)
    if not (token or insecure or _loopback(host)):
        raise click.UsageError(
            f"--host {host} lets others in: give --token (or FWPROOF_TOKEN), or say --insecure if that is meant."
        )
    if root_path and (not root_path.startswith("/") or root_path.endswith("/")):
        raise click.BadParameter("a root path begins with / and does not end with it.", param_hint="--root-path")
    limits = replace(
        Limits(), file=max_file * MEBIBYTE, files=max_files, held=held * MEBIBYTE, working=timeout,
        memory=memory * MEBIBYTE, workers=workers or min(os.cpu_count() or 1, 4), waiting=waiting,
    )  # fmt: skip
    known = tuple(name.casefold() for name in (*names, host))
    settings = Settings(token, keep * 60, root_path, known, limits)
    try:
        sock = listen(host, port)
    except OSError as error:
        raise click.ClickException(f"cannot listen on {host}:{port}: {error.strerror or error}. Try --port.") from None
    shown = f"[{host}]" if ":" in host else host
    show(f"fwproof serve: http://{shown}:{sock.getsockname()[1]}{root_path}/ (Ctrl+C stops it)")
    serve(sock, settings, proxies)


def _token(token: str, path: Path | None) -> str:
    if path is not None:
        try:
            token = path.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise click.ClickException(f"cannot read the token from {path}: {error}") from None
        if not token:
            raise click.UsageError(f"{path} holds no token.")
    if token and (len(token) < SHORTEST_TOKEN or not token.isascii() or not token.isprintable()):
        raise click.UsageError(f"a token has at least {SHORTEST_TOKEN} printable ASCII characters.")
    return token


def _loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
