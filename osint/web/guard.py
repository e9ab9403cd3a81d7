"""What every answer carries and what every request must: hosts, forged requests, content policy."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import FastAPI, Form, HTTPException, Request
from fastapi.responses import PlainTextResponse, Response

HEADERS = {
    # Own files only, nothing inline: a script that came in with a scraped page has nowhere to run or report to.
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; frame-src 'self'; base-uri 'none'; frame-ancestors 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",  # a link followed to a market must not tell it who looks
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cache-Control": "no-store",
}

SANDBOX = {
    # A captured page: an origin of its own, no script, no request at all (notes of the threat list, row 3: 0 leaks).
    "Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:",
}


def new_token() -> str:
    """The secret that every form of this process carries."""
    return secrets.token_urlsafe(32)


def genuine(token: str) -> Callable[..., None]:
    """A dependency of every route that changes something: the form carries this process's token."""

    def check(given: Annotated[str, Form(alias="token")] = "") -> None:
        if not secrets.compare_digest(given.encode(), token.encode()):
            raise HTTPException(403, "This form is out of date: load the page again.")

    return check


def install(app: FastAPI, hosts: list[str]) -> None:
    """Refuse foreign Host headers (DNS rebinding) and requests to change something that come from another site."""
    allowed = {host.lower() for host in hosts}

    @app.middleware("http")
    async def guarded(request: Request, proceed: Callable[[Request], Awaitable[Response]]) -> Response:
        refusal = _refusal(request, allowed)
        answer = PlainTextResponse(refusal, status_code=403) if refusal else await proceed(request)
        for name, value in HEADERS.items():
            answer.headers.setdefault(name, value)
        return answer


def _refusal(request: Request, allowed: set[str]) -> str:
    host = request.headers.get("host", "").lower()
    if (urlsplit(f"//{host}").hostname or "") not in allowed:
        return f"This server does not answer to the name {host!r}."
    if request.method in ("GET", "HEAD"):
        return ""
    origin, site = request.headers.get("origin", ""), request.headers.get("sec-fetch-site", "")
    if origin == "null":  # what a browser sends for our own forms, since our pages send no referrer
        return "" if site == "same-origin" else "This request came from another site."
    if (origin and urlsplit(origin).netloc.lower() != host) or site not in ("", "same-origin", "none"):
        return "This request came from another site."
    return ""
