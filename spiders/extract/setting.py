"""Where a page is at home: its country and language, from address, markup and metadata; settles bare signs and date order."""  # noqa: E501

from __future__ import annotations

import re

from spiders.extract.dom import Dom
from spiders.extract.money import Setting, country_currency, currency_of
from spiders.extract.texts import urlsplit_safe

_CODE = re.compile(r"^[A-Za-z]{2}$")
_LOCALE = re.compile(r"^([A-Za-z]{2})[-_]([A-Za-z]{2})\b")
_PLACE_IN_PATH = re.compile(r"^/(?:([a-z]{2})[-_/]([a-z]{2})|([a-z]{2}))(?:/|$)", re.I)
_NOT_COUNTRIES = frozenset(
    {"io", "co", "tv", "me", "ai", "cc", "ws", "to", "fm", "eu", "gg", "ly", "so", "am", "is", "st", "id_"}
)
_LANGUAGES = frozenset(["en", "de", "fr", "es", "pt", "it", "nl", "ru", "zh", "ja", "ko", "vi", "th", "id", "ms", "tr", "ar", "hi", "sw", "lo", "km", "my", "pl", "sv", "no", "nb", "da", "fi", "cs", "et", "uk", "fa", "he", "ro", "hu", "el", "lv", "lt", "sk", "sl", "hr", "bg", "sr"])  # fmt: skip  # noqa: E501
_SPOKEN_IN = {"de": "DE", "fr": "FR", "es": "ES", "it": "IT", "nl": "NL", "ru": "RU", "ja": "JP", "ko": "KR", "vi": "VN", "th": "TH", "id": "ID",  # noqa: E501
              "tr": "TR", "hi": "IN", "lo": "LA", "km": "KH", "my": "MM", "pl": "PL", "sv": "SE", "no": "NO", "nb": "NO", "da": "DK",  # noqa: E501
              "fi": "FI", "cs": "CZ", "et": "EE", "uk": "UA", "fa": "IR", "he": "IL", "ro": "RO", "hu": "HU", "el": "GR", "zh": "CN",  # noqa: E501
              "pt": "PT", "lv": "LV", "lt": "LT", "sk": "SK", "ms": "MY"}  # fmt: skip


def setting_of(dom: Dom, country: str = "", languages: tuple[str, ...] = ()) -> Setting:
    """The setting of a page. `country` and `languages` are what a profile says and come before what the page says."""
    locale = dom.meta("og:locale", "language", "content-language") or dom.root.get("lang") or ""
    html_lang = dom.root.get("lang") or ""
    language = dom.language or locale[:2].lower() or (languages[0] if languages else "")
    if not country:
        country = _from_host(dom.address) or _from_path(dom.address)
    if not country:
        for one in (html_lang, locale):
            if found := _LOCALE.match(one):
                country = found[2].upper()
                break
    country = {"UK": "GB", "SU": "RU"}.get(country, country) or _SPOKEN_IN.get(language, "")
    stated = dom.meta("og:price:currency", "product:price:currency", "currency", "pricecurrency", "twitter:currency")
    currency = (currency_of(stated) or "") if stated and len(stated) <= 6 else ""
    return Setting(country, language, currency or "")


def _from_host(address: str) -> str:
    host = (urlsplit_safe(address).hostname or "").lower()
    last = host.rsplit(".", 1)[-1]
    if len(last) == 2 and last not in _NOT_COUNTRIES:
        code = {"uk": "GB"}.get(last, last.upper())
        return code if country_currency(code) else ""
    first = host.split(".", 1)[0]
    if found := re.match(r"(?:[a-z]{2}-([a-z]{2})|([a-z]{2}))$", first):  # ar-sa.shop.com, vn.shop.com
        code = (found[1] or found[2]).upper()
        code = {"UK": "GB"}.get(code, code)
        if code.lower() not in _LANGUAGES or found[1]:
            return code if country_currency(code) else ""
    return ""


def _from_path(address: str) -> str:
    found = _PLACE_IN_PATH.match(urlsplit_safe(address).path)
    if not found:
        return ""
    if found[3]:
        codes = [found[3]] if found[3].lower() not in _LANGUAGES else []
    else:
        codes = [code for code in (found[1], found[2]) if code.lower() not in _LANGUAGES] or [found[2]]
    for code in codes:
        country = {"UK": "GB"}.get(code.upper(), code.upper())
        if country_currency(country):
            return country
    return ""
