"""Follow redirects a few hops, never round in a circle, and never silently out of the web."""

from __future__ import annotations

from scrapy.downloadermiddlewares.redirect import RedirectMiddleware
from scrapy.http import Request, Response

from spiders.manners.refused import Refused


class Redirect(RedirectMiddleware):
    """Scrapy's, but it says where a chain ended: a redirect to another scheme came through as a page without
    content, and one back to an address asked for before was dropped as a duplicate, both without a word."""

    def handle_referer(self, request: Request, response: Response) -> None:
        """No referer is ever sent: what we search for is nobody's business."""
        request.headers.pop("Referer", None)

    def _engine_started(self) -> None:
        """Scrapy warns here that no referer will be sent."""

    def process_response(self, request: Request, response: Response) -> Request | Response:  # type: ignore[override]
        """The next hop, or the answer when it is none. Refused("loop"), Refused("scheme")."""
        if response.status not in {301, 302, 303, 307, 308} or "Location" not in response.headers:
            return response
        location = (response.headers["Location"] or b"").decode("latin-1")[:300]
        times: int = request.meta.get("redirect_times", 0)
        if times >= self.max_redirect_times:
            raise Refused("loop", f"{times} redirects, next to {location}")
        try:
            hop = super().process_response(request, response)
        except ValueError as error:
            raise Refused("address", f"redirect to {location}: {error}") from error
        if not isinstance(hop, Request):
            raise Refused("scheme", f"redirect to {location}")
        if hop.url in {request.url, *request.meta.get("redirect_urls", ())}:
            raise Refused("loop", f"redirect back to {hop.url}"[:300])
        return hop
