"""The check of a package, as the command and the tests call it; it is made in `verifier/`, which packages carry."""

from __future__ import annotations

from osint.export.verifier.findings import Finding, Report, codes
from osint.export.verifier.main import verify

__all__ = ["Finding", "Report", "codes", "verify"]
