"""Automations: letters that go by themselves when something happened, step by step, to one person at a time."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CheckConstraint, Index, String, UniqueConstraint, false, select
from sqlalchemy.orm import Mapped, mapped_column

from campaigns.mailings import Mailing
from crm import people
from crm.segments import Segment
from kernel import clock, signing
from kernel.db import Base, belongs, db, many, pk, ref, words
from kernel.i18n import _l
from kernel.refusal import Missing
from kernel.tenancy import Binnable, TenantOwned


@dataclass(frozen=True)
class Trigger:
    """What sets an automation off, and when its letters go unless the shop says otherwise."""

    name: str
    label: Any
    text: Any
    delays: tuple[int, ...]  # hours after it happened
    begins: Any  # what is said before it is turned on


LISTED = _l(
    "Nothing is missing. Read its letters, then turn it on; who is already in the shop's list gets nothing because"
    " of it."
)
REACHED = _l(
    "Nothing is missing. Read its letters, then turn it on: who reaches the day of the first one from then on"
    " receives it, who passed it before does not."
)
TRIGGERS = {
    "welcome": Trigger(
        "welcome", _l("Welcome"),
        _l("When somebody signs up for letters and confirms it with the link that they received."), (0,),
        LISTED,
    ),
    "cart": Trigger(
        "cart", _l("Abandoned cart"),
        _l("When somebody who allowed letters leaves things in the cart; it ends as soon as they buy."), (6, 24, 72),
        LISTED,
    ),
    "lapsed": Trigger(
        "lapsed", _l("Win back"),
        _l("When somebody who allowed letters has not bought for a while; it ends as soon as they buy."),
        (24 * 60, 24 * 90),
        REACHED,
    ),
    "opinion": Trigger(
        "opinion", _l("Ask for an opinion"),
        _l("Some days after an order was handed over or a booking took place, to whoever allowed letters; once in a"
           " month at most."), (24 * 7,), REACHED,
    ),
    "reorder": Trigger(
        "reorder", _l("Time to order again"),
        _l("Some weeks after an order was handed over or a booking took place; it ends as soon as they buy."),
        (24 * 30,), REACHED,
    ),
    "birthday": Trigger(
        "birthday", _l("Birthday"),
        _l("On the birthday of whoever allowed letters, or some days before; once a year."), (0,), REACHED,
    ),
}  # fmt: skip
FROM_THEN = _l(
    "Nothing is missing. Read its letters, then turn it on: what happens from then on sets it off, what happened before"
    " does not."
)
OWN = {  # of those that a shop puts together itself: any number of each
    "purchase": Trigger("purchase", _l("Somebody buys"), "", (), FROM_THEN),
    "tag": Trigger("tag", _l("Somebody gets a tag"), "", (), FROM_THEN),
    "segment": Trigger(
        "segment", _l("Somebody comes into a segment"), "", (),
        _l("Nothing is missing. Read its letters, then turn it on: who comes into the segment from then on sets it off,"
           " who is in it at that moment does not."),
    ),
}  # fmt: skip
LATE = timedelta(days=7)  # who could not be taken in, or written to, for so long is left in peace: of OWN
WHICH = ("any", "first", "product", "category")  # purchases


class Automation(TenantOwned, Binnable, Base):
    """A series of letters and what sets it off; `trigger` is of TRIGGERS or OWN, or told in `needs` when nothing does
    yet."""

    __tablename__ = "automation"
    __extra__ = (UniqueConstraint("tenant_id", "code"),)
    id: Mapped[int] = pk()
    code: Mapped[str] = mapped_column(String(60))  # in addresses, and how the demo finds it; also of one in the bin
    name: Mapped[dict[str, str]] = words()
    trigger: Mapped[str] = mapped_column(String(20), default="")
    on: Mapped[bool] = mapped_column("is_on", default=False)
    on_since: Mapped[datetime | None]  # what happened before is nobody's occasion
    needs: Mapped[dict[str, str]] = words()  # what is missing that no check of ours can see
    segment_id: Mapped[int | None] = ref("segment")  # only for who is in it; None: for everybody
    days_before: Mapped[int] = mapped_column(default=0, server_default="0")  # of what has a day: see birthdays.py
    which: Mapped[str] = mapped_column(String(10), default="", server_default="")  # of WHICH, where a purchase does it
    product_id: Mapped[int | None] = ref("product")
    category_id: Mapped[int | None] = ref("category")
    watched_id: Mapped[int | None] = ref("segment")  # coming into it does it
    tag: Mapped[str] = mapped_column(String(40), default="", server_default="")  # getting it does it
    again: Mapped[bool] = mapped_column(default=False, server_default=false())  # not once for each person only
    ends_bought: Mapped[bool] = mapped_column(default=False, server_default=false())  # as soon as they buy
    ends_out: Mapped[bool] = mapped_column(default=False, server_default=false())  # without the tag, out of the segment
    watched_rule: Mapped[str] = mapped_column(String(64), default="", server_default="")  # see segment_watch.py
    watched_at: Mapped[datetime | None]
    watched_since: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    steps: Mapped[list["AutomationStep"]] = many(
        "Automation", "AutomationStep.automation_id", order_by="AutomationStep.position"
    )


class AutomationStep(TenantOwned, Base):
    """One letter of an automation, so many hours after it was set off."""

    __tablename__ = "automation_step"
    __extra__ = (
        UniqueConstraint("tenant_id", "automation_id", "position"),
        CheckConstraint("delay_hours >= 0", name="delay"),
    )
    id: Mapped[int] = pk()
    automation_id: Mapped[int] = ref("automation")
    position: Mapped[int]
    delay_hours: Mapped[int]
    mailing_id: Mapped[int] = ref("mailing")
    only: Mapped[str] = mapped_column(String(10), default="", server_default="")  # of conditions.ONLY; "": always
    mailing: Mapped[Mailing] = belongs("AutomationStep.mailing_id", "Mailing")

    @property
    def delay(self) -> timedelta:
        """How long after it was set off."""
        return timedelta(hours=self.delay_hours)


class Enrolment(TenantOwned, Base):
    """Somebody in an automation, for one occasion, once: which step comes next, and when."""

    __tablename__ = "enrolment"
    __extra__ = (
        UniqueConstraint("tenant_id", "automation_id", "contact_id", "occasion"),
        UniqueConstraint("tenant_id", "token"),
        Index("ix_enrolment_next", "tenant_id", "state", "due_at"),
    )
    id: Mapped[int] = pk()
    token: Mapped[str] = mapped_column(String(32), default=signing.token)  # the occasion of its recipients
    automation_id: Mapped[int] = ref("automation")
    contact_id: Mapped[int] = ref("contact")
    occasion: Mapped[str] = mapped_column(String(60))  # the same one told twice is one: "cart:<its mark>"
    about_id: Mapped[int | None]  # the cart, the order
    since: Mapped[datetime]  # when it happened: the delays count from here
    step: Mapped[int] = mapped_column(default=0)  # the next one's position
    due_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(10), default="waiting")  # waiting | done | stopped
    reason: Mapped[str] = mapped_column(String(20), default="")  # of REASONS, when stopped
    ended_at: Mapped[datetime | None]


REASONS = {
    "bought": _l("bought in the meantime"),
    "consent": _l("no longer allows letters"),
    "returned": _l("came back and changed the cart"),
    "gone": _l("the cart is empty"),
    "undone": _l("the order was called off or paid back"),
    "out": _l("is no longer in the segment, or has lost the tag"),
    "off": _l("the automation was turned off"),
    "merged": _l("is the same person as another"),
    "erased": _l("asked to be forgotten"),
    "moved": _l("the birthday is another day, or none"),
}


def listed() -> list[Automation]:
    """All of them, those that can go by themselves first."""
    rows = db.session.scalars(select(Automation).order_by(Automation.id)).all()
    return sorted(rows, key=lambda row: (kind(row) is None, row.id))


def kind(automation: Automation) -> Trigger | None:
    """What sets it off; None when nothing does yet."""
    return TRIGGERS.get(automation.trigger) or OWN.get(automation.trigger)


def coded(code: str) -> Automation:
    """The automation that an address names; raises Missing."""
    found = db.session.scalar(select(Automation).where(Automation.code == code)) if code else None
    if found is None:
        raise Missing()
    return found


def segment(automation: Automation) -> Segment | None:
    """The segment it is only for; None: everybody, or it was put away."""
    return db.session.scalar(select(Segment).where(Segment.id == automation.segment_id))


def lost(automation: Automation) -> bool:
    """Whether the segment it is for was put away: nobody comes in."""
    return automation.segment_id is not None and segment(automation) is None


def of_trigger(trigger: str) -> list[Automation]:
    """The ones that are on and that this sets off."""
    wanted = select(Automation).where(Automation.trigger == trigger, Automation.on)
    return list(db.session.scalars(wanted.order_by(Automation.id)))


def make(code: str, name: dict[str, str], trigger: str, **told: Any) -> Automation:
    """A new one, off and without letters."""
    row = Automation(code=code, name=name, trigger=trigger, **told)
    db.session.add(row)
    db.session.flush()
    return row


def write_step(automation: Automation, mailing: Mailing, delay_hours: int) -> AutomationStep:
    """Add a letter at the end."""
    step = AutomationStep(automation_id=automation.id, mailing_id=mailing.id, delay_hours=delay_hours)
    step.position = len(steps(automation))
    db.session.add(step)
    db.session.flush()
    return step


def of_letter(mailing: Mailing) -> Automation | None:
    """The automation that a letter belongs to, or None."""
    mine = select(Automation).join(AutomationStep, AutomationStep.automation_id == Automation.id)
    return db.session.scalar(mine.where(AutomationStep.mailing_id == mailing.id))


def steps(automation: Automation) -> list[AutomationStep]:
    """Its letters, in order."""
    mine = select(AutomationStep).where(AutomationStep.automation_id == automation.id)
    return list(db.session.scalars(mine.order_by(AutomationStep.position)))


def _copy(contact: Any) -> list[dict[str, Any]]:
    """What somebody is or was in."""
    rows = db.session.scalars(select(Enrolment).where(Enrolment.contact_id == contact.id).order_by(Enrolment.id))
    return [
        {"automation": row.automation_id, "since": row.since.isoformat(), "state": row.state, "reason": row.reason}
        for row in rows
    ]


def _forget(contact: Any) -> None:
    """Nothing more goes to them; that they were in it says nothing without their name."""
    for row in db.session.scalars(select(Enrolment).where(Enrolment.contact_id == contact.id)):
        row.about_id = None
        if row.state == "waiting":
            row.state, row.reason, row.ended_at = "stopped", "erased", clock.now()


def init_app(_app: object) -> None:
    """Speak for the people in automations."""
    people.exporter("automations", ["enrolment"], _copy)
    people.eraser("automations", ["enrolment"], _forget)
