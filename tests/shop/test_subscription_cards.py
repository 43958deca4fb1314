"""A card that was saved pays each order of a subscription by itself, once, until its owner takes it off."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from crm import merging, people
from kernel import clock, jobs, settings, today
from kernel.db import db
from kernel.letters import Letter
from shop import (
    card_disputes,
    card_payments,
    card_sessions,
    checkups,
    ledger,
    order_events,
    orders,
    payments,
    refunds,
    saved_cards,
    subscription_cards,
    subscription_charges,
    subscription_list,
    subscription_rows,
    subscriptions,
)
from shop.gateways import card_charges, stripe
from shop.gateways import saved_cards as at_stripe
from shop.orders import Order
from shop.saved_cards import SavedCard
from shop.subscription_rows import Subscription
from tests.shop.card_world import Till, till
from tests.shop.fake_stripe import fake_stripe, stripe_base
from tests.shop.pages import read
from tests.shop.test_card_kills import POINTS, kill
from tests.shop.test_subscriptions import EVERY, letters, on, orders_of, run

__all__ = ["fake_stripe", "stripe_base", "till"]


def began(till: Till, card: str = "pays", keep: bool = True) -> Subscription:
    """Somebody subscribed and paid the first order by card."""
    order = till.shop.bought(till.shop.product("Mañanera", price=2_000_00, **EVERY), payment="card", keep=keep)
    till.pay(order, card)
    till.reconcile()
    till.run()
    return db.session.scalars(select(Subscription).where(Subscription.first_id == order.id)).one()


def ordered(till: Till, row: Subscription) -> Order:
    """The day of its next order has come, and all that is due is done; that order."""
    run(row.next_on - timedelta(days=3))
    return till.again(orders_of(row)[-1])


def charged(till: Till, order: Order) -> list[str]:
    """What Stripe has of it: how each attempt ended."""
    return [
        one["status"] for one in till.stripe.every("payment_intents") if one["metadata"]["plaza_order"] == order.number
    ]


def test_who_ticks_it_pays_the_next_order_by_doing_nothing(till: Till):
    row = began(till)
    assert (row.card.label, row.card.state, row.payment_code) == ("Visa •••• 4242", "kept", "card")
    [session] = till.stripe.every("checkout/sessions")
    assert session["customer"] == row.card.customer
    agreed, kept = [one.reason for one in subscription_rows.events(row) if one.kind in ("agreed", "card")][::-1]
    assert agreed == subscription_cards.of_lines(orders_of(row)[0])
    assert kept == "Visa •••• 4242"
    assert len(agreed) < 300
    run(row.next_on - timedelta(days=5))
    assert "•••• 4242" in letters("soon")[0].data["lead"]
    order = ordered(till, row)
    assert (order.payment, order.received_minor, charged(till, order)) == ("paid", 2_000_00, ["succeeded"])
    assert len(ledger.of(order)) == 1
    till.reconcile()  # its events tell the same once more
    order = till.again(order)
    assert (order.received_minor, len(ledger.of(order))) == (2_000_00, 1)
    placed = db.session.scalars(select(Letter).where(Letter.kind == "orders.placed").order_by(Letter.id.desc())).first()
    assert "•••• 4242" in placed.data["lead"]
    refunds.give(order, amount=order.money(500_00), key="part", by=till.shop.owner)  # as any card payment
    till.run()
    assert till.again(order).received_minor == 1_500_00
    assert [one["amount"] for one in till.stripe.every("refunds")] == [500_00]


def test_without_the_tick_nothing_is_kept_and_nothing_charged(till: Till):
    row = began(till, keep=False)
    [session] = till.stripe.every("checkout/sessions")
    assert (session["customer"], session["customer_creation"]) == (None, "if_required")
    assert till.stripe.every("payment_methods") == []
    assert (row.card_id, row.agreed_at, db.session.scalars(select(SavedCard)).all()) == (None, None, [])
    order = ordered(till, row)
    assert (order.payment, charged(till, order)) == ("due", [])


def test_who_ticks_it_and_pays_otherwise_agreed_to_nothing(till: Till):
    till.shop.bought(till.shop.product("Mañanera", **EVERY), keep=True)
    assert db.session.scalars(select(Subscription)).one().agreed_at is None


@pytest.mark.parametrize(
    ("card", "says", "again"),
    [
        ("later_declined", "El banco rechazó la tarjeta.", True),
        ("later_no_funds", "No había suficiente dinero en la tarjeta.", True),
        ("later_expired", "La tarjeta venció.", False),
        ("asks_always", "El banco quiere que usted mismo confirme el pago.", False),
    ],
)
def test_a_card_that_says_no_is_told_once_with_its_reason(till: Till, card, says, again):
    row = began(till)
    till.stripe.control("turn", card=card)
    order = ordered(till, row)
    first = order.placed_at
    assert (order.payment, order.state, charged(till, order)) == ("due", "placed", ["requires_payment_method"])
    till.reconcile()
    [letter] = letters("declined")
    assert says in letter.data["lead"]
    assert f"/orders/{order.token}/pay" in letter.data["button_url"]
    assert ("una vez más" in letter.data["lead"]) is again
    assert [one.kind for one in order_events.of(order)].count("declined") == 1
    assert db.session.scalars(subscription_list.declined()).all() == [row]
    order.hold_until = first + timedelta(days=9)  # as if it stood longer
    db.session.commit()
    for days in (1, 2, 4, 5, 6):
        run((first + timedelta(days=days)).date())
    assert charged(till, order) == ["requires_payment_method"] * (3 if again else 1)
    assert len(letters("declined")) == 1
    till.shop.pay(till.again(order))
    assert db.session.scalars(subscription_list.declined()).all() == []


def test_it_is_tried_again_while_the_order_stands_and_never_after(till: Till):
    row = began(till)
    till.stripe.control("turn", card="later_no_funds")
    order = ordered(till, row)
    till.stripe.control("turn", card="pays")
    run(order.placed_at.date() + timedelta(days=2))
    assert till.again(order).payment == "paid"
    till.stripe.control("turn", card="later_no_funds")
    other = ordered(till, row)
    till.stripe.control("turn", card="pays")
    payments_end(other)
    run(other.placed_at.date() + timedelta(days=6))
    assert charged(till, other) == ["requires_payment_method"]


def payments_end(order: Order) -> None:
    order.state = "cancelled"
    payments.end(order)
    db.session.commit()


def test_an_expiring_card_is_told_of_before(till: Till):
    row = began(till)
    row.card.exp_month, row.card.exp_year = row.next_on.month - 1 or 12, row.next_on.year - (row.next_on.month == 1)
    db.session.commit()
    run(row.next_on - timedelta(days=5))
    assert "vence antes" in letters("soon")[0].data["lead"]


def test_a_card_is_typed_later_changed_and_taken_off(till: Till):
    row = began(till, keep=False)
    first = at_stripe.page(row)
    assert at_stripe.page(row).id == first.id  # the one that is open
    till.stripe.control("pay", session=first.stripe_id)
    till.reconcile()
    till.run()
    db.session.refresh(row)
    assert (row.card_id, row.next_card_id, row.card.last4) == (first.id, None, "4242")
    second = at_stripe.page(row)
    till.stripe.control("pay", session=second.stripe_id, card="mastercard")
    at_stripe.check(second.id)
    till.run()
    db.session.expire_all()
    assert (row.card_id, row.card.label) == (second.id, "Mastercard •••• 4444")
    assert (first.state, first.method, first.last4, first.customer) == ("gone", None, "", "")
    assert sorted(one["customer"] is None for one in till.stripe.every("payment_methods")) == [False, True]
    subscription_cards.off(row)
    till.run()
    assert all(one["customer"] is None for one in till.stripe.every("payment_methods"))
    assert till.stripe.every("customers") == []
    order = ordered(till, row)
    assert (order.payment, charged(till, order)) == ("due", [])


def test_one_that_ends_forgets_its_card_when_it_cannot_go_on_any_more(till: Till):
    row = began(till)
    subscriptions.end(row)
    db.session.commit()
    jobs.run_due()
    assert row.card.kept  # ended by a slip it goes on as it was
    with on(clock.now().date() + timedelta(days=1)):
        jobs.run_due()
    db.session.expire_all()
    assert row.card_id is None
    assert till.stripe.every("customers") == []


def test_who_is_forgotten_leaves_no_card_here_nor_there(till: Till):
    row = began(till)
    contact, card = row.contact, row.card_id
    assert people.export(contact)["subscriptions"][0]["card"] == {
        "brand": "visa", "last4": "4242", "expires": row.card.until,
    }  # fmt: skip
    people.erase(contact, by=till.shop.owner)
    till.run()
    kept = db.session.get_one(SavedCard, card)
    assert (kept.contact_id, kept.customer, kept.method, kept.brand, kept.last4) == (None, "", None, "", "")
    assert till.stripe.every("customers") == []
    assert all(one["customer"] is None for one in till.stripe.every("payment_methods"))


def _charge(number: str) -> None:
    card_charges.charge(orders.numbered(number).id, 0)


def waiting(till: Till, monkeypatch) -> tuple[Subscription, str]:
    """An order of it that waits for its charge."""
    row = began(till)
    with monkeypatch.context() as patch:
        patch.setattr(subscription_charges, "due", lambda order: None)
        return row, ordered(till, row).number


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_a_kill_while_a_card_is_charged_charges_it_once(till: Till, point, monkeypatch):
    _row, number = waiting(till, monkeypatch)
    order = kill(till, _charge, number, point)
    jobs.later("cards.charge", order.id, 0)
    till.run()
    till.reconcile()
    order = till.again(order)
    assert (order.payment, order.received_minor, charged(till, order)) == ("paid", 2_000_00, ["succeeded"])


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_with_a_fresh_key_and_without_looking_the_same_kill_charges_twice(till: Till, monkeypatch):
    _row, number = waiting(till, monkeypatch)
    order = kill(till, _charge, number, "answered")
    asked = stripe.charge
    monkeypatch.setattr(stripe, "charge", lambda of, params, key: asked(of, params, f"other-{key}"))
    monkeypatch.setattr(stripe, "charges_of", lambda *_told: [])
    card_charges.charge(order.id, 0)
    assert charged(till, order) == ["succeeded"] * 2


def paid_meanwhile(till: Till, monkeypatch, number: str) -> Order:
    """The money comes by hand in the very moment in which the card is charged."""
    asked = stripe.charge

    def charge(*told):
        till.shop.pay(orders.numbered(number))
        return asked(*told)

    monkeypatch.setattr(stripe, "charge", charge)
    _charge(number)
    till.run()
    till.run()
    return till.again(orders.numbered(number))


def test_paid_by_hand_in_that_moment_the_card_gets_its_money_back(till: Till, monkeypatch):
    _row, number = waiting(till, monkeypatch)
    order = paid_meanwhile(till, monkeypatch, number)
    assert (order.payment, order.received_minor, charged(till, order)) == ("paid", 2_000_00, ["succeeded"])
    assert [one["amount"] for one in till.stripe.every("refunds")] == [2_000_00]


def test_without_that_rule_it_stays_paid_twice(till: Till, monkeypatch):
    _row, number = waiting(till, monkeypatch)
    monkeypatch.setattr(card_payments, "_return_twice", lambda row: None)
    order = paid_meanwhile(till, monkeypatch, number)
    assert (order.payment, order.received_minor) == ("overpaid", 4_000_00)


def test_paid_by_hand_before_it_is_not_charged(till: Till, monkeypatch):
    _row, number = waiting(till, monkeypatch)
    till.shop.pay(orders.numbered(number))
    _charge(number)
    assert charged(till, orders.numbered(number)) == []


def test_who_is_at_the_page_is_not_charged_behind_their_back(till: Till, monkeypatch):
    _row, number = waiting(till, monkeypatch)
    order = orders.numbered(number)
    page = till.page(order)
    _charge(number)
    db.session.commit()
    assert charged(till, order) == []
    till.stripe.control("pay", session=page.stripe_id)
    till.reconcile()
    with on(clock.now().date(), 23):
        jobs.run_due()
    assert (till.again(order).received_minor, charged(till, order)) == (2_000_00, ["succeeded"])


def test_who_opens_the_page_while_it_is_charged_waits(till: Till, monkeypatch):
    _row, number = waiting(till, monkeypatch)
    order = kill(till, _charge, number, "kept")
    with pytest.raises(card_sessions.OnItsWay):
        till.page(order)
    db.session.rollback()
    [row] = subscription_charges.tried(orders.numbered(number))
    row.created_at -= timedelta(minutes=5)  # whoever asked for it is dead
    db.session.commit()
    assert till.page(orders.numbered(number)).url
    card_charges.charge(order.id, 0)
    assert charged(till, order) == []


def test_the_box_at_the_checkout_is_there_for_a_card_and_never_ticked(till: Till):
    shop, client = till.shop, till.shop.client
    product = shop.product("Mañanera", price=2_000_00, **EVERY)
    transfer = shop.transfer()
    client.post("/cart/lines", data={"product": product.slug, "quantity": "1"})
    posted = {"refresh": "1", "shipping": "retiro", "payment": "card"}
    page = client.post("/checkout", data=posted).get_data(as_text=True)
    assert "unos ₡2" in page
    assert 'name="keep_card" value="1">' in page
    again = client.post("/checkout", data=posted | {"keep_card": "1"}).get_data(as_text=True)
    assert 'name="keep_card" value="1" checked>' in again  # what was ticked stays
    other = client.post("/checkout", data=posted | {"payment": transfer.code}).get_data(as_text=True)
    assert "keep_card" not in other
    key, day = (page.partition(f'name="{one}" value="')[2].partition('"')[0] for one in ("key", "day"))
    sent = {"key": key, "day": day, "shipping": "retiro", "payment": "card", "keep_card": "1"}
    told = {"email": "eva@example.com", "name": "Eva"}
    assert client.post("/checkout", data=sent | told).status_code == 303
    [session] = till.stripe.every("checkout/sessions")
    assert session["customer_creation"] == "always"
    assert db.session.scalars(select(Subscription)).one().agreed_at is not None


def test_its_page_has_the_card_changed_and_taken_off_also_by_staff(till: Till):
    row = began(till)
    client, path = till.shop.client, f"/subscriptions/{row.token}"
    assert "Visa •••• 4242" in client.get(path).get_data(as_text=True)
    page = client.get(f"{path}/card").get_data(as_text=True)
    assert "La tienda cobra cada entrega a esta tarjeta" in page
    assert client.post(f"{path}/card").status_code == 303
    assert "/pay/cs_test_" in client.get(f"{path}/card?ready=1").get_data(as_text=True)  # also without scripts
    change = {"do": "change", "variant": row.variant.sku, "quantity": "1", "payment": till.shop.transfer().code}
    db.session.commit()
    client.post(path, data=change)
    db.session.expire_all()
    assert (row.card_id, row.next_card_id, row.agreed_at) == (None, None, None)  # paid another way, no card is kept
    card = at_stripe.page(row)
    till.stripe.control("pay", session=card.stripe_id)
    assert client.post(f"{path}/card/check", headers={"Accept": "application/json"}).json == {"waits": False}
    db.session.expire_all()
    assert row.card.kept
    desk = till.shop.admin
    assert "•••• 4242" in desk.get(f"/admin/cafe{path}").get_data(as_text=True)
    assert desk.post(f"/admin/cafe{path}/card/off").status_code == 303
    till.run()
    db.session.expire_all()
    assert (row.card_id, till.stripe.every("customers")) == (None, [])


def test_a_restored_shop_charges_nobody_until_its_owner_says_so(till: Till):
    row = began(till)
    assert saved_cards.hold(db.session.connection()) == 1
    db.session.commit()
    db.session.expire_all()
    order = ordered(till, row)
    assert (order.payment, charged(till, order)) == ("due", [])
    page = read(till.shop.admin.get("/admin/cafe/settings/cards"))
    assert "no se cobra desde" in page.text_content()
    line = today.named("cards.held")
    assert line.number == len(page.xpath("//*[@data-row]")) == 1
    assert "Tarjetas guardadas sin cobrar" in till.shop.admin.get("/admin/cafe/").get_data(as_text=True)
    assert [found.state for found in checkups.cards_are_charged(settings.current())] == ["care"]
    till.shop.admin.post("/admin/cafe/settings/cards-held")
    db.session.expire_all()
    assert (row.card.state, ordered(till, row).payment) == ("kept", "paid")
    assert (line.number, list(checkups.cards_are_charged(settings.current()))) == (0, [])


def test_a_dispute_of_it_is_one_of_its_order_and_two_rows_of_one_person_keep_it(till: Till):
    row = began(till)
    order = ordered(till, row)
    [charge] = [one for one in till.stripe.every("charges") if one["metadata"]["plaza_order"] == order.number]
    till.stripe.control("dispute", charge=charge["id"])
    till.reconcile()
    assert [one.state for one in card_disputes.of(till.again(order))] == ["needs_response"]
    stays = till.shop.contact("otra@example.com")
    merging.merge(stays, row.contact, {}, by=till.shop.owner)
    db.session.commit()
    db.session.expire_all()
    assert row.contact_id == row.card.contact_id == stays.id
    assert ordered(till, row).payment == "paid"
