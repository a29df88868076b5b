"""The endpoints of the page and the API."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from contextlib import suppress
from importlib.resources import files
from typing import Any

import yaml
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from python_multipart.multipart import parse_options_header
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from auditor import __version__
from auditor.baseline import available_rulesets, load_ruleset
from auditor.commands.case import DEFAULT_RULESETS
from auditor.web.multipart import Files, Upload, size_text
from auditor.web.problems import Problem
from auditor.web.samples import SAMPLES
from auditor.web.service import Service
from auditor.web.store import Audit
from auditor.web.upload import drain, receive, small_body
from auditor.web.workers import Place

MOST_WAIT = 10.0
"""Seconds a request for an audit may wait for it to be done."""
DOWNLOADS: Mapping[str, tuple[str, str]] = {
    "xlsx": ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "html": ("html", "text/html; charset=utf-8"),
    "sarif": ("sarif", "application/sarif+json"),
    "json": ("json", "application/json"),
}
"""Ending, report and media type."""
SIDES = ("old", "new")


class Endpoints:
    """What each route does: requests in, `Service` calls, answers out."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.limits = service.settings.limits
        self.templates = Environment(
            loader=PackageLoader("auditor.web"), autoescape=select_autoescape(), undefined=StrictUndefined
        )
        self.baselines = [load_ruleset(each) for each in available_rulesets()]
        self.document = yaml.safe_load(files("auditor.web").joinpath("openapi.yaml").read_text("utf-8"))
        self.document["info"]["version"] = __version__
        self.document["servers"] = [{"url": service.settings.root_path or "/"}]

    async def page(self, request: Request) -> Response:
        """The page."""
        settings = self.service.settings
        template = self.templates.get_template("page.html")
        return HTMLResponse(
            template.render(
                version=__version__,
                samples=SAMPLES,
                baselines=self.baselines,
                defaults=[each.title for each in self.baselines if each.id in DEFAULT_RULESETS],
                root=settings.root_path,
                keep=f"{settings.keep / 60:g}",
                files=self.limits.files,
                file_size=self.limits.file,
                file_text=size_text(self.limits.file),
            )
        )

    async def api_page(self, request: Request) -> Response:
        """The API described for people."""
        template = self.templates.get_template("api.html")
        return HTMLResponse(template.render(document=self.document, root=self.service.settings.root_path))

    async def openapi(self, request: Request) -> Response:
        """The OpenAPI document."""
        return JSONResponse(self.document)

    async def health(self, request: Request) -> Response:
        """Is the server well, and how busy is it?"""
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
        """The invented companies."""
        return JSONResponse([{"id": each.id, "title": each.title, "text": each.text} for each in SAMPLES])

    async def new(self, request: Request) -> Response:
        """Begin an audit of files or of a sample."""
        kind = parse_options_header(request.headers.get("content-type", ""))[0]
        if kind not in (b"multipart/form-data", b"application/json"):
            raise Problem(415, "Send the files as multipart/form-data, or a sample as application/json.")
        place = await self._place(request)
        try:
            if kind == b"application/json":
                audit = self.service.begin(place, _sample(await self._json(request)), None)
            else:
                upload = await receive(request, self.service.held, self.limits)
                audit = self.service.begin(place, _wanted(upload), upload)
        except BaseException:
            place.release()
            raise
        return self._shown(audit, 202, {"Location": f"{self.service.settings.root_path}/api/audits/{audit.id}"})

    async def audit(self, request: Request) -> Response:
        """How far an audit is, or forget it."""
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
        """Audit the same files again with another site."""
        audit = self._judged(request)
        await self.service.correct(audit, await self._json(request))
        return self._shown(audit)

    async def trace(self, request: Request) -> Response:
        """The fate of one packet."""
        audit = self._judged(request)
        asked = await self._json(request)
        if not all(isinstance(value, str) for value in asked.values()):
            raise Problem(422, "Every part of the question must be text.")
        return Response(await self.service.ask(audit, "trace", asked), media_type="application/json")

    async def compare(self, request: Request) -> Response:
        """What changed between two versions, each given as files or as the id of an audit."""
        kind = parse_options_header(request.headers.get("content-type", ""))[0]
        if kind == b"application/json":
            ids = await self._json(request)
            with await self._place(request):
                found = await self.service.compare(*(self._version(ids.get(side)) for side in SIDES))
            return Response(found, media_type="application/json")
        if kind != b"multipart/form-data":
            raise Problem(415, "Send two versions as multipart/form-data, or two ids as application/json.")
        with await self._place(request):
            upload = await receive(request, self.service.held, self.limits)
            try:
                found = await self.service.compare(*(self._side(upload, side) for side in SIDES))
            finally:
                upload.release()
        return Response(found, media_type="application/json")

    async def _place(self, request: Request) -> Place:
        """A place in line; the body is read even where there is none, so that a browser sees the answer."""
        try:
            return self.service.workers.reserve()
        except Problem:
            await drain(request.stream(), self.limits)
            raise

    def _side(self, upload: Upload, side: str) -> Audit | Files:
        files, ids = upload.take(side), upload.words(side)
        if len(ids) + bool(files) != 1:
            raise Problem(422, f"Give the {side} version once: as files, or as the id of an audit.")
        return files or self._version(ids[0])

    def _version(self, key: object) -> Audit:
        if not isinstance(key, str):
            raise Problem(422, 'Send {"old": ID, "new": ID}, the ids of two audits.')
        return self.service.store.judged(key)

    async def download(self, request: Request) -> Response:
        """A report of an audit."""
        ending = request.path_params["ending"]
        if ending not in DOWNLOADS:
            raise Problem(404, f"There are findings.{', findings.'.join(DOWNLOADS)}.")
        report, media_type = DOWNLOADS[ending]
        data = await self.service.ask(self._judged(request), "report", {"report": report})
        return _attachment(data, media_type, f"findings.{ending}")

    async def site_file(self, request: Request) -> Response:
        """The site of an audit, to be kept."""
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


def _wanted(upload: Upload) -> dict[str, Any]:
    """What a form says besides its files: the baselines to audit against."""
    if not upload.names:
        upload.release()
        raise Problem(400, "There is no file in the form: choose at least one.")
    chosen = upload.words("ruleset")
    unknown = [each for each in chosen if each not in available_rulesets()]
    if unknown:
        upload.release()
        raise Problem(422, f"There is no baseline {unknown[0]!r}; there are {', '.join(available_rulesets())}.")
    return {"rulesets": list(dict.fromkeys(chosen))}


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
