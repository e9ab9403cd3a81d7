"""Keep a crawl out of networks that are not the public web (SSRF), by address as written and by address connected to.

Scrapy as it comes followed 13 of 15 ways to internal addresses. Three doors are watched, all with the same policy:
`check_url` sees an address before it is queued and again before it is sent (each hop of a redirect too), the resolver
leaves out what a name may not resolve to, and `check_peer` sees the numeric address of each socket before it connects,
which no trick with names, redirects or changing DNS answers gets round.
"""

from __future__ import annotations

import ipaddress
import re
import socket
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from scrapy.settings import BaseSettings

from spiders.manners.refused import Refused

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

# Ports of the Fetch standard's "bad port" list below 1024 that answer to text, and common databases above it.
_BAD_PORTS = frozenset(
    {7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 79, 110, 111, 119, 135, 139, 143, 179, 389, 445}
    | {465, 514, 515, 563, 587, 631, 636, 873, 993, 995, 2049, 2375, 2376, 3306, 3389, 5432, 6000, 6379, 9200, 11211}
)
_STRANGE = re.compile(r"[\x00-\x20\x7f\\]")
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_NAT64_LOCAL = ipaddress.ip_network("64:ff9b:1::/48")


def numeric(host: str) -> IPAddress | None:
    """The address a host stands for when it is a number in any notation (127.1, 0x7f000001, 2130706433, [::1],
    ①②⑦…)."""
    host = unicodedata.normalize("NFKC", host).strip("[]").split("%")[0].rstrip(".")
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        pass
    try:  # what the C library would make of it: decimal, octal, hex, fewer parts
        return ipaddress.IPv4Address(socket.inet_aton(host)) if re.fullmatch(r"[0-9a-fA-FxX.]+", host) else None
    except (OSError, ValueError):
        return None


def is_public(address: IPAddress) -> bool:
    """True for addresses of the public internet, looking inside IPv6 forms that carry an IPv4 address."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if inner is None and address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(inner)
        if address in _NAT64_LOCAL or address.is_site_local or int(address) >> 32 == 0:  # ::a.b.c.d, once "compatible"
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def _target(text: str) -> tuple[str, int]:
    bare = re.fullmatch(r"\[?([0-9a-fA-F:.]+?)\]?(?::(\d+))?", text) if text.count(":") < 2 or "[" in text else None
    address, port = (bare[1], int(bare[2] or 0)) if bare else (text, 0)
    return str(ipaddress.ip_address(address)), port


@dataclass(frozen=True)
class Guard:
    """The policy of one crawl.

    `resolve` maps a host to the address and port where it is served (the demo and the tests: names of no real site on
    loopback); port 0 keeps the one of the URL. `allow` names hosts (`host` or `host:port`) that may be fetched
    although internal. Both are for the demo, the tests and an operator's own servers; neither can be set by a
    profile or a page.
    """

    resolve: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    allow: frozenset[str] = frozenset()

    @classmethod
    def from_settings(cls, settings: BaseSettings) -> Guard:
        """From RESOLVE (`{"shop.example": "127.0.0.1:8080"}`) and ALLOW_HOSTS (`["127.0.0.1:8080"]`)."""
        return cls.of(settings.getdict("RESOLVE"), settings.getlist("ALLOW_HOSTS"))

    @classmethod
    def of(cls, resolve: Mapping[str, str], allow: Iterable[str] = ()) -> Guard:
        """From `host → address` or `host → address:port`, and hosts. ValueError when an address is not numeric."""
        return cls({host.lower(): _target(text) for host, text in resolve.items()}, frozenset(map(str.lower, allow)))

    def check_url(self, url: str) -> str:
        """The host of an address that may be asked for. Refused: scheme, address, port, internal."""
        if _STRANGE.search(url):
            raise Refused("address", "backslash, blank or control character")
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError as error:
            raise Refused("address", str(error)) from None
        if parts.scheme not in {"http", "https"}:
            raise Refused("scheme", parts.scheme or "none")
        host = (parts.hostname or "").rstrip(".")
        if not host or "@" in parts.netloc:
            raise Refused("address", "no host" if not host else "user name or password in the address")
        if self.named(host, port or (443 if parts.scheme == "https" else 80)):
            return host
        if port in _BAD_PORTS:
            raise Refused("port", str(port))
        address = numeric(host)
        if address is not None and not is_public(address):
            raise Refused("internal", host)
        if address is None and (
            "." not in host or host.endswith((".localhost", ".local", ".internal", ".localdomain"))
        ):
            raise Refused("internal", host)
        return host

    def mapped(self, host: str) -> tuple[str, int] | None:
        """Where a host of `resolve` is served, else None."""
        return self.resolve.get(host.lower().rstrip("."))

    def check_peer(self, address: str, port: int, host: str = "") -> None:
        """Refuse a numeric address that is about to be connected to, unless it is public or named by the operator."""
        try:
            parsed = ipaddress.ip_address(address.partition("%")[0])
        except ValueError:
            raise Refused("internal", f"{host or address}: not a numeric address") from None
        mapped = self.resolve.values()
        if is_public(parsed) or (str(parsed), port) in mapped or (str(parsed), 0) in mapped:
            return
        if self.named(str(parsed), port):
            return
        if host and self.named(host, port):
            return
        raise Refused("internal", f"{host} → {address}" if host and host != address else address)

    def named(self, host: str, port: int) -> bool:
        """True when the operator named this host, so that it may be internal."""
        host = host.lower().rstrip(".")
        return host in self.resolve or host in self.allow or f"{host}:{port}" in self.allow
