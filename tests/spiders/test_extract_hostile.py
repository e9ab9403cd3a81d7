"""Pages made to hurt: whatever comes ends soon, in bounded memory, with an answer."""

from __future__ import annotations

import time

import pytest

from spiders.extract import links, read
from spiders.items import Page

DEEP = "<html><body>" + "<div>" * 100_000 + "bottom" + "</div>" * 100_000
HOSTILE = {
    "100,000 nested boxes": DEEP,
    "200,000 unclosed tags": "<html><body>" + "<p><b><i>" * 66_000 + "x",
    "a megabyte of open brackets": "<html>" + "<" * 1_000_000,
    "an endless attribute": "<html><body><a href='" + "a" * 3_000_000,
    "30,000 attributes": "<html><body><p " + " ".join(f"a{i}=b" for i in range(30_000)) + ">x",
    "50,000 links": "<html><body>" + "".join(f"<li><a href='/i/{i}'>item {i} $5</a></li>" for i in range(50_000)),
    "one huge text": "<html><body><p>" + "1 " * 1_500_000,
    "digits without end": "<html><body><h1>x</h1><p>$" + "1,234." * 200_000,
    "a mail of spaces": "<html><body><p>" + " \t" * 1_000_000 + "x",
    "deep JSON": '<html><script type="application/ld+json">' + "[" * 100_000 + "]" * 100_000 + "</script><body>x",
    "wide JSON": '<html><script type="application/ld+json">[' + ",".join(['{"@type":"Product","name":"x","offers":{"price":1}}'] * 20_000) + "]</script><body>x",  # noqa: E501
    "microdata inside microdata": "<html><body>" + '<div itemscope itemtype="http://schema.org/Product" itemprop="a">' * 3000 + "x",  # noqa: E501
    "a meta refresh of nulls": "<html>" + "\0" * 500_000 + "<body>x",
    "a thousand templates": "<html><body>" + '<template shadowrootmode="open"><div>' * 1000 + "x",
    "20,000 rows": "<html><body><table>" + "<tr><td>Seller:</td><td>x</td></tr>" * 20_000,
    "bad addresses": "<html><body>" + "<a href='http://[::1'>x</a><a href='//'>y</a><a href='http://a:99999999/'>z</a><base href='http://[bad'>" * 50,  # noqa: E501
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_ends_soon(name: str) -> None:
    page = Page(
        "https://hostile.example/x", HOSTILE[name].encode("utf-8", "replace"), headers={"content-type": "text/html"}
    )
    started = time.process_time()
    got = read(page)
    links(page)
    assert got.kind
    # 0.1-4 s on the machine this was written on; a quadratic step would take minutes.
    assert time.process_time() - started < 20


def test_text_at_the_bottom_of_a_deep_page_is_kept() -> None:
    assert "bottom" in read(Page("https://hostile.example/x", DEEP.encode())).text


def test_twenty_megabytes() -> None:
    body = b"<html><body><h1>Big</h1>" + b"<p>word word word word word word word word</p>" * 440_000
    started = time.process_time()
    assert read(Page("https://hostile.example/x", body)).kind
    assert time.process_time() - started < 60
