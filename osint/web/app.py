"""The application: its pages and decisions. Nothing it shows is loaded from anywhere else."""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Depends, FastAPI, Form, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from fastapi.staticfiles import StaticFiles
from fastapi.templating import Jinja2Templates
from jinja2 import Environment, FileSystemLoader

from osint import dismissals
from osint.web import guard, views
from storage.errors import Conflict
from storage.leads import LeadQuery
from storage.records import LeadStatus
from storage.store import Store

HERE = Path(str(files("osint.web")))
DECISIONS: dict[str, LeadStatus] = {"confirm": "confirmed", "dismiss": "dismissed", "reopen": "new"}


def create_app(store: Store, analyst: str, hosts: list[str]) -> FastAPI:
    """The triage application over a store. `analyst` stands beside decisions, `hosts` are the names it answers to."""
    app = FastAPI(title="osint", docs_url=None, redoc_url=None, openapi_url=None)
    # Everything is escaped: what comes from a page is text, whatever it says.
    templates = Jinja2Templates(env=Environment(loader=FileSystemLoader(HERE / "templates"), autoescape=True))
    templates.env.filters["words"] = views.words
    token = guard.new_token()
    templates.env.globals.update(analyst=analyst, dismissals=tuple(dismissals.REASONS), token=token)
    app.mount("/static", StaticFiles(directory=HERE / "static"), name="static")
    guard.install(app, hosts)

    def page(request: Request, name: str, status: int = 200, **values: Any) -> HTMLResponse:
        return templates.TemplateResponse(request, name, values, status_code=status)

    @app.get("/")
    def queue(
        request: Request,
        status: str = "new",
        group: str = "",
        country: str = "",
        source: str = "",
        language: str = "",
        text: str = "",
        every: bool = False,
        order: str = "score",
        start: Annotated[int, Query(ge=0)] = 0,
    ) -> HTMLResponse:
        chosen = {"status": status, "group": group, "country": country, "source": source, "language": language}
        query = LeadQuery(
            status=status or None,
            group=group or None,
            country=country or None,
            source=source or None,
            language=language or None,
            text=text or None,
            relevant=None if every else True,
            order="newest" if order == "newest" else "score",
            limit=views.PAGE,
            offset=start,
        )
        found, rows, facets = views.queue(store, query)
        return page(
            request,
            "queue.html",
            rows=rows,
            total=found.total,
            facets={name: facets.get(name, ()) for name in views.FACETS},
            chosen=chosen | {"text": text, "every": every, "order": order},
            start=start,
            size=views.PAGE,
            link=_linker(request),
        )

    @app.get("/leads/{number}")
    def lead(request: Request, number: int) -> HTMLResponse:
        try:
            following = _following(store, number)
            return page(request, "lead.html", page=views.lead_page(store, number, following))
        except KeyError as error:
            raise HTTPException(404, f"There is no lead L{number}.") from error

    @app.post("/leads/{number}/decision", dependencies=[Depends(guard.genuine(token))])
    def decide(
        number: int,
        decision: Annotated[str, Form()],
        version: Annotated[int, Form()],
        note: Annotated[str, Form(max_length=4000)] = "",
        why: Annotated[str, Form(max_length=200)] = "",
    ) -> Response:
        if decision not in DECISIONS:
            raise HTTPException(422, f"There is no decision {decision!r}.")
        words = ": ".join(part for part in (why if decision == "dismiss" else "", note.strip()) if part)
        following = _following(store, number)
        try:
            store.reviews.decide(number, DECISIONS[decision], who=analyst, note=words, version=version)
        except KeyError as error:
            raise HTTPException(404, f"There is no lead L{number}.") from error
        except Conflict as error:
            raise HTTPException(409, f"{error} Nothing was changed: look at the lead again.") from error
        onward = following if decision != "reopen" and following is not None else number
        return RedirectResponse(f"/leads/{onward}", status_code=303)

    @app.get("/news")
    def news(request: Request, every: bool = False, start: Annotated[int, Query(ge=0)] = 0) -> HTMLResponse:
        found = store.texts.list(relevant=None if every else True, limit=views.PAGE, offset=start)
        return page(request, "news.html", found=found, every=every, start=start, size=views.PAGE)

    @app.get("/runs")
    def runs(request: Request) -> HTMLResponse:
        return page(
            request,
            "runs.html",
            runs=store.runs.list(limit=100),
            counts=sorted(store.runs.skip_counts().items(), key=lambda pair: -pair[1]),
            skips=store.runs.skips(limit=200),
        )

    @app.get("/captures/{capture}/page")
    def captured(capture: str) -> Response:
        found = _capture(store, capture)
        body = store.captures.body(found)
        shown = body if found.media_type in ("text/html", "application/xhtml+xml") else b""
        return Response(shown, media_type="text/html", headers=guard.SANDBOX)

    @app.get("/captures/{capture}/screenshot")
    def screenshot(capture: str) -> Response:
        picture = store.captures.screenshot(_capture(store, capture))
        if not picture:
            raise HTTPException(404, "There is no screenshot of this page.")
        return Response(picture, media_type="image/png")

    @app.get("/healthz")
    def healthz() -> JSONResponse:
        store.leads.query(LeadQuery(limit=0))
        return JSONResponse({"ok": True})

    @app.exception_handler(HTTPException)
    async def failed(request: Request, error: HTTPException) -> HTMLResponse:
        return page(request, "error.html", error.status_code, code=error.status_code, message=error.detail)

    return app


def _capture(store: Store, capture: str) -> Any:
    try:
        return store.captures.get(capture)
    except KeyError as error:
        raise HTTPException(404, "There is no such capture.") from error


def _following(store: Store, number: int) -> int | None:
    """The worst new lead that is not this one: where the analyst goes on."""
    rows = store.leads.query(LeadQuery(status="new", relevant=True, limit=2)).rows
    return next((lead.id for lead in rows if lead.id != number), None)


def _linker(request: Request) -> Callable[..., str]:
    """`link(group="tiger")`: this view with one filter changed, from its first row."""

    def link(**changes: Any) -> str:
        values = dict(request.query_params) | {"start": ""} | changes
        return "/?" + urlencode({name: value for name, value in values.items() if value != "" or name == "status"})

    return link
