"""The commands as people and scripts call them: answers, exit codes, and what is said of wrong use."""

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

CASES = Path(__file__).parent / "cases"


@pytest.fixture
def osint(tmp_path):
    def run(*arguments, feed=None):
        code = "from osint.cli import main; main()"
        env = dict(os.environ, OSINT_HOME=str(tmp_path / "home"))
        return subprocess.run(
            [sys.executable, "-c", code, *map(str, arguments)],
            input=feed, capture_output=True, text=True, env=env, check=False,
        )  # fmt: skip

    return run


def test_analyse_keeps_order_and_names_bad_lines(osint):
    feed = "\n".join([
        '{"id": "a", "kind": "listing", "title": "Genuine elephant ivory bangle", "text": "300 USD"}',
        "not json",
        '["no", "object"]',
        '{"id": "b", "kind": "listing", "title": "Ivory white wedding dress", "text": "size 38"}',
    ])  # fmt: skip
    done = osint("analyse", feed=feed)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row.get("id") for row in rows if "error" not in row] == ["a", "b"]
    assert [row["line"] for row in rows if "error" in row] == [2, 3]
    assert rows[0]["relevant"]
    assert not rows[3]["relevant"]
    assert done.returncode == 3


def test_extract_answers_every_row(osint, tmp_path):
    page = tmp_path / "page.html"
    page.write_text("<html><head><title>Bangle</title></head><body><h1>Bangle</h1><p>Price: $300</p></body></html>")
    rows = [{"id": 1, "url": "https://m.example/item/1", "path": str(page)}, {"id": 2, "path": str(tmp_path / "none")}]
    done = osint("extract", "--jsonl", feed="".join(json.dumps(row) + "\n" for row in rows))
    answers = {row["id"]: row for row in map(json.loads, done.stdout.splitlines())}
    assert answers[1]["page"]
    assert "error" in answers[2]


def test_import_leads_export_verify(osint, tmp_path):
    bad = tmp_path / "bad.pdf"
    bad.write_bytes(b"%PDF-1.4 broken")
    done = osint("import", CASES / "resolve.jsonl", CASES / "hostile.jsonl", bad)
    assert done.returncode == 3, done.stderr
    assert "bad.pdf" in done.stderr + done.stdout
    rows = [json.loads(line) for line in osint("leads", "--all", "--format", "jsonl").stdout.splitlines()]
    assert sum(len(row["listings"]) for row in rows) == 36
    table = osint("leads").stdout.splitlines()
    assert table[0].startswith("lead")
    sheet = list(csv.reader(io.StringIO(osint("leads", "--all", "--format", "csv").stdout)))
    assert len(sheet) > 5
    assert not [cell for row in sheet for cell in row if cell[:1] in ("=", "+", "-", "@")], "a spreadsheet would run it"
    lead = rows[0]["lead"]
    made = osint("export", lead, "--why", "a test")
    assert made.returncode == 0, made.stderr
    assert osint("verify", made.stdout.splitlines()[-1]).returncode == 0
    assert osint("audit", "verify").returncode == 0
    assert osint("captures", "verify").returncode == 0


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("export", "L99"), "no such lead"),
        (("export", "twelve"), "not a lead"),
        (("import", "nowhere.warc"), "no such file"),
        (("verify", "nowhere.zip"), "no such package"),
        (("crawl",), "name a source"),
        (("crawl", "nowhere"), "no source called nowhere"),
        (("sources", "check", "nowhere"), "no source called nowhere"),
        (("serve", "--host", "0.0.0.0"), "not an address of this machine alone"),
    ],
)
def test_wrong_use_is_one_clear_line(osint, arguments, word):
    done = osint(*arguments)
    assert done.returncode == 2
    assert word in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_typo_in_a_profile_names_file_and_key(osint, tmp_path):
    folder = tmp_path / "home" / "sites"
    folder.mkdir(parents=True)
    (folder / "mine.toml").write_text('kind = "market"\ntitle = "Mine"\nstrat = ["https://mine.example/"]\n')
    done = osint("sources", "list")
    assert done.returncode == 1
    assert "mine.toml" in done.stderr
    assert "strat" in done.stderr


def test_a_profile_is_written_for_a_new_site_and_is_valid(osint, tmp_path):
    done = osint("sources", "new", "https://market.example/")
    assert done.returncode == 0, done.stderr
    written = Path(done.stdout.strip())
    assert written.is_relative_to(tmp_path / "home" / "sites")
    assert osint("sources", "check", written.stem).returncode == 0
    assert osint("sources", "new", "https://market.example/").returncode == 1, "what is there is not overwritten"


def test_config_says_where_each_setting_came_from(osint):
    rows = [json.loads(line) for line in osint("config", "--json").stdout.splitlines()]
    assert {row["key"]: row["origin"] for row in rows}["home"] == "OSINT_HOME"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("tiger", ["Panthera tigris (species): Appendix I", "word for the group tiger", "lineage", "[lexicons/th.tsv"]),
        ("Phataginus tricuspis", ["Manis tricuspis (species): Appendix I", "synonym (Phataginus tricuspis)"]),
        ("ivory", ["2 meanings", "IVC", "it implies the group elephant"]),
        ("Mustelus mustelus", ["Appendix II", "2027-06-05 (adopted at CoP20)"]),
        ("budgerigar", ["not in the CITES Appendices", "excluded from the listing of Psittaciformes"]),
        ("Panthera leo", ["Appendix I/II", "populations of India", "Catalogue of Life"]),
    ],
)
def test_taxa_tells_what_a_name_means(osint, name, said):
    done = osint("taxa", name)
    assert done.returncode == 0, done.stderr
    flat = " ".join(done.stdout.split())
    for words in said:
        assert words in flat


def test_taxa_suggests_what_is_near_and_fails(osint):
    done = osint("taxa", "Panthera tigriss")
    assert done.returncode == 1
    assert "Panthera tigris" in done.stderr
    done = osint("taxa", "Panthera tigriss", "--json")
    assert done.returncode == 1
    assert "Panthera tigris" in json.loads(done.stdout)["near"]


def test_taxa_as_json_has_every_meaning(osint):
    record = json.loads(osint("taxa", "穿山甲", "--json").stdout)
    assert [one["taxon"]["name"] for one in record["meanings"]] == ["Manidae", "Manis pentadactyla"]
    assert record["meanings"][0]["taxon"]["cites"] == "I"
    assert {"vi", "th", "zh", "en"} <= set(record["meanings"][0]["names"])
