"""The log: append-only, chained; any change, removal, reordering or cut is found."""

import random
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from store_parts import NOW, lead_of

from storage import chain
from storage.columns import micros
from storage.errors import Conflict
from storage.records import Event


def test_an_entry_comes_back(store):
    made = store.reviews.log(
        "ann", "export", "export:1", "for the court \x00\ud800", {"a": None}, {"leads": (1, 2), "ok": True}
    )
    assert (made.seq, made.prev, made.after) == (1, chain.START, {"leads": [1, 2], "ok": True})
    assert made.note == "for the court \ufffd\ufffd"
    assert store.reviews.events() == (made,)
    assert abs(datetime.now(UTC) - made.at) < timedelta(minutes=1)
    assert store.reviews.head() == (1, made.hash)
    assert store.reviews.verify() == ()


def test_no_floats(store):
    for value in (0.5, {"x": [1, {"y": 0.5}]}, float("nan")):
        with pytest.raises(TypeError, match="no floats"):
            store.reviews.log("ann", "export", "export:1", after={"a": value})
    assert store.reviews.events() == ()


def test_a_decision_that_others_overtook(store):
    lead = lead_of(store)
    store.reviews.decide(lead.id, "confirmed", "ann", "ivory", lead.version)
    with pytest.raises(Conflict, match="has changed since"):
        store.reviews.decide(lead.id, "dismissed", "bob", "resin", lead.version)
    assert store.leads.get(lead.id).status == "confirmed"
    assert [event.action for event in store.reviews.events(object=f"lead:{lead.id}")] == ["confirmed"]
    with pytest.raises(KeyError):
        store.reviews.decide(99, "confirmed", "ann")
    with pytest.raises(ValueError, match="unknown status"):
        store.reviews.decide(lead.id, "guilty", "ann")


def test_entries_are_found(store):
    for number in range(6):
        store.reviews.log("ann", "view", f"lead:{number % 2}")
    assert [event.seq for event in store.reviews.events(object="lead:1")] == [6, 4, 2]
    assert [event.seq for event in store.reviews.events(limit=2)] == [6, 5]
    assert [event.seq for event in store.reviews.events(after_seq=4)] == [6, 5]
    assert store.reviews.events(object="lead:7") == ()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE events SET note = 'x'",
        "UPDATE events SET hash = hash WHERE seq = 2",
        "DELETE FROM events",
        "DELETE FROM events WHERE seq = 3",
        "TRUNCATE events",
        "REPLACE INTO events SELECT seq, at, who, action, object, object_key, 'x', before, after, prev, hash "
        "FROM events",
        "INSERT INTO events SELECT * FROM events WHERE seq = 1",
        "INSERT INTO events SELECT * FROM events WHERE seq = 1 ON CONFLICT (seq) DO UPDATE SET note = 'x'",
    ],
)
def test_the_database_refuses_to_rewrite_it(store, statement):
    made = [store.reviews.log("ann", "view", "lead:1") for _ in range(3)]
    if statement.startswith("TRUNCATE") and store.database.dialect == "sqlite":
        pytest.skip("no such statement")
    with pytest.raises(DBAPIError), store.database.write() as connection:
        connection.execute(text(statement))
    assert store.reviews.events() == tuple(reversed(made))


def test_who_goes_round_the_guards_is_found_out(store, home):
    """The owner of the database can do anything, but not unseen."""
    for number in range(5):
        store.reviews.log("ann", "view", f"lead:{number}")
    head = store.reviews.head()
    on = "" if store.database.dialect == "sqlite" else " ON events"
    with store.database.write() as connection:
        connection.execute(text(f"DROP TRIGGER events_no_update{on}"))
        connection.execute(text(f"DROP TRIGGER events_no_delete{on}"))
        connection.execute(text("UPDATE events SET who = 'bob' WHERE seq = 2"))
        connection.execute(text("DELETE FROM events WHERE seq = 4"))
    assert store.reviews.verify() == (
        "entry 2 was changed",
        "entry 4 is missing",
        "entry 5 does not follow the one before it",
    )
    with store.database.write() as connection:
        connection.execute(text("UPDATE events SET who = 'ann' WHERE seq = 2"))
        connection.execute(text("DELETE FROM events WHERE seq = 5"))
    assert store.reviews.verify() == (), "a log that was cut looks whole by itself"
    assert store.reviews.verify(head) == ("the log ends before entry 5, which was kept as its head",)


plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
entries = st.tuples(
    st.text(max_size=9),
    st.text(max_size=9),
    st.text(max_size=9),
    st.text(max_size=9),
    st.dictionaries(st.text(max_size=5), plain, max_size=3),
)


def built(rows, at=NOW):
    events, prev = [], chain.START
    for number, (who, action, object, note, after) in enumerate(rows, start=1):
        when = at + timedelta(seconds=number)
        made = chain.digest(prev, number, micros(when), who, action, object, note, "{}", chain.canonical(after))
        events.append(Event(number, when, who, action, object, note, {}, after, prev, made))
        prev = made
    return events


@given(st.lists(entries, min_size=1, max_size=6), st.data())
@settings(max_examples=300, deadline=None)
def test_any_mutation_of_the_chain_is_found(rows, data):
    rows = [
        (*row[:4], {key.encode("utf-8", "replace").decode(): value for key, value in row[4].items()}) for row in rows
    ]
    events = built(rows)
    head = (events[-1].seq, events[-1].hash)
    assert chain.check(events) == chain.check(events, head) == ()
    place = data.draw(st.integers(0, len(events) - 1))
    one = events[place]
    ways = {
        "who": replace(one, who=one.who + "x"),
        "action": replace(one, action=one.action + " "),
        "object": replace(one, object="x" + one.object),
        "note": replace(one, note=one.note + "\n"),
        "at": replace(one, at=one.at + timedelta(microseconds=1)),
        "after": replace(one, after={**one.after, "new": 1}),
        "before": replace(one, before={"new": 1}),
        "hash": replace(one, hash="0" * 64),
        "prev": replace(one, prev="f" * 64),
        "seq": replace(one, seq=one.seq + 1),
    }
    way = data.draw(st.sampled_from([*ways, "cut", "remove", "double", "swap", "rewrite"]))
    if way in ways:
        changed = [*events[:place], ways[way], *events[place + 1 :]]
    elif way == "cut":
        changed = events[:place]
    elif way == "remove":
        changed = events[:place] + events[place + 1 :]
    elif way == "double":
        changed = events[: place + 1] + events[place:]
    elif way == "swap":
        other = data.draw(st.integers(0, len(events) - 1))
        changed = list(events)
        changed[place], changed[other] = changed[other], changed[place]
    else:  # all from here on is made anew, with right hashes: only a head kept elsewhere shows it
        changed = built([*rows[:place], ("x" + rows[place][0], *rows[place][1:]), *rows[place + 1 :]])
    if changed == events:
        return
    assert chain.check(changed, head)


@given(st.dictionaries(st.text(max_size=5), plain, max_size=4))
@settings(max_examples=200, deadline=None)
def test_canonical_json_has_one_form(value):
    once = chain.canonical(value)
    shuffled = list(value.items())
    random.Random(1).shuffle(shuffled)
    assert chain.canonical(dict(shuffled)) == once
    assert chain.canonical(chain.plain(value)) == once


def test_threads_append_one_after_the_other(store):
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda number: store.reviews.log("ann", "view", f"lead:{number}"), range(80)))
    assert [event.seq for event in store.reviews.events(limit=100)] == list(range(80, 0, -1))
    assert store.reviews.verify() == ()


def test_a_long_log_is_read_in_parts(store, monkeypatch):
    monkeypatch.setattr("storage.reviews.BATCH", 3)
    for number in range(7):
        store.reviews.log("ann", "view", f"lead:{number}")
    assert store.reviews.verify(store.reviews.head()) == ()


def test_the_guard_holds_for_other_programs_too(store, home):
    """Anybody with the sqlite3 command: their connection has not our pragmas, the triggers are in the file."""
    if store.database.dialect != "sqlite":
        pytest.skip("SQLite's own")
    store.reviews.log("ann", "view", "lead:1")
    with sqlite3.connect(home / "osint.db") as connection, pytest.raises(sqlite3.DatabaseError, match="append-only"):
        connection.execute("DELETE FROM events")
