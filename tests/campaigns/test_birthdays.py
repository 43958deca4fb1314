"""The greeting that goes by itself: on the day at nine, once a year, to nobody whose day was told that day or is past."""

from collections import Counter
from datetime import date, timedelta
from types import SimpleNamespace

import pytest
import time_machine
from sqlalchemy import select

from campaigns import audience, automation_letters, automations, autopilot, birthdays
from campaigns.automations import Enrolment
from campaigns.recipients import Recipient
from crm import birthday_texts, contacts
from crm import birthdays as days
from kernel import clock, jobs, tenancy
from kernel.db import db
from shop.discounts import Discount
from tests.campaigns.letters import addressed, person
from tests.campaigns.test_automation_races import pair

__all__ = ["pair"]
EVENING = "2026-12-28T02:00:00Z"  # eight in the evening of the 27th in Costa Rica
WORKER = "tests.campaigns.automation_racers:"


@pytest.fixture
def clock_():
    """The time, to move."""
    with time_machine.travel(EVENING, tick=False) as traveller:
        yield traveller


@pytest.fixture
def greets(shop, clock_):
    """The automation as it is prepared, on."""
    addressed()
    made = automation_letters.begin("birthday", by=shop.owner)
    autopilot.turn_on(made, by=shop.owner)
    db.session.commit()
    return made


def born(name, text, **told):
    """Somebody who allowed letters and told that birthday now."""
    made = person(name, **told)
    days.keep(made, birthday_texts.read(text), "account")
    db.session.commit()
    return made


def at(moment, traveller):
    """It is that moment; what is due is done."""
    traveller.move_to(moment)
    for _twice in range(2):
        birthdays.look()
        db.session.commit()
    jobs.run_due()
    db.session.expire_all()


def letters():
    """Who has how many letters."""
    return Counter(one.partition("@")[0] for one in db.session.scalars(select(Recipient.email)))


def test_on_the_day_at_nine_by_the_clock_of_the_shop_and_again_next_year(shop, greets, clock_):
    born("ana", "31/12/1990")
    born("bea", "31/12", allowed=False)
    born("eva", "01/01")
    at("2026-12-31T14:59:00Z", clock_)
    assert letters() == {}
    at("2026-12-31T15:01:00Z", clock_)
    assert letters() == {"ana": 1}
    at("2027-01-01T15:01:00Z", clock_)
    assert letters() == {"ana": 1, "eva": 1}
    at("2027-12-30T15:01:00Z", clock_)
    assert letters() == {"ana": 1, "eva": 1}
    at("2027-12-31T15:01:00Z", clock_)
    assert letters() == {"ana": 2, "eva": 1}


def test_days_before_over_the_end_of_the_year_are_of_the_year_of_the_birthday(shop, greets, clock_):
    born("eva", "03/01")
    birthdays.lead(greets, 5, by=shop.owner)
    with pytest.raises(birthdays.NoLead):
        birthdays.lead(greets, 400, by=shop.owner)
    at("2026-12-29T15:01:00Z", clock_)
    assert db.session.scalars(select(Enrolment.occasion)).all() == ["birthday:2027"]
    birthdays.lead(greets, 0, by=shop.owner)  # it begins later now: she had hers
    at("2027-01-03T15:01:00Z", clock_)
    assert letters() == {"eva": 1}


def test_told_that_day_or_moved_to_it_is_for_next_year(shop, greets, clock_):
    born("leo", "28/12")
    clock_.move_to("2026-12-29T14:00:00Z")  # eight in the morning
    born("ana", "29/12")
    at("2026-12-29T15:01:00Z", clock_)
    assert letters() == {"leo": 1}  # a day late, but told before
    at("2027-12-29T15:01:00Z", clock_)
    assert letters() == {"leo": 2, "ana": 1}


def test_who_moves_their_day_has_no_second_one(shop, greets, clock_):
    ana = born("ana", "29/12")
    at("2026-12-29T15:01:00Z", clock_)
    assert letters() == {"ana": 1}
    days.keep(ana, birthday_texts.read("05/01"), "account")
    db.session.commit()
    at("2027-01-05T15:01:00Z", clock_)
    assert letters() == {"ana": 1}


def test_two_days_late_is_too_late_and_a_day_late_is_not(shop, greets, clock_):
    born("ana", "29/12")
    born("eva", "28/12")
    at("2026-12-30T16:00:00Z", clock_)
    assert letters() == {"ana": 1}
    row = db.session.scalars(select(Recipient)).one()
    assert audience.refusals([row]) == {}
    clock_.shift(timedelta(days=2))
    assert audience.refusals([row]) == {row.id: "late"}


def test_right_before_it_leaves_it_is_asked_whether_it_is_still_that_day(shop, greets, clock_):
    ana, eva, leo, uma = (born(name, "29/12") for name in ("ana", "eva", "leo", "uma"))
    at("2026-12-29T15:01:00Z", clock_)
    rows = {row.contact_id: row for row in db.session.scalars(select(Recipient))}
    days.keep(ana, birthday_texts.read("30/12"), "staff")
    days.keep(eva, 0, "account")
    days.keep(leo, birthday_texts.read("29/12/1990"), "staff")  # the same day, and now its year
    db.session.commit()
    assert audience.refusals(list(rows.values())) == {rows[ana.id].id: "moved", rows[eva.id].id: "moved"}
    birthdays.lead(greets, 7, by=shop.owner)  # the shop begins earlier now: who is in it goes on
    assert audience.refusals([rows[uma.id]]) == {}


def test_turning_it_on_greets_nobody_whose_day_had_passed(shop, clock_):
    addressed()
    born("ana", "29/12")
    clock_.move_to("2026-12-29T16:00:00Z")
    autopilot.turn_on(automation_letters.begin("birthday", by=shop.owner), by=shop.owner)
    at("2026-12-29T16:30:00Z", clock_)
    assert letters() == {}


def test_of_the_29th_of_february_the_28th_in_other_years(shop, greets, clock_):
    born("bis", "29/02")
    at("2027-02-28T15:01:00Z", clock_)
    assert letters() == {"bis": 1}
    at("2028-02-28T15:01:00Z", clock_)
    assert letters() == {"bis": 1}
    at("2028-02-29T15:01:00Z", clock_)
    assert letters() == {"bis": 2}


def test_every_shop_that_greets_is_looked_at(shop, greets, clock_):
    born("ana", "29/12")
    clock_.move_to("2026-12-29T15:01:00Z")
    birthdays.look_everywhere()
    shop.enter()
    assert db.session.scalars(select(Enrolment.state)).all() == ["waiting"]


def test_its_letter_carries_only_a_code_that_will_still_stand(shop):
    first = Discount(kind="percent", code="PRIMERA", percent_bp=1000, first_only=True, label={"es": "Primera"})
    ending = Discount(kind="percent", code="HOY", percent_bp=1000, ends_on=date(2099, 1, 1), label={"es": "Hoy"})
    db.session.add_all([first, ending])
    db.session.flush()
    assert "coupon" not in [one["kind"] for one in automation_letters.LETTERS["birthday"][0]().blocks]
    db.session.add(Discount(kind="percent", code="FELIZ", percent_bp=1000, label={"es": "Feliz"}))
    db.session.flush()
    blocks = {one["kind"]: one["data"] for one in automation_letters.LETTERS["birthday"][0]().blocks}
    assert blocks["coupon"]["code"] == "FELIZ"


def test_the_page_lets_choose_when_it_begins_and_refuses_the_rest(shop, greets):
    page = f"/admin/cafe/automations/{greets.code}"
    assert "El mismo día" in shop.admin.get(page, headers={"Accept-Language": "es"}).text
    assert shop.admin.post(f"{page}/before", data={"days": "7"}).status_code == 303
    for days_ in ("8", "-1", "x", "", "9" * 40):
        shop.admin.post(f"{page}/before", data={"days": days_})
    shop.enter()
    assert automations.of_trigger("birthday")[0].days_before == 7


@pytest.fixture
def many(shop):
    """The automation on for days, and people whose birthday was yesterday, by the real clock: workers have no other."""
    addressed()
    made = automation_letters.begin("birthday", by=shop.owner)
    autopilot.turn_on(made, by=shop.owner)
    made.on_since = clock.now() - timedelta(days=5)
    day = clock.today(tenancy.tenant().timezone) - timedelta(days=1)
    for number in range(12):
        person(f"p{number}").birthday = days.made(day.day, day.month)
    db.session.commit()
    return SimpleNamespace(automation=made, day=day)


def test_who_looks_at_the_same_moment_takes_each_in_once(shop, many, pair):
    answers = pair.race(shop, f"{WORKER}look_for_birthdays", [(), (), (), ()])
    assert {answer[0] for answer in answers} == {"done"}
    db.session.expire_all()
    assert set(Counter(db.session.scalars(select(Enrolment.contact_id))).values()) == {1}
    assert len(db.session.scalars(select(Enrolment.id)).all()) == 12


@pytest.mark.parametrize("app", ["pg"], indirect=True)  # where two may read at the same time
def test_with_an_occasion_of_each_look_some_are_in_it_twice(shop, many, pair):
    pair.race(shop, f"{WORKER}careless_look", [() for _many in range(8)])
    db.session.expire_all()
    assert len(db.session.scalars(select(Enrolment.id)).all()) > 12
    assert contacts.by_email("p0@example.com")
