"""The README is held to the program: every command, setting, source kind and export format appears."""

import json
import resource
import subprocess
import sys
from pathlib import Path

import pytest
import typer.main

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def commands():
    from osint.cli.app import app

    group = typer.main.get_command(app)

    def walk(command, prefix):
        for name, child in command.commands.items():
            if hasattr(child, "commands"):
                yield from walk(child, f"{prefix} {name}")
            else:
                yield f"{prefix} {name}", child

    return dict(walk(group, "osint"))


@pytest.mark.parametrize("name", sorted(commands()))
def test_every_command_is_in_the_readme_and_has_an_example(name):
    assert f"`{name}" in README, f"{name} is not in the README"
    assert "Example:" in commands()[name].help, f"{name} --help shows no example"


def test_every_setting_is_in_the_readme():
    from osint.settings import Settings

    missing = [key for key in Settings.model_fields if f"`{key}`" not in README]
    assert not missing, missing


def test_every_export_format_is_in_the_readme():
    from osint.export.formats import FORMATS

    missing = [name for name in FORMATS if f"`{name}`" not in README]
    assert not missing, missing


def test_every_source_kind_is_in_the_readme():
    from typing import get_args

    from spiders.sources import Kind

    missing = [kind for kind in get_args(Kind) if f"`{kind}`" not in README]
    assert not missing, missing


def test_help_is_quick():
    """`osint --help` under half a second of processor time; the best of three, for the machine may be busy."""
    code = "import sys; sys.argv = ['osint', '--help']\nfrom osint.cli import main\nmain()"
    best = 9.0
    for _ in range(3):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        best = min(best, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
        assert done.returncode == 0, done.stderr
        assert "analyse" in done.stdout
    assert best < 0.5


def test_help_imports_nothing_heavy():
    heavy = ("scrapy", "spacy", "sqlalchemy", "fastapi", "numpy", "lxml")
    code = f"import sys, json; import osint.cli.app; print(json.dumps([m for m in {heavy} if m in sys.modules]))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert json.loads(done.stdout) == []
