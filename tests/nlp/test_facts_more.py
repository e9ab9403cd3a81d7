"""Places that no gazetteer knows are given as the text names them, in the country of the site."""

import pytest

from nlp.components import contacts, prices
from nlp.context import Context
from nlp.facts.whole import read
from nlp.language import detect
from nlp.records import Text


def facts(text, country, kind="listing", **more):
    language = detect(text, country)
    return read(Text("1", kind, "", text, "", country), Context(kind, country, language, ""), **more)


@pytest.mark.parametrize(
    ("country", "text", "name"),
    [
        (
            "AT",
            "Wellensittich abzugeben, Abholung in Hinterzarten-Bärental, nur am Wochenende.",
            "Hinterzarten-Bärental",
        ),
        ("GT", "Vendo tortugas recién salidas de la playa de Monterrico, hay bastante.", "Monterrico"),
        ("VN", "Lược sừng trâu thật, làng nghề Thụy Ứng, khắc tên miễn phí.", "Thụy Ứng"),
    ],
)
def test_a_name_behind_a_word_for_places(country, text, name):
    (place,) = facts(text, country).locations
    assert (place.name, place.country, place.precision) == (name, country, "named")
    assert place.latitude is None
    assert text[place.start : place.end] == name


def test_a_known_place_leaves_no_room_for_guesses():
    found = facts("Two figures, collect from Grandad or from Harrogate.", "GB").locations
    assert [place.name for place in found] == ["Harrogate"]


@pytest.mark.parametrize("text", ["In Gold und Silber, Nähe geht immer.", "zona norte, muy bonito"])
def test_small_words_are_no_places(text):
    assert not [p for p in facts(text, "DE").locations if p.precision == "named"]


@pytest.mark.parametrize(
    ("country", "text", "amount", "currency"),
    [
        ("FR", "Six oiseaux pris à la glu, 80 la pièce, Marseille.", 80, "EUR"),
        ("TH", "ดีแท้ตากแห้ง ถุงละ 7500 ทักมา", 7500, "THB"),
        ("ID", "Taring asli, 3,2jt sepasang. Inbox ya gan.", 3_200_000, "IDR"),
        ("BY", "Птенцы, ручные (25 руб.), Минск", 25, "BYN"),
        ("PT", "Pulseira de contas, 9,90€ portes incluídos. Braga.", 9.9, "EUR"),
    ],
)
def test_prices_by_the_piece_and_with_postage(country, text, amount, currency):
    price = prices.asked(prices.find("text", text, Context("listing", country, detect(text, country))), Context())
    assert price is not None
    assert (price.amount, price.currency) == (amount, currency)


@pytest.mark.parametrize(
    ("country", "text"),
    [
        ("BR", "Minha calopsita fugiu ontem. Gratifico com 200 reais."),
        ("KR", "기억과 해마 주제로 논문 읽는 모임입니다."),
        ("MZ", "nem um metical a menos"),
    ],
)
def test_rewards_and_words_by_the_way_are_no_prices(country, text):
    context = Context("listing", country, detect(text, country))
    assert prices.asked(prices.find("text", text, context), context) is None


def test_nine_digits_in_threes_are_a_phone():
    context = Context("listing", "ES", detect("Recoger en Lorca", "ES"))
    (found,) = contacts.find("text", "Cuatro tortugas, 40 € cada una. Recoger en Lorca, 600 000 134", context)
    assert (found.kind, found.value) == ("phone", "+34600000134")


@pytest.mark.parametrize(
    "text", ["Otter baby m3m3r4ng, manja gila", "50 l'una, solo a chi ha il giardino", "Бампер Opel, 1998 г., царапины"]
)
def test_digits_inside_words_measure_nothing(text):
    assert facts(text, "MY").quantities == ()


def test_pieces_of_live_animals_are_animals():
    found = facts("В наличии 60 шт, едят одуванчик", "RU", alive=True).quantities
    assert [(item.value, item.unit) for item in found] == [(60, "animals")]
