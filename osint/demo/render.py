"""Pages of the world from its templates: one folder of templates a site, general ones beside them."""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from osint.demo.records import Item
from osint.demo.world import Site

TEMPLATES = Path(__file__).parent / "templates"
_CODECS = {"windows-874": "cp874"}  # names of the web that Python has under another name
_ENGLISH = calendar.month_name[1:]  # no locale is ever set in this process, so these are English


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server sends. `wait` is in seconds, between the headers and the body."""

    body: bytes
    status: int = 200
    media: str = "text/html; charset=utf-8"
    headers: tuple[tuple[str, str], ...] = ()
    wait: float = 0


@dataclass(frozen=True, slots=True)
class Entry:
    """A tile or row of a results page."""

    url: str
    title: str
    price: str = ""
    place: str = ""
    posted: dt.date | None = None
    image: str = ""
    seller: str = ""
    item: Item | None = None


def day(value: dt.date | None, site: Site, style: str = "") -> str:
    """A date as the site writes it: its own months, its own era. %B is the month's name, %Y the year of that era."""
    if value is None:
        return ""
    months = site.months or _ENGLISH
    text = (style or site.date).replace("%B", months[value.month - 1]).replace("%b", months[value.month - 1][:3])
    text = text.replace("%Y", str(value.year + site.years)).replace("%-d", str(value.day))
    text = text.replace("%-m", str(value.month))
    return value.strftime(text)


def paragraphs(text: str, raw: bool = False) -> Markup:
    """Blank lines part paragraphs, line ends are kept."""
    parts = [part.strip() for part in text.strip().split("\n\n") if part.strip()]
    safe = [Markup(part) if raw else escape(part) for part in parts]  # noqa: S704  a site that escapes nothing is the point
    return Markup("\n").join(Markup("<p>{}</p>").format(part.replace("\n", Markup("<br>\n"))) for part in safe)


def lines(text: str, raw: bool = False) -> Markup:
    """Text with `<br>` at each line end, as boards of 2003 do it."""
    safe = Markup(text.strip()) if raw else escape(text.strip())  # noqa: S704  as above
    return Markup(str(safe).replace("\n", "<br>\n"))  # noqa: S704  escaped one line above


@lru_cache(maxsize=1)
def environment() -> Environment:
    """The template engine; an unknown name in a template is an error."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(day=day, paragraphs=paragraphs, lines=lines)
    return made


def text(template: str, **values: Any) -> str:
    """The template filled in."""
    return environment().get_template(template).render(**values)


def page(site: Site, template: str, *, status: int = 200, **values: Any) -> Answer:
    """An HTML page of a site in the site's own charset; what the charset lacks becomes a character reference."""
    name = f"{site.name}/{template}"
    if not (TEMPLATES / name).is_file():
        name = f"common/{template}"
    html = text(name, site=site, words=site.words, **values)
    media = f"text/html; charset={site.charset}" if site.declared == "header" else "text/html"
    return Answer(html.encode(_CODECS.get(site.charset, site.charset), errors="xmlcharrefreplace"), status, media)
