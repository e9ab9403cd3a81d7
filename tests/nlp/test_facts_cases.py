"""How people write prices, amounts, contacts, places and dates: one line of `cases/facts_<language>.jsonl`, one test."""  # noqa: E501

import json
from pathlib import Path

import pytest

from nlp.components import contacts, dates, places, prices, quantities
from nlp.context import Context
from nlp.language import detect
from nlp.records import Language

CASES = Path(__file__).parent / "cases"


def read(path):
    lang = path.stem.removeprefix("facts_")
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        case = json.loads(line)
        yield pytest.param(lang, case, id=f"{lang}:{number}-{case['fact']}")


def price(text, context):
    found = prices.asked(prices.find("text", text, context), context)
    return found and {"amount": found.amount, "currency": found.currency}


FACTS = {
    "price": price,
    "quantities": lambda text, context: [
        {"value": q.value, "unit": q.unit} for q in quantities.find("text", text, context)
    ],
    "contacts": lambda text, context: [
        {"kind": c.kind, "value": c.value} for c in contacts.find("text", text, context)
    ],
    "places": lambda text, context: [
        {"name": p.name, "country": p.country} for p in places.find("text", text, context)
    ],
    "dates": lambda text, context: [d.value for d in dates.find("text", text, context)],
    "language": lambda text, context: detect(text, context.country).code,
}


@pytest.mark.parametrize(
    ("lang", "case"), [case for path in sorted(CASES.glob("facts_*.jsonl")) for case in read(path)]
)
def test_case(lang, case):
    kind = "news" if case["fact"] == "dates" else "listing"
    context = Context(kind, case["country"], Language(lang, 1.0), case.get("published", ""))
    assert FACTS[case["fact"]](case["text"], context) == case["want"]
