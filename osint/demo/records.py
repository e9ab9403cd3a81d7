"""What a site of the demo world is made of; the hidden truth stands beside each text."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Format = Literal["page", "pdf", "docx", "scan"]
TrapKind = Literal["blocked", "soft-missing", "missing", "redirect", "link", "calendar", "bomb", "slow"]


class Strict(BaseModel):
    """Base of all records of the world: a key nobody reads is a mistake in the data."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Event(Strict):
    """What a report says happened; `date` of the event, not of the report. Weights stay weights."""

    type: Literal["seizure", "arrest", "conviction", "poaching", "trade"]
    place: str = ""
    country: str = ""
    date: dt.date | None = None
    taxon: str = ""
    quantities: tuple[tuple[float, str], ...] = ()
    arrests: int | None = None


class Truth(Strict):
    """What a careful analyst would say of a text. `offer` is shared by the listings that are one offer."""

    relevant: bool
    why: str = Field(min_length=2)
    taxa: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()
    coded: bool = False
    offer: str = ""
    events: tuple[Event, ...] = ()


class Seller(Strict):
    """An account on one site. `actor` is shared by the accounts of one seller on several sites."""

    id: str
    name: str
    text: str = ""
    contact: str = ""
    actor: str = ""


class Post(Strict):
    """One post of a forum thread; `quote` is what it repeats of an earlier one."""

    author: str
    text: str
    posted: dt.datetime
    quote: str = ""


class Second(Strict):
    """What changes when the world is crawled a second time."""

    price: str = ""
    state: Literal["", "gone", "sold"] = ""


class Item(Strict):
    """A listing, lot, thread, article or report."""

    id: str
    section: str
    title: str
    text: str = ""
    price: str = ""
    seller: str = ""
    place: str = ""
    posted: dt.datetime | dt.date
    language: str = ""
    image: str = ""
    slug: str = ""
    author: str = ""
    format: Format = "page"
    facts: dict[str, str] = Field(default_factory=dict)
    posts: tuple[Post, ...] = ()
    raw: bool = False
    """The text is written into the page as it is: a site that does not escape what its users write."""
    state: Literal["open", "closed", "sold"] = "open"
    second: Second = Second()
    truth: Truth


class Section(Strict):
    """A category, board or department. One that `robots` forbids is served all the same, and its hits are counted."""

    id: str
    title: str
    forbidden: bool = False


class Trap(Strict):
    """A page that tests the crawler. With a `section` it stands among its tiles, else the home page links it."""

    kind: TrapKind
    path: str
    title: str = ""
    section: str = ""
    price: str = ""
    to: str = ""
    """Where a redirect or a link leads; `{port}` and `{origin}` are filled in."""
    status: int = 200
    seconds: float = 0
    expect: tuple[str, ...] = Field(min_length=1)
    """Skip reasons or page kinds, any of which is a right answer."""


class Extra(Strict):
    """A page of the site's own: about, terms, delivery."""

    path: str
    title: str
    text: str
