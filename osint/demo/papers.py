"""Reports of the world as files: PDF set by typst, DOCX by python-docx, and a scan that is a picture of a page."""

from __future__ import annotations

import datetime as dt
import io
import json
import zipfile

import typst
from docx import Document
from PIL import Image, ImageDraw, ImageFont

from osint.demo.records import Item
from osint.demo.render import TEMPLATES, Answer
from osint.demo.world import Site

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def paper(site: Site, item: Item) -> Answer:
    """The file of a report. In its text `# ` starts a heading, `| ` a row of cells, `---` a new page."""
    made = {"pdf": _pdf, "docx": _docx, "scan": _scan}[item.format](site, item)
    media = DOCX if item.format == "docx" else "application/pdf"
    return Answer(made, 200, media)


def blocks(text: str) -> list[tuple[str, list[str]]]:
    """The text as (kind, parts): heading, table row, break or paragraph."""
    found: list[tuple[str, list[str]]] = []
    for part in text.strip().split("\n\n"):
        for line in part.split("\n") if part.startswith(("|", "#", "---")) else [part.replace("\n", " ")]:
            if line.startswith("# "):
                found.append(("heading", [line[2:]]))
            elif line.startswith("| "):
                found.append(("row", [cell.strip() for cell in line.strip("| ").split(" | ")]))
            elif line.startswith("---"):
                found.append(("break", []))
            elif line.strip():
                found.append(("text", [line]))
    return found


def _pdf(site: Site, item: Item) -> bytes:
    data = {"title": item.title, "author": item.author or site.title, "blocks": blocks(item.text),
            "year": item.posted.year, "month": item.posted.month, "day": item.posted.day}  # fmt: skip
    source = (TEMPLATES / site.name / "report.typ").read_bytes()
    noon = dt.datetime(item.posted.year, item.posted.month, item.posted.day, 12, tzinfo=dt.UTC)
    # The fonts inside typst alone, so that a report looks the same on every machine.
    made = typst.compile(
        source, format="pdf", ignore_system_fonts=True, sys_inputs={"report": json.dumps(data)},
        timestamp=int(noon.timestamp()),
    )  # fmt: skip
    return bytes(made)


def _docx(site: Site, item: Item) -> bytes:
    document = Document()
    core = document.core_properties
    core.title, core.author = item.title, item.author or site.title
    core.created = core.modified = dt.datetime(item.posted.year, item.posted.month, item.posted.day, 12)
    document.add_heading(item.title, 0)
    rows: list[list[str]] = []
    for kind, parts in [*blocks(item.text), ("end", [])]:
        if kind == "row":
            rows.append(parts)
            continue
        if rows:
            table = document.add_table(len(rows), max(map(len, rows)))
            table.style = "Light Grid Accent 1"
            for row, cells in zip(table.rows, rows, strict=True):
                for cell, value in zip(row.cells, cells, strict=False):
                    cell.text = value
            rows = []
        if kind == "heading":
            document.add_heading(parts[0], 1)
        elif kind == "break":
            document.add_page_break()  # type: ignore[no-untyped-call]
        elif kind == "text":
            document.add_paragraph(parts[0])
    out = io.BytesIO()
    document.save(out)
    return _undated(out.getvalue())


def _undated(package: bytes) -> bytes:
    """The same ZIP without the time of its writing, so that a report's bytes are the same on every start."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(zipfile.ZipInfo(name), old.read(name), zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _scan(site: Site, item: Item) -> bytes:
    """A page without a text layer, as a flat-bed scanner makes it."""
    sheet = Image.new("L", (1240, 1754), 246)
    draw = ImageDraw.Draw(sheet)
    big, small = ImageFont.load_default(40), ImageFont.load_default(27)
    draw.text((110, 120), item.title, fill=30, font=big)
    at = 220
    for _, parts in blocks(item.text):
        line = ""
        for word in " / ".join(parts).split():
            if draw.textlength(f"{line} {word}", font=small) > 1000:
                draw.text((110, at), line, fill=45, font=small)
                line, at = "", at + 40
            line = f"{line} {word}".strip()
        draw.text((110, at), line, fill=45, font=small)
        at += 70
    out = io.BytesIO()
    made = item.posted.timetuple()
    turned = sheet.rotate(0.7, fillcolor=230)
    turned.save(out, "PDF", resolution=150, title=item.title, author=site.title, creationDate=made, modDate=made)
    return out.getvalue()
