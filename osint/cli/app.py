"""The `osint` command: gathers the families of commands. Their heavy imports stay inside the functions."""

from __future__ import annotations

import sys

import typer

from osint.cli import care, crawling, evidence, reading, serving, training, triage
from osint.cli.common import Failure, say

app = typer.Typer(
    name="osint",
    help="Open-source intelligence against wildlife crime: crawl, keep every page as evidence, read it, triage leads.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for family in (serving, crawling, reading, triage, training, evidence, care):
    family.register(app)


def run() -> None:
    """Run the command line. Known failures end in one clear line and exit code 1, never in a traceback."""
    try:
        app()
    except Failure as failure:
        say(f"osint: {failure}", error=True)
        sys.exit(failure.code)
    except KeyboardInterrupt:
        say("osint: stopped; what was captured is kept, the same command goes on from here", error=True)
        sys.exit(130)
    except BrokenPipeError:  # `osint leads | head`
        sys.stderr.close()
        sys.exit(0)
