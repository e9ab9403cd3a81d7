"""Find the browser: what the operator names, else what Debian installed, else Playwright's own.

`python -m spiders.chromium` prints the path (exit 0) or says what to do (exit 1); the set-up script uses it.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_chromium(named: str = "") -> Path | None:
    """The executable of a Chromium, or None. `named` (or `OSINT_CHROMIUM`) wins and must exist when given."""
    named = named or os.environ.get("OSINT_CHROMIUM", "")
    if named:
        return Path(named) if os.access(named, os.X_OK) else None
    for name in NAMES:
        if found := shutil.which(name):
            return Path(found)
    return _playwright_chromium()


def _playwright_chromium() -> Path | None:
    # Playwright keeps its browsers in a folder of its own, one sub-folder a revision; asking its API would start Node.
    root = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache" / "ms-playwright")
    found = sorted(root.glob("chromium-*/chrome-linux*/chrome"), reverse=True)
    return next((path for path in found if os.access(path, os.X_OK)), None)


if __name__ == "__main__":
    chromium = find_chromium()
    if chromium is None:
        sys.exit("no Chromium found: install the Debian package chromium, or run `playwright install chromium`")
    sys.stdout.write(f"{chromium}\n")
