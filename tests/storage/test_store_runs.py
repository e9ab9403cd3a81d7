"""Runs, their counters and what they skipped; texts."""

from dataclasses import replace
from datetime import timedelta

import pytest
from store_parts import NOW

from storage.records import StoredText


def test_a_run_counts_and_ends(store):
    run = store.runs.start("shop", "crawl")
    assert store.runs.get(run.id) == run
    store.runs.count(run.id, {"fetched": 2, "errors": 1})
    store.runs.count(run.id, {"fetched": 3, "errors": 0})
    store.runs.count(run.id, {})
    ended = store.runs.finish(run.id, "finished", "all well")
    assert (ended.state, ended.note, ended.counters) == ("finished", "all well", {"errors": 1, "fetched": 5})
    assert ended.finished_at >= ended.started_at
    assert store.runs.get(run.id) == ended
    with pytest.raises(KeyError):
        store.runs.get("none")
    with pytest.raises(KeyError):
        store.runs.finish("none", "failed")


def test_runs_newest_first(store):
    runs = [store.runs.start(source, "import") for source in ("a", "b", "a")]
    assert store.runs.list() == tuple(reversed(runs))
    assert store.runs.list("a") == (runs[2], runs[0])
    assert store.runs.list(limit=1) == (runs[2],)


def test_what_was_skipped_is_counted_and_named(store):
    one, two = store.runs.start("a", "crawl").id, store.runs.start("b", "crawl").id
    for run, reason in ((one, "robots"), (one, "too_large"), (one, "robots"), (two, "robots")):
        store.runs.skip(run, "a", f"http://x/{reason}", reason, "because " * 50)
    assert store.runs.skip_counts() == {"robots": 3, "too_large": 1}
    assert store.runs.skip_counts(one) == {"robots": 2, "too_large": 1}
    assert [skip.reason for skip in store.runs.skips(one)] == ["robots", "too_large", "robots"]
    assert store.runs.skips(two)[0].detail == "because " * 50
    assert len(store.runs.skips(limit=2)) == 2
    assert store.runs.skip_counts("none") == {}


def text_of(number=1, **fields):
    return StoredText(
        **{
            "id": "",
            "kind": "article",
            "source": "news",
            "url": f"http://news.example/{number}",
            "capture": "c",
            "seen_at": NOW,
        }
        | fields
    )


def test_a_text_comes_back(store):
    put = text_of(
        title="Seized",
        text="象牙",
        author="A",
        outlet="O",
        published=NOW,
        language="zh",
        pages=("one", "two"),
        relevant=True,
        score=0.75,
        analysis={"events": [{"place": "Hanoi"}]},
    )
    made = store.texts.put(put)
    assert made == replace(put, id=made.id)
    assert store.texts.get(made.id) == made
    assert store.texts.put(replace(put, url="http://NEWS.example/1?utm_source=x#top")).id == made.id
    assert store.texts.list().total == 1
    with pytest.raises(KeyError):
        store.texts.get("none")


def test_a_text_read_again_is_replaced_by_newer_captures_only(store):
    made = store.texts.put(text_of(title="new", seen_at=NOW + timedelta(days=1)))
    assert store.texts.put(text_of(title="old")) == made
    assert store.texts.put(replace(made, title="reread")).title == "reread"


def test_lists_of_texts(store):
    for number in range(9):
        store.texts.put(
            text_of(
                number, kind=("article", "document", "forum")[number % 3], relevant=number > 3, score=number % 4 / 4
            )
        )
    found = store.texts.list(limit=100)
    assert found.total == 9
    assert [text.score for text in found.rows] == sorted((text.score for text in found.rows), reverse=True)
    assert {text.kind for text in store.texts.list(kind="forum").rows} == {"forum"}
    assert store.texts.list(relevant=True).total == 5
    assert store.texts.list(kind="article", relevant=False).total == 2
    assert store.texts.list(limit=4, offset=8).rows == found.rows[8:]
    assert store.texts.list(limit=0).rows == ()
