"""Why something was not fetched, not taken in or not read: every reason of the product with a sentence for people."""

from __future__ import annotations

from spiders.archive_records import REASONS as IMPORTING
from spiders.manners.reasons import REASONS as FETCHING

READING = {
    "blocked": "The site asked for a human or a login instead of showing the page; the page is kept.",
    "missing": "The page says that what it showed is gone.",
    "http_error": "The site answered with an error; the answer is kept.",
    "unreadable": "The answer is kept, but could not be read; the log says why.",
}

REASONS: dict[str, str] = {
    **{key: f"{word[:1].upper()}{word[1:]}." for key, word in IMPORTING.items()},
    **FETCHING,
    **READING,
}
