"""Letters to those who wait for a time: each is written once when so many people fit, whoever dies meanwhile.

Who asked first is written to first, and not all at once: twice as many people as there are free places, then after
an hour the next, while it still is free. What counts as free is what the shop's page offers at that moment; what
another service, for which others wait, could take as well is not shared out between the two.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import selectinload

from kernel import clock, files, i18n, jobs, letters, tenancy, transactions, web
from kernel.db import db
from kernel.i18n import _
from kernel.tenancy import Tenant
from shop import availability, days, letter_blocks, local_times, time_wait_words, time_waits, waits
from shop.availability import Time
from shop.bookings import FIRM, Booking
from shop.catalog import Product
from shop.orders import Order
from shop.services import Service
from shop.time_wait_rows import TimeWait, Wish, coming, waiting
from shop.time_waits import Look
from shop.waits import QUIET

EACH = 2  # are written to for each place: not everybody still wants it
PAUSE = timedelta(hours=1)  # for which those have the first choice
BATCH = 100  # letters of one transaction
LIFE = timedelta(days=180)  # for which it is known what became of it
GONE = {**QUIET, "binned": True}
POINT = timedelta(minutes=1)


@jobs.job("time_waits.tell")
def tell(service_id: int) -> None:
    """Write to the next of those who wait, as many as what is free is worth; harmless when it comes twice or late."""
    queue, service = _queue(service_id), db.session.get(Service, service_id)
    if not queue or service is None or not time_waits.sold(service):
        return
    look, lately = Look(service, [row.wish for row in queue]), _told_lately(service_id)
    written, shut = 0, False
    for row in _without_had(service, queue):
        free = look.free(row.wish, row.contact.group if row.contact else "")
        if not free:
            continue
        room = EACH * _worth(service, free) - sum(
            _needs(service, one) for one, _at in lately if _meet(service, one, row)
        )
        if room < _needs(service, row) or written == BATCH:
            shut = True
        elif _tell(row, free):
            written += 1
            lately.append((row, clock.now()))
    if shut:
        again = clock.now() if written == BATCH else min(at for _row, at in lately) + PAUSE
        jobs.later("time_waits.tell", service_id, at=again, key=f"{service_id}:next")


def _queue(service_id: int) -> list[TimeWait]:
    """Those who wait for it, held as they are: two who write at once follow each other."""
    mine = select(TimeWait).where(TimeWait.service_id == service_id, TimeWait.ended_at.is_(None), coming())
    held = mine.order_by(TimeWait.id).with_for_update().options(selectinload(TimeWait.contact))
    return list(db.session.scalars(held, execution_options={"populate_existing": True}))


def _told_lately(service_id: int) -> list[tuple[TimeWait, datetime]]:
    """Who was written to and has the first choice still, and when."""
    mine = TimeWait.service_id == service_id, TimeWait.how == "told", TimeWait.ended_at > clock.now() - PAUSE
    rows = db.session.scalars(select(TimeWait).where(*mine))
    return [(row, row.ended_at) for row in rows if row.ended_at is not None]


def _without_had(service: Service, queue: Sequence[TimeWait]) -> list[TimeWait]:
    """Those who have not booked it themselves meanwhile; who has waits no more."""
    people = sorted({row.contact_id for row in queue})
    told = Order.contact_id, Booking.created_at, Booking.starts_at, Booking.ends_at
    booked = select(*told).join(Order, Order.id == Booking.order_id)
    mine = Booking.service_id == service.id, Booking.state.in_(FIRM), Booking.ends_at > clock.now()
    found = db.session.execute(booked.where(*mine, Order.contact_id.in_(people))).all()
    had = {
        row.id
        for row in queue
        for who, since, begins, ends in found
        if who == row.contact_id and since >= row.asked_at and begins < row.ends_at and ends > row.starts_at
    }
    if had:
        over = update(TimeWait).where(TimeWait.id.in_(sorted(had))).values(ended_at=clock.now(), how="had")
        db.session.execute(over, execution_options=QUIET)
    return [row for row in queue if row.id not in had]


def _needs(service: Service, row: TimeWait) -> int:
    return availability.takes(service, row.places)


def _worth(service: Service, free: Sequence[Time]) -> int:
    """What is left at all of these times; of appointments that overlap only one can be had."""
    found, until = 0, clock.now()
    for one in free:
        if service.kind == "departure" or one.starts_at >= until:
            found, until = found + one.left, one.ends_at
    return found


def _meet(service: Service, one: TimeWait, other: TimeWait) -> bool:
    """Whether both could take the same place."""
    (begins, ends), (starts, over) = _reach(service, one), _reach(service, other)
    return begins < over and ends > starts


def _reach(service: Service, row: TimeWait) -> tuple[datetime, datetime]:
    alone = service.kind == "departure" and not row.any_time  # the places of the next departure are others
    return row.starts_at, row.starts_at + POINT if alone else row.ends_at


def _tell(row: TimeWait, free: Sequence[Time]) -> bool:
    """Write to one, unless somebody did; who is in the bin, takes no letters or may not book it waits no more."""
    allowed = row.contact is not None and row.service.product.open_to(row.contact.group)
    if not waits.claim(row, open_to_them=allowed):
        return False
    _write(row, free)
    return True


def _write(row: TimeWait, free: Sequence[Time]) -> None:
    """The letter; what it says is of this day, and nobody reads it once the time has begun."""
    only = free[0] if len(free) == 1 else None  # of a day with one free time that one
    wish = Wish(only.span, row.places) if only and row.service.kind != "nights" else row.wish
    with i18n.speak(row.language, tenancy.tenant().country):
        asked = local_times.day(row.asked_at, tenancy.tenant().timezone)
        item = time_wait_words.name(row, row.language)
        said = {
            "subject": _("A time is free: %(item)s", item=item), "heading": _("A time is free: %(item)s", item=item),
            "lead": _("You asked us on %(day)s to tell you. There is room now: %(when)s, for %(people)s. Nothing is "
                      "set aside, whoever books first has it.", day=days.told(asked),
                      when=time_wait_words.when(row.service, wish), people=time_wait_words.people(wish)),
            "button_label": _("Book it"), "button_url": time_wait_words.url(row, wish),
            "picture": _picture(row.service.product), "alt": item,
            "leave_url": web.shop_url("shop.waits", token=row.token, language=row.language),
        }  # fmt: skip
    letters.write(
        "mail/time_waits/free", to=row.contact.email or "", to_name=row.contact.name, kind="free",
        language=row.language, data=said, about=row.contact,
        not_after=min(clock.now() + timedelta(days=1), max(one.starts_at for one in free)),
    )  # fmt: skip


def _picture(product: Product) -> str:
    file = db.session.get(files.File, product.picture_id) if product.picture_id else None
    return web.shop_base(tenancy.tenant()) + letter_blocks.jpeg(file, letter_blocks.SMALL) if file else ""


@jobs.job("time_waits.sweep")
def sweep() -> None:
    """In each shop: end what is over or lies in the bin, and look at what became free by itself: holds run out."""
    for tenant_id in db.session.scalars(select(Tenant.id).order_by(Tenant.id)).all():
        with tenancy.use(tenant_id):
            transactions.retry_free(_sweep)


def _sweep() -> None:
    if not db.session.scalar(select(func.count(TimeWait.id))):
        return
    over = update(TimeWait).where(TimeWait.ended_at.is_(None), ~coming()).values(ended_at=clock.now(), how="past")
    db.session.execute(over, execution_options=QUIET)
    old = TimeWait.ended_at < clock.now() - LIFE
    db.session.execute(delete(TimeWait).where(or_(old, TimeWait.service_id.in_(_gone()))), execution_options=GONE)
    mine = waiting().with_only_columns(TimeWait.service_id).order_by(None)
    for one in sorted(set(db.session.scalars(mine))):
        jobs.later("time_waits.tell", one, key=str(one))


def _gone() -> Any:
    """The services of what lies in the bin for longer than somebody needs to take it back."""
    long = Product.binned_at < clock.now() - timedelta(days=1)
    return select(Service.id).join(Product, Product.id == Service.product_id).where(long)


jobs.every("time_waits.sweep", seconds=10 * 60)
