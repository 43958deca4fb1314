"""The calendar reader: what stands at the address of an outside calendar is asked while nothing is locked, then kept.

What went wrong leaves everything as it stands: a fault never opens a time, an empty calendar does.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

import structlog
from sqlalchemy import select

from kernel import clock, fetching, jobs, sealing, signing, tenancy, transactions, web
from kernel.db import db
from kernel.tenancy import Tenant
from kernel.unfetched import Unfetched
from shop import outside_calendars, outside_closures, outside_times
from shop.occupations import Span
from shop.outside_calendars import OutsideCalendar
from shop.outside_times import Frame

log = structlog.get_logger()
SWEEP = 5 * 60  # seconds
SLOW = 7  # its priority: whoever answers late keeps no letter waiting
SPREAD = 240  # so that not all are asked in the same second


class Asked(NamedTuple):
    """What is asked, and how the answer is understood."""

    address: str
    etag: str
    frame: Frame
    mark: str  # of the frame: on another day, or with another check-in, all is read anew
    before: datetime | None  # when it was read last


class Told(NamedTuple):
    """What was answered: times, or None where they are as before; or the code of what went wrong."""

    times: dict[str, Span] | None
    etag: str = ""
    fault: str = ""


@jobs.job(outside_calendars.READ)
def read(calendar_id: int) -> None:
    """Read one and have its times closed; harmless when it comes twice, late, or after it was taken away."""

    def prepare() -> Asked | None:
        row = db.session.get(OutsideCalendar, calendar_id)
        return _asked(row) if row is not None and row.unit.active else None

    def record(asked: Asked | None, told: Told) -> None:
        row = db.session.get(OutsideCalendar, calendar_id)
        if row is not None and asked is not None:
            _record(row, asked, told)

    web.outside(prepare, lambda asked: _told(asked) if asked else Told(None), record)


def _asked(row: OutsideCalendar) -> Asked:
    frame = outside_calendars.frame_of(row.unit)
    mark = signing.digest(f"{frame}|{clock.today(frame.zone)}")
    try:
        address = outside_calendars.address(row)
    except sealing.Broken:
        address = ""
    return Asked(address, row.etag if row.frame == mark else "", frame, mark, row.read_at)


def _told(asked: Asked) -> Told:
    try:
        found = fetching.get(asked.address, etag=asked.etag)
        times = None if found.body is None else outside_times.read(found.body, asked.frame)
    except Unfetched as refusal:
        return Told(None, fault=refusal.code)
    return Told(times, found.etag or (asked.etag if times is None else ""))


def _record(row: OutsideCalendar, asked: Asked, told: Told) -> None:
    if not outside_closures.claimed(row):
        return
    if row.read_at != asked.before:  # somebody read it meanwhile: nobody knows who asked last
        outside_calendars.read_now(row)
        return
    if told.fault or (told.times is None and not asked.etag):
        outside_calendars.failed(row, told.fault or "answer")
        log.info("an outside calendar is not read", calendar=row.token, why=row.fault, faults=row.faults)
        return
    if told.times is None:  # as before: but what was not free then may be free now
        outside_closures.settle(row.unit)
    else:
        outside_closures.keep(row, told.times)
    outside_calendars.read(row, told.etag, asked.mark)


@jobs.job("outside_calendars.sweep")
def sweep() -> None:
    """In each shop: have those read whose time has come."""
    with transactions.reading():
        tenants = list(db.session.scalars(select(Tenant.id).order_by(Tenant.id)))
    for tenant_id in tenants:
        with tenancy.use(tenant_id):
            transactions.retry_free(_sweep)


def _sweep() -> None:
    if not outside_calendars.any_at_all(binned=True):
        return
    outside_calendars.sweep()
    for unit_id in db.session.scalars(outside_closures.unsettled()):
        jobs.later("outside_closures.settle", unit_id, key=str(unit_id))
    for row in db.session.scalars(outside_calendars.due()):
        at = clock.now() + timedelta(seconds=int(row.fingerprint[:8], 16) % SPREAD)
        jobs.later(outside_calendars.READ, row.id, at=at, key=str(row.id), priority=SLOW)


jobs.every("outside_calendars.sweep", seconds=SWEEP)
