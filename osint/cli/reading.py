"""`osint extract`, `osint analyse`, `osint reprocess`: pages and texts in, fields out."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from osint.cli.common import PARTIAL, Failure, opened, profiles, say, say_json, settings
from osint.cli.taxa import taxa

if TYPE_CHECKING:
    from collections.abc import Iterator


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(extract)
    app.command()(analyse)
    app.command()(reprocess)
    app.command()(taxa)


def extract(
    file: Annotated[Path | None, typer.Argument(help="A saved page (.html, .html.gz, .pdf, .docx ...)")] = None,
    url: Annotated[str, typer.Option(help="The page's address: relative links and the currency depend on it")] = "",
    jsonl: Annotated[bool, typer.Option("--jsonl", help="Rows {id, url, path} on standard input, answers out")] = False,
) -> None:
    """Read saved pages: what kind each is, and its fields.

    Example: osint extract page.html --url https://market.example/item/1
    """
    from spiders.extract.command import answer, run

    if jsonl:
        raise typer.Exit(PARTIAL if run(sys.stdin, sys.stdout) else 0)
    if file is None:
        raise Failure("name a file, or use --jsonl and give rows on standard input", code=2)
    if not file.is_file():
        raise Failure(f"no such file: {file}", code=2)
    say_json(answer({"id": str(file), "url": url or file.resolve().as_uri(), "path": str(file)}))


def analyse(
    file: Annotated[Path | None, typer.Argument(help="JSON lines; standard input when left out")] = None,
) -> None:
    """Read texts: JSON lines {id, kind, title, text, seller_text?, country?, published?, source?} in, one analysis
    each out. `source` is the name of a source that `osint train` made a model of.

    Example: echo '{"id": "1", "kind": "listing", "title": "Ngà voi thật"}' | osint analyse
    """
    from nlp.analyse import answers
    from nlp.pipeline import Reader

    home = settings().home
    extra = home / "lexicon"
    reader = Reader(extra if extra.is_dir() else None, models=home / "models")
    failed = 0
    with _lines(file) as lines:
        for answer in answers(lines, reader):
            failed += "error" in answer
            say_json(answer)
    raise typer.Exit(PARTIAL if failed else 0)


def reprocess(
    everything: Annotated[bool, typer.Option("--all", help="Also captures that this version has read")] = False,
) -> None:
    """Read the archive again with the present lexicon, extractors and profiles; nothing is fetched.

    Example: osint reprocess --all
    """
    from osint.reading import Readers, read_pending

    chosen = settings()
    with opened(chosen) as store:
        readers = Readers(profiles(chosen.home), home=chosen.home)
        if everything:
            store.captures.forget_reading()
        pages = leads = problems = 0
        while (outcome := read_pending(store, readers)) is not None:
            pages += outcome.pages
            leads += outcome.leads
            problems += sum(outcome.problems.values())
            say(f"{pages} captures read, {leads} new leads, {problems} problems", error=True)
        say(f"{pages} captures read with {readers.version}: {leads} new leads, {problems} problems")


class _lines:
    """Lines of a file, or of standard input when there is none; bad bytes become U+FFFD and the line its own error."""

    def __init__(self, file: Path | None) -> None:
        if file is not None and not file.is_file():
            raise Failure(f"no such file: {file}", code=2)
        self._stream = file.open("rb") if file else sys.stdin.buffer

    def __enter__(self) -> Iterator[str]:
        return (line.decode("utf-8", errors="replace") for line in self._stream)

    def __exit__(self, *_: object) -> None:
        if self._stream is not sys.stdin.buffer:
            self._stream.close()
