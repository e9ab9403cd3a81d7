"""The demo world keeps its promises: large, honest, in good order, with its traps where they are said to be."""

import gzip
import http.client
import re
import subprocess
from collections import Counter, defaultdict
from urllib.parse import urljoin, urlsplit

import lxml.html
import pypdfium2
import pytest

from osint.demo import truth
from osint.demo.profiles import names, write_profiles
from osint.demo.server import DemoServer
from osint.demo.world import load
from spiders.chromium import find_chromium
from spiders.sources import load as load_profiles

LEAD_ASTRAY = {"169.254.169.254", "127.0.0.1", "tracker.example"}
"""The only hosts outside the world that its pages may name."""

LANGUAGES = ["en", "vi", "th", "id", "fr", "es", "zh", "pt", "ru", "ar", "sw", "ms", "de", "ja", "ko", "hi"]

# Ranges that are reserved for fiction, or that no operator has given out (all zeros where a block begins).
FICTION = re.compile(
    r"^(?:44|0)?7700900\d{3}$|^01632960\d{3}$|^1?(?:212|305)5550\d{3}$|^(?:84|0)?900000\d{3}$|^0?80000\d{4}$"
    r"|^(?:62|0)?8110000\d{3}$|^(?:33|0)?63998\d{4}$|^(?:33|0)?261910\d{3}$|^525500000\d{3}$|^1190000\d{4}$"
    r"|^89000000\d{3}$|^0?500000\d{3}$|^0700000\d{3}$|^0100000\d{3}$|^01713920\d{3}$|^01000000\d{3}$|^9000000\d{3}$"
    r"|^024000\d{4}$"
)
PHONE = re.compile(r"(?<![\w/.,₫$€£-])\+?[0(]\d[\d ().-]{7,16}\d(?![\w])|\+\d[\d ().-]{8,16}\d")


@pytest.fixture(scope="module")
def world():
    with DemoServer() as server:
        yield server


def get(world, host, target, read=True):
    """One request over a real connection: status, headers, body."""
    connection = http.client.HTTPConnection("127.0.0.1", world.port, timeout=30)
    try:
        connection.request("GET", target, headers={"Host": f"{host}:{world.port}", "User-Agent": "test-agent"})
        answer = connection.getresponse()
        return answer.status, dict(answer.headers), answer.read() if read else b""
    finally:
        connection.close()


def routes(world, *kinds):
    """(site, target, route) of the whole world, of some kinds."""
    return [
        (site, target, route)
        for site in world.sites.values()
        for target, route in site.routes.items()
        if not kinds or route.kind in kinds
    ]


def decoded(site, body):
    codec = {"windows-874": "cp874"}.get(site.site.charset, site.site.charset)
    return body.decode(codec)


def pages(world):
    """(site, target, route, html) of every HTML page."""
    kinds = ("home", "results", "item", "seller", "page")
    return [(s, t, r, decoded(s, world.answer(s.site.host, t).body)) for s, t, r in routes(world, *kinds)]


# -- large and honest


def test_the_world_is_large_enough():
    with DemoServer() as server:
        count = Counter(route.kind for _, _, route in routes(server))
    assert count["home"] + count["results"] + count["item"] + count["file"] + count["page"] >= 280
    assert count["file"] >= 8
    assert len(load()) >= 9


def test_twice_as_many_innocent_offers_as_real_ones():
    offers = [one for one in truth.known().values() if one.kind in {"listing", "thread"}]
    real = sum(one.truth.relevant for one in offers)
    assert real >= 60
    assert len(offers) - real >= 2 * real


def test_news_and_documents_are_of_both_sorts():
    for kind in ("article", "document"):
        found = [one.truth.relevant for one in truth.known().values() if one.kind == kind]
        assert any(found)
        assert not all(found)
    articles = Counter(one.language for one in truth.known().values() if one.kind == "article")
    assert min(articles["en"], articles["es"], articles["zh"]) >= 8


def test_every_listing_has_its_truth_and_every_truth_its_page(world):
    served = {f"http://{s.site.host}{t.split('&page=')[0]}" for s, t, r in routes(world, "item", "file")}
    assert served == set(truth.known())


def test_truth_is_complete():
    for url, one in truth.known().items():
        if one.truth.relevant:
            assert one.truth.taxa, url
            assert one.truth.terms, url
        else:
            assert not any((one.truth.taxa, one.truth.terms, one.truth.offer, one.truth.coded)), url


def test_many_languages_and_disguises():
    languages = Counter(one.language for one in truth.known().values() if one.truth.relevant)
    assert len(set(languages) & set(LANGUAGES)) == len(LANGUAGES)
    assert sum(one.truth.coded for one in truth.known().values()) >= 12


def test_no_text_is_written_twice_but_the_templates_that_are_meant():
    seen = defaultdict(list)
    for site in load().values():
        for item in site.item:
            if item.text:
                seen[re.sub(r"\d|thầy Tư|cô Ba", "", item.text).strip()].append(item.id)
    assert sorted(ids for ids in seen.values() if len(ids) > 1) == [["700318", "700322"], ["87990", "87996"]]


def test_an_offer_has_one_seller_and_several_sites_have_the_same_offer():
    known = truth.known()
    for name, urls in truth.offers().items():
        assert len({known[url].seller for url in urls}) == 1, name
    copied = [urls for urls in truth.offers().values() if len(urls) > 1]
    assert sum(len({known[url].site for url in urls}) > 1 for urls in copied) >= 4


def test_one_template_of_two_sellers_is_two_offers():
    known = truth.known()
    for first, second in (("700318", "700322"), ("87990", "87996")):
        a, b = (next(one for url, one in known.items() if f"/{i}" in url) for i in (first, second))
        assert a.title == b.title
        assert a.seller != b.seller
        assert a.truth.offer != b.truth.offer


def test_copies_of_an_offer_show_the_same_photograph():
    by_offer = defaultdict(set)
    for site in load().values():
        for item in site.item:
            if item.truth.offer and item.image:
                by_offer[item.truth.offer].add(item.image)
    assert all(len(images) == 1 for images in by_offer.values())


def test_phone_numbers_are_fictitious():
    found = 0
    for site in load().values():
        texts = [one.contact for one in site.seller]
        texts += [f"{item.title}\n{item.text}" for item in site.item if item.section != "dich-vu"]
        texts += [post.text for item in site.item for post in item.posts]
        for text in texts:
            for match in PHONE.finditer(text.replace("\n", " | ")):
                digits = re.sub(r"\D", "", match[0])
                if len(digits) >= 9:
                    found += 1
                    assert FICTION.match(digits), f"{site.host}: {match[0]!r}"
    assert found >= 40


# -- in good order


def test_every_address_answers(world):
    for site, target, route in routes(world):
        if route.kind in {"trap", "picture", "static"}:
            continue
        status, _, body = get(world, site.site.host, target)
        assert status == (site.site.robots_status if route.kind == "robots" else 200), f"{site.site.host}{target}"
        assert body


def test_pictures_are_pictures(world):
    bodies = {}
    for site, target, _ in routes(world, "picture")[::3]:
        body = world.answer(site.site.host, target).body
        assert body[:3] == b"\xff\xd8\xff"
        assert len(body) < 60_000
        bodies[target] = body
    assert len(set(bodies.values())) == len(bodies)


def test_links_lead_somewhere(world):
    lost = []
    for site, target, _, html in pages(world):
        allowed = {trap.path for trap in site.site.trap}
        tree = lxml.html.fromstring(html)
        for href in tree.xpath("//a/@href | //img/@src | //link/@href | //script/@src"):
            url = urlsplit(urljoin(site.origin + target, href))
            if url.netloc != f"{site.site.host}:{world.port}":
                continue
            path = url.path + (f"?{url.query}" if url.query else "")
            if path not in site.routes and path not in allowed:
                lost.append(f"{site.site.host}{target} → {path}")
    assert not lost, lost[:10]


def test_no_address_outside_but_the_deliberate_ones(world):
    outside = set()
    for site, target, route in routes(world):
        if route.kind in {"trap", "picture", "file"}:
            continue
        text = world.answer(site.site.host, target).body.decode("utf-8", "replace")
        text = text.replace("https://schema.org", "").replace("http://www.sitemaps.org/schemas/", "")
        text = re.sub(r"http://www\.w3\.org/\S+", "", text)
        outside |= {host for host in re.findall(r"https?://([\w.-]+)", text) if host not in world.hosts}
    assert outside == LEAD_ASTRAY


def test_pages_are_written_in_the_charset_they_name(world):
    scripts = {"th": r"[\u0e00-\u0e7f]", "vi": r"[ạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹđ]"}
    for site, target, _ in routes(world, "item", "results"):
        _, headers, body = get(world, site.site.host, target)
        text = decoded(site, body)
        assert "�" not in text
        named = site.site.charset
        if site.site.declared == "header":
            assert headers["Content-Type"].endswith(f"charset={named}")
        else:
            assert headers["Content-Type"] == "text/html"
            at = body.lower().index(f"charset={named}".encode())
            assert (at > 1024) == (site.site.declared == "late")
        if pattern := scripts.get(site.site.language):
            assert len(re.findall(pattern, text)) > 20, target


def test_texts_are_in_the_language_they_are_said_to_be():
    import py3langid

    near = {"id": {"id", "jv", "ms"}, "ms": {"id", "ms"}, "en": {"en", "pcm"}}
    wrong = []
    for site in load().values():
        for item in site.item:
            text = " ".join([item.title, item.text, *(post.text for post in item.posts)])
            language = item.language or site.language
            if len(text) > 60 and py3langid.classify(text)[0] not in near.get(language, {language}):
                wrong.append((site.host, item.id, language))
    assert len(wrong) <= 3, wrong


def test_reports_hold_their_text_and_the_scan_holds_none(world):
    for site, target, route in routes(world, "file"):
        body = world.answer(site.site.host, target).body
        if target.endswith(".docx"):
            assert body[:2] == b"PK"
            continue
        with pypdfium2.PdfDocument(body) as document:
            text = "".join(page.get_textpage().get_text_range() for page in document)
        if route.item.format == "scan":
            assert not text.strip()
        else:
            words = re.findall(r"\w{5,}", route.item.text)
            assert sum(word in text for word in words) > 0.8 * len(words)


def test_feeds_and_sitemap_name_every_story(world):
    site = world.sites["coastal-gazette.example"]
    stories = {f"{site.origin}{site.site.link(item)}" for item in site.items}
    fed = set()
    for name in ("feed.xml", "feed-es.xml", "feed-zh.xml"):
        tree = lxml.etree.fromstring(world.answer(site.site.host, f"/{name}").body)
        fed |= set(tree.xpath("//item/link/text()"))
    assert fed == stories
    mapped = lxml.etree.fromstring(world.answer(site.site.host, "/sitemap.xml").body)
    assert set(mapped.xpath("//*[local-name()='loc']/text()")) == stories


def test_the_same_world_is_served_twice(world):
    with DemoServer() as other:
        for site, target, _ in routes(world, "file"):
            assert world.answer(site.site.host, target).body == other.answer(site.site.host, target).body, target


# -- traps


def test_robots_forbids_a_folder_and_the_server_counts_who_came_anyway(world):
    closed = [one for one in truth.expected() if one.reasons == ("robots",)]
    assert len(closed) >= 3
    host, target = "harbour-heath.example", urlsplit(closed[0].url).path
    before = world.hits[f"{host}{target}"]
    get(world, host, target)
    assert world.hits[f"{host}{target}"] == before + 1
    assert world.log[-1].agent == "test-agent"
    assert (world.log[-1].host, world.log[-1].target, world.log[-1].status) == (host, target, 200)


def test_blocked_and_missing_pages(world):
    status, _, body = get(world, "harbour-heath.example", "/product/2071-brass-ships-clock")
    assert (status, b"Just a moment..." in body) == (503, True)
    assert get(world, "keepers-corner.example", "/viewtopic.php?t=5120")[0] == 403
    status, _, body = get(world, "harbour-heath.example", "/product/1890-pair-of-staffordshire-dogs")
    assert (status, b"could not find" in body) == (200, True)
    assert get(world, "lapak-jaya.example", "/iklan/umum/30011/kulkas-dua-pintu")[0] == 404
    assert get(world, "tiny-curios.example", "/robots.txt")[0] == 503
    assert get(world, "lapak-jaya.example", "/robots.txt")[0] == 404


def test_redirects_go_round_and_inside(world):
    status, headers, _ = get(world, "lapak-jaya.example", "/kontak")
    assert (status, headers["Location"]) == (302, f"http://lapak-jaya.example:{world.port}/kontak/")
    status, headers, _ = get(world, "lapak-jaya.example", "/kontak/")
    assert (status, headers["Location"]) == (302, f"http://lapak-jaya.example:{world.port}/kontak")
    status, headers, _ = get(world, "cho-troi.example", "/go/4410.html")
    assert headers["Location"] == "http://169.254.169.254/latest/meta-data/"
    before = world.hits["127.0.0.1/admin"]
    assert b"not for crawlers" in get(world, "127.0.0.1", "/admin")[2]
    assert world.hits["127.0.0.1/admin"] == before + 1


def test_the_calendar_has_no_end(world):
    target, seen = "/agenda", set()
    for _ in range(80):
        assert target not in seen
        seen.add(target)
        tree = lxml.html.fromstring(world.answer("maison-orlay.example", target).body)
        (target,) = set(tree.xpath("//a[@rel='next']/@href"))


def test_the_bomb_is_small_on_the_wire_and_large_unpacked(world):
    status, headers, body = get(world, "wildtrade-desk.example", "/export/all-records.html")
    assert (status, headers["Content-Encoding"]) == (200, "gzip")
    assert len(body) < 1024 * 1024
    first = gzip.decompress(body[: len(body) // 384])
    assert len(first) == 1024 * 1024


def test_a_slow_page_is_slow(world):
    trap = next(trap for trap in load()["talat-nat.example"].trap if trap.kind == "slow")
    answer = world.answer("talat-nat.example", trap.path)
    assert answer.wait == trap.seconds <= 10


def test_titles_carry_a_formula_and_a_script():
    titles = [one.title for one in truth.known().values() if one.truth.relevant]
    assert any(title.startswith("=HYPERLINK(") for title in titles)
    assert any("<script>" in title and "onerror" in title for title in titles)


def test_the_second_world_differs_as_it_says(world):
    with DemoServer() as later:
        later.generation = 2
        changes = truth.changes()
        assert {"gone", "sold"} <= set(changes.values())
        for url, change in changes.items():
            parts = urlsplit(url)
            status, _, body = get(later, parts.netloc, parts.path)
            site = later.sites[parts.netloc]
            before = decoded(site, get(world, parts.netloc, parts.path)[2])
            after = decoded(site, body)
            assert status == (410 if change == "gone" else 200)
            assert after != before
            if change not in {"gone", "sold"}:
                assert change in after
                assert change not in before
        lists = [html for site, _, r, html in pages(later) if (site.site.name, r.kind) == ("lapak-jaya", "results")]
        assert lists
        assert not any("31174" in html for html in lists)


def test_every_trap_says_what_is_expected():
    kinds = Counter(one.what for one in truth.expected())
    wanted = {"blocked", "soft-missing", "missing", "redirect", "link", "calendar", "bomb", "slow", "forbidden"}
    assert wanted <= set(kinds)


# -- sources


def test_profiles_are_valid_and_lead_to_the_world(world, tmp_path):
    written = write_profiles(tmp_path / "sites", world.port)
    assert sorted(path.stem for path in written) == sorted(names())
    profiles = load_profiles([tmp_path / "sites"])
    for profile in profiles.values():
        for seed in profile.seeds:
            parts = urlsplit(seed)
            assert parts.port == world.port
            assert world.answer(parts.hostname, parts.path).status == 200
        assert not any((profile.fields, profile.data)), "general rules must do"
    assert {urlsplit(profile.seeds[0]).hostname for profile in profiles.values()} == set(world.hosts)


@pytest.mark.browser
def test_the_bazaar_is_empty_without_a_browser_and_full_with_one(world):
    chromium = find_chromium()
    if chromium is None:
        pytest.skip("no Chromium")
    target = "/p/700336"
    assert "果冻料" not in get(world, "quickbazaar.example", target)[2].decode()
    command = [str(chromium), "--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=5000"]
    command += ["--host-resolver-rules=MAP quickbazaar.example 127.0.0.1", "--dump-dom"]
    address = f"http://quickbazaar.example:{world.port}{target}"
    done = subprocess.run([*command, address], capture_output=True, timeout=120, check=False)
    assert "果冻料" in done.stdout.decode()


def test_closing_frees_the_port():
    with DemoServer() as server:
        port = server.port
    with DemoServer(port) as again:
        assert get(again, "tiny-curios.example", "/")[0] == 200
