"""Mail: one sender for all sources, transactional letters first; captured where no relay is set.

A source hands out its letters in batches: claim, bodies, then mark, which says of many at once what became of them.
A letter is marked `sending` before its first byte leaves, and each connection has one under way: so whoever is killed
leaves at most one letter of each connection of which nobody knows whether it arrived.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.errors import MessageError
from functools import partial
from itertools import islice
from typing import Any, NamedTuple

import structlog
from flask import Flask
from sqlalchemy import bindparam, or_, select

from kernel import clock, mime, rates, settings, smtp, tenancy, transactions, wire
from kernel.ahead import Ahead
from kernel.db import db
from kernel.mime import Attachment, Envelope
from kernel.smtp import Parcel, Verdict
from kernel.turns import Turns
from kernel.wire import host

__all__ = ["Attachment", "Envelope", "Mark", "Source", "host"]

log = structlog.get_logger()
BATCH = 300
FRESH = 30.0  # seconds for which it holds that a letter may go; what is not begun then is claimed anew
LAST = 50.0  # seconds after which none leaves that was begun: who says no gets nothing a minute later
PAUSE = 1.0  # seconds between looks when nothing waits
REST = 30.0  # seconds without a try after the relay did not answer
AGAIN = timedelta(minutes=5)  # until a letter that met no relay is tried again, for as long as that is away
WAITS = (0.2, 1.0, 5.0, 15.0)  # seconds until what became of letters is written down once more
UNMADE = (ValueError, MessageError)  # no letter can be made of it


class Mark(NamedTuple):
    """What became of a letter: sending, sent, captured, deferred, failed, unknown (it may have arrived), or pending
    (given back untried). `at`: to be taken again then, and no try was used up; a deferred one met no relay."""

    id: int
    state: str
    answer: str = ""
    at: datetime | None = None


Claim = Callable[[int], list[int]]  # at most so many, under a lease
Bodies = Callable[[list[int]], dict[int, Envelope]]  # of the claimed ones that may be written to
Marking = Callable[[Sequence[Mark]], set[int]]  # the ids still ours: only those may be sent, once it is committed
Shops = Callable[[datetime], Iterable[int]] | None  # that may have something to send at a moment; None: ask each
Away = Callable[[], None] | None  # told in each such shop, whenever the relay is found to be away


@dataclass(frozen=True)
class Source:
    """Where letters come from, and in which shops there may be some."""

    name: str
    priority: int
    claim: Claim
    bodies: Bodies
    mark: Marking
    shops: Shops = None
    away: Away = None


_sources: dict[str, Source] = {}


def source(
    name: str, priority: int, *, claim: Claim, bodies: Bodies, mark: Marking, shops: Shops = None, away: Away = None
) -> None:
    """Let the one sender see a source; lower priority numbers go first, always."""
    _sources[name] = Source(name, priority, claim, bodies, mark, shops, away)


def sender(tenant: tenancy.Tenant) -> tuple[str, str]:
    """(name, address) that a tenant's letters come from until it has a domain of its own."""
    return tenant.name, f"{tenant.slug}@{host()}"


_rest = {"until": 0.0}  # the relay was away: ask it again then


def resting() -> bool:
    """Whether the relay did not answer a moment ago, so that letters wait."""
    return time.monotonic() < _rest["until"]


def send(stop: threading.Event | None = None) -> int:
    """Send what is due until nothing is, the most urgent source of all shops first; how many letters were handled."""
    known, count, turns, stop = settings.current(), 0, Turns(), stop or threading.Event()
    wire.signer()  # a key that cannot be read stops everything, before anything is claimed
    relay = smtp.Relay(known.smtp_url, host(), known.smtp_connections) if known.smtp_url else None
    try:
        while not stop.is_set() and not (relay and resting()) and (handled := _next(turns, relay, stop)):
            count += handled
            if relay and resting():
                _tell()
        return count
    finally:
        if relay is not None:
            relay.close()


def _tell() -> None:
    """Let those whose letters wait for the relay know that they do, whoever it was that found it away."""
    for known, verb in [(one, one.away) for one in _sources.values() if one.away]:
        for tenant_id in _shops(known, 2 * AGAIN):  # what was just put off is not due
            try:
                with tenancy.use(tenant_id):
                    transactions.retry_free(verb)
            except Exception:  # it is told again when the relay is tried again
                log.exception("a shop does not know that its letters wait", source=known.name, tenant=tenant_id)


def _next(turns: Turns, relay: smtp.Relay | None, stop: threading.Event) -> int:
    """After every batch the most urgent source again, and in it the next shop."""
    for known in sorted(_sources.values(), key=lambda one: one.priority):
        for tenant_id in turns.of(known.name, partial(_shops, known), urgent=known.priority == 0):
            handled = _batch(known, tenant_id, relay, stop)
            if handled or (relay and resting()):
                return handled
    return 0


def _batch(known: Source, tenant_id: int, relay: smtp.Relay | None, stop: threading.Event) -> int:
    try:
        with tenancy.use(tenant_id):
            return _Batch(known, relay, stop).run()
    except Exception:  # what is wrong in one shop keeps no other's letters
        log.exception("letters of a shop wait", source=known.name, tenant=tenant_id)
        return 0


def _shops(known: Source, ahead: timedelta = timedelta(0)) -> list[int]:
    """The shops that may have something to send, so far ahead; a shop that has none is not asked."""
    with transactions.reading():
        if known.shops is None:
            return list(db.session.scalars(select(tenancy.Tenant.id)))
        with tenancy.system():
            return list(known.shops(clock.now() + ahead))


def waiting(rows: Any) -> Shops:
    """The shops with a row that is due or was left behind; of a class with state, run_at and lease_until."""
    now = bindparam("now", type_=rows.run_at.type)
    due = rows.state.in_(("pending", "deferred")) & (rows.run_at <= now)
    lost = rows.state.in_(("claimed", "sending")) & (rows.lease_until < now)
    wanted = select(rows.tenant_id).where(or_(due, lost)).distinct()
    return lambda at: db.session.scalars(wanted, {"now": at})


class _Batch:
    """Some letters of one source and one shop on their way."""

    def __init__(self, known: Source, relay: smtp.Relay | None, stop: threading.Event) -> None:
        self.known, self.relay, self.stop = known, relay, stop
        self.marks: list[Mark] = []
        self.began = time.monotonic()

    def run(self) -> int:
        claimed = self.known.claim(BATCH)
        db.session.commit()
        if not claimed:
            return 0
        envelopes = self.known.bodies(claimed)
        db.session.commit()
        if self.relay is None:
            self._capture(envelopes)
        else:
            with Ahead(lambda row_id: wire.drawn(envelopes[row_id])) as letters:
                self._hand_over(deque(self._allowed(self._parcels(envelopes))), self.relay, letters)
        self._commit()
        return len(claimed)

    def _commit(self, *sending: Parcel) -> set[int]:
        """Keep what became of the last round and what the next one begins, together; which ids are still ours.

        What the database does not take is told again for a while: a letter that has left would leave once more.
        """
        told = [*self.marks, *(Mark(one.id, "sending") for one in sending)]
        self.marks = []
        for wait in (*WAITS, None):
            try:
                mine = self.known.mark(told) if told else set()
                db.session.commit()
                return mine
            except Exception as error:
                db.session.rollback()
                if wait is None or not transactions.busy(error):
                    raise
                self.stop.wait(wait)
        return set()

    def _parcels(self, envelopes: Mapping[int, Envelope]) -> list[Parcel]:
        """Whose letters go where; what is written in them comes when it is their turn."""
        made = []
        for row_id, one in envelopes.items():
            try:
                back, to = mime.addressed(one.return_path or one.sender[1]), mime.addressed(one.to[1])
                made.append(Parcel(row_id, back, to, b"", self.began + LAST))
            except UNMADE as error:
                self.marks.append(_unmade(row_id, error))
        return made

    def _allowed(self, parcels: list[Parcel]) -> list[Parcel]:
        if self.known.priority == 0:
            rates.count(parcels)
            return parcels
        free, wait = rates.split(parcels)
        self.marks += [Mark(row_id, "pending", at=at) for row_id, at in wait.items()]
        return free

    def _hand_over(self, waiting: deque[Parcel], relay: smtp.Relay, letters: Ahead) -> None:
        """Round after round, one letter on each connection; what cannot go now is given back."""
        while waiting and time.monotonic() < self.began + FRESH and not resting() and not self.stop.is_set():
            try:
                count = relay.ready(len(waiting))
            except smtp.AWAY as error:  # the relay, not the letter: away, log-in refused, no TLS
                self._blame(waiting.popleft(), Verdict("deferred", str(error) or repr(error), away=True, counts=False))
                break
            chosen = [waiting.popleft() for _ in range(count)]
            for coming in chosen, islice(waiting, count):  # the next round's, while this one is on its way
                letters.ask(one.id for one in coming)
            chosen = self._filled(chosen, letters)
            mine = self._commit(*chosen)
            told = relay.hand_over([one for one in chosen if one.id in mine])
            for one in chosen:
                if one.id in told:
                    self._note(one, told[one.id])
        self.marks += [Mark(one.id, "pending") for one in waiting]

    def _filled(self, parcels: list[Parcel], letters: Ahead) -> list[Parcel]:
        made = []
        for one in parcels:
            try:
                made.append(one._replace(data=letters.take(one.id)))
            except UNMADE as error:
                self.marks.append(_unmade(one.id, error))
        return made

    def _blame(self, first: Parcel, told: Verdict) -> None:
        if first.id in self._commit(first):
            self._note(first, told)

    def _note(self, one: Parcel, told: Verdict) -> None:
        at = None if told.counts or told.state != "deferred" else clock.now() + AGAIN
        self.marks.append(Mark(one.id, told.state, told.answer, at))
        if told.away:
            _rest["until"] = time.monotonic() + REST
        else:
            rates.heed(one, told)

    def _capture(self, envelopes: Mapping[int, Envelope]) -> None:
        for row_id, envelope in envelopes.items():
            try:
                mime.addressed(envelope.to[1])
                wire.capture(envelope)
                self.marks.append(Mark(row_id, "captured", "no relay is set"))
            except UNMADE as error:
                self.marks.append(_unmade(row_id, error))


def _unmade(row_id: int, error: Exception) -> Mark:
    return Mark(row_id, "failed", str(error) or repr(error))


def run(app: Flask, stop: threading.Event) -> None:
    """Send letters until told to stop."""
    while not stop.is_set():
        with app.app_context():
            try:
                busy = bool(send(stop))
            except Exception as error:  # the database is away for a moment, or a key cannot be read
                log.warning("letters wait", error=repr(error))
                busy = False
        if not busy:
            stop.wait(PAUSE)
