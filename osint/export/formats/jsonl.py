"""JSON lines: each lead, seller and listing is a line that says its type; raw values unchanged."""

from __future__ import annotations

import json
from pathlib import Path

from osint.export.formats import Format, Record


def write(record: Record, path: Path) -> None:
    """Write the lines: leads, sellers, then listings, each naming its lead."""
    owner = {link["listing"]: lead["id"] for lead in record["leads"] for link in lead["listings"]}
    with path.open("x", encoding="utf-8", newline="\n") as file:
        for lead in record["leads"]:
            file.write(json.dumps({"type": "lead", **lead}, ensure_ascii=False) + "\n")
        for seller in record["sellers"]:
            file.write(json.dumps({"type": "seller", **seller}, ensure_ascii=False) + "\n")
        for listing in record["listings"]:
            row = {"type": "listing", "lead": owner[listing["id"]], **listing}
            file.write(json.dumps(row, ensure_ascii=False) + "\n")


FORMAT = Format("jsonl", "leads.jsonl", "application/jsonl", "leads, sellers and listings as JSON lines", write)
