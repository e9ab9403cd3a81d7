"""Listings: a stable id, versions in the order of time whatever the order of reading, keys by which they meet."""

import random
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from store_parts import NOW, version

from storage.identity import canonical_url, listing_id
from storage.records import Key, ListingVersion
from storage.store import Store


def test_what_goes_in_comes_out(store):
    put = version(
        posted=NOW, seller_id="a1", seller_url="http://x/a", seller_text="bio", location="Bangkok", availability="in"
    )
    made = store.listings.put(put)
    assert made.latest == put
    assert (made.versions, made.first_seen, made.last_seen, made.gone_at, made.lead) == (1, NOW, NOW, None, None)
    assert store.listings.get(made.id) == made
    assert store.listings.versions(made.id) == (put,)
    assert store.listings.many([made.id, "none", made.id]) == (made,)
    assert store.listings.ids("shop") == store.listings.ids() == (made.id,)
    assert store.listings.ids("other") == ()
    with pytest.raises(KeyError):
        store.listings.get("none")


def test_the_smallest_listing(store):
    put = ListingVersion(source="s", url="http://x/", capture="c", seen_at=NOW)
    assert store.listings.put(put).latest == store.listings.get(listing_id("s", "", "http://x/")).latest == put


def test_text_that_no_database_can_hold(store):
    made = store.listings.put(version(title="a\x00b\ud800c", seller_name="\udfff", attributes={"\ud800": "\x00"}))
    assert (made.latest.title, made.latest.seller_name) == ("a\ufffdb\ufffdc", "\ufffd")
    assert store.listings.get(made.id) == made


def test_a_version_only_when_the_content_differs(store):
    first = store.listings.put(version(0))
    same = store.listings.put(version(1, analysis={"score": 0.5}))
    assert (same.versions, same.first_seen, same.last_seen) == (1, NOW, NOW + timedelta(days=1))
    assert same.latest == replace(version(0), analysis={"score": 0.5}), "read anew: the analysis is replaced"
    changed = store.listings.put(version(2, price_amount=None))
    assert changed.versions == 2
    back = store.listings.put(version(3))
    assert back.versions == 3
    assert [one.price_amount for one in store.listings.versions(first.id)] == [
        version().price_amount,
        None,
        version().price_amount,
    ]
    assert store.listings.get(first.id) == back
    assert [capture for capture, _ in store.listings.captures(first.id)] == [f"capture-{day}" for day in range(4)]


def test_the_same_capture_read_again_replaces_what_was_read_of_it(store):
    store.listings.put(version(0, title="misread"))
    again = store.listings.put(version(0, title="Ivory bangle", analysis={"score": 1}))
    assert (again.versions, again.latest.title, again.latest.analysis) == (1, "Ivory bangle", {"score": 1})
    assert store.listings.versions(again.id) == (again.latest,)


TITLES = ("one", "two", "three")
events = st.lists(st.tuples(st.integers(0, 5), st.sampled_from(TITLES)), min_size=1, max_size=9)


@given(events, st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_order_of_reading_makes_no_difference(tmp_path_factory, said, shuffle):
    """Captures read in any order, some twice, some read wrongly at first: the versions are those of the time."""
    truth = dict(said)
    with Store.open(tmp_path_factory.mktemp("home")) as store:
        order = [(day, title) for day, title in said] + list(truth.items())
        head, tail = order[: len(said)], order[len(said) :]
        shuffle.shuffle(head)
        shuffle.shuffle(tail)  # the last reading of each capture is the right one
        for day, title in head + tail:
            made = store.listings.put(version(day, title=title, analysis={"day": day}))
        days = sorted(truth)
        expected = [day for before, day in zip([None, *days], days, strict=False) if truth.get(before) != truth[day]]
        found = store.listings.versions(made.id)
        assert [(one.title, one.capture, one.seen_at) for one in found] == [
            (truth[day], f"capture-{day}", NOW + timedelta(days=day)) for day in expected
        ]
        assert (made.versions, made.first_seen, made.last_seen) == (
            len(expected),
            NOW + timedelta(days=days[0]),
            NOW + timedelta(days=days[-1]),
        )
        assert made.latest == found[-1]
        assert store.listings.get(made.id) == made


def test_versions_on_both_databases(store):
    """The same as above, once, on PostgreSQL too."""
    generator = random.Random(3)
    for _ in range(12):
        day = generator.randrange(5)
        store.listings.put(version(day, title=generator.choice(TITLES)))
    for day in range(5):
        made = store.listings.put(version(day, title=TITLES[day // 2]))
    assert [one.title for one in store.listings.versions(made.id)] == list(TITLES)
    assert made.versions == 3


def test_gone_and_back(store):
    made = store.listings.put(version(0))
    store.listings.gone(made.id, NOW - timedelta(days=1))
    assert store.listings.get(made.id).gone_at is None, "seen since"
    store.listings.gone(made.id, NOW + timedelta(days=3))
    store.listings.gone(made.id, NOW + timedelta(days=2))
    store.listings.gone(made.id, NOW + timedelta(days=4))
    assert store.listings.get(made.id).gone_at == NOW + timedelta(days=2), "the first time it was missing"
    assert store.listings.put(version(1)).gone_at == NOW + timedelta(days=2), "an older capture read late"
    assert store.listings.put(version(5)).gone_at is None, "it is back"
    with pytest.raises(KeyError):
        store.listings.gone("none", NOW)


def test_by_url(store):
    made = store.listings.put(version(external_id="", url="http://Shop.example:80/item/7?b=1&utm_source=x#top"))
    assert store.listings.by_url("shop", "http://shop.example/item/7?b=1") == made
    assert store.listings.by_url("other", "http://shop.example/item/7?b=1") is None
    assert store.listings.by_url("shop", "http://shop.example/item/8") is None


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        ("HTTP://Shop.Example/A?x=1", "http://shop.example/A?x=1"),
        ("http://shop.example:80", "http://shop.example/"),
        ("https://shop.example:443/a", "https://shop.example/a"),
        ("http://shop.example:8080/a", "http://shop.example:8080/a"),
        ("http://shop.example/a?utm_source=x&id=3&fbclid=9&ref=z", "http://shop.example/a?id=3&ref=z"),
        ("http://shop.example/a?b=2&a=1", "http://shop.example/a?b=2&a=1"),
        ("http://shop.example/a;jsessionid=77?x=1", "http://shop.example/a?x=1"),
        ("http://shop.example/a#reviews", "http://shop.example/a"),
        ("http://shop.example/#!/item/3", "http://shop.example/#!/item/3"),
        ("http://shop.example/t/9#post-2", "http://shop.example/t/9#post-2"),
        ("http://user@Shop.example/", "http://user@shop.example/"),
        ("http://[::1/", "http://[::1/"),
        (" row:site/7 ", "row:site/7"),
        ("", ""),
    ],
)
def test_canonical_urls(url, canonical):
    assert canonical_url(url) == canonical
    assert canonical_url(canonical) == canonical


@given(st.text(max_size=80))
@settings(max_examples=300, deadline=None)
def test_any_text_is_an_address_of_its_own(text):
    once = canonical_url(text)
    assert canonical_url(once) == once
    assert len(listing_id("s", "", text)) == 24


def test_an_id_is_of_one_source_and_one_kind():
    ids = {
        listing_id(*parts) for parts in [("a", "1", ""), ("b", "1", ""), ("a", "", "1"), ("a1", "", ""), ("a", "2", "")]
    }
    assert len(ids) == 5
    assert listing_id("a", "1", "http://x/") == listing_id("a", " 1 ", "http://y/")


def test_keys_meet(store):
    ids = [store.listings.put(version(external_id=str(number))).id for number in range(4)]
    a, b, c = Key("band", "a"), Key("contact", "a"), Key("band", "c")
    store.listings.set_keys(ids[0], [a, b])
    store.listings.set_keys(ids[1], [a, a])
    store.listings.set_keys(ids[2], [b])
    assert store.listings.meeting([a, b, c]) == {a: (ids[0], ids[1]), b: (ids[0], ids[2])}
    store.listings.set_keys(ids[0], [b, c])
    assert store.listings.meeting([a, b, c]) == {a: (ids[1],), b: (ids[0], ids[2]), c: (ids[0],)}
    store.listings.set_keys(ids[0], [])
    assert store.listings.meeting([c]) == store.listings.meeting([]) == {}
    with pytest.raises(KeyError):
        store.listings.set_keys("none", [a])


def test_a_crowded_key_gives_the_newest(store):
    key = Key("contact", "hub")
    ids = []
    with store.transaction():
        for number in range(9):
            ids.append(store.listings.put(version(external_id=str(number))).id)
            store.listings.set_keys(ids[-1], [key])
    assert store.listings.meeting([key], most=4) == {key: tuple(ids[-4:])}
    assert store.listings.meeting([key], most=9) == {key: tuple(ids)}
    assert store.listings.meeting([key]) == {key: tuple(ids)}
