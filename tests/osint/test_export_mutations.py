"""Whatever is done to a package is found: by `osint verify`, and by the script in a package that was not touched."""

import base64
import gzip
import hashlib
import io
import json
import os
import shutil
import struct
import sys
import zipfile
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

sys.path.insert(0, str(Path(__file__).parent))

from export_parts import World, options, verifier

from osint.export.keys import SigningKey
from osint.export.package import build
from osint.export.verifier.findings import codes
from osint.export.verifier.main import verify

MALLORY = SigningKey(Ed25519PrivateKey.generate())


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    world = World(home)
    package = build(world.store, [world.lead], home / "out", options())
    world.store.close()
    return package.with_suffix(""), package, home / "keys" / "signing.pub.pem"


# -- what can be done to the files of a package ------------------------------------------------------------------------


def flip(path, place=-20):
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.write_bytes(data)


def edit_json(path, change):
    data = json.loads(path.read_text(encoding="utf-8"))
    change(data)
    path.write_text(json.dumps(data, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def edit_lead(change):
    return lambda bag: edit_json(bag / "data/lead.json", change)


def edit_line(name, number, change):
    def edit(bag):
        lines = (bag / name).read_text(encoding="utf-8").splitlines()
        entry = json.loads(lines[number])
        change(entry)
        lines[number] = json.dumps(entry, ensure_ascii=False, sort_keys=True)
        (bag / name).write_text("\n".join(lines) + "\n", encoding="utf-8")

    return edit


def replace(name, old, new):
    def edit(bag):
        text = (bag / name).read_text(encoding="utf-8")
        assert old in text, f"{old} is not in {name}"
        (bag / name).write_text(text.replace(old, new, 1), encoding="utf-8")

    return edit


def rezip(path, change, fix_hashes=True):
    """Take a WACZ apart, change its members, and put it together again with hashes that fit."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    change(members)
    if fix_hashes and "datapackage.json" in members:
        about = json.loads(members["datapackage.json"])
        for resource in about["resources"]:
            data = members.get(resource["path"], b"")
            resource |= {"hash": "sha256:" + hashlib.sha256(data).hexdigest(), "bytes": len(data)}
        members["datapackage.json"] = json.dumps(about).encode()
        digest = {
            "path": "datapackage.json",
            "hash": "sha256:" + hashlib.sha256(members["datapackage.json"]).hexdigest(),
        }
        members["datapackage-digest.json"] = json.dumps(digest).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)


def wacz(change, name="0001", fix_hashes=True):
    return lambda bag: rezip(bag / f"data/captures/{name}.wacz", change, fix_hashes)


WARC, INDEX, PAGES = "archive/data.warc.gz", "indexes/index.cdxj", "pages/pages.jsonl"


def rewrite_record(members, change):
    """Unpack the first response of the WARC, change it, and pack it again: same place, other bytes."""
    raw, out, offset = members[WARC], b"", 0
    done = False
    while offset < len(raw):
        import zlib

        unpack = zlib.decompressobj(31)
        record = unpack.decompress(raw[offset:])
        length = len(raw) - offset - len(unpack.unused_data)
        if b"WARC-Type: response" in record and not done:
            out, done = out + gzip.compress(change(record), mtime=0), True
        else:
            out += raw[offset : offset + length]
        offset += length
    members[WARC] = out


def other_words(record):
    assert b"hand carved" in record
    return record.replace(b"hand carved", b"hand caught")


def reseal(bag, key):
    """What a forger does: all manifests made anew, signed with another key."""

    def manifest(paths):
        return "".join(f"{hashlib.sha256((bag / path).read_bytes()).hexdigest()}  {path}\n" for path in sorted(paths))

    files = [path.relative_to(bag).as_posix() for path in bag.rglob("*") if path.is_file() and not path.is_symlink()]
    payload = [path for path in files if path.startswith("data/")]
    size = sum((bag / path).stat().st_size for path in payload)
    lines = (bag / "bag-info.txt").read_text().splitlines()
    (bag / "bag-info.txt").write_text("\n".join([*lines[:-1], f"Payload-Oxum: {size}.{len(payload)}"]) + "\n")
    (bag / "manifest-sha256.txt").write_text(manifest(payload))
    (bag / "signature/signer.pub.pem").write_bytes(key.public_pem)
    apart = {"tagmanifest-sha256.txt", "signature/tagmanifest-sha256.txt.sig"}
    tags = manifest({path for path in files if not path.startswith("data/")} - apart)
    (bag / "tagmanifest-sha256.txt").write_text(tags)
    (bag / "signature/tagmanifest-sha256.txt.sig").write_bytes(key.sign(tags.encode()))


def link_over(bag, name):
    data = (bag / name).read_bytes()
    (bag / name).unlink()
    (bag.parent / "elsewhere").write_bytes(data)
    (bag / name).symlink_to(bag.parent / "elsewhere")


EACH = [
    "bagit.txt", "bag-info.txt", "manifest-sha256.txt", "tagmanifest-sha256.txt", "VERIFY.txt", "verify.py",
    "verifier/chain.py", "verifier/codes.tsv", "signature/signer.pub.pem", "signature/tagmanifest-sha256.txt.sig",
    "data/lead.json", "data/lead.schema.json", "data/report.pdf", "data/report.html", "data/audit.jsonl",
    "data/method.json",
    "data/provenance.jsonld", "data/captures/0001.wacz", "data/captures/0004.wacz", "data/exports/listings.csv",
    "data/exports/listings.xlsx", "data/exports/leads.jsonl", "data/working/listing-0001-capture-0001.txt",
    "data/working/pictures/0001.jpg",
]  # fmt: skip

FOLDER = {
    **{f"byte of {name}": lambda bag, name=name: flip(bag / name) for name in EACH},
    **{f"{name} gone": lambda bag, name=name: (bag / name).unlink() for name in EACH if not name.startswith("verif")},
    "cut wacz": lambda bag: os.truncate(bag / "data/captures/0001.wacz", 3000),
    "cut lead.json": lambda bag: os.truncate(bag / "data/lead.json", 500),
    "empty manifest": lambda bag: (bag / "manifest-sha256.txt").write_text(""),
    "two captures swapped": lambda bag: (
        (bag / "data/captures/0001.wacz").rename(bag / "x.wacz"),
        (bag / "data/captures/0003.wacz").rename(bag / "data/captures/0001.wacz"),
        (bag / "x.wacz").rename(bag / "data/captures/0003.wacz"),
    ),
    "file added to data": lambda bag: (bag / "data/more.txt").write_text("more"),
    "file added beside": lambda bag: (bag / "README.txt").write_text("read me"),
    "file added to signature": lambda bag: (bag / "signature/other.sig").write_text("x"),
    "hidden file added": lambda bag: (bag / ".hidden").write_text("x"),
    "name with control characters": lambda bag: (bag / "data/a\x1b[2Jb").write_text("x"),
    "name in another script": lambda bag: (bag / "data/а.txt").write_text("x"),
    "link to a file": lambda bag: link_over(bag, "data/lead.json"),
    "link to a folder": lambda bag: (bag / "data/etc").symlink_to("/etc"),
    "pipe": lambda bag: os.mkfifo(bag / "data/pipe"),
    "status in lead.json": edit_lead(lambda lead: lead["leads"][0]["status"].update(value="dismissed")),
    "time in lead.json": edit_lead(lambda lead: lead["captures"][0].update(fetched_at="2025-01-01T00:00:00Z")),
    "audit entry changed": edit_line("data/audit.jsonl", -1, lambda entry: entry.update(note="nothing")),
    "manifest climbs out": replace("manifest-sha256.txt", "data/lead.json", "data/../../lead.json"),
    "manifest line twice": lambda bag: (bag / "manifest-sha256.txt").write_text(
        (bag / "manifest-sha256.txt").read_text() + (bag / "manifest-sha256.txt").read_text().splitlines()[0] + "\n"
    ),
    "signed by someone else": lambda bag: reseal(bag, MALLORY),
    "changed and signed by someone else": lambda bag: (
        replace("data/lead.json", "Bangkok", "Hanoi")(bag), reseal(bag, MALLORY)
    ),
    "signature of someone else": lambda bag: (bag / "signature/tagmanifest-sha256.txt.sig").write_bytes(
        MALLORY.sign((bag / "tagmanifest-sha256.txt").read_bytes())
    ),
    "empty signature": lambda bag: (bag / "signature/tagmanifest-sha256.txt.sig").write_bytes(b""),
    "zero signature": lambda bag: (bag / "signature/tagmanifest-sha256.txt.sig").write_bytes(bytes(64)),
    "everything gone": lambda bag: (shutil.rmtree(bag), bag.mkdir()),
}  # fmt: skip

# Contradictions inside, after which somebody made all hashes and the signature fit again. The code must be found
# without a pinned key too, for nobody may pass off such a package as whole.
INSIDE = {
    "byte of a body": (wacz(lambda m: rewrite_record(m, other_words)), "WARC-DIGEST"),
    "record with another digest": (
        wacz(lambda m: rewrite_record(m, lambda record: record.replace(b"sha256:", b"sha512:"))), "WARC-DIGEST",
    ),
    "record without digests": (
        wacz(lambda m: rewrite_record(m, lambda record: record.replace(b"WARC-Block-Digest", b"X-Block-Digest"))),
        "WARC-NO-DIGEST",
    ),
    "record with another date": (
        wacz(lambda m: rewrite_record(m, lambda record: record.replace(b"2026-11-20T08:30", b"2026-11-19T08:30"))),
        "CAPTURE-DIFFERS",
    ),
    "record of another address": (
        wacz(lambda m: rewrite_record(m, lambda record: record.replace(b"market.example", b"market.invalid"))),
        "CAPTURE-DIFFERS",
    ),
    "bytes behind a record": (wacz(lambda m: rewrite_record(m, lambda record: record + b"more")), "WARC-FORM"),
    "cut WARC": (wacz(lambda m: m.update({WARC: m[WARC][:-30]})), "WARC-FORM"),
    "record added": (wacz(lambda m: m.update({WARC: m[WARC] + m[WARC]})), "CAPTURE-UNKNOWN"),
    "WARC of nothing": (wacz(lambda m: m.update({WARC: b""})), "CAPTURE-MISSING"),
    "WARC that is a bomb": (wacz(lambda m: m.update({WARC: gzip.compress(bytes(30_000_000))})), "WARC-FORM"),
    "index of nothing": (wacz(lambda m: m.update({INDEX: b""})), "INDEX-MISSING"),
    "index replaced": (wacz(lambda m: m.update({INDEX: b"com,example)/ 20260101000000 {}\n"})), "INDEX-DANGLING"),
    "index of rubbish": (wacz(lambda m: m.update({INDEX: b"\x00\xff\n"})), "INDEX-BAD"),
    "index with another digest": (
        wacz(lambda m: m.update({INDEX: m[INDEX].replace(b'"digest": "sha256:', b'"digest": "sha256:0', 1)})),
        "INDEX-DIFFERS",
    ),
    "index with another time": (
        wacz(lambda m: m.update({INDEX: m[INDEX].replace(b" 20261120083015 ", b" 20261120083016 ", 1)})),
        "INDEX-DIFFERS",
    ),
    "index with another address": (
        wacz(lambda m: m.update({INDEX: m[INDEX].replace(b'"url": "https://market', b'"url": "https://basket', 1)})),
        "INDEX-DIFFERS",
    ),
    "index out of order": (
        wacz(lambda m: m.update({INDEX: b"".join(reversed(m[INDEX].splitlines(keepends=True)))})), "INDEX-BAD",
    ),
    "page that was never captured": (
        wacz(lambda m: m.update({PAGES: m[PAGES].replace(b"market.example", b"market.invalid")})), "WACZ-PAGES",
    ),
    "pages gone": (wacz(lambda m: m.pop(PAGES)), "WACZ-MISSING"),
    "member that nothing lists": (wacz(lambda m: m.update({"archive/more.warc.gz": b""})), "WACZ-UNLISTED"),
    "member without a dot": (wacz(lambda m: m.update({"pages/extra": b"x"})), "WACZ-UNLISTED"),
    "datapackage changed": (
        wacz(lambda m: m.update({"datapackage.json": m["datapackage.json"] + b" "}), fix_hashes=False), "WACZ-DIGEST",
    ),
    "datapackage digest gone": (wacz(lambda m: m.pop("datapackage-digest.json"), fix_hashes=False), "WACZ-MISSING"),
    "wacz climbs out": (wacz(lambda m: m.update({"../../evil": b"x"})), "PATH-UNSAFE"),
    "wacz that is none": (lambda bag: (bag / "data/captures/0003.wacz").write_bytes(b"no"), "UNREADABLE"),
    "capture removed": (lambda bag: (bag / "data/captures/0004.wacz").unlink(), "CAPTURE-MISSING"),
    "capture added": (
        lambda bag: shutil.copy(bag / "data/captures/0004.wacz", bag / "data/captures/0099.wacz"), "CAPTURE-UNKNOWN",
    ),
    "time of a capture": (
        edit_lead(lambda lead: lead["captures"][0].update(fetched_at="2026-11-21T08:30:15.123456Z")), "CAPTURE-DIFFERS",
    ),
    "address of a capture": (
        edit_lead(lambda lead: lead["captures"][0].update(url="https://other.example/")),
        "CAPTURE-DIFFERS",
    ),
    "status of a capture": (edit_lead(lambda lead: lead["captures"][0].update(status=404)), "CAPTURE-DIFFERS"),
    "header of a capture": (edit_lead(lambda lead: lead["captures"][0]["headers"].pop()), "CAPTURE-DIFFERS"),
    "source of a capture": (edit_lead(lambda lead: lead["captures"][0].update(source="elsewhere")), "CAPTURE-DIFFERS"),
    "hash of a capture": (edit_lead(lambda lead: lead["captures"][0].update(sha256="0" * 64)), "CAPTURE-DIFFERS"),
    "record of a capture": (
        edit_lead(lambda lead: lead["captures"][0]["records"][0].update(sha256="0" * 64)), "CAPTURE-MEMBER",
    ),
    "capture not named": (edit_lead(lambda lead: lead["captures"].pop()), "LISTING-CAPTURE"),
    "listing not named": (edit_lead(lambda lead: lead["listings"].pop()), "LEAD-LISTING"),
    "words of a reason": (
        edit_lead(lambda lead: lead["listings"][0]["versions"][0]["read"].update(text="Wooden bangle")), "REASON-TEXT",
    ),
    "place of a reason": (
        edit_lead(lambda lead: lead["listings"][0]["versions"][0]["analysis"]["reasons"][0].update(start=0)),
        "REASON-TEXT",
    ),
    "lead.json of another form": (edit_lead(lambda lead: lead.update(format="x")), "JSON-BAD"),
    "lead.json without captures": (edit_lead(lambda lead: lead.pop("captures")), "JSON-BAD"),
    "lead.json with a list for a text": (edit_lead(lambda lead: lead["captures"][0].update(wacz=[])), "JSON-BAD"),
    "working copy": (replace("data/working/listing-0001-capture-0001.txt", "ivory", "olive"), "WORKING-DIFFERS"),
    "working copy added": (lambda bag: (bag / "data/working/more.txt").write_text("x"), "WORKING-DIFFERS"),
    "note in the log": (edit_line("data/audit.jsonl", -1, lambda entry: entry.update(note="nothing")), "AUDIT-HASH"),
    "person in the log": (edit_line("data/audit.jsonl", -1, lambda entry: entry.update(who="eve")), "AUDIT-HASH"),
    "time in the log": (
        edit_line("data/audit.jsonl", -1, lambda entry: entry.update(at="2026-01-01T00:00:00Z")),
        "AUDIT-HASH",
    ),
    "status in the log": (
        edit_line("data/audit.jsonl", -1, lambda entry: entry["after"].update(status="dismissed")), "AUDIT-HASH",
    ),
    "number in the log": (edit_line("data/audit.jsonl", -1, lambda entry: entry.update(seq=99)), "AUDIT-ORDER"),
    "link of the log": (edit_line("data/audit.jsonl", -2, lambda entry: entry.update(hash="0" * 64)), "AUDIT-ORDER"),
    "entry without form": (edit_line("data/audit.jsonl", 0, lambda entry: entry.pop("who")), "AUDIT-FORM"),
    "old head of the log": (
        lambda bag: (bag / "data/audit.jsonl").write_text(
            "".join((bag / "data/audit.jsonl").read_text().splitlines(keepends=True)[:-1])
        ), "AUDIT-HEAD",
    ),
    "log without its middle": (
        lambda bag: (bag / "data/audit.jsonl").write_text(
            "".join((lines := (bag / "data/audit.jsonl").read_text().splitlines(keepends=True))[:1] + lines[2:])
        ), "AUDIT-ORDER",
    ),
    "log of nothing": (lambda bag: (bag / "data/audit.jsonl").write_text(""), "AUDIT-HEAD"),
    "decision of nobody": (edit_lead(lambda lead: lead["leads"][0]["status"].update(log_entry=None)), "AUDIT-LEAD"),
    "status that nobody set": (
        edit_lead(lambda lead: lead["leads"][0]["status"].update(value="dismissed")),
        "AUDIT-LEAD",
    ),
    "person who did not decide": (edit_lead(lambda lead: lead["leads"][0]["status"].update(who="eve")), "AUDIT-LEAD"),
    "history that was not": (edit_lead(lambda lead: lead["history"][-1].update(note="nothing")), "AUDIT-LEAD"),
    "no report": (lambda bag: (bag / "data/report.html").unlink(), "MISSING"),
}  # fmt: skip


@pytest.mark.parametrize("name", FOLDER)
def test_a_change_is_found_both_ways(name, made, tmp_path):
    folder, _, key = made
    bag = tmp_path / "bag"
    shutil.copytree(folder, bag)
    FOLDER[name](bag)
    both(folder, bag, key)


@pytest.mark.parametrize("name", INSIDE)
def test_a_contradiction_is_found_even_when_all_hashes_fit_and_no_key_is_given(name, made, tmp_path):
    folder, _, key = made
    bag = tmp_path / "bag"
    shutil.copytree(folder, bag)
    change, code = INSIDE[name]
    change(bag)
    reseal(bag, MALLORY)
    report = both(folder, bag, None)
    assert code in {finding.code for finding in report.findings}, report.lines()
    assert not {"MANIFEST-DIGEST", "SIGNATURE-BAD", "BAG-OXUM"} & {finding.code for finding in report.findings}
    pinned = {finding.code for finding in verify(bag, key).findings}
    assert {"KEY-OTHER", "SIGNATURE-BAD", code} <= pinned


def both(good, bag, key):
    """The report of `osint verify`, after making sure that the packaged script of an untouched package agrees."""
    report = verify(bag, key)
    assert not report.ok, report.lines()
    assert {finding.code for finding in report.findings} <= set(codes())
    exit_code, theirs = verifier(good, bag, *(["--key", key] if key else []))
    assert exit_code == 1
    assert theirs == json.loads(json.dumps(report.as_dict()))
    for line in report.lines():
        assert "\n" not in line
        assert "\x1b" not in line
    return report


# -- what can be done to the ZIP ---------------------------------------------------------------------------------------


def zip_again(source, target, change):
    with zipfile.ZipFile(source) as archive, zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as out:
        for info in archive.infolist():
            out.writestr(info, archive.read(info))
        change(out, archive.infolist()[0].filename.split("/")[0])


def add(name, data=b"x", **fields):
    def change(out, top):
        info = zipfile.ZipInfo(name.replace("TOP", top))
        info.external_attr = 0o100644 << 16
        for key, value in fields.items():
            setattr(info, key, value)
        out.writestr(info, data)

    return change


def bomb(out, top):
    out.writestr(f"{top}/data/bomb.txt", bytes(20_000_000), zipfile.ZIP_DEFLATED)


def twice(out, top):
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        out.writestr(f"{top}/data/lead.json", b"{}")


def raw(change):
    """Change the bytes of the ZIP itself."""
    return lambda source, target: target.write_bytes(change(source.read_bytes()))


def other_local_name(data):
    """The name in a member's own header differs from the directory's: tools then disagree what the file is called."""
    place = data.index(b"data/lead.json")
    return data[:place] + b"data/lead.jsom" + data[place + 14 :]


def gap(data):
    """Bytes between two members, which most tools never see."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        start = archive.start_dir
    end = struct.unpack("<I", data[-6:-2])[0] + 7
    return data[:start] + b"hidden!" + data[start:-6] + struct.pack("<I", end) + data[-2:]


ZIPPED = {
    "member twice": (twice, "PATH-DUPLICATE"),
    "member twice but for capitals": (add("TOP/data/LEAD.JSON"), "PATH-DUPLICATE"),
    "name climbs out": (add("../evil"), "PATH-UNSAFE"),
    "name climbs out deep": (add("TOP/data/../../../evil"), "PATH-UNSAFE"),
    "absolute name": (add("/etc/evil"), "PATH-UNSAFE"),
    "drive name": (add("C:/evil"), "PATH-UNSAFE"),
    "backslashes": (add("TOP\\data\\evil"), "PATH-UNSAFE"),
    "terminal codes in a name": (add("TOP/data/\x1b[2J"), "PATH-UNSAFE"),
    "symbolic link": (add("TOP/data/link", b"/etc/passwd", external_attr=0o120777 << 16), "PATH-LINK"),
    "device": (add("TOP/data/dev", b"", external_attr=0o020666 << 16), "PATH-LINK"),
    "bomb": (bomb, "SIZE-LIMIT"),
    "unlisted member": (add("TOP/data/more.txt"), "MANIFEST-UNLISTED"),
    "second folder": (add("other/file.txt"), "BAG-FORM"),
    "file beside the folder": (add("file.txt"), "BAG-FORM"),
    "comment": (lambda out, top: setattr(out, "comment", b"read me"), "ZIP-HIDDEN"),
    "bytes before": (raw(lambda data: b"#!/bin/sh\n" + data), "ZIP-HIDDEN"),
    "bytes after": (raw(lambda data: data + b"more"), "ZIP-HIDDEN"),
    "bytes between": (raw(gap), "ZIP-HIDDEN"),
    "two names for a member": (raw(other_local_name), "UNREADABLE"),
    "cut": (raw(lambda data: data[: len(data) // 2]), "UNREADABLE"),
    "empty": (raw(lambda data: b""), "UNREADABLE"),
    "byte": (raw(lambda data: data.replace(b"Genuine ivory", b"Genuine olive", 1)), "UNREADABLE"),
}


@pytest.mark.parametrize("name", ZIPPED)
def test_a_change_to_the_zip_is_found_both_ways(name, made, tmp_path):
    folder, package, key = made
    change, code = ZIPPED[name]
    target = tmp_path / "package.zip"
    if change.__code__.co_varnames[:1] == ("source",):
        change(package, target)
    else:
        zip_again(package, target, change)
    report = both(folder, target, key)
    assert code in {finding.code for finding in report.findings}, report.lines()


def test_a_package_that_was_unpacked_and_packed_again_by_another_tool_still_passes(made, tmp_path):
    folder, _, key = made
    archive = shutil.make_archive(str(tmp_path / "again"), "zip", folder.parent, folder.name)  # deflated, with folders
    report = verify(archive, key)
    assert report.ok, report.lines()


def test_a_key_in_another_form_is_refused(made, tmp_path):
    _, package, key = made
    for number, text in enumerate((b"", b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", b"\xff\xfe")):
        bad = tmp_path / f"{number}.pem"
        bad.write_bytes(text)
        assert {finding.code for finding in verify(package, bad).findings} == {"KEY-BAD"}
    assert {finding.code for finding in verify(package, tmp_path / "none.pem").findings} == {"KEY-BAD"}
    wrapped = base64.encodebytes(base64.b64decode(key.read_bytes().split(b"-----")[2])).replace(b"\n", b"\r\n")
    dos = tmp_path / "dos.pem"
    dos.write_bytes(b"-----BEGIN PUBLIC KEY-----\r\n" + wrapped + b"-----END PUBLIC KEY-----\r\n")
    assert verify(package, dos).ok


def test_a_fingerprint_pins_the_signer_as_well(made, tmp_path):
    folder, package, key = made
    signer = verify(package, key).signer
    for given in (signer, signer.upper()):
        report = verify(package, given)
        assert report.ok
        assert report.pinned
    assert {finding.code for finding in verify(package, MALLORY.fingerprint).findings} == {"KEY-OTHER"}
    assert verifier(folder, package, "--key", signer)[0] == 0
    bag = tmp_path / "bag"
    shutil.copytree(folder, bag)
    reseal(bag, MALLORY)
    assert {finding.code for finding in both(folder, bag, signer).findings} == {"KEY-OTHER"}
    assert verify(bag).ok, "without a key nobody can tell: the report says so"
    (bag / "signature/signer.pub.pem").unlink()
    assert not both(folder, bag, signer).ok


def test_there_are_enough_mutations():
    assert len(FOLDER) + len(INSIDE) + len(ZIPPED) >= 60
