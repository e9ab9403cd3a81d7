"""Scrapy's way to our profiles: `scrapy list` and `scrapy crawl NAME -O out.jsonl` work from a checkout, nothing
registered."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from scrapy import Request, Spider
from scrapy.settings import BaseSettings

from spiders.kinds import spider_for
from spiders.sources import OURS, ProfileError, load


def folders(settings: BaseSettings) -> list[Path]:
    """SITES when set, else ours and those of OSINT_HOME."""
    if named := settings.getlist("SITES"):
        return [Path(folder) for folder in named]
    home = os.environ.get("OSINT_HOME")
    return [OURS, Path(home) / "sites"] if home else [OURS]


class ProfileLoader:
    """Scrapy's SpiderLoader over the profiles. Ends the program with a plain line when there are none, or a wrong
    one: a stray package called `spiders` makes Scrapy's own print nothing and say all is well."""

    def __init__(self, where: list[Path]) -> None:
        try:
            self._profiles = load(where)
        except ProfileError as error:
            sys.exit(str(error))
        if not self._profiles:
            sys.exit("no source profile found in " + ", ".join(map(str, where)))

    @classmethod
    def from_settings(cls, settings: BaseSettings) -> ProfileLoader:
        """As Scrapy makes it."""
        return cls(folders(settings))

    def load(self, spider_name: str) -> type[Spider]:
        """The spider class of a source. KeyError when there is none."""
        if spider_name not in self._profiles:
            raise KeyError(f"no source called {spider_name!r}")
        return spider_for(self._profiles[spider_name])

    def list(self) -> list[str]:
        """Names of all sources."""
        return list(self._profiles)

    def find_by_request(self, request: Request) -> list[str]:  # type: ignore[valid-type]
        """Sources that may fetch this address."""
        host = request.url.split("/")[2].rpartition("@")[2].partition(":")[0]
        return [name for name, profile in self._profiles.items() if profile.allows(host)]
