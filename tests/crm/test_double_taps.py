"""A form sent many times at once, by a double tap or a line that stumbles, does its work once; a careless one does not."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from crm import contacts, tasks
from crm.contacts import Contact
from crm.deal_stages import Deal
from crm.notes import ContactNote
from crm.tasks import Task
from kernel import clock, once, origins
from kernel.db import db
from kernel.journal import Entry
from shop.bookings import Booking
from shop.orders import Order
from tests.shop.desk_calendar import page, sku, stamp, trip
from tests.shop.pages import form
from tests.shop.racers import Crew

BASE = "/admin/cafe"
RACER = "tests.crm.tapping_racers:"
TAPS = 8


@pytest.fixture(scope="module")
def fingers():
    """Four who tap."""
    crew = Crew(4)
    yield crew
    crew.end()


@pytest.fixture
def ana(shop):
    made = contacts.known(email="ana@example.com", name="Ana Mora", vouched=True)
    db.session.commit()
    return made.token


def cookie(browser):
    name = origins.cookie_name("staff")
    return name, browser.get_cookie(name, domain="plaza.localhost").value


def many(cls):
    return db.session.scalar(select(func.count(cls.id)))


def sent(ana, page=""):
    """(where, what, what it makes) of each form."""
    return [
        (f"{BASE}/people/{ana}/notes", {"text": "Prefiere las tardes", **page}, ContactNote),
        (f"{BASE}/tasks", {"text": "Llamar", "when": "today", "person": ana, **page}, Task),
        (f"{BASE}/deals", {"title": "60 tazas", "name": "Beto", **page}, Deal),
    ]


@pytest.mark.parametrize("what", [0, 1, 2])
def test_the_same_form_many_times_at_once_is_kept_once_and_leads_to_one_place(shop, ana, fingers, what):
    path, told, cls = sent(ana, {"once": "a page"})[what]
    people, taps = many(Contact), [(path, told, cookie(shop.admin))] * TAPS
    answers = fingers.race(shop, f"{RACER}send", taps)
    assert {answer[1][0] for answer in answers} == {303}
    assert len({answer[1][1] for answer in answers}) == 1
    assert (many(cls), many(Contact)) == (1, people + (cls is Deal))  # who is new is one person


@pytest.mark.parametrize("what", [0, 2])
def test_where_one_only_looks_it_is_kept_more_than_once(shop, ana, fingers, what):
    path, told, cls = sent(ana, {"once": "a page"})[what]
    fingers.race(shop, f"{RACER}careless_send", [(path, told, cookie(shop.admin))] * TAPS)
    assert many(cls) > 1


def test_who_taps_the_circle_at_once_has_done_it_once(shop, ana, fingers):
    token = tasks.add(tasks.Told("Llamar", tasks.today()), by=shop.owner).token
    db.session.commit()
    answers = fingers.race(shop, f"{RACER}do", [(token, shop.owner_id)] * TAPS)
    assert sorted(answer[1] for answer in answers) == [False] * (TAPS - 1) + [True]
    assert _done() == 1


def test_who_only_looks_does_it_more_than_once(shop, ana, fingers):
    token = tasks.add(tasks.Told("Llamar", tasks.today()), by=shop.owner).token
    db.session.commit()
    fingers.race(shop, f"{RACER}careless_do", [(token, shop.owner_id)] * TAPS)
    assert _done() > 1


def _done():
    return db.session.scalar(select(func.count(Entry.id)).where(Entry.verb == "task.done"))


def _walk_in(shop):
    ride, admin = trip(shop), shop.admin
    answer = page(admin, "/new", service="paseo", at=stamp(shop.when(3)))
    fields = {**form(answer, "/bookings/new"), "paid": "yes", f"people.{sku(ride)}": "2"}
    return f"{BASE}/bookings/new", fields, cookie(admin)


def test_who_walks_in_is_booked_once_however_often_it_is_tapped(shop, fingers):
    answers = fingers.race(shop, f"{RACER}send", [_walk_in(shop)] * TAPS)
    assert {answer[1][0] for answer in answers} == {303}, answers
    assert len({answer[1][1] for answer in answers}) == 1
    assert (many(Booking), many(Order)) == (1, 1)
    assert db.session.scalars(select(Booking)).one().departure.taken == 2


def test_with_a_key_that_no_two_taps_share_they_are_booked_again(shop, fingers):
    fingers.race(shop, f"{RACER}keyless_send", [_walk_in(shop)] * TAPS)
    assert many(Booking) > 1


def test_other_words_another_page_another_person_and_a_later_minute_are_another_form(shop, ana):
    owner, clerk = shop.admin, shop.staff("clerk")
    path, told, _cls = sent(ana, {})[0]
    for browser, more in (
        (owner, {}), (owner, {}), (owner, {"text": "Otra"}), (owner, {"once": "1"}), (owner, {"once": "1"}),
        (owner, {"once": "2"}), (clerk, {}),
    ):  # fmt: skip
        assert browser.post(path, data={**told, **more}).status_code == 303
    shop.enter()
    assert many(ContactNote) == 5
    with time_machine.travel(clock.now() + timedelta(minutes=2)):
        for more in ({}, {"once": "1"}):  # a page that is sent again stays itself; words alone do not
            assert owner.post(path, data={**told, **more}).status_code == 303
    shop.enter()
    assert many(ContactNote) == 6


def test_what_was_refused_can_be_sent_again(shop, ana):
    path, told, _cls = sent(ana, {"once": "1"})[1]
    order = {**told, "number": "CA-1001"}
    assert shop.admin.post(path, data=order).status_code == 422
    shop.enter()
    assert many(once.SentForm) == 0
    shop.bought(shop.product())  # now there is such an order
    assert shop.admin.post(path, data=order).status_code == 303
    shop.enter()
    assert many(Task) == 1


def test_every_form_that_makes_something_says_which_page_it_is(shop, ana):
    order, admin = shop.bought(shop.product()), shop.admin
    row = shop.booked(trip(shop), shop.when(3), [2])
    for path in (
        f"people/{ana}",
        "tasks/new",
        "deals/new",
        "people/new",
        f"orders/{order.number}",
        f"bookings/{row.token}",
    ):
        first, second = (
            admin.get(f"{BASE}/{path}").text.partition('name="once" value="')[2][:22] for _time in range(2)
        )
        assert first != second, path
        assert len(first) == 22, path


def test_a_note_about_an_order_is_kept_once(shop):
    order = shop.bought(shop.product())
    number, admin = order.number, shop.admin
    for _tap in range(2):
        assert admin.post(f"{BASE}/orders/{number}/notes", data={"text": "Sin cebolla"}).status_code == 303
    assert admin.get(f"{BASE}/orders/{number}").text.count("Sin cebolla") == 1
