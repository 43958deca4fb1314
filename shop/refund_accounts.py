"""Refund accounts: where a buyer wants money that cannot go back by itself; sealed, and gone some days after it."""

import json
import re
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import Text, UniqueConstraint, delete, func, select

from crm import people
from kernel import clock, jobs, phones, sealing, tenancy, transactions, web
from kernel.db import Base, Mapped, belongs, db, mapped_column, pk, ref
from kernel.i18n import _, _l
from kernel.late import Late
from kernel.refusal import Refusal
from kernel.tenancy import Tenant, TenantOwned
from shop import letters, order_events, orders, refund_account_words, refunds, returns
from shop.orders import Order
from shop.refund_rows import WAITING, Refund
from shop.return_rows import OPEN

if TYPE_CHECKING:
    from crm.contacts import Contact
    from kernel.accounts import Account

iban = Late("stdnum.iban")
KEPT = timedelta(days=30)  # after it was given, or after the money went, whichever is later
PURPOSE = "refund-account"
SHORTEST, LONGEST = 5, 34  # signs of a number of which nobody knows the form
CLABE = (3, 7, 1)  # weights of its digits
QUIET = {"synchronize_session": False}


class NotWanted(Refusal):
    """Nothing goes back by hand."""

    message = _l("Nothing has to be returned to you by hand now.")
    status = 409


class BadIban(Refusal):
    """It begins as an IBAN and is none."""

    message = _l("That IBAN has a mistake or is not complete. Copy it from your bank.")


class BadClabe(Refusal):
    """Eighteen digits whose last one does not fit."""

    message = _l("That CLABE has a mistake: check its 18 digits.")


class BadNumber(Refusal):
    """No number of an account."""

    message = _l("Write the whole number: from 5 to 34 digits and letters.")


class AskedToday(Refusal):
    """One letter a day is enough."""

    message = _l("They were asked within the last 24 hours: wait for the answer.")
    status = 409


class NoMailbox(Refusal):
    """There is nobody to write to."""

    message = _l("The buyer left no e-mail: ask them by telephone.")
    status = 409


@dataclass(frozen=True)
class Where:
    """Where it goes: kind (sinpe: E.164, iban, clabe, account), its number without blanks, whose it is, which bank."""

    kind: str
    number: str
    holder: str
    bank: str = ""


class RefundAccount(TenantOwned, Base):
    """Where the buyer of one order wants its money."""

    __tablename__ = "refund_account"
    __extra__ = (UniqueConstraint("tenant_id", "order_id"),)
    id: Mapped[int] = pk()
    order_id: Mapped[int] = ref("order")
    account_sealed: Mapped[str] = mapped_column(Text)
    given_at: Mapped[datetime] = mapped_column(default=clock.now)
    order: Mapped[Order] = belongs("RefundAccount.order_id", "Order")


def parse(text: str, country: str) -> tuple[str, str]:
    """(kind, number) of what was typed, as people of the country write it; raises BadIban, BadClabe, BadNumber."""
    plain = re.sub(r"[\s.\-–]", "", text).upper()
    if country == "CR" and re.fullmatch(r"(\+?506)?[5-8]\d{7}", plain, re.ASCII):
        return "sinpe", phones.parse(plain, country)
    if re.fullmatch(r"[A-Z]{2}\d{2}[A-Z0-9]{8,30}", plain, re.ASCII):
        if not iban.is_valid(plain):
            raise BadIban()
        return "iban", plain
    if country == "MX" and re.fullmatch(r"\d{18}", plain, re.ASCII):
        if not _fits(plain):
            raise BadClabe()
        return "clabe", plain
    if not re.fullmatch(rf"[A-Z0-9]{{{SHORTEST},{LONGEST}}}", plain, re.ASCII) or not re.search(r"\d{3}", plain):
        raise BadNumber()
    return "account", plain


def _fits(clabe: str) -> bool:
    """Whether the last digit is the one that the others demand."""
    total = sum(int(digit) * CLABE[at % len(CLABE)] % 10 for at, digit in enumerate(clabe[:-1]))
    return int(clabe[-1]) == -total % 10


def wanted(order: Order) -> bool:
    """Whether a person has to return money of it, now or once something that comes back is here."""
    if order.practice:
        return False
    failed = any(row.state in WAITING for row in refunds.of(order))
    back = refunds.owed(order).minor > 0 or any(row.state in OPEN for row in returns.of(order))
    return failed or (back and refunds.by_hands(order, some=True))


def _row(order: Order) -> RefundAccount | None:
    return db.session.scalars(select(RefundAccount).where(RefundAccount.order_id == order.id)).one_or_none()


def of(order: Order) -> Where | None:
    """What the buyer said, while it is kept; None when they did not, or when it cannot be opened here."""
    row = _row(order)
    return _opened(row) if row is not None else None


def _opened(row: RefundAccount) -> Where | None:
    try:
        return Where(**json.loads(sealing.unseal(PURPOSE, row.account_sealed)))
    except sealing.Broken:
        return None


def give(order: Order, where: Where) -> None:
    """Keep where it shall go, instead of what was said before; raises NotWanted."""
    orders.lock(order)
    if not wanted(order):
        raise NotWanted()
    row = _row(order) or RefundAccount(order_id=order.id)
    row.account_sealed, row.given_at = sealing.seal(PURPOSE, json.dumps(asdict(where))), clock.now()
    db.session.add(row)
    db.session.flush()
    order_events.record(order, "account_given")


def ask(order: Order, *, by: "Account") -> None:
    """Ask the buyer by a letter, once a day; raises NotWanted, NoMailbox, AskedToday."""
    orders.lock(order)
    if not wanted(order):
        raise NotWanted()
    if not order.email:
        raise NoMailbox()
    asked = [one.at for one in order_events.of(order) if one.kind == "account_asked"]
    if asked and max(asked) > clock.now() - timedelta(days=1):
        raise AskedToday()
    order_events.record(order, "account_asked", by=by)
    url = web.shop_url("shop.order_account", token=order.token, language=order.language)
    letters.tell(order, "account_asked", button_url=url)


def button(order: Order) -> dict[str, Any]:
    """Where a letter leads that says that money goes back by hand; {} when none does, or its place is known."""
    if not wanted(order) or of(order) is not None:
        return {}
    url = web.shop_url("shop.order_account", token=order.token, language=order.language)
    return {"button_url": url, "button_label": refund_account_words.SAY}


def said(order: Order) -> str:
    """The sentence beside that button; '' without it."""
    return _("Tell us on this page where it shall go.") if button(order) else ""


def _forget(ids: list[int]) -> None:
    gone = delete(RefundAccount).where(RefundAccount.order_id.in_(ids))
    db.session.execute(gone, execution_options=QUIET)


def _mine(contact: "Contact") -> list[RefundAccount]:
    theirs = select(RefundAccount).join(RefundAccount.order).where(Order.contact_id == contact.id)
    return list(db.session.scalars(theirs.order_by(RefundAccount.id)))


def copy(contact: "Contact") -> list[dict[str, Any]]:
    """Where they wanted their money, by order."""
    rows = [(row, _opened(row)) for row in _mine(contact)]
    return [{"order": row.order.number, "at": row.given_at.isoformat(), **asdict(said)} for row, said in rows if said]


def forget(contact: "Contact") -> None:
    """Nobody knows it any more."""
    _forget([row.order_id for row in _mine(contact)])


@jobs.job("refund_accounts.sweep")
def sweep() -> None:
    """In each shop: what nobody needs any more goes."""
    for tenant_id in db.session.scalars(select(Tenant.id).order_by(Tenant.id)).all():
        with tenancy.use(tenant_id):
            transactions.retry_free(_sweep)


def _sweep() -> None:
    old = clock.now() - KEPT
    rows = db.session.scalars(select(RefundAccount).where(RefundAccount.given_at < old)).all()
    if not rows:
        return
    ids = [row.order_id for row in rows]
    last = select(Refund.order_id, func.max(Refund.done_at)).where(Refund.order_id.in_(ids)).group_by(Refund.order_id)
    went = {number: at for number, at in db.session.execute(last) if at is not None and at >= old}
    _forget([row.order_id for row in rows if row.order_id not in went and not wanted(row.order)])


jobs.every("refund_accounts.sweep", seconds=86400)


def init_app(_app: object) -> None:
    """Speak for whose accounts they are."""
    people.exporter("refund_accounts", ["refund_account"], copy)
    people.eraser("refund_accounts", ["refund_account"], forget)
