"""All facts of one text at once: the finders over every field, and what must be settled across fields."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from nlp.components import contacts, dates, events, places, prices, quantities
from nlp.components.quantities import Noun
from nlp.context import Context
from nlp.facts.tables import home
from nlp.places import named
from nlp.records import Contact, Date, Event, FieldName, Location, Price, Quantity, Taxon, Text

_FIELDS: tuple[FieldName, ...] = ("title", "text", "seller_text")


@dataclass(frozen=True, slots=True)
class Facts:
    """What was found; see the finders for what each holds."""

    price: Price | None
    quantities: tuple[Quantity, ...]
    contacts: tuple[Contact, ...]
    locations: tuple[Location, ...]
    dates: tuple[Date, ...]
    events: tuple[Event, ...]


def read(
    text: Text,
    context: Context,
    *,
    counted: Sequence[Noun] = (),
    taxa: Sequence[Taxon] = (),
    relevant: bool = True,
    alive: bool = False,
) -> Facts:
    """The facts of a text. `counted` (see `quantities.nouns`) and `taxa` come from the judgement.

    Quantities are amounts of what is traded: none where the text is not `relevant`; events only in relevant news.
    `alive`: only live animals are offered, so that pieces of them ("60 шт") are animals.
    """
    fields = [(field, getattr(text, field)) for field in _FIELDS if getattr(text, field)]
    priced = [
        price for field, value in fields if field != "seller_text" for price in prices.find(field, value, context)
    ]
    reached = [contact for field, value in fields for contact in contacts.find(field, value, context)]
    located = [place for field, value in fields for place in places.find(field, value, context)]
    if not any(place.country == home(context.language.code, context.country) for place in located):
        located += [place for field, value in fields for place in named.find(field, value, context)]
    body = [(field, value) for field, value in fields if field != "seller_text"]
    amounts = (
        [item for field, value in body for item in quantities.find(field, value, context, counted)] if relevant else []
    )
    if alive:
        amounts = [replace(item, unit="animals") if item.unit == "pieces" else item for item in amounts]
    days = [day for field, value in body for day in dates.find(field, value, context)]
    told = events.find(text, context, taxa, amounts, located, days) if relevant and context.kind == "news" else []
    return Facts(
        prices.asked(priced, context),
        tuple({(item.value, item.unit): item for item in reversed(amounts)}.values())[::-1],
        tuple(_once(reached)),
        tuple(places.settle(located, context)),
        tuple(days),
        tuple(told),
    )


def _once(found: Sequence[Contact]) -> list[Contact]:
    """Contacts without repeats; a number known from a messenger is not given again as a bare phone."""
    messenger = {contact.value for contact in found if contact.kind not in ("phone", "email", "url")}
    out: dict[tuple[str, str], Contact] = {}
    for contact in found:
        if contact.kind != "phone" or contact.value not in messenger:
            out.setdefault((contact.kind, contact.value.casefold()), contact)
    return list(out.values())
