"""The following page of results or of a thread."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import parse_qsl, urlsplit

from lxml import etree

from spiders.extract.anchors import Anchor
from spiders.extract.marks import mark
from spiders.extract.texts import safe_join
from spiders.extract.words import bare, words

_CLASS = mark("paging", "class")
_CLASS_PREVIOUS = re.compile(r"(?:^|[\s_-])(?:prev\w*|back|first|last|disabled|newer)(?:$|[\s_-])", re.I)
_PAGER = mark("paging", "pager")
_NUMBER = mark("paging", "number")
_COUNTER = mark("paging", "counter")
_PATH_COUNTER = mark("paging", "path_counter")
_ARROWS = frozenset({"»", "›", ">", ">>", "→", "⟩", "❯", "▶", "►", "⇒", "＞", "≫", "⟶", "▸"})
_SLIDER = mark("paging", "slider")
_ARTICLE_NAV = mark("paging", "article_nav")


def next_page(root: etree._Element, links: Sequence[Anchor], base: str) -> str:
    """The absolute address of the page after this one, "" when there is none to be seen."""
    for el in root.iter("link"):
        if "next" in (el.get("rel") or "").lower().split() and (url := safe_join(base, el.get("href") or "")):
            return url
    best, best_score = "", 0.0
    here = _counter(base) or 1
    numbers = _numbers(links)
    current = _current(root, here, numbers)
    for link in links:
        score = _score(link, base, current, numbers)
        if score > best_score:
            best, best_score = link.url, score
    return best if best_score >= 3 else ""


def _label(el: etree._Element) -> str:
    text = " ".join("".join(el.itertext()).split())
    return text if len(text) <= 40 else ""


def _score(link: Anchor, base: str, current: int, numbers: dict[int, list[Anchor]]) -> float:  # noqa: PLR0912
    el = link.el
    label = _label(el)
    if not label and len("".join(el.itertext()).strip()) > 40:
        return 0.0
    score = 0.0
    rel = (el.get("rel") or "").lower().split()
    if "next" in rel:
        score += 4
    if "prev" in rel:
        return 0.0
    own = f"{el.get('class') or ''} {el.get('id') or ''}"
    parent = el.getparent()
    near = f"{parent.get('class') or ''} {parent.get('id') or ''}" if parent is not None else ""
    named = bare(label)
    says = named in _next_words() or label.strip() in _ARROWS
    spoken = bare(f"{el.get('aria-label') or ''}") or bare(el.get("title") or "")
    if says:
        score += 3
    elif len(named) < 32 and named.startswith(_NEXT_THEN):
        score += 2.5
    if spoken and (spoken in _next_words() or spoken.startswith(_NEXT_FIRST) or spoken.endswith(_NEXT_FIRST)):
        score += 2.5
    if _CLASS.search(own):
        score += 2
    elif _CLASS.search(near) and not (parent is not None and len(parent[:4]) > 3):
        score += 1.5
    image = el.find(".//img")
    if image is not None and not label and bare(image.get("alt") or "") in _next_words():
        score += 3
    number = _page_number(label)
    if number is not None:
        if number == current + 1 and len(numbers) >= 2:
            score += 1.2 + (1.5 if _in_pager(el) else 0)
        else:
            return 0.0
    if score <= 0:
        return 0.0
    counter = _counter(link.url)
    if counter is not None and counter == current + 1:
        score += 1.5
    elif counter is not None and 0 < counter < current:
        score -= 2
    if _in_pager(el):
        score += 1.5
    if _CLASS_PREVIOUS.search(own) and not says:
        score -= 3
    if (urlsplit(link.url).hostname or "").removeprefix("www.") != (urlsplit(base).hostname or "").removeprefix("www."):
        score -= 2
    around = " ".join(f"{one.get('class') or ''} {one.get('id') or ''}" for one in (el, *_above(el, 4)))
    if _SLIDER.search(around):
        score -= 3
    if _ARTICLE_NAV.search(around):
        score -= 1
    return score


def _above(el: etree._Element, levels: int) -> list[etree._Element]:
    found = []
    for one in el.iterancestors():
        found.append(one)
        if len(found) >= levels:
            break
    return found


def _in_pager(el: etree._Element) -> bool:
    return any(
        _PAGER.search(
            f"{one.get('class') or ''} {one.get('id') or ''} {one.get('role') or ''} {one.get('aria-label') or ''}"
        )
        for one in (el, *_above(el, 4))
    )


def _page_number(label: str) -> int | None:
    found = _NUMBER.fullmatch(label.strip("[]() .").casefold()) if label else None
    return int(found[1]) if found else None


def _numbers(links: Sequence[Anchor]) -> dict[int, list[Anchor]]:
    found: dict[int, list[Anchor]] = {}
    for link in links:
        text = link.el.text
        if text is not None and len(text) > 30:
            continue
        number = _page_number(_label(link.el))
        if number is not None and number < 2000:
            found.setdefault(number, []).append(link)
    return found


def _current(root: etree._Element, here: int, numbers: dict[int, list[Anchor]]) -> int:
    # The number that stands beside the numbered links and is none itself.
    for links in (numbers.get(2, []), numbers.get(3, []), numbers.get(1, [])):
        for link in links[:3]:
            box = link.el
            for _ in range(3):
                parent = box.getparent()
                if parent is None:
                    break
                box = parent
                for child in box.iter():
                    if (
                        child.tag == "a"
                        and child.get("href")
                        and not re.search(r"\b(?:active|current|selected|disabled)\b", child.get("class") or "", re.I)
                    ):
                        continue
                    text = (child.text or "").strip("[]() \n\t")
                    if (
                        text.isdigit()
                        and len(text) <= 4
                        and child.tag in {"span", "strong", "b", "em", "li", "a", "button", "div", "td", "font", "p"}
                    ):
                        number = int(text)
                        if number + 1 in numbers or number - 1 in numbers:
                            return number
    return here


def _counter(url: str) -> int | None:
    parts = urlsplit(url)
    for name, value in parse_qsl(parts.query):
        if _COUNTER.match(name) and value.isdigit():
            number = int(value)
            return number if number < 1000 and not re.match(r"start|offset|from|skip|begin|s$|o$", name, re.I) else None
    found = _PATH_COUNTER.search(parts.path)
    return int(found[1]) if found else None


def _next_words() -> frozenset[str]:
    return _NEXT


_NEXT = frozenset(bare(word) for word in words("next"))
_NEXT_FIRST = tuple(
    word for word in _NEXT if len(word) > 2 and word not in {"sau", "mer", "more", "más", "lagi", "mais"}
)
_NEXT_THEN = tuple(word + " " for word in _NEXT_FIRST)
