"""Reaching: a line to a place on the public internet, and never into our own network; all of it ends in time.

The name is resolved once and every address of it is looked at; the line goes to exactly such an address, so a name
that answers otherwise a moment later changes nothing.
"""

import io
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from kernel.unfetched import Inside, NoName, Slow

IP = ipaddress.IPv4Address | ipaddress.IPv6Address
Place = tuple[int, Any, IP]
WEB = (80, 443)
EACH = 5.0  # seconds for one of several addresses: the others may answer
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


def reachable(ip: IP, port: int) -> bool:
    """Whether everybody on the internet reaches that, on a port of the web."""
    return port in WEB and all(_public(one) for one in _meant(ip))


def trust() -> ssl.SSLContext:
    """Which certificates are believed."""
    return ssl.create_default_context()


def left(until: float) -> float:
    """The seconds until that moment of the monotonic clock; raises Slow."""
    seconds = until - time.monotonic()
    if seconds <= 0:
        raise Slow()
    return seconds


@contextmanager
def line(host: str, port: int, until: float, *, safe: bool) -> Iterator["Line"]:
    """A line to that name, `safe` by its certificate; raises Inside, NoName, Slow, OSError."""
    found = _resolved(host, port, until)
    if not all(reachable(ip, port) for _family, _place, ip in found):
        raise Inside()
    bare = _connected(found, until)
    try:
        if safe:
            bare.settimeout(left(until))
            bare = trust().wrap_socket(bare, server_hostname=host)
        yield Line(bare, until)
    finally:
        bare.close()


def _public(ip: IP) -> bool:
    return ip.is_global and not ip.is_multicast and not getattr(ip, "is_site_local", False)


def _meant(ip: IP) -> list[IP]:
    """The address itself and whatever other one it wraps."""
    if isinstance(ip, ipaddress.IPv4Address):
        return [ip]
    wrapped: list[IP | None] = [ip, ip.ipv4_mapped, ip.sixtofour, *(ip.teredo or ())]
    if ip in NAT64 or int(ip) >> 32 == 0:
        wrapped.append(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF))
    return [one for one in wrapped if one is not None]


def _resolved(host: str, port: int, until: float) -> list[Place]:
    """Every address of that name, asked once; nobody can stop that question, so another thread waits for it."""
    found: list[Any] = []

    def ask() -> None:
        try:
            found.append(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except (OSError, ValueError):
            found.append([])

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(left(until))
    if not found:
        raise Slow()
    if not found[0]:
        raise NoName()
    return [(family, place, ipaddress.ip_address(place[0])) for family, _type, _proto, _name, place in found[0]]


def _connected(found: list[Place], until: float) -> socket.socket:
    trouble = OSError()
    for family, place, _ip in found:
        bare = socket.socket(family, socket.SOCK_STREAM)
        try:
            bare.settimeout(min(left(until), EACH))
            bare.connect(place)
        except OSError as error:
            bare.close()
            trouble = error
        except BaseException:
            bare.close()
            raise
        else:
            return bare
    raise trouble


class Line:
    """A socket, as `http.client` uses one, of which everything together ends at one moment, not each reading."""

    def __init__(self, bare: socket.socket, until: float) -> None:
        self.bare, self.until = bare, until

    def sendall(self, data: Any) -> None:
        """Send; raises Slow."""
        self.bare.settimeout(left(self.until))
        self.bare.sendall(data)

    def makefile(self, _mode: str) -> io.BufferedReader:
        """What the answer is read from."""
        return io.BufferedReader(_Reading(self))

    def close(self) -> None:
        """Nothing yet: who reads the answer goes on after this."""


class _Reading(io.RawIOBase):
    def __init__(self, source: Line) -> None:
        self.source = source

    def readable(self) -> bool:
        return True

    def readinto(self, into: Any) -> int:
        self.source.bare.settimeout(left(self.source.until))
        return self.source.bare.recv_into(into)
