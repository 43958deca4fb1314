"""Statements beside the guard between tenants name their tenant themselves: with a neighbour's ids they find nothing."""

from types import SimpleNamespace

import pytest

from campaigns import ledger
from campaigns.mailings import Mailing
from campaigns.recipients import Recipient
from crm import consent, contacts, facts, picks, tastes, visitors
from kernel import beside, bulk, clock, tenancy
from kernel.db import db
from shop import cart as carts
from shop import (
    cart_bookings,
    cart_rows,
    checkout,
    discounts,
    histories,
    orders,
    pages,
    payment_methods,
    picking,
    shipping,
    stock,
    storefront,
    taxes,
)
from shop.discounts import Discount
from tests.goods import only

SENT = bulk.change(Recipient, state="sent")


@pytest.fixture
def theirs(rival, shop):
    """Somebody of the neighbour's with tastes, looks, and a letter on its way."""
    tenancy.leave()
    with tenancy.use(rival.tenant_id):
        contact = rival.contact()
        tastes.say(contact, ["espresso"])
        facts.record("viewed", contact=contact, about=rival.product())
        visitor, token = visitors.begin()
        visitors.adopt(visitor, contact)
        consent.record(contact, "behaviour", True, form="banner")
        db.session.commit()
        picking.make([("contact_id", contact.id)])
        letter = Mailing(name="Lo nuevo")
        db.session.add(letter)
        db.session.flush()
        row = Recipient(mailing_id=letter.id, contact_id=contact.id, email=contact.email, state="claimed")
        db.session.add(row)
        db.session.commit()
        found = SimpleNamespace(id=contact.id, __tablename__="contact", row_id=row.id, token=token)
    tenancy.enter(shop.tenant_id)
    return found


def seen(who):
    met, kept = visitors.met(who.token), picks.of(who)
    known = met is not None and met.contact.id == who.id and met.kept == kept
    over, now = [{"id": who.row_id, "state": "unknown", "answer": "", "print": None, "said": None}], clock.now()
    ended = len(bulk.gained(ledger.TURN, over, lease=now, until=now, now=now))
    rows = [row.code for row in tastes.brief(who)], len(histories.of(who, None)), ended, bulk.run(SENT, [who.row_id])
    return (*rows, known, kept is not None)


def test_a_neighbours_ids_find_and_change_nothing(rival, shop, theirs):
    assert seen(theirs) == ([], 0, 0, 0, False, False)
    tenancy.leave()
    with tenancy.use(rival.tenant_id):
        assert seen(theirs) == (["espresso"], 1, 1, 1, True, True)
    tenancy.enter(shop.tenant_id)


@pytest.fixture
def neighbour(rival, shop):
    """All that an order asks for, at the neighbour's."""
    tenancy.leave()
    with tenancy.use(rival.tenant_id):
        rival.transfer("giro"), rival.delivery("moto"), rival.tax("igv"), rival.contact("r@example.com")
        pages.publish(pages.make({"es": "Condiciones"}, kind="policy", slug="terms"))
        db.session.add_all([Discount(kind="percent", code=code, label={"es": "Todo"}) for code in ("", "TODO")])
        vase = rival.product(stock=7)
        order, cart = rival.bought(vase), rival.cart(vase, 2)
        found = {"cart": SimpleNamespace(id=cart.id, revision=cart.revision), "secret": cart.secret, "key": order.key}
        found |= {"variant": only(vase).id}
    tenancy.enter(shop.tenant_id)
    return SimpleNamespace(**found)


def asked(one):
    """What of that a shop finds, and what it can take of it."""
    codes = {row.code for row in (*payment_methods.active(), *shipping.methods(), *discounts.asked(["todo"]))}
    rates = {rate.code for found in taxes.book().by_id.values() for rate in found}
    claim = {"cart": one.cart.id, "seen": one.cart.revision, "order": "x", "now": clock.now()}
    found = [
        carts.found(one.secret),
        orders.by_key(one.key),
        contacts.by_email("r@example.com"),
        *pages.listed("policy"),
    ]
    there = [row.quantity for row in cart_rows.lines(one.cart)[0]]
    taken = bool(beside.plain(checkout._claiming(), **claim)), stock._move_on_hand(one.variant, -1)
    cart_bookings.clear(one.cart)
    theirs = {"giro", "moto", "TODO", "", "igv"} & (codes | rates)
    return storefront.of().tenant_id, theirs, len([row for row in found if row]), there, taken


def test_what_an_order_asks_and_takes_is_of_its_shop(rival, shop, neighbour):
    assert asked(neighbour) == (shop.tenant_id, set(), 0, [], (False, False))
    tenancy.leave()
    with tenancy.use(rival.tenant_id):
        everything = {"giro", "moto", "TODO", "", "igv"}
        assert asked(neighbour) == (rival.tenant_id, everything, 4, [2], (True, True))
        assert cart_rows.lines(neighbour.cart)[0] == []
    tenancy.enter(shop.tenant_id)
