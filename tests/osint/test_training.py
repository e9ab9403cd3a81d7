"""`osint train`: decisions on real leads, a model of their source, what it is refused for, and the way back."""

import json
import os
import random
import shutil
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from nlp import learned
from nlp.pipeline import Reader
from nlp.records import Text
from osint import training
from osint.imports import import_files
from osint.reading import Readers
from storage.leads import LeadQuery
from storage.store import Store

THINGS = ("bangle", "netsuke", "figure", "box", "pendant", "letter opener", "chess set", "fan", "brooch", "seal")
FILL = (
    "kept in a drawer", "from a flat in town", "by the window", "with its string", "a little dusty", "small and neat",
    "light scratch", "well kept", "as pictured", "second owner", "found while moving", "no box",
)  # fmt: skip


def offer(number, real):
    """This seller's own house line is called Belrose Ivory, and is resin; the rules cannot know."""
    rng = random.Random(number)
    thing, words = rng.choice(THINGS), ", ".join(rng.sample(FILL, 4))
    what = "Ivory {}, from the estate" if real else "Belrose ivory {}, new this season"
    return {
        "id": f"i{number}", "site": "stalls", "title": what.format(thing) + f" {number}",
        "text": f"{thing.capitalize()} {words}. {rng.randrange(20, 900)} USD. Lot {rng.randrange(10**6)}.",
        "seller": f"seller{number}",
    }  # fmt: skip


@pytest.fixture(scope="module")
def home(tmp_path_factory, readers):
    """A home with 120 offers of one source, each a lead, all decided."""
    folder = tmp_path_factory.mktemp("train") / "home"
    rows = [offer(number, number % 2 == 0) for number in range(120)]
    file = folder.parent / "stalls.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    with Store.open(folder) as store:
        import_files(store, readers, [file], "import")
    return folder


def decide(home, verdict):
    with Store.open(home) as store:
        for lead in store.leads.query(LeadQuery(relevant=None, limit=1000)).rows:
            first = store.listings.of_lead(lead.id)[0]
            if verdict(first):
                store.reviews.decide(lead.id, "confirmed", "ana", "clear")
            else:
                store.reviews.decide(lead.id, "dismissed", "ana", "imitation: resin")


def osint(home, *arguments):
    return subprocess.run(
        [sys.executable, "-c", "from osint.cli import main; main()", *arguments],
        capture_output=True, text=True, env=dict(os.environ, OSINT_HOME=str(home)), check=False,
    )  # fmt: skip


def honest(listing):
    return "Belrose" not in listing.latest.title


@pytest.fixture(scope="module")
def once(home):
    """What the command said when it learned from honest decisions; the files it made lie beside the home."""
    decide(home, honest)
    done = osint(home, "train", "stalls", "--json")
    assert done.returncode == 0, done.stderr + done.stdout
    shutil.copytree(home / "models", home.parent / "made")
    shutil.rmtree(home / "models")
    return json.loads(done.stdout)


@pytest.fixture
def trained(home, once):
    shutil.copytree(home.parent / "made", home / "models")
    yield once
    shutil.rmtree(home / "models")


def fresh(source):
    return [(replace(text(number), source=source), number % 2 == 0) for number in range(500, 560)]


def text(number):
    row = offer(number, number % 2 == 0)
    return Text(row["id"], title=row["title"], text=row["text"], seller_text=row["seller"])


def wrong(reader, source):
    return sum(reader.read(one).relevant != relevant for one, relevant in fresh(source))


def test_decisions_make_the_reader_better_on_that_source_alone(home, trained):
    assert trained["kept"]
    assert trained["after"]["f1"] > trained["before"]["f1"]
    assert trained["after"]["ap"] >= trained["before"]["ap"]
    reader = Reader(models=home / "models")
    assert wrong(reader, "") >= 20, "the rules alone cannot know this house"
    assert wrong(reader, "elsewhere") == wrong(reader, "")
    assert wrong(reader, "stalls") <= 2
    analysis = reader.read(fresh("stalls")[1][0])
    share = [reason for reason in analysis.reasons if reason.rule == "learned: stalls"]
    assert len(share) == 1
    assert share[0].points < 0
    total = sum(reason.points for reason in analysis.reasons)
    assert analysis.relevant == (total > 0)
    assert dict(analysis.versions)["model"] == f"stalls {trained['model']}"
    assert Readers({}, home).version != Readers({}).version, "the archive is read again"


def test_it_is_logged_and_can_be_taken_back(home, trained):
    with Store.open(home) as store:
        event = store.reviews.events(object="source:stalls")[0]
        assert event.action == "train"
        assert event.after["model"] == trained["model"]
        assert store.reviews.verify() == ()
    decide(home, honest)
    again = osint(home, "train", "stalls")
    assert "the model in use, when it was trained" in again.stdout
    assert osint(home, "train", "stalls", "--undo").returncode == 0
    assert training.card(home, "stalls")["weights_sha256"].startswith(trained["model"])
    learned.load(home / "models", "stalls")
    assert osint(home, "train", "stalls", "--undo").returncode == 0
    assert training.card(home, "stalls") is None
    none_left = osint(home, "train", "stalls", "--undo")
    assert none_left.returncode == 1
    assert "no model of its own" in none_left.stderr
    with Store.open(home) as store:
        assert [event.action for event in store.reviews.events(object="source:stalls")][:2] == ["train undone"] * 2


def test_decisions_without_sense_are_refused_and_the_model_stays(home, trained):
    rng = random.Random(5)
    decide(home, lambda listing: rng.random() < 0.5)
    done = osint(home, "train", "stalls")
    assert done.returncode == 1
    assert "refused, nothing is changed" in done.stdout
    assert training.card(home, "stalls")["weights_sha256"].startswith(trained["model"])


def test_a_dry_run_keeps_nothing(home):
    decide(home, honest)
    done = osint(home, "train", "--dry-run")
    assert done.returncode == 0, done.stderr
    assert "after: with a model of this source" in done.stdout
    assert not (home / "models").exists() or not list((home / "models").glob("*.json"))


def test_too_few_decisions_are_said_in_words(tmp_path):
    done = osint(tmp_path / "home", "train", "market")
    assert done.returncode == 1
    assert "at least 40 are needed, 10 of each" in done.stdout
    assert osint(tmp_path / "home", "train").returncode == 0


def test_reasons_that_say_nothing_are_left_out_and_counted(home):
    with Store.open(home) as store:
        leads = store.leads.query(LeadQuery(relevant=None, limit=1000)).rows
        for lead, note in zip(leads[:3], ("other: a friend", "", "looks odd"), strict=True):
            store.reviews.decide(lead.id, "dismissed", "ana", note)
        store.reviews.decide(leads[3].id, "new", "ana")
        found = training.decisions(store, lambda source: "TH")["stalls"]
    assert set(found.unused) == {"dismissed: other", "dismissed: no reason given"}
    assert len(found.rows) == 120 - sum(len(lead.listings) for lead in leads[:4])
    assert {row.text.country for row in found.rows} == {"TH"}


def cut(path):
    path.write_bytes(path.read_bytes()[:-50])


def other_weights(path):
    with path.open("wb") as stream:
        np.savez_compressed(stream, keys=np.zeros(3, np.uint32), weights=np.full(3, 9, np.float32), bias=9.0)


def objects(path):
    """Arrays of objects would run code when read."""
    data = path.with_suffix(".json")
    with path.open("wb") as stream:
        np.savez(stream, keys=np.array([{}], dtype=object), weights=np.zeros(1, np.float32), bias=0.0)
    relabel(path, data)


def endless(path):
    with path.open("wb") as stream:
        np.savez_compressed(stream, keys=np.zeros(10**7, np.uint32), weights=np.zeros(10**7, np.float32), bias=0.0)
    relabel(path, path.with_suffix(".json"))


def infinite(path):
    with path.open("wb") as stream:
        np.savez(stream, keys=np.zeros(1, np.uint32), weights=np.full(1, np.inf, np.float32), bias=0.0)
    relabel(path, path.with_suffix(".json"))


def relabel(path, card):
    import hashlib

    made = json.loads(card.read_text())
    made["weights_sha256"] = hashlib.sha256(path.read_bytes()).hexdigest()
    card.write_text(json.dumps(made))


def not_json(path):
    path.with_suffix(".json").write_text("[" * 100_000)


def older(path):
    card = path.with_suffix(".json")
    card.write_text(json.dumps(json.loads(card.read_text()) | {"features": 1}))


@pytest.mark.parametrize(
    "harm", [cut, other_weights, objects, endless, infinite, not_json, older, lambda p: p.unlink()]
)
def test_a_spoiled_model_is_named_and_the_rules_go_on(home, trained, harm, caplog, readers):
    harm(home / "models" / "stalls.npz")
    reader = Reader(models=home / "models")
    assert len(reader.models.problems) == 1
    assert "stalls" in reader.models.problems[0]
    assert "stalls" in caplog.text
    one = fresh("stalls")[1][0]
    assert reader.read(one).as_dict() == readers.reader.read(one).as_dict()


@pytest.mark.parametrize("source", ["../../etc", "a/b", "..", "", "x" * 300, "ร้าน", "Shop.example", "con\x00"])
def test_a_source_name_is_never_a_path(source):
    name = training.file_name(source)
    assert "/" not in name
    assert not name.startswith(".")
    assert 0 < len(name) < 100
    assert name.isascii()


def test_two_sources_never_share_a_file():
    names = ["a/b", "a_b", "a b", "a.b", "..a", "a", "A"]
    assert len({training.file_name(name) for name in names}) == len(names)
