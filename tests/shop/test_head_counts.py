"""How many of the people of a booking came: said at the door, corrected, taken back, and told where they are counted."""

import pytest

from crm import indicators
from kernel import clock
from kernel.db import db
from shop import absences, arrivals, buyers
from tests.shop.desk_calendar import page, post, told
from tests.shop.pages import read, text
from tests.shop.trips import trip


def four(shop, when=5):
    return shop.booked(trip(shop), shop.when(when), 4, paid=True)


def take_back(desk, answer):
    """Press the button of the toast, which sends how many it was before."""
    toast = read(desk.get(answer.location)).xpath("//form[.//button[@data-undo]]")[0]
    sent = {one.name: one.value for one in toast.xpath(".//input[@name]")}
    assert desk.post(toast.action, data=sent).status_code == 303
    db.session.expire_all()


def test_three_of_four_came_and_that_is_corrected_and_taken_back(shop):
    row, desk = four(shop), shop.admin
    offered = read(page(desk, f"/{row.token}")).xpath("//button[@name='count']/@value")
    assert offered == ["1", "2", "3"]
    answer = post(desk, f"/{row.token}/arrival", count="3")
    assert (row.state, row.arrived, row.here) == ("came", 3, 3)
    assert "3 de 4 personas" in told(desk, answer)
    assert "El dinero no cambia" in text(page(desk, f"/{row.token}"))
    assert row.order.balance.minor == 0
    answer = post(desk, f"/{row.token}/arrival", count="2")
    assert row.arrived == 2
    take_back(desk, answer)
    assert row.arrived == 3
    post(desk, f"/{row.token}/arrival")  # a second tap on the same button changes nothing
    assert row.arrived == 3
    answer = post(desk, f"/{row.token}/arrival", count="4")
    assert (row.arrived, row.here) == (None, 4)
    take_back(desk, answer)
    post(desk, f"/{row.token}/undo")
    assert (row.state, row.arrived, row.here) == ("booked", None, 0)


@pytest.mark.parametrize("count", ["0", "5", "-1", "x", "٣", "3.5", "9" * 30])
def test_what_is_no_number_of_them_is_told_beside_its_field(shop, count):
    row, desk = four(shop), shop.admin
    answer = post(desk, f"/{row.token}/arrival", count=count)
    assert answer.status_code == 422
    assert "un número entero de 1 a 4" in text(answer)
    assert read(answer).xpath("//input[@name='count']/@value") == [count[:12]]
    assert (row.state, row.arrived) == ("booked", None)


def test_the_code_at_the_door_asks_the_same(shop):
    row, desk = four(shop), shop.admin
    asked = page(desk, f"/{row.token}/arrive")
    assert read(asked).xpath("//button[@name='count']/@value") == ["1", "2", "3"]
    alone = shop.booked(row.service, shop.when(6), 1, paid=True)
    assert not read(page(desk, f"/{alone.token}/arrive")).xpath("//*[@name='count']")
    many = shop.booked(trip(shop, capacity=20, name="Velero"), shop.when(7), 12, paid=True)
    assert read(page(desk, f"/{many.token}/arrive")).xpath("//input[@name='count']/@max") == ["12"]


def test_the_lists_and_the_departure_count_heads(shop):
    service, desk = trip(shop), shop.admin
    row, other = shop.booked(service, shop.when(5), 4, paid=True), shop.booked(service, shop.when(5), 2, paid=True)
    arrivals.come(row, by=shop.owner, count=3)
    db.session.commit()
    day = page(desk, "", day=shop.day(5).isoformat())
    assert "3 de 4 personas" in text(day)
    assert "aquí 3, por llegar 2" in text(day)
    link = read(day).xpath("//a[contains(@href, '/departures/') and contains(@class, 'visit-name')]/@href")[0]
    assert read(desk.get(link)).xpath("//*[@data-here]")[0].text_content() == "aquí 3, por llegar 2"
    arrivals.come(other, by=shop.owner)
    db.session.commit()
    assert read(desk.get(link)).xpath("//*[@data-here]")[0].text_content() == "aquí 5"


def test_who_was_missing_counts_as_missing_but_is_no_absence_of_the_person(shop):
    row, day = four(shop), shop.day(5)
    with clock.at(row.starts_at):
        arrivals.come(row, by=shop.owner, count=3)
        db.session.commit()
        assert absences.of(row.order.contact).missed == 0
        assert indicators.value("bookings.missed", day, day) == indicators.share(1, 4)
    [order] = buyers.copy(row.order.contact)
    assert order["bookings"][0]["arrived"] == 3


def test_it_was_a_mistake_that_nobody_came_and_it_is_one_again(shop):
    row = four(shop)
    with clock.at(row.starts_at):
        arrivals.miss(row, by=shop.owner)
        arrivals.come(row, by=shop.owner, count=2)
        arrivals.undo(row, by=shop.owner)
        db.session.commit()
    assert (row.state, row.arrived) == ("missed", None)
