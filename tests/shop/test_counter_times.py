"""Goods and times in one sale at the counter: held from the tap on, one order, one payment, taken back together."""

import re
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from kernel import clock
from kernel import letters as post
from kernel.db import db
from shop import booking_list, bookings, ledger, order_list, plans, price_lists, stock
from shop.bookings import Booking
from shop.cart_rows import Cart
from shop.variants import Variant
from tests.goods import only
from tests.shop.desk_calendar import ES, cabin, room, said_at, sku, stamp, told, trip, units_of
from tests.shop.pages import read, text
from tests.shop.test_sale import last

BASE = "/admin/cafe/sales"
CASH = {"shipping": "now", "payment": "counter-cash"}


class Desk:
    """A sale as a browser without scripts fills it in: what the page holds is sent again with each tap."""

    def __init__(self, browser):
        self.browser, self.answer = browser, browser.get(f"{BASE}/new", headers=ES)

    @property
    def fields(self):
        found = {}
        for one in read(self.answer).xpath("//form[@id='sale']//*[self::input or self::select]"):
            kind = one.get("type", one.tag)
            if one.get("name") and (kind not in {"radio", "checkbox"} or one.get("checked") is not None):
                chosen = one.xpath("option[@selected]") or one.xpath("option") or [one]
                found.setdefault(one.get("name"), []).append(chosen[0].get("value", ""))
        return found

    def send(self, path, **more):
        sent = {**self.fields, **{name: [value] for name, value in more.items()}}
        self.answer = self.browser.post(f"{BASE}{path}", data=sent, headers=ES)
        db.session.expire_all()
        return self.answer

    def tap(self, variant):
        return self.send("/draft", add=variant.sku)

    def pick(self, service):
        return self.send("/draft", pick=service.product.slug)

    def hold(self, service, when, counts=None, unit="", **more):
        self.pick(service)
        people = {f"people.{name}": str(count) for name, count in (counts or {}).items()}
        return self.send("/times", to=f"{stamp(when)} {unit}".strip(), **people, **more)

    def sell(self, **more):
        return self.send("", **{**CASH, **more})

    def sum(self, mark="sale-total"):
        """What the page shows there, in minor units."""
        [shown] = read(self.answer).xpath(f"//p[contains(@class, '{mark}')]/strong")
        cents = re.search(r",(\d\d)$", shown.text_content().strip())
        return int(re.sub(r"\D", "", shown.text_content())) * (1 if cents else 100)

    @property
    def times(self):
        return self.fields.get("time", [])


def sums_agree(order):
    """The lines, the delivery and the parts are the total; the ledger has what came, the order owes the rest."""
    lines = sum(line.gross_minor for line in order.lines)
    came = sum(row.amount_minor for row in ledger.of(order))
    parts = [part.amount.minor for part in plans.parts(order)]
    assert order.total_minor == lines + order.shipping_minor
    assert (order.received_minor, order.balance.minor) == (came, order.total_minor - came)
    assert not parts or sum(parts) == order.total_minor


def held():
    return db.session.scalar(select(func.count(Booking.id)).where(Booking.state == "held"))


def test_two_coffees_and_a_tasting_are_one_sale(shop):
    coffee, ride = shop.product(), trip(shop)
    desk = Desk(shop.admin)
    desk.tap(only(coffee))
    desk.tap(only(coffee))
    desk.pick(ride)
    assert read(desk.answer).xpath("//*[@data-targets]//button[@name='to']")
    desk.hold(ride, shop.when(3), {sku(ride): 2, sku(ride, 1): 1})
    [row] = db.session.scalars(select(Booking))
    assert (row.state, row.places, row.order_id, booking_list.slot(ride, shop.when(3)).taken) == ("held", 3, None, 3)
    assert read(desk.answer).xpath("//*[@data-hold]")[0].get("data-hold") in {"598", "599", "600"}
    assert (desk.sum(), read(desk.answer).xpath("//*[@id='time-1']//*[@class='cell-two']/text()")[-1]) == (
        17_000_00, "2 × Adulto, 1 × Nino"
    )  # fmt: skip
    assert not read(desk.answer).xpath("//*[@data-targets]")  # the step is done
    answer = desk.sell(given="20 000", name="Doña Flor")
    order = last()
    assert answer.location == f"/admin/cafe/orders/{order.number}"
    assert "Vuelto: ₡3 000." in told(desk.browser, answer)
    assert (order.total_minor, order.payment, order.state, order.name) == (17_000_00, "paid", "placed", "Doña Flor")
    assert [(one.state, one.order_id, one.cart_id) for one in bookings.of_order(order)] == [("booked", order.id, None)]
    assert (stock.left(only(coffee)), len(ledger.of(order)), db.session.scalars(select(Cart)).all()) == (8, 1, [])
    sums_agree(order)


def test_goods_that_are_in_hand_are_nobody_s_work_any_more(shop):
    coffee, ride, desk = shop.product(), trip(shop), Desk(shop.admin)
    desk.tap(only(coffee))
    desk.hold(ride, shop.when(3), {sku(ride): 1})
    desk.sell(payment="counter-later")
    order = last()
    assert (order.state, order.balance.minor) == ("placed", 7_500_00)
    assert db.session.scalars(order_list.query("prepare")).all() == []
    assert only(coffee).sku not in text(shop.admin.get("/admin/cafe/orders/plan", headers=ES))
    html = shop.admin.get(f"/admin/cafe/orders/{order.number}", headers=ES)
    assert not read(html).xpath("//form[contains(@action, '/deliver')]")


def test_taking_it_off_or_leaving_frees_it_and_the_rest_stays(shop):
    coffee, ride, desk = shop.product(), trip(shop), Desk(shop.admin)
    desk.tap(only(coffee))
    desk.hold(ride, shop.when(3), {sku(ride): 2})
    desk.hold(ride, shop.when(4), {sku(ride): 1})
    assert len(desk.times) == 2
    desk.send("/times", drop_time=desk.times[0])
    assert (held(), booking_list.slot(ride, shop.when(3)).taken, desk.fields["sku"]) == (1, 0, [only(coffee).sku])
    stale = desk.answer
    assert desk.browser.post(f"{BASE}/times", data={"leave": "1", "key": desk.fields["key"]}).status_code == 204
    db.session.expire_all()
    assert (db.session.scalars(select(Booking)).all(), db.session.scalars(select(Cart)).all()) == ([], [])
    desk.answer = stale  # the page that was left still shows it: it does not sell the goods alone
    assert (desk.sell().status_code, last()) == (409, None)
    assert "cambió mientras tanto" in text(desk.answer)
    assert (desk.times, desk.fields["qty"]) == ([], ["1"])


def test_the_same_form_twice_sells_once_and_holds_nothing_more(shop):
    coffee, ride, desk = shop.product(), trip(shop), Desk(shop.admin)
    desk.tap(only(coffee))
    page = desk.hold(ride, shop.when(3), {sku(ride): 1})
    leads = desk.sell().location
    desk.answer = page
    assert desk.sell().location == leads
    desk.answer = page
    assert desk.hold(ride, shop.when(5), {sku(ride): 1}).status_code == 409
    assert (held(), booking_list.slot(ride, shop.when(3)).taken, stock.left(only(coffee))) == (0, 1, 9)
    assert len(ledger.of(last())) == 1


def test_what_was_just_taken_is_said_with_what_is_free_and_nothing_is_lost(shop):
    coffee, ride, desk = shop.product(), trip(shop, capacity=3), Desk(shop.admin)
    desk.tap(only(coffee))
    desk.pick(ride)
    shop.booked(ride, shop.when(3), [2])
    answer = desk.hold(ride, shop.when(3), {sku(ride): 2}, name="Doña Flor")
    assert answer.status_code == 409
    assert [desk.fields[name] for name in ("name", f"people.{sku(ride)}")] == [["Doña Flor"], ["2"]]
    near = read(answer).xpath("//*[@data-errors]//button[@name='to']/@value")
    assert near[0] == stamp(shop.when(4))
    desk.send("/times", to=near[0])
    assert len(desk.times) == 1
    assert desk.sell().status_code == 303
    assert last().lines[1].quantity == 2


def test_a_hold_that_ran_out_is_taken_again_or_told_with_the_goods_kept(shop):
    coffee, ride, desk = shop.product(stock=5), trip(shop, capacity=2), Desk(shop.admin)
    desk.tap(only(coffee))
    desk.hold(ride, shop.when(3), {sku(ride): 2})
    with time_machine.travel(clock.now() + timedelta(minutes=11)):
        shop.booked(ride, shop.when(3), [1])
        assert desk.sell(name="Doña Flor").status_code == 409
        assert (last().by_staff, stock.left(only(coffee))) == (False, 5)  # only the other's order
        assert "Alguien acaba de tomarlo" in read(desk.answer).xpath("string(//*[@id='time-1-error'])")
        assert (desk.fields["name"], desk.fields["sku"]) == (["Doña Flor"], [only(coffee).sku])
        near = read(desk.answer).xpath("//button[@name='swap']/@value")
        desk.send("/times", swap=near[0])
        assert (len(desk.times), held()) == (1, 1)
    with time_machine.travel(clock.now() + timedelta(minutes=30)):
        desk.send("/draft")
        assert "sigue libre" in text(desk.answer)
        assert desk.sell().status_code == 303  # nobody else came: it is taken again
    assert [row.starts_at for row in bookings.of_order(last())] == [shop.when(4)]
    sums_agree(last())


TENTH, SOME = {"off": "10", "off_why": "Amiga"}, {"off": "1 111", "off_in": "amount", "off_why": "Amiga"}


@pytest.mark.parametrize(
    "how",
    [{}, {"amount": "deposit"}, {"amount": "deposit", **TENTH}, {"amount": "deposit", **SOME}, {"parts": "3", **SOME},
     {"payment": "counter-later", **TENTH}, {"person": "", **SOME}],
)  # fmt: skip
def test_the_sums_of_such_an_order_are_right(shop, how):
    coffee, stay, ride = shop.product(price=3_333_33), cabin(shop), trip(shop)
    stay.product.deposit_bp = 3333
    known = shop.contact(email="ana@example.com", group="mayorista")
    price_lists.put("mayorista", {coffee.id: 2_777_77}, by=None)
    db.session.commit()
    desk, sent = Desk(shop.admin), {**CASH, **how, **({"person": known.token} if "person" in how else {})}
    desk.tap(only(coffee))
    desk.hold(stay, shop.when(5, "14:00"), {"": 5}, nights="2")
    desk.hold(ride, shop.when(5), {sku(ride): 1, sku(ride, 1): 2})
    desk.send("/draft", **sent)
    shown, now = desk.sum(), desk.sum("sale-now") if "amount" in how else None
    assert desk.sell(**sent).status_code == 303, text(desk.answer)
    order = last()
    sums_agree(order)
    assert (shown, order.discount_minor > 0) == (order.total_minor, "off" in how)
    assert order.plan == ("deposit" if "amount" in how else "agreed" if "parts" in how else "")
    assert order.received_minor == now or now is None
    assert (order.received_minor == 0) == ("payment" in how)
    assert (order.customer_group, {row.state for row in bookings.of_order(order)}) == (
        "mayorista" if "person" in how else "", {"booked"}
    )  # fmt: skip


@pytest.mark.parametrize("payment", ["counter-cash", "counter-later"])
def test_taking_the_sale_back_gives_both_back(shop, payment):
    coffee, ride, desk = shop.product(stock=5), trip(shop), Desk(shop.admin)
    variant_id = only(coffee).id
    desk.tap(only(coffee))
    desk.hold(ride, shop.when(3), {sku(ride): 2})
    desk.sell(payment=payment, reach="ana@example.com")
    order = last()
    assert [one.kind for one in post.about(order)] == ["orders.placed"]
    shop.admin.post(f"{BASE}/{order.number}/undo", headers=ES)
    db.session.expire_all()
    order = last()
    assert (order.state, order.received_minor, order.payment) == ("cancelled", 0, "void")
    assert {row.state for row in bookings.of_order(order)} == {"cancelled"}
    left = stock.left(db.session.get(Variant, variant_id))
    assert (left, booking_list.slot(ride, shop.when(3)).taken, sum(r.amount_minor for r in ledger.of(order))) == (
        5,
        0,
        0,
    )


def test_what_its_people_need_to_know_is_asked_and_kept(shop):
    asked = [
        {"code": "alergias", "label": {"es": "Alergias"}, "required": True},
        {"code": "m", "label": {"es": "Nota"}},
    ]
    ride, desk = trip(shop, questions=asked), Desk(shop.admin)
    desk.hold(ride, shop.when(3), {sku(ride): 1})
    field = f"answer.{desk.times[0]}.alergias"
    assert desk.sell().status_code == 422
    assert said_at(desk.answer, field)
    assert desk.sell(**{field: "a" * 301}).status_code == 422
    assert desk.fields[field] == ["a" * 301]
    desk.sell(**{field: " Maní  y "})
    assert bookings.of_order(last())[0].answers == {"Alergias": "Maní y"}


def test_a_unit_and_nights_are_chosen_as_in_the_calendar(shop):
    talk, stay, desk = room(shop), cabin(shop), Desk(shop.admin)
    desk.pick(talk)
    desk.send("/draft", go_day=shop.day(3).isoformat())
    free = read(desk.answer).xpath("//*[@data-targets]//button[contains(@aria-label, 'Sala 2')]/@value")
    desk.send("/times", to=free[0])
    desk.pick(stay)
    desk.send("/draft", go_day=shop.day(3).isoformat(), nights="3", **{"people.": "5"})
    assert not read(desk.answer).xpath("//*[@id='nights'][@value!='3']")
    free = read(desk.answer).xpath("//*[@data-targets]//button/@value")
    desk.send("/times", to=free[0])
    desk.sell()
    rows = bookings.of_order(last())
    assert [units_of(row) for row in rows] == [["Sala 2"], ["Cabaña 1", "Cabaña 2"]]
    assert rows[-1].ends_at == shop.when(6, "11:00")


def test_what_cannot_be_held_is_said_and_nothing_is_written(shop):
    ride, coffee, desk = trip(shop), shop.product(), Desk(shop.admin)
    desk.tap(only(coffee))
    page, people = desk.pick(ride), f"people.{sku(ride)}"
    wrong = ({"to": ""}, {"to": "zzz"}, {"to": "20200101T150000Z"}, {people: "x"}, {people: "0"}, {people: "99"},
             {"picked": "nada"}, {"key": "corta"}, {"again": "x"}, {"swap": "x"})  # fmt: skip
    for one in wrong:
        desk.answer = page
        answer = desk.send("/times", **{"to": stamp(shop.when(3)), **one})
        assert answer.status_code in {409, 422}, one
        assert read(answer).xpath("//*[@role='alert' or @aria-invalid='true']"), one
        assert (desk.fields["sku"], held()) == ([only(coffee).sku], 0), one


def test_a_deposit_is_not_put_off_and_not_split(shop):
    ride, desk = trip(shop, product={"deposit_bp": 5000}), Desk(shop.admin)
    desk.hold(ride, shop.when(9), {sku(ride): 2})
    for wrong, field in (({"payment": "counter-later"}, "payment"), ({"parts": "2"}, "parts")):
        assert desk.sell(amount="deposit", **wrong).status_code == 422
        assert read(desk.answer).xpath(f"string(//*[@id='{field}-error'])")
    desk.sell(amount="deposit", parts="", payment="counter-cash", given="6000")
    assert (last().plan, last().received_minor, last().total_minor) == ("deposit", 5_000_00, 10_000_00)
    assert "Vuelto: ₡1 000." in told(desk.browser, desk.answer)


def test_by_transfer_only_where_its_money_can_come_before(shop):
    shop.transfer(hold_hours=48)
    ride, desk = trip(shop), Desk(shop.admin)
    desk.hold(ride, shop.when(1), {sku(ride): 1})
    with time_machine.travel(shop.when(1) - timedelta(minutes=40), tick=False):
        desk.sell(payment="transfer", reach="ana@example.com")
        assert "Ya no da tiempo" in read(desk.answer).xpath("string(//*[@id='payment-error'])")
    desk = Desk(shop.admin)
    desk.hold(ride, shop.when(9), {sku(ride): 1})
    desk.sell(payment="transfer", reach="ana@example.com")
    assert (last().payment, last().hold_until is not None) == ("due", True)
    coffee, desk = shop.product(), Desk(shop.admin)
    desk.tap(only(coffee))
    desk.hold(ride, shop.when(9), {sku(ride): 1})
    desk.sell(payment="transfer", reach="ana@example.com")
    assert (last().payment, last().hold_until) == (
        "due",
        None,
    )  # its goods are gone: they do not come back by themselves


def test_another_person_s_and_another_shop_s_times_are_not_there(shop, rival):
    shop.enter()
    ride, desk = trip(shop), Desk(shop.admin)
    desk.hold(ride, shop.when(3), {sku(ride): 1})
    key, [token] = desk.fields["key"], desk.times
    clerk = shop.staff("clerk")
    assert not read(clerk.post(f"{BASE}/draft", data={"key": key})).xpath("//input[@name='time']")
    for taps in ({"drop_time": token}, {"leave": "1"}):
        clerk.post(f"{BASE}/times", data={"key": key, **taps})
    db.session.expire_all()
    assert held() == 1
    assert shop.staff("marketer").post(f"{BASE}/times", data={"key": key}).status_code == 404
    rival.enter()
    theirs = rival.service("Ajeno").product.slug
    shop.enter()
    fields = {"key": key, "picked": theirs, "to": stamp(shop.when(3))}
    assert shop.admin.post(f"{BASE}/times", data=fields).status_code == 422
    assert held() == 1
