"""The payload of a package, written part by part. Each part is a file or some; the order is that of their needs."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from osint.export import audit, method, pictures, provenance, record, values, wacz
from osint.export.bag import Bag
from osint.export.dossier import Dossier
from osint.export.formats import FORMATS
from osint.export.keys import SigningKey
from osint.export.options import Options
from osint.export.report import html, pdf, view
from osint.export.spool import Spool, write_object
from storage.records import Capture
from storage.store import Store

HERE = Path(__file__).parent
SCHEMA = "lead.schema.json"
PICTURES = "image/"


class Package:
    """Writes everything below `data/`, and the verifier beside it."""

    def __init__(
        self, store: Store, bag: Bag, dossier: Dossier, options: Options, work: Path,
        moment: datetime, identifier: str, key: SigningKey,
    ) -> None:  # fmt: skip
        self.store, self.bag, self.dossier, self.options, self.work = store, bag, dossier, options, work
        self.moment = moment
        self.about: dict[str, Any] = {
            "id": identifier,
            "created_at": values.moment(moment),
            "created_by": options.who,
            "purpose": options.purpose,
            "authority": options.authority,
            "filters": options.filters,
            "notes": options.notes,
            "redaction": "none",
            "software": method.software(),
            "signer": key.fingerprint,
        }
        self.working: list[dict[str, Any]] = []
        self.shown: dict[str, dict[str, Any]] = {}
        self.folder = work / "report"

    def write(self) -> None:
        """All of it."""
        captures = self._captures()
        self._texts()
        log, history = audit.write(self.store, self.bag, self.dossier, self.options)
        how = method.describe(self.options, self.dossier.listings, self.about["created_at"])
        head = record.head(self.dossier, self.about, captures, history, log)
        self._reports(head, history, how)
        self._exports(head)
        head = record.head(self.dossier, self.about, captures, history, log)  # what the report left out is known now
        with self.bag.writing("data/lead.json") as out:
            write_object(out, {**head, "working": self.working, "listings": self.dossier.listings})
        self.bag.write(f"data/{SCHEMA}", (HERE / SCHEMA).read_bytes())
        self.bag.json("data/method.json", how)
        with self.bag.writing("data/provenance.jsonld") as out:
            graph = provenance.Graph(self.about["id"], self.dossier, self.placed, self.about)
            write_object(out, {"@context": provenance.CONTEXT, "@graph": graph.nodes()})
        self._verifier()

    def bag_info(self) -> dict[str, str]:
        """The labels of bag-info.txt but for Payload-Oxum."""
        return {
            "Source-Organization": self.about["created_by"],
            "External-Identifier": self.about["id"],
            "External-Description": f"Lead package: {self.dossier.labels()}",
            "Internal-Sender-Description": self.about["purpose"],
            "Bagging-Date": self.moment.date().isoformat(),
            "Bag-Software-Agent": self.about["software"],
            "Signer-Key-SHA256": self.about["signer"],
        }

    def _captures(self) -> list[dict[str, Any]]:
        """The WACZ files, and the rows of lead.json about what lies in them."""
        numbers, rows = self.dossier.numbers, []
        self.placed: dict[str, tuple[wacz.Placed, ...]] = {}
        self.folder.mkdir()
        for path, group in self.dossier.groups():
            with self.bag.foreign(f"data/{path}") as place:
                found = wacz.write(place, self._exchanges(group), self.dossier.titles, self.moment, method.software())
            self.placed |= found
            for capture in group:
                picture_of = "" if capture is group[0] else group[0].id
                rows.append(record.capture_row(capture, numbers[capture.id], path, picture_of, found[capture.id]))
        return sorted(rows, key=lambda row: int(row["number"]))

    def _exchanges(self, group: list[Capture]) -> Iterator[wacz.Exchange]:
        for capture in group:
            self.options.progress("copying captures", len(self.placed), len(self.dossier.captures))
            yield capture, self.store.captures.members(capture)
            self._picture(capture)

    def _picture(self, capture: Capture) -> None:
        """A reduced copy for the reports, of the screenshot or of the picture itself."""
        is_picture = capture.media_type.startswith(PICTURES)
        if not (capture.screenshot or is_picture):
            return
        if len(self.shown) >= view.MAX_PICTURES:
            self.dossier.left_out["picture_shown"] += 1
            return
        bytes_ = self.store.captures.screenshot(capture) if capture.screenshot else self.store.captures.body(capture)
        small = pictures.reduced(bytes_, page=bool(capture.screenshot))
        if small is None:
            self.dossier.left_out["picture_shown"] += 1
            return
        number = self.dossier.numbers[capture.id]
        path = f"working/pictures/{number:04d}.jpg"
        self._copy(path, small.jpeg, capture.id, "reduced picture for the reports")
        shutil.copyfile(self.bag.root / "data" / path, self.folder / f"{number:04d}.jpg")
        self.shown[capture.id] = {
            "name": f"{number:04d}.jpg", "number": number, "page": bool(capture.screenshot), "cut": small.cut,
        }  # fmt: skip

    def _copy(self, path: str, data: bytes, capture: str, what: str) -> None:
        digest = self.bag.write(f"data/{path}", data)
        self.working.append({"path": path, "sha256": digest, "bytes": len(data), "capture": capture, "what": what})

    def _texts(self) -> None:
        """The texts as read, one file a version of a listing; the listings learn the names of theirs."""
        named = Spool(self.work / "named.jsonl")
        for number, listing in enumerate(self.dossier.listings, 1):
            for version in listing["versions"]:
                path = f"working/listing-{number:04d}-capture-{version['capture_number']:04d}.txt"
                text = "\n\n".join(part for part in version["read"].values() if part) + "\n"
                self._copy(path, text.encode("utf-8", "replace"), version["capture"], "text as read")
                version["working"] = path
            named.add({**listing, "number": number})
        self.dossier.listings.close()
        self.dossier.listings = named

    def _reports(self, head: Mapping[str, Any], history: list[dict[str, Any]], how: dict[str, Any]) -> None:
        words = view.words("en")
        about = {**self.about, "made": self.moment.strftime("%Y-%m-%d %H:%M:%S")}

        def seen(most: int) -> dict[str, Any]:
            left_out = dict(self.dossier.left_out)
            parts = {**head, "package": about, "left_out": left_out}
            return view.build(parts, self.dossier.listings, self.shown, history, how, words, most)

        self.options.progress("setting the report", 0, 2)
        how["report_pdf"] = self._pdf(seen(view.MAX_SET))
        self.options.progress("setting the report", 1, 2)
        with self.bag.writing("data/report.html") as out:
            html.write(out, seen(view.MAX_LISTINGS), lambda name: (self.folder / name).read_bytes())

    def _pdf(self, seen: dict[str, Any]) -> dict[str, Any]:
        """report.pdf. A machine on which it cannot be set still hands over the evidence, and says so."""
        try:
            target = self.folder / "report.pdf"
            standard, undrawn = pdf.write(seen, self.folder, target)
        except (OSError, ValueError) as error:
            self.dossier.left_out["report_pdf"] += 1
            return {"made": False, "why": str(error)}
        self.dossier.left_out["undrawn"] += undrawn
        with self.bag.foreign("data/report.pdf") as place:
            shutil.move(target, place)
        return {"made": True, "standard": standard, "characters_without_font": undrawn}

    def _exports(self, head: Mapping[str, Any]) -> None:
        for number, name in enumerate(self.options.formats):
            self.options.progress("writing tables", number, len(self.options.formats))
            with self.bag.foreign(f"data/exports/{FORMATS[name].file}") as place:
                FORMATS[name].write({**head, "listings": self.dossier.listings}, place)

    def _verifier(self) -> None:
        folder = HERE / "verifier"
        self.bag.write("VERIFY.txt", (HERE / "VERIFY.txt").read_bytes())
        self.bag.write("verify.py", (folder / "verify.py").read_bytes())
        for path in sorted(folder.iterdir()):
            if path.suffix in (".py", ".tsv") and path.name != "verify.py":
                self.bag.write(f"verifier/{path.name}", path.read_bytes())
