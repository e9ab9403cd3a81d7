"""A small real store to export from: real WARC files, a real log, analyses in the reader's own form."""

import io
import random
import sys
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from PIL import Image, ImageDraw

from nlp.records import Analysis, Contact, Language, Location, Quantity, Reason, Taxon, Term
from osint.export.options import Options
from storage.records import LeadFacts, Link, ListingVersion, NewCapture
from storage.store import Store

ROOT = Path(__file__).parents[2]
START = datetime(2026, 11, 20, 8, 30, 15, 123456, tzinfo=UTC)
NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
THAI = "ขายกำไลงาช้างแท้ 🐘 ส่งทั่วประเทศ"
TEXT = (
    "Genuine ivory bangle, hand carved, 120 g. No papers needed, ships discreetly inside a toy. "
    'Line: seller88 / +66 81 234 5678. Not tagua, not faux. <script>alert(1)</script> =HYPERLINK("http://x")\n'
    "象牙手镯 · vòng ngà voi · سوار عاج"
)


def png(width=1280, height=2600, words="ivory bangle"):
    image = Image.new("RGB", (width, height), "#eef1f3")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, width, 90), fill="#17443a")
    draw.text((40, 35), f"Market of the world: {words}", fill="white", font_size=28)
    draw.ellipse((120, 160, 620, 660), outline="#c9b68a", width=70)
    for line in range(20):
        draw.rectangle((720, 180 + line * 34, 1100 + (line * 37) % 120, 194 + line * 34), fill="#b9c2c8")
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def at(text, words, **more):
    start = text.index(words)
    return {"text": words, "field": "text", "start": start, "end": start + len(words), **more}


def analysis(title=THAI, text=TEXT):
    return Analysis(
        id="x",
        language=Language("th", 0.93),
        relevant=True,
        score=0.97,
        reasons=(
            Reason("part of a listed species", 4.5, **at(text, "ivory bangle")),
            Reason("hidden shipping", 2.0, **at(text, "ships discreetly")),
            Reason("look-alike material", -1.5, **at(text, "tagua")),
            Reason("part in the title", 3.25, "งาช้าง", "title", title.index("งาช้าง"), title.index("งาช้าง") + 6),
        ),
        taxa=(Taxon("Elephantidae", "family", ("Proboscidea",), "I/II", "elephant", **at(text, "ivory")),),
        terms=(Term("IVC", **at(text, "ivory bangle")),),
        trade="sell",
        quantities=(Quantity(120.0, "g", **at(text, "120 g")),),
        contacts=(
            Contact("line", "seller88", **at(text, "seller88")),
            Contact("phone", "+66812345678", **at(text, "+66 81 234 5678")),
        ),
        locations=(Location("Bangkok", "TH", 13.75, 100.5, "city", 1609350, "Bangkok", "seller_text", 11, 18),),
        masked=("emoji",),
        versions=(("lexicon", "2026.11"), ("rules", "1")),
    ).as_dict()


class World:
    """A store with one lead of two listings (one of them captured twice), another lead, and decisions."""

    def __init__(self, home):
        self.home = home
        self.store = Store.open(home)
        self.run = self.store.runs.start("bangkok-market", "crawl").id
        self._fill()

    def capture(self, writer, url, body, number, **more):
        moment = START + timedelta(minutes=7 * number)
        return writer.write(
            NewCapture(
                run=self.run, source="bangkok-market", url=url, final_url=url,
                requested_at=moment - timedelta(seconds=1), fetched_at=moment,
                status=more.pop("status", 200), reason="OK", body=body,
                headers=more.pop("headers", (("Content-Type", "text/html; charset=utf-8"), ("X-Note", "caf\xe9"))),
                request_headers=(("User-Agent", "osint"), ("Accept", "*/*")),
                media_type=more.pop("media_type", "text/html"), ip="203.0.113.7", **more,
            )
        )  # fmt: skip

    def version(self, capture, number, **more):
        values = {
            "source": "bangkok-market", "url": capture.url, "capture": capture.id, "seen_at": capture.fetched_at,
            "external_id": f"item-{number}", "title": THAI, "text": TEXT, "price_amount": Decimal("4500.00"),
            "price_currency": "THB", "price_text": "฿4,500", "seller_name": "Somchai88", "seller_id": "88",
            "location": "Bangkok", "posted": START - timedelta(days=2), "attributes": {"weight": "120 g"},
            "availability": "InStock", "origins": {"title": "json-ld", "price": "json-ld", "text": "selector"},
            "analysis": analysis(),
        } | more  # fmt: skip
        return self.store.listings.put(ListingVersion(**values))

    @staticmethod
    def links(*listings):
        return [Link(listing, "first listing", 1.0) for listing in listings]

    def _fill(self):
        store = self.store
        noise = random.Random(7)
        picture_url = "https://market.example/p/1.jpg"
        with store.captures.writer(self.run) as writer:
            pages = [f"<html><h1>{THAI}</h1><p>{TEXT}</p><!-- {noise.random()} --></html>".encode() for _ in range(5)]
            first = self.capture(
                writer, "https://market.example/i/1?ref=a b&x=ü", pages[0], 0, by="browser", screenshot=png()
            )
            self.capture(
                writer, picture_url, png(640, 480), 1, media_type="image/png", headers=(("Content-Type", "image/png"),)
            )
            again = self.capture(writer, "https://market.example/i/1?ref=a b&x=ü", pages[1], 2)
            copy = self.capture(writer, "https://market.example/i/2", pages[2], 3)
            other = self.capture(writer, "https://market.example/i/3", pages[3], 4)
        one = self.version(
            first, 1, images=(picture_url, "https://market.example/p/2.jpg"), price_amount=Decimal("4800")
        )
        self.version(again, 1, images=(picture_url,))
        two = self.version(
            copy, 2, text="=cmd|' /C calc'!A0 " + TEXT, analysis={}, title="@SUM(1+1) ivory", price_text="-4500"
        )
        three = self.version(other, 3)
        facts = LeadFacts(
            title=THAI, score=0.97, relevant=True, taxa=("Elephantidae",), groups=("elephant",), cites="I/II",
            terms=("IVC",), price_amount=Decimal("4500"), price_currency="THB", place="Bangkok", countries=("TH",),
            sources=("bangkok-market",), languages=("th",), sellers=("Somchai88",), masked=True,
            reason="part of a listed species: “ivory bangle”",
        )  # fmt: skip
        links = [Link(one.id, "first listing", 1.0), Link(two.id, "same words and contact", 0.91)]
        self.lead = store.leads.create(facts, links).id
        self.other = store.leads.create(facts, [Link(three.id, "first listing", 1.0)]).id
        store.sellers.create(
            "Somchai88", [("bangkok-market", "88")], [("line", "seller88"), ("phone", "+66812345678")],
            [Link(one.id, "account", 1.0), Link(two.id, "same LINE account", 0.9), Link(three.id, "account", 1.0)],
        )  # fmt: skip
        store.reviews.decide(self.lead, "claimed", "ana@unit.example")
        store.reviews.decide(self.other, "dismissed", "ben@unit.example", "about another matter")
        store.reviews.decide(self.lead, "confirmed", "ana@unit.example", "Seller answered: “real ivory”. ผู้ขายยืนยัน")


def options(**more):
    values = {
        "who": "Ana Officer, Unit 3",
        "purpose": "Report to the prosecutor",
        "authority": "Case 2026/117",
        "now": NOW,
    }
    return Options(**{**values, **more})


def verifier(package, *arguments):
    """The packaged verifier's answer, run as a stranger would: no site packages, no environment."""
    import json
    import subprocess

    script = package / "verify.py"
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(script), *map(str, arguments), "--json"],
        capture_output=True, text=True, check=False, env={"PATH": "/usr/bin:/bin"}, timeout=120,
    )  # fmt: skip
    assert not done.stderr, done.stderr
    return done.returncode, json.loads(done.stdout)
