"""Unpack bodies within the size limit, without guessing the charset of packed bytes."""

from __future__ import annotations

import zlib

from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Request, Response

from spiders.manners.refused import Refused


class Unpack(HttpCompressionMiddleware):
    """Scrapy's, with two mends.

    A packed answer whose Content-Type names no charset cost 7.6 ms a page instead of 3.4: `TextResponse.replace`
    looks at `.encoding`, which runs charset-normalizer over the gzip bytes. Handing it a plain `Response` avoids
    that. And a body that swells beyond DOWNLOAD_MAXSIZE (a bomb) or does not unpack is refused with a reason.
    """

    def process_response(self, request: Request, response: Response) -> Request | Response:  # type: ignore[override]
        """The answer with its body unpacked."""
        if "Content-Encoding" not in response.headers:
            return response
        plain = Response(
            url=response.url,
            status=response.status,
            headers=response.headers,
            body=response.body,
            flags=response.flags,
            request=response.request,
            certificate=response.certificate,
            ip_address=response.ip_address,
            protocol=response.protocol,
        )
        try:
            return super().process_response(request, plain)
        except IgnoreRequest as error:
            raise Refused("too-large", str(error)) from error
        except (zlib.error, OSError, EOFError, ValueError) as error:
            raise Refused("protocol", f"the body does not unpack: {error}") from error
