"""Card refunds: giving back what cards paid, each page its own part, under a key that was kept before."""

from typing import Any

from kernel import jobs, tenancy, web
from kernel.db import db
from kernel.i18n import _
from shop import card_amounts, card_payments, card_sessions, orders, refunds
from shop.card_sessions import CardSession
from shop.gateways import cards, stripe
from shop.refund_rows import Refund


def refund(wanted: Refund) -> None:
    """Give back what a card paid, the latest page first; what several pages paid becomes a refund of each."""
    pages = card_sessions.paid_of(wanted.payment)
    page = _placed(wanted) if len(pages) > 1 else next(iter(pages), None)
    if page is None or card_amounts.convert(wanted.amount) > page.units:
        refunds.fail(wanted, error=str(_("This money did not come by card.")))
    elif wanted.state == "requested":
        _give(wanted, page)


def _placed(wanted: Refund) -> CardSession | None:
    """The page that it goes back to; what that no longer holds goes on as a refund of its own."""

    def prepare() -> dict[str, Any]:
        pages = card_sessions.paid_of(wanted.payment)
        told = [(row.id, row.intent or "", cards.access(row.mode), row.units) for row in pages]
        return {"id": wanted.id, "token": wanted.token, "pages": told}

    def call(asked: dict[str, Any]) -> list[tuple[int, int]]:
        return [(at, units - _gone(of, intent, asked["token"])) for at, intent, of, units in asked["pages"]]

    def record(asked: dict[str, Any], lefts: list[tuple[int, int]]) -> int | None:
        mine = db.session.get_one(Refund, asked["id"])
        orders.lock(mine.order)
        db.session.refresh(mine)
        return _split(mine, lefts)

    place: int | None = web.outside(prepare, call, record)
    return db.session.get(CardSession, place) if place else None


def _gone(of: stripe.Access, intent: str, token: str) -> int:
    """What went back of a page in Stripe's units, other than by the refund with that token."""
    rows = [row for row in stripe.gone_back(of, intent) if row.get("status") not in card_payments.FINISHED]
    return sum(int(row["amount"]) for row in rows if (row.get("metadata") or {}).get("plaza_refund") != token)


def _split(mine: Refund, lefts: list[tuple[int, int]]) -> int | None:
    """Keep of a refund what its first page holds; each further page gets a row of its own. None: they hold less."""
    rest, parts = card_amounts.convert(mine.amount), []
    for place, left in lefts:
        if part := min(rest, max(0, left)):
            parts.append((place, part))
            rest -= part
    if rest or not parts:
        return None
    for nth, (_place, units) in enumerate(parts[1:], 1):
        minor = card_amounts.money(units, mine.currency).minor
        mine.amount_minor -= minor
        other = refunds.written(mine.payment, minor, key=f"{mine.token}:{mine.attempt}:{nth}", reason=mine.reason)
        other.account_id = mine.account_id
        jobs.later("refunds.send", other.id, key=other.gateway_key)
    db.session.flush()
    return parts[0][0]


def _give(wanted: Refund, page: CardSession) -> None:
    def prepare() -> dict[str, Any]:
        notes = {"plaza_shop": str(tenancy.current()), "plaza_refund": wanted.token}
        params = {"payment_intent": page.intent, "amount": card_amounts.convert(wanted.amount), "metadata": notes}
        return {"id": wanted.id, "access": cards.access(page.mode), "params": params, "key": wanted.gateway_key}

    def call(asked: dict[str, Any]) -> dict[str, Any]:
        try:
            return stripe.create_refund(asked["access"], asked["params"], asked["key"])
        except stripe.Rejected as no:
            return {"id": "", "status": "failed", "failure_reason": no.told or no.code}

    def record(asked: dict[str, Any], told: dict[str, Any]) -> None:
        mine = db.session.get_one(Refund, asked["id"])
        status = str(told.get("status") or "")
        card_payments.settle_refund(mine, str(told["id"]), status, str(told.get("failure_reason") or ""))

    web.outside(prepare, call, record)


def init_app(_app: Any) -> None:
    """Give money of cards back through Stripe."""
    refunds.gateway("card", refund)
    refunds.gateway("practice", refund)
