"""Cards: opening a page to pay an order, asking how it stands, ending it; each through one door."""

import time
from collections.abc import Callable, Mapping
from typing import Any

import structlog

from kernel import i18n, sealing, signing, tenancy, web
from kernel.db import db
from kernel.i18n import _, _l
from kernel.refusal import Refusal
from shop import card_accounts, card_amounts, card_events, card_payments, card_sessions, orders, subscription_cards
from shop.card_sessions import CardSession
from shop.gateways import stripe
from shop.gateways.stripe import Access, Away
from shop.orders import Order

log = structlog.get_logger()
LOCALES = {"es": "es-419", "en": "en", "pt": "pt-BR", "fr": "fr"}
PAUSE = 60  # seconds without asking while a buyer waits, after Stripe did not answer
_closed = {"until": 0.0}


class NoAccount(Refusal):
    """The shop has no keys for that."""

    message = _l("This shop takes no cards at the moment: choose another way to pay.")
    status = 409


class Paid(Refusal):
    """The money is already there."""

    message = _l("This order is already paid by card.")
    status = 409


_charges: list[Callable[..., None]] = []  # how a charge without a page is looked after


def charging(resolve: Callable[..., None]) -> None:
    """Have `resolve(row)` find out what became of a charge without a page; with `again=True` it may ask for it."""
    _charges[:] = [resolve]


def access(mode: str) -> Access:
    """How that mode's account is asked; raises NoAccount."""
    if mode == stripe.PRACTICE:
        tenant = tenancy.current()
        secret = signing.fingerprint("practice-card", str(tenant))
        return Access(stripe.PRACTICE, f"sk_test_{secret[:32]}", f"whsec_{secret[32:]}")
    row = card_accounts.of(mode)
    if row is None:
        raise NoAccount()
    try:
        return Access(mode, row.secret, row.hook_secret)
    except sealing.Broken:  # the install has another secret than the one that sealed it
        raise NoAccount() from None


def mode_of(order: Order) -> str:
    """Which account charges this order now."""
    row = card_accounts.used()
    if order.practice:
        return stripe.PRACTICE
    if row is None:
        raise NoAccount()
    return row.mode


def page(order: Order, *, hurry: bool = False) -> CardSession:
    """The one page on which what is due can be paid now: the one that is open, else a new one."""
    for _again in range(3):
        row = card_sessions.open_one(order)
        if row is None:
            break
        if row.state == "processing":
            raise card_sessions.OnItsWay()
        usable = row.saved_id is None and fits(row, order)  # a charge without a page is none
        if usable and (row.fresh or (row.state == "asked" and _answered(row, hurry))):
            return row
        if not end(row):
            raise Paid()
    return _ask(lambda: _begin(order), hurry)


def fits(row: CardSession, order: Order) -> bool:
    """Whether the page asks for what the order asks for now, by the account that charges now."""
    payment = card_sessions.payable(order)
    same = payment is not None and payment.id == row.payment_id and payment.asked == row.amount
    try:
        return same and mode_of(order) == row.mode
    except NoAccount:
        return False


def _begin(order: Order) -> CardSession:
    payment = card_sessions.payable(order)
    if payment is None:
        raise card_sessions.NotPayable()
    units, keeps = card_amounts.units(payment.asked, str(i18n.locale())), subscription_cards.wanted(order)
    return card_sessions.begin(order, mode_of(order), units, keeps=keeps)


def _asked(row: CardSession, hurry: bool = False) -> CardSession:
    """A page that was asked for and not answered is asked for again, under its own key."""
    return _ask(lambda: row, hurry)


def _answered(row: CardSession, hurry: bool) -> bool:
    """Whether asking again brought the page; a key that only repeats an error is given up: nobody knows that page."""
    try:
        return _asked(row, hurry).fresh
    except stripe.Rejected:
        return False
    except Away as away:
        if not away.answered or hurry:
            raise
    web.outside(lambda: None, lambda _asked: None, lambda _asked, _told: card_payments.over(row, "failed"))
    return False


def _ask(begin: Callable[[], CardSession], hurry: bool) -> CardSession:
    def prepare() -> dict[str, Any]:
        row = begin()
        return {"id": row.id, "key": row.key, "access": access(row.mode), "params": _params(row)}

    def call(asked: dict[str, Any]) -> dict[str, Any] | None:
        try:
            return stripe.create_session(asked["access"], asked["params"], asked["key"], hurry=hurry)
        except stripe.Rejected as no:
            log.warning("card page refused", code=no.code, told=no.told)
            return None

    def record(asked: dict[str, Any], told: dict[str, Any] | None) -> CardSession | None:
        row = db.session.get_one(CardSession, asked["id"])
        if told is None:
            card_payments.over(row, "failed")
            return None
        orders.lock(row.order)
        db.session.refresh(row)
        card_sessions.opened(row, told)
        return row

    made: CardSession | None = web.outside(prepare, call, record)
    if made is None:
        raise stripe.Rejected("", "")
    return made


def _params(row: CardSession) -> dict[str, Any]:
    """What Stripe is asked for: the same row gives the same words."""
    order = row.order
    notes = {"plaza_shop": str(tenancy.current()), "plaza_order": order.number, "plaza_key": row.key}
    back = web.shop_url("shop.order", token=order.token, language=order.language)
    with i18n.speak(order.language, tenancy.tenant().country):
        name = _("Order %(number)s", number=order.number)
    price = {"currency": row.currency.lower(), "unit_amount": row.units, "product_data": {"name": name}}
    params: dict[str, Any] = {
        "mode": "payment", "client_reference_id": order.number, "metadata": notes,
        "line_items": [{"price_data": price, "quantity": 1}], "payment_method_types": ["card"],
        "payment_intent_data": {"metadata": notes, "description": f"{tenancy.tenant().name} · {order.number}"},
        "expires_at": int(row.expires_at.timestamp()), "locale": LOCALES.get(order.language, "auto"),
        "success_url": f"{back}?card=back", "cancel_url": f"{back}?card=left", "adaptive_pricing": {"enabled": "false"},
    }  # fmt: skip
    if row.keeps:
        params["customer_creation"] = "always"
        params["payment_intent_data"] |= {"setup_future_usage": "off_session"}
    return params | ({"customer_email": order.email} if order.email else {})


def quickly(order: Order) -> None:
    """Open the page while the buyer waits for something else; when Stripe is slow, they ask for it themselves."""
    if time.monotonic() < _closed["until"] or card_sessions.of(order):
        return
    try:
        page(order, hurry=True)
    except Away:
        _closed["until"] = time.monotonic() + PAUSE
    except Refusal as refusal:
        log.info("no card page at the checkout", why=str(refusal))


def end(row: CardSession) -> bool:
    """Have nobody pay that page any more; False when somebody did, or their bank still thinks about it.

    A charge without a page cannot be ended: raises OnItsWay while it may still be asked for.
    """
    if row.saved_id is not None:
        _charges[0](row)
        return row.state not in {"paid", "processing"}
    if row.state == "asked" and not _known(row):
        return True
    if row.state in {"open", "asked"}:
        _told(row, lambda of, name: stripe.expire_session(of, name))
    return row.state not in {"paid", "processing"}


def _known(row: CardSession) -> bool:
    """Find out what became of a page that was asked for and not answered; False when there is none."""
    try:
        _asked(row)
    except stripe.Rejected:
        return False
    return True


def check(row: CardSession) -> None:
    """Ask Stripe how a page or a charge stands, and take it."""
    if row.saved_id is not None:
        _charges[0](row, again=True)
    elif (row.state != "asked" or _known(row)) and row.state in card_sessions.OPEN:
        _told(row, stripe.session)


def _told(row: CardSession, question: Any) -> None:
    def prepare() -> dict[str, Any]:
        return {"id": row.id, "name": row.stripe_id, "access": access(row.mode)}

    def call(asked: Mapping[str, Any]) -> dict[str, Any] | None:
        try:
            answer: dict[str, Any] = question(asked["access"], asked["name"])
        except stripe.Rejected as no:
            if not no.unknown:
                raise
            return None
        return answer

    def record(asked: Mapping[str, Any], told: dict[str, Any] | None) -> None:
        mine = db.session.get_one(CardSession, asked["id"])
        if told is None:  # nobody can pay a page that Stripe does not have
            card_payments.over(mine)
        else:
            card_events.of_session(mine, told)

    web.outside(prepare, call, record)
    db.session.refresh(row)
