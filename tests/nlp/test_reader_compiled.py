"""The compiled words say what the tables say, and are not used when they are others'."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from nlp import compiled
from nlp.lexicon import HEADER
from nlp.lexicon import load as load_tables
from nlp.patterns import searchable
from nlp.pipeline import Reader
from nlp.records import Text

TEXTS = [
    Text("1", title="Ivory netsuke", text="elephant iv0ry, 4 cm, £200, tiger b*ne and Panthera tigris"),
    Text("2", title="งาช้าง แกะสลัก", text="ราคา 5000 บาท"),
    Text("3", kind="post", text="ban nga voi, san ho, xiang牙 象*牙 ㅎㄹㅇ 호랑이 뼈"),
]


def test_answers_are_the_same_without_the_file(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture,
                                               tmp_path: Path) -> None:  # fmt: skip
    fast = Reader()
    monkeypatch.setattr(compiled, "FILE", tmp_path / "compiled.npz")
    with caplog.at_level(logging.WARNING):
        slow = Reader()
    assert "compiled.npz" in caplog.text
    assert fast.versions == slow.versions
    for text in TEXTS:
        assert fast.read(text).as_dict() == slow.read(text).as_dict()


def test_a_file_of_other_tables_or_none_at_all_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(compiled, "fingerprint", lambda: "0" * 64)
    with pytest.raises(compiled.CompiledError, match="other tables"):
        compiled.load()
    broken = tmp_path / "compiled.npz"
    broken.write_bytes(b"PK\x03\x04 cut short")
    monkeypatch.setattr(compiled, "FILE", broken)
    with pytest.raises(compiled.CompiledError):
        compiled.load()


def test_the_columns_give_the_terms_back() -> None:
    columns = compiled.load()
    words = load_tables()
    assert columns.words == len(words)
    mine = [term for number in range(len(columns.patterns)) for term in columns.terms(number)[0]]
    assert set(mine) == {term for term in words if searchable(term.key)[0].strip()}


def test_further_words_join_the_compiled_ones(tmp_path: Path) -> None:
    rows = ["\t".join(HEADER), "group\telephant\tblarfon\t\t\tx",
            "code\telephant\tblarfon stick\t\tIVC\tx"]  # fmt: skip
    (tmp_path / "en.tsv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    reader = Reader(tmp_path)
    assert "blarfon stick" in {
        hit.term.word for hit in reader.matcher.scan("a blarfon stick of ivory and an elephant tusk")
    }
    assert reader.disguises.rewrite("a bl4rfon for sale") is not None
