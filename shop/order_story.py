"""What an order tells: where it stands in one sentence, what to do next, and the steps on its timeline."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from kernel.i18n import _, _l, pick
from shop import (
    approval_rows,
    back_words,
    booking_words,
    bookings,
    ended_words,
    fulfilment,
    order_events,
    payment_methods,
    plans,
    receipts,
    refund_retries,
    refunds,
)

if TYPE_CHECKING:
    from shop.order_events import OrderEvent
    from shop.orders import Order

STATES = {
    "asked": (_l("To answer"), "care"),
    "placed": (_l("Placed"), "wait"),
    "preparing": (_l("In preparation"), "now"),
    "ready": (_l("Ready for pick-up"), "now"),
    "shipped": (_l("On its way"), "now"),
    "delivered": (_l("Delivered"), "good"),
    "cancelled": (_l("Cancelled"), "off"),
    "expired": (_l("Expired"), "off"),
}
MONEY = {
    "due": (_l("To be paid"), "wait"),
    "partial": (_l("Partly paid"), "care"),
    "proof": (_l("Proof to check"), "care"),
    "paid": (_l("Paid"), "good"),
    "overpaid": (_l("Paid too much"), "care"),
    "refund_due": (_l("Refund due"), "bad"),
    "refunded": (_l("Refunded"), "off"),
    "void": (_l("Nothing due"), "off"),
}
TITLES = {
    "asked": (
        _l("Your request is with the shop"),
        _l("It is not confirmed yet, and nothing is charged before the answer. Your time is kept for you meanwhile."),
    ),
    "refused": (_l("This time the shop cannot receive you"), _l("You owe nothing.")),
    "unanswered": (
        _l("The shop did not answer in time"),
        _l("Your booking is not confirmed, and you owe nothing."),
    ),
    "placed.transfer": (_l("Pay to confirm your order"), _l("We keep it for you meanwhile.")),
    "placed.proof": (
        _l("We have your proof of payment"),
        _l("The shop looks at it and confirms by e-mail; your order stays reserved meanwhile."),
    ),
    "placed.partial": (_l("A part is still to be paid"), _l("We received one part; the rest is below.")),
    "placed.secured": (_l("Your order is confirmed"), _l("We received the first part; the rest is below.")),
    "placed.practice": (_l("Pay with the practice card"), _l("No money moves: this shop still practises.")),
    "placed.card": (_l("Pay to confirm your order"), _l("We keep it for you meanwhile.")),
    "placed.later": (_l("Your order is confirmed"), _l("You pay when you receive it.")),
    "placed.on_pickup": (_l("Your order is confirmed"), _l("You pay when you pick it up.")),
    "placed.paid": (_l("Your order is paid"), _l("We prepare it and tell you at each step.")),
    "placed.booked": (_l("Your booking is confirmed"), _l("We expect you: all that you need is below.")),
    "preparing": (_l("We are preparing your order"), _l("We tell you when it is ready.")),
    "ready": (_l("Your order is ready"), _l("It waits for you at the shop.")),
    "shipped": (_l("Your order is on its way"), _l("It left our house.")),
    "visited": (_l("Thank you for coming"), _l("We hope that you enjoy it.")),
    "delivered": (_l("Your order was delivered"), _l("We hope that you enjoy it.")),
    "called_off": (_l("The shop called a date off"), _l("Choose below what becomes of it.")),
    "cancelled": (_l("Your order was cancelled"), _l("What it had reserved is free again.")),
    "expired": (_l("Your order expired without payment"), _l("If you have already paid, send us the proof.")),
    "refund_due": (_l("We owe you money"), _l("The shop returns what you paid and writes to you.")),
    "refunded": (_l("Your money was returned"), _l("It may take some days until you see it.")),
}


def status(order: "Order") -> str:
    """The one word that decides what the buyer is told first."""
    if order.payment in {"refund_due", "refunded"}:
        return order.payment
    if order.asked or order.ended:
        return _answered(order)
    if called_off(order):
        return "called_off"
    if order.state != "placed":
        return "visited" if order.state == "delivered" and visited(order) else order.state
    if order.paid:
        return "placed.booked" if visited(order) else "placed.paid"
    if order.plan and order.payment == "partial" and plans.secured(order):
        return "placed.secured"
    if order.payment in {"proof", "partial"}:
        return f"placed.{order.payment}"
    kind = order.payments[-1].kind if order.payments else ""
    return f"placed.{kind}" if kind in {"transfer", "practice", "card", "on_pickup"} else "placed.later"


def called_off(order: "Order") -> bool:
    """Whether the shop called a date of it off, and its buyer has not chosen what becomes of that."""
    booked = any(line.booking_id for line in order.lines)
    return booked and order.open and any(row.off for row in bookings.of_order(order))


def _answered(order: "Order") -> str:
    """What became of an order that ended, or is not answered yet; a request whose time is over is not waited for."""
    row = approval_rows.of(order)
    if row is None or row.answer in {"yes", "left"}:
        return order.state
    if order.asked and row.open:
        return "asked"
    return "refused" if row.answer == "no" else "unanswered"


def money(order: "Order") -> tuple[str, str]:
    """Where its money stands, in a word and its colour; of an ended one that owes nothing, what was kept was earned."""
    if order.kept and order.payment != "refund_due":
        return _("%(amount)s charged", amount=receipts.shown(order.kept)), "good"
    if order.asked:
        return _("Nothing due yet"), "off"
    if order.payment in {"overpaid", "refund_due"} and back_words.moving(order):
        return str(order_events.SENTENCES["refund_asked"]), "wait"
    if order.payment == "overpaid" and order.credited_minor:  # it costs less by now
        return _("To be returned"), "care"
    word, colour = MONEY[order.payment]
    return str(word), colour


def visited(order: "Order") -> bool:
    """Whether nothing is handed over: its people come at the time that they booked."""
    return order.delivery_kind == "none" and any(line.booking_id for line in order.lines)


def title(order: "Order") -> tuple[str, str]:
    """What the order's page says on top, and the sentence below it."""
    known = status(order)
    heading, sentence = TITLES[known]
    comes = back_words.sentence(order) if order.ended or order.credited_minor or order.refunding_minor else ""
    if order.kept:  # of what was paid, a part only comes back
        heading = TITLES["refund_due" if order.payment == "refund_due" else order.state][0]
        sentence = ended_words.said(order)
    elif came_back := refund_retries.came_back(order):
        told = _l("%(amount)s that we had returned came back to us: the shop returns it another way and writes to you.")
        heading, sentence = TITLES["refund_due"][0], str(told) % {"amount": receipts.shown(came_back)}
    elif known == "refunded" and back_words.as_credit(order):
        heading = TITLES[order.state][0] if order.ended else heading
        sentence = _("You have it as store credit: use it the next time you buy with us.")
    elif comes and known == "refund_due":
        heading, sentence = TITLES[order.state][0] if order.ended else heading, comes
    elif comes and order.open:
        sentence = f"{sentence} {_('A part was called off or costs less.')} {comes}"
    return str(heading), str(sentence)


def steps(order: "Order", *, staff: bool = False) -> list[dict[str, Any]]:
    """The timeline: what happened, then what comes next; for `staff` with all that was taken back and who did it."""
    past = [_step(event, order, staff=staff) for event in order_events.of(order) if staff or not event.internal]
    return past + [{"text": text, "kind": "next"} for text in coming(order)]


def coming(order: "Order") -> list[str]:
    """What still has to happen, in order; nothing once all the money went back."""
    back = [_("The money goes back")] if refunds.owed(order) or order.refunding_minor else []
    if not order.open or order.payment == "refunded":
        return back
    way = {"delivery": ["preparing", "shipped", "delivered"], "pickup": ["preparing", "ready", "delivered"]}
    if order.asked:
        return [_("The shop's answer")] if status(order) == "asked" else []
    known = way.get(order.delivery_kind, ["delivered"])
    rest = known[known.index(order.state) + 1 :] if order.state in known else known
    pay = [] if order.paid else [_("Payment")]
    if called_off(order):
        return [*back, _("Your choice")]
    if visited(order):
        return [*back, *pay, _("Your visit")]
    steps = [str(order_events.SENTENCES[kind]) for kind in rest]
    return [*back, *steps[:-1], *pay, *steps[-1:]] if at_handover(order) else [*back, *pay, *steps]


def at_handover(order: "Order") -> bool:
    """Whether it is paid when it is handed over, all at once."""
    kind = order.payments[-1].kind if order.payments else ""
    return kind in payment_methods.AT_ONCE and not order.plan


def _step(event: "OrderEvent", order: "Order", *, staff: bool) -> dict[str, Any]:
    bad = {"cancelled", "expired", "unanswered", "proof_refused", "late", "declined", "refund_failed", "refund_bounced"}
    return {
        "text": str(event.sentence),
        "at": receipts.day_and_time(event.at),
        "iso": event.at.isoformat(),
        "kind": "bad" if event.kind in bad else "off" if event.undone_at else "",
        "who": _who(event) if staff else "",
        "note": note(event, order, staff=staff),
    }


def _who(event: "OrderEvent") -> str:
    if event.account:
        return str(event.account.known_as)
    return str(_("The buyer")) if event.data.get("buyer") else ""


def note(event: "OrderEvent", order: "Order", *, staff: bool) -> str:
    """What was written with a step: an amount, what is kept, a reference, a reason, a carrier's number."""
    told = event.data
    if event.kind == "refund_bounced" and not staff:  # why is what a gateway wrote to the shop
        told = {"minor": told["minor"]}
    amount = receipts.shown(order.money(told["minor"])) if "minor" in told else ""
    step = told.get("step")
    kept = f"{_('The shop keeps')} {receipts.shown(order.money(told['kept']))}" if told.get("kept") else ""
    words = [
        amount,
        kept,
        _way(event),
        *(str(told.get(name) or "") for name in ("carrier", "tracking")),
        _reference(event, order),
        *(str(told.get(name) or "") for name in ("reason", "text")),
    ]
    times = [booking_words.moment(datetime.fromisoformat(told[name])) for name in ("was", "now") if name in told]
    return " · ".join(filter(None, [*words, " → ".join(times), str(order_events.SENTENCES[step]) if step else ""]))


def _way(event: "OrderEvent") -> str:
    """By which way money came or went; gift cards and store credit say so by what they are known by."""
    stored = event.data.get("tender") in payment_methods.STORED
    return "" if stored else pick(event.data.get("way") or {})


def _reference(event: "OrderEvent", order: "Order") -> str:
    """What a payment is known by; of a gift card only its last signs are written down, which alone say nothing."""
    told = str(event.data.get("reference") or "")
    if "tender" in event.data:
        card = event.data["tender"] == "gift_card"
    else:  # written before steps said so: the signs told it, in an order that a card paid
        card = told.startswith("…") and any(payment.kind == "gift_card" for payment in order.payments)
    if card:
        return str(_("Gift card …%(last4)s", last4=told.removeprefix("…")))
    return str(_("Reference %(number)s", number=told)) if told[:1].isdecimal() else told  # "SINPE 1234" says so itself


def next_verbs(order: "Order") -> list[str]:
    """The steps that staff can take now, the most likely one first; time takes them for what was only booked."""
    if order.only_booked or fulfilment.in_hand(order):
        return []
    likely = {
        "delivery": {
            "placed": ["prepare", "ship", "deliver"],
            "preparing": ["ship", "deliver"],
            "ready": ["ship", "deliver"],
        },
        "pickup": {"placed": ["prepare", "ready", "deliver"], "preparing": ["ready", "deliver"], "ready": ["deliver"]},
        "none": {"placed": ["deliver"], "preparing": ["deliver"]},
    }
    wanted = likely.get(order.delivery_kind, {}).get(order.state, ["deliver"])
    return [step for step in wanted if fulfilment.may(order, step)]
