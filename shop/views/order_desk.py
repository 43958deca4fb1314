"""One order in the back office: everything about it on one page, beside the list it was opened from."""

from typing import Any

from flask import render_template
from wtforms import Field, Form

from crm import greetings
from kernel import clock, i18n, letters, mailbox_slips, phones, signing, tenancy, web
from kernel.db import db
from kernel.i18n import _
from kernel.refusal import Missing, Refusal
from kernel.web import needs
from shop import (
    approvals,
    booking_confirmations,
    booking_policies,
    cancellations,
    fulfilment,
    gift_cards,
    order_changes,
    order_delivery,
    order_email,
    order_list,
    order_story,
    orders,
    payments,
    proofs,
    recalls,
    receipts,
    refunds,
    reversals,
    second_thoughts,
    terms,
)
from shop.forms import returns
from shop.forms.invoices import CreditForm
from shop.forms.orders import CancelForm, EmailForm, NoteForm, PayForm, ShipForm
from shop.orders import Order
from shop.views import (
    admin,
    approval_part,
    ask_part,
    booked_rows,
    card_desk,
    desk,
    figures,
    gift_rows,
    money_back,
    order_brought,
    order_papers,
    order_plan,
    order_table,
    private_files,
    rest_rows,
)
from shop.views import order_list as list_view

BESIDE = 25
AMOUNT = (payments.WrongAmount, recalls.Whole, gift_cards.Spent)  # what verbs say of an amount that was typed
VERBS = {
    "prepare": ("shop_admin.order_prepare", "box"), "ready": ("shop_admin.order_ready", "store"),
    "ship": ("shop_admin.order_ship", "truck"), "deliver": ("shop_admin.order_deliver", "check"),
}  # fmt: skip


@admin.get("/orders/<number>", endpoint="order")
@needs("orders.view")
def show(number: str) -> str:
    """Where it stands, what to do next, who bought what."""
    return page(orders.numbered(number))


def page(order: Order, **forms: Form) -> str:
    """The page, with forms as they were filled in when one was refused."""
    told = receipts.told(order)
    name, text, _page = list_view.asked()
    asked = ask_part.of(order)
    args = list_view.kept(name, text)
    return render_template(
        "shop/desk/orders/show.html", order=order, told=told, args=args, beside=_beside(name, text, args),
        state=order_story.STATES[order.state], money=order_story.money(order),
        steps=order_story.steps(order, staff=True), proofs=_proofs(order), verbs=_verbs(order),
        next="ask" if asked["first"] else _next(order),
        undo=_undo(order), person_url=_person(order), whatsapp=whatsapp(order), share=_share(order),
        back=money_back.shown(order), card=card_desk.told(order),
        letters=_letters(order), lost=len(order_email.lost(order)),
        cancelled=cancellations.of(order), may_bring=order_delivery.changeable(order),
        brought=order_brought.told(order),
        may_cancel=fulfilment.may(order, "cancel") and not order.asked, request_told=approval_part.of_desk(order),
        called=order_table.called(order.buyer, by_staff=order.by_staff), keepable=_keepable(order),
        asks=asked, booked=_booked(order), way=figures.way_name(order.source),
        papers=order_papers.shown(order), plan=order_plan.told(order),
        form={**_forms(order), **order_plan.forms(order), **forms},
        key=signing.token(), balance=desk.typed(order.balance), gifts=gift_rows.of_order(order),
        accepted=terms.accepted(order), tracking=fulfilment.tracking(order),
        until=receipts.until(order.hold_until) if order.hold_until else "",
    )  # fmt: skip


def again(number: str, field: Field, refusal: Refusal, **forms: Form) -> tuple[str, int]:
    """The page once more after a verb refused: why stands beside its field, what was typed stays, nothing is kept."""
    if web.wants_json():
        raise refusal
    db.session.rollback()
    field.errors = [str(refusal)]
    return page(orders.numbered(number), **forms), 422


def _forms(order: Order) -> dict[str, Form | None]:
    return {
        "pay": PayForm(data={"amount": order_plan.told(order).get("amount", "")}),
        "refund": money_back.form(order), "back": returns.reasoned(returns.NoteForm()),
        "ship": ShipForm(), "cancel": _cancel(order), "note": NoteForm(), "credit": CreditForm(),
        "approval": None, "refusal": None, "email": _email(order),
    }  # fmt: skip


def _email(order: Order) -> EmailForm:
    """The address as it probably should be."""
    return EmailForm(data={"email": mailbox_slips.meant(order.email) or order.email})


def _keepable(order: Order) -> str:
    most = cancellations.keepable(order)
    return receipts.shown(most) if most else ""


def _cancel(order: Order) -> CancelForm:
    kept = cancellations.usually_kept(order)
    return CancelForm(data={"restock": True, "kept": desk.typed(kept) if kept else ""})


def _booked(order: Order) -> dict[str, Any]:
    """The pages of what was booked by line, and what calling it off gives back; {} of an order of goods."""
    rows = {row.id: row for row in booking_confirmations.of(order)}
    may = rows and web.may("bookings.view")
    seen = {"rows": booked_rows.of(order, ".booking"), "rest": rest_rows.of_desk_order(order)} if may else {}
    urls = [desk.link("shop_admin.booking", token=rows[at].token) if (at := line.booking_id) in rows else ""
            for line in order.lines]  # fmt: skip
    if not order.only_booked:
        return {"urls": urls, **seen}
    policies = dict.fromkeys(booking_policies.sentence(row.policy) for row in rows.values() if row.state == "booked")
    back = receipts.shown(cancellations.policy_back(order))
    return {"urls": urls, **seen, "policy": " ".join(policies), "back": back}


def _beside(name: str, text: str, args: dict[str, str]) -> list[dict[str, Any]]:
    return [order_table.row(order, **args) for order in order_list.page(name, text, 1)[0][:BESIDE]]


def _proofs(order: Order) -> list[dict[str, Any]]:
    found = []
    for proof in proofs.of(order):
        twin = proofs.twin(proof)
        found.append({
            "row": proof, "picture": proof.file.picture, "at": receipts.day_and_time(proof.sent_at),
            "twin": twin.order.number if twin else "",
            "amount": desk.typed(proofs.proof_payment(proof).asked or order.balance),
            "size": (proof.file.width, proof.file.height),
        })  # fmt: skip
    return found


def _verbs(order: Order) -> list[dict[str, Any]]:
    labels = {
        "prepare": _("Start to prepare"), "ready": _("It is ready"), "ship": _("It is on its way"),
        "deliver": _("Hand it over") if order.delivery_kind != "delivery" else _("It was delivered"),
    }  # fmt: skip
    return [
        {"step": step, "label": labels[step], "endpoint": VERBS[step][0], "icon": VERBS[step][1]}
        for step in order_story.next_verbs(order)
    ]


def _next(order: Order) -> str:
    """The one thing that is most likely next: it has the primary button."""
    if order.payment == "proof":
        return "proof"
    if refunds.owed(order):
        return "refund"
    waits = order.state == "placed" and not order.paid and order.payments and order.payments[-1].kind == "transfer"
    if waits or (order.state == "delivered" and order.balance.minor > 0 and order.payment != "refunded"):
        return "pay"
    return "step" if order_story.next_verbs(order) else ""


def _undo(order: Order) -> dict[str, str]:
    event, entry = fulfilment.reversible(order), reversals.reversible(order)
    heard = second_thoughts.heard
    yes = approvals.reversible(order) if web.may("bookings.manage") else None
    return {
        "yes": str(yes.sentence) if yes else "",
        "yes_heard": heard(order, fulfilment.act(yes), yes.at) if yes else "",
        "step": str(event.sentence) if event and web.may("orders.edit") else "",
        "step_heard": heard(order, fulfilment.act(event), event.at) if event else "",
        "payment": receipts.shown(entry.amount) if entry and web.may("orders.pay") else "",
        "payment_heard": heard(order, entry.act, entry.at) if entry else "",
    }


def _person(order: Order) -> str:
    return desk.link("crm_admin.person", token=order.contact.token) if order.contact else ""


def whatsapp(order: Order) -> str:
    """A chat with the buyer that begins politely, in the order's language and as the shop treats its people."""
    if not order.phone:
        return ""
    tenant = tenancy.tenant()
    with i18n.speak(order.language, tenant.country):
        told = {"name": greetings.first(order.name), "shop": tenant.name, "number": order.number}
        text = (
            _("Hi %(name)s, this is %(shop)s about your order %(number)s.", **told)
            if tenant.treatment == "tu"
            else _("Good day %(name)s, we write from %(shop)s about your order %(number)s.", **told)
        )
        new = order_changes.said(order)
        text = f"{text} {_('New: %(what)s.', what=new)}" if new else text
    return phones.whatsapp(f"{' '.join(text.split())}\n{_url(order)}", order.phone)


def _share(order: Order) -> dict[str, str]:
    with i18n.speak(order.language, tenancy.tenant().country):
        text = _("Order %(number)s · %(total)s", number=order.number, total=receipts.shown(order.total))
    return {"url": _url(order), "whatsapp": phones.whatsapp(f"{text}\n{_url(order)}")}


def _url(order: Order) -> str:
    return web.shop_url("shop.order", token=order.token, language=order.language)


def _letters(order: Order) -> list[dict[str, Any]]:
    return [
        {"subject": row.subject, "to": row.to, "at": _left(row), "state": row.state,
         "url": desk.link("kernel_admin.letter", token=row.token)}
        for row in letters.about(order)
    ]  # fmt: skip


def _left(row: letters.Letter) -> str:
    if row.state == "pending" and row.run_at > clock.now():
        return _("leaves on %(at)s", at=receipts.day_and_time(row.run_at))
    return receipts.day_and_time(row.created_at)


@admin.get("/orders/<number>/proofs/<token>/file", endpoint="proof_file")
@needs("orders.view")
def proof_file(number: str, token: str) -> Any:
    """The picture or the PDF that the buyer sent."""
    file = proof_of(number, token).file
    return private_files.answer(file, name=f"{number}.{'webp' if file.picture else 'pdf'}")


def proof_of(number: str, token: str) -> proofs.Proof:
    """A proof of that order; raises Missing for one of another order."""
    proof = proofs.by_token(token)
    if proof.order.number != number:
        raise Missing()
    return proof
