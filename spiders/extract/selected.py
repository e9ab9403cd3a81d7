"""The values that a profile's selectors and JSON paths find on a page."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

import regex
from lxml import etree

from spiders.extract import images, money, scripts, structured, when
from spiders.extract.dom import Dom
from spiders.extract.money import Setting
from spiders.extract.texts import text_of
from spiders.profile import Data
from spiders.rules import Selector

NAMESPACES = {"re": "http://exslt.org/regular-expressions"}
SECONDS = 0.05
"""Time one pattern of a profile may take on one text."""


def nodes(root: etree._Element, selector: Selector) -> list[Any]:
    """What a selector finds: elements or texts."""
    found = root.xpath(selector.path, namespaces=NAMESPACES)
    return found if isinstance(found, list) else [found]


def select(root: etree._Element, selector: Selector, dom: Dom, setting: Setting, now: datetime | None) -> Any:
    """The value of a selector under `root`, read as it says; None when nothing is found."""
    found = nodes(root, selector)
    if selector.read == "present":
        return "yes" if found else None
    if selector.read == "images":
        urls = []
        for node in found:
            inside = (
                [node]
                if not isinstance(node, etree._Element) or node.tag == "img"
                else list(node.iter("img", "source", "a"))
            )
            urls += [
                images.of_element(one, dom) if isinstance(one, etree._Element) else dom.absolute(str(one))
                for one in inside
            ]
        return tuple(dict.fromkeys(url for url in urls if url and not images.junk(url))) or None
    texts = [text for node in found if (text := _text(node, selector, dom))]
    if not texts:
        return None
    text = "\n".join(texts) if selector.all else texts[0]
    if selector.regex:
        try:
            match = regex.search(selector.regex, text, timeout=SECONDS)
        except TimeoutError:
            match = None
        if not match:
            return None
        text = (match.group(1) if match.re.groups else match.group()) or ""
    return _typed(text, selector.read, setting, now, dom)


def _text(node: Any, selector: Selector, dom: Dom) -> str:
    if not isinstance(node, etree._Element):
        return " ".join(str(node).split())
    if selector.read == "attribute":
        return (node.get(selector.attribute) or "").strip()
    if selector.read == "link":
        return dom.absolute(node.get("href") or node.get("src") or "")
    if selector.read == "date":
        return node.get("datetime") or node.get("content") or text_of(node)
    if node.tag == "meta":
        return (node.get("content") or "").strip()
    return text_of(node)


def _typed(text: str, reader: str, setting: Setting, now: datetime | None, dom: Dom) -> Any:
    if reader == "price":
        return money.read(text, setting)
    if reader == "number":
        found = money.read(text, setting)
        return str(found.amount) if found else None
    if reader == "date":
        return when.parse(text, now, setting.language, setting.country)
    return text


def plainly(name: str, value: Any, setting: Setting, now: datetime | None, dom: Dom) -> Any:
    """A JSON value as the field `name` takes it."""
    if name == "price":
        return money.read(structured.plain(value), setting)
    if name in {"posted", "published", "post_date"}:
        return when.parse(structured.plain(value), now, setting.language, setting.country)
    if name == "images":
        many = value if isinstance(value, (list, tuple)) else [value]
        return tuple(url for one in many if (url := dom.absolute(structured.plain(one))))
    if isinstance(value, (list, tuple)):
        return "\n".join(filter(None, (structured.plain(one) for one in value)))
    return structured.plain(value)


def record(root: etree._Element, data: Data) -> Any:
    """The JSON value that `data.script` names, None when the page has none."""
    for node in nodes(root, data.script):
        text = "".join(node.itertext()) if isinstance(node, etree._Element) else str(node)
        if data.prefix:
            try:
                match = regex.search(data.prefix, text, timeout=SECONDS)
            except TimeoutError:
                match = None
            if not match:
                continue
            text = text[match.end() :]
        text = text.strip().rstrip(";").strip()
        value = structured.loads(text)
        if value is None:  # data followed by further script
            value = scripts.leading(text)
        if value is not None:
            return value
    return None


def walk(value: Any, path: str) -> Any:
    """The value at a dotted path (`props.ads.0.title`); None where it leads nowhere."""
    for part in path.split("."):
        if isinstance(value, dict):
            value = value.get(part)
        elif isinstance(value, list) and re.fullmatch(r"-?\d{1,6}", part):
            place = int(part)
            value = value[place] if -len(value) <= place < len(value) else None
        else:
            return None
    return value
