"""Any header, any body: what was captured is what is read back, by us and by warcio."""

import io
from datetime import UTC, datetime

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from store_parts import NOW, new_capture
from warcio.archiveiterator import ArchiveIterator

from storage import capture_rows, warc, warcfile
from storage.errors import StoreDamaged

anything = st.text(max_size=60)
on_the_wire = st.text(st.characters(max_codepoint=0xFF, exclude_characters="\x00\r\n"), max_size=60).map(
    lambda text: text.strip(" \t")
)
names = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E, exclude_characters=":"), min_size=1, max_size=20)
headers = st.lists(st.tuples(names, on_the_wire), max_size=8).map(tuple)
odd_headers = st.lists(st.tuples(anything, anything), max_size=8).map(tuple)
moments = st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))
captures = st.builds(
    lambda **fields: new_capture("run", **fields),
    url=st.one_of(anything, anything.map("http://shop.example/é?q=".__add__)),
    final_url=anything,
    headers=st.one_of(headers, odd_headers),
    request_headers=odd_headers,
    body=st.binary(max_size=3000),
    screenshot=st.binary(max_size=50),
    status=st.integers(0, 999),
    reason=anything,
    method=anything,
    ip=anything,
    source=anything,
    parent=anything,
    media_type=anything,
    by=st.sampled_from(["http", "browser", "import"]),
    requested_at=moments,
    fetched_at=moments,
)
IDENTITY = "12345678-1234-4234-8234-123456789abc"


def written(new):
    """(members, row, file) of a capture written after a warcinfo record."""
    info = warc.warcinfo("x.warc.gz", NOW, (("software", "osint"),))
    members = warc.exchange(IDENTITY, new, info.id)
    data, placed = info.data, {}
    for kind, member in members.items():
        placed[kind] = (len(data), len(member.data))
        data += member.data
    screenshot = members["screenshot"].id if new.screenshot else ""
    return members, capture_rows.from_exchange(IDENTITY, new, "x.warc.gz", placed, screenshot), data


@given(captures)
@example(new_capture("run", headers=(("A", "\x85"), ("B", " \xa0x"), ("C", "\x1c\x1d")), body=b"\r\n\r\n"))
@example(new_capture("run", url="", body=b"", reason="", method=""))
@settings(max_examples=250, deadline=None)
def test_the_row_can_be_made_again_from_the_record_alone(new):
    members, row, data = written(new)
    found, block = warcfile.record(members["response"].data)
    offset, length = row["offset"], row["length"]
    assert data[offset : offset + length] == members["response"].data
    again = capture_rows.from_record(found, block, "x.warc.gz", offset, length)
    assert again | {"headers": list(again["headers"])} == row | {"headers": list(row["headers"])}
    assert warc.parse_http(block)[2] == new.body


@given(captures)
@settings(max_examples=150, deadline=None)
def test_warcio_reads_every_record_and_agrees_with_every_digest(new):
    _, _, data = written(new)
    seen = {}
    for record in ArchiveIterator(io.BytesIO(data), check_digests="raise"):
        seen[record.rec_type] = record.raw_stream.read()
    assert seen["response"].endswith(new.body)
    if new.url.startswith("http:"):
        assert seen["response"] == new.body
    assert list(seen) == ["warcinfo", "request", *(["resource"] if new.screenshot else []), "response"]


@given(headers, st.binary(max_size=200))
@settings(max_examples=150, deadline=None)
def test_headers_of_a_server_are_kept_to_the_letter(pairs, body):
    _, row, _ = written(new_capture("run", headers=pairs, body=body))
    kept = [(name, value) for name, value in pairs if name.lower() not in ("transfer-encoding", "content-length")]
    assert [pair for pair in row["headers"] if pair[0].lower() != "content-length"] == kept


@given(st.binary(max_size=400), st.integers(0, 10_000), st.integers(1, 255))
@settings(max_examples=150, deadline=None)
def test_a_changed_byte_never_passes_as_evidence(body, place, flip):
    members, row, _ = written(new_capture("run", body=body))
    raw = bytearray(members["response"].data)
    raw[place % len(raw)] ^= flip
    try:
        found, block = warcfile.record(bytes(raw))
        again = capture_rows.from_record(found, block, "x", row["offset"], row["length"])
    except StoreDamaged:
        return
    same = {name: value for name, value in again.items() if name not in ("warc",)}
    assert same == {name: row[name] for name in same} | {"headers": again["headers"]}, (
        "only gzip's own header may differ"
    )
    assert list(again["headers"]) == list(row["headers"])


def test_a_time_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="zone"):
        written(new_capture("run", fetched_at=datetime(2026, 1, 1)))
