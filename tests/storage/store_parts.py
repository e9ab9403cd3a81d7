"""What the storage tests build their stores from."""

import contextlib
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from postgres_server import die_with_parent

from storage.records import LeadFacts, Link, ListingVersion, NewCapture

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 11, 24, 10, 30, 15, 123456, tzinfo=UTC)
HTML = (("Content-Type", "text/html; charset=utf-8"), ("Server", "nginx"))


def new_capture(run, url="http://shop.example/item/1", **fields):
    """An exchange with everything in it that an exchange can have."""
    return NewCapture(
        **{
            "run": run,
            "source": "shop",
            "url": url,
            "requested_at": NOW,
            "fetched_at": NOW + timedelta(seconds=1),
            "status": 200,
            "headers": HTML,
            "body": b"<html>ivory</html>",
            "request_headers": (("User-Agent", "osint"),),
            "reason": "OK",
            "ip": "192.0.2.7",
            "final_url": url,
            "media_type": "text/html",
            "parent": "http://shop.example/",
        }
        | fields
    )


def version(day=0, capture="", **fields):
    """What a capture on that day said of a listing."""
    return ListingVersion(
        **{
            "source": "shop",
            "url": "http://shop.example/item/1",
            "external_id": "1",
            "title": "Ivory bangle",
            "text": "Genuine old ivory bangle, call 0912 345 678",
            "price_amount": Decimal("120.50"),
            "price_currency": "THB",
            "price_text": "120.50 บาท",
            "seller_name": "Anna",
            "images": ("http://shop.example/1.jpg",),
            "attributes": {"condition": "used"},
            "origins": {"title": "json-ld"},
            "analysis": {"score": 0.9, "relevant": True},
            "capture": capture or f"capture-{day}",
            "seen_at": NOW + timedelta(days=day),
        }
        | fields
    )


def facts(**fields):
    """Facts of a lead."""
    return LeadFacts(
        **{
            "title": "Ivory bangle",
            "score": 0.9,
            "relevant": True,
            "taxa": ("Elephas maximus",),
            "groups": ("elephant",),
            "cites": "I",
            "terms": ("CAR",),
            "price_amount": Decimal("120.50"),
            "price_currency": "THB",
            "place": "Bangkok",
            "countries": ("TH",),
            "sources": ("shop",),
            "languages": ("en",),
            "sellers": ("Anna",),
            "reason": "product: “ivory”",
        }
        | fields
    )


def lead_of(store, number=1, **fields):
    """A lead of one listing of its own."""
    listing = store.listings.put(version(external_id=f"L{number}", url=f"http://shop.example/item/{number}"))
    return store.leads.create(facts(**fields), [Link(listing.id, "first seen", 1.0)])


def child(code, *arguments, **options):
    """A Python process that runs `code` with these arguments, in the checkout."""
    here = Path(__file__).parent
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), str(here), str(here.parent)])}
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.Popen(
        command,
        env=environment,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=die_with_parent,  # noqa: PLW1509 - it makes one system call
        **options,
    )


def finished(*children, timeout=120):
    """Wait for children that must succeed; what each printed."""
    said = []
    for one in children:
        out, err = one.communicate(timeout=timeout)
        assert one.returncode == 0, err
        said.append(out)
    return said


class Undone(Exception):
    """What makes a transaction fail in a test."""


def undone(store, action):
    """Do it in a transaction that then fails; what it answered."""
    with contextlib.suppress(Undone), store.transaction():
        answer = action()
        raise Undone
    return answer
