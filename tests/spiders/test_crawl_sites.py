"""The profiles that ship, held against recorded pages of their sites where there are some."""

import gzip
from pathlib import Path

import pytest

from spiders.items import Page
from spiders.links import find
from spiders.sources import OURS, load

PAGES = Path(__file__).parents[3] / "shared" / "data" / "pages" / "listings" / "html"

# profile, recorded page, its address, item links on it (ground truth of the recording), part of the next address
RECORDED = [
    ("ebay", "ebay__BryanC05__ebay", "https://www.ebay.com/sch/i.html?_nkw=nike+shoes", 66, "_pgn=2"),
    ("ebay", "ebay__Shajeer-Khan__ebay", "https://www.ebay.com/sch/i.html?_nkw=shirts", 60, "_pgn=2"),
    ("etsy", "etsy.com__cramforce__etsy", "https://www.etsy.com/market/jewelry", 80, ""),
    ("rubylane", "rubylane.com__ParkerCase__ruby_lane_ring", "https://www.rubylane.com/search?q=ring", 60, "page=2"),
    ("rubylane", "rubylane.com__ParkerCase__ruby_lane_bike", "https://www.rubylane.com/search?q=bike", 56, ""),
    ("kleinanzeigen", "kleinanzeigen.de__lalbii__search_page_1",
     "https://www.kleinanzeigen.de/s-a/k0", 26, "seite:2"),
    ("kleinanzeigen", "kleinanzeigen.de__orangecoding__kleinanzeigen",
     "https://www.kleinanzeigen.de/s-x/k0", 27, "seite:2"),
    ("finn", "finn.no__viktorfa__search", "https://www.finn.no/recommerce/forsale/search?q=skisko", 54, "page=2"),
    ("gumtree-au", "gumtree.com.au__alongal__gumtree",
     "http://www.gumtree.com.au/s-pets/vic/c18433l3008844", 26, "page-2"),
    ("divar", "divar.ir__KhjMeister__divar", "https://divar.ir/s/tehran/car", 24, "page=2"),
    ("schwarzesbrett-bremen", "schwarzesbrett.bremen.de__orangecoding__schwarzesbrett",
     "https://schwarzesbrett.bremen.de/verkauf-und-angebote/mietobjekte", 10, "page=2"),
]  # fmt: skip


@pytest.mark.skipif(not PAGES.exists(), reason="no ../shared beside the repository: recorded pages are not tried")
@pytest.mark.parametrize(("name", "file", "url", "items", "following"), RECORDED)
def test_links_of_a_recorded_page(name, file, url, items, following):
    body = gzip.decompress((PAGES / f"{file}.html.gz").read_bytes())
    found = find(Page(url, body, media_type="text/html"), load([OURS])[name])
    assert 0.9 * items <= len(found.items) <= 1.1 * items
    assert following in found.next
    assert bool(found.next) == bool(following)
    assert not found.shell
    assert not any("_hp" in url for url in found.items)


def test_what_says_checked_was():
    checked = {profile.name for profile in load([OURS]).values() if profile.checked is not None}
    assert checked == {name for name, *_ in RECORDED}
