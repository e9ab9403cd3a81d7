"""Who may import whom: the directions of the house, read from the source itself."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("osint", "spiders", "nlp", "storage")
FORBIDDEN = {
    "spiders": {"osint", "nlp", "storage", "spacy", "sqlalchemy", "alembic"},
    "nlp": {"osint", "spiders", "storage", "scrapy", "playwright", "sqlalchemy"},
    "storage": {"osint", "spiders", "nlp", "scrapy", "spacy", "playwright"},
    "osint": set(),
}
NO_NETWORK_OR_CLOCK = {"socket", "http", "urllib.request", "requests", "httpx", "aiohttp", "time", "subprocess"}


def modules(package):
    return sorted((ROOT / package).rglob("*.py"))


def imported(path):
    """Full dotted names that a file imports, wherever in the file."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import; this house writes names in full"
            names.add(node.module)
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return names


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_imports_only_what_it_may_know(package):
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in modules(package)
        for name in imported(path)
        if name.split(".")[0] in FORBIDDEN[package]
    ]
    assert not wrong, "\n".join(wrong)


def test_the_reader_has_no_network_and_no_clock():
    """Scripts that are run by hand (`nlp.build`, `nlp.train`) may read the sources they compile from."""
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in modules("nlp")
        if not {"build", "train"} & set(path.relative_to(ROOT / "nlp").parts)
        for name in imported(path)
        if name in NO_NETWORK_OR_CLOCK or name.split(".")[0] in {"socket", "requests", "httpx", "aiohttp"}
    ]
    assert not wrong, "\n".join(wrong)


def test_no_sql_outside_storage():
    wrong = [str(path) for package in ("osint",) for path in modules(package) if "sqlalchemy.sql" in imported(path)]
    assert not wrong


def test_the_layer_test_sees_imports(tmp_path):
    """A layer test that finds nothing because it looks wrongly is worse than none."""
    bad = tmp_path / "bad.py"
    bad.write_text("def f():\n    from storage.store import Store\n    import spacy.util\n")
    assert {"storage.store", "storage.store.Store", "spacy.util"} <= imported(bad)
