"""Check a lead package: `python3 verify.py PACKAGE [--key PUB.pem] [--json]`. Standard library only; see VERIFY.txt.

This script and the folder `verifier` beside it come with every package. Whoever altered a package could have altered
its scripts too: to rely on the answer, run a copy from a source you trust (the product's own `osint verify` is one).
"""

import sys
from pathlib import Path
from types import ModuleType

if __name__ == "__main__":
    sys.dont_write_bytecode = True  # a __pycache__ inside the package would be a file that nothing lists
    # The modules are byte for byte those of the product, where they lie below `osint.export`: give them that name here.
    for name in ("osint", "osint.export"):
        sys.modules[name] = ModuleType(name)
        sys.modules[name].__path__ = [str(Path(__file__).resolve().parent)]
    from osint.export.verifier.main import main

    sys.exit(main(sys.argv[1:]))
