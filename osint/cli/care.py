"""`osint config`, `osint doctor`, `osint status`, `osint audit`: the state of things."""

from __future__ import annotations

from typing import Annotated

import typer

from osint.cli.common import opened, say, say_json, settings, table


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(config)
    app.command()(doctor)
    app.command()(status)
    audit = typer.Typer(no_args_is_help=True, help="The append-only log of decisions, exports and settings.")
    audit.command("verify")(audit_verify)
    audit.command("list")(audit_list)
    app.add_typer(audit, name="audit")


def config(as_json: Annotated[bool, typer.Option("--json", help="One JSON record a setting")] = False) -> None:
    """Print every setting, its value, and where that came from.

    Example: OSINT_PORT=9000 osint config
    """
    from osint.settings import origins

    rows = origins(settings())
    if as_json:
        for key, value, origin, description in rows:
            say_json({"key": key, "value": value, "origin": origin, "description": description})
        return
    table(("setting", "value", "from", "what it is"), [(k, str(v), o, d) for k, v, o, d in rows])


def doctor(as_json: Annotated[bool, typer.Option("--json", help="One JSON record a finding")] = False) -> None:
    """Look for what would stop the work: packages, browser, data files, database, folders.

    Example: osint doctor
    """
    from osint.doctor import examine

    findings = examine(settings())
    for finding in findings:
        if as_json:
            say_json({"check": finding.check, "ok": finding.ok, "needed": finding.needed, "word": finding.word})
        else:
            mark = "ok  " if finding.ok else "BAD " if finding.needed else "note"
            say(f"{mark}  {finding.check}: {finding.word}")
    raise typer.Exit(1 if any(not finding.ok and finding.needed for finding in findings) else 0)


def status(as_json: Annotated[bool, typer.Option("--json", help="One JSON record")] = False) -> None:
    """What is in the store, how the last runs went, and what was skipped, counted by reason.

    Example: osint status
    """
    from storage.leads import LeadQuery

    with opened(settings()) as store:
        runs = store.runs.list(limit=20)
        skips = store.runs.skip_counts()
        leads = store.leads.query(LeadQuery(limit=0)).total
        if as_json:
            rows = [{"run": r.id, "source": r.source, "state": r.state, "counters": dict(r.counters)} for r in runs]
            say_json({"leads": leads, "runs": rows, "skips": skips})
            return
        say(f"{leads} leads")
        table(
            ("run", "source", "kind", "state", "started", "counters", "note"),
            [
                (r.id[:8], r.source, r.kind, r.state, f"{r.started_at:%Y-%m-%d %H:%M}", _counted(r.counters), r.note)
                for r in runs
            ],
            title="last runs",
        )
        print_skips(skips)


def print_skips(skips: dict[str, int]) -> None:
    """What was skipped and why, most often first."""
    if not skips:
        return
    from osint.reasons import REASONS

    rows = sorted(skips.items(), key=lambda pair: (-pair[1], pair[0]))
    table(
        ("count", "skipped because", "which means"),
        [(str(count), reason, REASONS.get(reason, "")) for reason, count in rows],
        title="what was skipped, and why",
        right=(0,),
    )


def audit_verify() -> None:
    """Check the chain of the whole log; exit code 1 and one line a finding when it was changed.

    Example: osint audit verify
    """
    with opened(settings()) as store:
        findings = store.reviews.verify()
        for finding in findings:
            say(finding)
        if findings:
            raise typer.Exit(1)
        say(f"the log is intact: {len(store.reviews.events(limit=1_000_000_000))} entries")


def audit_list(limit: Annotated[int, typer.Option(min=1, help="Most entries")] = 50) -> None:
    """The newest entries of the log.

    Example: osint audit list --limit 10
    """
    with opened(settings()) as store:
        rows = store.reviews.events(limit=limit)
        table(
            ("no", "when", "who", "did", "to", "note"),
            [(str(e.seq), f"{e.at:%Y-%m-%d %H:%M:%S}", e.who, e.action, e.object, e.note) for e in rows],
        )


def _counted(counters: object) -> str:
    return ", ".join(f"{value} {name}" for name, value in dict(counters).items())  # type: ignore[call-overload]
