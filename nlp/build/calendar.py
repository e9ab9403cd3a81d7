"""Names of months and weekdays: `python -m nlp.build.calendar` writes `nlp/facts/calendar.tsv` from Babel (CLDR, Unicode-3.0)."""  # noqa: E501

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from babel import Locale

from nlp.build.files import write_tsv
from nlp.text import key

OUT = Path(__file__).parents[1] / "facts" / "calendar.tsv"
LANGS = [
    "en",
    "vi",
    "th",
    "id",
    "ms",
    "ja",
    "ko",
    "fr",
    "es",
    "pt",
    "de",
    "it",
    "nl",
    "ru",
    "ar",
    "hi",
    "sw",
    "tr",
    "fil",
    "lo",
    "km",
    "my",
    "bn",
    "zh",
]
# What CLDR does not give: Levantine and Maghrebi months, Swahili and Filipino forms people write, short weekdays.
MORE = {
    ("month", "ar"): "كانون الثاني|شباط|آذار|نيسان|أيار|حزيران|تموز|آب|أيلول|تشرين الأول|تشرين الثاني|كانون الأول",
    ("weekday", "vi"): "thứ hai|thứ ba|thứ tư|thứ năm|thứ sáu|thứ bảy|chủ nhật",
    ("weekday", "zh"): "周一|周二|周三|周四|周五|周六|周日", ("weekday", "ms"): "isnin|selasa|rabu|khamis|jumaat|sabtu|ahad",  # noqa: E501
    ("weekday", "id"): "senin|selasa|rabu|kamis|jumat|sabtu|minggu", ("weekday", "pt"): "segunda|terça|quarta|quinta|sexta|sábado|domingo",  # noqa: E501
    ("weekday", "th"): "จันทร์|อังคาร|พุธ|พฤหัส|ศุกร์|เสาร์|อาทิตย์",
    ("month", "th"): "ม.ค.|ก.พ.|มี.ค.|เม.ย.|พ.ค.|มิ.ย.|ก.ค.|ส.ค.|ก.ย.|ต.ค.|พ.ย.|ธ.ค.",
    ("month", "en"): "jan|feb|mar|apr|may|jun|jul|aug|sept|oct|nov|dec",
    ("weekday", "ru"): "в понедельник|во вторник|в среду|в четверг|в пятницу|в субботу|в воскресенье",
    ("weekday", "ar"): "الإثنين|الثلاثاء|الأربعاء|الخميس|الجمعة|السبت|الأحد",
}  # fmt: skip
FEWEST = {"weekday": 3, "month": 3}


def rows() -> Iterator[tuple[str, str, int, str]]:
    """Kind, language, number (months from 1, weekdays from 0 = Monday), forms."""
    for lang in LANGS:
        locale = Locale.parse(lang)
        for kind, table, first in (("month", locale.months, 1), ("weekday", locale.days, 0)):
            forms: dict[int, dict[str, str]] = {}
            first_name = Locale.parse(lang).months["format"]["wide"][1].lstrip("0123456789") or "月"
            for context in ("format", "stand-alone"):
                for width in ("wide", "abbreviated") if kind == "month" else ("wide",):
                    for number, name in table[context][width].items():
                        bare = name.rstrip(".")
                        if ord(bare[0]) // 0x250 != ord(first_name[0]) // 0x250 and (
                            ord(bare[0]) < 0x250 or ord(first_name[0]) < 0x250
                        ):
                            continue  # Babel merges some locales into each other
                        if len(key(bare)) >= (2 if not bare.isascii() else FEWEST[kind]) and not bare.isdigit():
                            forms.setdefault(number, {}).setdefault(key(bare), bare)
            for number, extra in enumerate(MORE.get((kind, lang), "").split("|"), first):
                if extra:
                    forms.setdefault(number, {}).setdefault(key(extra), extra)
            for number, words in sorted(forms.items()):
                yield kind, "tl" if lang == "fil" else lang, number, "|".join(words.values())


if __name__ == "__main__":
    write_tsv(OUT, ("kind", "lang", "number", "words"), rows())
