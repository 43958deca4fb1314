"""Who did not come so often pays the whole price before, where the shop says so: whatever is sent, and told politely."""

from contextlib import nullcontext
from datetime import timedelta

import pytest
import time_machine

from kernel import clock
from kernel.db import db
from shop import absences, arrivals, balances, checkout, prepaying, settings
from shop.payment_methods import PaymentMethod
from shop.quotes import Choice
from tests.shop.desk_calendar import ES
from tests.shop.pages import form, read, text
from tests.shop.trips import filled, ordered, trip

WHERE = "/admin/cafe/settings/absences"


def ruled(shop, times=2, months=12):
    settings.put(settings.front(), {"absent_times": times, "absent_months": months})
    db.session.commit()


def half(shop):
    return trip(shop, capacity=40, product={"deposit_bp": 5_000})


def missed(shop, service, times, **who):
    """Somebody who did not come so often in the last days."""
    with time_machine.travel(clock.now() - timedelta(days=20)):
        rows = [shop.booked(service, shop.when(3 + one), **who) for one in range(times)]
    for row in rows:
        with clock.at(row.starts_at):
            arrivals.miss(row, by=shop.owner)
    db.session.commit()
    return rows[0].order.contact


def test_by_address_number_or_account_all_of_it_is_paid_before(shop):
    service = half(shop)
    who = missed(shop, service, 2, email="ana@example.com", phone="+50688887777")
    ordered(shop, service, plan="deposit", email="ana@example.com")  # the rule is off
    ruled(shop)
    for told in ({"email": "ANA@example.com", "phone": ""}, {"email": "otra@example.com", "phone": "+50688887777"}):
        with pytest.raises(prepaying.WholeBefore):
            ordered(shop, service, plan="deposit", **told)
        db.session.rollback()
    cart, _row = filled(shop, service, shop.when())
    cart.contact_id = who.id
    db.session.commit()
    with pytest.raises(prepaying.WholeBefore):
        checkout.place(cart, Choice(), shop.details(plan="deposit", email="x@example.com", phone=""), key="account")
    db.session.rollback()
    order, _row = ordered(shop, service, email="ana@example.com")
    assert (order.plan, order.balance) == ("", order.total)
    ordered(shop, service, plan="deposit", email="beto@example.com", phone="+50688880000")  # others as before


def test_less_often_or_longer_ago_is_not_asked(shop):
    service = half(shop)
    who = missed(shop, service, 2, email="ana@example.com")
    for times, months in ((3, 12), (None, 12)):
        ruled(shop, times, months)
        ordered(shop, service, plan="deposit", email="ana@example.com")
    ruled(shop, 2, 3)
    assert absences.missed_by({who.id}, "", 3) == 2
    with clock.at(clock.now() + timedelta(days=100)):
        assert absences.missed_by({who.id}, "", 3) == 0


def test_a_firm_that_pays_later_does_not_either_nor_chooses_so_afterwards(shop):
    service, vase = trip(shop, capacity=40), shop.product("Florero")
    db.session.add(PaymentMethod(code="later", kind="credit", label={"es": "A crédito"}))
    missed(shop, service, 1, email="ana@example.com", phone="")
    ruled(shop, 1)
    for number, who in enumerate(("ana", "beto")):
        cart, _row = filled(shop, service, shop.when())
        told = shop.details("later", email=f"{who}@example.com", phone="")
        with pytest.raises(prepaying.WholeBefore) if who == "ana" else nullcontext():
            checkout.place(cart, Choice(), told, key=f"later-{number}", group="hoteles")
        db.session.rollback()
        order, _row = ordered(shop, service, email=f"{who}@example.com", phone="")
        order.customer_group = "hoteles"
        kinds = {one.kind for one in balances.methods(order)}
        assert kinds == ({"transfer"} if who == "ana" else {"transfer", "credit"})
    goods = shop.details("later", email="ana@example.com", phone="")
    order = checkout.place(shop.cart(vase), shop.choice(vase), goods, key="goods", group="hoteles")
    assert order.balance  # no booking: as before


def test_the_page_tells_who_is_logged_in_and_of_others_only_what_is_asked(shop):
    service = half(shop)
    who = missed(shop, service, 1, email="ana@example.com")
    ruled(shop, 1)
    shop.transfer()
    time = {"product": service.product.slug, "day": shop.day(7).isoformat(), "time": "09:00"}
    people = {f"people.{one.sku}": "1" for one in service.product.variants[:1]}
    plans = lambda page: read(page).xpath("//input[@name='plan']/@value")  # noqa: E731
    known, guest = shop.shopper(who), shop.client
    for browser in (known, guest):
        assert browser.post("/bookings/hold", data={**time, **people}).status_code == 303
    mine, theirs = known.get("/checkout", headers=ES), guest.get("/checkout", headers=ES)
    assert (plans(mine), plans(theirs)) == ([], ["deposit", "full"])
    assert "pide el precio completo por adelantado" in text(mine)
    typed = {**form(theirs, "/checkout"), "email": "ana@example.com", "name": "Ana", "plan": "deposit"}
    asked = guest.post("/checkout", data={**typed, "refresh": "1"}, headers=ES)
    assert plans(asked) == ["deposit", "full"]  # looking tells nothing of an address
    refused = guest.post("/checkout", data=typed, headers=ES)
    assert (refused.status_code, plans(refused)) == (409, [])
    assert "elija una forma de pagarlo todo ahora" in text(refused)
    assert read(refused).xpath("//input[@name='email']/@value") == ["ana@example.com"]
    assert guest.post("/checkout", data=form(refused, "/checkout"), headers=ES).status_code == 303


def test_the_owner_decides_it(shop):
    admin = shop.admin
    assert "reserva de nuevo si paga todo" in text(admin.get(WHERE, headers=ES))
    assert admin.post(WHERE, data={"times": "9", "months": "12"}).status_code == 422
    assert admin.post(WHERE, data={"times": "2", "months": "6"}).status_code == 303
    assert (settings.front().absent_times, settings.front().absent_months) == (2, 6)
    assert admin.post(WHERE, data={"times": "", "months": "6"}).status_code == 303
    db.session.expire_all()
    assert settings.front().absent_times is None
