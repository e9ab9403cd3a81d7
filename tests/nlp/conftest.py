"""The tests of this folder share a part that is no test, the scorer of news; importlib mode does not find it by itself."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
