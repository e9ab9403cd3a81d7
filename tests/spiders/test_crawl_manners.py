"""The manners one by one: pace, robots, Retry-After, traps, health, reasons."""

import asyncio
import datetime as dt
import itertools
import time

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scrapy.exceptions import DownloadCancelledError, DownloadFailedError, DownloadTimeoutError

from spiders.manners import health
from spiders.manners.backoff import retry_after
from spiders.manners.failures import why
from spiders.manners.pace import Pace, domain_of
from spiders.manners.reasons import REASONS
from spiders.manners.refused import Refused
from spiders.manners.robots import rules_of
from spiders.manners.traps import MOST_DAYS, MOST_FILTERS, Traps, canonical, repeats
from spiders.profile import Expect

NOW = dt.datetime(2026, 11, 24, 12, 0, tzinfo=dt.UTC)


def turns(pace, domains, delay):
    async def one(domain):
        await pace.turn(domain, delay, asyncio.Event())
        return domain, time.time()

    async def every():
        return await asyncio.gather(*(one(domain) for domain in domains))

    return asyncio.run(every())


def test_one_pace_for_a_registered_domain_and_none_between_domains():
    started = time.time()
    found = turns(Pace(), ["a.example"] * 4 + ["b.example"], 0.05)
    times = sorted(at for domain, at in found if domain == "a.example")
    assert min(b - a for a, b in itertools.pairwise(times)) >= 0.049
    assert next(at for domain, at in found if domain == "b.example") - started < max(
        times[1] - started, 0.04
    )  # it waited for none of the others


def test_hosts_share_the_pace_of_their_domain():
    assert domain_of("https://www.shop.example.co.uk/x") == domain_of("http://img.example.co.uk") == "example.co.uk"
    assert domain_of("http://127.0.0.1:81/") == "127.0.0.1"


def test_processes_share_the_pace_through_a_folder(tmp_path):
    """Two pace keepers, as two processes have them, over one folder: turns alternate, the gap holds."""

    async def both():
        keepers = [Pace(tmp_path), Pace(tmp_path)]

        async def one(keeper):
            await keeper.turn("a.example", 0.05, asyncio.Event())
            return time.time()

        return sorted(await asyncio.gather(*(one(keepers[n % 2]) for n in range(6))))

    times = asyncio.run(both())
    assert min(b - a for a, b in itertools.pairwise(times)) >= 0.045
    (tmp_path / "a.example").write_text("not a number")
    assert turns(Pace(tmp_path), ["a.example"], 0.01)


def test_a_pause_holds_all_turns_and_closing_ends_the_wait():
    async def run():
        pace, closing = Pace(), asyncio.Event()
        pace.pause("a.example", 0.1)
        started = time.time()
        assert await pace.turn("a.example", 0, closing)
        assert time.time() - started >= 0.09
        pace.pause("a.example", 60)
        waiter = asyncio.create_task(pace.turn("a.example", 0, closing))
        await asyncio.sleep(0.01)
        closing.set()
        assert not await asyncio.wait_for(waiter, 1)

    asyncio.run(run())


def test_the_delay_is_at_least_what_robots_asks_and_a_slow_site_is_given_time():
    pace = Pace()
    assert pace.delay("a.example", 2) == 2
    pace.at_least("a.example", 10)
    assert pace.delay("a.example", 2) == 10
    pace.answered("b.example", 7.0)
    assert pace.delay("b.example", 2) == 7
    assert pace.delay("b.example", 0) == 0


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("7", 7), (" 120 ", 120), ("Tue, 24 Nov 2026 12:01:00 GMT", 60), ("Tue, 24 Nov 2020 12:00:00 GMT", 0),
     ("soon", None), ("", None), ("-1", None), ("9" * 400, 999999999)],
)  # fmt: skip
def test_retry_after_is_read_as_number_and_date(value, seconds):
    assert retry_after(value, NOW) == seconds


@given(st.text(max_size=40))
def test_any_retry_after_is_survived(value):
    found = retry_after(value, NOW)
    assert found is None or found >= 0


@pytest.mark.parametrize("status", [500, 503, 429])
def test_robots_that_fail_mean_no(status):
    rules, _ = rules_of(status, b"User-agent: *\nAllow: /\n", "wildlife-osint")
    assert not rules.allowed("http://x.example/", "wildlife-osint")
    assert str(status) in rules.error


@pytest.mark.parametrize("status", [404, 401, 410, 301])
def test_robots_that_are_absent_mean_yes(status):
    rules, _ = rules_of(status, b"<html>", "wildlife-osint")
    assert rules.allowed("http://x.example/", "wildlife-osint")


def test_robots_name_us_delays_and_sitemaps():
    body = b"""User-agent: wildlife-osint
Disallow: /private/
Crawl-delay: 4
Request-rate: 1/9
User-agent: *
Disallow: /
Sitemap: http://x.example/map.xml
"""
    rules, delay = rules_of(200, body, "wildlife-osint")
    assert rules.allowed("http://x.example/a", "wildlife-osint")
    assert not rules.allowed("http://x.example/private/a", "wildlife-osint")
    assert delay == 9
    assert rules.sitemaps == ("http://x.example/map.xml",)


@given(st.binary(max_size=2000))
def test_any_robots_is_survived(body):
    rules_of(200, body, "wildlife-osint")


def test_canonical_addresses_lose_what_changes_nothing():
    assert canonical("HTTP://Shop.Example:80/a;jsessionid=1F?utm_source=x&id=7#top") == "http://shop.example/a?id=7"
    assert canonical("http://x.example/a?PHPSESSID=0123456789abcdef01") == "http://x.example/a"
    assert canonical("http://x.example/a?sid=12") == "http://x.example/a?sid=12"  # a section's number, no session
    assert canonical("http://[::1]:81/") == "http://[::1]:81/"


@given(st.sampled_from(["http://a.example", "https://b.example:8443"]), st.text(max_size=60), st.text(max_size=60))
def test_canonical_is_stable(origin, path, query):
    url = f"{origin}/{path}?{query}"
    try:
        once = canonical(url)
    except ValueError:
        return
    assert canonical(once) == once


def test_traps_are_cut_off():
    traps = Traps()
    assert traps.verdict("http://x.example/" + "a" * 3000) == "long-address"
    assert traps.verdict("http://x.example/a/b/a/b/a/b/c") == "loop"
    assert not repeats("/2026/11/24/ivory")
    assert traps.verdict("http://x.example/?" + "&".join(f"f{n}=1" for n in range(30))) == "filters"
    found = [traps.verdict(f"http://x.example/shop?color={n}&size={n % 7}") for n in range(MOST_FILTERS + 10)]
    assert found.index("filters") == MOST_FILTERS
    assert traps.verdict("http://x.example/shop?color=1&size=1") == ""  # known already: no new combination
    assert all(traps.verdict(f"http://x.example/view?id={n}") == "" for n in range(3000))
    assert all(traps.verdict(f"http://x.example/list?q=ivory&cat=2&page={n}") == "" for n in range(1000))


def test_a_calendar_ends_and_dated_articles_do_not():
    traps = Traps()
    days = [dt.date(2030, 1, 1) + dt.timedelta(n) for n in range(300)]
    calendar = [traps.verdict(f"http://x.example/calendar/{day:%Y/%m/%d}") for day in days]
    assert calendar.index("calendar") == MOST_DAYS
    assert {traps.verdict(f"http://x.example/{day:%Y/%m/%d}/seizure-at-port-{n}") for n, day in enumerate(days)} == {""}
    assert traps.verdict("http://x.example/events?date=2031-05-05") == ""


def test_a_run_is_held_against_its_profile():
    expect = Expect(pages=10, items=5, filled={"price": 0.8})
    good = {"ok": 50, "items": 40, "failed": 1, "blocked": 0}
    assert health.check(expect, good, {"price": 0.95}) == ()
    assert health.check(expect, good) == ()  # nobody read yet: nothing to say of fields
    assert [finding.key for finding in health.check(expect, good, {})] == ["filled.price"]
    assert "a new layout?" in health.check(expect, good, {"price": 0.0})[0].text
    bad = health.check(expect, {"ok": 3, "items": 0, "failed": 27, "blocked": 20})
    assert [finding.key for finding in bad] == ["pages", "items", "failed", "blocked"]
    assert health.check(Expect(), {})[0].key == "pages"  # a run that fetched nothing is never healthy


def test_every_reason_has_a_sentence_and_no_other_is_taken():
    assert all(text.endswith(".") for text in REASONS.values())
    with pytest.raises(ValueError, match="not a known reason"):
        Refused("because")


def test_failures_are_told_apart():
    def raised(error, cause):
        try:
            raise error from cause
        except Exception as caught:
            return why(caught)[0]

    key = aiohttp.client_reqrep.ConnectionKey("x.example", 443, True, True, None, None, None)
    certificate = aiohttp.ClientConnectorCertificateError(key, ValueError("expired"))
    assert raised(DownloadFailedError("x"), certificate) == "tls"
    assert raised(DownloadTimeoutError("x"), None) == "timeout"
    assert raised(DownloadCancelledError("x"), None) == "too-large"
    assert raised(DownloadFailedError("x"), aiohttp.ServerDisconnectedError()) == "cut"
    assert raised(RuntimeError("boom"), None) == "failed"
    assert raised(RuntimeError("boom"), Refused("internal", "10.0.0.1")) == "internal"
    assert why(Refused("robots", "/x")) == ("robots", "/x")
