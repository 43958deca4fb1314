"""Proofs of payment: the picture or PDF of a transfer that a buyer sends, decided by staff in two taps."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, ForeignKey, Select, String, or_, select

from kernel import clock, files, journal
from kernel.db import Base, Mapped, belongs, db, mapped_column, pk, ref
from kernel.i18n import _l
from kernel.money import Money
from kernel.refusal import Missing, Refusal
from kernel.signing import token
from kernel.tenancy import TenantOwned
from shop import fulfilment, holds, letters, order_events, orders, payments, reversals
from shop.orders import Order

if TYPE_CHECKING:
    from kernel.accounts import Account

KINDS = ("picture", "pdf")
MOST = 8  # of one order


class Proof(TenantOwned, Base):
    """One proof; who decided, when and why is on it."""

    __tablename__ = "proof"
    id: Mapped[int] = pk()
    token: Mapped[str] = mapped_column(String(32), default=token)
    order_id: Mapped[int] = ref("order")
    payment_id: Mapped[int] = ref("payment")
    file_id: Mapped[int] = ref("file")
    reference: Mapped[str] = mapped_column(String(80), default="")
    reference_norm: Mapped[str] = mapped_column(String(80), default="", index=True)
    state: Mapped[str] = mapped_column(String(12), default="sent")  # sent | approved | refused
    twin_id: Mapped[int | None] = ref("proof")  # the same reference or file was already sent for another order
    sent_at: Mapped[datetime] = mapped_column(default=clock.now)
    decided_at: Mapped[datetime | None]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    reason: Mapped[str] = mapped_column(String(300), default="")

    order: Mapped[Order] = belongs("Proof.order_id", "Order")
    file: Mapped[files.File] = belongs("Proof.file_id", "File")


class SentBefore(Refusal):
    """This very proof is already with the order."""

    message = _l("You already sent this proof: the shop is looking at it.")
    status = 409


class NotWanted(Refusal):
    """The order asks for no proof."""

    message = _l("This order needs no proof of payment.")
    status = 409


def wanted(order: Order) -> bool:
    """Whether the buyer may send a proof: also after the hold ended, because the money may be on its way."""
    payment = order.payments[-1] if order.payments else None
    if (
        payment is None
        or payment.kind != "transfer"
        or order.paid
        or order.state == "cancelled"
        or order.payment == "refund_due"
    ):
        return False
    return bool(payment.asked) or order.state == "expired"


def send(order: Order, made: files.Made, *, name: str = "", reference: str = "") -> Proof:
    """Keep what the buyer sent, flag it when it was already used, and tell the shop. Decode it beforehand."""
    orders.lock(order)
    if not wanted(order) or len(of(order)) >= MOST:
        raise NotWanted()
    file = files.keep(made, name=name, private=True)
    norm = normal(reference)
    same = _twins(file.id, norm)
    if any(twin.order_id == order.id and twin.file_id == file.id for twin in same):
        raise SentBefore()
    payment = payments.current(order)
    proof = Proof(order_id=order.id, payment_id=payment.id, file_id=file.id, reference=reference.strip()[:80])
    proof.reference_norm = norm
    proof.twin_id = next((twin.id for twin in same if twin.order_id != order.id), None)
    db.session.add(proof)
    payments.move(payment, "prove")
    payments.refresh(order)
    order_events.record(order, "proof_sent", reference=proof.reference, twin=proof.twin_id is not None)
    letters.tell(order, "proof_sent")
    letters.tell_shop(order, "proof_sent", twin=proof.twin_id is not None)
    return proof


def normal(reference: str) -> str:
    """What makes two spellings one reference: letters and digits, no leading zeros."""
    return re.sub(r"[^0-9a-z]", "", reference.casefold()).lstrip("0")[:80]


def _twins(file_id: int, norm: str) -> Sequence[Proof]:
    same = Proof.file_id == file_id if not norm else or_(Proof.file_id == file_id, Proof.reference_norm == norm)
    return db.session.scalars(select(Proof).where(same, Proof.state != "refused").order_by(Proof.id)).all()


def twin(proof: Proof) -> Proof | None:
    """The first other order's proof with the same reference or file: asked anew, for two may come at one moment."""
    same = _twins(proof.file_id, proof.reference_norm)
    return next((other for other in same if other.order_id != proof.order_id), None)


def approve(proof: Proof, *, by: "Account", amount: Money | None = None) -> None:
    """The money is there: as much as the order asks for, or `amount`."""
    order = orders.lock(proof.order)
    _decide(proof, "approved", by=by)
    order_events.record(order, "proof_approved", by=by, reference=proof.reference)
    key = f"proof:{proof.id}:{int(clock.now().timestamp())}"
    entry = payments.settle(proof_payment(proof), key=key, amount=amount, reference=proof.reference, by=by)
    if entry is None:
        raise fulfilment.NotNow(number=order.number)


def refuse(proof: Proof, *, by: "Account", reason: str) -> None:
    """The proof shows no payment of this order; the buyer reads why and can send another one."""
    order = orders.lock(proof.order)
    _decide(proof, "refused", by=by)
    proof.reason = reason.strip()[:300]
    order_events.record(order, "proof_refused", by=by, reason=proof.reason)
    journal.write("orders.proof_refused", about=order, by=by, data={"number": order.number, "reason": proof.reason})
    payment = proof_payment(proof)
    if not _open(order) and payment.state == "proof":  # else it was paid another way, or the order ended
        payments.move(payment, "refuse")
        payments.refresh(order)
        if order.state == "placed":
            holds.again(order)
    letters.tell(order, "proof_refused", reason=proof.reason)


def take_back(order: Order, *, by: "Account") -> None:
    """Take back an approval of just now: the money is not counted and the proof waits again."""
    entry = reversals.reverse(order, by=by)
    _, _, number = entry.key.partition("proof:")
    proof = db.session.get(Proof, int(number.split(":")[0])) if number else None
    if proof is not None:
        proof.state, proof.decided_at = "sent", None
        reversals.undone(order, "proof_approved")
        payment = proof_payment(proof)
        if payment.state in {"due", "void"}:  # what was paid another way stays paid
            payments.move(payment, "prove")
        payments.refresh(order)


def _decide(proof: Proof, state: str, *, by: "Account") -> None:
    db.session.refresh(proof)
    if proof.state != "sent":
        raise fulfilment.NotNow(number=proof.order.number)
    proof.state, proof.decided_at, proof.account_id = state, clock.now(), by.id


def proof_payment(proof: Proof) -> payments.Payment:
    """The payment that the proof is about."""
    return db.session.get_one(payments.Payment, proof.payment_id)


def of(order: Order) -> Sequence[Proof]:
    """The order's proofs, the newest first."""
    return db.session.scalars(select(Proof).where(Proof.order_id == order.id).order_by(Proof.id.desc())).all()


def _open(order: Order) -> bool:
    return any(proof.state == "sent" for proof in of(order))


def by_token(token: str) -> Proof:
    """The proof that an address names; raises Missing."""
    found = db.session.scalars(select(Proof).where(Proof.token == token)).one_or_none() if token else None
    if found is None:
        raise Missing()
    return found


def waiting() -> Select[Order]:
    """The orders whose proof waits for a decision."""
    return select(Order).where(open_on(Order.id))


def open_on(order_id: Any) -> ColumnElement[bool]:
    """The condition that a proof of that order waits, whatever else became of the order: its payment says so."""
    mine = select(payments.Payment.order_id).join(Proof, Proof.payment_id == payments.Payment.id)
    return order_id.in_(mine.where(Proof.state == "sent", payments.Payment.state == "proof"))  # type: ignore[no-any-return]
