"""`osint import`, `osint export`, `osint verify`, `osint captures`: evidence in, evidence out."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from osint.cli.common import PARTIAL, Failure, lead_number, opened, profiles, say, say_json, settings, table

if TYPE_CHECKING:
    from osint.settings import Settings


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("import")(import_)
    app.command()(export)
    app.command()(verify)
    captures = typer.Typer(no_args_is_help=True, help="The evidence itself.")
    captures.command("verify")(captures_verify)
    app.add_typer(captures, name="captures")


def import_(
    files: Annotated[list[Path], typer.Argument(help="Files and folders; folders are searched through")],
    source: Annotated[str, typer.Option(help="Name of the source that the files are put down to")] = "import",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON record of what was done")] = False,
) -> None:
    """Take files in as evidence and read them: WARC, WACZ, HTML, PDF, DOCX, XLSX, EML, images, ZIPs, JSONL, CSV.

    What cannot be read is named and counted; it stops nothing. Exit code 3 says that there was such a thing.

    Example: osint import reports/*.pdf crawl.warc.gz --source customs
    """
    from osint.imports import import_files
    from osint.reading import Readers

    missing = [str(file) for file in files if not file.exists()]
    if missing:
        raise Failure(f"no such file: {', '.join(missing)}", code=2)
    chosen = settings()
    with opened(chosen) as store:
        readers = Readers(profiles(chosen.home), home=chosen.home)
        done = import_files(store, readers, files, source, tell=lambda line: say(line, error=True))
    if as_json:
        say_json({"read": dict(done.kinds), "problems": dict(done.problems), "listings": done.listings,
                  "texts": done.texts, "leads": done.leads})  # fmt: skip
    else:
        for kind, count in sorted(done.kinds.items(), key=lambda pair: -pair[1]):
            say(f"{count:6} {kind}")
        for reason, count in sorted(done.problems.items(), key=lambda pair: -pair[1]):
            say(f"{count:6} not read: {reason}")
        say(f"{done.listings} listings, {done.texts} texts, {done.leads} new leads")
    raise typer.Exit(PARTIAL if done.problems else 0)


def export(
    leads: Annotated[list[str], typer.Argument(help="Leads, as L12 or 12")],
    form: Annotated[str, typer.Option("--format", help="package, or one of the formats of the README")] = "package",
    out: Annotated[Path | None, typer.Option(help="Where to write; `OSINT_HOME/exports` when left out")] = None,
    why: Annotated[str, typer.Option(help="Purpose, kept in the log beside the export")] = "",
) -> None:
    """Write a lead package (folder and ZIP) that anyone can check offline, or one export format.

    Example: osint export L12 L14 --why "case 2026-118"
    """
    from osint.export.formats import FORMATS
    from osint.export.options import ExportError

    numbers = [lead_number(lead) for lead in leads]
    if form != "package" and form not in FORMATS:
        raise Failure(f"no format {form!r}: package, {', '.join(sorted(FORMATS))}", code=2)
    chosen = settings()
    with opened(chosen) as store:
        unknown = []
        for number in numbers:
            try:
                store.leads.get(number)
            except KeyError:
                unknown.append(f"L{number}")
        if unknown:
            raise Failure(f"no such lead: {', '.join(unknown)}", code=2)
        from osint.export import command

        try:
            written = command.write(store, chosen, numbers, form, out, who=analyst(chosen), why=why)
        except ExportError as error:
            raise Failure(str(error)) from error
        for path in written:
            say(str(path))


def verify(
    package: Annotated[Path, typer.Argument(help="The ZIP or the folder")],
    key: Annotated[Path | None, typer.Option(help="Public key (PEM) that must have signed it")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON record")] = False,
) -> None:
    """Check a package offline: signature, manifests, every record, the chain. One finding a line; exit code 0 or 1.

    Example: osint verify L12.zip --key unit.pub.pem
    """
    from osint.export.verify import verify as check

    if not package.exists():
        raise Failure(f"no such package: {package}", code=2)
    report = check(package, key)
    if as_json:
        say_json(report.as_dict())
    else:
        for line in report.lines():
            say(line)
    raise typer.Exit(0 if report.ok else 1)


def captures_verify(run: Annotated[str, typer.Option(help="Only this run")] = "") -> None:
    """Read every WARC record again and hold it against its row; one finding a line.

    Example: osint captures verify
    """
    with opened(settings()) as store:
        findings = store.captures.verify(run=run or None)
        if findings:
            table(("finding",), [(finding,) for finding in findings])
            raise typer.Exit(1)
        say("every capture is as it was written")


def analyst(settings: Settings) -> str:
    """The name written beside decisions and exports."""
    return settings.analyst or getpass.getuser()
