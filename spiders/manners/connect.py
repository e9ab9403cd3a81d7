"""The connector of all plain HTTP: resolves names under the guard and checks every socket's address before it
connects."""

from __future__ import annotations

import socket
from typing import Any

from aiohttp import TCPConnector
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver

from spiders.manners.guard import Guard
from spiders.manners.refused import Refused


class GuardedResolver(AbstractResolver):
    """Names to addresses: the operator's map first, else the system's resolver without what the guard refuses."""

    def __init__(self, guard: Guard) -> None:
        self.guard = guard
        self.permitted: set[tuple[str, int]] = set()
        """Internal addresses that a host named by the operator resolved to."""
        self._system: ThreadedResolver | None = None

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Addresses a connection may use, each with its port. Refused when the name has only internal ones."""
        if mapped := self.guard.mapped(host):
            return [_result(host, mapped[0], mapped[1] or port)]
        self._system = self._system or ThreadedResolver()
        kept, refused = [], None
        for found in await self._system.resolve(host, port, family):
            try:
                self.guard.check_peer(found["host"], port, host)
                kept.append(found)
                if self.guard.named(host, port):
                    self.permitted.add((found["host"], port))
            except Refused as error:
                refused = error
        if not kept and refused is not None:
            raise refused
        return kept

    async def close(self) -> None:
        """Nothing is held open."""


def _result(host: str, address: str, port: int) -> ResolveResult:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    flags = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV
    return ResolveResult(hostname=host, host=address, port=port, family=family, proto=0, flags=flags)


def guarded_connector(guard: Guard, total: int, per_host: int) -> TCPConnector:
    """A connector that opens sockets to addresses the guard lets pass, and to no others.

    aiohttp calls `socket_factory` with the numeric address of each attempt (also for hosts that are numbers, which
    never see the resolver): refusing there closes the gap between looking a name up and connecting to it.
    """

    resolver = GuardedResolver(guard)

    def open_socket(info: Any) -> socket.socket:
        family, kind, proto, _, address = info
        if (address[0], address[1]) not in resolver.permitted:
            guard.check_peer(address[0], address[1])
        return socket.socket(family, kind, proto)

    return TCPConnector(
        limit=total,
        limit_per_host=per_host,
        resolver=resolver,
        use_dns_cache=True,
        ttl_dns_cache=60,
        socket_factory=open_socket,
    )
