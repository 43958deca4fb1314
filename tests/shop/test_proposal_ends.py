"""Quotes where it goes wrong: tapped too often, stuck, ended unpaid and offered again; what cannot be quoted says why."""

import re
from datetime import timedelta

from kernel import clock, limits
from kernel.db import db
from kernel.i18n import speak
from kernel.letters import Letter
from shop import expiry, order_events, payments, proposal_list, proposal_stuck, proposals, sales
from shop.orders import Order
from shop.proposal_rows import Proposal
from shop.views import proposal_page
from tests.shop import gifts
from tests.shop.proposal_things import offered
from tests.shop.test_orders_desk import page
from tests.shop.test_proposals import BASE, SPANISH, YES, accept, read


def lapsed(shop, **told):
    """A quote that was accepted, and whose order nobody paid."""
    shop.transfer()
    row = offered(shop, shop.product("Florero", stock=5), **told)
    accept(shop, row)
    order = row.order
    order.hold_until = clock.now() - timedelta(minutes=1)
    db.session.commit()
    expiry.expire(order.id)
    db.session.commit()
    assert (order.state, row.state) == ("expired", "accepted")
    return row, order


def test_who_taps_too_often_keeps_the_page_and_what_they_typed(shop, monkeypatch):
    shop.transfer()
    row = offered(shop, shop.product())
    monkeypatch.setattr(proposal_page, "RULE", "1/hour")
    browser = shop.client
    browser.post(f"/quotes/{row.token}/acceptance", data={"version": "99", "payment": "transfer"})
    answer = browser.post(f"/quotes/{row.token}/refusal", data={"reason": "Muy caro"}, headers=SPANISH)
    told = read(answer)
    assert (answer.status_code, f"/quotes/{row.token}/acceptance" in told, "data-errors" in told) == (429, True, True)
    assert 'value="Muy caro"' in told
    assert re.search(r'<details class="more mt-3" open>', told)
    answer = browser.post(f"/quotes/{row.token}/acceptance", data=YES, headers=SPANISH)
    assert (answer.status_code, "data-errors" in read(answer)) == (429, True)
    db.session.expire_all()
    assert (row.state, row.reason) == ("sent", "")
    assert limits.TooMany.status == 429


def test_why_a_yes_got_stuck_is_said_in_the_language_of_who_reads(shop):
    shop.transfer()
    vase, cup = shop.product("Florero", stock=2), shop.product("Taza")
    vase.name = {"es": "Florero", "en": "Vase"}
    row, other = offered(shop, vase, quantity=2), offered(shop, cup, email="eva@example.com")
    shop.bought(vase)
    shop.client.post(f"/en/quotes/{row.token}/acceptance", data=YES)
    cup.binned_at = clock.now()
    db.session.commit()
    shop.client.post(f"/en/quotes/{other.token}/acceptance", data=YES)
    db.session.expire_all()
    assert (row.stuck, other.stuck) == (proposal_stuck.SOLD_OUT, proposal_stuck.PUT_AWAY)
    for language, first, second in (
        ("es", "Solo quedan 1 de Florero.", "Taza ya no está en sus productos."),
        ("en", "Only 1 left of Vase.", "Taza is no longer in your products."),
    ):
        with speak(language, "CR"):
            assert (proposal_stuck.said(row), proposal_stuck.said(other)) == (first, second)
    letters = db.session.scalars(db.select(Letter).where(Letter.kind == "quotes.stuck").order_by(Letter.id)).all()
    assert [one.data["message"] for one in letters] == [
        ["Solo quedan 1 de Florero."], ["Taza ya no está en sus productos."]]  # fmt: skip
    assert "Solo quedan 1 de Florero." in page(shop.admin, f"/quotes/{row.token}")
    assert "Solo quedan 1 de Florero." in page(shop.admin, "/quotes?show=all")
    row.stuck, row.stuck_told = "No hay más.", {}  # as it was kept before there were codes
    assert proposal_stuck.said(row) == "No hay más."


def test_a_quote_whose_order_ended_unpaid_says_so_and_is_offered_again(shop):
    row, order = lapsed(shop)
    told = read(shop.client.get(f"/quotes/{row.token}", headers=SPANISH))
    assert ('data-quote-state="lapsed"' in told, "Su pedido terminó sin pago" in told) == (True, True)
    desk = page(shop.admin, f"/quotes/{row.token}")
    assert ("terminó sin pago" in desk, f"/quotes/{row.token}/letters" in desk, order.number in desk) == (True,) * 3
    assert [one.id for one in db.session.scalars(proposal_list.query("lapsed"))] == [row.id]
    assert db.session.scalars(proposal_list.query("accepted")).all() == []
    assert "terminó sin pago" in page(shop.admin, "/quotes?show=lapsed")
    assert accept(shop, row).location == f"/orders/{order.token}"  # a tap on a page from before makes nothing
    answer = shop.admin.post(f"{BASE}/{row.token}/letters")
    db.session.expire_all()
    assert (answer.status_code, row.state, row.version, row.order_id) == (303, "sent", 2, None)
    assert order_events.last(order, "offered_again").data["reason"] == row.number
    assert accept(shop, row).status_code == 409  # by the page as it was before
    assert accept(shop, row, version="2").status_code == 303
    assert (row.order_id is not None, row.order_id != order.id, row.order.total_minor) == (
        True, True, order.total_minor)  # fmt: skip


def test_it_can_be_changed_first_and_what_is_paid_late_is_not_offered_again(shop):
    row, order = lapsed(shop)
    fields = {"sku": row.lines[0].sku, "qty": "1", "person": row.contact.token, "until": shop.day(3).isoformat()}
    assert shop.admin.get(f"{BASE}/{row.token}/edit").status_code == 200
    assert shop.admin.post(f"{BASE}/{row.token}", data=fields).status_code == 303
    db.session.expire_all()
    assert (row.state, row.lapsed, row.lines[0].quantity) == ("accepted", True, 1)
    payments.settle(order.payments[0], key="late", amount=order.total)
    db.session.commit()
    assert (order.state, row.lapsed) == ("placed", False)
    shop.admin.post(f"{BASE}/{row.token}/letters")
    db.session.expire_all()
    assert (row.state, row.order_id) == ("accepted", order.id)
    assert db.session.scalar(db.select(db.func.count(Order.id))) == 1


def test_the_search_says_why_some_things_are_not_quoted(shop):
    gifts.voucher(shop)
    shop.product("Florero")
    admin = shop.admin
    told = read(admin.post(f"{BASE}/draft", data={"q": "tarjeta", "do": "look"}, headers=SPANISH))
    assert "«Tarjeta de regalo»: una tarjeta de regalo no se cotiza" in told
    assert "Ningún producto" not in told
    assert 'name="add"' not in told
    assert "no se cotiza" not in read(admin.post(f"{BASE}/draft", data={"q": "florero", "do": "look"}, headers=SPANISH))
    assert "no se cotiza" not in read(admin.get(f"{BASE}/new", headers=SPANISH))
    for place in range(sales.AT_HAND):  # what is not quoted takes nobody's place among what is tapped
        shop.product(f"Tarjeta {place}", price=5_000_00, stock=None, kind="voucher")
    assert 'name="add"' in read(admin.get(f"{BASE}/new", headers=SPANISH))


def test_times_and_subscriptions_say_so_too(shop):
    shop.service(name="Masaje")
    told = read(shop.admin.post(f"{BASE}/draft", data={"q": "masaje", "do": "look"}, headers=SPANISH))
    assert "«Masaje»: un horario no se cotiza" in told


def test_a_quote_that_was_sent_keeps_its_state_without_an_order(shop):
    row = offered(shop, shop.product())
    assert (row.lapsed, row.settled) == (False, False)
    proposals.withdraw(row, by=shop.owner)
    assert (row.lapsed, row.settled) == (False, False)
    assert db.session.scalar(db.select(db.func.count(Proposal.id)).where(Proposal.order_id.is_not(None))) == 0
