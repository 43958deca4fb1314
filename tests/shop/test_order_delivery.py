"""Changing how a placed order is brought: places, stock of the day, price, papers, letters; and what cannot be."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from kernel import letters
from kernel.db import db
from shop import (
    cancellations,
    delivery_slots,
    fulfilment,
    invoice_lines,
    invoices,
    order_changes,
    order_delivery,
    order_delivery_cost,
    order_events,
    plans,
    refunds,
    stock,
)
from shop.order_delivery import Reach
from shop.payment_methods import PaymentMethod
from shop.quotes import Choice
from shop.stock import DayTaken
from tests.goods import HOME, only
from tests.shop.test_taxes import ruled

DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
SLOTS = ["07:30-09:00", "16:00-18:00"]


@pytest.fixture
def courier(shop):
    return shop.delivery(price=2_000_00, days=DAYS, slots=SLOTS, slot_capacity=1)


def placed(shop, product, *, shipping="envio", at=1, slot=SLOTS[0], **how):
    """An order for the day after so many days; those of today and tomorrow may be late already."""
    day = shop.day(at + 1)
    choice = Choice(shipping=shipping, day=day, slot=slot, address=HOME)
    return shop.bought(product, choice=choice, **how)


def reach(order, **told):
    kept = {"way": order.delivery_code, "day": order.delivery_day, "slot": order.delivery_slot, "name": order.name,
            "address": order.address or HOME, "phone": order.phone, "note": order.note}  # fmt: skip
    return Reach(**{**kept, **told})


def taken(method, day, slot):
    return delivery_slots.taken(method.id, day, day).get((day, slot), 0)


def change(shop, order, **told):
    made = order_delivery.change(order, reach(order, **told), by=shop.owner)
    db.session.commit()
    return made


def sums(order):
    """What every order's amounts are: their parts."""
    assert order.items_minor == sum(line.gross_minor for line in order.lines)
    assert order.total_minor == order.items_minor + order.shipping_minor
    shipping = sum(part["tax_minor"] for part in order.shipping_components)
    assert order.tax_minor == sum(line.tax_minor for line in order.lines) + shipping
    return order.total_minor - order.credited_minor - order.received_minor


def test_another_day_takes_its_place_and_gives_the_old_one_back(shop, courier):
    order = placed(shop, shop.product())
    was, day = order.delivery_day, order.delivery_day + timedelta(days=1)
    made = change(shop, order, day=day, slot=SLOTS[1])
    assert (taken(courier, was, SLOTS[0]), taken(courier, day, SLOTS[1])) == (0, 1)
    assert (order.delivery_day, order.delivery_slot, order.lines[0].day) == (day, SLOTS[1], day)
    assert "16:00–18:00" in made.said
    change(shop, order, note="Tocar el timbre")  # what stays takes nothing
    assert taken(courier, day, SLOTS[1]) == 1
    cancellations.by_staff(order, by=shop.owner, reason="No viene")
    assert taken(courier, day, SLOTS[1]) == 0


def test_a_full_time_is_refused_unless_it_is_meant(shop, courier):
    vase = shop.product()
    placed(shop, vase, at=2)
    order = placed(shop, vase, at=1)
    day = order.delivery_day + timedelta(days=1)
    with pytest.raises(order_delivery.NotFree):
        change(shop, order, day=day)
    db.session.rollback()
    assert order.delivery_day == day - timedelta(days=1)
    change(shop, order, day=day, anyway=True)
    assert taken(courier, day, SLOTS[0]) == 2


def test_what_is_made_for_a_day_is_made_for_the_new_one(shop, courier):
    loaf = shop.product("Pan", daily=3)
    order = placed(shop, loaf, quantity=2)
    other = placed(shop, loaf, quantity=2, at=2, slot=SLOTS[1])
    was, day = order.delivery_day, other.delivery_day
    with pytest.raises(stock.SoldOut):  # the oven makes three a day, whoever wants it
        change(shop, order, day=day, anyway=True)
    db.session.rollback()
    change(shop, order, day=day + timedelta(days=1))
    made = {row.day: row.taken for row in db.session.scalars(select(DayTaken))}
    assert (made[was], made[day], made[day + timedelta(days=1)]) == (0, 2, 2)
    cancellations.by_staff(order, by=shop.owner, reason="No viene")
    assert stock.left(only(loaf), day + timedelta(days=1)) == 3


def test_a_dearer_way_is_asked_for_and_billed_by_a_further_paper(shop, courier):
    shop.tax()
    order = shop.bought(shop.product(price=10_000_00), paid=True)
    assert (order.payment, len(invoices.billed(order))) == ("paid", 1)
    day = shop.day(2)
    made = change(shop, order, way="envio", day=day, slot=SLOTS[0], address=HOME)
    assert (made.difference.minor, sums(order), order.payment) == (2_000_00, 2_000_00, "partial")
    assert (order.payments[-1].asked.minor, order.hold_until) == (2_000_00, None)  # what was safe stays safe
    order_changes.tell(order, made)
    shop.pay(order)
    first, further = invoices.billed(order)
    [line] = invoice_lines.of(further.id)
    assert (line.kind, further.gross_minor, line.tax_minor) == ("delivery", 2_000_00, order.tax_minor - first.tax_minor)
    assert (order.payment, invoices.holds(order)) == ("paid", order.total_minor)
    change(shop, order, way="retiro", day=None, slot="", address={})
    assert (order.payment, sums(order), invoices.holds(order)) == ("overpaid", -2_000_00, order.total_minor)
    assert refunds.owed(order).minor == 2_000_00
    note = invoices.every(order)[-1]
    assert (note.kind, note.corrects_id, note.tax_minor) == ("credit_note", further.id, further.tax_minor)


def test_a_cheaper_way_before_it_is_paid_is_asked_for(shop, courier):
    order = placed(shop, shop.product(price=10_000_00))
    change(shop, order, way="retiro", day=None, slot="", address={})
    assert (sums(order), order.payments[-1].asked.minor, order.shipping_minor) == (10_000_00, 10_000_00, 0)
    assert (order.address, taken(courier, shop.day(2), SLOTS[0])) == ({}, 0)
    shop.pay(order)
    assert [row.gross_minor for row in invoices.every(order)] == [10_000_00]


def test_who_pays_at_the_counter_pays_the_courier_then(shop, courier):
    counter = shop._kept(PaymentMethod(code="al-retirar", kind="on_pickup", label={"es": "Al retirar"}))
    shop.on_delivery()
    order = shop.bought(shop.product(price=10_000_00), payment=counter.code)
    change(shop, order, way="envio", day=shop.day(2), slot=SLOTS[0], address=HOME)
    assert [(row.kind, row.state) for row in order.payments][-1] == ("on_delivery", "due")
    assert order.payments[-1].asked.minor == sums(order) == 12_000_00


def test_a_plan_grows_with_its_next_part(shop, courier):
    order = shop.bought(shop.product(price=10_000_00, deposit_bp=3000), plan="deposit")
    shop.pay(order)
    change(shop, order, way="envio", day=shop.day(2), slot=SLOTS[0], address=HOME)
    assert [part.amount.minor for part in plans.parts(order)] == [3_000_00, 9_000_00]
    assert order.hold_until is None


@pytest.mark.parametrize("step", ["ship", "deliver"])
def test_what_left_stays_as_it_was(shop, courier, step):
    order = placed(shop, shop.product())
    getattr(fulfilment, step)(order, by=shop.owner)
    db.session.commit()
    with pytest.raises(order_changes.TooLate):
        change(shop, order, note="Tarde")
    db.session.rollback()
    assert shop.admin.get(f"/admin/{shop.slug}/orders/{order.number}/delivery").status_code == 404


def test_money_on_its_way_back_is_waited_for(shop, courier):
    order = shop.bought(shop.product(), paid=True)
    order.refunding_minor = 100
    with pytest.raises(order_changes.MoneyMoves):
        change(shop, order, note="Ahora")
    db.session.rollback()


def test_a_practice_order_takes_no_place(shop, courier):
    shop.tenant.live_at = None
    db.session.commit()
    order = placed(shop, shop.product())
    change(shop, order, day=order.delivery_day + timedelta(days=1))
    assert not taken(courier, order.delivery_day, SLOTS[0])


def posted(order, **told):
    lines = {f"address_{key}": value for key, value in HOME.items() if key != "country"}
    day = order.delivery_day.isoformat() if order.delivery_day else ""
    return {"shipping": order.delivery_code, "day": day, "slot": order.delivery_slot, "name": order.name,
            "phone": "8888 7777", "note": "", "country": "CR", "seen": "0", "address_street": "100 m sur", **lines, **told}  # fmt: skip


def test_the_page_says_what_it_costs_before_it_counts(shop, courier):
    order = shop.bought(shop.product(price=10_000_00), paid=True)
    client, url = shop.admin, f"/admin/{shop.slug}/orders/{order.number}/delivery"
    assert url in client.get(f"/admin/{shop.slug}/orders/{order.number}").get_data(as_text=True)
    day = (shop.day(2)).isoformat()
    told = posted(order, shipping="envio", day=day, slot=SLOTS[0], note="Portón verde", tell="y")
    answer = client.post(f"{url}/change", data=told)
    page = answer.get_data(as_text=True)
    assert (answer.status_code, 'name="seen" value="200000"' in page, "Portón verde" in page) == (409, True, True)
    assert client.post(f"{url}/change", data={**told, "seen": "200000"}).status_code == 303
    db.session.expire_all()
    assert (order.delivery_code, order.note, order.phone) == ("envio", "Portón verde", "+50688887777")
    assert order_events.last(order, "delivery_changed").account_id == shop.owner.id
    [letter] = [row for row in letters.about(order) if row.kind == "orders.changed_to_pay"]
    assert "Envío" in letter.data["lead"]
    page = client.get(f"/admin/{shop.slug}/orders/{order.number}").get_data(as_text=True)
    assert "Lo%20nuevo" in page  # the chat says it too


@pytest.mark.parametrize(
    ("wrong", "words"),
    [({"address_street": ""}, "address_street"), ({"phone": "12"}, "phone-error"), ({"day": "2020-01-01"}, "when-error"),
     ({"shipping": "nada"}, "role=\"alert\""), ({"seen": "9" * 30, "day": "x"}, "when-error")],
)  # fmt: skip
def test_what_is_wrong_stays_in_the_form_and_changes_nothing(shop, courier, wrong, words):
    order = placed(shop, shop.product())
    before = (order.delivery_day, order.delivery_slot, dict(order.address))
    url = f"/admin/{shop.slug}/orders/{order.number}/delivery/change"
    answer = shop.admin.post(url, data=posted(order, name="Doña Rosa", **wrong))
    page = answer.get_data(as_text=True)
    assert answer.status_code in {409, 422}
    assert words in page
    assert "Doña Rosa" in page
    db.session.expire_all()
    assert (order.delivery_day, order.delivery_slot, dict(order.address)) == before
    assert order_events.last(order, "delivery_changed") is None


def test_a_place_with_other_taxes_is_another_order(shop, courier):
    shop.zone("limon", "Limón")
    ruled(shop.tax(), rate_bp=100, zone="limon")
    db.session.commit()
    order = placed(shop, shop.product())
    with pytest.raises(order_delivery_cost.OtherTaxes):
        change(shop, order, address={**HOME, "region": "Limón", "city": "Limón", "district": "Limón"})
    db.session.rollback()
