"""Fetching: what stands at an address that a person typed, and never anything of our own network (see reaching).

Every redirect is looked at anew. One limit of time holds for all of it, however slowly something drips, and one of
size, also for what was packed. What a refusal says never names the address: it may be somebody's secret.
"""

import http.client
import ssl
import time
import zlib
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from kernel import reaching
from kernel.unfetched import Denied, Large, Lost, NoAddress, NotThere, Slow, Unfetched, Untrusted, Wrong

SECONDS = 10.0  # for all of it: so long another job may wait for this one
MOST = 2 * 1024 * 1024  # bytes, where nothing else is said
LONGEST = 2000  # signs of an address
REDIRECTS = 3
PORTS = {"http": 80, "https": 443}
CHUNK = 64 * 1024
STATUS = {404: NotThere, 410: NotThere, 401: Denied, 403: Denied}
ONWARD = (301, 302, 303, 307, 308)


@dataclass(frozen=True)
class Kind:
    """What is looked for: who asks, what would be welcome, and how much of it is read at most."""

    agent: str
    accept: str
    most: int = MOST

    @property
    def headers(self) -> dict[str, str]:
        """What is said when one asks."""
        return {"User-Agent": self.agent, "Accept": self.accept, "Accept-Encoding": "identity"}


CALENDAR = Kind("Plaza (calendar reader)", "text/calendar, */*;q=0.1")
PICTURE = Kind(
    "Plaza (picture reader)", "image/webp, image/jpeg, image/png, image/gif, */*;q=0.1", 10 * 1024 * 1024
)  # as large as one that is uploaded


@dataclass(frozen=True)
class Fetched:
    """What was there; `body` is None when it is what was read before."""

    body: bytes | None
    etag: str = ""


def sound(address: str) -> str:
    """The address as it is asked: webcal is https; raises NoAddress. Nothing is asked yet."""
    scheme, sign, rest = address.strip().partition("://")
    text = f"https{sign}{rest}" if scheme.lower() in ("webcal", "webcals") else address.strip()
    _split(text)
    return text


def host(address: str) -> str:
    """The name of the place that it leads to, in small letters."""
    return _host(_split(address))


def get(address: str, *, etag: str = "", kind: Kind = CALENDAR) -> Fetched:
    """What stands there; `etag`: what was said of it the last time. Raises Unfetched."""
    until, at = time.monotonic() + SECONDS, sound(address)
    for _hop in range(REDIRECTS + 1):
        parts = _split(at)
        answer = _asked(parts, etag, until, kind)
        if isinstance(answer, Fetched):
            return answer
        at = _onward(at, answer)
        if parts.scheme == "https" and _split(at).scheme != "https":
            raise Lost()  # a secret does not go over an open line
    raise Lost()


def _onward(at: str, answer: str) -> str:
    try:
        return sound(urljoin(at, answer))
    except ValueError:
        raise Lost() from None


def _split(text: str) -> SplitResult:
    try:
        parts = urlsplit(text)
        fine = parts.scheme in PORTS and _host(parts) and "@" not in parts.netloc and parts.port != 0
    except (ValueError, UnicodeError):
        fine = False
    if not fine or len(text) > LONGEST or not text.isprintable() or " " in text:
        raise NoAddress()
    return parts


def _host(parts: SplitResult) -> str:
    return (parts.hostname or "").encode("idna").decode("ascii").lower()


def _asked(parts: SplitResult, etag: str, until: float, kind: Kind) -> Fetched | str:
    """What is there, or where it sends us."""
    name, port = _host(parts), parts.port or PORTS[parts.scheme]
    try:
        with reaching.line(name, port, until, safe=parts.scheme == "https") as line:
            link = http.client.HTTPConnection(name, port)
            link.default_port, link.sock = PORTS[parts.scheme], line
            link.request("GET", _path(parts), headers={**kind.headers, **({"If-None-Match": etag} if etag else {})})
            return _told(link.getresponse(), until, kind.most)
    except TimeoutError:
        raise Slow() from None
    except ssl.SSLError:
        raise Untrusted() from None
    except (OSError, http.client.HTTPException, ValueError):
        raise Unfetched() from None


def _path(parts: SplitResult) -> str:
    whole = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return quote(whole, safe="/?&=%:;,@!$'()*+~-._")


def _told(answer: http.client.HTTPResponse, until: float, most: int) -> Fetched | str:
    if answer.status in ONWARD and (onward := answer.headers.get("Location")):
        return onward
    if answer.status == 304:
        return Fetched(None)
    if answer.status != 200:
        raise STATUS.get(answer.status, Wrong)()
    body = _unpacked(_body(answer, until, most), answer.headers.get("Content-Encoding", ""), most)
    return Fetched(body, _etag(answer))


def _etag(answer: http.client.HTTPResponse) -> str:
    said = answer.headers.get("ETag", "")
    return said if len(said) <= 200 and said.isascii() and said.isprintable() else ""


def _body(answer: http.client.HTTPResponse, until: float, most: int) -> bytes:
    found = bytearray()
    while chunk := answer.read(CHUNK):
        found += chunk
        if len(found) > most:
            raise Large()
        reaching.left(until)
    if answer.length:  # the line broke: half a calendar would open times, half a picture is grey
        raise Unfetched()
    return bytes(found)


def _unpacked(body: bytes, how: str, most: int) -> bytes:
    """What somebody packed although we asked for it as it is, as far as it stays small."""
    if how.strip().lower() in ("", "identity"):
        return body
    if how.strip().lower() not in ("gzip", "x-gzip"):
        raise Wrong()
    box: Any = zlib.decompressobj(wbits=31)
    try:
        found: bytes = box.decompress(body, most + 1)
    except zlib.error:
        raise Wrong() from None
    if len(found) > most:
        raise Large()
    if not box.eof:
        raise Unfetched()
    return found
