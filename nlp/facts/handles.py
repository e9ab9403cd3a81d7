"""Names on messengers and networks: what follows "微信", "Line ID", "IG", "Telegram @"."""

from __future__ import annotations

import re
from collections.abc import Iterator

import regex

from nlp.context import Context
from nlp.facts.cues import Cue
from nlp.text import Folded

Found = tuple[str, str, int, int]
_KINDS = frozenset(
    [
        "wechat",
        "line",
        "telegram",
        "viber",
        "instagram",
        "facebook",
        "kakaotalk",
        "qq",
        "zalo",
        "whatsapp",
        "signal",
        "snapchat",
        "tiktok",
        "vk",
    ]
)
_BETWEEN = regex.compile(
    r"(?P<mark>(?:\s|[:=>\-–~.\"'“”«»(\[【「『→➡]|\bid\b|\bacc(?:ount)?\b|\buser(?:name)?\b|\bname\b|ไอดี|账号|帐号|號|号|是|为|は|아이디|ника?\b|hesab[iı]m?\b|:|com/|@|\p{So}|️){0,8}+)"
    r"(?P<name>[a-z0-9][a-z0-9._\-]{2,31})(?![a-z0-9@])"
)
_SPELLED = re.compile(r"\b[a-z](?:[ .\-_*·|/][a-z]){1,9}+\b")
_SPELLED_KINDS = {"zalo": "zalo", "whatsapp": "whatsapp", "wechat": "wechat", "telegram": "telegram", "line": "line", "viber": "viber",  # noqa: E501
                  "wa": "whatsapp", "wasap": "whatsapp", "vx": "wechat", "wx": "wechat", "tg": "telegram", "ig": "instagram",  # noqa: E501
                  "fb": "facebook", "facebook": "facebook", "instagram": "instagram", "qq": "qq", "tele": "telegram"}  # fmt: skip  # noqa: E501
# Words that follow a messenger's name in ordinary talk.
_TALK = frozenset(
    [
        "me",
        "us",
        "only",
        "for",
        "the",
        "and",
        "or",
        "on",
        "at",
        "my",
        "your",
        "please",
        "pls",
        "group",
        "page",
        "channel",
        "call",
        "message",
        "messages",
        "text",
        "video",
        "audio",
        "number",
        "no",
        "contact",
        "here",
        "link",
        "shop",
        "store",
        "marketplace",
        "market",
        "now",
        "first",
        "order",
        "chat",
        "chats",
        "add",
        "app",
        "available",
        "preferred",
        "if",
        "you",
        "we",
        "pm",
        "dm",
        "post",
        "posts",
        "fan",
        "up",
        "of",
        "in",
        "with",
        "to",
        "by",
        "via",
        "is",
        "are",
        "was",
        "not",
        "from",
        "art",
        "work",
        "drawing",
        "fishing",
        "length",
        "profile",
        "account",
        "id",
        "username",
        "user",
        "name",
        "saja",
        "aja",
        "only",
        "ya",
        "yah",
        "dan",
        "atau",
        "untuk",
        "kirim",
        "chat",
        "langsung",
        "boleh",
        "juga",
        "nomor",
        "hubungi",
        "grup",
        "và",
        "hoặc",
        "nhé",
        "cho",
        "xem",
        "kết",
        "bạn",
        "số",
        "nha",
        "inbox",
        "oder",
        "und",
        "nur",
        "bitte",
        "por",
        "favor",
        "para",
        "solo",
        "com",
        "sem",
        "para",
        "ou",
        "et",
        "pour",
        "uniquement",
        "seulement",
        "sur",
        "ve",
        "veya",
        "icin",
        "per",
        "solo",
        "oppure",
        "na",
        "pekee",
        "tu",
        "tuma",
    ]
)
_LOOSE = frozenset({"line", "facebook", "whatsapp", "zalo", "signal", "viber", "instagram", "telegram"})


def spelled_out(text: str) -> list[Cue]:
    """Messenger names with signs between the letters: "Z.a.l.o", "w a"."""
    out = []
    for found in _SPELLED.finditer(text):
        kind = _SPELLED_KINDS.get(regex.sub(r"[^a-z]", "", found.group()))
        if kind:
            out.append(Cue(kind, found.start(), found.end()))
    return out


def handles(view: Folded, cues: list[Cue], context: Context) -> Iterator[Found]:
    """Account names after the name of a network. Ordinary words count only behind a colon, an "id" or an @."""
    text = view.text
    for cue in cues:
        if cue.role not in _KINDS:
            continue
        found = _BETWEEN.match(text, cue.end)
        if found is None:
            continue
        name, mark = found.group("name").rstrip("._-"), found.group("mark")
        start = found.start("name")
        marked = any(sign in mark for sign in ":=@>→➡") or "id" in mark or "号" in mark or "ไอดี" in mark or "账" in mark
        like_name = any(char.isdigit() or char in "._-" for char in name)
        digits = sum(char.isdigit() for char in name)
        if (
            len(name) < 3
            or name in _TALK
            or (digits == len(name) and not (cue.role in ("qq", "wechat", "line") and 5 <= digits <= 11))
        ):
            continue
        if "\n" in mark or (
            not mark and name[0].isascii() and text[cue.end - 1].isascii() and text[cue.end - 1].isalnum()
        ):
            continue
        if not (like_name or marked or (cue.role == "wechat" and len(name) >= 6)):
            continue
        if cue.role == "line" and text[cue.start : cue.end] == "line" and not (marked or like_name):
            continue
        if cue.role in _LOOSE and not marked and not like_name:
            continue
        if cue.role in ("whatsapp", "zalo", "viber", "signal") and digits >= len(name) - 1:
            continue
        end = start + len(name)
        if cue.role == "line" and text[start - 1 : start] == "@":
            start -= 1
        first, last = view.span(start, end)
        yield cue.role, view.original[first:last], start, end
