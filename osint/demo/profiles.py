"""The source profiles of the demo's sites, written for the port that the world is served on."""

from __future__ import annotations

from pathlib import Path

SITES = Path(__file__).parent / "sites"


def names() -> tuple[str, ...]:
    """The sources of the demo, in the order they are crawled."""
    return tuple(path.stem for path in sorted(SITES.glob("*.toml")))


def write_profiles(folder: Path, port: int) -> tuple[Path, ...]:
    """Write the profiles into `folder` (OSINT_HOME/sites), replacing those of an earlier port. Returns the files."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name in names():
        text = (SITES / f"{name}.toml").read_text(encoding="utf-8").replace("{port}", str(port))
        path = folder / f"{name}.toml"
        path.write_text(text, encoding="utf-8")
        written.append(path)
    return tuple(written)
