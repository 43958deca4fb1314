"""The letters of an order: what the buyer and the shop hear at each step, in the order's language."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from kernel import i18n, tenancy, web
from kernel import letters as post
from kernel.i18n import _l
from kernel.money import Money
from shop import (
    approval_words,
    booking_letters,
    booking_time_words,
    bookings,
    receipts,
    refund_account_words,
    return_words,
)
from shop.letter_words import Words, quiet

if TYPE_CHECKING:
    from shop.orders import Order


PAY = _l("Pay now")
# these tell when and where what was booked is …
BOOKED = frozenset({"asked", "approved", "accepted", "placed", "instalment", "paid"})
OFF = frozenset({"cancelled", "expired", "refused", "unanswered"})  # … and these take it out of calendars
FIRST = frozenset({"asked", "placed"})  # nothing was told before these
# their button leads to the page where one pays
TO_PAY = frozenset({"approved", "soon", "today", "overdue", "plan", "partial", "lowered", "changed_to_pay", "kept"})
CHANGED = Words(
    _l("%(number)s has changed"),
    _l("Your order has changed"),
    _l("New: %(what)s."),
)

BUYER = {
    **approval_words.BUYER,
    **refund_account_words.BUYER,
    **return_words.BUYER,
    **booking_time_words.BUYER,
    "placed": Words(
        _l("Your order %(number)s"), _l("Thank you: we have your order"), _l("We keep you informed at each step.")
    ),
    "proof_sent": Words(
        _l("We have your proof of payment (%(number)s)"),
        _l("We have your proof"),
        _l("The shop looks at it and confirms your order; your goods stay reserved meanwhile."),
    ),
    "proof_refused": Words(
        _l("We could not confirm the payment of %(number)s"),
        _l("We could not confirm your payment"),
        _l("Look at what the shop wrote and send another proof; your goods stay reserved until %(until)s."),
        _l("Send another proof"),
    ),
    "paid": Words(
        _l("Payment received: %(number)s"), _l("We received your payment"), _l("%(total)s, paid. Thank you.")
    ),
    "partial": Words(
        _l("We received a part of %(number)s"),
        _l("A part is still missing"),
        _l("We received %(amount)s; %(balance)s is still to be paid."),
        _l("Pay the rest"),
    ),
    "instalment": Words(
        _l("We received %(amount)s for %(number)s"),
        _l("We received your payment"),
        _l("%(balance)s is left. The next payment: %(next)s."),
    ),
    "soon": Words(
        _l("%(number)s: %(due)s on %(day)s"),
        _l("Your next payment is on %(day)s"),
        _l("Pay %(due)s by then. In all, %(balance)s is left."),
        PAY,
    ),
    "today": Words(
        _l("%(number)s: %(due)s today"),
        _l("Today is the day of your payment"),
        _l("Pay %(due)s today. In all, %(balance)s is left."),
        PAY,
    ),
    "overdue": Words(
        _l("%(number)s: a payment is late"),
        _l("%(due)s was due on %(day)s"),
        _l("Pay it today, or answer this e-mail if something came up: we look for a solution."),
        PAY,
    ),
    "plan": Words(
        _l("The payments of %(number)s"),
        _l("How you pay your order"),
        _l("This is what we agreed on. You can pay each part from here."),
        PAY,
    ),
    "preparing": Words(
        _l("We are preparing %(number)s"), _l("Your order is being prepared"), _l("We tell you when it is on its way.")
    ),
    "ready": Words(
        _l("%(number)s is ready"),
        _l("Your order is ready"),
        _l("It waits for you; bring its number: %(number)s."),
    ),
    "shipped": Words(_l("%(number)s is on its way"), _l("Your order is on its way"), _l("It left our house today.")),
    "delivered": Words(
        _l("%(number)s was delivered"),
        _l("Your order was delivered"),
        _l("We hope that you enjoy it. If anything is wrong, answer this e-mail."),
    ),
    "downloads": Words(
        _l("Your files of %(number)s"),
        _l("Your files are ready"),
        _l("Download them from your order."),
        _l("Go to your files"),
    ),
    "cancelled": Words(
        _l("%(number)s was cancelled"), _l("Your order was cancelled"), _l("What it had reserved is free again.")
    ),
    "reminded": Words(
        _l("%(number)s waits for your payment"),
        _l("We keep your order until %(until)s"),
        _l("Pay %(due)s and send us the proof; then it is yours."),
        PAY,
    ),
    "expired": Words(
        _l("%(number)s expired"),
        _l("Your order expired without payment"),
        _l("Nothing was charged. If you have already paid, send us the proof and we look for a solution."),
    ),
    "late": Words(
        _l("We received your payment of %(number)s too late"),
        _l("Your payment came after the order ended"),
        _l("We received %(amount)s, but its goods are no longer there. The shop returns your money and writes to you."),
    ),
    "refunded": Words(
        _l("We returned money of %(number)s"),
        _l("We returned %(amount)s"),
        "",  # by which way, and what that means: see refund_ways
    ),
    "refund_bounced": Words(
        _l("The money that we returned of %(number)s came back"),
        _l("%(amount)s came back to us"),
        _l("It did not reach you: the shop returns it another way. Answer this e-mail to agree on how."),
    ),
    "invoice": Words(
        _l("%(paper)s of your order %(number)s"), _l("Your paper %(paper)s"), _l("Download it here or from your order.")
    ),
    "credited": Words(
        _l("%(amount)s of store credit for you (%(number)s)"),
        _l("You have %(amount)s of store credit"),
        _l("Use it the next time you buy with us."),
    ),
    "lowered": Words(
        _l("%(number)s costs %(amount)s less"),
        _l("Your order costs %(amount)s less"),
        _l("We have what you gave back. %(balance)s is still to be paid."),
        _l("Pay the rest"),
    ),
    "cleared": Words(
        _l("%(number)s costs %(amount)s less"),
        _l("Your order costs %(amount)s less"),
        _l("We have what you gave back. Nothing is left to pay."),
    ),
    "changed": CHANGED,
    "changed_to_pay": replace(CHANGED, button=PAY),
    "undone": Words(
        _l("Correction: %(number)s"),
        _l("Our last e-mail was a mistake"),
        _l("The e-mail “%(what)s” was sent by mistake and does not hold. The order's page shows where it stands."),
    ),
}
SHOP = {
    **approval_words.SHOP,
    **return_words.SHOP,
    **booking_time_words.SHOP,
    "new": Words(
        _l("New order %(number)s: %(total)s"),
        _l("New order"),
        _l("%(name)s ordered for %(total)s."),
        _l("Open the order"),
    ),
    "proof_sent": Words(
        _l("Proof of payment for %(number)s"),
        _l("A proof waits for you"),
        _l("%(name)s says that %(due)s is paid. Look at it and approve it."),
        _l("Look at the proof"),
    ),
    "late": Words(
        _l("Late payment of %(number)s"),
        _l("Money to return"),
        _l("%(amount)s came after the order ended and its goods are gone: return it to %(name)s."),
        _l("Open the order"),
    ),
    "late_card": Words(
        _l("Late payment of %(number)s"),
        _l("Paid too late, the money goes back by itself"),
        _l("%(name)s paid %(amount)s by card after the order had ended and its goods were gone. We return it for you."),
        _l("Open the order"),
    ),
    "refund_bounced": Words(
        _l("A refund of %(number)s came back"),
        _l("The money came back to you"),
        _l("The bank of %(name)s did not take %(amount)s: you still owe it. Return it another way."),
        _l("Open the order"),
    ),
    "delivery_changed": Words(
        _l("%(name)s changed the delivery of %(number)s"),
        _l("The buyer changed the delivery"),
        _l("New: %(what)s. Look at the order before you send it."),
        _l("Open the order"),
    ),
    "cancelled": Words(
        _l("%(name)s cancelled %(number)s"),
        _l("Cancelled by the buyer"),
        _l("What it had reserved is free again."),
        _l("Open the order"),
    ),
}
TWIN = _l("Careful: the same reference or picture was already used for another order.")


def tell(order: "Order", kind: str, **told: Any) -> None:
    """Write to the buyer, if they left an address.

    `more`: a verb that says something of the order in its language; `not_after`: when this no longer holds;
    `answer`: until when the shop says yes or no; `button_url` and `button_label`: where it leads instead.
    """
    if not order.email or post.silent():
        return
    if kind not in FIRST and not post.rest():
        post.hurry(order)
    tenant = tenancy.tenant()
    with i18n.speak(order.language, tenant.country):
        page = "shop.pay" if kind in TO_PAY else "shop.order"
        button = told.get("button_url") or web.shop_url(page, token=order.token, language=order.language)
        data = _data(order, BUYER[kind], told) | {"button_url": button} | _booked(order, kind)
    post.write(
        "mail/orders/order", to=order.email, kind=f"orders.{kind}", language=order.language, about=order,
        to_name=order.name, reply_to=tenant.email, data=data, not_after=told.get("not_after"),
    )  # fmt: skip


def tell_shop(order: "Order", kind: str, **told: Any) -> None:
    """Write to the shop itself, once its address is confirmed."""
    if post.silent():
        return
    tenant = tenancy.tenant()
    with i18n.speak(tenant.language, tenant.country):
        button = web.admin_url("shop_admin.order", number=order.number)
        data = _data(order, SHOP[kind], told) | {"button_url": button, "for_shop": True}
        if told.get("twin"):
            data["warning"] = str(TWIN)
    post.write(
        "mail/orders/order", to=tenant.email, kind=f"orders.shop.{kind}", language=tenant.language, about=order,
        reply_to=order.email, data=data,
    )  # fmt: skip


def _booked(order: "Order", kind: str) -> dict[str, Any]:
    known = bookings.of_order(order) if kind in BOOKED | OFF and any(line.booking_id for line in order.lines) else ()
    rows = [row for row in known if row.live == (kind in BOOKED)]
    parts = [booking_letters.part(row) for row in rows]
    return booking_letters.titled(order, kind, parts) | {
        "bookings": parts,
        "attached": booking_letters.attached([row for row in rows if row.state != "held"]),
    }


def _data(order: "Order", words: Words, told: dict[str, Any]) -> dict[str, Any]:
    paper = receipts.told(order, stranger=quiet)
    values = {name: paper[name] for name in ("number", "name", "total", "balance")}
    values["name"] = paper["name"] or paper["number"]
    values["until"] = receipts.until(order.hold_until) if order.hold_until else ""
    amount, more = told.get("amount"), told.get("more")
    values["next"], values["day"] = paper["plan"].get("next", ""), str(told.get("day", ""))
    due = told.get("due")
    values["due"] = receipts.shown(due) if isinstance(due, Money) else paper["asked"]
    values["answer"] = receipts.until(told["answer"]) if told.get("answer") else ""
    values["amount"] = receipts.shown(amount) if isinstance(amount, Money) else ""
    values["what"] = str(told.get("what", ""))
    values["paper"] = (told.get("paper") or {}).get("number", "")
    return {
        "paper": told.get("paper") or {},
        "subject": str(words.subject) % values,
        "heading": str(words.heading) % values,
        "lead": " ".join(filter(None, (str(words.lead) % values, more(order) if more else ""))),
        "button_label": str(told.get("button_label") or words.button),
        "reason": quiet(str(told.get("reason") or "")),
        "carrier": quiet(str(told.get("carrier") or "")),
        "tracking": quiet(str(told.get("tracking") or "")),
        "order": paper,
    }
