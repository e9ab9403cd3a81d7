"""A lead package: gathered, written, sealed, checked, logged, and only then given its name."""

from __future__ import annotations

import hashlib
import re
import shutil
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from osint.export import contents, keys, values
from osint.export.bag import Bag, sync_folder
from osint.export.dossier import Dossier, gather
from osint.export.formats import FORMATS
from osint.export.options import ExportError, Options
from osint.export.verifier.main import verify
from osint.export.verifier.zips import safe
from storage.store import Store


def build(store: Store, lead_ids: Sequence[int], out: Path, options: Options) -> Path:
    """Write a BagIt 1.0 package of the leads into the folder `out`; the path of its ZIP, or of its folder.

    Nothing bears the package's name before it is whole, on the disk, verified and logged. Raises ExportError, and
    OSError when the disk refuses. Logs who, when, why and the hashes, in one entry for the export and one per lead.
    """
    moment = (options.now or datetime.now(UTC)).astimezone(UTC).replace(microsecond=0)
    _check_options(options)
    out.mkdir(parents=True, exist_ok=True)
    key = keys.load_or_make(options.keys or store.captures.folder.parent / "keys", options.passphrase)
    work = Path(tempfile.mkdtemp(prefix=".osint-unfinished-", dir=out))
    try:
        dossier = gather(store, lead_ids, work / "listings.jsonl", options)
        name = options.name or dossier.name(moment)
        targets = [out / name] if options.keep != "zip" else []
        targets += [out / f"{name}.zip"] if options.keep != "folder" else []
        for target in targets:
            if target.exists() or target.is_symlink():
                raise ExportError(f"{target} is there already; a package is never written over")
        identifier = _identifier(dossier, key, moment)
        bag = Bag(work / name, durable=options.keep != "zip")
        bag.root.mkdir()
        package = contents.Package(store, bag, dossier, options, work, moment, identifier, key)
        package.write()
        digest = bag.seal(package.bag_info(), key)
        zipped = ""
        if options.keep != "folder":
            zipped = bag.pack(work / f"{name}.zip", name, moment, lambda a, b: options.progress("packing", a, b))
        finished = [work / target.name for target in targets]
        if options.check:
            _verified(finished, work / name, options)
        log(store, dossier, options, {"package": identifier, "name": name, "tagmanifest_sha256": digest,
                                       "zip_sha256": zipped, "signer": key.fingerprint})  # fmt: skip
        for done, target in zip(finished, targets, strict=True):
            done.rename(target)
        sync_folder(out)
        return targets[-1]
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _check_options(options: Options) -> None:
    if not options.who.strip() or not options.purpose.strip():
        raise ExportError("a package says who hands it over and what for: both are needed")
    if options.name and (not safe(options.name) or "/" in options.name):
        raise ExportError(f"not a name for a package: {options.name!r} (letters, digits, dot, hyphen, underscore)")
    for name in options.formats:
        if name not in FORMATS:
            raise ExportError(f"no export format {name!r}; there are: {', '.join(FORMATS)}")


def _identifier(dossier: Dossier, key: keys.SigningKey, moment: datetime) -> str:
    """The package's id: what it holds, who signs, when. The same export of the same things has the same one."""
    parts = [values.moment(moment), key.fingerprint, *(f"lead {one.id} {one.version}" for one in dossier.leads)]
    parts += [f"capture {one.id} {one.sha256}" for one in dossier.captures]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]


def _verified(finished: list[Path], folder: Path, options: Options) -> None:
    """A package that its own check refuses is never handed out."""
    public = folder.parent / "signer.pem"
    public.write_bytes((folder / "signature" / "signer.pub.pem").read_bytes())
    for number, path in enumerate(finished):
        options.progress("verifying", number, len(finished))
        report = verify(path, public)
        if not report.ok:
            raise ExportError("the finished package did not pass its own check:\n" + "\n".join(report.lines()))
    options.progress("verifying", len(finished), len(finished))


def log(store: Store, dossier: Dossier, options: Options, after: dict[str, str]) -> None:
    """Before the package gets its name: a transfer that is logged and failed harms nobody, one unlogged does."""
    identifier = after["package"]
    leads = [lead.id for lead in dossier.leads]
    note = re.sub(r"\s+", " ", f"{options.purpose} {f'({options.authority})' if options.authority else ''}").strip()
    with store.transaction():
        store.reviews.log(options.who, "export", f"export:{identifier}", note, {}, {**after, "leads": leads})
        for lead in leads:
            store.reviews.log(options.who, "export", f"lead:{lead}", note, {}, after)
