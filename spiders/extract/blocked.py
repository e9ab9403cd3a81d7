"""Pages that are not the page asked for: robot checks, login walls, empty JavaScript shells, "not found" with status 200."""  # noqa: E501

from __future__ import annotations

from spiders.extract.dom import Dom
from spiders.extract.marks import mark
from spiders.extract.words import has, pattern
from spiders.items import Page

_CHALLENGE = mark("blocked", "challenge")
_HARD = mark("blocked", "hard")
_SHELL = frozenset(
    {
        "root",
        "app",
        "__next",
        "__nuxt",
        "main-app",
        "react-root",
        "app-root",
        "application",
        "ember-basic-dropdown-wormhole",
        "svelte",
        "q-app",
    }
)
_SECRET_FIELD = ".//input[@type='password']"  # noqa: S105
_LOGIN_PATH = mark("blocked", "login_path")
_STATUS = {401: "asks for a login", 403: "forbidden", 407: "asks for a proxy login", 429: "too many requests", 451: "legally withheld", 503: "service unavailable"}  # fmt: skip  # noqa: E501


SAID = 60
"""Characters that a rendered page has at least, unless its scripts failed and the frame is all there is."""


def blocked(page: Page, dom: Dom, source: str, *, data: bool) -> str:
    """Why the page is a block, "" when it is none. `data`: structured data or script data of a thing were found."""
    title = dom.title or dom.meta("og:title")
    short = dom.size < 2500
    if page.status in {401, 407, 429, 451}:
        return f"status {page.status}: {_STATUS[page.status]}"
    if title and (word := has("blocked", title)) and (short or page.status in {403, 503}):
        return f'title says "{word}"'
    if page.status in {403, 503} and short:
        return f"status {page.status}: {_STATUS[page.status]}"
    if data and not short:
        return ""
    text = " ".join(block.text for block in dom.blocks[:60])[:4000]
    if short:
        word = has("blocked", text)
        if word and (_CHALLENGE.search(source[:400_000]) or dom.size < 900):
            return f'page says "{word}"'
        if (found := _HARD.search(source[:400_000])) and dom.size < 900:
            return f"robot check ({found.group().lower()})"
    if wall := _login_wall(dom, title, text, page.address):
        return wall
    if data or (page.by == "browser" and dom.size >= SAID):
        return ""  # a browser has run the scripts: what stands there now is the page, however short
    return _empty(dom, source)


def _login_wall(dom: Dom, title: str, text: str, address: str) -> str:
    form = dom.root.find(_SECRET_FIELD) is not None
    said = has("login", title) if title else ""
    if dom.size > 2500:
        return ""
    if said and (form or dom.size < 600):
        return f'title says "{said}"'
    if form and dom.size < 1500 and (has("login", text) and len(list(dom.root.iter("a"))) < 60):
        return "a login form and little else"
    return f"the address is that of a login ({address[:80]})" if _LOGIN_PATH.search(address) and dom.size < 1500 else ""


def _empty(dom: Dom, source: str) -> str:
    scripts = sum(1 for _ in dom.root.iter("script"))
    if dom.size < 400:
        hidden = " ".join(dom.hidden_texts) + " ".join(block.text for block in dom.blocks)
        if word := has("javascript", hidden):
            return f'empty without JavaScript ("{word}")'
        for el in dom.root.iter("div", "main", "section", "app-root"):
            if (el.get("id") or "").lower() in _SHELL or el.tag == "app-root":
                return "empty without JavaScript"
        if scripts >= 2 and dom.size < 120 and len(source) > 500:
            return "empty without JavaScript"
    return ""


_CODE_404 = mark("blocked", "code_404")


def missing(page: Page, dom: Dom, *, offers: bool) -> str:
    """Why the page says "not found", "" when it does not. `offers`: it has a price, a thing of its own, or many boxes."""  # noqa: E501
    if page.status in {404, 410}:
        return f"status {page.status}"
    shown = [
        (str(el.tag), " ".join(" ".join(el.itertext()).split())[:200]) for el in list(dom.root.iter("h1", "h2"))[:6]
    ]
    for where, text in (("title", dom.title[:200]), *shown):
        word = has("missing", text)
        if word and not offers and (dom.size < 6000 or where == "title"):
            return f'{where} says "{word}"'
        if not offers and dom.size < 2500 and where in {"title", "h1"} and _CODE_404.search(text) and len(text) < 60:
            return f"{where} says {_CODE_404.search(text).group().strip()}"  # type: ignore[union-attr]
    if dom.size < 700 and not offers:
        text = " ".join(block.text for block in dom.blocks)[:1500]
        found = pattern("missing").search(text.casefold())
        if found:
            return f'page says "{found.group()}"'
    return ""
