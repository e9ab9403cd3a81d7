"""The facts of a package as the report shows them: plain lists and strings, so that templates decide nothing."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from nlp.terms import names
from osint.export.report import marks

MAX_LISTINGS, MAX_SET = 500, 50
"""Listings shown in full in report.html, and in report.pdf (50 make 130 pages); lead.json and the tables hold all."""
MAX_PICTURES = 80
ORDER = ("title", "price", "seller", "location", "posted", "availability", "attributes", "images")
View = dict[str, Any]


def words(language: str) -> dict[str, Any]:
    """The words of a language. Raises KeyError when there is no file for it."""
    path = Path(__file__).parent / "words" / f"{language}.toml"
    if not path.is_file():
        raise KeyError(f"no words for {language!r}; there are: {', '.join(languages())}")
    return tomllib.loads(path.read_text(encoding="utf-8"))


def languages() -> list[str]:
    """Languages that a report can be written in."""
    return sorted(path.stem for path in (Path(__file__).parent / "words").glob("*.toml"))


def build(
    head: Mapping[str, Any],
    listings: Iterable[Mapping[str, Any]],
    pictures: Mapping[str, Mapping[str, Any]],
    history: list[dict[str, Any]],
    method: Mapping[str, Any],
    vocabulary: Mapping[str, Any],
    most: int = MAX_LISTINGS,
) -> View:
    """`head`: lead.json but its listings; `pictures`: capture id → a reduced picture; `most` listings in full."""
    w = vocabulary
    captures = {capture["id"]: capture for capture in head["captures"]}
    shown: dict[str, View] = {}
    times: list[View] = []
    total = 0
    for listing in listings:
        total += 1
        times += _times(listing, w)
        if len(shown) < most:
            shown[listing["id"]] = _listing(listing, captures, pictures, w, total)
    leads = [_lead(lead, shown, w) for lead in head["leads"]]
    numbers = {identifier: one["number"] for identifier, one in shown.items()}
    left_out = dict(head["left_out"])
    if total > len(shown):
        left_out["listing_shown"] = total - len(shown)
    return {
        "w": w,
        "package": head["package"],
        "contents": w["contents_line"].format(
            leads=len(leads), listings=total, captures=len(captures), events=head["audit"]["in_full"]
        ),
        "leads": leads,
        "listings": list(shown.values()),
        "sellers": [_seller(seller, numbers) for seller in head["sellers"]],
        "times": sorted(times, key=lambda one: (one["at"], one["what"])),
        "captures": [_capture(capture, w) for capture in captures.values()],
        "history": [_event(event, w) for event in history],
        "left_out": [{"number": count, "what": w[f"left_{kind}"]} for kind, count in left_out.items() if count],
        "software": method["software"],
        "readers": [f"{name} {', '.join(found)}" for name, found in method["readers"].items()],
    }


def _lead(lead: Mapping[str, Any], shown: Mapping[str, View], w: Mapping[str, Any]) -> View:
    facts = lead["summary"]
    rows = [
        (w["in_short"], main_reason(facts["reason"], w)),
        (w["species"], ", ".join([*facts["taxa"], *(one.replace("_", " ") for one in facts["groups"])])),
        (w["cites"], facts["cites"]),
        (w["product"], ", ".join(term(code, w) for code in facts["terms"])),
        (w["price"], money(facts["price"])),
        (w["place"], facts["place"]),
        (w["countries"], ", ".join(facts["countries"])),
        (w["sellers_named"], ", ".join(facts["sellers"])),
        (w["sources"], ", ".join(facts["sources"])),
        (w["languages"], ", ".join(facts["languages"])),
        (w["disguised"], w["yes"] if facts["masked"] else ""),
        (w["score"], f"{facts['score']:.2f}"),
    ]
    status = lead["status"]
    return {
        "label": f"L{lead['id']}",
        "title": facts["title"],
        "status": w.get(f"status_{status['value']}", status["value"]),
        "status_key": status["value"],
        "status_by": f"{w['decided_by']}: {status['who']}" if status["by"] == "person" else w["not_decided"],
        "status_at": when(status["at"]),
        "rows": [
            {"label": label, "value": value, "by": w["by_machine"]} for label, value in rows if value
        ]
        + [
            {"label": label, "value": value, "by": w["by_person"]}
            for label, value in ((w["tags"], ", ".join(lead["tags"])), (w["assignee"], lead["assignee"]))
            if value
        ],
        "links": [
            {"number": shown[link["listing"]]["number"], "title": shown[link["listing"]]["title"],
             "reason": link["reason"], "strength": f"{link['strength']:.2f}"}
            for link in lead["listings"] if link["listing"] in shown
        ],
    }  # fmt: skip


def _listing(
    listing: Mapping[str, Any],
    captures: Mapping[str, Any],
    pictures: Mapping[str, Any],
    w: Mapping[str, Any],
    number: int,
) -> View:
    newest = listing["versions"][-1]
    analysis, read = newest["analysis"], newest["read"]
    reasons = analysis.get("reasons", [])
    language = analysis.get("language", {}).get("code", "")
    mine = [captures[one["capture"]] for one in listing["sightings"] if one["capture"] in captures]
    page = [pictures[one["id"]] for one in reversed(mine) if one["id"] in pictures][:1]
    pages = {one["id"] for one in mine}
    gallery = [pictures[one] for one in captures if one in pictures and captures[one]["picture_of"] in pages]
    return {
        "number": number,
        "title": read["title"] or listing["url"],
        "title_runs": marks.runs(read["title"], "title", reasons),
        "url": listing["url"],
        "source": listing["source"],
        "language": language,
        "seen": [{"label": w[key], "at": when(listing[name])}
                 for key, name in (("first_seen", "first_seen"), ("last_seen", "last_seen"), ("gone", "gone_at"))
                 if listing[name]],
        "captures": [{"number": one["number"], "at": when(one["fetched_at"]), "sha256": one["sha256"]} for one in mine],
        "pictures": [*page, *gallery],
        "fields": _fields(newest["fields"], w),
        "text_runs": marks.runs(read["text"], "text", reasons),
        "seller_runs": marks.runs(read["seller_text"], "seller_text", reasons),
        "cut": w["text_cut"].format(path=f"data/{newest['working']}") if len(read["text"]) > marks.MAX_TEXT else "",
        "reasons": sorted((_reason(one, read, w) for one in reasons), key=lambda one: -abs(one["weight"])),
        "understood": _understood(analysis, w),
        "changes": _changes(listing["versions"], w),
    }  # fmt: skip


def _fields(fields: Mapping[str, Any], w: Mapping[str, Any]) -> list[View]:
    rows = []
    for name in [*ORDER, *sorted(set(fields) - set(ORDER) - {"text"})]:
        if name in fields:
            field = fields[name]
            rows.append({
                "label": w.get(f"field_{name}", name), "value": plain(name, field["value"]),
                "raw": field.get("raw", ""), "origin": field["origin"], "by": w[f"by_{field['by']}"],
            })  # fmt: skip
    return rows


def rule_words(rule: str, w: Mapping[str, Any]) -> str:
    """A rule's name in words: `product.weak, digits for letters` → its sentence, then what is special about it."""
    first, comma, rest = rule.partition(", ")
    base, _, more = first.partition(".")
    words = w["rules"].get(base, first.replace("_", " "))
    extra = ", ".join(
        part for part in (more.replace("_", " ") if base in w["rules"] else "", rest if comma else "") if part
    )
    return f"{words} ({extra})" if extra and base != "bias" else words


def main_reason(reason: str, w: Mapping[str, Any]) -> str:
    """`product.weak: “ivory”` with the rule in words."""
    rule, colon, rest = reason.partition(": “")
    return f"{rule_words(rule, w)}{colon}{rest}"


def _reason(reason: Mapping[str, Any], read: Mapping[str, str], w: Mapping[str, Any]) -> View:
    stands = read.get(reason["field"], "")[reason["start"] : reason["end"]] == reason["text"]
    where = w[f"in_{reason['field']}"] + f" {reason['start']}–{reason['end']}" if stands else w["not_located"]
    return {"rule": rule_words(reason["rule"], w), "points": f"{reason['points']:+.2f}", "weight": reason["points"],
            "text": reason["text"], "where": where if reason["text"] else ""}  # fmt: skip


def _understood(analysis: Mapping[str, Any], w: Mapping[str, Any]) -> list[View]:
    """What the reader found beyond the fields, each with the words it rests on."""
    found: list[tuple[str, str, str]] = []
    for one in analysis.get("taxa", []):
        cites = f" · CITES {one['cites']}" if one["cites"] else ""
        found.append((w["taxa"], f"{one['name']} ({one['rank']}){cites}", one["text"]))
    found += [(w["terms"], term(one["code"], w), one["text"]) for one in analysis.get("terms", [])]
    found += [
        (w["quantities"], f"{one['value']:g} {one['unit']}", one["text"]) for one in analysis.get("quantities", [])
    ]
    found += [(w["contacts"], f"{one['kind']}: {one['value']}", one["text"]) for one in analysis.get("contacts", [])]
    for one in analysis.get("locations", []):
        found.append(
            (w["locations"], ", ".join(filter(None, (one["name"], one["country"], one["precision"]))), one["text"])
        )
    found += [(w["dates"], one["value"], one["text"]) for one in analysis.get("dates", [])]
    language = analysis.get("language")
    if language:
        found.append((w["read_language"], f"{language['code']} ({language['confidence']:.2f})", ""))
    masked = ", ".join(analysis.get("masked", []))
    if masked:
        found.append((w["disguised"], masked, ""))
    return [{"kind": kind, "value": value, "text": text} for kind, value, text in dict.fromkeys(found)]


def _changes(versions: list[Mapping[str, Any]], w: Mapping[str, Any]) -> list[View]:
    """Fields that earlier captures gave otherwise than the newest one."""
    newest = versions[-1]["fields"]
    rows = []
    for version in versions[:-1]:
        for name in sorted({*newest, *version["fields"]} - {"images", "text"}):
            before = plain(name, version["fields"].get(name, {}).get("value", ""))
            if before != plain(name, newest.get(name, {}).get("value", "")):
                rows.append({"number": version["capture_number"], "at": when(version["seen_at"]),
                             "label": w.get(f"field_{name}", name), "value": before or "–"})  # fmt: skip
    return rows


def _seller(seller: Mapping[str, Any], numbers: Mapping[str, int]) -> View:
    return {
        "label": f"S{seller['id']}",
        "name": seller["name"],
        "accounts": [f"{one['account']} ({one['site']})" for one in seller["accounts"]],
        "contacts": [f"{one['kind']}: {one['value']}" for one in seller["contacts"]],
        "links": [
            {"number": numbers.get(one["listing"], 0), "reason": one["reason"], "strength": f"{one['strength']:.2f}"}
            for one in seller["links"]
        ],
    }


def _times(listing: Mapping[str, Any], w: Mapping[str, Any]) -> list[View]:
    title = listing["versions"][-1]["read"]["title"] or listing["url"]
    posted = listing["versions"][-1]["fields"].get("posted", {}).get("value", "")
    rows = [(posted, w["event_posted"]), (listing["gone_at"], w["event_gone"])]
    rows += [
        (one["at"], f"{w['event_captured']} ({w['number']} {one['capture_number']})")
        for one in listing["sightings"]
        if one["capture_number"] is not None
    ]
    return [{"at": when(at), "what": what, "title": title} for at, what in rows if at]


def _capture(capture: Mapping[str, Any], w: Mapping[str, Any]) -> View:
    return {
        "number": capture["number"], "url": capture["url"], "requested": when(capture["requested_at"]),
        "fetched": when(capture["fetched_at"]), "status": str(capture["status"]), "bytes": f"{capture['size']:,}",
        "sha256": capture["sha256"], "file": f"data/{capture['wacz']}",
        "by": w.get(f"by_{capture['by']}", capture["by"]),
    }  # fmt: skip


def _event(event: Mapping[str, Any], w: Mapping[str, Any]) -> View:
    note = w["note_withheld"] if event.get("note_withheld") else event["note"]
    return {"seq": str(event["seq"]), "at": when(event["at"]), "who": event["who"], "action": event["action"],
            "object": event["object"], "note": note}  # fmt: skip


def when(moment: str) -> str:
    """A time for people: `2026-11-24 10:00:00`, UTC."""
    return moment.replace("T", " ").split(".")[0].rstrip("Z")


def term(code: str, w: Mapping[str, Any]) -> str:
    """A CITES trade term with its name: `TUS (tusks)`."""
    language = w["language"] if w["language"] in ("en", "fr", "es") else "en"
    name = names(language).get(code, "")
    return f"{code} ({name.lower()})" if name else code


def money(price: Mapping[str, str] | None) -> str:
    """`12,500 THB`; "" without an amount. Digits after the point are shown unless all are zeros."""
    if not price or not price["amount"]:
        return ""
    whole, point, rest = price["amount"].partition(".")
    digits = f"{int(whole):,}{point}{rest}" if rest.strip("0") else f"{int(whole):,}"
    return f"{digits} {price['currency']}".strip()


def plain(name: str, value: Any) -> str:
    """A field's value as a line or some."""
    if name == "price" and isinstance(value, Mapping):
        return money(value)
    if name == "posted":
        return when(value)
    if isinstance(value, Mapping):
        return "\n".join(f"{key}: {one}" for key, one in value.items())
    return "\n".join(map(str, value)) if isinstance(value, list) else str(value)
