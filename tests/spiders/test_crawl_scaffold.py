"""`osint sources new, test, check`: a profile from a page, and what is odd about one."""

import pytest

from spiders.items import Page
from spiders.scaffold import check, describe, item_pattern, new, remarks
from spiders.scaffold import test as try_out
from spiders.sources import ProfileError, parse

TILE = '<div class="tin"><a href="/tin/do-cu-so-{n}-88{n:03}.html"><h3>Đồ cũ {n}</h3></a><b>15.000 đ</b></div>'
HOME = f"""<html lang="vi-VN"><head><title>Chợ Nhỏ</title><meta property="og:site_name" content="Chợ &quot;Nhỏ&quot;">
<link rel="alternate" type="application/rss+xml" href="/rss"></head><body>
<form action="/tim" method="get"><input type="hidden" name="c" value="1"><input type="search" name="q"></form>
<main>{"".join(TILE.format(n=n) for n in range(12))}<a rel="next" href="?page=2">»</a></main></body></html>"""


def page(url="https://www.cho-nho.com.vn/", body=HOME):
    return Page(url, body.encode(), media_type="text/html", headers={"content-type": "text/html; charset=utf-8"})


def test_a_profile_is_made_from_a_page_and_loads():
    name, text = new("https://www.cho-nho.com.vn/", page())
    profile = parse(text, name)
    assert (name, profile.kind, profile.country, profile.languages) == ("cho-nho", "market", "VN", ("vi",))
    assert profile.title == 'Chợ "Nhỏ"'
    assert profile.feeds == ("https://www.cho-nho.com.vn/rss",)
    assert profile.search == ("https://www.cho-nho.com.vn/tim?q={term}",)
    found = try_out(page(), profile)
    assert len(found["items"]) == 12
    assert found["next"].endswith("?page=2")
    assert found["allowed"]
    assert not found["needs_browser"]


@pytest.mark.parametrize("body", ["", "<p>", "\x00\x01", '<html lang=\'"\'><title>"""\\</title>', "{}"])
def test_a_profile_is_made_from_any_page(body):
    name, text = new("https://x.example/", page(body=body))
    assert parse(text, name).start == ("https://x.example/",)


def test_no_profile_for_what_is_no_address():
    with pytest.raises(ProfileError):
        new("ftp://x.example/", page())


@pytest.mark.parametrize(
    ("urls", "pattern"),
    [
        (["https://x.example/ad/123", "https://x.example/ad/77"], r"/ad/\d+"),
        (["https://x.example/item/a-b-c", "https://x.example/item/d"], r"/item/[^?/?#]+".replace("?/", "/")),
        (["https://x.example/p/name-88123.htm", "https://x.example/p/other-99123.htm"], r"/p/[^/?#]*\d+\.htm"),
        ([], ""),
        (["https://x.example/about", "https://x.example/contact"], ""),
    ],
)
def test_item_patterns(urls, pattern):
    import re

    found = item_pattern(tuple(urls))
    assert found == pattern
    assert all(re.search(found, url) for url in urls)


def test_a_check_tells_errors_and_remarks(tmp_path):
    path = tmp_path / "shop.toml"
    path.write_text('kind = "market"\ntitle = "T"\nstart = ["https://x.example/"]\n[pace]\ndelay = 0.1\n')
    errors, said = check(path)
    assert errors == []
    assert any("unverified" in line for line in said)
    assert any("hasty" in line for line in said)
    path.write_text("kind = 1\nx = 2\n")
    errors, said = check(path)
    assert len(errors) >= 2
    assert said == []
    assert all("shop.toml: " in line for line in errors)


def test_a_row_says_unverified():
    profile = parse('kind = "news"\ntitle = "T"\nfeeds = ["https://x.example/rss"]\n', "paper")
    assert describe(profile)["checked"] == "unverified"
    assert remarks(profile)
