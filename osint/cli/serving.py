"""`osint serve` and `osint demo`."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Annotated

import typer

from osint.cli.common import Failure, opened, say, settings

if TYPE_CHECKING:
    from osint.settings import Settings


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(demo)
    app.command()(serve)


def demo(
    no_serve: Annotated[bool, typer.Option("--no-serve", help="End after the crawl with the summary")] = False,
    again: Annotated[bool, typer.Option("--again", help="Crawl the same world a second time: prices moved")] = False,
    port: Annotated[int | None, typer.Option(help="Port of the triage page; a free one when taken")] = None,
) -> None:
    """The main job with nothing configured: crawl a small world on loopback, fill the leads, open the triage page.

    Example: osint demo --no-serve
    """
    from osint.demo.run import run

    chosen = run(settings(), again=again)
    if not no_serve:
        serve_store(chosen, chosen.port if port is None else port)


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; 0 takes a free one")] = None,
) -> None:
    """The triage web application, on this machine only.

    Example: osint serve --port 8400
    """
    chosen = settings()
    chosen = chosen.model_copy(update={"host": host or chosen.host})
    serve_store(chosen, chosen.port if port is None else port)


def serve_store(settings: Settings, port: int) -> None:
    """Serve until Ctrl-C. Refuses other addresses than loopback: there are no accounts yet to keep strangers out."""
    import uvicorn

    from osint.cli.evidence import analyst
    from osint.web.app import create_app
    from osint.web.socket import bind

    try:
        loopback = settings.host == "localhost" or ipaddress.ip_address(settings.host).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise Failure(
            f"{settings.host} is not an address of this machine alone. The triage page has no accounts yet: "
            "serve on 127.0.0.1 and reach it through an SSH tunnel",
            code=2,
        )
    with opened(settings) as store, bind(settings.host, port) as sock:
        app = create_app(store, analyst(settings), hosts=[settings.host, "localhost"])
        say(f"triage page: http://{settings.host}:{sock.getsockname()[1]}/   (Ctrl-C ends)")
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", server_header=False))
        server.run(sockets=[sock])
