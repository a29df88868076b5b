"""The page and the API as an ASGI application: routes, errors, beginning and end. openapi.yaml describes the API."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from auditor.web.endpoints import Endpoints
from auditor.web.guard import Guard
from auditor.web.problems import Problem
from auditor.web.service import Service
from auditor.web.settings import Settings


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

    endpoints = Endpoints(service)
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
        Route("/api/compare", endpoints.compare, methods=["POST"]),
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
