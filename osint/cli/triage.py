"""`osint leads`: the queue on the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from osint.cli.common import opened, say, say_json, settings, table

if TYPE_CHECKING:
    from storage.records import Lead
    from storage.store import Store

COLUMNS = ("lead", "score", "species", "CITES", "product", "price", "seller", "place", "status", "why")


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(leads)


def leads(
    every: Annotated[bool, typer.Option("--all", help="Also listings that were read as harmless")] = False,
    status: Annotated[str, typer.Option(help="new, claimed, confirmed, dismissed, referred or closed")] = "",
    group: Annotated[str, typer.Option(help="Trade group: elephant, pangolin, tiger, parrot ...")] = "",
    country: Annotated[str, typer.Option(help="Country of a place named, as a two-letter code")] = "",
    text: Annotated[str, typer.Option(help="Words in any script, or part of a phone number")] = "",
    min_score: Annotated[float, typer.Option(min=0, max=1, help="Least score")] = 0.0,
    limit: Annotated[int, typer.Option(min=0, help="Most rows; 0 for all of them")] = 0,
    form: Annotated[Literal["table", "jsonl", "csv"], typer.Option("--format", help="How to print")] = "table",
) -> None:
    """List leads, the worst first.

    Example: osint leads --group elephant --min-score 0.8
    """
    from storage.leads import LeadQuery

    query = LeadQuery(
        status=status or None,
        group=group or None,
        country=country or None,
        text=text or None,
        min_score=min_score or None,
        relevant=None if every else True,
        limit=limit or 1_000_000_000,
    )
    with opened(settings()) as store:
        found = store.leads.query(query)
        if form == "jsonl":
            for lead in found.rows:
                say_json(as_json(store, lead))
        elif form == "csv":
            from osint.export.formats.csv import rows_text

            say(rows_text([as_json(store, lead) for lead in found.rows]).rstrip("\n"))
        else:
            print_leads(found.rows)
            say(f"{found.total} leads" + ("" if every else "; --all also lists what was read as harmless"), error=True)


def print_leads(rows: tuple[Lead, ...]) -> None:
    """The queue as a table, worst first as it came."""
    table(COLUMNS, [_row(lead) for lead in rows], right=(1, 5))


def as_json(store: Store, lead: Lead) -> dict[str, Any]:
    """A lead with its listings and sellers; a listing is named by its own site's id where it has one."""
    members = store.listings.of_lead(lead.id)
    names = {one.id: one.latest.external_id or one.id for one in members}
    sellers: dict[int, list[str]] = {}
    for listing, seller in store.sellers.of_listings(list(names)).items():
        sellers.setdefault(seller, []).append(names[listing])
    facts = lead.facts
    return {
        "lead": f"L{lead.id}",
        "status": lead.status,
        "score": round(facts.score, 4),
        "relevant": facts.relevant,
        "title": facts.title,
        "listings": sorted(names.values()),
        "urls": sorted(one.latest.url for one in members),
        "sellers": [{"seller": f"S{seller}", "listings": sorted(ids)} for seller, ids in sorted(sellers.items())],
        "taxa": list(facts.taxa),
        "groups": list(facts.groups),
        "cites": facts.cites,
        "terms": list(facts.terms),
        "price": {"amount": str(facts.price_amount), "currency": facts.price_currency}
        if facts.price_amount is not None
        else None,
        "place": facts.place,
        "countries": list(facts.countries),
        "sources": list(facts.sources),
        "languages": list(facts.languages),
        "masked": facts.masked,
        "reason": facts.reason,
        "assignee": lead.assignee,
    }


def money(lead: Lead) -> str:
    """`9,500 THB`; "" when no price is known."""
    amount = lead.facts.price_amount
    if amount is None:
        return ""
    digits = f"{amount:,.0f}" if amount == amount.to_integral_value() else f"{amount:,.2f}"
    return f"{digits} {lead.facts.price_currency}".strip()


def _row(lead: Lead) -> tuple[str, ...]:
    from osint.export.report.view import main_reason, words

    facts = lead.facts
    copies = f" (×{len(lead.listings)})" if len(lead.listings) > 1 else ""
    return (
        f"L{lead.id}{copies}",
        f"{facts.score:.2f}",
        ", ".join(facts.taxa[:2]),
        facts.cites,
        " ".join(facts.terms[:3]),
        money(lead),
        ", ".join(facts.sellers[:2]),
        facts.place or " ".join(facts.countries[:2]),
        lead.status,
        main_reason(facts.reason, words("en")),
    )
