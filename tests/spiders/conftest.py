"""The tests of this folder share parts (`server`, `crawl_parts`) that are no tests; importlib mode does not find
them."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
