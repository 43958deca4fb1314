"""Tasks: what staff mean to do until a day, perhaps about a person or an order; done by one tap.

Who is meant may leave the shop. Nothing is written then: what was theirs is everybody's from that day, and theirs
again if they come back.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Date, ForeignKey, Index, Select, String, UniqueConstraint, func, or_, select
from sqlalchemy.orm import Mapped, mapped_column, selectinload

from crm.contacts import Contact
from crm.deal_stages import Deal
from kernel import binned, clock, journal, memberships, signing, tenancy
from kernel.db import Base, belongs, db, pk, ref
from kernel.i18n import _l
from kernel.memberships import Membership
from kernel.refusal import Missing, Refusal
from kernel.tenancy import Binnable, TenantOwned

if TYPE_CHECKING:
    from kernel.accounts import Account

LONGEST = 200
PAGE = 100
STATES = ("open", "due", "done")


class Empty(Refusal):
    """A follow-up says what is to be done."""

    message = _l("Write what is to be done.")


class NoOrder(Refusal):
    """A number that no order has."""

    message = _l("No order has the number %(number)s. Look it up again, or leave it out.")


class Task(TenantOwned, Binnable, Base):
    """One thing to do until a day."""

    __tablename__ = "task"
    __extra__ = (
        UniqueConstraint("tenant_id", "token"),
        Index("ix_task_due", "tenant_id", "done_at", "due"),
        Index("ix_task_order", "tenant_id", "order_number"),
    )
    id: Mapped[int] = pk()
    token: Mapped[str] = mapped_column(String(32), default=signing.token)
    text: Mapped[str] = mapped_column(String(LONGEST))
    due: Mapped[date] = mapped_column(Date)  # a day of the tenant's zone
    contact_id: Mapped[int | None] = ref("contact")
    deal_id: Mapped[int | None] = ref("deal")
    order_number: Mapped[str] = mapped_column(String(40), default="")  # as it is printed: crm knows no orders
    for_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)  # None: whoever gets to it
    by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    done_at: Mapped[datetime | None]
    done_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)

    contact: Mapped[Contact | None] = belongs("Task.contact_id", "Contact")
    deal: Mapped[Deal | None] = belongs("Task.deal_id", "Deal")


@dataclass(frozen=True)
class Told:
    """What somebody says of a task: the sentence, its day, about whom or which order, who is to do it."""

    text: str
    due: date
    contact: Contact | None = None
    order_number: str = ""
    for_id: int | None = None
    deal_id: int | None = None


Finder = Callable[[str], "tuple[str, int | None] | None"]
_finders: list[Finder] = []


def orders(find: Finder) -> None:
    """Have `find(number)` give an order's own number and whose it is, or None: crm itself knows no orders."""
    if find not in _finders:
        _finders.append(find)


def today() -> date:
    """Today where the shop is."""
    return clock.today(tenancy.tenant().timezone)


def falls_to(whose: Any, account: "Account") -> ColumnElement[bool]:
    """In SQL: what waits for that person: theirs, and what belongs to nobody who works here now."""
    here = Membership.tenant_id == tenancy.current(), Membership.ended_at.is_(None)
    return or_(whose == account.id, whose.is_(None), whose.not_in(select(Membership.account_id).where(*here)))


def query(state: str = "open", account: "Account | None" = None) -> Select[Any]:
    """The tasks of one of STATES, of one person or of all; what waits longest first, what was done last first."""
    wanted = select(Task).options(selectinload(Task.contact), selectinload(Task.deal))
    if account is not None:
        wanted = wanted.where(falls_to(Task.for_id, account))
    if state == "done":
        return wanted.where(Task.done_at.is_not(None)).order_by(Task.done_at.desc(), Task.id.desc())
    wanted = wanted.where(Task.done_at.is_(None)).order_by(Task.due, Task.id)
    return wanted.where(Task.due <= today()) if state == "due" else wanted


def page(wanted: Select[Any], number: int) -> tuple[Sequence[Task], int]:
    """One page of them and how many pages there are."""
    many = db.session.scalar(select(func.count()).select_from(wanted.order_by(None).subquery())) or 0
    pages = max(1, -(-int(many) // PAGE))
    return db.session.scalars(wanted.limit(PAGE).offset((min(number, pages) - 1) * PAGE)).all(), pages


def any_at_all() -> bool:
    """Whether the shop ever noted one."""
    return db.session.scalar(select(Task.id).limit(1)) is not None


def of(contact: Contact, state: str = "open", most: int = 20) -> Sequence[Task]:
    """What is to be done, or was done, about a person."""
    return db.session.scalars(query(state).where(Task.contact_id == contact.id).limit(most)).all()


def of_order(number: str, state: str = "open", most: int = 20) -> Sequence[Task]:
    """What is to be done, or was done, about an order."""
    return db.session.scalars(query(state).where(Task.order_number == number).limit(most)).all()


def of_deals(ids: Sequence[int]) -> dict[int, list[Task]]:
    """What is to be done about each of these opportunities, the next step first."""
    found: dict[int, list[Task]] = {}
    for task in db.session.scalars(query().where(Task.deal_id.in_(ids))):
        found.setdefault(task.deal_id or 0, []).append(task)
    return found


def named(token: str) -> Task:
    """The task that an address names; raises Missing."""
    found = db.session.scalar(select(Task).where(Task.token == token))
    if found is None:
        raise Missing()
    return found


def staff() -> "list[Account]":
    """Who can be meant: everybody who works here now."""
    return [account for _row, account in memberships.staff()]


def add(told: Told, *, by: "Account") -> Task:
    """Note something to do. Raises Empty, NoOrder."""
    task = Task(by_id=by.id)
    _fill(task, told)
    db.session.add(task)
    db.session.flush()
    journal.write("task.added", about=task, by=by, data={"text": task.text})
    return task


def change(task: Task, told: Told, *, by: "Account") -> None:
    """Another sentence, day or person. Raises Empty, NoOrder."""
    _fill(task, told)
    journal.write("task.changed", about=task, by=by, data={"text": task.text})


def _fill(task: Task, told: Told) -> None:
    text, (number, whose) = " ".join(told.text.split())[:LONGEST], _order(told.order_number)
    if not text:  # nothing is written before all of it can be
        raise Empty()
    task.text, task.due, task.for_id, task.order_number = text, told.due, told.for_id, number
    task.contact_id, task.deal_id = told.contact.id if told.contact else whose, told.deal_id


def _order(number: str) -> tuple[str, int | None]:
    """An order's own number and whose it is. Raises NoOrder."""
    typed = number.strip()[:40]
    if not typed:
        return "", None
    found = next((told for find in _finders if (told := find(typed))), None)
    if found is None:
        raise NoOrder(number=typed)
    return found


def known_order(number: str) -> str:
    """The order's own number when there is such an order, else ''."""
    try:
        return _order(number)[0]
    except NoOrder:
        return ""


def do(task: Task, *, by: "Account") -> bool:
    """It is done; whether it was still to do: two who tap at once have done it once."""
    db.session.refresh(task, with_for_update=True)
    if task.done_at is not None:
        return False
    task.done_at, task.done_by_id = clock.now(), by.id
    journal.write("task.done", about=task, by=by, data={"text": task.text})
    return True


def undo(task: Task, *, by: "Account") -> None:
    """It is not done after all."""
    if task.done_at is not None:
        task.done_at = task.done_by_id = None
        journal.write("task.undone", about=task, by=by, data={"text": task.text})


def put_away(task: Task, *, by: "Account") -> None:
    """Into the bin; it can be taken back."""
    task.binned_at = clock.now()
    journal.write("task.binned", about=task, by=by, data={"text": task.text})


def take_back(token: str, *, by: "Account") -> Task:
    """Out of the bin as it was."""
    task: Task = binned.named(Task, token)
    task.binned_at = None
    journal.write("task.restored", about=task, by=by, data={"text": task.text})
    return task


def init_app(_app: object) -> None:
    """Say how the journal tells it."""
    journal.kind("task.added", _l("Noted to do: “%(text)s”"))
    journal.kind("task.changed", _l("Changed the follow-up “%(text)s”"))
    journal.kind("task.done", _l("Did “%(text)s”"))
    journal.kind("task.undone", _l("Opened the follow-up “%(text)s” again"))
    journal.kind("task.binned", _l("Put the follow-up “%(text)s” into the bin"))
    journal.kind("task.restored", _l("Took the follow-up “%(text)s” out of the bin"))
