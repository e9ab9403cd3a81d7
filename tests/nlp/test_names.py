"""How deep the names go: floors by family and language, traditional Chinese, romanised and inflected forms."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest

from nlp.build.coverage import LANGUAGES, families, matrix
from nlp.lookup import Lookup
from nlp.pipeline import Reader
from nlp.records import Text

CASES = Path(__file__).parent / "cases"
HAN = Path(__file__).parents[2] / "nlp" / "han.tsv"
FLOOR = {1: 3, 2: 2}  # names of a family in each language, by its priority; the narrowest cells stand there
LACKING = {("musk", "km")}  # no name of the musk deer is known to us in Khmer


@cache
def lookup() -> Lookup:
    return Lookup()


@cache
def reader() -> Reader:
    return Reader()


@pytest.mark.parametrize("family", families())
def test_every_family_is_named_in_every_language(family: str) -> None:
    cells = matrix_once()
    priority = families()[family][0]
    thin = {
        (family, lang): cells[family, lang]
        for lang in LANGUAGES
        if cells[family, lang].names < FLOOR[priority] and (family, lang) not in LACKING
    }
    assert thin == {}


@pytest.mark.parametrize("family", ["elephants", "rhinos", "pangolins", "tiger", "helmeted hornbill", "sharks"])
def test_what_is_traded_most_has_product_words_everywhere(family: str) -> None:
    thin = {lang for lang in LANGUAGES if matrix_once()[family, lang].products < 2}
    assert thin == set()


@cache
def matrix_once():
    return matrix()


@pytest.mark.parametrize(
    ("word", "taxon"),
    [
        ("象牙製品", "Elephantidae"), ("犀牛角", "Rhinocerotidae"), ("穿山甲鱗片", "Manidae"), ("龜", "Testudines"),
        ("鸚鵡", "Psittaciformes"), ("獅子", "Panthera leo"), ("獵豹", "Acinonyx jubatus"),
        ("美洲獅", "Puma concolor"), ("鯊魚", "Selachimorpha"), ("魚翅", "Selachimorpha"), ("熊膽", "Ursidae"),
        ("盔犀鳥", "Rhinoplax vigil"), ("雲豹", "Neofelis nebulosa"), ("硨磲", "Tridacnidae"),
        ("羚羊角", "Saiga tatarica"),
        ("黃花梨", "Dalbergia"), ("陸龜", "Testudinidae"), ("貓頭鷹", "Strigiformes"), ("鱷魚", "Crocodylia"),
        ("蘭花", "Orchidaceae"), ("大熊貓", "Ailuropoda melanoleuca"), ("鬼蝠魟", "Mobulidae"),
    ],
)  # fmt: skip
def test_traditional_characters_are_read(word: str, taxon: str) -> None:
    assert taxon in {one.entry.name for one in lookup().ask(word) if one.entry}


def test_traditional_texts_are_judged_as_simplified_ones() -> None:
    # Each simplified character is written as some traditional one: harder than real texts, which keep many.
    pairs = [line.split("\t") for line in HAN.read_text(encoding="utf-8").splitlines()[1:]]
    table = {ord(new): old for old, new in pairs}
    rows = [json.loads(line) for line in CASES.joinpath("zh.jsonl").read_text(encoding="utf-8").splitlines()]
    same = 0
    for row in rows:
        fields = [row["title"], row["text"], row["seller_text"]]
        first = reader().read(Text(row["id"], row["kind"], *fields, row["country"]))
        second = reader().read(Text(row["id"], row["kind"], *(one.translate(table) for one in fields), row["country"]))
        same += first.relevant == second.relevant
        for item in second.taxa:
            assert item.text in "".join(fields).translate(table)
    assert same >= len(rows) - 1


@pytest.mark.parametrize(
    ("text", "group"),
    [
        ("Haathi daant ka kada, purana, 4 tola", "elephant"),
        ("nga chang tae, sanuk dee, inbox", "elephant"),
        ("phluk damrey chas, 300g", "elephant"),
        ("sin swe let kauk, whatsapp", "elephant"),
        ("prodam biven slona, slonovaya kost, 2 kg", "elephant"),
        ("xiangya shouzhuo, lao liao, jia wei", "elephant"),
        ("chuanshanjia pian, xian huo", "pangolin"),
        ("bagh ki khal, asli, 1 nag", "tiger"),
        ("Vendo tortuguitas bebés, entrega a domicilio", "turtle"),
        ("Jabutizinhos com 3 meses, entrego", "tortoise"),
        ("Tartarughine di terra, nate quest'anno", "turtle"),
        ("Пушистый тигрёнок, 2 месяца, ручной", "tiger"),
        ("Продам черепашек, сухопутные, доставка", "turtle"),
        ("ពង្រូលព្រៃ លក់ 2 ក្បាល", "pangolin"),
        ("ເສືອຊີຕ້າ ຂາຍ", "cheetah"),
        ("ချီတာသားရေ ရောင်းမည်", "cheetah"),
        ("तुरंत बिक्री: हाथीदाँत की मूर्ति", "elephant"),
    ],
)
def test_forms_of_the_street_are_found(text: str, group: str) -> None:
    found = {word.term.cls for word in _words(text)}
    assert group in found


@pytest.mark.parametrize(
    ("title", "taxon"),
    [
        ("コツメカワウソ ベビー", "Aonyx cinereus"),
        ("Steppenwaran abzugeben, frisst gut, mit Terrarium", "Varanus exanthematicus"),
        ("ขายนากเล็กเล็บสั้น", "Aonyx cinereus"),
        ("Jual bekantan jinak", "Nasalis larvatus"),
        ("男子非法收购穿山甲", "Manidae"),
        ("Jual trenggiling hidup", "Manidae"),
    ],
)
def test_a_word_for_one_species_is_not_taken_for_its_group(title: str, taxon: str) -> None:
    found = reader().read(Text("1", title=title, text="120"))
    assert [one.name for one in found.taxa] == [taxon]


def _words(text: str):
    from nlp.evidence import scan

    first = scan(Text("1", title=text), reader().matcher, reader().disguises)
    return [hit for hits in first.hits.values() for hit in hits]


@pytest.mark.parametrize(
    ("text", "country", "name"),
    [
        ("Vendo borsa in pelle di pitone reticolato, 200 euro", "IT", "Malayopython reticulatus"),
        ("Verkaufe Nilkrokodil Handtasche 150 Euro, ohne Papiere", "DE", "Crocodylus niloticus"),
        ("Dried blue shark fins for sale, 20 kg", "GB", "Prionace glauca"),
        ("Vendo barbatanas de tubarão-azul secas, 300 reais o quilo", "BR", "Prionace glauca"),
        ("Vendo tortugas moras del campo, 50 euros", "ES", "Testudo graeca"),
        ("Falco pellegrino in vendita, pullus di quest'anno", "IT", "Falco peregrinus"),
        # no narrower taxon of the group's own, and a name of another order
        ("Vends bracelet en corail noir", "FR", "Antipatharia"),
        ("Rametti di corallo nero grezzo in vendita, 50 euro", "IT", "Antipatharia"),
        # the name inside a longer name stays inside
        ("Snow leopard pelt for sale, no papers", "GB", "Panthera uncia"),
    ],
)
def test_the_species_named_speaks_for_the_wider_word(text: str, country: str, name: str) -> None:
    found = reader().read(Text("x", "listing", "", text, "", country)).as_dict()
    assert [taxon["name"] for taxon in found["taxa"]] == [name]


def test_a_species_named_elsewhere_replaces_the_group() -> None:
    text = "Rohes Holz zu verkaufen. Es ist ein Stamm der Art Aquilaria malaccensis, 520 g."
    found = reader().read(Text("x", "listing", "Adlerholz, roh", text, "", "DE")).as_dict()
    assert [taxon["name"] for taxon in found["taxa"]] == ["Aquilaria malaccensis"]


def test_agarwood_does_not_say_which_species() -> None:
    found = reader().read(Text("x", "listing", "", "Raw agarwood chips for sale, 520 g, no papers", "", "AE")).as_dict()
    assert [taxon["name"] for taxon in found["taxa"]] == ["Aquilaria"]
