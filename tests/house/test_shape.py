"""Sizes, file names and tests as the house wants them."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("osint", "spiders", "nlp", "storage")
MOST_LINES = 300


def test_no_module_is_longer_than_it_can_explain():
    long = {
        str(path.relative_to(ROOT)): lines
        for package in PACKAGES
        for path in (ROOT / package).rglob("*.py")
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > MOST_LINES
    }
    assert not long, f"one job a module: {long}"


def test_half_of_all_modules_are_short():
    sizes = sorted(
        len(path.read_text(encoding="utf-8").splitlines())
        for package in PACKAGES
        for path in (ROOT / package).rglob("*.py")
        if path.name != "__init__.py"
    )
    assert sizes[len(sizes) // 2] <= 150, "the median module is past 150 lines"


def test_tests_are_no_packages():
    """A `tests/nlp/__init__.py` would make a second package `nlp`."""
    assert not list((ROOT / "tests").rglob("__init__.py"))


def test_no_two_tests_share_a_name():
    names = [path.name for path in (ROOT / "tests").rglob("test_*.py")]
    assert len(names) == len(set(names)), sorted({name for name in names if names.count(name) > 1})


def test_no_path_of_one_machine():
    """A path of one developer's machine works nowhere else."""
    import re

    machine = re.compile(r"['\"(\s](/work/|/home/[a-z]|/Users/|/farm/)")
    wrong = [
        f"{path.relative_to(ROOT)}: {line.strip()[:80]}"
        for package in (*PACKAGES, "tests", "bench", "setup")
        for path in (ROOT / package).rglob("*")
        if path.suffix in {".py", ".sh", ".toml", ".html", ".js"} and path.name != "test_shape.py"
        for line in path.read_text(encoding="utf-8").splitlines()
        if machine.search(line)
    ]
    assert not wrong, "\n".join(wrong)
