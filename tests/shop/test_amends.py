"""What the guests of a departure that was called off choose: another date, credit or their money; each of them once."""

import re
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from kernel import jobs
from kernel import letters as post
from kernel.db import db
from shop import (
    amends,
    amends_rows,
    booking_moves,
    booking_orders,
    departure_changes,
    departures,
    invoices,
    ledger,
    order_events,
    refunds,
    store_credit,
)
from shop.amends_rows import Amends, Terms
from shop.stored_value import StoredValueEntry
from tests.kernel.test_jobs import nursery, wait_for
from tests.shop import amends_racers
from tests.shop.booking_racers import faults
from tests.shop.courses import PRICE as COURSE
from tests.shop.courses import course, states
from tests.shop.desk_calendar import ES, stamp
from tests.shop.desk_calendar import page as desk_page
from tests.shop.desk_calendar import post as desk_post
from tests.shop.pages import form, marks, read, text
from tests.shop.test_conservation import papers_agree
from tests.shop.test_import_kills import gone
from tests.shop.trips import letters, ordered

ALL = ("date", "credit", "money")
PRICE = 5_000_00


def ride(shop, **values):
    return shop.service(**{"price": PRICE, "capacity": 4, **values})


def off(shop, rows, ways=ALL, *, extra=10, fallback="money", days=5):
    """The shop calls the departure of these off."""
    terms = Terms(tuple(ways), shop.day(days), extra * 100, fallback)
    told = {"by": shop.owner, "reason": "Tormenta", "typed": len(rows), "terms": terms}
    departure_changes.call_off(rows[0].departure, **told)
    db.session.commit()
    return [amends_rows.of(row) for row in rows]


def choose(shop, row, way, **told):
    path = f"/bookings/{row.token}/choice"
    page = shop.client.get(path, headers=ES)
    minor = read(page).xpath("//input[@name='minor']/@value")
    data = {"way": way, "minor": minor[0] if minor else "0", **told}
    answer = shop.client.post(path, data=data, headers=ES)
    db.session.expire_all()
    return answer


def credit_of(order):
    value = store_credit.of(order.contact)
    return value.balance_minor if value else 0


def test_three_guests_choose_each_something_else_and_the_books_agree(shop):
    service = ride(shop)
    rows = [
        shop.booked(service, shop.when(7), paid=True, email=f"g{n}@example.com", phone="+50688880000") for n in "abc"
    ]
    path = f"/departures/{service.product.slug}/{stamp(shop.when(7))}"
    told = {"reason": "Tormenta", "count": "3", "ways": list(ALL), "extra": "10", "fallback": "money"}
    wrong = desk_post(shop.admin, f"{path}/cancellation", **told | {"extra": "x", "until": "2020-01-01"})
    kept = form(wrong, f"{path}/cancellation")
    assert (wrong.status_code, kept["reason"], kept["extra"], rows[0].state) == (422, "Tormenta", "x", "booked")
    desk_post(shop.admin, f"{path}/cancellation", **told, until=shop.day(5).isoformat())
    assert ({row.state for row in rows}, rows[0].departure.taken) == ({"off"}, 0)
    [letter] = [one for one in post.about(rows[0].order) if one.kind == "bookings.off"]
    assert letter.data["button_url"].endswith(f"/bookings/{rows[0].token}/choice")
    assert "₡5 500 de saldo a favor" in re.sub(r"\s", " ", letter.data["back"])
    assert "Elegir ahora" in text(shop.client.get(f"/orders/{rows[0].order.token}", headers=ES))
    desk = desk_page(shop.admin, path)
    assert (text(desk).count("Aún no elige"), len(marks(desk, "data-amends"))) == (3, 3)
    assert any(url.startswith("https://wa.me/50688880000") for url in read(desk).xpath("//a/@href"))

    page = shop.client.get(f"/bookings/{rows[0].token}/choice", headers=ES)
    assert marks(page, "data-way") == list(ALL)
    stamps = read(page).xpath("//input[@name='at']/@value")
    assert stamp(shop.when(7)) not in stamps
    assert choose(shop, rows[0], "date", at=stamp(shop.when(8))).location.endswith(f"/bookings/{rows[0].token}")
    assert choose(shop, rows[1], "credit").status_code == 303
    assert choose(shop, rows[2], "money").location.endswith("/refund-account")
    assert [row.state for row in rows] == ["booked", "cancelled", "cancelled"]
    assert (rows[0].starts_at, rows[0].departure.taken) == (shop.when(8), 1)
    assert [row.order.state for row in rows] == ["placed", "cancelled", "cancelled"]
    assert [row.order.payment for row in rows] == ["paid", "refunded", "refund_due"]
    assert [credit_of(row.order) for row in rows] == [0, 5_500_00, 0]
    assert [ledger_sum(row.order) for row in rows] == [PRICE, 0, PRICE]
    assert all(papers_agree(row.order) for row in rows)
    assert [sum(one.kind == "credit_note" for one in invoices.every(row.order)) for row in rows] == [0, 1, 1]
    assert [letters(row.order)[-1] for row in rows][1:] == ["orders.credited", "orders.cancelled"]
    desk = text(desk_page(shop.admin, path))
    assert all(word in desk for word in ("Otra fecha: ", "₡5 500 de saldo a favor", "₡5 000 de vuelta"))


def ledger_sum(order):
    return sum(one.amount_minor for one in ledger.of(order))


def test_a_choice_holds_once_and_only_what_is_offered_can_be_chosen(shop):
    row, other = (shop.booked(ride(shop, name=name), shop.when(7), paid=True) for name in ("Paseo", "Lago"))
    off(shop, [row], ["date", "money"])
    assert choose(shop, row, "credit").status_code == 422
    assert choose(shop, row, "money", minor="1").status_code == 409  # not what the page said
    assert choose(shop, row, "date", at="never").status_code == 422
    assert choose(shop, row, "date").status_code == 422
    assert choose(shop, other, "money").status_code == 404  # nothing was called off
    assert row.state == "off"
    assert choose(shop, row, "date", at=stamp(shop.when(9))).status_code == 303
    assert choose(shop, row, "date", at=stamp(shop.when(9))).status_code == 303  # the same, twice
    late = choose(shop, row, "money")
    assert (late.status_code, row.state, refunds.of(row.order)) == (409, "booked", [])
    assert "Esto ya se había decidido" in text(late)
    assert shop.client.get(f"/bookings/{other.token}/choice").status_code == 303


def test_who_took_the_last_place_is_told_with_the_others(shop):
    service = ride(shop, capacity=1)
    row = shop.booked(service, shop.when(7), paid=True)
    off(shop, [row], ["date"])
    shop.booked(service, shop.when(8), email="quick@example.com")
    answer = choose(shop, row, "date", at=stamp(shop.when(8)))
    assert (answer.status_code, row.state) == (409, "off")
    assert "Alguien" in text(answer)
    stamps = read(answer).xpath("//input[@name='at']/@value")
    assert stamp(shop.when(3)) in stamps
    assert stamp(shop.when(8)) not in stamps


def test_who_paid_nothing_may_take_another_date_or_none_and_who_never_was_sure_is_called_off(shop):
    service = ride(shop)
    at_the_door, unsure = (shop.booked(service, shop.when(7), email=f"g{n}@example.com") for n in "ab")
    at_the_door.order.payments[-1].kind, at_the_door.order.hold_until = "counter", None
    db.session.commit()
    made = off(shop, [at_the_door, unsure])
    assert (made[1], unsure.state) == (None, "cancelled")  # only held until it is paid
    page = shop.client.get(f"/bookings/{at_the_door.token}/choice", headers=ES)
    assert marks(page, "data-way") == ["date", "money"]
    assert "No se pagó nada" in text(page)
    assert choose(shop, at_the_door, "money").status_code == 303
    assert (at_the_door.state, at_the_door.order.state, at_the_door.order.payment) == ("cancelled", "cancelled", "void")


def test_the_last_day_brings_what_the_shop_said_once_and_waits_for_a_proof(shop):
    service = ride(shop)
    rows = [shop.booked(service, shop.when(9), paid=True, email=f"g{n}@example.com") for n in "ab"]
    proved = shop.booked(service, shop.when(9), email="p@example.com")
    proved.order.payments[-1].state, proved.order.payment, proved.order.hold_until = "proof", "proof", None
    db.session.commit()
    off(shop, [*rows, proved], fallback="credit", days=2)
    choose(shop, rows[0], "date", at=stamp(shop.when(12)))
    with time_machine.travel(shop.when(4), tick=False):
        late = choose(shop, rows[1], "money")
        assert (late.status_code, rows[1].state) == (409, "off")
        for _twice in range(2):
            amends.sweep()
            db.session.commit()
            jobs.run_due()
        db.session.expire_all()
        amends.run_out(rows[1].order_id)
    assert [row.state for row in (*rows, proved)] == ["booked", "cancelled", "off"]
    assert credit_of(rows[1].order) == 5_500_00
    assert amends_rows.of(rows[1]).chosen_by == "nobody"
    assert sum(one.kind == "not_chosen" for one in order_events.of(rows[1].order)) == 1
    assert sum(kind == "orders.credited" for kind in letters(rows[1].order)) == 1
    page = shop.client.get(f"/orders/{rows[1].order.token}", headers=ES)
    assert "Pagado de más" not in text(page)


@pytest.mark.parametrize("offered", [False, True])
def test_what_one_order_has_of_a_departure_is_one_act_with_one_credit_note(shop, offered):
    order, rows = course(shop, days=(5, 12), goods=shop.product(price=2_500_00))
    booking_moves.move(rows[1], shop.span(rows[1].service, rows[0].starts_at), by=shop.owner)
    db.session.commit()
    if offered:  # nobody chooses: the last day is over for both
        for made in off(shop, rows):
            made.until -= timedelta(days=6)
        db.session.commit()
        amends.run_out(order.id)
    else:
        departure_changes.call_off(rows[0].departure, by=shop.owner, reason="Tormenta", typed=2)
    db.session.commit()
    assert states(order) == ["cancelled", "cancelled"]
    assert sum(one.kind == "credit_note" for one in invoices.every(order)) == 1
    assert (order.credited_minor, papers_agree(order)) == (2 * COURSE, True)
    assert sum(kind == "bookings.cancelled" for kind in letters(order)) == 1


def test_an_order_says_what_was_paid_what_stays_and_what_comes_back(shop):
    order, booking = ordered(shop, ride(shop), goods=shop.product(price=2_500_00), paid=True)
    booking_orders.cancel(booking, by=shop.owner, reason="Llueve")
    db.session.commit()
    letter = next(one for one in post.about(order) if one.kind == "bookings.cancelled")
    assert letter.data["button_url"].endswith("/refund-account")
    for browser, path in ((shop.client, f"/orders/{order.token}"), (shop.admin, f"/admin/cafe/orders/{order.number}")):
        page = text(browser.get(path, headers=ES))
        assert "Pagado de más" not in page
        assert "Por devolver" in page
    page = shop.client.get(f"/orders/{order.token}", headers=ES)
    assert ["".join(one.text_content().split()) for one in read(page).xpath("//*[@data-back]//dd")] == [
        "₡12500", "₡2500", "₡10000",
    ]  # fmt: skip
    assert "Una parte se canceló" in text(page)
    refunds.give(order, amount=order.money(10_000_00), key="hand", by=shop.owner)
    db.session.commit()
    page = shop.client.get(f"/orders/{order.token}", headers=ES)
    assert "Devuelto el " in text(page)
    assert "Por devolver" not in text(page)
    assert order.payment == "paid"


def test_of_many_who_choose_at_once_one_choice_holds(crew, shop):
    row = shop.booked(ride(shop), shop.when(7), paid=True)
    [made] = off(shop, [row])
    tries = [("choose", (row.id, way, shop.when(8), PRICE, who)) for way in ALL for who in (0, shop.owner_id)] * 2
    answers = crew.race(shop, "tests.shop.amends_racers:either", tries)
    assert sorted({answer[0] for answer in answers}) == ["done", "refused"], answers
    [won] = [answer[1] for answer in answers if answer[0] == "done"]
    db.session.expire_all()
    assert (made.choice, row.state) == (won, "booked" if won == "date" else "cancelled")
    assert credit_of(row.order) == (5_500_00 if won == "credit" else 0)
    assert (papers_agree(row.order), faults()) == (True, [])


@pytest.mark.parametrize("app", ["pg"], indirect=True)  # on SQLite nobody reads while another writes
def test_without_the_lock_more_than_one_choice_would_hold(crew, shop):
    for number in range(8):  # they need not meet the first time
        row = shop.booked(ride(shop, name=f"Paseo {number}"), shop.when(7), paid=True)
        off(shop, [row])
        tries = [("careless", (row.id, way, shop.when(8), PRICE)) for way in ("date", "money")] * 4
        answers = crew.race(shop, "tests.shop.amends_racers:either", tries)
        if sum(answer[0] == "done" for answer in answers) > 1 or not papers_agree(row.order) or faults():
            return
    pytest.fail("every round was right: the race would not see a choice that held twice")


def test_four_want_the_last_place_of_another_date(crew, shop):
    service = ride(shop, capacity=4)
    rows = [shop.booked(service, shop.when(7), paid=True, email=f"g{n}@example.com") for n in range(4)]
    shop.booked(service, shop.when(8), 3, email="z@example.com")
    off(shop, rows)
    tries = [("choose", (row.id, "date", shop.when(8), 0)) for row in rows]
    answers = crew.race(shop, "tests.shop.amends_racers:either", tries)
    assert sorted(answer[0] for answer in answers) == ["done", "refused", "refused", "refused"]
    assert {answer[1] for answer in answers if answer[0] == "refused"} <= {"Full", "JustTaken"}
    db.session.expire_all()
    assert (departures.at(service, shop.when(8)).taken, faults()) == (4, [])
    assert sorted(row.state for row in rows) == ["booked", "off", "off", "off"]


def test_a_sweep_that_is_killed_before_the_choice_is_written_loses_nothing_and_gives_once(shop):
    row = shop.booked(ride(shop), shop.when(9), paid=True)
    [made] = off(shop, [row], fallback="credit", days=2)
    made.until -= timedelta(days=3)
    jobs.later("amends.run_out", row.order_id, key=str(row.order_id))
    db.session.commit()
    with nursery(shop.app, first=amends_racers.dying) as bear:
        worker = bear()
        wait_for(lambda: gone(worker))
    assert (db.session.scalar(select(func.count(StoredValueEntry.id))), choice(made)) == (0, "")
    with nursery(shop.app) as bear:
        bear()
        wait_for(lambda: choice(made) == "credit")
    db.session.expire_all()
    assert (credit_of(row.order), row.state, papers_agree(row.order)) == (5_500_00, "cancelled", True)


def choice(made):
    found = db.session.scalar(select(Amends.choice).where(Amends.id == made.id))
    db.session.commit()
    return found
