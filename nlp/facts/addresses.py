"""Mail addresses and links, plain and disguised ("name at mail dot com")."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

import regex

from nlp.context import Context
from nlp.facts.phones import e164
from nlp.facts.tables import home
from nlp.text import Folded

_MOST = 800  # signs looked at in one field
Found = tuple[str, str, int, int]
_TLD = r"(?:com|net|org|info|biz|shop|store|online|site|app|io|me|co|example|test|invalid|gov|edu|mail|[a-z]{2})"
_AT = r"(?:@|\bat\b|\barroba\b|\bsobaka\b|собака|\bchiocciola\b|\bapestaartje\b|\ba cong\b|\bätt\b|アット|골뱅이|艾特|圈a)"  # noqa: E501
_DOT = r"(?:\.|\bdot\b|\bpunto\b|\bponto\b|\bpunkt\b|\bpoint\b|\bpunt\b|\bnokta\b|\btitik\b|\bcham\b|точка|ドット|点|點|닷)"  # noqa: E501
_LOCAL = regex.compile(r"[a-z0-9._%+\-]{1,64}\Z")
_DOMAIN = regex.compile(r"[a-z0-9\-]{1,63}(?:\.[a-z0-9\-]{1,63}){0,5}\.[a-z]{2,24}(?![a-z0-9])")
# Brackets or spaces stand around each disguised sign.
_DISGUISED = regex.compile(
    r"(?<![a-z0-9._%+\-])(?P<local>[a-z0-9][a-z0-9_%+\-]{1,40}+(?:\s?[\[({<]?\s?" + _DOT + r"\s?[\])}>]?\s?[a-z0-9_\-]{1,30}+){0,2}?)"  # noqa: E501
    r"\s{0,2}[\[({<*]?\s?" + _AT + r"\s?[\])}>*]?\s{0,2}"
    r"(?P<domain>[a-z0-9\-]{2,40}+(?:\s?[\[({<]?\s?" + _DOT + r"\s?[\])}>]?\s?[a-z0-9\-]{2,30}+){0,2}?)"
    r"\s?[\[({<]?\s?" + _DOT + r"\s?[\])}>]?\s?(?P<tld>" + _TLD + r")(?![a-z0-9])"
)  # fmt: skip
# What every disguised address has: a sign for @, a name, a sign for the dot. One pattern a sign, so that each begins
# with letters that are searched for fast.
_SIGNS = tuple(
    (sign, re.compile(re.escape(sign) + r"[\])}>*]?\s{0,2}[a-z0-9\-]{2,40}+\s?[\[({<]?\s?" + _DOT))
    for sign in ("@", "at", "arroba", "sobaka", "собака", "chiocciola", "apestaartje", "a cong", "ätt", "アット",
                 "골뱅이", "艾特", "圈a")
)  # fmt: skip
_DOTS = regex.compile(r"\s?[\[({<]?\s?" + _DOT + r"\s?[\])}>]?\s?")
_HINT = regex.compile(r"\bat\b|arroba|собака|chiocciola|a cong|アット|골뱅이|艾特|圈a|@")
_LINK = regex.compile(
    r"(?<![a-z0-9@._\-])(?:(?:https?|ftp)://[^\s<>\"'，。！）】]{3,300}+|www\.[a-z0-9\-]{1,63}[^\s<>\"'，。！）】]{1,200}+"
    r"|(?:t\.me|wa\.me|zalo\.me|m\.me|fb\.me|fb\.com|vk\.com|line\.me|lin\.ee|instagr\.am|bit\.ly|(?:m\.|web\.)?facebook\.com|(?:www\.)?instagram\.com|api\.whatsapp\.com|chat\.whatsapp\.com)/[^\s<>\"'，。！）】]{1,200}+"
    r"|(?:[a-z0-9\-]{1,63}\.){1,4}(?:com|net|org|info|biz|shop|store|online|example|(?:com?|net|org|or|in|web)\.[a-z]{2})(?![a-z0-9@\-])(?:/[^\s<>\"'，。！）】]{0,200}+)?)"
)
_DOTTED = re.compile(r"[a-z0-9]\.[a-z]{2}")
_HOSTS = {
    "t.me": "telegram", "telegram.me": "telegram", "wa.me": "whatsapp", "api.whatsapp.com": "whatsapp", "zalo.me": "zalo",  # noqa: E501
    "m.me": "facebook", "fb.me": "facebook", "fb.com": "facebook", "facebook.com": "facebook", "m.facebook.com": "facebook",  # noqa: E501
    "web.facebook.com": "facebook", "instagram.com": "instagram", "instagr.am": "instagram", "line.me": "line", "vk.com": "vk",  # noqa: E501
}  # fmt: skip
_PHONE = regex.compile(r"\+?\d{7,15}")
_NAME = regex.compile(r"@?([a-z0-9][a-z0-9._\-]{2,60})")


def emails(view: Folded) -> Iterator[Found]:
    """Mail addresses, lower case."""
    text = view.text
    at, tries = text.find("@"), 0
    while at >= 0 and (tries := tries + 1) <= _MOST:
        local = _LOCAL.search(text, max(0, at - 64), at)
        domain = _DOMAIN.match(text, at + 1)
        if local and domain:
            yield "email", f"{local.group().strip('.')}@{domain.group()}", local.start(), domain.end()
        at = text.find("@", at + 1)
    if any(sign in text and pattern.search(text) for sign, pattern in _SIGNS):
        for hint in islice(_HINT.finditer(text), _MOST // 4):
            found = next(
                iter(_DISGUISED.finditer(text, max(0, hint.start() - 60), min(len(text), hint.end() + 80))), None
            )
            if found is not None and found.start() <= hint.start() < found.end() and " at the " not in found.group():
                name, host = (_DOTS.sub(".", found.group(part)) for part in ("local", "domain"))
                if (
                    found.group("tld") in ("me", "co", "io", "mail")
                    and "." in found.group()[-4:]
                    and " at " in found.group()
                ):
                    continue  # "look at that. me"
                yield "email", f"{name}@{host}.{found.group('tld')}", found.start(), found.end()


def links(view: Folded, context: Context) -> Iterator[Found]:
    """Links; those of messengers and networks become the account they lead to."""
    if _DOTTED.search(view.text) is None and "//" not in view.text:
        return
    for found in islice(_LINK.finditer(view.text), _MOST):
        end = found.end() - (len(found.group()) - len(found.group().rstrip(".,;:!?)'\"*")))
        if "@" in view.text[found.start() : end].split("/")[0]:
            continue
        first, last = view.span(found.start(), end)
        written = view.original[first:last]
        bare = regex.sub(r"^(?:https?://)?(?:www\.)?", "", view.text[found.start() : end])
        host, _, path = bare.partition("/")
        kind = _HOSTS.get(host)
        if kind is None:
            yield "url", written, found.start(), end
            continue
        phone = _PHONE.search(path)
        if kind in ("whatsapp", "zalo") and phone:
            number = e164(phone.group(), home(context.language.code, context.country)) or e164(
                "+" + phone.group().lstrip("+"), ""
            )
            if number:
                yield kind, number, found.start(), end
                continue
        path = regex.sub(
            r"^(?:ti/p/|r/|s/|profile\.php\?id=|groups/|people/|c/|u/|joinchat/|\+|~|send/?\?[a-z]+=)+~?", "", path
        )
        name = _NAME.match(path)
        yield (kind, name.group(1).rstrip("._-"), found.start(), end) if name else ("url", written, found.start(), end)
