"""A stored listing as the evidence that two offers are compared by."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from rensa import RMinHash

from nlp.components.quantities import find
from nlp.context import Context
from nlp.records import FieldName, Language
from storage.records import Key, ListingVersion, StoredListing

BANDS, ROWS = 32, 4
"""MinHash of 128 permutations in 32 bands of 4: texts with a Jaccard of .5 meet in 87 % of cases, of .6 in 99 %."""

SHINGLE = 5
LONGEST_NAME = 60

SIZE_UNITS = {"mm": 0.1, "cm": 1.0, "m": 100.0, "in": 2.54, "ft": 30.48}
WEIGHT_UNITS = {"mg": 0.001, "g": 1.0, "kg": 1000.0, "t": 1_000_000.0}
COUNT_UNITS = {"pieces": 1.0, "animals": 1.0, "pairs": 2.0, "sets": 1.0}

# Scripts written without spaces: Han, kana, Thai, Lao, Khmer, Myanmar. Their tokens are pairs of characters.
UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]+")
WORD = re.compile(r"[^\W\d_]{2,40}")
PHONE_KINDS = frozenset({"phone", "whatsapp", "zalo", "viber", "telegram", "signal", "line", "wechat", "kakaotalk"})
LEGAL_FORMS = frozenset(
    ["ltd", "limited", "inc", "llc", "co", "company", "corp", "gmbh", "sarl", "sa", "sas", "srl", "bv", "pte", "pty"]
)


@dataclass(frozen=True, slots=True)
class Offer:
    """What one listing has to compare. Sizes in centimetres, weights in grams."""

    id: str
    source: str
    words: frozenset[str]
    title: frozenset[str]
    sizes: frozenset[float]
    weights: frozenset[float]
    counts: frozenset[float]
    contacts: frozenset[str]
    account: str
    name: str
    groups: frozenset[str]
    taxa: frozenset[str]
    terms: frozenset[str]
    price: tuple[float, str] | None
    images: frozenset[str]
    language: str
    bands: tuple[str, ...]

    @property
    def keys(self) -> list[Key]:
        """By these a listing meets the ones that may be the same offer or the same seller."""
        keys = [Key("contact", contact) for contact in sorted(self.contacts)]
        keys += [Key("image", image) for image in sorted(self.images)]
        keys += [Key("band", band) for band in self.bands]
        if self.account:
            keys.append(Key("account", self.account))
        if len(self.name) >= 6:  # shorter names ("anna", "shop") meet too many strangers
            keys.append(Key("name", self.name[:8]))  # "elcurtidor" and "elcurtidor_tab" are to be looked at together
        return keys


def offer(listing: StoredListing) -> Offer:
    """The evidence of the listing's newest version."""
    latest, analysis = listing.latest, listing.latest.analysis
    text = fold(f"{latest.title}\n{latest.text}")
    measures = _amounts(latest)
    amount = float(latest.price_amount) if latest.price_amount is not None else None
    taxa = list(analysis.get("taxa") or [])
    name = latest.seller_name or self_named(latest.seller_text)
    return Offer(
        id=listing.id,
        source=latest.source,
        words=tokens(text),
        title=tokens(fold(latest.title)),
        sizes=_measures(measures, SIZE_UNITS),
        weights=_measures(measures, WEIGHT_UNITS),
        counts=_measures(measures, COUNT_UNITS),
        contacts=frozenset(contact_key(one) for one in analysis.get("contacts") or [] if one["kind"] != "url"),
        account=account_key(latest.source, latest.seller_id or latest.seller_url or name),
        name=name_key(name),
        groups=frozenset(one["group"] for one in taxa if one.get("group")),
        taxa=frozenset(one["name"] for one in taxa),
        terms=frozenset(one["code"] for one in analysis.get("terms") or []),
        price=(amount, latest.price_currency) if amount is not None else None,
        images=frozenset(latest.images[:8]),
        language=str((analysis.get("language") or {}).get("code", "")),
        bands=bands(text),
    )


def fold(text: str) -> str:
    """NFKC and case folded, white space single."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def tokens(folded: str) -> frozenset[str]:
    """Words; in scripts without spaces, overlapping pairs of characters. Digits are left to the measures."""
    found = set(WORD.findall(UNSPACED.sub(" ", folded)))
    for run in UNSPACED.findall(folded):
        found.update(run[i : i + 2] for i in range(max(1, len(run) - 1)))
    return frozenset(found)


def bands(folded: str) -> tuple[str, ...]:
    """Band hashes of the text's 5-character shingles, digits kept: they tell a seller's items apart."""
    if len(folded) < 2 * SHINGLE:
        return ()
    sketch = RMinHash(num_perm=BANDS * ROWS, seed=1)
    sketch.update([folded[i : i + SHINGLE] for i in range(len(folded) - SHINGLE + 1)])
    digest = sketch.digest()
    return tuple(
        blake2b(b"%d:" % band + repr(digest[band * ROWS : (band + 1) * ROWS]).encode(), digest_size=8).hexdigest()
        for band in range(BANDS)
    )


def contact_key(contact: Mapping[str, Any]) -> str:
    """A contact as it is compared: a phone number is the same on WhatsApp and on Zalo."""
    kind, value = str(contact["kind"]), fold(str(contact["value"]))
    if kind in PHONE_KINDS and value.startswith("+"):
        kind = "tel"
    return f"{kind}:{value}"


def self_named(seller_text: str) -> str:
    """The name that a seller's line begins with ("Pats_Attic | Harrogate | since 2011"); "" when it is a whole text."""
    first = re.split(r"[|\n•·]", seller_text, maxsplit=1)[0].strip()
    return first if len(first) <= LONGEST_NAME else ""


def seller_name(version: ListingVersion) -> str:
    """The seller as people know them: the name shown, else the one their line begins with, else the account."""
    return version.seller_name or self_named(version.seller_text) or version.seller_id


def account_key(source: str, account: str) -> str:
    """An account is known on its own site only."""
    return f"{source}|{fold(account)}" if account.strip() else ""


def name_key(name: str) -> str:
    """A seller's name without spacing, punctuation and legal form: "Odua Exports" and "ODUA EXPORTS LTD" are one."""
    words = [word for word in re.findall(r"\w+", fold(name).replace("'", "")) if word not in LEGAL_FORMS]
    return "".join(words)


def _amounts(version: ListingVersion) -> list[Mapping[str, Any]]:
    """The amounts that the analysis holds. It gives none where the text was read as harmless, but the coded copy of an
    offer may be just that, and its 48 grams are what tells whose copy it is: they are read here."""
    analysis = version.analysis
    if analysis.get("quantities") or analysis.get("relevant"):
        return list(analysis.get("quantities") or [])
    language = analysis.get("language") or {"code": "und", "confidence": 0.0}
    context = Context("listing", "", Language(language["code"], language["confidence"]), "")
    fields: tuple[tuple[FieldName, str], ...] = (("title", version.title), ("text", version.text))
    return [
        {"value": one.value, "unit": one.unit} for name, text in fields if text for one in find(name, text, context)
    ]


def _measures(measures: list[Mapping[str, Any]], units: Mapping[str, float]) -> frozenset[float]:
    return frozenset(round(float(one["value"]) * units[one["unit"]], 3) for one in measures if one["unit"] in units)
