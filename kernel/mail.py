"""Mail: one sender for all sources, transactional letters first; captured where no relay is set."""

import email.utils
import os
import smtplib
import ssl
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

import structlog
from sqlalchemy import select

from kernel import clock, jobs, settings, tenancy, transactions
from kernel.db import db

log = structlog.get_logger()
BATCH = 20
TIMEOUT = 15  # seconds
REST = 30.0  # seconds without a try after the relay did not answer


@dataclass(frozen=True)
class Attachment:
    """A text file that goes with a letter: `media` such as text/calendar, with the parameters of its header."""

    name: str
    media: str
    text: str
    params: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Envelope:
    """What a source hands over to be sent; addresses are (name, address)."""

    sender: tuple[str, str]
    to: tuple[str, str]
    reply_to: str
    subject: str
    text: str
    html: str
    headers: dict[str, str] = field(default_factory=dict)
    attached: Sequence[Attachment] = ()


@dataclass(frozen=True)
class Source:
    """Where letters come from: claim(limit) → ids, body(id) → Envelope | None, mark(id, state, answer)."""

    name: str
    priority: int
    claim: Callable[[int], list[int]]
    body: Callable[[int], Envelope | None]
    mark: Callable[[int, str, str], None]


_sources: dict[str, Source] = {}


def source(
    name: str,
    priority: int,
    *,
    claim: Callable[[int], list[int]],
    body: Callable[[int], Envelope | None],
    mark: Callable[[int, str, str], None],
) -> None:
    """Let the one sender see a source; lower priority numbers go first, always."""
    _sources[name] = Source(name, priority, claim, body, mark)


def host() -> str:
    """The domain of the sender addresses."""
    known = settings.current()
    return known.mail_host or known.host.split(":")[0]


def sender(tenant: tenancy.Tenant) -> tuple[str, str]:
    """(name, address) that a tenant's letters come from until it has a domain of its own."""
    return tenant.name, f"{tenant.slug}@{host()}"


def message(envelope: Envelope) -> EmailMessage:
    """The MIME message: text and HTML, encoded headers; a line break in a header is refused by the library."""
    made = EmailMessage()
    made["From"] = _address(*envelope.sender)
    made["To"] = _address(*envelope.to)
    if envelope.reply_to:
        made["Reply-To"] = _address("", envelope.reply_to)
    made["Subject"] = _one_line(envelope.subject)
    made["Date"] = email.utils.localtime()
    for name, value in envelope.headers.items():
        made[name] = value
    made.set_content(envelope.text, cte="quoted-printable")
    made.add_alternative(envelope.html, subtype="html", cte="quoted-printable")
    for file in envelope.attached:  # as bytes: their line ends are a part of some formats
        kind, _, sort = file.media.partition("/")
        params = {"charset": "utf-8", **file.params}
        made.add_attachment(file.text.encode(), kind, sort, filename=_one_line(file.name), params=params)
    return made


def _address(name: str, address: str) -> Address:
    return Address(display_name=_one_line(name), addr_spec=address)


def _one_line(text: str) -> str:
    """Text for a header: one line, and no encoded word of a stranger's, which the library would decode on the way."""
    plain = "".join(sign if sign.isprintable() else " " for sign in text)
    return " ".join(plain.replace("=?", "= ?").split())


class Relay:
    """A connection to the relay of `PLAZA_SMTP_URL`: TLS with a verified certificate, kept open for a batch."""

    def __init__(self, url: str) -> None:
        self.parts = urlsplit(url)
        self.smtp: smtplib.SMTP | None = None

    def send(self, envelope: Envelope) -> str:
        """Hand a letter over; what the relay answered. Raises smtplib's errors."""
        smtp = self.smtp or self._connect()
        refused = smtp.send_message(message(envelope), envelope.sender[1], [envelope.to[1]])
        return "accepted" if not refused else str(refused)

    def _connect(self) -> smtplib.SMTP:
        smtp: smtplib.SMTP
        secure = ssl.create_default_context()
        name, port = self.parts.hostname or "", self.parts.port
        if self.parts.scheme == "smtps":
            self.smtp = smtp = smtplib.SMTP_SSL(name, port or 465, host(), timeout=TIMEOUT, context=secure)
        else:
            self.smtp = smtp = smtplib.SMTP(name, port or 587, host(), timeout=TIMEOUT)
            smtp.ehlo_or_helo_if_needed()
            if name not in {"localhost", "127.0.0.1", "::1"} or smtp.has_extn("starttls"):
                smtp.starttls(context=secure)
        if self.parts.username:
            smtp.login(unquote(self.parts.username), unquote(self.parts.password or ""))
        return smtp

    def close(self) -> None:
        """End the connection politely."""
        if self.smtp is not None:
            try:
                self.smtp.quit()
            except (OSError, smtplib.SMTPException):
                self.smtp.close()
            self.smtp = None


@jobs.job("mail.send")
def send() -> int:
    """Send what is due, the most urgent source of all tenants first; how many letters were handled."""
    url = settings.current().smtp_url
    relay = Relay(url) if url else None
    try:
        tenants = _tenants()
        urgent = sorted(_sources.values(), key=lambda known: known.priority)
        return sum(_send_for(tenant_id, known, relay) for known in urgent for tenant_id in tenants)
    finally:
        if relay is not None:
            relay.close()


def _tenants() -> list[int]:
    with transactions.reading():
        return list(db.session.scalars(select(tenancy.Tenant.id)))


_rest = {"until": 0.0}  # the relay was away: ask it again then


def resting() -> bool:
    """Whether the relay did not answer a moment ago, so that letters wait."""
    return time.monotonic() < _rest["until"]


def _send_for(tenant_id: int, known: Source, relay: Relay | None) -> int:
    if relay is not None and resting():
        return 0
    with tenancy.use(tenant_id):
        claimed = known.claim(BATCH)
        db.session.commit()
        for row_id in claimed:
            _one(known, row_id, relay)
            if relay is not None and resting():  # the others come back when their lease ends
                break
    return len(claimed)


def _one(known: Source, row_id: int, relay: Relay | None) -> None:
    envelope = known.body(row_id)
    if envelope is None:
        db.session.commit()
        return
    known.mark(row_id, "sending", "")
    db.session.commit()
    state, answer = _hand_over(envelope, relay)
    known.mark(row_id, state, answer)
    db.session.commit()


def _hand_over(envelope: Envelope, relay: Relay | None) -> tuple[str, str]:
    try:
        if relay is None:
            capture(envelope)
            return "captured", "no relay is set"
        return "sent", relay.send(envelope)
    except smtplib.SMTPDataError as error:
        return _verdict(error.smtp_code, error.smtp_error)
    except smtplib.SMTPRecipientsRefused as error:
        return _verdict(*next(iter(error.recipients.values())))
    except (OSError, smtplib.SMTPException) as error:  # the relay, not the letter: away, log-in refused, no TLS
        if relay is not None:
            relay.close()
            _rest["until"] = time.monotonic() + REST
        return "deferred", str(error) or repr(error)
    except (ValueError, IndexError, MessageError) as error:  # no letter can be made of it
        return "failed", str(error) or repr(error)


def _verdict(code: int, told: bytes | str) -> tuple[str, str]:
    words = told.decode("utf-8", "replace") if isinstance(told, bytes) else told
    return ("failed" if code >= 500 else "deferred"), f"{code} {words}"


def capture(envelope: Envelope) -> None:
    """Keep a letter as a file of the install, for whoever runs it: nobody else reads keys to accounts there."""
    folder = settings.current().instance / "mail"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"{clock.now():%Y%m%dT%H%M%S%f}-{envelope.sender[1].split('@')[0]}.eml"
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as stream:
        stream.write(bytes(message(envelope)))


jobs.every("mail.send", seconds=2)
