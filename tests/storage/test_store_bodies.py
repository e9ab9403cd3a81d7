"""Bodies are unpacked whatever they are packed with, and never beyond the limit."""

import gzip
import resource
import zlib

import brotli
import pytest
from backports import zstd
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.bodies import decode
from storage.errors import BodyTooLarge, BodyUndecodable

MIB = 1 << 20


def raw_deflate(data):
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


PACKERS = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": zstd.compress,
}


def encoded(*names):
    return tuple(("Content-Encoding", name) for name in names)


@given(st.binary(max_size=5000), st.lists(st.sampled_from(sorted(PACKERS)), max_size=3))
@settings(max_examples=150, deadline=None)
def test_any_body_in_any_packing_comes_out(body, layers):
    packed = body
    for name in layers:
        packed = PACKERS[name](packed)
    assert decode(packed, encoded(", ".join(layers)), len(body) + 10_000) == body
    assert decode(packed, encoded(*layers), len(body) + 10_000) == body


@given(st.binary(max_size=400), st.sampled_from([*sorted(PACKERS), "identity", "GZIP , br", "compress", "x" * 99]))
@settings(max_examples=200, deadline=None)
def test_rubbish_is_an_error_with_words_or_some_bytes(body, name):
    try:
        found = decode(body, encoded(name), 1000)
    except (BodyTooLarge, BodyUndecodable):
        return
    assert len(found) <= 1000


@pytest.mark.parametrize("name", sorted(PACKERS))
def test_a_bomb_is_stopped(name):
    bomb = PACKERS[name](b"\0" * (48 * MIB))
    assert len(bomb) < MIB
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(BodyTooLarge, match="more than 1,048,576 bytes"):
        decode(bomb, encoded(name), MIB)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 16 << 10, (
        "kilobytes: it was never unpacked whole"
    )


@pytest.mark.parametrize("name", ["gzip", "zstd"])
def test_a_bomb_in_a_bomb_is_stopped(name):
    bomb = PACKERS[name](PACKERS[name](b"\0" * (64 * MIB)))
    with pytest.raises(BodyTooLarge):
        decode(bomb, encoded(name, name), MIB)


def test_too_many_layers():
    with pytest.raises(BodyUndecodable, match="on top of each other"):
        decode(b"x", encoded(*["gzip"] * 6), MIB)


def test_what_servers_really_send():
    assert decode(b"plain", encoded("gzip"), MIB) == b"plain", "says gzip, is not"
    assert decode(raw_deflate(b"page" * 99), encoded("deflate"), MIB) == b"page" * 99, "no zlib header"
    assert decode(gzip.compress(b"a") + gzip.compress(b"b") + b"\0\0", encoded("gzip"), MIB) == b"ab"
    assert decode(b"", encoded("gzip"), MIB) == b""
    whole = gzip.compress(bytes(range(256)) * 40)
    half = decode(whole[: len(whole) // 2], encoded("gzip"), MIB)
    assert half == (bytes(range(256)) * 40)[: len(half)], "cut off: what there is"


def test_the_limit_is_exact():
    packed = gzip.compress(b"x" * 1000)
    assert decode(packed, encoded("gzip"), 1000) == b"x" * 1000
    with pytest.raises(BodyTooLarge):
        decode(packed, encoded("gzip"), 999)
    with pytest.raises(BodyTooLarge):
        decode(b"x" * 1000, (), 999)
