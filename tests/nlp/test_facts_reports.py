"""Events of news texts, and facts settled over all fields."""

from dataclasses import dataclass

import pytest

from nlp.components import dates, events, places, quantities
from nlp.components.quantities import Noun
from nlp.context import Context
from nlp.facts.whole import read
from nlp.records import Language, Taxon, Text


@dataclass
class Told:
    lang: str
    country: str
    published: str
    title: str
    text: str
    noun: str
    animal: bool
    want: list


def taxon(text, noun):
    field = "text" if noun in text.text else "title"
    start = getattr(text, field).index(noun)
    return Taxon("Elephantidae", "family", (), "I", "elephant", noun, field, start, start + len(noun))


def events_of(told):
    text = Text("x", "news", told.title, told.text, published=told.published)
    context = Context("news", told.country, Language(told.lang, 1.0), told.published)
    nouns = []
    for field in ("title", "text"):
        value, at = getattr(text, field), 0
        while (at := value.find(told.noun, at)) >= 0:
            nouns.append(Noun(field, at, at + len(told.noun), told.animal))
            at += 1
    amounts, where, days = [], [], []
    for field in ("title", "text"):
        value = getattr(text, field)
        amounts += quantities.find(field, value, context, nouns)
        where += places.find(field, value, context)
        days += dates.find(field, value, context)
    return events.find(text, context, [taxon(text, told.noun)], amounts, where, days)


CASES = [
    Told("en", "", "2024-04-07", "Two arrested with 78kg of ivory in Mombasa",
         "MOMBASA - Police on Saturday recovered twelve pieces of ivory weighing 78kg. The driver was arrested.", "ivory", False,  # noqa: E501
         [("seizure", "Mombasa", "KE", "2024-04-06", {(12, "pieces"), (78, "kg")}, 2)]),
    Told("fr", "CM", "2023-05-10", "Douala : 120 kg d'ivoire saisis",
         "Les douaniers ont saisi mardi à Douala 120 kg d'ivoire. Trois personnes ont été arrêtées.", "ivoire", False,
         [("seizure", "Douala", "CM", "2023-05-09", {(120, "kg")}, 3)]),
    Told("vi", "VN", "2023-11-20", "Bắt giữ 200 kg ngà voi tại Hải Phòng",
         "Ngày 17/11, hải quan thu giữ 200 kg ngà voi tại cảng ở Hải Phòng, bắt 2 đối tượng.", "ngà voi", False,
         [("seizure", "Hải Phòng", "VN", "2023-11-17", {(200, "kg")}, 2)]),
    Told("zh", "CN", "2023-11-20", "昆明海关查获象牙",
         "11月17日，昆明海关查获象牙制品12件，重3.5公斤，抓获2名犯罪嫌疑人。", "象牙", False,
         [("seizure", "昆明", "CN", "2023-11-17", {(12, "pieces"), (3.5, "kg")}, 2)]),
    Told("id", "ID", "2023-11-18", "Tiga penjual gading ditangkap di Jambi",
         "Polisi menangkap tiga orang di Jambi pada Jumat (17/11). Petugas menyita 7,5 kilogram gading.", "gading", False,  # noqa: E501
         [("seizure", "Jambi", "ID", "2023-11-17", {(7.5, "kg")}, 3)]),
    Told("pt", "MZ", "2023-12-20", "Apreendido marfim em Nampula",
         "A polícia apreendeu na segunda-feira, em Nampula, 45 quilos de marfim e deteve dois homens.", "marfim", False,
         [("seizure", "Nampula", "MZ", "2023-12-18", {(45, "kg")}, 2)]),
    Told("en", "TZ", "2024-03-12", "Man jailed for ivory",
         "A court in Arusha on Monday sentenced a man to 20 years in prison over ivory.", "ivory", False,
         [("conviction", "Arusha", "TZ", "2024-03-11", set(), 1)]),
    Told("en", "TH", "2023-02-03", "116 elephants found at Suvarnabhumi",
         "Customs officers at Suvarnabhumi airport seized 116 elephants on Thursday. The bag had arrived on a flight from Colombo.",  # noqa: E501
         "elephants", True, [("seizure", "Suvarnabhumi", "TH", "2023-02-02", {(116, "animals")}, None)]),
    Told("en", "KE", "2024-05-10", "Ivory seized in two operations",
         "Officers in Voi seized 40 kg of ivory on Monday and arrested two men. In a separate operation in Kisumu on Wednesday, "  # noqa: E501
         "rangers recovered 12 kg of ivory. One man was arrested.", "ivory", False,
         [("seizure", "Voi", "KE", "2024-05-06", {(40, "kg")}, 2), ("seizure", "Kisumu", "KE", "2024-05-08", {(12, "kg")}, 1)]),  # noqa: E501
]  # fmt: skip


@pytest.mark.parametrize("told", CASES, ids=lambda told: f"{told.lang}-{told.title[:20]}")
def test_event(told):
    got = [
        (e.type, e.place, e.country, e.event_date, {(q.value, q.unit) for q in e.quantities}, e.arrests)
        for e in events_of(told)
    ]
    assert got == told.want


def test_a_weight_is_never_a_count():
    told = Told(
        "en",
        "GB",
        "2024-01-02",
        "",
        "Officers seized 300 kg of elephant tusks from 12 bags on Monday.",
        "elephant",
        True,
        [],
    )
    units = {(q.value, q.unit) for event in events_of(told) for q in event.quantities}
    assert (300, "animals") not in units
    assert (300, "kg") in units


def test_no_taxon_no_event():
    text = Text("x", "news", "Customs seize cigarettes", "Four people were detained on Monday in Klaipeda.")
    assert events.find(text, Context("news", "LT", Language("en", 1.0)), [], [], [], []) == []


def test_whole_text_settles_over_fields():
    text = Text(
        "x",
        "listing",
        "Ivory figure",
        "£480, ring 07700 900142 or WhatsApp 07700 900142. 14cm, Leeds",
        "Shop | Leeds",
        "GB",
    )
    facts = read(text, Context("listing", "GB", Language("en", 1.0)))
    assert facts.price is not None
    assert (facts.price.amount, facts.price.currency) == (480, "GBP")
    assert [(c.kind, c.value) for c in facts.contacts] == [("phone", "+447700900142")]
    assert [place.name for place in facts.locations] == ["Leeds"]
    assert [(q.value, q.unit) for q in facts.quantities] == [(14, "cm")]
    assert not read(text, Context("listing", "GB"), relevant=False).quantities
