"""The scorer of news is shared by tests of this folder and is no test; importlib mode does not find it by itself."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
