"""The doctor names what would stop the work, and what to do about it."""

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def doctor(home, path=(), **more):
    env = dict(os.environ, OSINT_HOME=str(home), PYTHONPATH=os.pathsep.join(map(str, path)), **more)
    code = f"import sys; sys.path.append({str(ROOT)!r}); from osint.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code, "doctor", "--json"], capture_output=True, text=True, env=env, check=False
    )
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert rows, done.stderr
    return done.returncode, {row["check"]: row for row in rows}


def foreign(folder, package, distribution):
    """Another distribution that owns one of our names, as pip would have left it."""
    (folder / package).mkdir(parents=True)
    (folder / package / "__init__.py").write_text("")
    info = folder / f"{distribution}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.0\n")
    (info / "RECORD").write_text(f"{package}/__init__.py,,\n{info.name}/METADATA,,\n{info.name}/RECORD,,\n")
    (info / "top_level.txt").write_text(f"{package}\n")


def test_a_sound_machine(tmp_path):
    code, found = doctor(tmp_path)
    assert code == 0, found
    assert found["package nlp"]["ok"]
    assert found["database"]["ok"]
    assert found["data"]["ok"]


def test_a_foreign_owner_of_a_root_package_is_named(tmp_path):
    foreign(tmp_path / "site", "storage", "some-storage")
    code, found = doctor(tmp_path / "home", [tmp_path / "site"])
    assert code == 1
    assert not found["package storage"]["ok"]
    assert "some-storage" in found["package storage"]["word"]
    assert found["package nlp"]["ok"]


def test_a_browser_that_is_not_there_is_named(tmp_path):
    code, found = doctor(tmp_path, OSINT_CHROMIUM=str(tmp_path / "no-browser"))
    assert code == 1
    assert "no-browser" in found["browser"]["word"]


def test_a_newer_database_is_named(tmp_path):
    from storage.store import Store

    Store.open(tmp_path).close()
    database = sqlite3.connect(tmp_path / "osint.db")
    database.execute("UPDATE alembic_version SET version_num = '9999'")
    database.commit()
    database.close()
    code, found = doctor(tmp_path)
    assert code == 1
    assert not found["database"]["ok"]
    assert "newer" in found["database"]["word"]


def test_a_broken_profile_is_named_with_file_and_key(tmp_path):
    (tmp_path / "sites").mkdir()
    (tmp_path / "sites" / "bad.toml").write_text('kind = "market"\ntitle = "Bad"\nstrat = ["https://bad.example/"]\n')
    code, found = doctor(tmp_path)
    assert code == 1
    assert "bad.toml" in found["sources"]["word"]
    assert "strat" in found["sources"]["word"]
