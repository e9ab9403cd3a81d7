"""What the reader takes in and gives out. Field names are the contract of `osint analyse` (JSON lines).

All offsets are code-point positions `start <= i < end` in the **original** string of the named field
(`title`, `text` or `seller_text`), whatever folding was needed to find the words.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

Kind = Literal["listing", "post", "news"]
FieldName = Literal["title", "text", "seller_text"]
Trade = Literal["sell", "buy", "ship", "none"]


@dataclass(frozen=True, slots=True)
class Text:
    """One text to read. `country` (ISO 3166 alpha-2): where the site is at home; `published`: ISO date or date-time;
    `source`: the name under which the site is crawled, by which a model of its own is found."""

    id: str
    kind: Kind = "listing"
    title: str = ""
    text: str = ""
    seller_text: str = ""
    country: str = ""
    published: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Language:
    """ISO 639-1 code (`tl` for Filipino, `und` when it cannot be told) and a confidence in 0..1."""

    code: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Span:
    """Words that something rests on."""

    text: str
    field: FieldName
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Reason:
    """A named rule that spoke, its points (positive: for relevance), and the words it rests on."""

    rule: str
    points: float
    text: str
    field: FieldName
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Taxon:
    """An accepted name with its place in the tree.

    `rank` species | subspecies | genus | family | order | class; `lineage` accepted names from the taxon up, itself
    left out; `cites` "I", "II", "III", "I/II" (split listing) or "" (not listed); `group` the trade group ("elephant").
    """

    name: str
    rank: str
    lineage: tuple[str, ...]
    cites: str
    group: str
    text: str
    field: FieldName
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Term:
    """A CITES trade term: `code` as in the CITES Trade Database guide (IVC, TUS, SCA, LIV ...)."""

    code: str
    text: str
    field: FieldName
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Price:
    """The price asked, in whole units of an ISO 4217 currency ("" where nothing says which)."""

    amount: float
    currency: str
    text: str
    field: FieldName
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Quantity:
    """An amount: `unit` one of kg g mg t l ml cm mm m in ft ct pieces animals pairs sets ... as the source writes."""

    value: float
    unit: str
    text: str
    field: FieldName
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Contact:
    """`kind` phone whatsapp zalo line wechat telegram viber instagram facebook email url ...; phones in E.164."""

    kind: str
    value: str
    text: str
    field: FieldName
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Location:
    """A place that the text names, as it writes it.

    `precision` city | district | market | province | country ..., or "named": no gazetteer knows the name and the
    country is that of the site.
    """

    name: str
    country: str
    latitude: float | None
    longitude: float | None
    precision: str
    geonameid: int | None
    text: str
    field: FieldName
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Date:
    """A date that the text names: ISO `value` (a week as 2024-W20), `precision` day | week | month | year."""

    value: str
    precision: str
    text: str
    field: FieldName
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Event:
    """What a news text reports. A weight never becomes a count of animals; absent facts are None or "".

    `type` seizure | arrest | conviction | poaching | smuggling. `precision` is that of `event_date`, `place_precision` that
    of `place` (as in `Location`). `agency` is who acted: police | customs | wildlife service | border guard | coast guard |
    army | quarantine | security service | prosecutor | court, `agency_text` the words that say so. Two events of one
    `type` are two operations; `nlp.incidents` tells whether events of two texts are one.
    """  # noqa: E501

    type: str
    place: str
    country: str
    event_date: str
    precision: str
    taxon: str
    quantities: tuple[Quantity, ...]
    arrests: int | None
    text: str
    start: int
    end: int
    agency: str = ""
    agency_text: str = ""
    place_precision: str = ""


@dataclass(frozen=True, slots=True)
class Analysis:
    """All that was read from one text. `score` in 0..1; `masked` names the disguises seen, empty when none."""

    id: str
    language: Language
    relevant: bool
    score: float
    reasons: tuple[Reason, ...] = ()
    taxa: tuple[Taxon, ...] = ()
    terms: tuple[Term, ...] = ()
    trade: Trade = "none"
    price: Price | None = None
    quantities: tuple[Quantity, ...] = ()
    contacts: tuple[Contact, ...] = ()
    locations: tuple[Location, ...] = ()
    dates: tuple[Date, ...] = ()
    events: tuple[Event, ...] = ()
    masked: tuple[str, ...] = ()
    versions: tuple[tuple[str, str], ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON form: the answer of `osint analyse`."""
        plain = asdict(self)
        plain["versions"] = dict(self.versions)
        return plain
