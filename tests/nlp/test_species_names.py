"""A species' own name gives the species, not the family that the trade group stands for."""

from __future__ import annotations

import pytest

from nlp.lexicon import FOLDER, read_file

NAMES = [
    ("zh", "亚洲小爪水獭", "Aonyx cinereus"),
    ("zh", "尼羅鱷", "Crocodylus niloticus"),
    ("ja", "オオシャコガイ", "Tridacna gigas"),
    ("ja", "リュウキュウヤマガメ", "Geoemyda japonica"),
    ("ko", "밍크고래", "Balaenoptera acutorostrata"),
    ("vi", "rùa sa nhân", "Cuora mouhotii"),
    ("th", "นกแก้วโม่ง", "Psittacula eupatria"),
    ("id", "owa jawa", "Hylobates moloch"),
    ("ms", "enggang badak", "Buceros rhinoceros"),
    ("lo", "ໄມ້ຂະຍຸງ", "Dalbergia cochinchinensis"),
    ("km", "អណ្តើកព្រេច", "Indotestudo elongata"),
    ("my", "မြန်မာ့ကြယ်လိပ်", "Geochelone platynota"),
    ("hi", "बारहसिंगा", "Rucervus duvaucelii"),
]


@pytest.mark.parametrize(("lang", "word", "taxon"), NAMES)
def test_species_has_a_name_row(lang: str, word: str, taxon: str) -> None:
    rows = [term for term in read_file(FOLDER / f"{lang}.tsv") if term.kind == "name" and term.word == word]
    assert [term.cls for term in rows] == [taxon]
