"""What went wrong, as one of the closed reasons: exceptions of aiohttp, Scrapy and Playwright told apart in one
place."""

from __future__ import annotations

import ssl

import aiohttp
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    NotSupported,
    ResponseDataLossError,
    UnsupportedURLSchemeError,
)

from spiders.manners.refused import Refused

TRANSIENT = frozenset({"timeout", "cut", "refused", "dns", "server-error", "too-many-requests", "browser-failed"})
"""Reasons worth another try."""


def why(error: BaseException) -> tuple[str, str]:
    """(reason, detail) of an exception that ended a request; "failed" when it is none of the known ones."""
    detail = str(error).strip().split("\n")[0][:300]
    causes = list(_causes(error))
    for cause in causes:
        if isinstance(cause, Refused):
            return cause.reason, cause.detail
    if any(isinstance(cause, (aiohttp.ClientSSLError, ssl.SSLError, ssl.CertificateError)) for cause in causes):
        return "tls", detail
    reason = next((reason for kinds, reason in _KINDS if isinstance(error, kinds)), "")
    if isinstance(error, DownloadFailedError) and not reason:
        reason = _broken(causes)
    if type(error).__module__.startswith("playwright"):
        reason = _browser(detail)
    return (reason, detail) if reason else ("failed", f"{type(error).__name__}: {detail}")


_KINDS: tuple[tuple[tuple[type[BaseException], ...], str], ...] = (
    ((DownloadTimeoutError, TimeoutError), "timeout"),
    ((CannotResolveHostError,), "dns"),
    ((DownloadConnectionRefusedError, ConnectionRefusedError), "refused"),
    ((ResponseDataLossError, ConnectionResetError), "cut"),
    ((DownloadCancelledError,), "too-large"),
    ((UnsupportedURLSchemeError, NotSupported), "scheme"),
)


def _broken(causes: list[BaseException]) -> str:
    if any(isinstance(cause, (aiohttp.ServerDisconnectedError, ConnectionResetError)) for cause in causes):
        return "cut"
    invalid = (aiohttp.ClientResponseError, aiohttp.http.HttpProcessingError)
    return "protocol" if any(isinstance(cause, invalid) for cause in causes) else "refused"


def _browser(detail: str) -> str:
    if "ERR_CERT" in detail or "ERR_SSL" in detail:
        return "tls"
    return "timeout" if "Timeout" in detail or "ERR_TIMED_OUT" in detail else "browser-failed"


def _causes(error: BaseException | None) -> list[BaseException]:
    found: list[BaseException] = []
    while error is not None and error not in found:
        found.append(error)
        error = error.__cause__ or error.__context__
    return found
