"""No way into networks that are not the public web: as written, as resolved, as connected to."""

import asyncio
import ipaddress
import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spiders.manners.connect import GuardedResolver, guarded_connector
from spiders.manners.guard import Guard, is_public, numeric
from spiders.manners.refused import Refused

GUARD = Guard.of(
    {"shop.example": "127.0.0.1:8080", "six.example": "[::1]:9", "plain.example": "127.0.0.2"}, ["127.0.0.1:7777"]
)

INTERNAL = [
    "http://127.0.0.1/", "http://localhost/", "http://2130706433/", "http://0x7f000001/", "http://0177.0.0.1/",
    "http://127.1/", "http://0.0.0.0/", "http://[::1]/", "http://[::ffff:127.0.0.1]/", "http://[::ffff:7f00:1]/",
    "http://[::127.0.0.1]/", "http://[2002:7f00:1::]/", "http://[64:ff9b::7f00:1]/", "http://[fe80::1]/",
    "http://[fc00::1]/", "http://[fec0::1]/", "http://①②⑦.0.0.1/", "http://127。0。0。1/", "http://169.254.169.254/latest/meta-data/",
    "http://10.0.0.1/", "http://172.16.0.1/", "http://192.168.1.1/", "http://100.64.0.1/", "http://192.0.2.1/",
    "http://224.0.0.1/", "http://255.255.255.255/", "http://240.0.0.1/", "http://metadata.google.internal/",
    "http://printer.local/", "http://intranet/", "http://a.localhost/", "http://127.0.0.1./", "http://127.0.0.1:8080/",
    "http://[::]/", "http://[0:0:0:0:0:ffff:a9fe:a9fe]/", "http://198.18.0.1/",
]  # fmt: skip
MISWRITTEN = [
    ("http://good.example\\@127.0.0.1/", "address"),
    ("http://user:pass@good.example/", "address"),
    ("http://good.example /", "address"),
    ("http://good.example\n.evil.example/", "address"),
    ("http:///nothing", "address"),
    ("http://good.example:99999/", "address"),
    ("http://[::1/", "address"),
    ("file:///etc/hostname", "scheme"),
    ("data:text/html,x", "scheme"),
    ("ftp://good.example/", "scheme"),
    ("gopher://good.example/", "scheme"),
    ("javascript:alert(1)", "scheme"),
    ("http://good.example:22/", "port"),
    ("http://good.example:6379/", "port"),
]


@pytest.mark.parametrize("url", INTERNAL)
def test_an_internal_address_is_refused_however_it_is_written(url):
    with pytest.raises(Refused) as error:
        GUARD.check_url(url)
    assert error.value.reason == "internal"


@pytest.mark.parametrize(("url", "reason"), MISWRITTEN)
def test_an_address_written_to_mislead_is_refused(url, reason):
    with pytest.raises(Refused) as error:
        GUARD.check_url(url)
    assert error.value.reason == reason


@pytest.mark.parametrize(
    "url",
    ["http://example.com/", "https://www.chợtốt.vn/a?b=c", "http://93.184.216.34/", "http://[2606:4700::1111]/",
     "https://example.com:8443/", "http://shop.example/x", "http://127.0.0.1:7777/x", "http://plain.example:81/"],
)  # fmt: skip
def test_the_public_web_and_what_the_operator_named_pass(url):
    GUARD.check_url(url)


@given(st.integers(0, 2**32 - 1))
def test_no_notation_hides_an_address(number):
    address = ipaddress.IPv4Address(number)
    parts = address.packed
    for text in (str(address), str(number), hex(number), ".".join(f"{part:#o}".replace("0o", "0") for part in parts)):
        assert numeric(text) == address
    mapped = ipaddress.IPv6Address(f"::ffff:{address}")
    sixtofour = ipaddress.IPv6Address((0x2002 << 112) | (number << 80))
    assert is_public(mapped) == is_public(address)
    assert is_public(sixtofour) == is_public(address)


@given(st.ip_addresses())
def test_what_is_called_public_is_global(address):
    if is_public(address):
        assert address.is_global
        assert not address.is_private


def test_a_name_that_resolves_inside_is_refused(monkeypatch):
    async def inside(self, host, port=0, family=socket.AF_UNSPEC):
        return [{"hostname": host, "host": "10.1.2.3", "port": port, "family": socket.AF_INET, "proto": 0, "flags": 0}]

    monkeypatch.setattr("aiohttp.resolver.ThreadedResolver.resolve", inside)

    async def resolve(host, port):
        return await GuardedResolver(GUARD).resolve(host, port)

    with pytest.raises(Refused, match=r"evil\.example → 10\.1\.2\.3"):
        asyncio.run(resolve("evil.example", 80))
    assert asyncio.run(resolve("shop.example", 80))[0]["port"] == 8080
    assert asyncio.run(resolve("plain.example", 81))[0]["port"] == 81


def test_the_socket_itself_is_refused():
    """The last door: whatever happened to the name, the address connected to is looked at."""

    async def try_all():
        connector = guarded_connector(GUARD, 1, 1)
        for address, port in (("127.0.0.1", 9999), ("10.0.0.1", 80), ("169.254.169.254", 80)):
            with pytest.raises(Refused):
                connector._socket_factory((socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)))
        with pytest.raises(Refused):
            connector._socket_factory((socket.AF_INET6, socket.SOCK_STREAM, 6, "", ("::ffff:127.0.0.1", 80, 0, 0)))
        connector._socket_factory((socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 8080))).close()
        connector._socket_factory((socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.216.34", 80))).close()
        await connector.close()

    asyncio.run(try_all())


def test_a_wrong_map_is_an_error():
    for text in ("localhost:80", "127.0.0.1:x", ""):
        with pytest.raises(ValueError, match=r"."):
            Guard.of({"shop.example": text})
