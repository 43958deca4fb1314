"""How many personal letters a second leave on one core: claimed, drawn, signed, handed over, marked in the ledger.

`plaza bench mail [--quick] [--sqlite]`. A mailing of blocks becomes letters of about 20 kB with the reader's name,
signed with RSA-2048, for a mail server on loopback that takes everything. In the same run, round by round: the floor is
a raw pump, that is byte slots filled, signed with the same key and pushed through as many connections, without MIME,
rows or marks; and, only told, what email.message, dkimpy and smtplib manage. All on one core, the server on another.
"""

import base64
import gc
import hashlib
import os
import smtplib
import socket
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from email.message import EmailMessage
from pathlib import Path
from statistics import median

import dkim as dkimpy  # type: ignore[import-not-found,import-untyped,unused-ignore]
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from sqlalchemy import func, insert, select, text

from bench.stand import report, world
from bench.stand.servers import free_port, served
from campaigns import rendering
from campaigns.mailings import Mailing
from campaigns.recipients import Recipient
from crm.consent import Consent
from crm.contacts import Contact
from kernel import clock, dkim, mail, mime, signing, suppression, tenancy, wire
from kernel.app import create_app
from kernel.db import db
from kernel.settings import Settings, complete
from kernel.tenancy import Tenant

Case = dict[str, float]
ROUNDS, LETTERS, SLOW = 5, 1000, 60
QUICK = {"ROUNDS": 1, "LETTERS": 60, "SLOW": 10}
WIDTH = Settings.smtp_connections
NAMES = ("Ana", "Íngrid", "José Ñáñez", "Óscar", "Li")
WORDS = (
    "<p>Hola {{ first_name | default: 'amiga' }}: el domingo abrimos la finca, con pan, café y música. </p><p>"
    + "Tostamos en pequeños lotes, con notas de panela, naranja y cacao; cada quien elige su taza. " * 6
    + "</p>"
)


class Post:
    """A shop with a mailing on one database, and a mail server on loopback."""

    def __init__(self, stack: ExitStack, database_url: str) -> None:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        self.port, self.log = free_port(), folder / "taken"
        url = database_url or f"sqlite:///{folder / 'plaza.db'}"
        world.build(folder, url, "http://plaza.localhost", 2)
        key = rsa.generate_private_key(65537, 2048)
        plain = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        self.pem = key.private_bytes(*plain)
        told = {"smtp_url": f"smtp://127.0.0.1:{self.port}", "dkim_key": self.pem.decode(), "smtp_connections": WIDTH}
        self.app = create_app(
            complete(Settings(url="http://plaza.localhost", instance=folder, database_url=url, **told))  # type: ignore[arg-type]
        )
        self.key, self.round = key, 0
        gc.freeze()  # as the worker does
        apart(0)
        stack.callback(apart, None)
        stack.enter_context(served(["bench.stand.sink", str(self.port), str(self.log), "counts"], self.port, {}))
        for process in Path("/proc").glob("[0-9]*/cmdline"):  # the server gets the other core
            if f"bench.stand.sink\0{self.port}" in process.read_text(errors="ignore"):
                apart(1, int(process.parent.name))

    @property
    def taken(self) -> int:
        """How many letters the server has taken."""
        return int(self.log.read_text() or 0)

    @contextmanager
    def inside(self) -> Iterator[None]:
        """In the application, as the shop."""
        with self.app.app_context():
            tenancy.enter(db.session.execute(select(Tenant.id)).scalar_one())
            yield
            tenancy.leave()
            db.engine.dispose()

    def sample(self) -> tuple[mail.Envelope, list[bytes]]:
        """The newest letter, and what in it is its reader's own."""
        row = db.session.scalars(select(Recipient).order_by(Recipient.id.desc()).limit(1)).one()
        made = rendering.envelope(row)
        return made, [row.token.encode(), row.email.encode(), made.to[0].split(" ")[0].encode()]

    def ours(self) -> tuple[float, int]:
        """The next people get the letter; letters a second, and how many bytes one has."""
        with self.inside():
            letter, before = self._write(), self.taken
            size = len(wire.message(self.sample()[0]))
        with self.app.app_context():
            start = time.perf_counter()
            mail.send()
            took = time.perf_counter() - start
        with self.inside():
            sent = select(func.count()).select_from(Recipient)
            marked = db.session.scalar(sent.where(Recipient.mailing_id == letter, Recipient.state == "sent"))
        if (marked, self.taken - before) != (LETTERS, LETTERS):
            raise RuntimeError(f"{LETTERS} letters: {marked} marked, {self.taken - before} taken")
        return LETTERS / took, size

    def _write(self) -> int:
        """A mailing on its way to so many new people."""
        self.round += 1
        blocks = [{"id": f"b{number}", "kind": "text", "data": {"text": {"es": WORDS}}} for number in range(3)]
        letter = Mailing(
            subject={"es": "{{ first_name }}, el domingo abrimos la finca ñ"}, blocks=blocks, state="sending",
            name=f"Domingo {self.round}", started_at=clock.now(), gathered_at=clock.now(),
        )  # fmt: skip
        db.session.add(letter)
        db.session.flush()
        rendering.prepare(letter)
        mailing_id, first = letter.id, self.round * 1_000_000
        people = [
            {"id": first + number, "token": signing.token(), "email": f"p{first + number}@example.com",
             "email_norm": f"p{first + number}@example.com", "name": NAMES[number % len(NAMES)]}
            for number in range(LETTERS)
        ]  # fmt: skip
        db.session.execute(insert(Contact), people)
        consents = [{"contact_id": one["id"], "purpose": "marketing", "given": True, "form": "bench"} for one in people]
        db.session.execute(insert(Consent), consents)
        db.session.execute(insert(Recipient), [
            {"mailing_id": mailing_id, "contact_id": one["id"], "email": one["email"], "token": signing.token(),
             "address_hmac": suppression.fingerprint(str(one["email"]))} for one in people
        ])  # fmt: skip
        db.session.commit()
        if db.engine.dialect.name == "postgresql":
            with db.engine.begin() as bare:  # as the tables' owner: anybody else's ANALYZE passes them over
                bare.execute(text("ANALYZE"))
        return mailing_id

    def slots(self) -> list[bytes]:
        """A letter as bytes, cut where a name, an address or a token stands."""
        with self.inside():
            letter, own = self.sample()
            whole = mime.joined(*mime.composed(letter))
        for part in own:
            whole = whole.replace(part, b"\0")
        return whole.split(b"\0")

    def pump(self, slots: list[bytes]) -> float:
        """The floor: slots filled, signed and pushed, a letter on each connection at a time; letters a second."""
        with socket_lines(self.port) as lines:
            start = time.perf_counter()
            for at in range(0, LETTERS, WIDTH):
                count = min(WIDTH, LETTERS - at)
                ready = [self._signed(b"x%d" % (at + place), slots) for place in range(count)]
                for line in lines[:count]:  # the sender is answered, the reader, then DATA
                    line.sendall(b"MAIL FROM:<b+x@plaza.localhost>\r\nRCPT TO:<p@example.com>\r\nDATA\r\n")
                for line in lines[:count]:
                    heard(line, b"354")
                for line, letter in zip(lines, ready, strict=False):
                    line.sendall(letter)
                for line in lines[:count]:
                    heard(line, b"250")
            return LETTERS / (time.perf_counter() - start)

    def _signed(self, filling: bytes, slots: list[bytes]) -> bytes:
        letter = filling.join(slots)
        head, _, body = letter.partition(b"\r\n\r\n")
        seal = base64.b64encode(hashlib.sha256(body).digest())
        told = b"v=1; a=rsa-sha256; c=simple/simple; d=plaza.localhost; s=plaza; h=from:to; bh=" + seal + b"; b="
        sign = base64.b64encode(self.key.sign(head + told, padding.PKCS1v15(), hashes.SHA256()))
        return b"DKIM-Signature: " + told + sign + b"\r\n" + letter + b".\r\n"

    def library(self) -> float:
        """What email.message, dkimpy and smtplib manage, with words that are there already; letters a second."""
        with self.inside():
            told = self.sample()[0]
        names = [name.encode() for name in dkim.SIGNED]
        with smtplib.SMTP("127.0.0.1", self.port) as smtp:
            start = time.perf_counter()
            for _ in range(SLOW):
                made = EmailMessage()
                made["From"], made["To"], made["Subject"] = told.sender[1], told.to[1], told.subject
                for name, value in told.headers.items():
                    made[name] = value
                made.set_content(told.text, cte="quoted-printable")
                made.add_alternative(told.html, subtype="html", cte="quoted-printable")
                letter = made.as_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
                mine = dkimpy.sign(letter, b"plaza", b"plaza.localhost", self.pem, include_headers=names)
                smtp.sendmail(told.sender[1], [told.to[1]], mine + letter)
            return SLOW / (time.perf_counter() - start)


def apart(core: int | None, pid: int = 0) -> None:
    """Keep a process on one core, where the machine has two and lets us choose; None: on any."""
    every = set(range(os.cpu_count() or 1))
    if hasattr(os, "sched_setaffinity") and len(every) > 1:
        os.sched_setaffinity(pid, every if core is None else {core})


class socket_lines:
    """Bare connections to the mail server."""

    def __init__(self, port: int) -> None:
        self.lines = [socket.create_connection(("127.0.0.1", port)) for _ in range(WIDTH)]

    def __enter__(self) -> list[socket.socket]:
        for line in self.lines:
            heard(line, b"220")
            line.sendall(b"EHLO bench\r\n")
            heard(line, b"250 ")
        return self.lines

    def __exit__(self, *_error: object) -> None:
        for line in self.lines:
            line.close()


def heard(line: socket.socket, code: bytes) -> None:
    """Read until an answer with that code has come whole."""
    told = b""
    while not (told.endswith(b"\r\n") and (told.startswith(code) or b"\n" + code in told)):
        more = line.recv(4096)
        if not more:
            raise RuntimeError("the mail server hung up")
        told += more


def measure(name: str, database_url: str) -> dict[str, Case]:
    """Rounds of ours and of the pump on one database, and once the libraries."""
    with ExitStack() as stack:
        post = Post(stack, database_url)
        rounds: list[tuple[float, float]] = []
        size = 0
        slots: list[bytes] = []
        for _ in range(ROUNDS):
            mine, size = post.ours()
            slots = slots or post.slots()
            rounds.append((mine, post.pump(slots)))
        slow = post.library()
        mine, bare = median(one for one, _ in rounds), median(two for _, two in rounds)
        print(f"{name:11} {mine:7.0f} letters/s of {size / 1000:.0f} kB   pump {bare:7.0f}/s  × {mine / bare:.3f}   "
              f"email.message + dkimpy + smtplib {slow:5.0f}/s  × {mine / slow:.1f}", flush=True)  # fmt: skip
        return {f"{name} letters": {"ours": round(mine, 1), "floor": round(bare, 1), "ratio": round(mine / bare, 3)}}


def main() -> None:
    """Measure and say it; the last line is JSON."""
    if "--quick" in sys.argv:
        globals().update(QUICK)
    report.tell("mail", "letters/s", measure)


if __name__ == "__main__":
    main()
