"""`osint sources` and `osint crawl`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from osint.cli.common import Failure, opened, profiles, say, say_json, settings, source_folders, table

if TYPE_CHECKING:
    from osint.crawl import SourceRun


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    sources = typer.Typer(no_args_is_help=True, help="The sources: list, validate, write, try out.")
    sources.command("list")(sources_list)
    sources.command("check")(sources_check)
    sources.command("new")(sources_new)
    sources.command("test")(sources_test)
    app.add_typer(sources, name="sources")
    app.command()(crawl)


def sources_list(as_json: Annotated[bool, typer.Option("--json", help="One JSON record a source")] = False) -> None:
    """Every source with its kind, country and when it was last checked against a real page.

    Example: osint sources list
    """
    found = profiles(settings().home)
    if as_json:
        for profile in found.values():
            say_json(profile.model_dump(mode="json"))
        return
    table(
        ("source", "kind", "country", "browser", "checked", "title"),
        [
            (name, one.kind, one.country, one.browser, str(one.checked.on) if one.checked else "unverified", one.title)
            for name, one in sorted(found.items())
        ],
    )


def sources_check(names: Annotated[list[str] | None, typer.Argument(help="Sources; all when left out")] = None) -> None:
    """Validate profiles; a wrong key is an error that names file and key.

    Example: osint sources check market.example
    """
    found = profiles(settings().home)
    unknown = [name for name in names or [] if name not in found]
    if unknown:
        raise Failure(f"no source called {', '.join(unknown)}; there are: {', '.join(sorted(found)) or 'none'}", code=2)
    say(f"{len(names or found)} profiles are in order")


def sources_new(
    url: Annotated[str, typer.Argument(help="An address of the site")],
    page: Annotated[Path | None, typer.Option(help="A saved page of it, to look at")] = None,
) -> None:
    """Write a profile for a site into `OSINT_HOME/sites`, to be read and corrected by a person. Nothing is fetched.

    Example: osint sources new https://market.example/ --page saved.html
    """
    from spiders.items import Page
    from spiders.scaffold import new
    from spiders.sources import ProfileError

    try:
        name, text = new(url, Page(url=url, body=page.read_bytes() if page else b"", media_type="text/html"))
    except ProfileError as error:
        raise Failure(str(error), code=2) from error
    target = settings().home / "sites" / f"{name}.toml"
    if target.exists():
        raise Failure(f"{target} is there already")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8")
    say(str(target))


def sources_test(
    page: Annotated[Path, typer.Argument(help="A saved page")],
    url: Annotated[str, typer.Option(help="Its address")],
    source: Annotated[str, typer.Option(help="Read it with this source's profile")] = "",
) -> None:
    """Show what would be extracted from a page.

    Example: osint sources test saved.html --url https://market.example/item/1 --source market.example
    """
    from spiders.extract.command import answer

    found = profiles(settings().home) if source else {}
    if source and source not in found:
        raise Failure(f"no source called {source}", code=2)
    say_json(answer({"id": str(page), "url": url, "path": str(page)}, found.get(source)))


def crawl(
    names: Annotated[list[str] | None, typer.Argument(help="Sources to crawl")] = None,
    term: Annotated[
        list[str] | None, typer.Option("--term", help="Search for this instead of the profile's terms")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON record a source at the end")] = False,
) -> None:
    """Crawl sources with live progress; every answer is kept as evidence, and read as it comes.

    A run that was cut off goes on where it was. Exit code 1 when a source blocked, failed or was unhealthy.

    Example: osint crawl market.example --term "ivory bangle"
    """
    from osint.cli.care import print_skips
    from osint.crawl import GOOD
    from osint.crawl import crawl as run
    from osint.progress import watched
    from osint.reading import Readers

    chosen = settings()
    found = profiles(chosen.home)
    unknown = [name for name in names or [] if name not in found]
    if unknown or not names:
        there = (
            f"there are: {', '.join(sorted(found))}" if found else f"no profile in {source_folders(chosen.home)[-1]}"
        )
        raise Failure(
            f"no source called {', '.join(unknown)}; {there}" if unknown else f"name a source; {there}", code=2
        )
    with opened(chosen) as store:
        readers = Readers(found, home=chosen.home)
        with watched(quiet=as_json) as tell:
            done = run(store, readers, chosen, names, folders=source_folders(chosen.home), terms=term or (), tell=tell)
    summary(done, as_json=as_json)
    if not as_json:
        print_skips(skipped(done))
    if any(one.result not in GOOD for one in done.values()):
        raise typer.Exit(1)


def skipped(done: Mapping[str, SourceRun]) -> dict[str, int]:
    """What was not fetched or not read in all these runs, counted by reason."""
    skips: Counter[str] = Counter()
    for one in done.values():
        skips += one.skips + one.problems + Counter(missing=one.kinds["missing"])
    return dict(skips)


def summary(done: Mapping[str, SourceRun], *, as_json: bool) -> None:
    """How each source went; what was wrong is said in words."""
    for name, one in done.items():
        if as_json:
            say_json({"source": name, "run": one.run.id, "resumed": one.resumed, "result": one.result,
                      "detail": one.detail, "findings": one.findings, "figures": one.figures,
                      "kinds": dict(one.kinds), "skips": dict(one.skips), "problems": dict(one.problems),
                      "listings": one.listings, "leads": one.leads})  # fmt: skip
    if as_json:
        return
    table(
        ("source", "result", "fetched", "listings", "new leads", "skipped", "what was wrong"),
        [
            (
                name,
                one.result,
                str(one.figures.get("fetched", 0)),
                str(one.listings),
                str(one.leads),
                str(one.skips.total() + one.problems.total()),
                "; ".join(part for part in (one.detail, *one.findings) if part),
            )
            for name, one in done.items()
        ],
        right=(2, 3, 4, 5),
    )
