"""What a page says of itself for machines: JSON-LD, microdata, RDFa, as one kind of record.

An own reader, since it is needed on every page: 1-2 ms a page where extruct's three readers take 4-40, and it takes the
broken JSON that real pages hold. Measured by `bench/extract.py`.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from lxml import etree

from spiders.extract.dom import Dom
from spiders.extract.marks import mark
from spiders.extract.texts import text_of

Origin = Literal["json-ld", "microdata", "opengraph", "script"]
_MAX_THINGS = 3000
_MAX_JSON = 6_000_000
_BREAKS = re.compile(r"[\x00-\x1f]+")
_TRAILING = re.compile(r",\s*([}\]])")
_WRAPPED = mark("structured", "wrapped", ignore_case=False)
_HTML_TAG = re.compile(r"<[^<>]{1,500}>")
_BLOCK_TAG = re.compile(r"<(?:br|/p|/li|/div|/h\d|/tr)\b[^<>]{0,200}>", re.I)


@dataclass(slots=True)
class Thing:
    """A record of the page: its types (without namespace, lower case), its properties, where it came from."""

    types: frozenset[str]
    data: Mapping[str, Any]
    origin: Origin
    inside: frozenset[str] = field(default_factory=frozenset)
    """Types of the records around it."""

    def get(self, *names: str) -> Any:
        """The first property that has a value; lists are given whole."""
        for name in names:
            value = self.data.get(name)
            if value not in (None, "", [], {}):
                return value
        return None

    def text(self, *names: str) -> str:
        """The first property as clean text."""
        return plain(self.get(*names))


def plain(value: Any) -> str:
    """Text of a structured value: the first of a list, the name of a record; tags and entities undone."""
    for _ in range(4):
        if isinstance(value, list):
            value = value[0] if value else ""
        elif isinstance(value, Mapping):
            value = next(
                (value[key] for key in ("@value", "name", "value", "text", "@id", "url") if value.get(key)), ""
            )
        else:
            break
    if value is None or isinstance(value, (bool, Mapping, list)):
        return ""
    text = str(value)
    if "<" in text:
        text = _HTML_TAG.sub(" ", _BLOCK_TAG.sub("\n", text))
    if "&" in text:
        text = html.unescape(html.unescape(text))
        if "<" in text:
            text = _HTML_TAG.sub(" ", _BLOCK_TAG.sub("\n", text))
    return "\n".join(filter(None, (" ".join(line.split()) for line in text.replace("\r", "\n").split("\n"))))


def loads(text: str) -> Any:
    """JSON as pages hold it: wrapped in comments, with raw line breaks or a comma too many. None when it cannot be read."""  # noqa: E501
    if len(text) > _MAX_JSON:
        return None
    text = text.strip()
    for repair in (lambda one: one, lambda one: _BREAKS.sub(" ", _WRAPPED.sub("", one)), lambda one: _TRAILING.sub(r"\1", _BREAKS.sub(" ", html.unescape(_WRAPPED.sub("", one))))):  # fmt: skip  # noqa: E501
        try:
            return json.loads(repair(text), strict=False)
        except (ValueError, RecursionError):
            continue
    return None


def read(dom: Dom) -> list[Thing]:
    """All records of a page, JSON-LD first, in page order."""
    things: list[Thing] = []
    for script in dom.root.iter("script"):
        if "ld+json" in (script.get("type") or "").lower() and script.text:
            things += _walk(loads(script.text), "json-ld")
    _link(things)
    things += _microdata(dom)
    return things[:_MAX_THINGS]


def _types(value: Any) -> frozenset[str]:
    values = value if isinstance(value, list) else [value]
    return frozenset(re.split(r"[/#:]", one.rstrip("/"))[-1].lower() for one in values if isinstance(one, str) and one)


def _walk(data: Any, origin: Origin) -> Iterator[Thing]:
    stack: list[tuple[Any, frozenset[str], int]] = [(data, frozenset(), 0)]
    count = 0
    while stack and count < _MAX_THINGS:
        value, inside, depth = stack.pop()
        count += 1
        if depth > 12:
            continue
        if isinstance(value, list):
            stack += [(one, inside, depth + 1) for one in reversed(value[:500])]
        elif isinstance(value, dict):
            types = _types(value.get("@type"))
            if types:
                yield Thing(types, value, origin, inside)
            around = inside | types
            stack += [
                (one, around, depth + 1) for one in reversed(list(value.values())) if isinstance(one, (dict, list))
            ]


def _link(things: list[Thing]) -> None:
    # {"seller": {"@id": "#us"}} stands for the record with that id.
    named = {str(thing.data["@id"]): thing.data for thing in things if "@id" in thing.data and len(thing.data) > 2}
    for thing in things:
        for key, value in list(thing.data.items()):
            if (
                isinstance(value, dict)
                and set(value) <= {"@id", "@type"}
                and (full := named.get(str(value.get("@id"))))
                and full is not thing.data
            ):
                thing.data[key] = full  # type: ignore[index]


_ITEMS = etree.XPath("//*[@itemscope and not(@itemprop)] | //*[@itemscope and @itemtype] | //*[@typeof]")


def _microdata(dom: Dom) -> list[Thing]:
    found: list[Thing] = []
    elements = _ITEMS(dom.root)
    assert isinstance(elements, list)
    made: dict[etree._Element, dict[str, Any]] = {}
    for el in elements[:600]:
        data = _scope(el, dom, made, 0)
        types = _types((el.get("itemtype") or el.get("typeof") or "").split())
        if not types and len(data) < 2:
            continue
        around: set[str] = set()
        for outer in el.iterancestors():
            around |= _types((outer.get("itemtype") or outer.get("typeof") or "").split())
        found.append(Thing(types, data, "microdata", frozenset(around)))
    return found


def _scope(el: etree._Element, dom: Dom, made: dict[etree._Element, dict[str, Any]], depth: int) -> dict[str, Any]:
    if el in made:
        return made[el]
    rdfa = el.get("typeof") is not None
    name_attribute, scope_attribute = ("property", "typeof") if rdfa else ("itemprop", "itemscope")
    data: dict[str, Any] = {"@type": (el.get("itemtype") or el.get("typeof") or "").split()}
    made[el] = data
    if el.get("itemid"):
        data["@id"] = el.get("itemid")
    stack = list(reversed(el))
    count = 0
    while stack and count < 4000:
        child = stack.pop()
        count += 1
        names = child.get(name_attribute)
        nested = child.get(scope_attribute) is not None
        if names:
            value: Any = _scope(child, dom, made, depth + 1) if nested and depth < 8 else _value(child, dom)
            for name in names.split()[:5]:
                key = re.split(r"[/#:]", name)[-1]
                if value not in ("", None):
                    data[key] = value if key not in data else [*_listed(data[key]), value]
        if not nested:
            stack += reversed(child)
    return data


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _value(el: etree._Element, dom: Dom) -> str:
    if el.get("content") is not None:
        return (el.get("content") or "").strip()
    tag = el.tag
    if tag in {"a", "link", "area"} and el.get("href"):
        own = " ".join(el.itertext()).strip()
        key = (el.get("itemprop") or el.get("property") or "").lower()
        return dom.absolute(el.get("href") or "") if tag == "link" or "url" in key or "image" in key or not own else own
    if tag in {"img", "audio", "video", "source", "embed", "iframe"}:
        return dom.absolute(el.get("src") or el.get("data-src") or "")
    if tag == "time" and el.get("datetime"):
        return el.get("datetime") or ""
    if tag in {"data", "meter"} and el.get("value"):
        return el.get("value") or ""
    return _lines(el)


def _lines(el: etree._Element) -> str:
    # Keeps the paragraphs of a description; short values come out on one line.
    parts: list[str] = []
    for piece in el.itertext():
        parts.append(piece)
    joined = " ".join(" ".join(parts).split())
    return joined if len(joined) < 200 else (text_of(el) if el.find(".//script") is not None else joined)
