"""Answers that test a crawler's manners: blocks, pages that are gone, circles, bombs. All of them are bounded."""

from __future__ import annotations

import datetime as dt
import gzip
from typing import TYPE_CHECKING, Any

from osint.demo.records import Trap
from osint.demo.render import Answer, page

if TYPE_CHECKING:
    from osint.demo.routes import SiteRoutes

BOMB = 384 * 1024 * 1024
"""Bytes the bomb unpacks to; sent, it is about 380 KB."""


def answer(routes: SiteRoutes, trap: Trap) -> Answer:
    """What a trap sends."""
    to = trap.to.format(port=routes.port, origin=routes.origin)
    match trap.kind:
        case "redirect":
            return Answer(b"", 302, headers=(("Location", to),))
        case "bomb":
            return Answer(_bomb(), 200, headers=(("Content-Encoding", "gzip"),))
        case "slow":
            slow = page(routes.site, "slow.html", trap=trap, origin=routes.origin)
            return Answer(slow.body, slow.status, slow.media, wait=trap.seconds)
        case "blocked":
            return page(routes.site, "blocked.html", status=trap.status, trap=trap, origin=routes.origin)
        case "calendar":
            return calendar(routes, trap, trap.path)
        case _:
            return routes.missing(trap.status)


def _bomb() -> bytes:
    # Gzip members may stand one behind another, so that nothing has to pack hundreds of megabytes.
    unit = 1024 * 1024
    return gzip.compress(b" " * unit, mtime=0) * (BOMB // unit)


def calendar(routes: SiteRoutes, trap: Trap, target: str) -> Answer:
    """A month of nothing with a link to the next, for ever. `target` is the trap's path, then `/2026-11`."""
    try:
        year, month = map(int, target.removeprefix(trap.path).strip("/").split("-"))
        first = dt.date(year, month, 1)
        following = (first + dt.timedelta(days=31)).replace(day=1)
    except (ValueError, OverflowError):
        first, following = dt.date(2026, 11, 1), dt.date(2026, 12, 1)
    days = [first + dt.timedelta(days=at) for at in range((following - first).days)]
    shared: dict[str, Any] = {"origin": routes.origin, "trap_links": [], "first": routes.first, "routes": routes}
    return page(
        routes.site, "calendar.html", days=days, at=first, following=f"{trap.path}/{following:%Y-%m}",
        base=trap.path, section=None, **shared,
    )  # fmt: skip
