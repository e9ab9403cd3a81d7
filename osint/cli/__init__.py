"""The command line: one module a command or a family of commands. `app` gathers them."""

from __future__ import annotations


def main() -> None:
    """Entry point of `osint`."""
    from osint.cli.app import run

    run()
