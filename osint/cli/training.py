"""`osint train`: the reader learns from what analysts decided."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from osint.cli.common import Failure, opened, profiles, say, say_json, settings, table

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from nlp.pipeline import Reader
    from nlp.train.learn import Trained
    from osint.training import Decisions

COLUMNS = ("", "precision", "recall", "F1", "average precision", "Brier", "expected error")


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(train)


def train(
    source: Annotated[str | None, typer.Argument(help="A source; every source with decisions when left out")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the figures, keep nothing")] = False,
    undo: Annotated[bool, typer.Option("--undo", help="Go back to the model before the last training")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON record a source")] = False,
) -> None:
    """Learn from decisions, source by source: figures before and after, and a new model only where nothing gets worse.

    Exit code 1 when a model would have been worse, or the named source has too few decisions: the former one stays.

    Example: osint train market --dry-run
    """
    if undo:
        _undo(source, as_json)
        return
    from nlp.train.labelled import digest, enough, see
    from osint import training

    chosen = settings()
    known = profiles(chosen.home)
    refused = False
    with opened(chosen) as store:

        def country(name: str) -> str:
            profile = known.get(name)
            return (profile.country or "") if profile else ""

        found = training.decisions(store, country, source)
        if source is not None:
            found.setdefault(source, training.Decisions())
        reader = None
        for name, mine in sorted(found.items()):
            if short := enough([row.relevant for row in mine.rows]):
                refused = refused or source is not None
                _tell(name, mine, as_json, short=short)
                continue
            from nlp.train.learn import train as learn

            reader = reader or _reader(chosen.home)
            about = {"source": name, "learned_from": "decisions of analysts", "data_sha256": digest(mine.rows)}
            trained = learn(training.file_name(name), see(reader, mine.rows), about)
            former = training.card(chosen.home, name)
            refused = refused or bool(trained.worse)
            version = ""
            if not trained.worse and not dry_run:
                from osint.cli.evidence import analyst

                version = training.keep(store, chosen.home, name, trained, analyst(chosen))
            _tell(name, mine, as_json, trained, former, version, dry_run=dry_run)
    if not found:
        say("no lead has been decided yet: confirm or dismiss some with `osint serve`", error=True)
    raise typer.Exit(1 if refused else 0)


def _reader(home: Path) -> Reader:
    from nlp.pipeline import Reader

    extra = home / "lexicon"
    return Reader(extra if extra.is_dir() else None)


def _tell(name: str, mine: Decisions, as_json: bool, trained: Trained | None = None,
          former: Mapping[str, Any] | None = None, version: str = "", short: str = "",
          dry_run: bool = False) -> None:  # fmt: skip
    yes = sum(row.relevant for row in mine.rows)
    worse = list(trained.worse) if trained else [short]
    if as_json:
        say_json({
            "source": name, "relevant": yes, "not_relevant": len(mine.rows) - yes, "unused": dict(mine.unused),
            "before": trained.before.as_dict() if trained else None,
            "after": trained.after.as_dict() if trained else None,
            "former": former.get("after") if former else None,
            "kept": bool(version), "model": version or None, "why_not": worse,
        })  # fmt: skip
        return
    unused = "".join(f"; {count} left out ({why})" for why, count in mine.unused.most_common())
    say(f"{name}: {len(mine.rows)} decided listings, {yes} relevant, {len(mine.rows) - yes} not{unused}")
    if trained is None:
        say(f"{name}: not trained: {short}")
        return
    rows = [("before: rules and shipped models", trained.before.as_dict())]
    if former and isinstance(former.get("after"), dict):
        rows.append(("the model in use, when it was trained", former["after"]))
    rows.append(("after: with a model of this source", trained.after.as_dict()))
    figures = ("precision", "recall", "f1", "ap", "brier", "ece")
    table(COLUMNS, [(what, *(f"{row.get(one, 0):.3f}" for one in figures)) for what, row in rows], right=range(1, 7))
    if worse:
        say(f"{name}: refused, nothing is changed: {'; '.join(worse)}")
    elif dry_run:
        say(f"{name}: nothing is kept; without --dry-run this model would be used")
    else:
        say(f"{name}: model {version} reads this source from now on; `osint reprocess` reads the archive with it, "
            f"`osint train {name} --undo` takes it back")  # fmt: skip


def _undo(source: str | None, as_json: bool) -> None:
    from osint import training
    from osint.cli.evidence import analyst

    if source is None:
        raise Failure("name the source whose model is to be taken back", code=2)
    chosen = settings()
    with opened(chosen) as store:
        try:
            version = training.undo(store, chosen.home, source, analyst(chosen))
        except KeyError as error:
            raise Failure(f"{source} has no model of its own") from error
    if as_json:
        say_json({"source": source, "model": version})
        return
    now = f"model {version}, the one before," if version else "rules and shipped models"
    say(f"{source}: {now} read this source from now on; `osint reprocess` reads the archive again")
