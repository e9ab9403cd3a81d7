"""A package of a real store: whole, honest, the same twice, and never half."""

import csv
import hashlib
import json
import re
import shutil
import sqlite3
import sys
import zipfile
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from export_parts import NOW, TEXT, THAI, World, analysis, options, verifier

from osint.export import cells, command, package
from osint.export.dossier import gather
from osint.export.formats import FORMATS
from osint.export.formats.csv import rows_text
from osint.export.options import ExportError
from osint.export.package import build
from osint.export.verifier.main import main, verify
from osint.export.wacz import key_of


@pytest.fixture
def world(tmp_path):
    world = World(tmp_path / "home")
    yield world
    world.store.close()


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """(world, unpacked package, zip, public key), made once for the tests that only look."""
    home = tmp_path_factory.mktemp("home")
    world = World(home)
    steps = []
    zipped = build(world.store, [world.lead], home / "out", options(progress=lambda *step: steps.append(step)))
    assert {"copying captures", "setting the report", "writing tables", "packing", "verifying"} <= {
        step[0] for step in steps
    }
    yield world, zipped.with_suffix(""), zipped, home / "keys" / "signing.pub.pem"
    world.store.close()


def lead_json(bag):
    return json.loads((bag / "data/lead.json").read_text(encoding="utf-8"))


def test_an_untouched_package_passes_both_ways(made):
    _, bag, zipped, key = made
    for path in (bag, zipped):
        report = verify(path, key)
        assert report.ok, report.lines()
        assert report.pinned
        assert report.figures["captures"] == 4
        assert report.figures["records"] == 9
        exit_code, theirs = verifier(bag, path, "--key", key)
        assert exit_code == 0
        assert theirs == json.loads(json.dumps(report.as_dict()))


def test_without_a_key_it_says_plainly_who_was_not_checked(made, capsys):
    _, bag, zipped, key = made
    assert main([str(zipped)]) == 0
    said = capsys.readouterr().out
    assert "only against the key inside" in said
    assert "WHO signed was not checked" in said
    assert verify(zipped).signer in said
    assert main([str(zipped), "--key", str(key)]) == 0
    assert "WHO signed" not in capsys.readouterr().out
    assert main(["--codes"]) == 0
    assert "KEY-OTHER" in capsys.readouterr().out
    assert verifier(bag)[0] == 0, "without a path the script checks the package it lies in"
    assert not list(bag.rglob("__pycache__"))


def test_the_packaged_verifier_is_the_products_own(made):
    _, bag, _, _ = made
    own = Path(package.__file__).parent / "verifier"
    for path in (bag / "verifier").iterdir():
        assert path.read_bytes() == (own / path.name).read_bytes()
    assert (bag / "verify.py").read_bytes() == (own / "verify.py").read_bytes()
    allowed = set(sys.stdlib_module_names) | {"osint"}
    for path in own.glob("*.py"):
        for name in re.findall(r"^\s*(?:from|import) (\w+)", path.read_text(), re.MULTILINE):
            assert name in allowed, f"{path.name} imports {name}"


def test_by_hand_with_common_tools(made):
    """What VERIFY.txt tells people to type."""
    import subprocess

    _, bag, _, key = made
    for manifest in ("tagmanifest-sha256.txt", "manifest-sha256.txt"):
        done = subprocess.run(["sha256sum", "-c", "--quiet", manifest], cwd=bag, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr
    command = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", str(key), "-rawin", "-in", "tagmanifest-sha256.txt"]
    command += ["-sigfile", "signature/tagmanifest-sha256.txt.sig"]
    if shutil.which("openssl"):
        assert subprocess.run(command, cwd=bag, capture_output=True, check=False).returncode == 0
        text = (bag / "VERIFY.txt").read_text()
        assert all(part in text for part in command if part != str(key))


def test_other_peoples_validators_agree(made):
    bagit = pytest.importorskip("bagit")
    jsonschema = pytest.importorskip("jsonschema")
    _, bag, _, _ = made
    assert bagit.Bag(str(bag)).validate()
    schema = json.loads((bag / "data/lead.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(lead_json(bag), schema)


def test_captures_are_the_stores_own_bytes(made):
    from warcio.archiveiterator import ArchiveIterator

    world, bag, _, _ = made
    lead = lead_json(bag)
    assert len(lead["captures"]) == 4, "two of the first listing, its picture, one of the second"
    for row in lead["captures"]:
        capture = world.store.captures.get(row["id"])
        whole = (world.home / "warc" / capture.warc).read_bytes()
        with zipfile.ZipFile(bag / "data" / row["wacz"]) as archive:
            assert archive.getinfo("archive/data.warc.gz").compress_type == zipfile.ZIP_STORED
            warc = archive.read("archive/data.warc.gz")
        for record in row["records"]:
            raw = warc[record["offset"] : record["offset"] + record["length"]]
            assert raw in whole
            assert hashlib.sha256(raw).hexdigest() == record["sha256"]
        assert row["store"]["warc"] == capture.warc
    with zipfile.ZipFile(bag / "data/captures/0001.wacz") as archive:
        kinds = []
        with archive.open("archive/data.warc.gz") as file:
            for record in ArchiveIterator(file, check_digests="raise"):
                record.content_stream().read()
                kinds.append(record.rec_type)
    assert kinds == ["request", "response", "resource", "request", "response"], "the page, its screenshot, its picture"


def test_lead_json_holds_what_was_seen_and_who_says_so(made):
    world, bag, _, _ = made
    lead = lead_json(bag)
    one = lead["leads"][0]
    assert one["status"] == {
        "value": "confirmed", "by": "person", "who": "ana@unit.example", "at": one["status"]["at"], "log_entry": 4,
    }  # fmt: skip
    assert one["summary"]["by"] == "machine"
    first = next(listing for listing in lead["listings"] if listing["external_id"] == "item-1")
    assert [version["fields"]["price"]["value"]["amount"] for version in first["versions"]] == ["4800", "4500.00"]
    price = first["versions"][1]["fields"]["price"]
    assert price == {
        "value": {"amount": "4500.00", "currency": "THB"},
        "raw": "฿4,500",
        "origin": "json-ld",
        "by": "machine",
    }
    assert "gone_at" in first
    assert "seller_url" not in first["versions"][0]["fields"]["seller"]["value"]
    assert first["versions"][0]["analysis"]["taxa"][0]["name"] == "Elephantidae"
    assert set(lead["left_out_meaning"]) == set(lead["left_out"])
    lead["left_out"].pop("undrawn", None)  # the elephant, on machines without a font of pictograms
    assert lead["left_out"] == {"log_entry": 1, "picture": 1, "seller_link": 1}
    assert lead["package"]["purpose"] == "Report to the prosecutor"
    assert lead["package"]["created_at"] == "2026-11-24T10:00:00Z"
    assert world.run in {capture["run"] for capture in lead["captures"]}


def test_other_matters_stay_out(made):
    _, bag, _, _ = made
    for path in bag.rglob("*"):
        if path.is_file():
            assert b"about another matter" not in path.read_bytes(), path
            assert b"ben@unit.example" not in path.read_bytes(), path
    lines = [json.loads(line) for line in (bag / "data/audit.jsonl").read_text().splitlines()]
    assert [line.get("withheld", False) for line in lines] == [False, False, True, False]
    assert lines[0]["action"] == "seal", "the hash of the WARC file when it was closed"


def test_method_and_provenance(made):
    _, bag, _, key = made
    method = json.loads((bag / "data/method.json").read_text())
    assert method["readers"] == {"lexicon": {"2026.11": 2}, "rules": {"1": 2}}
    assert method["report_pdf"]["made"]
    assert method["clock"]["synchronised"] in ("yes", "no", "not known")
    assert method["installed"]["warcio"]
    graph = json.loads((bag / "data/provenance.jsonld").read_text())
    nodes = {node["@id"]: node for node in graph["@graph"]}
    assert len(nodes) == len(graph["@graph"])
    hashes = re.findall(r'"@value": "([0-9a-f]{64})"', json.dumps(graph))
    assert hashes == [capture["sha256"] for capture in lead_json(bag)["captures"]]
    for reference in re.findall(r'\{"@id": "([^"]+)"\}', json.dumps(graph)):
        assert reference in nodes
    info = (bag / "bag-info.txt").read_text()
    assert verify(bag, key).signer in info


def test_the_report_for_people_holds_the_text(made):
    import pypdfium2

    _, bag, _, _ = made
    document = pypdfium2.PdfDocument(bag / "data/report.pdf")
    text = re.sub(r"\s+", " ", "\n".join(page.get_textpage().get_text_range() for page in document))
    for words in (
        "ivory bangle",
        "ships discreetly",
        "Ana Officer, Unit 3",
        "Case 2026/117",
        "4,500 THB",
        "ana@unit.example",
    ):
        assert words in text
    for capture in lead_json(bag)["captures"]:
        assert capture["sha256"] in text
    picture = document[0].render(scale=1).to_pil()
    assert len(picture.convert("L").getcolors()) > 20, "the first page is not empty"
    raw = (bag / "data/report.pdf").read_bytes()
    assert b"pdfaid" in raw
    html = (bag / "data/report.html").read_text(encoding="utf-8")
    for words in ("<mark>", 'class="against"', "data:image/jpeg;base64,", "&lt;script&gt;alert(1)", "ผู้ขายยืนยัน"):
        assert words in html
    outside = re.sub(r'data:image/jpeg;base64,[^"]*', "", html)
    assert "<script" not in outside
    assert not re.search(r"""(?:src|href|url)\s*[=(]\s*["']?(?:http|//|file)""", outside)
    assert "default-src 'none'" in html


def test_tables_hold_no_formulas(made):
    import openpyxl

    _, bag, _, _ = made
    with (bag / "data/exports/listings.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 2
    second = next(row for row in rows if row["price_text"] == "-4500")
    assert second["text"].startswith("'=cmd|")
    assert second["title"].startswith("'@SUM")
    book = openpyxl.load_workbook(bag / "data/exports/listings.xlsx")
    found = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert any(str(cell.value).startswith("=cmd|") for cell in found)
    assert all(cell.data_type != "f" and cell.hyperlink is None for cell in found)
    assert set(book.sheetnames) == {"listings", "captures"}
    lines = [json.loads(line) for line in (bag / "data/exports/leads.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [line["type"] for line in lines] == ["lead", "seller", "listing", "listing"]
    assert next(line for line in lines if line["type"] == "listing")["versions"][0]["read"]["text"] == TEXT


@pytest.mark.parametrize(
    "text", ["=1+1", "+cmd", "-2+3", "@SUM", "\t=1", "＝1", " =1", "\u200b=1", '"=1', "|calc", "\r=1"]
)
def test_what_a_spreadsheet_could_run_is_defused(text):
    assert cells.defused(text).startswith("'")


@pytest.mark.parametrize("text", ["-4500", "12.5", "-0.5", "ivory", "งาช้าง", "a=b", ""])
def test_what_it_could_not_is_left(text):
    assert cells.defused(text) == text


def test_rows_as_csv():
    rows = [{"lead": "L1", "taxa": ["a", "b"], "price": {"amount": "1"}, "x": None, "n": -3, "t": "=1"}]
    head, row = rows_text(rows).splitlines()
    assert head == '"lead","taxa","price","x","n","t"'
    assert row == '"L1","a; b","{""amount"": ""1""}","","-3","\'=1"'
    assert rows_text([]) == ""


def test_formats_are_found_without_being_registered():
    assert {"csv", "xlsx", "jsonl"} <= set(FORMATS)
    for name, found in FORMATS.items():
        assert found.name == name
        assert found.about
        assert found.file
    with pytest.raises(KeyError, match="there are: csv"):
        FORMATS["doc"]


def test_the_export_is_logged_before_it_has_its_name(world, tmp_path, monkeypatch):
    seen = []
    log = world.store.reviews.log

    def watch(*given, **more):
        seen.append([path.name for path in (tmp_path / "out").iterdir() if not path.name.startswith(".")])
        return log(*given, **more)

    monkeypatch.setattr(world.store.reviews, "log", watch)
    zipped = build(world.store, [world.lead], tmp_path / "out", options())
    assert seen == [[], []]
    entry, on_lead = sorted(
        (event for event in world.store.reviews.events(limit=50) if event.action == "export"),
        key=lambda event: event.seq,
    )
    assert entry.who == "Ana Officer, Unit 3"
    assert entry.note == "Report to the prosecutor (Case 2026/117)"
    assert entry.after["zip_sha256"] == hashlib.sha256(zipped.read_bytes()).hexdigest()
    tags = zipped.with_suffix("") / "tagmanifest-sha256.txt"
    assert entry.after["tagmanifest_sha256"] == hashlib.sha256(tags.read_bytes()).hexdigest()
    assert entry.after["leads"] == [world.lead]
    assert on_lead.object == f"lead:{world.lead}"
    assert world.store.reviews.verify() == ()
    again = build(world.store, [world.lead], tmp_path / "again", options())
    history = lead_json(again.with_suffix(""))["history"]
    assert history[-1]["action"] == "export", "who had it before stands in the next package"


def test_the_same_export_of_the_same_store_has_the_same_bytes(world, tmp_path):
    first = build(world.store, [world.lead], tmp_path / "one", options())
    with sqlite3.connect(world.home / "osint.db") as database:  # the second store: the first before that export
        for trigger in ("events_no_delete", "events_no_update"):
            database.execute(f"DROP TRIGGER {trigger}")
        database.execute("DELETE FROM events WHERE action = 'export'")
    database.close()
    second = build(world.store, [world.lead], tmp_path / "two", options())
    assert first.read_bytes() == second.read_bytes()
    with zipfile.ZipFile(first) as archive:
        assert {info.date_time for info in archive.infolist()} == {(2026, 11, 24, 10, 0, 0)}
        assert archive.namelist() == sorted(archive.namelist())


@pytest.mark.parametrize("step", ["sealed", "packed", "verified", "logged", "renamed"])
def test_an_export_that_was_cut_off_leaves_nothing_that_looks_finished(step, world, tmp_path, monkeypatch):
    def cut(*given, **more):
        raise OSError("the disk is full")

    name = {
        "sealed": "osint.export.bag.Bag.seal", "packed": "osint.export.bag.Bag.pack", "renamed": "pathlib.Path.rename",
        "verified": "osint.export.package._verified", "logged": "osint.export.package.log",
    }[step]  # fmt: skip
    monkeypatch.setattr(name, cut)
    with pytest.raises(OSError, match="disk is full"):
        build(world.store, [world.lead], tmp_path / "out", options())
    assert list((tmp_path / "out").iterdir()) == []


def test_killed_in_the_middle(world, tmp_path):
    """kill -9 leaves a hidden working folder, no package."""
    import subprocess
    import textwrap

    script = textwrap.dedent(
        """
        import os, signal, sys
        sys.path[:0] = sys.argv[1:3]
        from export_parts import options
        from osint.export.package import build
        from pathlib import Path
        from storage.store import Store
        def progress(step, done, total):
            if step == sys.argv[5] and done:
                os.kill(os.getpid(), signal.SIGKILL)
        build(Store.open(Path(sys.argv[3])), [1], Path(sys.argv[4]), options(progress=progress))
        """
    )
    for step in ("copying captures", "packing", "verifying"):
        out = tmp_path / step
        given = [str(Path(__file__).parents[2]), str(Path(__file__).parent), str(world.home), str(out), step]
        done = subprocess.run([sys.executable, "-c", script, *given], capture_output=True, check=False)
        assert done.returncode == -9, done.stderr
        assert all(path.name.startswith(".osint-unfinished-") for path in out.iterdir())
        assert verify(build(world.store, [world.lead], out, options())).ok, "and the next one is not in its way"


def test_a_package_is_never_written_over(world, tmp_path):
    build(world.store, [world.lead], tmp_path, options(name="case-7", keep="zip"))
    with pytest.raises(ExportError, match="never written over"):
        build(world.store, [world.lead], tmp_path, options(name="case-7"))
    assert not (tmp_path / "case-7").exists()
    assert oct((tmp_path / "case-7.zip").stat().st_mode & 0o777) == "0o600"
    assert build(world.store, [world.lead], tmp_path, options(name="case-8", keep="folder")) == tmp_path / "case-8"
    assert not (tmp_path / "case-8.zip").exists()


@pytest.mark.parametrize(
    ("leads", "more", "words"),
    [
        ([], {}, "no lead was named"),
        ([99], {}, "there is no lead L99"),
        ([1], {"who": " "}, "who hands it over"),
        ([1], {"purpose": ""}, "what for"),
        ([1], {"name": "../evil"}, "not a name"),
        ([1], {"name": "a/b"}, "not a name"),
        ([1], {"formats": ("doc",)}, "no export format"),
    ],
)
def test_what_cannot_be_exported_is_refused_in_words(leads, more, words, world, tmp_path):
    with pytest.raises(ExportError, match=words):
        build(world.store, leads, tmp_path / "out", options(**more))
    assert not (tmp_path / "out").exists() or not list((tmp_path / "out").iterdir())


def test_evidence_that_went_bad_in_the_store_is_not_handed_on(world, tmp_path):
    warc = next((world.home / "warc").rglob("*.warc.gz"))
    data = bytearray(warc.read_bytes())
    capture = world.store.captures.get(world.store.listings.captures(world.store.listings.ids()[0])[0][0])
    data[capture.offset + capture.length // 2] ^= 255
    warc.chmod(0o600)
    warc.write_bytes(data)
    with pytest.raises(ExportError, match=f"capture {capture.id}"):
        build(world.store, [world.lead], tmp_path / "out", options())
    assert list((tmp_path / "out").iterdir()) == []


def test_notes_stay_home_when_asked(world, tmp_path):
    bag = build(world.store, [world.lead], tmp_path, options(notes=False)).with_suffix("")
    for path in bag.rglob("*"):
        if path.is_file():
            assert "ผู้ขายยืนยัน".encode() not in path.read_bytes(), path
    lead = lead_json(bag)
    assert lead["left_out"]["note"] == 1
    assert lead["history"][-1]["note_withheld"]
    assert verify(bag).ok
    assert "left out of this package" in (bag / "data/report.html").read_text()


def test_the_command_writes_packages_and_single_tables(world, tmp_path):
    from osint.settings import Settings

    chosen = Settings(home=world.home, database="postgresql://me:secret@db/osint")
    folder, zipped = command.write(world.store, chosen, [world.lead], "package", tmp_path, who="Ana", now=NOW)
    assert folder.is_dir()
    assert zipped.suffix == ".zip"
    for path in folder.rglob("*"):
        assert not path.is_file() or b"secret" not in path.read_bytes(), path
    method = json.loads((folder / "data/method.json").read_text())
    assert method["settings"]["database"] == "postgresql"
    assert lead_json(folder)["package"]["purpose"] == "not stated"
    for form, found in FORMATS.items():
        (single,) = command.write(
            world.store, chosen, [world.lead], form, tmp_path / "t", who="Ana", why="test", now=NOW
        )
        assert single.name.endswith(found.file)
        newest = world.store.reviews.events(limit=1)[0]
        assert newest.object == f"lead:{world.lead}"
        assert newest.after["sha256"] == hashlib.sha256(single.read_bytes()).hexdigest()
        with pytest.raises(ExportError, match="never written over"):
            command.write(world.store, chosen, [world.lead], form, tmp_path / "t", who="Ana", why="test", now=NOW)
    with pytest.raises(ExportError, match="no export format"):
        command.write(world.store, chosen, [world.lead], "doc", tmp_path)
    assert not [path for path in (tmp_path / "t").iterdir() if path.name.startswith(".")]


def test_two_leads_in_one_package(world, tmp_path):
    bag = build(world.store, [world.lead, world.other, world.lead], tmp_path, options()).with_suffix("")
    assert bag.name == "osint-L1-L2-20261124T100000Z"
    assert [lead["id"] for lead in lead_json(bag)["leads"]] == [1, 2]
    assert lead_json(bag)["leads"][1]["status"]["value"] == "dismissed"
    report = verify(bag)
    assert report.ok, report.lines()


def test_a_lead_that_nobody_decided(world, tmp_path):
    lead = world.store.leads.create(
        world.store.leads.get(world.lead).facts, world.store.leads.get(world.other).listings
    ).id
    bag = build(world.store, [lead], tmp_path, options()).with_suffix("")
    status = lead_json(bag)["leads"][0]["status"]
    assert status == {"value": "new", "by": "machine", "who": "", "at": "", "log_entry": None}
    assert verify(bag).ok


def test_reasons_that_lost_their_place_are_counted_not_marked(world, tmp_path):
    capture = world.store.captures.get(world.store.listings.captures(world.store.listings.ids()[0])[0][0])
    wrong = analysis()
    wrong["reasons"][0]["start"] += 3
    listing = world.version(capture, 9, analysis=wrong)
    lead = world.store.leads.create(world.store.leads.get(world.lead).facts, [*world.links(listing.id)]).id
    bag = build(world.store, [lead], tmp_path, options()).with_suffix("")
    assert lead_json(bag)["listings"][0]["versions"][0]["astray"] == 1
    assert "words not found at the place given" in (bag / "data/report.html").read_text()
    assert verify(bag).ok


def test_without_fonts_and_without_typst(world, tmp_path, monkeypatch):
    from osint.export.report import pdf

    monkeypatch.setattr(pdf.write, "__defaults__", (True,))
    bag = build(world.store, [world.lead], tmp_path / "a", options()).with_suffix("")
    assert (bag / "data/report.pdf").read_bytes().startswith(b"%PDF")
    assert lead_json(bag)["left_out"]["undrawn"] > 10
    assert verify(bag).ok

    def none(*given):
        raise ValueError("no Typst here")

    monkeypatch.setattr(pdf, "write", none)
    bag = build(world.store, [world.lead], tmp_path / "b", options()).with_suffix("")
    assert not (bag / "data/report.pdf").exists()
    assert lead_json(bag)["left_out"]["report_pdf"] == 1
    assert json.loads((bag / "data/method.json").read_text())["report_pdf"] == {"made": False, "why": "no Typst here"}
    assert verify(bag).ok


def test_texts_are_those_that_the_reader_was_given(world, tmp_path):
    """`values.reader_text` repeats what `osint.ingest.listing_text` joins: offsets refer to it."""
    ingest = pytest.importorskip("osint.ingest")
    from osint.export.values import reader_text
    from spiders.items import Listing, Seller

    seller = Seller(name="Somchai88", id="88", text="since 2019")
    text = ingest.listing_text("x", Listing(url="u", title=THAI, text=TEXT, seller=seller, location="Bangkok"), "TH")
    capture = world.store.captures.get(world.store.listings.captures(world.store.listings.ids()[0])[0][0])
    stored = world.version(capture, 10, seller_text="since 2019")
    assert reader_text(stored.latest) == {"title": text.title, "text": text.text, "seller_text": text.seller_text}


def test_gathering_is_ordered_by_time(world, tmp_path):
    dossier = gather(world.store, [world.lead], tmp_path / "spool.jsonl", options())
    assert [capture.fetched_at for capture in dossier.captures] == sorted(
        capture.fetched_at for capture in dossier.captures
    )
    assert [path for path, _ in dossier.groups()] == ["captures/0001.wacz", "captures/0003.wacz", "captures/0004.wacz"]
    assert dossier.labels() == "L1"
    assert NOW.tzinfo is not None


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://www.Example.com/A?b=2&a=1#x", "com,example)/a?a=1&b=2"),
        ("http://example.com:8080", "com,example:8080)/"),
        ("https://xn--80ak6aa92e.com/ü x", "com,xn--80ak6aa92e)/%C3%BC%20x"),
        ("urn:screenshot:https://a.example/", "urn:screenshot:https://a.example/"),
        ("http://[::1", "http://%5B::1"),
    ],
)
def test_index_keys(url, key):
    assert key_of(url) == key
    assert " " not in key_of(url)
