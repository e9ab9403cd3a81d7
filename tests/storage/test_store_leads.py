"""Leads: listings that are one offer, their order, filters and counts, merging without losing a decision."""

import random
from dataclasses import replace

import pytest
from store_parts import NOW, facts, lead_of, version

from storage.errors import Conflict
from storage.leads import STRENGTH, LeadQuery
from storage.records import Link


def put_listing(store, number):
    return store.listings.put(version(external_id=f"L{number}", url=f"http://shop.example/item/{number}"))


def test_what_goes_in_comes_out(store):
    listing = put_listing(store, 1)
    lead = store.leads.create(facts(masked=True), [Link(listing.id, "first seen", 1.0)])
    assert lead.facts == facts(masked=True)
    assert (lead.status, lead.version, lead.assignee, lead.tags) == ("new", 1, "", ())
    assert lead.listings == (Link(listing.id, "first seen", 1.0),)
    assert lead.created_at == lead.updated_at
    assert store.leads.get(lead.id) == lead
    assert store.leads.of_listing(listing.id) == lead.id
    assert store.leads.of_listing("none") is None
    assert store.listings.get(listing.id).lead == lead.id
    assert store.listings.of_lead(lead.id) == (store.listings.get(listing.id),)
    with pytest.raises(KeyError):
        store.leads.get(lead.id + 1)
    with pytest.raises(KeyError), store.transaction():
        store.leads.create(facts(), [Link("none", "", 1.0)])
    assert store.leads.query(LeadQuery()).total == 1


def test_facts_that_change_move_the_version_and_the_same_do_not(store):
    lead = lead_of(store)
    store.leads.put_facts(lead.id, facts())
    assert store.leads.get(lead.id) == lead
    store.leads.put_facts(lead.id, facts(score=0.2, groups=("pangolin", "elephant"), price_amount=None, relevant=False))
    changed = store.leads.get(lead.id)
    assert (changed.version, changed.facts.score, changed.facts.price_amount) == (2, 0.2, None)
    assert store.leads.query(LeadQuery(group="pangolin", relevant=False)).total == 1
    assert store.leads.query(LeadQuery(taxon="Manis", relevant=None)).total == 0
    assert changed.updated_at > lead.updated_at
    with pytest.raises(KeyError):
        store.leads.put_facts(99, facts())


def test_listings_are_added_and_move(store):
    one, two = lead_of(store, 1), lead_of(store, 2)
    store.leads.attach(one.id, one.listings)
    assert store.leads.get(one.id) == one, "nothing new, nothing moved"
    store.leads.attach(one.id, [Link(two.listings[0].listing, "same image", 0.8)])
    assert store.leads.get(one.id).listings == (*one.listings, Link(two.listings[0].listing, "same image", 0.8))
    assert store.leads.get(two.id).listings == ()
    assert store.leads.get(one.id).version == store.leads.get(two.id).version == 2
    with pytest.raises(KeyError):
        store.leads.attach(one.id, [Link("none", "", 1.0)])


@pytest.mark.parametrize("stronger", [False, True])
def test_merging_keeps_decisions_history_and_numbers(store, stronger):
    one, two, three = (lead_of(store, number) for number in (1, 2, 3))
    store.reviews.decide(two.id, "confirmed", "ann", "real ivory", two.version)
    if stronger:
        store.reviews.decide(one.id, "dismissed", "bob", "resin?")
    store.leads.merge(one.id, two.id, "same picture")
    kept = store.leads.get(one.id)
    assert kept.status == "confirmed"
    assert [link.listing for link in kept.listings] == [one.listings[0].listing, two.listings[0].listing]
    assert store.leads.get(two.id) == kept
    assert store.leads.of_listing(two.listings[0].listing) == one.id
    assert store.leads.query(LeadQuery()).total == 2
    assert store.leads.facets(LeadQuery())["group"] == (("elephant", 2),)
    history = store.reviews.events(object=f"lead:{one.id}")
    assert [event.action for event in history] == ["merge", *(["dismissed"] if stronger else []), "confirmed"]
    assert history[0].note == "same picture"
    assert history[0].before["listings"] == [two.listings[0].listing]
    store.leads.merge(three.id, two.id, "again, by its old number")
    assert store.leads.get(one.id).id == store.leads.get(two.id).id == three.id
    assert len(store.leads.get(three.id).listings) == 3
    store.leads.merge(three.id, one.id, "already one")
    assert len(store.reviews.events(object=f"lead:{three.id}")) == (5 if stronger else 3) - (1 if stronger else 0)
    assert store.reviews.verify() == ()


def test_a_decision_on_a_merged_lead_is_a_conflict(store):
    one, two = lead_of(store, 1), lead_of(store, 2)
    store.leads.merge(one.id, two.id, "same")
    with pytest.raises(Conflict, match=f"merged into lead {one.id}"):
        store.reviews.decide(two.id, "dismissed", "ann", "", two.version)
    store.reviews.decide(one.id, "dismissed", "ann")
    assert store.leads.get(two.id).status == "dismissed"


def test_the_strongest_decision_is_of_the_known_statuses():
    from storage.reviews import STATUSES

    assert sorted(STRENGTH) == sorted(STATUSES)


GROUPS, COUNTRIES, SOURCES, STATUSES = (
    ("elephant", "tiger", "pangolin"),
    ("TH", "VN", "CN"),
    ("shop", "forum"),
    STRENGTH[:4],
)


def matches(lead, query):
    """What a query means, said again the slow way."""
    shown = lead.facts
    wanted = [
        (query.group, shown.groups),
        (query.taxon, shown.taxa),
        (query.country, shown.countries),
        (query.source, shown.sources),
        (query.language, shown.languages),
        (query.seller, shown.sellers),
    ]
    return (
        query.status in (None, lead.status)
        and query.relevant in (None, shown.relevant)
        and query.masked in (None, shown.masked)
        and (query.min_score is None or shown.score >= query.min_score)
        and all(value is None or value in values for value, values in wanted)
    )


@pytest.fixture
def many(store):
    """60 leads of all sorts."""
    generator = random.Random(5)

    def some(values, most=2):
        return tuple(generator.sample(values, generator.randint(0, most)))

    with store.transaction():
        for number in range(60):
            lead = lead_of(
                store,
                number,
                score=generator.choice([0.1, 0.5, 0.9]),
                relevant=generator.random() < 0.7,
                groups=some(GROUPS),
                countries=some(COUNTRIES),
                sources=some(SOURCES, 1),
                masked=generator.random() < 0.3,
                taxa=some(("Panthera tigris", "Manis javanica")),
                languages=some(("th", "vi")),
                sellers=some(("Anna", "Bo")),
            )
            if (status := generator.choice(STATUSES)) != "new":
                store.reviews.decide(lead.id, status, "ann")
    return [store.leads.get(number) for number in range(1, 61)]


def test_every_filter_alone_and_together(store, many):
    generator = random.Random(8)
    choices = {
        "status": STATUSES,
        "group": GROUPS,
        "country": COUNTRIES,
        "source": SOURCES,
        "masked": (True, False),
        "taxon": ("Panthera tigris", "none"),
        "language": ("th",),
        "seller": ("Bo",),
        "min_score": (0.5,),
        "relevant": (True, False, None),
    }
    queries = [LeadQuery(), LeadQuery(relevant=None)]
    queries += [
        LeadQuery(**{name: value, "relevant": None} | ({"relevant": value} if name == "relevant" else {}))
        for name, values in choices.items()
        for value in values
    ]
    for _ in range(15):
        names = generator.sample(sorted(choices), 3)
        queries.append(LeadQuery(**{name: generator.choice(choices[name]) for name in names}))
    for query in queries:
        expected = [lead for lead in many if matches(lead, query)]
        found = store.leads.query(replace(query, limit=100))
        assert found.total == len(expected), query
        assert found.rows == tuple(sorted(expected, key=lambda lead: (-lead.facts.score, lead.id))), query
        newest = store.leads.query(replace(query, limit=100, order="newest"))
        assert newest.rows == tuple(sorted(expected, key=lambda lead: -lead.id)), query
        pages = [store.leads.query(replace(query, limit=7, offset=start)).rows for start in range(0, 63, 7)]
        assert sum(pages, ()) == found.rows
        assert store.leads.query(replace(query, limit=0)).rows == ()
        check_facets(store.leads.facets(query), many, query)


def check_facets(facets, many, query):
    fields = {
        "status": lambda lead: (lead.status,),
        "group": lambda lead: lead.facts.groups,
        "taxon": lambda lead: lead.facts.taxa,
        "country": lambda lead: lead.facts.countries,
        "source": lambda lead: lead.facts.sources,
        "language": lambda lead: lead.facts.languages,
        "seller": lambda lead: lead.facts.sellers,
    }
    assert set(facets) == set(fields)
    for name, values in fields.items():
        without = replace(query, **{name: None})
        counted = {}
        for lead in many:
            if matches(lead, without):
                for value in values(lead):
                    counted[value] = counted.get(value, 0) + 1
        assert facets[name] == tuple(sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))), (name, query)


def test_by_seller_number(store):
    lead = lead_of(store)
    lead_of(store, 2)
    seller = store.sellers.create("Anna", links=[lead.listings[0]])
    found = store.leads.query(LeadQuery(seller=seller.id))
    assert [one.id for one in found.rows] == [lead.id]
    assert found.rows[0].sellers == (seller.id,)
    assert store.leads.query(LeadQuery(seller=seller.id + 1)).total == 0


def test_a_name_of_any_length_and_letters(store):
    name = "ร้านงาช้าง\x00\ud800" * 60
    lead_of(store, 1, sellers=(name,), taxa=("",))
    assert store.leads.query(LeadQuery(seller=name)).total == 1
    assert len(store.leads.facets(LeadQuery())["seller"]) == 1


def test_no_facts_are_lost_by_a_decision(store):
    lead = lead_of(store)
    event = store.reviews.decide(lead.id, "claimed", "ann")
    after = store.leads.get(lead.id)
    assert (after.status, after.version, after.facts) == ("claimed", 2, lead.facts)
    assert event.after == {"status": "claimed", "version": 2}
    assert store.leads.query(LeadQuery(status="claimed", group="elephant")).total == 1
    assert store.leads.query(LeadQuery(status="new")).total == 0
    assert after.updated_at >= lead.updated_at > NOW.replace(year=2000)
