"""The page and the API: routes in, `Service` calls, answers out. openapi.yaml describes them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from importlib.resources import files
from typing import Any

import yaml
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from python_multipart.multipart import parse_options_header
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from auditor import __version__
from auditor.web.guard import Guard
from auditor.web.problems import Problem
from auditor.web.samples import SAMPLES
from auditor.web.service import Service
from auditor.web.settings import Settings
from auditor.web.store import Audit
from auditor.web.upload import drain, receive, size_text, small_body

MOST_WAIT = 10.0
"""Seconds a request for an audit may wait for it to be done."""
DOWNLOADS: Mapping[str, tuple[str, str]] = {
    "xlsx": ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "html": ("html", "text/html; charset=utf-8"),
    "sarif": ("sarif", "application/sarif+json"),
    "json": ("json", "application/json"),
}
"""Ending, report and media type."""


def application(settings: Settings) -> ASGIApp:
    """The whole server as an ASGI application."""
    service = Service(settings)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        service.workers.warm_up()
        sweeper = asyncio.create_task(service.sweep())
        yield
        sweeper.cancel()
        service.close()

    endpoints = _Endpoints(service)
    routes = [
        Route("/", endpoints.page),
        Route("/health", endpoints.health),
        Route("/openapi.json", endpoints.openapi),
        Route("/api", endpoints.api_page),
        Route("/api/samples", endpoints.samples),
        Route("/api/audits", endpoints.new, methods=["POST"]),
        Route("/api/audits/{id}", endpoints.audit, methods=["GET", "DELETE"]),
        Route("/api/audits/{id}/site", endpoints.correct, methods=["PUT"]),
        Route("/api/audits/{id}/site.yaml", endpoints.site_file),
        Route("/api/audits/{id}/findings.{ending}", endpoints.download),
        Route("/api/audits/{id}/trace", endpoints.trace, methods=["POST"]),
        Mount("/static", StaticFiles(packages=[("auditor.web", "static")])),
    ]
    handlers: Any = {Problem: _problem, HTTPException: _http_problem}
    return Guard(Starlette(routes=routes, lifespan=lifespan, exception_handlers=handlers), settings)


async def _problem(request: Request, problem: Problem) -> Response:
    return problem.response()


async def _http_problem(request: Request, error: HTTPException) -> Response:
    words = {404: "There is nothing at this address.", 405: "This address does not take that method."}
    response = Problem(error.status_code, words.get(error.status_code, "This cannot be done.")).response()
    response.headers.update(error.headers or {})
    return response


class _Endpoints:
    def __init__(self, service: Service) -> None:
        self.service = service
        self.limits = service.settings.limits
        self.templates = Environment(
            loader=PackageLoader("auditor.web"), autoescape=select_autoescape(), undefined=StrictUndefined
        )
        self.document = yaml.safe_load(files("auditor.web").joinpath("openapi.yaml").read_text("utf-8"))
        self.document["info"]["version"] = __version__
        self.document["servers"] = [{"url": service.settings.root_path or "/"}]

    async def page(self, request: Request) -> Response:
        settings = self.service.settings
        template = self.templates.get_template("page.html")
        return HTMLResponse(
            template.render(
                version=__version__,
                samples=SAMPLES,
                root=settings.root_path,
                keep=f"{settings.keep / 60:g}",
                files=self.limits.files,
                file_size=self.limits.file,
                file_text=size_text(self.limits.file),
            )
        )

    async def api_page(self, request: Request) -> Response:
        template = self.templates.get_template("api.html")
        return HTMLResponse(template.render(document=self.document, root=self.service.settings.root_path))

    async def openapi(self, request: Request) -> Response:
        return JSONResponse(self.document)

    async def health(self, request: Request) -> Response:
        return JSONResponse(
            {
                "status": "ok",
                "version": __version__,
                "audits": len(self.service.store),
                "jobs": self.service.workers.jobs,
                "held_bytes": self.service.held.now,
            }
        )

    async def samples(self, request: Request) -> Response:
        return JSONResponse([{"id": each.id, "title": each.title, "text": each.text} for each in SAMPLES])

    async def new(self, request: Request) -> Response:
        kind = parse_options_header(request.headers.get("content-type", ""))[0]
        if kind not in (b"multipart/form-data", b"application/json"):
            raise Problem(415, "Send the files as multipart/form-data, or a sample as application/json.")
        try:
            place = self.service.workers.reserve()
        except Problem:
            await drain(request.stream(), self.limits)
            raise
        try:
            if kind == b"application/json":
                audit = self.service.begin(place, _sample(await self._json(request)), None)
            else:
                audit = self.service.begin(place, {}, await receive(request, self.service.held, self.limits))
        except BaseException:
            place.release()
            raise
        return self._shown(audit, 202, {"Location": f"{self.service.settings.root_path}/api/audits/{audit.id}"})

    async def audit(self, request: Request) -> Response:
        audit = self._get(request)
        if request.method == "DELETE":
            self.service.store.forget(audit)
            return Response(status_code=204)
        wait = _wait(request)
        if audit.working and wait:
            with suppress(TimeoutError):
                await asyncio.wait_for(audit.changed.wait(), wait)
        return self._shown(audit)

    async def correct(self, request: Request) -> Response:
        audit = self._judged(request)
        await self.service.correct(audit, await self._json(request))
        return self._shown(audit)

    async def trace(self, request: Request) -> Response:
        audit = self._judged(request)
        asked = await self._json(request)
        if not all(isinstance(value, str) for value in asked.values()):
            raise Problem(422, "Every part of the question must be text.")
        return Response(await self.service.ask(audit, "trace", asked), media_type="application/json")

    async def download(self, request: Request) -> Response:
        ending = request.path_params["ending"]
        if ending not in DOWNLOADS:
            raise Problem(404, f"There are findings.{', findings.'.join(DOWNLOADS)}.")
        report, media_type = DOWNLOADS[ending]
        data = await self.service.ask(self._judged(request), "report", {"report": report})
        return _attachment(data, media_type, f"findings.{ending}")

    async def site_file(self, request: Request) -> Response:
        data = await self.service.ask(self._judged(request), "site", {})
        return _attachment(data, "application/yaml", "site.yaml")

    def _get(self, request: Request) -> Audit:
        return self.service.store.get(request.path_params["id"])

    def _judged(self, request: Request) -> Audit:
        return self.service.store.judged(request.path_params["id"])

    def _shown(self, audit: Audit, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
        return Response(audit.value(self.service.settings.keep), status, headers, "application/json")

    async def _json(self, request: Request) -> dict[str, Any]:
        if parse_options_header(request.headers.get("content-type", ""))[0] != b"application/json":
            raise Problem(415, "Send this as application/json.")
        body = await small_body(request, self.limits)
        try:
            value = json.loads(body)
        except (ValueError, RecursionError):
            raise Problem(400, "The body is not JSON.") from None
        if not isinstance(value, dict):
            raise Problem(422, "The body must be a JSON object.")
        return value


def _sample(value: Mapping[str, Any]) -> dict[str, Any]:
    known = [each.id for each in SAMPLES]
    if value.get("sample") not in known:
        raise Problem(422, f"There is no such sample; there are {', '.join(known)}.")
    return {"sample": value["sample"]}


def _wait(request: Request) -> float:
    text = request.query_params.get("wait", "0")
    try:
        wait = float(text)
    except ValueError:
        wait = -1.0
    if not 0 <= wait <= MOST_WAIT:
        raise Problem(422, f"wait is a number of seconds from 0 to {MOST_WAIT:g}.")
    return wait


def _attachment(data: bytes, media_type: str, name: str) -> Response:
    return Response(data, headers={"Content-Disposition": f'attachment; filename="{name}"'}, media_type=media_type)
