"""Recorded pages: tests/pages/<site>/<case>/ holds page.html and expected.toml; each expected field is a test of its own."""  # noqa: E501

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from spiders.extract import read
from spiders.items import Page, Reading

PAGES = Path(__file__).parent.parent / "pages"
CASES = sorted(path.parent for path in PAGES.glob("*/*/expected.toml"))
FIELDS = [
    pytest.param(case, field, id=f"{case.parent.name}/{case.name}:{field}")
    for case in CASES
    for field in tomllib.loads((case / "expected.toml").read_text(encoding="utf-8"))["expect"]
]


@cache
def reading(case: Path) -> Reading:
    facts = tomllib.loads((case / "expected.toml").read_text(encoding="utf-8"))
    return read(Page(facts["url"], (case / "page.html").read_bytes(), fetched_at=facts["fetched_at"]))


@cache
def expected(case: Path) -> dict[str, Any]:
    return tomllib.loads((case / "expected.toml").read_text(encoding="utf-8"))["expect"]


def value(got: Reading, field: str) -> Any:
    one, article = got.listing, got.article
    tile = got.tiles[0] if got.tiles else None
    simple: dict[str, Any] = {
        "kind": got.kind, "title": got.title, "next": got.next, "links": len(got.links), "posts": len(got.posts), "language": got.language,  # noqa: E501
        "published": got.published.date().isoformat() if got.published else None,
    }  # fmt: skip
    if one is not None:
        simple |= {
            "price": str(one.price.amount) if one.price else None, "currency": one.price.currency if one.price else None,  # noqa: E501
            "seller": one.seller.name if one.seller else None, "location": one.location, "availability": one.availability,  # noqa: E501
            "posted": one.posted.date().isoformat() if one.posted else None,
            "condition": one.attributes.get("condition"), "brand": one.attributes.get("brand"),
        }  # fmt: skip
    if article is not None:
        simple |= {"author": article.author, "outlet": article.outlet}
    if tile is not None:
        simple |= {
            "first_title": tile.title, "first_price": str(tile.price.amount) if tile.price else None,
            "first_currency": tile.price.currency if tile.price else None, "first_image": tile.images[0].split("://")[1].partition("/")[2] if tile.images else None,  # noqa: E501
        }  # fmt: skip
        simple["first_image"] = "/" + (simple["first_image"] or "")
    if got.posts:
        simple |= {
            "first_author": got.posts[0].author,
            "second_text": got.posts[1].text if len(got.posts) > 1 else None,
        }
    return simple[field]


@pytest.mark.parametrize(("case", "field"), FIELDS)
def test_field(case: Path, field: str) -> None:
    got, want = reading(case), expected(case)[field]
    if field in {"text_has", "text_lacks"}:
        text = got.listing.text if got.listing else got.text
        assert (want in text) == (field == "text_has"), text
    elif field in {"image_has", "image_lacks"}:
        images = got.listing.images if got.listing else ()
        assert any(want in url for url in images) == (field == "image_has"), images
    elif field == "why_has":
        assert want.casefold() in got.why.casefold()
    else:
        assert value(got, field) == want, got.why
