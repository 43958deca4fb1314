"""The wire: a letter as the bytes that leave, signed where there is a key; or as a file, where no relay is set."""

import os
import secrets

from kernel import clock, dkim, mime, settings
from kernel.mime import Envelope


def host() -> str:
    """The domain of the sender addresses."""
    known = settings.current()
    return known.mail_host or known.host.split(":")[0]


def signer() -> dkim.Signer | None:
    """Who signs letters; None where the relay does it."""
    known = settings.current()
    return dkim.signer(known.dkim_key, known.dkim_selector, host()) if known.dkim_key else None


def message(envelope: Envelope) -> bytes:
    """The letter as it goes on the wire, signed where there is a key; a line break in a header is refused."""
    headers, body = mime.composed(envelope)
    mine = signer()
    return mime.joined(mine.signed(headers, body) if mine else headers, body)


def drawn(envelope: Envelope) -> bytes:
    """A letter ready for the wire, its end marked; there are no dots to double, for no line of one begins so."""
    return message(envelope) + b".\r\n"


def capture(envelope: Envelope) -> None:
    """Keep a letter as a file of the install, for whoever runs it: nobody else reads keys to accounts there."""
    folder = settings.current().instance / "mail"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    name = f"{clock.now():%Y%m%dT%H%M%S%f}-{envelope.sender[1].split('@')[0]}-{secrets.token_hex(3)}"
    path = folder / f"{name}.eml"
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as stream:
        stream.write(message(envelope))
