"""Connections to the relay of `PLAZA_SMTP_URL`: several at once, pipelined where it can, one letter under way on each.

A round hands one letter to each connection and waits for all the answers, so one commit can mark them all.
"""

import smtplib
import ssl
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

TIMEOUT = 15  # seconds for an answer
TAKING = 120  # seconds until a relay that has read a letter says that it keeps it
LEAST = 0.05  # seconds for an answer whose time is over: it may be here already
AWAY = (OSError, smtplib.SMTPException)


class Parcel(NamedTuple):
    """A letter ready for the wire: whose row it is, where from, where to; `until` by the monotonic clock."""

    id: int
    sender: str
    to: str
    data: bytes
    until: float = float("inf")  # after that it does not leave: whoever allowed it may have changed their mind


class Verdict(NamedTuple):
    """What became of a parcel: sent, deferred, failed, pending (not begun: the relay is to blame) or unknown."""

    state: str
    answer: str
    away: bool = False  # the relay itself is not well
    counts: bool = True  # as a try of this letter; not where the relay never came to judge it


class Line:
    """One connection: TLS with a verified certificate wherever the relay is not on this machine."""

    def __init__(self, url: str, name: str) -> None:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
        if parts.scheme == "smtps":
            secure = ssl.create_default_context()
            self.smtp: smtplib.SMTP = smtplib.SMTP_SSL(host, port or 465, name, timeout=TIMEOUT, context=secure)
        else:
            self.smtp = smtplib.SMTP(host, port or 587, name, timeout=TIMEOUT)
        try:
            self._greet(host, parts.scheme == "smtps")
            if parts.username:
                self.smtp.login(unquote(parts.username), unquote(parts.password or ""))
        except BaseException:
            self.smtp.close()
            raise
        self.due = 0.0  # until when an answer is waited for, by the monotonic clock
        self.pipelined, self.delivered, self.open = self.smtp.has_extn("pipelining"), 0, True

    def _greet(self, host: str, closed: bool) -> None:
        self.smtp.ehlo_or_helo_if_needed()
        if not closed and (host not in {"localhost", "127.0.0.1", "::1"} or self.smtp.has_extn("starttls")):
            self.smtp.starttls(context=ssl.create_default_context())
            self.smtp.ehlo_or_helo_if_needed()

    def carry(self, parcel: Parcel) -> Iterator[Verdict | None]:
        """Hand one letter over: stops (None) wherever an answer must be waited for, so that others can go on."""
        begun = False
        try:
            for step in self._asked(parcel):
                if step is not None:
                    yield step
                    return
                yield None
            if time.monotonic() > parcel.until:  # an open letter can only be left by hanging up
                self.close()
                yield Verdict("pending", "the relay was slow")
                return
            begun = True
            self._say(parcel.data, TAKING)
            yield None
            yield self._taken()
        except AWAY as error:
            yield self._lost(error, begun)

    def _asked(self, parcel: Parcel) -> Iterator[Verdict | None]:
        """MAIL, RCPT and DATA: together where the relay takes them so; a Verdict where it does not want the letter."""
        words = [f"MAIL FROM:<{parcel.sender}>", f"RCPT TO:<{parcel.to}>", "DATA"]
        told: list[tuple[int, str]] = []
        for group in [words] if self.pipelined else [[one] for one in words]:
            self._say("".join(f"{one}\r\n" for one in group).encode("ascii"), TIMEOUT * len(group))
            yield None
            told += [self._hear() for _ in group]
            if told[-1][0] >= 400 or any(code >= 400 for code, _ in told):
                yield from self._refused(told)
                return

    def _refused(self, told: list[tuple[int, str]]) -> Iterator[Verdict | None]:
        place, (code, words) = next((number, one) for number, one in enumerate(told) if one[0] >= 400)
        if len(told) == 3 and told[2][0] == 354:  # it waits for a letter to nobody
            self._say(b".\r\n")
            yield None
            self._hear()
        if code == 421:
            self.close()
        else:
            self._say(b"RSET\r\n")
            yield None
            self._hear()
        if place == 0:  # it does not let us send at all: no fault of this letter
            again = code == 421 and self.delivered > 0
            yield Verdict("pending" if again else "deferred", f"{code} {words}", not again, counts=code >= 500)
        else:
            yield verdict(code, words)

    def _taken(self) -> Verdict:
        code, words = self._hear()
        self.delivered += 1
        if code == 421:
            self.close()
        return verdict(code, words)

    def _lost(self, error: Exception, begun: bool) -> Verdict:
        old = self.delivered > 0
        self.close()
        why = str(error) or repr(error)
        if begun:  # it may have the letter, or not
            return Verdict("unknown", why)
        return Verdict("pending", why) if old else Verdict("deferred", why, away=True, counts=False)

    def _say(self, data: bytes, patience: float = TIMEOUT) -> None:
        if self.smtp.sock is None:
            raise smtplib.SMTPServerDisconnected("the connection is closed")
        self.smtp.sock.settimeout(TIMEOUT)
        self.smtp.sock.sendall(data)
        self.due = time.monotonic() + patience  # from now on, however long another connection was waited for

    def _hear(self) -> tuple[int, str]:
        if self.smtp.sock is not None:
            self.smtp.sock.settimeout(max(LEAST, self.due - time.monotonic()))
        code, told = self.smtp.getreply()
        if code == -1:
            raise smtplib.SMTPServerDisconnected("the relay answered no code")
        return code, told.decode("utf-8", "replace").replace("\n", " ").replace("\0", "")

    def close(self, *, politely: bool = False) -> None:
        """End the connection."""
        self.open = False
        with suppress(*AWAY):
            if politely and self.smtp.sock is not None:
                self.smtp.sock.settimeout(TIMEOUT)
                self.smtp.quit()
        self.smtp.close()


def verdict(code: int, words: str) -> Verdict:
    """What an answer about one letter says."""
    return Verdict("sent" if code < 400 else "deferred" if code < 500 else "failed", f"{code} {words}")


class Relay:
    """The relay with as many open connections as a round needs."""

    def __init__(self, url: str, name: str, width: int) -> None:
        self.url, self.name, self.width = url, name, max(1, width)
        self.lines: list[Line] = []

    def ready(self, count: int) -> int:
        """Open connections for so many letters; how many can go at once. Raises what the first one met."""
        self.lines = [line for line in self.lines if line.open]
        while len(self.lines) < min(count, self.width):
            try:
                self.lines.append(Line(self.url, self.name))
            except AWAY:
                if not self.lines:
                    raise
                self.width = len(self.lines)  # it takes no more from us
        return min(count, len(self.lines))

    def hand_over(self, parcels: Sequence[Parcel]) -> dict[int, Verdict]:
        """One round: a letter on each connection, all under way at once; what became of each."""
        under_way = {parcel.id: line.carry(parcel) for parcel, line in zip(parcels, self.lines, strict=False)}
        found: dict[int, Verdict] = {}
        while under_way:
            for row_id, steps in list(under_way.items()):
                step = next(steps)
                if step is not None:
                    found[row_id] = step
                    del under_way[row_id]
        return found

    def close(self) -> None:
        """End all connections politely."""
        for line in self.lines:
            line.close(politely=True)
        self.lines = []
