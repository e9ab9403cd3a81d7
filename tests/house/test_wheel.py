"""The wheel holds every data file, and works in an environment without development packages."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("osint", "spiders", "nlp", "storage")
IGNORED = {".pyc"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel, built from the files that git knows or would know, as `make release` builds it."""
    out = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return next(out.glob("*.whl"))


def test_every_file_of_the_packages_is_in_the_wheel(wheel):
    inside = set(zipfile.ZipFile(wheel).namelist())
    missing = [
        name
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and path.suffix not in IGNORED and (name := path.relative_to(ROOT).as_posix()) not in inside
    ]
    assert not missing, missing


def test_the_wheel_is_named_as_it_should_be(wheel):
    assert wheel.name.startswith("wildlife_osint-")
    names = zipfile.ZipFile(wheel).namelist()
    entry = next(name for name in names if name.endswith("entry_points.txt"))
    assert "osint = osint.cli:main" in zipfile.ZipFile(wheel).read(entry).decode()
    assert any(name.endswith("licenses/LICENSE") for name in names)


def test_the_wheel_works_without_the_checkout_and_without_development_packages(wheel, tmp_path):
    """Installed beside nothing of ours: a target folder first on the path, development packages hidden."""
    site = tmp_path / "site"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    hidden = ["pytest", "hypothesis", "ruff", "mypy", "xdist", "httpx2", "pytest_timeout", "sklearn", "Stemmer"]
    code = f"""
import sys
class Hide:
    def find_spec(self, name, path=None, target=None):
        if name.split('.')[0] in {hidden!r}:
            raise ImportError(f'{{name}} is a development package')
sys.meta_path.insert(0, Hide())
sys.path.insert(0, {str(site)!r})
import osint
assert osint.__file__.startswith({str(site)!r}), osint.__file__
sys.argv = ['osint', *sys.argv[1:]]
from osint.cli import main
main()
"""
    env = dict(os.environ, OSINT_HOME=str(tmp_path / "home"), PYTHONNOUSERSITE="1")
    row = '{"id": "1", "kind": "listing", "title": "Elephant ivory bangle", "text": "Genuine ivory, 300 USD"}\n'
    done = subprocess.run(
        [sys.executable, "-P", "-c", code, "analyse"],
        input=row, capture_output=True, text=True, env=env, cwd=tmp_path, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert '"relevant": true' in done.stdout
    doctor = subprocess.run(
        [sys.executable, "-P", "-c", code, "leads", "--format", "jsonl"],
        capture_output=True, text=True, env=env, cwd=tmp_path, check=False,
    )  # fmt: skip
    assert doctor.returncode == 0, doctor.stderr
