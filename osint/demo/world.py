"""The demo world as its data files tell it: one TOML file a site."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError, model_validator

from osint.demo.records import Extra, Item, Section, Seller, Strict, Trap

FOLDER = Path(__file__).parent / "world"


class Site(Strict):
    """One host of the world."""

    name: str
    host: str
    title: str
    tagline: str = ""
    language: str
    country: str = ""
    charset: str = "utf-8"
    declared: Literal["header", "meta", "late"] = "header"
    """Where a page names its charset: in Content-Type, first in its head, or after the first 1,024 bytes of it."""
    per_page: int = 12
    posts_per_page: int = 6
    item_path: str
    list_path: str
    list_more: str
    """Second and later pages of a section."""
    seller_path: str = ""
    search_path: str = ""
    date: str = "%d/%m/%Y"
    months: tuple[str, ...] = ()
    years: int = 0
    """Added to the year: 543 for the Buddhist era."""
    robots: str = ""
    robots_status: int = 200
    words: dict[str, str] = Field(default_factory=dict)
    section: tuple[Section, ...] = ()
    seller: tuple[Seller, ...] = ()
    item: tuple[Item, ...] = ()
    page: tuple[Extra, ...] = ()
    trap: tuple[Trap, ...] = ()

    @model_validator(mode="after")
    def _whole(self) -> Site:
        sections, sellers = {one.id for one in self.section}, {one.id for one in self.seller}
        ids = [item.id for item in self.item]
        if doubled := {one for one in ids if ids.count(one) > 1}:
            raise ValueError(f"items share an id: {sorted(doubled)}")
        for item in self.item:
            if item.section not in sections:
                raise ValueError(f"item {item.id}: no section {item.section!r}")
            if item.seller and item.seller not in sellers:
                raise ValueError(f"item {item.id}: no seller {item.seller!r}")
        return self

    def items(self, generation: int = 1) -> tuple[Item, ...]:
        """Items as that crawl finds them, newest first; gone ones are left out of lists but still answer 410."""
        found = [item if generation == 1 else later(item) for item in self.item]
        return tuple(sorted(found, key=lambda item: str(item.posted), reverse=True))

    def account(self, item: Item) -> Seller | None:
        """The seller of an item."""
        return next((one for one in self.seller if one.id == item.seller), None)

    def link(self, item: Item) -> str:
        """Path of an item's page."""
        ending = {"pdf": "pdf", "scan": "pdf", "docx": "docx"}.get(item.format, "html")
        name = item.slug or slug(item.title)
        return self.item_path.format(id=item.id, slug=name, section=item.section, ending=ending, day=item.posted)


def later(item: Item) -> Item:
    """The item as the second crawl finds it."""
    change: dict[str, Any] = {"price": item.second.price} if item.second.price else {}
    if item.second.state == "sold":
        change["state"] = "sold"
    return item.model_copy(update=change)


def slug(text: str) -> str:
    """ASCII words of a title joined by hyphens, "item" when it has none; at most 60 characters."""
    plain = unicodedata.normalize("NFD", text.lower().replace("đ", "d")).encode("ascii", "ignore").decode()
    return "-".join(re.findall(r"[a-z0-9]+", plain))[:60].strip("-") or "item"


@lru_cache(maxsize=1)
def load() -> dict[str, Site]:
    """Every site of the world by host. ValueError names the file and what is wrong in it."""
    sites: dict[str, Site] = {}
    for path in sorted(FOLDER.glob("*.toml")):
        if path.stem == "pictures":
            continue
        try:
            site = Site.model_validate(tomllib.loads(path.read_text(encoding="utf-8")) | {"name": path.stem})
        except (ValidationError, tomllib.TOMLDecodeError) as error:
            raise ValueError(f"{path.name}: {error}") from error
        sites[site.host] = site
    return sites
