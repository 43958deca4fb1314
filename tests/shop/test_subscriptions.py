"""A subscription's turns are orders, each made once on its time; whoever has it leaves one out, pauses, changes, ends it."""

from datetime import date, timedelta

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from crm import facts, indicators, people
from kernel import clock, jobs, phones, tenancy
from kernel.db import db
from kernel.letters import Letter
from shop import (
    cancellations,
    catalog,
    days,
    expiry,
    intervals,
    renewals,
    stock,
    subscription_list,
    subscription_rows,
    subscriptions,
)
from shop.orders import Order
from shop.subscription_rows import Subscription
from tests.goods import only
from tests.shop.pages import text
from tests.shop.test_sale import sell

EVERY = {"kind": "subscription", "every": "1m"}


def began(shop, product=None, **how) -> Subscription:
    """Somebody subscribed by their first order."""
    shop.bought(product or shop.product("Mañanera", **EVERY), **how)
    return db.session.scalars(select(Subscription).order_by(Subscription.id.desc())).first()


def on(day: date, hour: int = 18):
    """It is that day."""
    return time_machine.travel(clock.now().replace(year=day.year, month=day.month, day=day.day, hour=hour), tick=False)


def run(day: date):
    """What is due by that day is done."""
    with on(day):
        jobs.run_due()
    db.session.expire_all()


def orders_of(row):
    """Its orders, the first first."""
    kinds = ("began", "ordered")
    return [one.order for one in reversed(subscription_rows.events(row)) if one.kind in kinds]


def letters(kind):
    """To whom letters of that kind went."""
    return db.session.scalars(select(Letter).where(Letter.kind == f"subscriptions.{kind}").order_by(Letter.id)).all()


@given(st.dates(date(2024, 1, 1), date(2032, 1, 1)), st.sampled_from(sorted(intervals.EVERY)), st.integers(1, 40))
def test_turns_follow_each_other_by_the_calendar(day, every, times):
    here, then = intervals.after(day, every, times), intervals.after(day, every, times + 1)
    count, unit = int(every[:-1]), every[-1]
    if unit == "w":
        assert then - here == timedelta(weeks=count)
    else:
        assert (then.year * 12 + then.month) - (here.year * 12 + here.month) == count
        assert here.day == day.day or (here + timedelta(days=1)).day == 1  # the month has no such day


def test_an_order_of_it_begins_one(shop):
    row = began(shop, quantity=2, paid=True)
    assert (row.every, row.quantity, row.state, row.turn) == ("1m", 2, "active", 1)
    assert row.next_on == intervals.after(row.anchor, "1m")
    order = orders_of(row)[0]
    assert order.id == row.first_id
    assert order.lines[0].every == "1m"
    assert "suscripción" in db.session.scalars(select(Letter).where(Letter.kind == "orders.placed")).one().data["lead"]
    assert [fact.kind for fact in db.session.scalars(select(facts.Fact).where(facts.Fact.kind == "subscription_began"))]


def test_what_is_bought_once_begins_none(shop):
    shop.bought(shop.product("Café"))
    assert db.session.scalars(select(Subscription)).all() == []


def test_a_turn_is_told_of_then_ordered_once(shop):
    row = began(shop, paid=True)
    run(row.next_on - timedelta(days=7))
    assert (len(orders_of(row)), letters("soon")) == (1, [])
    run(row.next_on - timedelta(days=5))
    assert (len(orders_of(row)), [one.to for one in letters("soon")]) == (1, ["ana@example.com"])
    wanted, day = row.next_on, row.next_on - timedelta(days=2)
    run(day), run(day)
    first, second = orders_of(row)
    assert (second.email, second.contact_id, second.delivery_code) == (first.email, first.contact_id, "retiro")
    assert second.total == first.total
    assert second.lines[0].every == "1m"
    assert (row.turn, row.next_on) == (2, intervals.after(row.anchor, "1m", 2))
    assert second.hold_until >= second.placed_at + renewals.TO_PAY  # nobody sat before the page
    assert db.session.scalars(select(Subscription)).all() == [row]  # its order begins no other
    assert wanted < row.next_on
    assert len(letters("soon")) == 1


def test_it_costs_what_it_costs_that_day_and_the_letter_says_so(shop):
    product = shop.product("Mañanera", price=1_000_00, **EVERY)
    row = began(shop, product, paid=True)
    product.price_minor = 1_200_00
    catalog.changed(product)
    db.session.commit()
    run(row.next_on - timedelta(days=5))
    assert "1200" in "".join(letters("soon")[0].data["lead"].split())
    run(row.next_on - timedelta(days=3))
    assert orders_of(row)[1].total.minor == 1_200_00
    assert row.unit_minor == 1_200_00


def test_one_is_left_out_and_had_after_all(shop):
    row = began(shop, paid=True)
    due = row.next_on
    subscriptions.skip(row, turn=row.turn)
    db.session.commit()
    with pytest.raises(subscriptions.NotNow):
        subscriptions.skip(row, turn=1)  # a second tap
    db.session.rollback()
    assert row.next_on == intervals.after(row.anchor, "1m", 2)
    subscriptions.unskip(row)
    db.session.commit()
    assert row.next_on == due
    run(due - timedelta(days=3))
    assert len(orders_of(row)) == 2
    assert row.next_on == intervals.after(row.anchor, "1m", 2)


def test_what_is_left_out_is_not_ordered(shop):
    row = began(shop, paid=True)
    due = row.next_on
    subscriptions.skip(row, turn=row.turn)
    db.session.commit()
    run(due)
    assert len(orders_of(row)) == 1
    run(row.next_on - timedelta(days=3))
    assert len(orders_of(row)) == 2


def test_a_pause_makes_none_and_it_goes_on_from_there(shop):
    row = began(shop, paid=True)
    subscriptions.pause(row)
    db.session.commit()
    later = row.next_on + timedelta(days=40)
    run(later)
    assert len(orders_of(row)) == 1
    with on(later):
        subscriptions.resume(row)
        db.session.commit()
        assert row.next_on == clock.today(tenancy.tenant().timezone) + subscriptions.AHEAD
        jobs.run_due()
        db.session.expire_all()
    assert len(orders_of(row)) == 2


def test_who_ends_it_gets_none_and_may_come_back_within_the_hour(shop):
    row = began(shop, paid=True)
    subscriptions.end(row)
    db.session.commit()
    subscriptions.go_on(row)
    subscriptions.end(row)
    db.session.commit()
    run(row.next_on)
    assert len(orders_of(row)) == 1
    with time_machine.travel(clock.now() + timedelta(hours=2)), pytest.raises(subscriptions.NotNow):
        subscriptions.go_on(row)


@pytest.mark.parametrize("sold", [True, False])
def test_the_page_of_one_that_ended_leads_on(shop, sold):
    row = began(shop, paid=True)
    subscriptions.end(row)
    row.product.state = "live" if sold else "draft"
    db.session.commit()
    with time_machine.travel(clock.now() + timedelta(hours=2)):
        page = shop.client.get(f"/subscriptions/{row.token}").text
    assert ("Suscribirse otra vez" in page, "Seguir viendo" in page) == (sold, not sold)


def test_a_first_order_that_ends_began_nothing(shop):
    row = began(shop)
    order = row.first
    shop.late(order)
    expiry.expire(order.id)
    db.session.commit()
    assert (row.state, row.live) == ("ended", False)
    assert next(one.reason for one in subscription_rows.events(row)) == "first"


def test_a_later_order_that_is_called_off_ends_nothing(shop):
    row = began(shop, paid=True)
    run(row.next_on - timedelta(days=3))
    cancellations.by_buyer(orders_of(row)[1])
    db.session.commit()
    assert row.state == "active"


def test_two_unpaid_orders_make_it_wait(shop):
    row = began(shop, paid=True)
    for _turn in range(2):
        run(row.next_on - timedelta(days=3))
        order = orders_of(row)[-1]
        assert not order.paid
        shop.late(order)
        expiry.expire(order.id)
        db.session.commit()
    run(row.next_on)
    assert (row.state, len(orders_of(row))) == ("paused", 3)
    assert [one.to for one in letters("paused")] == ["ana@example.com"]
    with on(row.next_on):
        subscriptions.resume(row)
        db.session.commit()
        jobs.run_due()
    assert len(orders_of(row)) == 4  # who lets it go on is trusted once more


def test_what_cannot_be_made_is_told_and_the_next_turn_comes(shop):
    product = shop.product("Mañanera", stock=1, **EVERY)
    row = began(shop, product, paid=True)
    run(row.next_on - timedelta(days=3))
    assert (len(orders_of(row)), row.turn, row.state) == (1, 2, "active")
    missed = subscription_rows.events(row)[0]
    assert (missed.kind, bool(missed.reason)) == ("missed", True)
    assert [one.to for one in letters("missed")] == ["ana@example.com"]
    assert len(letters("shop")) == 1
    assert stock.left(only(product)) == 0  # and nothing was half taken
    with on(row.next_on - timedelta(days=30)):
        assert subscription_list.size("missed") == 1
    stock.adjust(only(product), on_hand=5, reason="received")
    db.session.commit()
    run(row.next_on - timedelta(days=3))
    assert len(orders_of(row)) == 2


def test_another_variant_and_number_from_the_next_on(shop):
    product = shop.product("Mañanera", options={"molienda": ["grano", "fina"]}, **EVERY)
    whole, fine = product.variants
    row = began(shop, whole, paid=True)
    subscriptions.change(row, fine, 3)
    db.session.commit()
    run(row.next_on - timedelta(days=3))
    line = orders_of(row)[1].lines[0]
    assert (line.variant_id, line.quantity) == (fine.id, 3)
    other = only(shop.product("Otra"))
    with pytest.raises(subscriptions.wants.NotSold):
        subscriptions.change(row, other, 1)


def test_a_turn_that_comes_weeks_late_is_one_order(shop):
    row = began(shop, shop.product("Pan", **{**EVERY, "every": "1w"}), paid=True)
    run(row.next_on + timedelta(days=31))
    assert len(orders_of(row)) == 2
    assert row.next_on - subscriptions.AHEAD >= orders_of(row)[1].placed_at.date() - timedelta(days=1)


def test_the_next_one_now(shop):
    row = began(shop, paid=True)
    sent = shop.client.post(f"/subscriptions/{row.token}", data={"do": "now", "turn": str(row.turn)})
    db.session.expire_all()
    assert sent.location == f"/orders/{orders_of(row)[1].token}"  # where it is paid
    assert row.next_on == intervals.after(clock.today(tenancy.tenant().timezone), "1m")
    with pytest.raises(subscriptions.NotNow):
        renewals.bring_forward(row, turn=1)  # a second tap


def test_one_that_cannot_be_had_now_still_comes_on_its_day(shop):
    product = shop.product("Mañanera", stock=1, **EVERY)
    row = began(shop, product, paid=True)
    before = row.anchor, row.step, row.turn, row.next_on, len(subscription_rows.events(row))
    sent = shop.client.post(f"/subscriptions/{row.token}", data={"do": "now", "turn": str(row.turn)})
    db.session.expire_all()
    assert sent.status_code in (409, 422)
    assert (row.anchor, row.step, row.turn, row.next_on, len(subscription_rows.events(row))) == before
    assert (letters("missed"), len(orders_of(row))) == ([], 1)
    stock.adjust(only(product), on_hand=5, reason="received")
    db.session.commit()
    run(row.next_on - timedelta(days=3))
    assert len(orders_of(row)) == 2
    assert row.next_on == intervals.after(before[0], "1m", 2)  # the days are those that they were


def test_who_lies_in_the_bin_is_sent_nothing(shop):
    row = began(shop, paid=True)
    row.contact.binned_at = clock.now()
    db.session.commit()
    run(row.next_on - timedelta(days=3))
    assert (row.state, len(orders_of(row))) == ("paused", 1)
    assert subscriptions.REASONS[subscription_rows.events(row)[0].reason]
    assert shop.admin.get(f"/admin/{shop.tenant.slug}/subscriptions?view=paused").status_code == 200


def test_a_sale_over_the_counter_begins_one_for_somebody(shop):
    sku = only(shop.product("Mañanera", **EVERY)).sku
    nobody = sell(shop.admin, sku=sku, qty="1")
    assert nobody.status_code in (409, 422)
    assert "de quién es" in nobody.get_data(as_text=True)
    assert db.session.scalars(select(Order)).all() == []
    assert sell(shop.admin, sku=sku, qty="1", name="Ana Mora", reach="ana@example.com").status_code == 303
    row = db.session.scalars(select(Subscription)).one()
    shop.transfer()
    run(row.next_on - timedelta(days=3))
    assert orders_of(row)[1].delivery_code == "retiro"


def test_a_copy_and_nobody_s(shop):
    row = began(shop, paid=True)
    contact = row.contact
    told = people.export(contact)["subscriptions"]
    assert [(one["every"], one["email"]) for one in told] == [("1m", "ana@example.com")]
    people.erase(contact, by=shop.owner)
    db.session.commit()
    assert db.session.scalars(select(Subscription)).all() == []
    assert db.session.scalars(select(Order)).all()  # the order is kept as others are


def test_its_pages(shop):
    row = began(shop, paid=True)
    client, token = shop.client, row.token
    page = client.get(f"/subscriptions/{token}")
    assert page.status_code == 200
    assert "no-store" in page.headers["Cache-Control"]
    assert client.get("/subscriptions/nada").status_code == 404
    assert f"/subscriptions/{token}" in client.get(f"/orders/{row.first.token}").text
    for verb, state in (("skip", "active"), ("unskip", "active"), ("pause", "paused"), ("resume", "active")):
        sent = client.post(f"/subscriptions/{token}", data={"do": verb, "turn": str(row.turn)})
        db.session.expire_all()
        assert (sent.status_code, row.state) == (303, state), verb
    wrong = client.post(f"/subscriptions/{token}", data={"do": "change", "quantity": "-4", "variant": "nada"})
    assert wrong.status_code == 422
    assert 'value="-4"' in wrong.text
    assert client.post(f"/subscriptions/{token}", data={"do": "resume"}).status_code == 409
    assert client.post(f"/subscriptions/{token}", data={"do": "nonsense"}).status_code == 404
    client.post(f"/subscriptions/{token}", data={"do": "end"})
    db.session.expire_all()
    assert row.state == "ended"


def test_the_desk(shop):
    row = began(shop, paid=True)
    admin, base = shop.admin, f"/admin/{shop.tenant.slug}/subscriptions"
    assert "Mañanera" in admin.get(base).text
    page = admin.get(f"{base}/{row.token}")
    assert page.status_code == 200
    assert '"tel:+50688887777">8888 7777</a>' in page.text  # as people there write it, and one tap calls
    assert phones.show(row.phone, "CR") in page.text
    assert admin.post(f"{base}/{row.token}", data={"do": "pause"}).status_code == 303
    db.session.expire_all()
    assert row.state == "paused"
    assert admin.post(f"{base}/{row.token}", data={"do": "end", "reason": "x" * 400}).status_code == 422
    wrong = admin.post(f"{base}/{row.token}", data={"do": "change", "quantity": "0", "variant": row.variant.sku})
    assert wrong.status_code == 422


def test_an_order_that_it_made_says_so_in_words(shop):
    row = began(shop, paid=True)
    run(row.next_on)
    order = orders_of(row)[-1]
    page = shop.admin.get(f"/admin/{shop.tenant.slug}/orders/{order.number}").text
    assert "Cómo llegó: Una suscripción" in page


def test_figures_say_how_many_go_on_and_how_many_stayed(shop):
    rows = [began(shop, shop.product(f"Club {number}", **EVERY), paid=True) for number in range(3)]
    today = clock.today(tenancy.tenant().timezone)
    going, kept = "subscriptions.going", "subscriptions.kept"
    assert (indicators.value(going, today, today), indicators.value(kept, today, today)) == (3, None)
    with time_machine.travel(clock.now() + timedelta(days=1), tick=False):
        subscriptions.end(rows[0])
        db.session.commit()
    tomorrow = today + timedelta(days=1)
    with time_machine.travel(clock.now() + timedelta(days=2), tick=False):
        assert indicators.value(going, tomorrow, tomorrow) == 2
        assert indicators.value(kept, tomorrow, tomorrow) == indicators.share(2, 3)
        assert indicators.value(going, today, today) == 3
        assert indicators.value(going, tomorrow, tomorrow, [rows[1].product.sku]) == 1


def test_a_first_order_that_ends_after_a_step_began_nothing_either(shop):
    row = began(shop)
    subscriptions.skip(row, turn=row.turn)
    order = row.first
    shop.late(order)
    expiry.expire(order.id)
    db.session.commit()
    assert row.state == "ended"


def test_its_buyer_has_it_brought_elsewhere_from_the_next_order_on(shop):
    row = began(shop, paid=True)
    shop.transfer()
    shop.delivery("mensajeria")
    client, url = shop.client, f"/subscriptions/{row.token}/delivery"
    assert url in client.get(f"/subscriptions/{row.token}").text
    assert client.get(url).status_code == 200
    typed = {"shipping": "mensajeria", "phone": "8888 1234", "address_region": "San José", "address_city": "Escazú"}
    part = client.post(url, data={**typed, "refresh": "1"})
    assert part.status_code == 200
    assert "San Rafael" in part.text  # what may be chosen below Escazú
    short = client.post(url, data={**typed, "address_district": "Marte"})
    assert short.status_code == 422
    assert 'value="8888 1234"' in short.text
    assert row.address == {}
    whole = {**typed, "address_district": "San Rafael", "address_street": "200 m norte de la escuela"}
    assert client.post(url, data={**whole, "phone": ""}).status_code == 422
    assert client.post(url, data={**whole, "shipping": "nada"}).status_code == 422
    assert client.post(url, data=whole).status_code == 303
    db.session.expire_all()
    assert (row.delivery_code, row.address["city"], row.phone) == ("mensajeria", "Escazú", "+50688881234")
    assert row.first.delivery_code == "retiro"
    assert "Escazú" in client.get(f"/subscriptions/{row.token}").text
    run(row.next_on - timedelta(days=3))
    assert (orders_of(row)[-1].delivery_code, orders_of(row)[-1].address["city"]) == ("mensajeria", "Escazú")
    client.post(url, data={"shipping": "retiro"})
    db.session.expire_all()
    assert (row.delivery_code, row.address, row.phone) == ("retiro", {}, "+50688881234")


def test_staff_has_it_brought_elsewhere_and_what_ended_comes_nowhere(shop):
    row = began(shop, paid=True)
    admin, url = shop.admin, f"/admin/{shop.slug}/subscriptions/{row.token}/delivery"
    asked = admin.get(url, headers={"Accept-Language": "es"})
    assert "¿Cómo llega?" in asked.text  # staff do not answer for themselves
    assert "¿Cómo quiere recibirlo?" not in asked.text
    assert admin.post(url, data={"shipping": "nada"}).status_code == 422
    assert admin.post(url, data={"shipping": "retiro", "phone": "8888 1235"}).status_code == 303
    db.session.expire_all()
    assert row.phone == "+50688881235"
    assert "Cambió la suscripción" in admin.get(f"/admin/{shop.slug}/journal").text
    subscriptions.end(row)
    db.session.commit()
    assert admin.get(url).status_code == 404
    assert shop.client.post(f"/subscriptions/{row.token}/delivery", data={"shipping": "retiro"}).status_code == 404


def test_cart_and_checkout_say_that_it_comes_again(shop):
    shop.transfer()
    client = shop.buyer(shop.product("Mañanera", price=7_500_00, **EVERY))
    again = days.told(intervals.after(clock.today(shop.tenant.timezone), "1m"), weekday=True)
    for page in (text(client.get("/cart")), text(client.get("/checkout"))):
        assert "Llega cada mes hasta que usted la termine." in page
        assert "Cada vez paga ₡7 500" in page
        assert f"El siguiente, después de este, es para el {again}." in page
        assert "nada se cobra por sí solo" in page
        assert "Salte un envío, pause o termine cuando quiera" in page
    assert "hasta que usted la termine" not in text(shop.buyer(shop.product("Una vez")).get("/cart"))


def test_one_whose_first_order_is_not_paid_waits_for_it(shop):
    row = began(shop)
    base = f"/admin/{shop.tenant.slug}/subscriptions"

    def told():
        desk = shop.admin.get(base), shop.admin.get(f"{base}/{row.token}")
        mine = shop.client.get(f"/subscriptions/{row.token}"), shop.shopper(row.contact).get("/account")
        return [text(page) for page in (*desk, *mine)]

    assert row.waiting
    assert all("Espera su primer pago" in page for page in told())
    assert "espera su primer pago" in str(list(subscription_list.cells("active")))
    shop.pay(row.first)
    assert not row.waiting
    assert not any("Espera su primer pago" in page for page in told())
