"""What a returned message is made of: what a machine reports, what it says, and whose letter it speaks of."""

import email
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message
from html import unescape

LONGEST = 300_000  # characters of a message that are looked at
TOKEN = r"([\w-]{16,64})"
RETURNED = re.compile(rf"\bb\+{TOKEN}@", re.ASCII)  # the return path of one letter
NAMED = re.compile(rf"<{TOKEN}@[\w.:-]+>", re.ASCII)  # its Message-ID
WAY_OUT = re.compile(rf"/u/{TOKEN}", re.ASCII)
ADDRESS = re.compile(r"(?<![\w.+-])[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
SAID = 20_000  # characters of what is said
ORIGINAL = re.compile(
    r"^[ \t>]*(?:-{2,}[^\n]*(?:original|copy of|returned|undelivered|header|below)[^\n]*|Received: from .*"
    r"|Return-Path: .*|Original message (?:follows|headers).*)$",
    re.IGNORECASE | re.MULTILINE,
)
FIELD = re.compile(
    r"^[ \t]*(Action|Status|Diagnostic-Code|Final-Recipient|Original-Recipient):[ \t]*(.+)$", re.M | re.I
)
Group = dict[str, str]


@dataclass(frozen=True)
class Returned:
    """A message of the return mailbox, taken apart."""

    subject: str
    sender: str  # From and Return-Path
    headers: Message
    text: str  # what is said, up to the copy of the letter
    groups: list[Group] = field(default_factory=list)  # one for each recipient of a delivery report
    feedback: Group | None = None  # of a complaint
    report: str = ""  # the report-type of multipart/report
    about: str = ""  # the headers of the letter that came back, when they are there

    def tokens(self) -> list[str]:
        """Tokens that may be those of a letter of ours, the surest first."""
        heads = " ".join(
            str(self.headers.get(name, "")) for name in ("To", "Delivered-To", "X-Original-To", "Envelope-To")
        )
        replied = " ".join(str(self.headers.get(name, "")) for name in ("References", "In-Reply-To"))
        told = [*RETURNED.findall(heads), *RETURNED.findall(self.about), *NAMED.findall(self.about)]
        return list(dict.fromkeys([*told, *WAY_OUT.findall(self.about), *NAMED.findall(replied)]))

    def addresses(self) -> list[str]:
        """The addresses that it speaks of."""
        told = [group.get(name, "") for group in self.groups for name in ("final-recipient", "original-recipient")]
        told += [str(self.headers.get("X-Failed-Recipients", ""))]
        told += (self.feedback or {}).get("original-rcpt-to", ""), *re.findall(r"^To:.*$", self.about, re.M | re.I)
        found = [one.lower() for text in told for one in ADDRESS.findall(text)]
        return list(dict.fromkeys(found or [one.lower() for one in ADDRESS.findall(self.text)[:3]]))


def read(raw: bytes) -> Returned:
    """Take a message apart; whatever cannot be read is left out."""
    raw = raw[:LONGEST].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    made = email.message_from_bytes(raw)
    parts = list(_parts(made))
    text = _text(parts) or _bare(raw.decode("utf-8", "replace").partition("\n\n")[2])[:SAID]
    cut = ORIGINAL.search(text)
    said, rest = (text[: cut.start()], text[cut.start() :]) if cut else (text, "")
    groups = [_group(one) for part in parts if _is(part, "message/delivery-status") for one in _blocks(part)]
    feedback = [_group(one) for part in parts if _is(part, "message/feedback-report") for one in _blocks(part)]
    return Returned(
        _words(made.get("Subject", "")), f"{made.get('From', '')} {made.get('Return-Path', '')}", made, said,
        [group for group in groups if "action" in group or "status" in group] or _written(text),
        feedback[0] if feedback else None, str(made.get_param("report-type") or "").lower(),
        "\n".join([*(_originals(made)), rest]),
    )  # fmt: skip


def _is(part: Message, kind: str) -> bool:
    return part.get_content_type() == kind


def _parts(made: Message) -> Iterator[Message]:
    """Its own parts: what lies inside a letter that came back is that letter's."""
    yield made
    if made.is_multipart() and made.get_content_maintype() == "multipart":
        for part in made.get_payload():
            if isinstance(part, Message):
                yield from _parts(part)


def _blocks(part: Message) -> list[Message]:
    inner = part.get_payload()
    return [one for one in inner if isinstance(one, Message)] if isinstance(inner, list) else _loose(str(inner))


def _loose(text: str) -> list[Message]:
    return [email.message_from_string(block) for block in re.split(r"\n\s*\n", text) if block.strip()]


def _group(block: Message) -> Group:
    return {name.lower(): " ".join(str(value).split()) for name, value in reversed(block.items())}  # the first counts


def _written(text: str) -> list[Group]:
    """The fields of a report that somebody wrote into the text."""
    found = {name.lower(): value.strip() for name, value in reversed(FIELD.findall(text))}
    return [found] if {"action", "status"} & found.keys() else []


def _originals(made: Message) -> Iterator[str]:
    for part in _parts(made):
        if part.get_content_maintype() == "message" or _is(part, "text/rfc822-headers"):
            inner = part.get_payload()
            yield str(inner[0] if isinstance(inner, list) and inner else inner)[:20_000]


def _text(parts: list[Message]) -> str:
    plain = [_decoded(part) for part in parts if _is(part, "text/plain")]
    html = [_bare(_decoded(part)) for part in parts if _is(part, "text/html")]
    return "\n".join(plain if any(one.strip() for one in plain) else html)[:SAID]


def _bare(page: str) -> str:
    page = re.sub(r"<style\b[^<]*</style>", " ", page[: 5 * SAID], flags=re.IGNORECASE)
    return unescape(re.sub(r"<[^<>]{0,2000}>", " ", page))


def _decoded(part: Message) -> str:
    data = part.get_payload(decode=True)
    if not isinstance(data, bytes):
        return ""
    try:
        return data.decode(part.get_content_charset() or "utf-8", "replace")
    except LookupError:
        return data.decode("latin-1")


def _words(header: object) -> str:
    try:
        return " ".join(str(make_header(decode_header(str(header)))).split())
    except (HeaderParseError, LookupError, UnicodeError, ValueError):
        return " ".join(str(header).split())
