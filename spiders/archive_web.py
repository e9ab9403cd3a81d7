"""Pages out of WARC and ARC records: answers with their requests, resources, text conversions, answers seen again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import BinaryIO

from spiders.archive_http import joined, parse_request, parse_response
from spiders.archive_records import Archived, Limits, Origin, Problem, utc
from spiders.archive_warc import Fault, Record, WarcFile, digest_differs

_SEEN_MAX = 500_000
"""Answers whose place is remembered for later revisits (some 150 bytes each)."""
_NO_PAGES = ("dns:", "filedesc:", "whois:", "ntp:", "urn:", "metadata:", "warcinfo:")


def read_warc(file: BinaryIO, path: str, member: str, limits: Limits) -> Iterator[Archived | Problem]:
    """Every page of a WARC or ARC file, in its order, and what could not be read. Records that hold no page (requests,
    metadata, logs) are counted by type in one problem each at the end."""
    reader = _Reader(WarcFile(file, limits), path, member)
    yield from reader.items()


@dataclass
class _Reader:
    source: WarcFile
    path: str
    member: str
    _waiting: Archived | None = None
    """An answer whose request may come next."""
    _requests: dict[str, Record] = field(default_factory=dict)
    """Requests whose answer has not come yet, by record id and address; the last few only."""
    _seen: dict[str, tuple[int, int]] = field(default_factory=dict)
    _passed: Counter[str] = field(default_factory=Counter)

    def items(self) -> Iterator[Archived | Problem]:
        for record in self.source.records():
            if isinstance(record, Fault):
                yield from self._flush()
                yield self._problem(record.reason, f"at byte {record.where[0]}: {record.detail}")
                continue
            if record.kind == "request":
                self._passed["request records without an answer"] += 1
                self._request(record)
                continue
            yield from self._flush()
            yield from self._read(record)
        yield from self._flush()
        for kind, count in sorted(kind for kind in self._passed.items() if kind[1] > 0):
            yield Problem(self.path, self.member, "passed_over", kind, count)

    def _problem(self, reason: str, detail: str) -> Problem:
        return Problem(self.path, self.member, reason, detail)

    def _flush(self) -> Iterator[Archived]:
        if self._waiting is not None:
            yield self._waiting
            self._waiting = None

    def _read(self, record: Record) -> Iterator[Archived | Problem]:
        url = _url(record)
        at = f"at byte {record.where[0]}"
        wrong = digest_differs(record)
        if wrong:
            yield self._problem("digest", f"{at}: {url} {wrong}")
        if "warc-truncated" in record.headers:
            yield self._problem("cut", f"{at}: {url} was kept in part ({record.headers['warc-truncated']})")
        if record.kind in {"response", "resource", "conversion", "revisit"} and not url.lower().startswith(_NO_PAGES):
            if not url:
                yield self._problem("broken", f"{at}: {record.kind} without an address")
            elif record.kind == "revisit":
                yield from self._revisit(record, url)
            else:
                yield from self._page(record, url)
            return
        self._passed[f"{record.kind or 'nameless'} records" + (f" ({url.split(':')[0]}:)" if url else "")] += 1

    def _page(self, record: Record, url: str) -> Iterator[Archived | Problem]:
        page = self._archived(record, url)
        if page is None:
            yield self._problem("broken", f"at byte {record.where[0]}: {url} has no HTTP answer")
            return
        self._remember(record, url)
        self._waiting = self._with_request(page, record)

    def _archived(self, record: Record, url: str) -> Archived | None:
        """The page of a record; None for an answer that is not HTTP where it ought to be."""
        headers = record.headers
        message = parse_response(record.block) if record.kind in {"response", "revisit"} else None
        origin: Origin = "response"
        if message is None:
            if record.kind == "response" and not record.arc and url.lower().startswith(("http:", "https:")):
                return None
            origin = "conversion" if record.kind == "conversion" else "resource"
        pairs = message.pairs if message else (("Content-Type", headers.get("content-type", "")),)
        flat = joined(pairs)
        return Archived(
            url=url,
            body=message.body if message else record.block,
            final_url=url,
            status=int(message.line[0]) if message else 200,
            headers=flat,
            media_type=flat.get("content-type", "").partition(";")[0].strip().lower(),
            fetched_at=_date(headers.get("warc-date", "")),
            by="import",
            path=self.path,
            member=self.member,
            origin=origin,
            pairs=pairs,
            reason=message.line[1] if message else "",
            ip=headers.get("warc-ip-address", ""),
            record_id=headers.get("warc-record-id", "").strip("<>"),
            offset=record.where[0],
        )

    def _remember(self, record: Record, url: str) -> None:
        if len(self._seen) < _SEEN_MAX:
            for key in (
                record.headers.get("warc-payload-digest", ""),
                record.headers.get("warc-record-id", ""),
                "u:" + url,
            ):
                if key:
                    self._seen.setdefault(key, record.where)

    def _revisit(self, record: Record, url: str) -> Iterator[Archived | Problem]:
        """An answer that was the same as an earlier one: the earlier body under the later head."""
        headers = record.headers
        refers = headers.get("warc-refers-to-target-uri", "").strip("<>")
        keys = (
            headers.get("warc-refers-to", ""),
            headers.get("warc-payload-digest", ""),
            "u:" + refers if refers else "",
        )
        where = next((self._seen[key] for key in keys if key and key in self._seen), None)
        first = self.source.reread(where) if where is not None else None
        original = self._archived(first, url) if first is not None else None
        if original is None:
            wanted = " ".join(part for part in (refers or url, headers.get("warc-refers-to-date", "")) if part)
            yield self._problem("revisit", f"at byte {record.where[0]}: {url} repeats {wanted}")
            return
        seen_again = self._archived(record, url)
        if seen_again is None or seen_again.origin == "resource" or seen_again.status == 304:
            # no head of its own, or "not modified": the earlier answer, seen again at the later time
            again = replace(original, fetched_at=_date(headers.get("warc-date", "")) or original.fetched_at)
        else:
            again = replace(seen_again, body=original.body)
        again = replace(
            again, origin="revisit", record_id=headers.get("warc-record-id", "").strip("<>"), offset=record.where[0]
        )
        self._waiting = self._with_request(again, record)

    def _request(self, record: Record) -> None:
        """Give a request to the answer it belongs to: the one before it, or one still to come."""
        ours = self._waiting
        if ours is not None and not ours.request_pairs:
            partner = record.headers.get("warc-concurrent-to", "").strip("<>")
            if partner == ours.record_id if partner else _url(record) == ours.url:
                self._waiting = self._requested(ours, record)
                return
        for key in (record.headers.get("warc-record-id", "").strip("<>"), _url(record),
                    record.headers.get("warc-concurrent-to", "").strip("<>")):  # fmt: skip
            if key:
                self._requests[key] = record
        while len(self._requests) > 48:
            del self._requests[next(iter(self._requests))]

    def _with_request(self, page: Archived, record: Record) -> Archived:
        for key in (record.headers.get("warc-concurrent-to", "").strip("<>"), page.record_id, page.url):
            request = self._requests.pop(key, None) if key else None
            if request is not None:
                return self._requested(page, request)
        return page

    def _requested(self, page: Archived, record: Record) -> Archived:
        message = parse_request(record.block)
        if message is None:
            return page
        self._passed["request records without an answer"] -= 1
        return replace(page, method=message.line[0].upper(), request_pairs=message.pairs)


def _url(record: Record) -> str:
    """The record's address; wget 1.19 wrote it in angle brackets."""
    return record.headers.get("warc-target-uri", "").strip().strip("<>").replace(" ", "%20")


def _date(text: str) -> datetime | None:
    """A WARC date (ISO 8601) or an ARC one (14 digits, 12 or 8), UTC; None when it is neither."""
    text = text.strip()
    try:
        if text.isascii() and text.isdigit():
            return datetime.strptime(text.ljust(14, "0")[:14], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
        return utc(datetime.fromisoformat(text))
    except ValueError:
        return None
