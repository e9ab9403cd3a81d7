"""EML: a mail's head and text as the first page, then each attachment that can be read as pages of its own."""

from __future__ import annotations

import email
import email.policy
import importlib
from datetime import UTC, datetime
from email.message import EmailMessage, Message
from email.utils import parsedate_to_datetime

from spiders.extract.documents.charset import decode
from spiders.extract.documents.draft import Draft, Full
from spiders.extract.documents.errors import DocumentError
from spiders.extract.documents.formats import reader_of
from spiders.extract.documents.limits import Limits
from spiders.extract.documents.markup import text_of_html
from spiders.extract.documents.sniff import sniff

_PARTS_MAX = 200
_DEPTH = 3
"""Mails within mails."""
_HEAD = ("From", "To", "Cc", "Date", "Subject")


def read(body: bytes, limits: Limits, draft: Draft, depth: int = 0) -> None:
    """Read a mail into the draft. Attachments keep the limits of the whole."""
    if body.startswith(b"From "):
        body = body.partition(b"\n")[2]
    message = email.message_from_bytes(body, policy=email.policy.default.clone(refold_source="none"))
    if not depth:
        draft.title, draft.author = _field(message, "Subject"), _field(message, "From")
        draft.published = _date(message)
        draft.language = _field(message, "Content-Language")
    texts: list[str] = []
    markup: list[str] = []
    attached: list[tuple[str, str, bytes]] = []
    for number, part in enumerate(_leaves(message)):
        if number >= _PARTS_MAX:
            draft.note(f"parts after {_PARTS_MAX} left out")
            break
        kind, name, data = part.get_content_type(), _name(part), _data(part)
        if kind == "text/plain" and not name:
            texts.append(decode(data, part.get_content_charset() or ""))
        elif kind == "text/html" and not name:
            markup.append(text_of_html(decode(data, part.get_content_charset() or "")))
        else:
            attached.append((name or f"part {number + 1}", kind, data))
    head = "\n".join(f"{name}: {value}" for name in _HEAD if (value := _field(message, name)))
    draft.add("\n\n".join([head, *(text for text in texts or markup if text.strip())]))
    for name, kind, data in attached:
        _attachment((name, kind, data), limits, draft, depth)


def _leaves(message: Message) -> list[Message]:
    """The parts that hold something, mails within as one part each; the walk keeps its own stack."""
    found: list[Message] = []
    waiting = [message]
    while waiting and len(found) <= _PARTS_MAX:
        part = waiting.pop()
        payload = part.get_payload()
        if isinstance(payload, list) and part.get_content_type() != "message/rfc822":
            waiting += [inner for inner in reversed(payload) if isinstance(inner, Message)]
        else:
            found.append(part)
    return found


def _attachment(part: tuple[str, str, bytes], limits: Limits, draft: Draft, depth: int) -> None:
    name, declared, data = part
    kind = "message/rfc822" if declared == "message/rfc822" else sniff(data, declared, name)
    first = len(draft.pages) + 1
    try:
        if kind == "text/html":
            draft.add(f"[{name}]\n" + text_of_html(decode(data)))
        elif not reader_of(kind) or len(data) > limits.body:
            raise DocumentError("unsupported", kind)
        elif kind == "message/rfc822":
            if depth >= _DEPTH:
                raise DocumentError("broken", "mails nested too deep")
            read(data, limits, draft, depth + 1)
        else:
            inner = Draft(limits, chars=draft.chars)
            try:
                importlib.import_module(f"spiders.extract.documents.{reader_of(kind)}").read(data, limits, inner)
            finally:
                for text in inner.pages:
                    draft.add(text)
                for note in inner.notes:
                    draft.note(f"{name}: {note}")
    except DocumentError as error:
        draft.note(f"attachment {name} ({kind}, {len(data)} bytes) not read: {error}")
    except (Full, MemoryError):
        raise
    except Exception as error:  # a broken attachment does not cost the mail
        draft.note(f"attachment {name} ({kind}, {len(data)} bytes) not read: {type(error).__name__}")
    else:
        draft.note(f"attachment {name} ({kind}, {len(data)} bytes): pages {first} to {len(draft.pages)}")


def _data(part: Message) -> bytes:
    if part.get_content_type() == "message/rfc822":
        payload = part.get_payload()
        inner = payload[0] if isinstance(payload, list) and payload else None
        return inner.as_bytes(policy=email.policy.compat32) if isinstance(inner, Message) else b""
    try:
        data = part.get_payload(decode=True)
    except (ValueError, LookupError, AssertionError):
        return b""
    return data if isinstance(data, bytes) else b""


def _name(part: Message) -> str:
    try:
        return " ".join(str(part.get_filename() or "").split())[:200]
    except (ValueError, LookupError, TypeError, AttributeError, IndexError):
        return "unnamed"


def _field(message: Message | EmailMessage, name: str) -> str:
    """A header as text, its encoded words decoded; "" when it cannot be."""
    try:
        return " ".join(str(message.get(name, "")).split())
    except Exception:  # the parser of headers raises many kinds for hostile values
        return ""


def _date(message: Message) -> datetime | None:
    try:
        found = parsedate_to_datetime(_field(message, "Date"))
    except (ValueError, TypeError, IndexError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
