"""Card keys: entered, checked with Stripe before they are kept, and taken out again."""

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from kernel import web
from kernel.db import db
from kernel.i18n import _l
from kernel.refusal import Refusal
from shop import card_accounts, card_sessions
from shop.card_accounts import CardAccount
from shop.card_sessions import CardSession
from shop.gateways import card_jobs, cards, stripe
from shop.gateways.stripe import Access

if TYPE_CHECKING:
    from kernel.accounts import Account


class KeyMissing(Refusal):
    """The first time a key is needed."""

    message = _l("Paste the secret key.")


def enter(mode: str, key: str, hook: str, *, by: "Account") -> CardAccount:
    """Ask Stripe whose key it is, and keep it when it can charge; an empty one stays what it was."""

    def prepare() -> Access:
        row = card_accounts.of(mode)
        if not key and row is None:
            raise KeyMissing()
        return Access(mode, key or cards.access(mode).secret)

    told: dict[str, Any] = web.outside(prepare, stripe.account, lambda _asked, told: told)
    before = card_accounts.of(mode)
    if before is not None and before.stripe_id != told.get("id"):  # the other account's pages: it alone can end them
        _end_open(mode)

    def record(_asked: None, _told: None) -> CardAccount:
        made = card_accounts.keep(mode, key, hook, told, by=by)
        card_jobs.plant(mode)
        return made

    made: CardAccount = web.outside(lambda: None, lambda _asked: None, record)
    return made


def remove(mode: str, *, by: "Account") -> None:
    """End the pages that are open with these keys as far as Stripe answers, then forget the keys."""
    _end_open(mode)
    card_accounts.remove(mode, by=by)


def _end_open(mode: str) -> None:
    wanted = select(CardSession).where(CardSession.mode == mode, CardSession.state.in_(card_sessions.OPEN))
    for row in db.session.scalars(wanted.limit(card_jobs.AT_ONCE)).all():
        try:
            cards.end(row)
        except Refusal:  # its own end comes within half an hour
            db.session.rollback()
            break
