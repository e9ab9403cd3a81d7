"""Ways a site leads a crawler round in circles, each cut off with a reason: pure decisions over addresses.

Figures are of our making: honest addresses in 2,000 recorded pages stay far below them (the tests hold that); a trap
passes them within a few dozen pages.
"""

from __future__ import annotations

import re
from collections import Counter
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

LONGEST = 2000
"""Characters. Longer addresses are made by loops that append."""
MOST_PARAMETERS = 16
MOST_FILTERS = 300
"""Different sets of parameter values on one path, page numbers not counted."""
MOST_DAYS = 62
"""Different dates in addresses of one shape: two months of days."""

_SESSION = re.compile(
    r"^(phpsessid|jsessionid|sessionid|session_id|sid|aspsessionid\w*|cfid|cftoken|sessid|s)$", re.IGNORECASE
)
_TOKEN = re.compile(r"[0-9a-zA-Z_.,-]{16,}")
"""What a session's value looks like: `sid=12` is the number of a section."""
_CAMPAIGN = re.compile(r"^(utm_\w+|fbclid|gclid|msclkid|mc_cid|mc_eid|yclid|_ga|igshid)$", re.IGNORECASE)
_PATH_SESSION = re.compile(r";(jsessionid|sid|phpsessid)=[^/?#;]*", re.IGNORECASE)
_PAGE = re.compile(
    r"^(page|p|pg|pn|_pgn|paged|pageno|page_?num(ber)?|start|offset|from|o|s|skip|cursor|seite|pagina|halaman|trang)$"
)
_DATE = re.compile(r"(?<!\d)(?:19|20)\d\d([-/_.]?)(?:0?[1-9]|1[0-2])(?:\1(?:0?[1-9]|[12]\d|3[01]))?(?!\d)")
_CALENDAR = re.compile(r"calend|agenda|kalender|event|archive|schedule|month|\bday\b|date", re.IGNORECASE)


def canonical(url: str) -> str:
    """The address without fragment, session ids and campaign marks; host in lower case, default port dropped.

    What is left out changes the page for nobody, so two addresses that differ in it are one page.
    """
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".")
    host = f"[{host}]" if ":" in host else host
    port = parts.port
    if port and (parts.scheme, port) not in {("http", 80), ("https", 443)}:
        host = f"{host}:{port}"
    path = _PATH_SESSION.sub("", parts.path) or "/"
    query = parts.query
    if query:
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=1000)
        kept = [(key, value) for key, value in pairs if not _passing(key, value)]
        query = query if len(kept) == len(pairs) else urlencode(kept)
    return urlunsplit((parts.scheme, host, path, query, ""))


def _passing(key: str, value: str) -> bool:
    return bool(_CAMPAIGN.match(key) or (_SESSION.match(key) and _TOKEN.fullmatch(value)))


def repeats(path: str) -> bool:
    """True when a run of path segments comes three times in a row (`/a/b/a/b/a/b`): a relative link that piles up."""
    segments = [segment for segment in path.split("/") if segment][:64]
    return any(
        segments[at : at + size] == segments[at + size : at + 2 * size] == segments[at + 2 * size : at + 3 * size]
        for size in range(1, len(segments) // 3 + 1)
        for at in range(len(segments) - 3 * size + 1)
    )


class Traps:
    """Remembers what shapes of addresses one run has seen."""

    def __init__(self) -> None:
        self._filters: Counter[str] = Counter()
        self._sets: set[int] = set()
        self._days: dict[str, set[str]] = {}

    def verdict(self, url: str) -> str:
        """ "" for an honest address, else long-address, loop, filters or calendar. Counts what it lets pass."""
        if len(url) > LONGEST:
            return "long-address"
        parts = urlsplit(url)
        if repeats(parts.path):
            return "loop"
        return self._filtered(parts.netloc + parts.path, parts.query) or self._dated(
            parts.netloc + parts.path, parts.query
        )

    def _filtered(self, path: str, query: str) -> str:
        if not query:
            return ""
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=1000)
        if len(pairs) > MOST_PARAMETERS:
            return "filters"
        # One parameter names an item (`/view?id=7`) as a path would; it takes a combination to be endless.
        chosen = sorted((key, value) for key, value in pairs if not _PAGE.match(key.lower()))
        if len(chosen) < 2:
            return ""
        mark = hash((path, *chosen))
        if mark in self._sets:
            return ""
        if self._filters[path] >= MOST_FILTERS:
            return "filters"
        self._sets.add(mark)
        self._filters[path] += 1
        return ""

    def _dated(self, path: str, query: str) -> str:
        text = f"{path}?{query}"
        found = _DATE.search(text)
        if not found:
            return ""
        shape = text[: found.start()] + "#" + re.sub(r"\d+", "0", text[found.end() :])
        if not _CALENDAR.search(shape):
            return ""  # /2026/11/24/a-story is an address of an article, each with its own words
        days = self._days.setdefault(shape, set())
        if found[0] not in days and len(days) >= MOST_DAYS:
            return "calendar"
        days.add(found[0])
        return ""
