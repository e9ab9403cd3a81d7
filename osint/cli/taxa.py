"""`osint taxa`: what a name means, and how the taxon behind it is listed."""

from __future__ import annotations

import textwrap
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer

from osint.cli.common import Failure, say, say_json, settings

if TYPE_CHECKING:
    from nlp.lookup import Lookup, Meaning, Word
    from nlp.taxonomy import Entry

_WIDTH = 110
_FEW = 8  # names of one language that are shown without --all
_NEAR = 78  # of 100: how alike a near miss must be; below it suggestions are other words


def taxa(
    name: Annotated[str, typer.Argument(help="A scientific or common name, a product or a code word, in any script")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON record")] = False,
    everything: Annotated[bool, typer.Option("--all", help="All names and species, not the first few")] = False,
) -> None:
    """What a name means: taxon, CITES appendix and annotation, lineage, names by language, and where each is from.

    An ambiguous name has all its meanings listed. Exit code 1 when the name is not known, with near misses.

    Example: osint taxa "Manis tricuspis"
    """
    from nlp.lookup import Lookup

    extra = settings().home / "lexicon"
    lookup = Lookup(extra if extra.is_dir() else None)
    meanings = lookup.ask(name)
    near = [] if meanings else _near(name, lookup)
    if as_json:
        say_json({"name": name, "meanings": [_record(one, lookup) for one in meanings], "near": near})
        if not meanings:
            raise typer.Exit(1)
        return
    if not meanings:
        hint = f"; near it: {', '.join(near)}" if near else ""
        raise Failure(f"no taxon, product or word called {name!r} in the lists{hint}", code=1)
    if len(meanings) > 1:
        say(f"{name}: {len(meanings)} meanings")
    for number, one in enumerate(meanings, start=1):
        if len(meanings) > 1:
            say("")
        _tell(one, lookup, f"{number}. " if len(meanings) > 1 else "", everything)


def _near(name: str, lookup: Lookup) -> list[str]:
    from rapidfuzz import fuzz, process, utils

    from nlp.lookup import LONGEST

    names = lookup.names() if len(name) <= LONGEST else ()
    found = process.extract(
        name, names, scorer=fuzz.ratio, processor=utils.default_process, score_cutoff=_NEAR, limit=6
    )
    return list(dict.fromkeys(lookup.written(folded) for folded, *_ in found))


def _how(one: Meaning) -> str:
    """By what the name led here, in words."""
    from nlp.lookup import classes
    from nlp.terms import names

    written = "; ".join(f"{lang}: {', '.join(sorted(words))}" for lang, words in sorted(one.words.items()))
    code = f" of CITES trade term {one.code} ({names().get(one.code, 'not in the guide')})" if one.code else ""
    what = {
        "scientific name": "accepted scientific name",
        "synonym": f"synonym ({', '.join(sorted(one.words.get('la', ())))})",
        "name": f"common name ({written})",
        "group": f"word for the group {one.cls} ({written})",
        "emoji": f"picture of the group {one.cls}",
        "product": f"product{code} ({written}); it implies the group {one.cls} unless something else is said",
        "code": f"code word{code} ({written}): a reason to look, never proof",
        "part": f"a part, {classes().get(('part', one.cls), one.cls)} ({one.cls}; {written}): it names no animal alone",
        "innocent": f"innocent use: {classes().get(('innocent', one.cls), one.cls)} ({written})",
    }
    return what[one.kind]


def _listed(entry: Entry) -> str:
    return f"Appendix {entry.cites}" if entry.cites else "not in the CITES Appendices"


def _line(label: str, text: str) -> None:
    for at, part in enumerate(textwrap.wrap(text, _WIDTH - 12, break_on_hyphens=False) or [""]):
        say(f"{label if not at else '':11} {part}".rstrip())


def _tell(one: Meaning, lookup: Lookup, number: str, everything: bool) -> None:
    from nlp.listing import effect
    from nlp.lookup import sources

    entry = one.entry
    if entry is None:
        say(f"{number}{_how(one)}")
        return
    say(f"{number}{entry.name} ({entry.rank}): {_listed(entry)}")
    _line("asked by", _how(one))
    for other in one.also:
        _line("and as", _how(other))
    if entry.annotation:
        _line("listing", entry.annotation)
    if delayed := effect(entry.annotation):
        state = "in effect since" if delayed.day <= date.today() else "not yet in effect: from"
        _line("effect", f"{state} {delayed.day.isoformat()} (adopted at {delayed.meeting})")
    _line("lineage", " > ".join(entry.lineage))
    groups = lookup.parents(entry.group if one.kind in ("scientific name", "synonym", "name") else one.cls)
    if groups:
        _line("group", " < ".join(groups))
    for label, below in (("members", lookup.members(one)), ("species", _species(one, lookup))):
        if below:
            shown = below if everything else below[:_FEW]
            more = f" and {len(below) - len(shown)} more (--all)" if len(shown) < len(below) else ""
            _line(label, ", ".join(f"{other.name} {other.cites or '-'}" for other in shown) + more)
    if synonyms := lookup.synonyms(entry):
        _line("synonyms", ", ".join(synonyms))
    by_language: dict[str, list[Word]] = {}
    for word in lookup.words(one) if one.kind not in ("product", "code") else ():
        by_language.setdefault(word.lang, []).append(word)
    for lang, words in by_language.items():
        shown_words = words if everything else words[:_FEW]
        rest = f", and {len(words) - len(shown_words)} more" if len(shown_words) < len(words) else ""
        origins = " ".join(sorted({code for word in words for code in word.source.split("|")}))
        _line(lang, ", ".join(word.word for word in shown_words) + f"{rest}  [{origins}]")
    _line("source", f"{entry.source}: {sources()[entry.source]}" if entry.source in sources() else entry.source)


def _species(one: Meaning, lookup: Lookup) -> list[Entry]:
    asked = one.kind in ("scientific name", "synonym", "name") and one.entry is not None
    return lookup.species(one.entry) if asked and one.entry else []


def _record(one: Meaning, lookup: Lookup) -> dict[str, Any]:
    """A meaning as JSON."""
    from nlp.listing import effect

    words = {lang: sorted(found) for lang, found in one.words.items()}
    out: dict[str, Any] = {"kind": one.kind, "class": one.cls, "code": one.code, "words": words}
    out["also"] = [{"kind": other.kind, "class": other.cls} for other in one.also]
    if one.entry is None:
        return out
    delayed = effect(one.entry.annotation)
    names: dict[str, list[dict[str, Any]]] = {}
    for word in lookup.words(one):
        names.setdefault(word.lang, []).append({"name": word.word, "source": word.source, "flags": sorted(word.flags)})
    return out | {
        "taxon": one.entry._asdict(),
        "effect": {"meeting": delayed.meeting, "day": delayed.day.isoformat()} if delayed else None,
        "members": [{"name": other.name, "cites": other.cites} for other in lookup.members(one)],
        "species": [{"name": other.name, "cites": other.cites} for other in _species(one, lookup)],
        "synonyms": lookup.synonyms(one.entry),
        "names": names,
    }
