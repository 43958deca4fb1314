"""Asks: the clerk asks, who may does it or does not, the clerk reads the answer; each is answered once."""

import re
from collections import Counter
from html import unescape

import pytest
from sqlalchemy import select

from kernel import letters, memberships, today
from kernel.db import db
from shop import ask_rows, cancellations, ledger, orders, practice
from shop.ask_rows import Ask
from tests.shop.ask_racers import HERE
from tests.shop.pages import read

BASE = "/admin/cafe"
SPANISH = {"Accept-Language": "es"}


def html(browser, path, status=200):
    answer = browser.get(BASE + path, headers=SPANISH)
    assert answer.status_code == status, (path, answer.status_code)
    return unescape(answer.get_data(as_text=True))


def ask(browser, order, status=303, **told):
    told = {"kind": "cancel", "reason": "Pidió dos veces", **told}
    answer = browser.post(f"{BASE}/orders/{order.number}/asks", data=told, headers=SPANISH)
    assert answer.status_code == status, answer.get_data(as_text=True)[:800]
    return unescape(answer.get_data(as_text=True))


def rows():
    db.session.expire_all()
    return db.session.scalars(select(Ask).order_by(Ask.id)).all()


def step(browser, row, verb, **told):
    answer = browser.post(f"{BASE}/orders/{row.order.number}/asks/{row.token}/{verb}", data=told, headers=SPANISH)
    db.session.expire_all()
    return answer.status_code


def number(name):
    return today.named(name).number


def test_a_clerk_asks_the_owner_cancels_in_one_tap_and_the_clerk_reads_it(shop):
    order, clerk, owner = shop.bought(shop.product(stock=5)), shop.staff("clerk"), shop.admin
    page = html(clerk, f"/orders/{order.number}")
    assert "Lo puede hacer: Dueña o dueño, Administración" in page
    assert 'data-action="cancel-order"' not in page
    ask(clerk, order)
    assert "Otra vez" in ask(clerk, order, 409, reason="Otra vez")  # what they typed stays
    [row] = rows()
    assert "Pidió dos veces" in html(owner, f"/orders/{order.number}")
    assert "Le piden cancelar o devolver" in html(owner, "/")
    assert html(owner, "/orders/asks?show=waiting").count("data-row") == number("asks.waiting") == 1
    assert step(clerk, row, "cancellation") == 404
    assert step(owner, row, "cancellation") == 303
    assert (orders.numbered(order.number).state, cancellations.of(order).reason) == ("cancelled", "Pidió dos veces")
    assert step(owner, row, "cancellation") == 303  # pressed twice
    assert "Alguien ya respondió eso" in html(owner, f"/orders/{order.number}")
    assert number("asks.waiting") == 0
    assert "Respuestas a lo que usted pidió" in html(clerk, "/")
    assert html(clerk, "/orders/asks?show=answers").count("data-row") == 1
    assert step(owner, row, "seen") == 404
    assert step(clerk, row, "seen") == 303
    assert "data-row" not in html(clerk, "/orders/asks?show=answers")


def test_money_goes_back_as_asked_and_never_more_than_came(shop):
    order, clerk, owner = shop.bought(shop.product(price=9_00), paid=True), shop.staff("clerk"), shop.admin
    for amount, words in (("9,01", "Se puede devolver"), ("mucho", "1500"), ("-1", "")):
        page = ask(clerk, order, 422, kind="refund", amount=amount)
        assert f'value="{amount}"' in page
        assert words in page
    assert "Escriba por qué" in ask(clerk, order, 422, kind="refund", reason=" ")
    assert ask(clerk, order, 404, kind="bribe")
    assert rows() == []
    ask(clerk, order, kind="refund", amount="4")
    [row] = rows()
    assert step(owner, row, "cancellation") == 404  # it is no cancellation
    assert step(owner, row, "refund") == 303
    assert step(owner, row, "refund") == 303
    assert [one.amount_minor for one in ledger.of(order)] == [9_00, -4_00]
    assert (row.answer, row.answered_by.id) == ("done", shop.owner_id)


def test_it_is_not_done_and_says_why(shop):
    order, clerk = shop.bought(shop.product(), paid=True), shop.staff("clerk")
    ask(clerk, order, kind="refund")
    [row] = rows()
    assert step(shop.staff("accountant"), row, "refusal") == 404
    assert step(shop.staff("manager"), row, "refusal", said="Ya se le cambió") == 303
    assert "Ya se le cambió" in html(clerk, f"/orders/{order.number}")
    assert len(ledger.of(order)) == 1
    ask(clerk, order, kind="refund", reason="Insiste")  # it may be asked anew
    assert step(shop.admin, rows()[1], "refund") == 303


def test_what_happened_meanwhile_is_said(shop):
    order, clerk, owner = shop.bought(shop.product()), shop.staff("clerk"), shop.admin
    ask(clerk, order)
    [row] = rows()
    cancellations.by_buyer(orders.numbered(order.number))
    db.session.commit()
    assert number("asks.waiting") == 0
    assert "Ya no hace falta" in html(clerk, f"/orders/{order.number}")
    assert step(owner, row, "cancellation") == 303
    assert "ya no hay nada que hacer" in html(owner, f"/orders/{order.number}")
    assert rows()[0].answer == ""
    assert "se puede cancelar ni devolver" in html(clerk, f"/orders/{order.number}/asks/new")
    other = shop.bought(shop.product("Otro"))
    ask(clerk, other)
    answer = owner.post(f"{BASE}/orders/{other.number}/cancellation", data={"reason": "No hay"})  # by the usual form
    assert (answer.status_code, rows()[1].answer) == (303, "done")


def test_one_time_of_several_is_asked_for_and_called_off(rival, shop):
    service = shop.service()
    booking = shop.booked(service, shop.when(8), paid=True)
    clerk, order = shop.staff("clerk"), booking.order
    page = html(clerk, f"/bookings/{booking.token}")
    assert re.search(r'data-action="ask-cancel"', page)
    ask(clerk, order, booking=booking.token)
    [row] = rows()
    assert 'data-action="do-ask"' in html(shop.admin, f"/bookings/{booking.token}")
    assert step(shop.admin, row, "cancellation") == 303
    assert booking.state == "cancelled"
    asked, more = row.token, shop.bought(shop.product("Más")).number
    theirs = rival.enter().booked(rival.service(), rival.when(8))
    token, number_ = theirs.token, theirs.order.number
    told = {"kind": "cancel", "reason": "Ajena", "booking": token}
    assert clerk.post(f"{BASE}/orders/{more}/asks", data=told).status_code == 404
    assert rival.admin.post(f"/admin/{rival.slug}/orders/{number_}/asks/{asked}/refusal").status_code == 404


def test_practice_takes_its_asks_along(shop):
    shop.tenant.live_at = None
    order = shop.bought(shop.product(), paid=True)
    assert order.practice
    ask_rows.make(order, "cancel", by=shop.owner, reason="Prueba")
    practice.wipe(by=shop.owner)
    assert rows() == []


@pytest.mark.parametrize(("verb", "once"), [("refund", True), ("refund_careless", False)])
def test_eight_who_answer_at_once_return_it_once(crew, shop, verb, once):
    order = shop.bought(shop.product(price=90_00), paid=True)
    row = ask_rows.make(order, "refund", by=shop.owner, reason="Rota", amount=order.money(1_00))
    db.session.commit()
    answers = Counter(crew.race(shop, HERE + verb, [(order.number, row.token, shop.owner_id)] * 8))
    db.session.expire_all()
    assert (len(ledger.of(order)) == 2) is once, answers  # what came, what went
    if once:
        assert answers == {("done", 1): 1, ("refused", "Answered"): 7}


def test_who_may_do_it_gets_one_letter_an_ask_unless_the_shop_wants_none(shop, rival):
    rival.staff("manager")
    shop.enter()
    order, clerk, owner = shop.bought(shop.product(price=9_00), paid=True), shop.staff("clerk"), shop.admin
    manager, marketer = shop.staff("manager"), shop.staff("marketer")
    assert manager
    assert marketer
    ask(clerk, order, kind="refund", amount="4")
    ask(clerk, order, kind="refund", amount="4")  # tapped twice
    ask(clerk, order, 409, kind="refund", amount="3")
    told = [one for one in letters.about(order) if one.kind == "asks.refund"]
    may = {one.email for row, one in memberships.staff() if row.role in {"owner", "manager"}}
    assert sorted(one.to for one in told) == sorted(may)
    assert "Pidió dos veces" in told[0].text
    assert "le pide devolver" in told[0].subject
    assert order.number in told[0].html
    values = read(owner.get(f"{BASE}/settings/contact", headers=SPANISH)).xpath("//input[@name='ask_letters']/@checked")
    assert values == ["checked"]
    assert owner.post(f"{BASE}/settings/contact", data={"email": "a@b.example"}).status_code == 303
    ask(clerk, order, kind="cancel")
    assert [one for one in letters.about(order) if one.kind == "asks.cancel"] == []
    assert number("asks.waiting") == 2  # in "Hoy" it stands all the same
