"""What staff take back is taken back: its letter rests as long as its toast stays, and leaves or is withdrawn, never both."""

import time
from datetime import timedelta
from email import message_from_bytes, policy
from unittest.mock import patch

import pytest
import time_machine

from kernel import accounts, clock, letters, mail, settings
from kernel.db import db
from kernel.letters import Letter
from shop import cancellations, fulfilment, orders, returns, sales
from tests.goods import only
from tests.shop.test_orders_desk import page, post
from tests.shop.test_sale import NOW, last, sell

RACE, CARELESS = "tests.shop.test_second_thoughts:step", "tests.shop.test_second_thoughts:careless"
REST = letters.REST + timedelta(seconds=1)


def kinds(order):
    """The letters to its buyer, the first one first."""
    return [row.kind.removeprefix("orders.") for row in reversed(letters.about(order)) if ".shop." not in row.kind]


def told(order, *, since="placed"):
    """The same without those up to the one that is named."""
    found = kinds(order)
    return found[found.index(since) + 1 :]


@pytest.fixture
def order(shop):
    made = shop.bought(shop.product(), paid=True)
    mail.send()
    return made


def test_the_letter_of_a_step_rests_and_undone_nobody_hears_of_it(shop, order):
    admin = shop.admin
    post(admin, order.number, "readiness")
    html = page(admin, f"/orders/{order.number}")
    assert "El correo sale en dos minutos." in html
    assert "si lo deshace ahora, quien compró no se entera" in html
    assert "sale el " in html
    assert mail.send() == 0
    post(admin, order.number, "undo")
    assert told(order, since="paid") == []
    with time_machine.travel(clock.now() + REST, tick=False):
        assert mail.send() == 0
    post(admin, order.number, "readiness")
    with time_machine.travel(clock.now() + REST, tick=False):
        assert mail.send() == 1
        assert "quien compró recibe una corrección" in page(admin, f"/orders/{order.number}")
        post(admin, order.number, "undo")  # it was out: what it said is corrected
        assert mail.send() == 1
    assert told(order, since="paid") == ["ready", "undone"]
    ready, wrong = reversed(letters.about(order)[:2])
    assert ready.subject in wrong.text
    assert (wrong.subject, wrong.state) == (f"Corrección: {order.number}", "captured")


def test_what_a_buyer_does_is_told_at_once(shop):
    order = shop.bought(shop.product())
    placed = letters.about(order)[0]
    assert placed.run_at <= clock.now()
    shop.pay(order)  # as a card does: nobody takes that back
    assert letters.about(order)[0].run_at <= clock.now()


def test_a_payment_that_was_noted_by_mistake_is_not_told(shop):
    order = shop.bought(shop.product())
    mail.send()
    post(shop.admin, order.number, "payments", key="k" * 20, amount="1 000", method="transfer")
    assert told(order) == ["partial"]
    assert mail.send() == 0
    post(shop.admin, order.number, "payments/undo")
    assert told(order) == []
    assert order.received_minor == 0


def test_a_sale_that_is_taken_back_at_once_sends_nothing_later_one_letter(shop):
    fields = {"sku": only(shop.product(stock=10)).sku, "qty": "1", "reach": "ana@example.com", "name": "Ana"}
    for wait, expected in ((timedelta(0), []), (REST, ["placed", "cancelled"])):
        sell(shop.admin, **NOW, **fields)
        order = last()
        assert (kinds(order), mail.send()) == (["placed"], 0)
        with time_machine.travel(clock.now() + wait, tick=False):
            assert mail.send() == len(expected[:1])
            sales.take_back(orders.numbered(order.number), by=shop.owner)
            db.session.commit()
            mail.send()
        assert (order.state, kinds(order)) == ("cancelled", expected)


def test_the_next_step_says_more_and_undone_the_one_before_is_told_again(shop, order):
    fulfilment.ready(order, by=shop.owner)
    fulfilment.deliver(order, by=shop.owner)
    assert told(order, since="paid") == ["delivered"]  # nobody is asked to come for what they have
    fulfilment.undo(order, by=shop.owner)
    assert told(order, since="paid") == ["ready"]
    cancellations.by_staff(order, by=shop.owner, reason="No hay")
    assert told(order, since="paid") == ["cancelled"]


def test_what_rests_leaves_before_what_is_told_after_it(shop):
    order = shop.bought(shop.product())
    post(shop.admin, order.number, "payments", key="k" * 20, amount="1 000", method="transfer")
    cancellations.by_staff(orders.numbered(order.number), by=shop.owner, reason="No hay")
    db.session.commit()
    assert told(order) == ["partial", "cancelled"]
    assert all(row.run_at <= clock.now() for row in letters.about(order))


def test_what_came_back_had_been_handed_over(shop, order):
    admin, back = shop.admin, f"/admin/cafe/orders/{order.number}/undo"
    fulfilment.deliver(order, by=shop.owner)
    db.session.commit()
    assert back in page(admin, f"/orders/{order.number}")
    returns.note(order, {order.lines[0].id: 1}, key="r" * 20, by=shop.owner, reason="No le gustó")
    db.session.commit()
    assert back not in page(admin, f"/orders/{order.number}")
    post(admin, order.number, "undo")
    assert "su último paso ya no se deshace" in page(admin, f"/orders/{order.number}")
    assert orders.numbered(order.number).state == "delivered"


def step(what, number, account_id):
    """Send what is due, or take the last step of an order back."""
    if what == "send":
        return mail.send()
    return fulfilment.undo(orders.numbered(number), by=accounts.get(account_id))


def careless(what, number, account_id):
    """The same as people write it who know no better: look what waits, think, then throw it away."""

    def withdraw(act, since):
        mine = Letter.run_at >= since, Letter.data["act"].as_string() == act, Letter.state == "pending"
        found = db.session.scalars(db.select(Letter.id).where(*mine)).all()
        time.sleep(0.4)
        db.session.execute(db.delete(Letter).where(Letter.id.in_(found)))
        return len(found), []

    with patch.object(letters, "withdraw", withdraw):
        return step(what, number, account_id)


def raced(crew, shop, verb):
    """Of eight orders: (how many letters left, how many were corrected) when steps are undone while letters leave."""
    coffee, made = shop.product(stock=None), []
    for _number in range(8):
        made.append(shop.bought(coffee, paid=True))
    mail.send()
    before = {path.name for path in outbox()}
    for order in made:
        fulfilment.ready(order, by=shop.owner)
    db.session.execute(db.update(Letter).where(Letter.state == "pending").values(run_at=clock.now()))
    db.session.commit()
    tries = [("undo", order.number, shop.owner_id) for order in made] + [("send", "", 0)] * 8
    answers = crew.race(shop, verb, tries)
    assert {answer[0] for answer in answers} == {"done"}
    mail.send()
    parsed = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in outbox()
              if path.name not in before]  # fmt: skip
    subjects = [one["subject"] for one in parsed]
    return [{one.number for one in made if any(one.number in told and (mark in told) for told in subjects)}
            for mark in ("listo", "Corrección")]  # fmt: skip


def outbox():
    return list((settings.current().instance / "mail").rglob("*.eml"))


def test_each_letter_leaves_and_is_corrected_or_is_withdrawn(crew, shop):
    left, corrected = raced(crew, shop, RACE)
    assert left == corrected


@pytest.mark.parametrize("app", ["pg"], indirect=True)  # on SQLite nobody reads while another writes
def test_without_the_condition_one_leaves_that_nobody_corrects(crew, shop):
    left, corrected = raced(crew, shop, CARELESS)
    assert left > corrected
