"""A shop that takes cards through the fake Stripe, and what its buyers do on the hosted page."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from sqlalchemy import inspect

from kernel import jobs
from kernel.db import db
from shop import card_accounts, card_sessions, expiry
from shop.card_sessions import CardSession
from shop.gateways import card_keys, cards
from shop.orders import Order
from tests.makers import World
from tests.shop.fake_stripe import FakeStripe

HOOK = "whsec_plaza0001plaza"


@dataclass
class Till:
    """The shop, its fake Stripe, and one product to sell."""

    shop: World
    stripe: FakeStripe
    goods: Any

    def order(self, **how: Any) -> Order:
        """An order that asks for a card."""
        return self.shop.bought(how.pop("goods", self.goods), payment="card", **how)

    def page(self, order: Order) -> CardSession:
        """Its hosted page."""
        return cards.page(order)

    def pay(self, order: Order, card: str = "pays") -> CardSession:
        """The buyer opens the page and takes a card; nobody tells the shop yet."""
        row = self.page(order)
        self.stripe.control("pay", session=row.stripe_id, card=card)
        return row

    def paid(self) -> Order:
        """An order that a card paid and the shop billed."""
        order = self.order()
        self.pay(order)
        self.reconcile()
        return self.again(order)

    def again(self, order: Order) -> Order:
        """The order as the database has it."""
        key = inspect(order).identity  # known even where a job that failed has let go of the row
        db.session.commit()
        db.session.expire_all()
        return db.session.get_one(Order, key)

    def reconcile(self) -> None:
        """Read what Stripe has to tell."""
        jobs.later("cards.reconcile", "test")
        db.session.commit()
        jobs.run_due()

    def expire(self, order: Order) -> None:
        """Its hold is over, and the job of it runs."""
        self.shop.late(order)
        expiry.expire(order.id)
        db.session.commit()

    def run(self) -> None:
        """What is due is done."""
        db.session.commit()
        jobs.run_due()

    def sessions(self, order: Order) -> list[str]:
        """Where its pages stand, the newest first."""
        return [row.state for row in card_sessions.of(order)]


@pytest.fixture
def till(app: Any, fake_stripe: FakeStripe, shop: World) -> Iterator[Till]:
    """A shop with test keys of an account of its own."""
    known = app.extensions["plaza.settings"]
    app.extensions["plaza.settings"] = replace(known, stripe_api_base=fake_stripe.base)
    cards._closed["until"] = 0.0
    card_keys.enter("test", fake_stripe.key, HOOK, by=shop.owner)
    assert card_accounts.used()
    try:
        yield Till(shop, fake_stripe, shop.product(stock=10))
    finally:
        app.extensions["plaza.settings"] = known
