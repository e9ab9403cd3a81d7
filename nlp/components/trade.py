"""What is wanted of the reader: to buy, to sell, to have something sent."""

from __future__ import annotations

from nlp.evidence import Evidence
from nlp.records import Trade

_OFFER = ("sell", "price", "payment", "quantity_unit", "private_contact", "authenticity")


def trade(evidence: Evidence, relevant: bool) -> Trade:
    """sell, buy, ship or none. A listing that is relevant and does not say "wanted" offers."""
    if evidence.text.kind == "news":
        return "none"
    found = {"sell": 0.0, "buy": 0.0, "ship": 0.0}
    for word in evidence.of("trade"):
        value = (0.4 if "weak" in word.term.flags else 1.0) * (1.5 if word.field == "title" else 1.0)
        if word.field == "seller_text":
            value *= 0.3
        if word.term.cls in found:
            found[word.term.cls] += value
        elif word.term.cls in _OFFER:
            found["sell"] += 0.2 * value
    if found["buy"] > found["sell"] and found["buy"] >= 1:
        return "buy"
    if found["sell"] >= 0.4:
        return "sell"
    if found["ship"] >= 1:
        return "ship"
    return "sell" if relevant and evidence.text.kind == "listing" else "none"
