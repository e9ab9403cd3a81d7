"""The ZIP that a modern office file is: its parts, unpacked within limits, as XML without entities or network."""

from __future__ import annotations

import io
import posixpath
import zipfile
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime

from lxml import etree

from spiders.extract.documents.containers import small_directory
from spiders.extract.documents.draft import Draft
from spiders.extract.documents.errors import DocumentError
from spiders.extract.documents.limits import Limits

WEB = ("http:", "https:", "mailto:", "tel:")
"""What the address of a link that is worth reading starts with."""
# Written by python-docx and python-pptx into every file made from their default templates.
_TEMPLATE_DATES = ("2013-12-23T23:15:00", "2013-01-27T09:14:16")


def local(node: etree._Element) -> str:
    """The tag without its namespace ("" for comments): strict and transitional files differ in namespaces only."""
    tag = node.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def with_link(text: str, url: str) -> str:
    """The words of a link with its address behind them, unless they say it: who sells often stands in the address
    only."""
    bare = url.split(":", 1)[-1].strip("/")
    return f"{text.rstrip()} ({url})" if url and text.strip() and bare not in text else text


def attribute(node: etree._Element, name: str) -> str:
    """An attribute by its local name."""
    for key, value in node.attrib.items():
        if str(key).rpartition("}")[2] == name:
            return str(value)
    return ""


def safe_xml(data: bytes) -> etree._Element:
    """The tree, with entities left as they are, no network, no DTD, and libxml2's own limits on depth and size."""
    parser: etree.XMLParser[etree._Element] = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    return etree.fromstring(data, parser)


class Package:
    """An opened office file."""

    def __init__(self, body: bytes, limits: Limits) -> None:
        self._limits = limits
        if not small_directory(io.BytesIO(body)):
            raise DocumentError("size", "too many parts")
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(body))
        except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
            raise DocumentError("broken", f"ZIP: {error}") from None
        # Names differ in case and slashes between writers; the first of two equal names wins, as in the offices.
        self._names: dict[str, zipfile.ZipInfo] = {}
        for info in self._zip.infolist():
            self._names.setdefault(info.filename.replace("\\", "/").lstrip("/").lower(), info)

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._names

    def names(self, prefix: str, suffix: str) -> list[str]:
        """Parts below a prefix, numbers in their order (`slide2` before `slide10`)."""
        found = [name for name in self._names if name.startswith(prefix) and name.endswith(suffix)]
        return sorted(found, key=lambda name: (len(name), name))

    def bytes(self, name: str) -> bytes:
        """One part, unpacked; DocumentError when it is missing, locked, broken or larger than the limit."""
        info = self._names.get(name.lower().lstrip("/"))
        if info is None:
            raise DocumentError("broken", f"has no part {name}")
        if info.flag_bits & 1:
            raise DocumentError("encrypted", f"part {name} has a password")
        limit = self._limits.part
        try:
            with self._zip.open(info) as part:
                data = part.read(limit + 1)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as error:
            raise DocumentError("broken", f"part {name}: {error}") from None
        if len(data) > limit:
            raise DocumentError("size", f"part {name} unpacks to more than {limit} bytes")
        return data

    def xml(self, name: str) -> etree._Element:
        """One part as XML."""
        try:
            # recover would hide a bomb as well as a typo; a damaged part is named.
            return safe_xml(self.bytes(name))
        except etree.XMLSyntaxError as error:
            raise DocumentError("broken", f"part {name}: {error}") from None

    def links(self, name: str) -> dict[str, str]:
        """Addresses on the web that a part refers to, by relation id."""
        found: dict[str, str] = {}
        rels = posixpath.join(posixpath.dirname(name), "_rels", posixpath.basename(name) + ".rels")
        for node in self.xml(rels) if rels in self else ():
            target = node.get("Target") or ""
            if node.get("TargetMode") == "External" and target.lower().startswith(WEB):
                found[node.get("Id") or ""] = target[:2000]
        return found

    def related(self, name: str) -> dict[str, tuple[str, str]]:
        """Relations of a part: id → (last word of the type, target part name)."""
        folder, base = posixpath.split(name)
        rels = posixpath.join(folder, "_rels", base + ".rels")
        found: dict[str, tuple[str, str]] = {}
        if rels not in self:
            return found
        for node in self.xml(rels):
            if node.get("TargetMode") == "External":
                continue
            target = node.get("Target") or ""
            full = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
            found[node.get("Id") or ""] = ((node.get("Type") or "").rpartition("/")[2], full)
        return found

    def main_part(self, usual: str) -> str:
        """The part the package's own relations name as the document, else the usual one."""
        for kind, target in self.related("").values():
            if kind == "officeDocument" and target in self:
                return target
        return usual


def properties(root: etree._Element, draft: Draft) -> None:
    """Title, author, language and date of an office file's own properties (OOXML core, OpenDocument meta)."""
    values: dict[str, str] = {}
    for node in _leaves(root):
        values.setdefault(local(node), (node.text or "").strip())
    draft.title = values.get("title", "")
    draft.author = values.get("creator", "") or values.get("initial-creator", "")
    draft.language = values.get("language", "")
    for name in ("created", "creation-date", "modified", "date"):
        stated = values.get(name, "")
        if stated and not stated.startswith(_TEMPLATE_DATES):
            draft.published = when(stated)
            if draft.published:
                return


def _leaves(root: etree._Element) -> Iterator[etree._Element]:
    return (node for node in root.iter() if isinstance(node.tag, str) and len(node) == 0)


def when(text: str) -> datetime | None:
    """An ISO 8601 time as an aware datetime, UTC where no zone is given; None when it is none."""
    try:
        found = datetime.fromisoformat(text[:32])
    except ValueError:
        try:  # OpenDocument writes nine digits of a second
            found = datetime.fromisoformat(text[:19])
        except ValueError:
            return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
