"""The title of a page's thing, without the site's name and without what pages put around it."""

from __future__ import annotations

import re

from spiders.extract.dom import Dom
from spiders.extract.texts import text_of

_SPLIT = re.compile(r"\s+[|–—\-·•:»›~]\s+|\s*[|｜]\s*|\s::\s|\s»\s|(?<=\w)\s[-–—]\s|_(?=[^_\s]{2,12}$)")
MASTHEAD, MASTHEAD_NODES = 6, 40
"""How many blocks and elements from the top may hold the site's name."""
_WORD = re.compile(r"\w+")


def site_names(dom: Dom) -> list[str]:
    """Names under which the site may stand in its titles, folded."""
    names = [
        dom.meta("og:site_name"),
        dom.meta("application-name"),
        dom.meta("apple-mobile-web-app-title"),
        dom.meta("al:ios:app_name"),
    ]
    names += [part for part in _SPLIT.split(dom.title)[1:] if part and part.strip() in _masthead(dom)]
    host = dom.host
    parts = host.split(".")
    if len(parts) > 1:
        core = parts[-3] if len(parts) > 2 and len(parts[-2]) <= 3 else parts[-2]
        names += [host, core]
        if core in {"co", "com"}:
            names.pop()
    elif host:
        names.append(host)
    return [fold(name) for name in names if name and len(fold(name)) > 1]


def _masthead(dom: Dom) -> set[str]:
    # What stands alone at the top of the page and again in its `<title>` is the site's name: nobody repeats a thing so.
    return {block.text for block in dom.blocks[:MASTHEAD] if block.node.tag not in {"h1", "h2", "h3"}} | {
        " ".join("".join(node.el.itertext()).split())
        for node in dom.ordered[:MASTHEAD_NODES]
        if node.tag in {"a", "b", "strong", "font", "span", "div"} and not len(node.el)
    }


def fold(text: str) -> str:
    """Letters and digits alone, lower case."""
    return "".join(_WORD.findall(text.casefold()))


def without_site(title: str, names: list[str]) -> str:
    """`title` without the parts that name the site: "Ivory box | Shop" → "Ivory box"."""
    parts = [part for part in _SPLIT.split(title) if part and part.strip()]
    if len(parts) < 2:
        return title.strip()
    marks = [found.group() for found in _SPLIT.finditer(title)]
    drop_last = 0
    for part in reversed(parts[1:]):
        folded = fold(part)
        if folded and any(
            folded == name
            or (len(name) > 3 and (folded.startswith(name) or folded.endswith(name)) and len(folded) < len(name) + 24)
            or (len(folded) > 3 and folded in name)
            for name in names
        ):
            drop_last += 1
        else:
            break
    first = 0
    head = fold(parts[0])
    if (
        any(head == name or (len(name) > 3 and head.startswith(name) and len(head) < len(name) + 8) for name in names)
        and len(parts) - drop_last > 1
    ):
        first = 1
    kept = parts[first : len(parts) - drop_last]
    out = kept[0]
    for offset, part in enumerate(kept[1:], first):
        out += (marks[offset] if offset < len(marks) else " - ") + part
    return out.strip()


def headings(dom: Dom) -> list[str]:
    """Texts of the `h1`s that are seen, in page order."""
    found = []
    for el in dom.root.iter("h1"):
        node = dom.nodes.get(el)
        if node is not None and node.hidden:
            continue
        text = text_of(el)
        if text and len(text) < 400:
            found.append(text)
        if len(found) >= 10:
            break
    return found


def tokens(text: str) -> list[str]:
    """Words of a text, folded."""
    return _WORD.findall(text.casefold())


def likeness(one: str, other: str) -> float:
    """Shared words over all words, 0..1."""
    left, right = set(tokens(one)), set(tokens(other))
    return len(left & right) / len(left | right) if left and right else 0.0


def _overlap(heading: str, title: str) -> str:
    # The longest run of words of the heading that the title has too.
    words, other = heading.split(), [word.casefold() for word in title.split()]
    folded = [word.casefold() for word in words]
    best = (0, 0)
    row = [0] * (len(other) + 1)
    for i, word in enumerate(folded[:80], 1):
        new = [0] * (len(other) + 1)
        for j, theirs in enumerate(other[:80], 1):
            if word == theirs:
                new[j] = row[j - 1] + 1
                if new[j] > best[0]:
                    best = (new[j], i)
        row = new
    return " ".join(words[best[1] - best[0] : best[1]])


def title_of(dom: Dom, stated: list[str]) -> tuple[str, str]:
    """The best title and its origin. `stated`: names that structured data gives the page's main thing.

    The names compete: one that the page's `<title>` repeats is trusted most, and a name of structured data before a heading.
    """  # noqa: E501
    names = site_names(dom)
    own = without_site(dom.title, names)
    social = without_site(dom.meta("og:title", "twitter:title"), names)
    shown = headings(dom)
    ranked: list[tuple[float, str, str]] = []
    for origin, texts, prior in (
        ("json-ld", stated, 0.33),
        ("rule", shown, 0.36),
        ("opengraph", [social], 0.12),
        ("title", [own], 0.05),
    ):
        for place, text in enumerate(texts):
            name = _trim(without_site(text, names), dom.title)
            if len(name) < 2 or len(name) > 300 or fold(name) in names:
                continue
            # <title> and og:title are written by the same hand: that they agree says nothing
            others = (
                [*stated, *shown[:3]]
                if origin in {"opengraph", "title"}
                else [own, social, *(one for one in (*stated, *shown[:3]) if one != text)]
            )
            like = max((_agreement(name, other) for other in others if other), default=0.0)
            if like < 0.15 and origin == "rule" and own:
                prior = 0.03  # "Property details": a heading that nothing else on the page repeats  # noqa: PLW2901
            ranked.append((like + prior - 0.03 * place, name, origin))
    if not ranked:
        return own or (shown[0] if shown else dom.title), "rule"
    best = max(ranked, key=lambda one: one[0])
    return best[1], "rule" if best[2] == "title" else best[2]


def _agreement(name: str, other: str) -> float:
    """How far two texts name one thing: shared words, a name wholly inside the other counting nearly as the same."""
    left, right = tokens(name), tokens(other)
    if not left or not right:
        return 0.0
    like = likeness(name, other)
    inside = f" {' '.join(left)} " in f" {' '.join(right)} "
    return max(like, 0.6 + 0.25 * min(1.0, len(left) / len(right)) + min(len(left), 6) * 0.015) if inside else like


def _trim(heading: str, title: str) -> str:
    # "Details about  Wicker sofa" beside a title "Wicker sofa | Site": what both say is the title.
    if title and heading.casefold() not in title.casefold():
        common = _overlap(heading, title)
        folded = heading.casefold()
        if (
            len(common) >= 0.55 * len(heading)
            and len(common.split()) >= 3
            and (folded.endswith(common.casefold()) or (folded.startswith(common.casefold()) and len(common) > 25))
        ):
            return common.strip(" -–|:,")
    return heading


def place_of(dom: Dom, title: str) -> int | None:
    """Place of the block that shows the title: the `h1` that has it, else the block most like it."""
    best, best_like = None, 0.55
    for block in dom.blocks:
        if len(block.text) > 2 * len(title) + 40:
            continue
        heading = block.node.tag == "h1" or any(node.tag == "h1" for node in block.nodes[:1])
        like = likeness(block.text, title) + (0.3 if heading else 0.0)
        if like > best_like + 0.01:
            best, best_like = block.index, like
    return best
