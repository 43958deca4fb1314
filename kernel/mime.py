"""Letters as bytes: MIME made by hand, quoted-printable, because the library takes several times as long.

Nothing that a stranger wrote becomes a header of its own: what stands in one is a single line of printable signs.
"""

import binascii
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email import policy
from email.errors import MessageError
from email.headerregistry import Address
from email.message import MIMEPart
from email.utils import format_datetime
from functools import lru_cache

from kernel import clock

Header = tuple[str, str]  # its name, and its value as it stands on the wire
WIDE = 76
JOIN = "\u200d"  # makes one picture of several, as in families
_ADDRESS = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*"
)
_PHRASE = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]*")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]*")


@dataclass(frozen=True)
class Attachment:
    """A text file that goes with a letter: `media` such as text/calendar, with the parameters of its header."""

    name: str
    media: str
    text: str
    params: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Envelope:
    """What a source hands over to be sent; addresses are (name, address).

    `return_path`: where the letter comes back to when nobody takes it; none: its sender's address.
    """

    sender: tuple[str, str]
    to: tuple[str, str]
    reply_to: str
    subject: str
    text: str
    html: str
    headers: dict[str, str] = field(default_factory=dict)
    attached: Sequence[Attachment] = ()
    return_path: str = ""


def composed(envelope: Envelope) -> tuple[list[Header], bytes]:
    """The headers of a letter and its body; raises ValueError where no letter can be made of it."""
    kind, body = _body(envelope)
    headers = [("From", mailbox(*envelope.sender)), ("To", mailbox(*envelope.to))]
    if envelope.reply_to:
        headers.append(("Reply-To", mailbox("", envelope.reply_to)))
    headers += [("Subject", line(envelope.subject)), ("Date", _date(clock.now().replace(microsecond=0)))]
    headers += [(_named(name), _told(value)) for name, value in envelope.headers.items()]
    return [*headers, ("MIME-Version", "1.0"), ("Content-Type", kind)], body


def joined(headers: list[Header], body: bytes) -> bytes:
    """The whole letter."""
    return "".join([f"{name}: {value}\r\n" for name, value in headers]).encode("ascii") + b"\r\n" + body


@lru_cache(maxsize=2)
def _date(second: datetime) -> str:
    return format_datetime(second)


def _body(envelope: Envelope) -> tuple[str, bytes]:
    kind, body = _multipart("alternative", [_text("plain", envelope.text), _text("html", envelope.html)])
    if not envelope.attached:
        return kind, body
    inner = f"Content-Type: {kind}\r\n\r\n".encode() + body
    return _multipart("mixed", [inner, *map(_file, envelope.attached)])


BOUNDARY = f"=_{secrets.token_hex(12)}"


def _multipart(sort: str, parts: list[bytes]) -> tuple[str, bytes]:
    """No quoted-printable line and no base64 one can hold `=_`, so the boundary is never met inside."""
    boundary = f"{BOUNDARY}{sort}"
    between = f"\r\n--{boundary}\r\n".encode()
    whole = between[2:] + between.join(parts) + f"\r\n--{boundary}--\r\n".encode()
    return f'multipart/{sort};\r\n boundary="{boundary}"', whole


def _text(sort: str, text: str) -> bytes:
    head = f"Content-Type: text/{sort}; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    return head.encode() + quoted(text)


class Pieces(str):
    """A text that knows the pieces it is made of: the long ones are the same in many letters, and encoded once."""

    pieces: Sequence[str]

    @classmethod
    def of(cls, pieces: Sequence[str]) -> "Pieces":
        """The pieces together."""
        made = cls("".join(pieces))
        made.pieces = pieces
        return made


_quoted: dict[str, bytes] = {}  # long pieces: the words of letters that many get
_brief: dict[str, bytes] = {}  # short ones: what stands between those, and a reader's own, many times in one letter
MOST, SHORT, LONG = 1000, 64, 20_000  # how many are kept of each, and signs of a short one, and of one that is not kept
_DOTS = re.compile(rb"^\.+", re.MULTILINE)


def quoted(text: str) -> bytes:
    """Text as quoted-printable with the line ends of the wire; what is made of pieces breaks its lines between them.

    No line begins with a dot, which mail servers would want doubled.
    """
    pieces = getattr(text, "pieces", (text,))
    return b"=\r\n".join([_quoted.get(one) or _brief.get(one) or _part(one) for one in pieces if one])


def _part(text: str) -> bytes:
    plain = text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text
    found = binascii.b2a_qp(plain.encode("utf-8", "replace"), istext=True)
    if found.startswith(b".") or b"\n." in found:
        found = _DOTS.sub(lambda dots: b"=2E=\n" * len(dots[0]), found)  # on lines of their own: none grows too long
    found = found.replace(b"\n", b"\r\n")
    if len(text) < LONG:
        kept = _brief if len(text) <= SHORT else _quoted
        if len(kept) >= MOST:
            kept.clear()
        kept[text] = found
    return found


def _file(file: Attachment) -> bytes:
    """As bytes: a file's line ends are a part of some formats."""
    part = MIMEPart(policy=policy.SMTP)
    kind, _, sort = file.media.partition("/")
    params = {"charset": "utf-8", **file.params}
    part.set_content(file.text.encode(), kind, sort, filename=one_line(file.name), disposition="attachment",
                     params=params)  # fmt: skip
    return bytes(part)


@lru_cache(maxsize=1000)
def mailbox(name: str, address: str) -> str:
    """A name and an address for a header."""
    where, called = addressed(address), phrase(name)
    return f"{called} <{where}>" if called else where


def addressed(address: str) -> str:
    """An address as mail servers take it; raises ValueError for what is none."""
    if _ADDRESS.fullmatch(address):
        return address
    local, _, host = address.rpartition("@")
    try:
        found = Address(addr_spec=f"{local}@{host.encode('idna').decode()}").addr_spec
    except (ValueError, IndexError, MessageError):
        found = ""
    if not found or not found.isascii() or not found.isprintable():
        raise ValueError(f"{address!r} is no address that letters can go to")
    return found


def phrase(name: str) -> str:
    """A name for a header, quoted or encoded where it must be."""
    plain = one_line(name)
    if not plain.isascii() or len(plain) > WIDE:
        return word(plain)
    return plain if _PHRASE.fullmatch(plain) else '"' + re.sub(r'(["\\])', r"\\\1", plain) + '"'


def line(text: str) -> str:
    """A sentence for a header, folded."""
    plain = one_line(text)
    parts = plain.split(" ")
    if not plain.isascii() or max(map(len, parts)) > WIDE:
        return word(plain)
    rows = [parts[0]]
    for part in parts[1:]:
        if len(rows[-1]) + len(part) > WIDE - 12:
            rows.append(part)
        else:
            rows[-1] += f" {part}"
    return "\r\n ".join(rows)


def one_line(text: str) -> str:
    """Text for a header: one line, and no encoded word of a stranger's, which would be decoded on the way."""
    plain = (
        text if text.isprintable() else "".join(sign if sign.isprintable() or sign == JOIN else " " for sign in text)
    )
    return " ".join(plain.replace("=?", "= ?").split())


def word(text: str) -> str:
    """Encoded words (RFC 2047) that never split a sign."""
    rows, left = [], text.encode()
    while len(left) > 42:
        end = next(place for place in range(42, 0, -1) if left[place] & 0xC0 != 0x80)
        rows.append(left[:end])
        left = left[end:]
    return "\r\n ".join([f"=?utf-8?b?{binascii.b2a_base64(row, newline=False).decode()}?=" for row in [*rows, left]])


def _named(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} names no header")
    return name


def _told(value: str) -> str:
    if not value.isprintable():
        raise ValueError("a header is one line of printable signs")
    return value if value.isascii() else word(value)
