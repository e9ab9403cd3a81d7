"""The title of a page's thing, without the site's name and without what pages put around it."""

from __future__ import annotations

import re

from spiders.extract.dom import Dom, text_of

_SPLIT = re.compile(r"\s+[|–—\-·•:»›~]\s+|\s*[|｜]\s*|\s::\s|\s»\s|(?<=\w)\s[-–—]\s|_(?=[^_\s]{2,12}$)")
_WORD = re.compile(r"\w+")


def site_names(dom: Dom) -> list[str]:
    """Names under which the site may stand in its titles, folded."""
    names = [dom.meta("og:site_name"), dom.meta("application-name"), dom.meta("apple-mobile-web-app-title"), dom.meta("al:ios:app_name")]
    host = dom.host
    parts = host.split(".")
    if len(parts) > 1:
        core = parts[-3] if len(parts) > 2 and len(parts[-2]) <= 3 else parts[-2]
        names += [host, core]
        if core in {"co", "com"}:
            names.pop()
    elif host:
        names.append(host)
    return [_fold(name) for name in names if name and len(_fold(name)) > 1]


def _fold(text: str) -> str:
    return "".join(_WORD.findall(text.casefold()))


def without_site(title: str, names: list[str]) -> str:
    """`title` without the parts that name the site: "Ivory box | Shop" → "Ivory box"."""
    parts = [part for part in _SPLIT.split(title) if part and part.strip()]
    if len(parts) < 2:
        return title.strip()
    marks = [found.group() for found in _SPLIT.finditer(title)]
    drop_last = 0
    for part in reversed(parts[1:]):
        folded = _fold(part)
        if folded and any(folded == name or (len(name) > 3 and (folded.startswith(name) or folded.endswith(name)) and len(folded) < len(name) + 24) or (len(folded) > 3 and folded in name) for name in names):
            drop_last += 1
        else:
            break
    first = 0
    head = _fold(parts[0])
    if any(head == name or (len(name) > 3 and head.startswith(name) and len(head) < len(name) + 8) for name in names) and len(parts) - drop_last > 1:
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
    """The best title and its origin. `stated`: names that structured data gives the page's main thing."""
    names = site_names(dom)
    own = without_site(dom.title, names)
    shown = headings(dom)
    social = without_site(dom.meta("og:title", "twitter:title"), names)
    for name in stated:
        if name and len(name) > 2 and _fold(name) not in names:
            return _trim(name, dom.title), "json-ld"
    best, best_score = "", 0.0
    for place, heading in enumerate(shown):
        if _fold(heading) in names:
            continue
        score = max(likeness(heading, own), likeness(heading, social), 0.9 if len(heading) > 3 and heading.casefold() in dom.title.casefold() else 0) - 0.02 * place
        if score > best_score:
            best, best_score = heading, score
    if best and best_score >= 0.25:
        return _trim(best, dom.title), "rule"
    if social:
        return social, "opengraph"
    if len(shown) == 1 and (not own or len(shown[0]) > 5):
        return shown[0], "rule"
    return own or (shown[0] if shown else ""), "rule"


def _trim(heading: str, title: str) -> str:
    # "Details about  Wicker sofa" beside a title "Wicker sofa | Site": what both say is the title.
    if title and heading.casefold() not in title.casefold():
        common = _overlap(heading, title)
        if len(common) >= 0.6 * len(heading) and len(common.split()) >= 3 and heading.casefold().endswith(common.casefold()):
            return common
    return heading
