"""Sellers: accounts and contacts of one actor, merged without losing what a split needs."""

import pytest
from store_parts import version

from storage.records import Link, Slice


@pytest.fixture
def ids(store):
    return [store.listings.put(version(external_id=f"L{number}")).id for number in range(4)]


def test_what_goes_in_comes_out(store, ids):
    links = [Link(ids[0], "first seen", 1.0)]
    made = store.sellers.create("Anna", [("shop", "anna9")], [("phone", "+66812345678"), ("line", "anna")], links)
    assert (made.name, made.accounts, made.contacts, made.links) == (
        "Anna",
        (("shop", "anna9"),),
        (("phone", "+66812345678"), ("line", "anna")),
        tuple(links),
    )
    assert store.sellers.get(made.id) == made
    assert store.sellers.of_listings(ids) == {ids[0]: made.id}
    assert store.sellers.of_marks(contacts=[("line", "anna"), ("line", "bo")]) == {("line", "anna"): (made.id,)}
    assert store.sellers.list() == Slice((made,), 1)
    with pytest.raises(KeyError):
        store.sellers.get(made.id + 1)
    with pytest.raises(KeyError):
        store.sellers.attach(made.id + 1)
    with pytest.raises(KeyError):
        store.sellers.attach(made.id, links=[Link("none", "", 1.0)])


def test_more_is_added_once(store, ids):
    made = store.sellers.create("Anna", [("shop", "anna9")], links=[Link(ids[0], "first seen", 1.0)])
    for _ in range(2):
        store.sellers.attach(
            made.id, [("shop", "anna9"), ("forum", "anna")], [("phone", "+66")], [Link(ids[1], "phone", 0.9)]
        )
    found = store.sellers.get(made.id)
    assert found.accounts == (("shop", "anna9"), ("forum", "anna"))
    assert found.contacts == (("phone", "+66"),)
    assert found.links == (Link(ids[0], "first seen", 1.0), Link(ids[1], "phone", 0.9))


def test_merged_and_still_known_by_the_old_number(store, ids):
    one = store.sellers.create("", [("shop", "a")], [("phone", "+1")], [Link(ids[0], "first seen", 1.0)])
    two = store.sellers.create(
        "Bo", [("shop", "b")], [("phone", "+1"), ("line", "b")], [Link(ids[1], "first seen", 1.0)]
    )
    three = store.sellers.create("Cy", links=[Link(ids[2], "first seen", 1.0)])
    store.sellers.merge(one.id, two.id, "same phone +1", who="ann")
    kept = store.sellers.get(two.id)
    assert (kept.id, kept.name, kept.accounts) == (one.id, "Bo", (("shop", "a"), ("shop", "b")))
    assert kept.contacts == (("phone", "+1"), ("line", "b"))
    assert [link.listing for link in kept.links] == ids[:2]
    assert store.sellers.of_listings(ids) == {ids[0]: one.id, ids[1]: one.id, ids[2]: three.id}
    assert store.sellers.of_marks(contacts=[("line", "b")]) == {("line", "b"): (one.id,)}
    assert store.sellers.list().total == 2
    (event,) = store.reviews.events(object=f"seller:{one.id}")
    assert (event.who, event.action, event.note) == ("ann", "merge", "same phone +1")
    assert event.before == {
        "merged": two.id,
        "name": "Bo",
        "accounts": [["shop", "b"]],
        "contacts": [["phone", "+1"], ["line", "b"]],
        "listings": [ids[1]],
    }
    store.sellers.merge(three.id, two.id, "by the old number")
    assert store.sellers.get(one.id).id == store.sellers.get(two.id).id == three.id
    store.sellers.merge(three.id, one.id, "already")
    assert len(store.sellers.get(three.id).links) == 3


def test_a_listing_has_one_seller(store, ids):
    one = store.sellers.create("Anna", links=[Link(ids[0], "first seen", 1.0)])
    two = store.sellers.create("Bo", links=[Link(ids[0], "by hand", 1.0)])
    assert store.sellers.of_listings([ids[0]]) == {ids[0]: two.id}
    assert store.sellers.get(one.id).links == ()
