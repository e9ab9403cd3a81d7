"""The tables. What each column means is said in `storage/records.py`; here stands only what is kept how.

Times are microseconds (`Moment`). Texts that must be found exactly but may be long (URLs) stand beside a 63-bit key of
them, because an index entry of PostgreSQL holds at most 2,700 bytes.
"""

from __future__ import annotations

from storage.tables_base import metadata
from storage.tables_captures import captures, readers, readings, run_counters, runs, skips, warc_files
from storage.tables_leads import (
    events,
    facet_values,
    lead_facts,
    lead_listings,
    leads,
    seller_links,
    seller_marks,
    sellers,
)
from storage.tables_listings import listing_keys, listing_versions, listings, search_texts, sightings, texts

__all__ = [
    "captures",
    "events",
    "facet_values",
    "lead_facts",
    "lead_listings",
    "leads",
    "listing_keys",
    "listing_versions",
    "listings",
    "metadata",
    "readers",
    "readings",
    "run_counters",
    "runs",
    "search_texts",
    "seller_links",
    "seller_marks",
    "sellers",
    "sightings",
    "skips",
    "texts",
    "warc_files",
]
