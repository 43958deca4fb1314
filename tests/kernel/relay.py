"""A real mail server on loopback for tests: it takes, puts off or refuses, and remembers what it took."""

import datetime
import email
import email.policy
import ipaddress
import ssl
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bench.stand.servers import free_port


@dataclass
class Relay:
    """What the server answers by address, and the letters that it took."""

    to: dict[str, str] = field(default_factory=dict)  # address → answer to RCPT
    data: dict[str, str] = field(default_factory=dict)  # address → answer to DATA
    taken: list[EmailMessage] = field(default_factory=list)
    envelopes: list[tuple[str, list[str]]] = field(default_factory=list)
    port: int = 0

    async def handle_RCPT(self, _server, _session, envelope, address, _options):  # noqa: N802
        answer = self.to.get(address, "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802
        answer = self.data.get(envelope.rcpt_tos[0], "250 taken")
        if answer.startswith("250"):
            self.envelopes.append((envelope.mail_from, list(envelope.rcpt_tos)))
            self.taken.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        return answer

    @property
    def subjects(self) -> list[str]:
        return [letter["subject"] for letter in self.taken]


@contextmanager
def serving(*, secure: ssl.SSLContext | None = None, smtps: bool = False, refuse_login: bool = False):
    """A server for as long as the block lasts."""
    known = Relay(port=free_port())
    options = {"tls_context": secure, "require_starttls": True} if secure and not smtps else {}
    options |= {"ssl_context": secure} if smtps else {}
    if refuse_login:
        options |= {"authenticator": lambda *_: AuthResult(success=False, handled=False), "auth_require_tls": False}
    controller = Controller(known, hostname="127.0.0.1", port=known.port, ready_timeout=60, **options)
    controller.start()
    try:
        yield known
    finally:
        controller.stop()


def certificate(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """A certificate for 127.0.0.1 that nobody has signed but itself: its file, and a server's context with it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([address, x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    path, secret = folder / "cert.pem", folder / "key.pem"
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path, secret)
    return path, context
