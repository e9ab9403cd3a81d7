"""The one translator: records of `spiders` and `nlp` into records of `storage`, and back. Pure, field by field."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

from nlp.records import Analysis, Kind, Text
from spiders.archive_records import LIMITS, Row
from spiders.archive_rows import read_json_lines
from spiders.items import Article, Document, FetchedBy, Listing, Page, Post, Reading, Seller
from spiders.recorder import Exchange
from storage.records import Capture, ListingVersion, NewCapture, StoredText

ROW_TYPE = "application/x-listing+json"
"""Media type of a capture that is one row of an imported table: its JSON as it stood there."""


POST = "#post-"
"""What the number of a post stands behind, in the address and id of an offer found in a thread."""


def new_capture(run: str, exchange: Exchange, media_type: str = "") -> NewCapture:
    """What a crawl saw, as the store keeps it. `media_type` where something better than the header is known."""
    headers = {name.lower(): value for name, value in exchange.headers}
    return NewCapture(
        run=run,
        source=exchange.source,
        url=exchange.url,
        requested_at=exchange.requested_at,
        fetched_at=exchange.fetched_at,
        status=exchange.status,
        headers=exchange.headers,
        body=exchange.body,
        request_headers=exchange.request_headers,
        method=exchange.method,
        reason=exchange.reason,
        ip=exchange.ip,
        final_url=exchange.final_url or exchange.url,
        media_type=media_type or headers.get("content-type", "").split(";")[0].strip().lower(),
        by=exchange.by,
        screenshot=exchange.screenshot,
        parent=exchange.parent,
    )


def row_capture(run: str, source: str, row: Row, now: datetime) -> NewCapture:
    """One row of an imported table as evidence: its own bytes, under the address it names."""
    url = row.listing().url
    return NewCapture(
        run=run,
        source=row.site or source,
        url=url,
        final_url=url,
        requested_at=now,
        fetched_at=now,
        status=200,
        headers=(("Content-Type", ROW_TYPE), ("X-Imported-From", f"{row.path.rpartition('/')[2]}:{row.number}")),
        body=row.raw,
        media_type=ROW_TYPE,
        by="import",
    )


def row_of(capture: Capture, body: bytes) -> Row:
    """The row that `row_capture` kept, read again. ValueError when it is none."""
    for item in read_json_lines(BytesIO(body), capture.url, "", LIMITS):
        if isinstance(item, Row):
            return item
        raise ValueError(item.detail)
    raise ValueError("an empty row")


def page(capture: Capture, body: bytes) -> Page:
    """The capture as a page to read; `body` with its content-encoding taken off."""
    headers: dict[str, str] = {}
    for name, value in capture.headers:
        key = name.lower()
        headers[key] = f"{headers[key]}, {value}" if key in headers else value
    by: FetchedBy = "browser" if capture.by == "browser" else "import" if capture.by == "import" else "http"
    return Page(
        url=capture.url,
        body=body,
        final_url=capture.final_url,
        status=capture.status,
        headers=headers,
        media_type=capture.media_type,
        fetched_at=capture.fetched_at,
        by=by,
    )


def listing_text(key: str, listing: Listing, country: str, kind: Kind = "listing", source: str = "") -> Text:
    """What the reader is given of a listing. The place line counts as the seller's words: it is where they offer."""
    seller = listing.seller or Seller()
    return Text(
        id=key,
        kind=kind,
        title=listing.title,
        text=listing.text,
        seller_text=seller_words(seller.name, seller.text, listing.location),
        country=country,
        published=_iso(listing.posted),
        source=source,
    )


def version_text(key: str, version: ListingVersion, country: str) -> Text:
    """What the reader was given of a listing that the store holds."""
    return Text(
        id=key,
        kind="post" if POST in version.external_id else "listing",
        title=version.title,
        text=version.text,
        seller_text=seller_words(version.seller_name, version.seller_text, version.location),
        country=country,
        published=_iso(version.posted),
        source=version.source,
    )


def seller_words(name: str, text: str, location: str) -> str:
    """The reader's `seller_text` of a listing. Put together here only, so that offsets into it hold."""
    return " | ".join(part for part in (name, text, location) if part)


def post_listing(reading: Reading, url: str, number: int, post: Post) -> Listing:
    """A forum post as a listing of its own: offers in a thread are as real as offers in a shop."""
    return Listing(
        url=f"{url}{POST}{number}",
        title=reading.title,
        text=post.text,
        external_id=f"{urlsplit(url).path}{POST}{number}",
        seller=Seller(name=post.author, id=post.author),
        posted=post.posted,
    )


def listing_version(listing: Listing, capture: Capture, analysis: Mapping[str, Any]) -> ListingVersion:
    """A listing as read from one capture. Where the page states no price, the reader's stands in, marked as such."""
    price, seller, origins = listing.price, listing.seller, dict(listing.origins)
    amount = price.amount if price else None
    currency = (price.currency or "") if price else ""
    price_text = price.text if price else ""
    if currency == "JPY" and "¥" in price_text and (analysis.get("language") or {}).get("code") == "zh":
        currency = "CNY"  # yen and yuan share a sign; who writes Chinese on a page of no country asks yuan
    read = analysis.get("price")
    if amount is None and read:
        amount, currency, price_text = exact(read["amount"]), read["currency"], read["text"]
        origins["price"] = "text"
    return ListingVersion(
        source=capture.source,
        url=listing.url or capture.final_url or capture.url,
        capture=capture.id,
        seen_at=capture.fetched_at,
        external_id=listing.external_id,
        title=listing.title,
        text=listing.text,
        price_amount=amount,
        price_currency=currency,
        price_text=price_text,
        seller_name=seller.name if seller else "",
        seller_id=seller.id if seller else "",
        seller_url=seller.url if seller else "",
        seller_text=seller.text if seller else "",
        location=listing.location,
        posted=_utc(listing.posted),
        images=listing.images,
        attributes=listing.attributes,
        availability=listing.availability,
        origins=origins,
        analysis=analysis,
    )


def article_text(key: str, article: Article, country: str) -> Text:
    """What the reader is given of an article."""
    return Text(
        id=key,
        kind="news",
        title=article.title,
        text=article.text,
        country=country,
        published=_iso(article.published),
    )


def document_text(key: str, document: Document, country: str) -> Text:
    """What the reader is given of a document: as news, for it reports and does not offer."""
    return Text(
        id=key,
        kind="news",
        title=document.title,
        text=document.text,
        country=country,
        published=_iso(document.published),
    )


def stored_text(reading: Reading, capture: Capture, analysis: Analysis | None) -> StoredText:
    """An article, document, thread or other text page as the store keeps it."""
    body = reading.article or reading.document
    kind = reading.kind if reading.kind in ("article", "document", "forum") else "other"
    return StoredText(
        id="",
        kind=kind,
        source=capture.source,
        url=capture.final_url or capture.url,
        capture=capture.id,
        seen_at=capture.fetched_at,
        title=(body.title if body else "") or reading.title,
        text=(body.text if body else "") or reading.text,
        author=body.author if body else "",
        outlet=reading.article.outlet if reading.article else "",
        published=_utc((body.published if body else None) or reading.published),
        language=analysis.language.code if analysis else reading.language,
        pages=reading.document.pages if reading.document else (),
        relevant=analysis.relevant if analysis else False,
        score=analysis.score if analysis else 0.0,
        analysis=analysis.as_dict() if analysis else {},
    )


def exact(amount: float) -> Decimal:
    """A read amount as money: 2500000.0 is 2500000, 4.5 stays 4.5."""
    return Decimal(int(amount)) if float(amount).is_integer() else Decimal(str(amount))


def _utc(moment: datetime | None) -> datetime | None:
    """Aware UTC. A time without a zone is taken as UTC: some hours of doubt are better than no date."""
    if moment is None:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _iso(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""
