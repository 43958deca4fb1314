"""Closed times in the calendar: closed, opened again, and what is in their way."""

from sqlalchemy import select

from kernel.db import db
from shop import closures, occupations, resources
from shop.closures import Closure
from shop.occupations import Occupation, Span
from tests.shop.desk_calendar import page, post, room, said_at, told, trip, undo
from tests.shop.pages import form, read, text


def whole(row):
    return Span(row.starts_at, row.ends_at)


def close(shop, units, browser=None, **more):
    days = {"first": shop.day(3).isoformat(), "last": shop.day(3).isoformat(), "unit": [unit.token for unit in units]}
    return post(browser or shop.admin, "/closures", **{**days, "reason": "Pintura", **more})


def test_a_time_is_closed_opened_and_closed_again(shop):
    talk = room(shop)
    units = resources.units([talk.needs[0].resource_id])
    answer = close(shop, units, last=shop.day(4).isoformat())
    row = db.session.scalars(select(Closure)).one()
    assert (row.starts_at, row.ends_at) == (shop.when(3, "00:00"), shop.when(5, "00:00"))
    assert "Pintura" in text(page(shop.admin, day=shop.day(4)))
    admin = shop.admin
    assert "Pintura" in text(page(admin, f"/closures/{row.token}"))
    answer = post(admin, f"/closures/{row.token}/opening")
    assert db.session.scalars(select(Occupation)).all() == []
    undo(admin, answer)
    again = db.session.scalars(select(Closure)).one()
    assert (again.starts_at, again.ends_at, again.reason) == (shop.when(3, "00:00"), shop.when(5, "00:00"), "Pintura")
    assert sorted(closures.units_of(again)) == sorted(unit.id for unit in units)
    assert answer.status_code == 303


def test_a_day_on_which_nothing_happens_is_closed_with_one_tick(shop):
    talk, ride = room(shop), trip(shop)
    close(shop, [], all="1")
    row = db.session.scalars(select(Closure)).one()
    every = [*resources.units([talk.needs[0].resource_id]), *resources.units([ride.needs[0].resource_id])]
    assert sorted(closures.units_of(row)) == sorted(unit.id for unit in every)


def test_what_is_in_the_way_of_closing_is_named(shop):
    talk, ride = room(shop), trip(shop)
    shop.booked(talk, shop.when(3, "09:00"), name="Ana Mora")
    shop.booked(ride, shop.when(3), [2], name="Beto")
    units = [*resources.units([talk.needs[0].resource_id]), *resources.units([ride.needs[0].resource_id])]
    answer = close(shop, units)
    said = text(answer)
    assert answer.status_code == 409
    assert "Ana Mora" in said
    assert "2 de 18" in said
    assert form(answer, "/closures")["reason"] == "Pintura"
    assert db.session.scalars(select(Closure)).all() == []


def test_a_period_that_cannot_be_closed_says_why(shop):
    units, admin = resources.units([shop.resource("Sala").id]), shop.admin
    wrong = [
        {"last": "2020-01-01"}, {"from": "10:00", "until": "09:00"}, {"first": "2026-13-45"}, {"from": "25:00"},
        {"first": ""}, {"unit": []}, {"last": "9998-01-01"}, {"last": "9999-12-31"},
    ]  # fmt: skip
    for more in wrong:
        answer = close(shop, units, admin, **more)
        assert answer.status_code == 422, more
        assert read(answer).xpath("//main//*[@data-errors]")
        assert form(answer, "/closures")["reason"] == "Pintura"
    assert db.session.scalars(select(Closure)).all() == []


def test_what_is_wrong_with_closing_stands_beside_its_fields_all_at_once(shop):
    units = resources.units([shop.resource("Sala").id])
    answer = close(shop, [], **{"first": "2026-13-45", "from": "25:00"})
    assert said_at(answer, "first").startswith("Ese día no existe.")
    assert said_at(answer, "from") == "Escriba la hora con horas y minutos, por ejemplo 14:30."
    assert read(answer).xpath("string(//*[@id='units-error'])") == "Elija qué quiere cerrar."
    assert read(answer).xpath("//*[@data-errors]//a[@href='#units']")
    answer = close(shop, units, last=shop.day(2).isoformat())
    assert said_at(answer, "last").startswith("El final")


def test_the_rest_is_closed_and_what_is_booked_stays(shop):
    talk, admin = room(shop), shop.admin
    stays = shop.booked(talk, shop.when(3, "10:00"), name="Ana Mora")
    units = resources.units([talk.needs[0].resource_id])
    refused = close(shop, units, admin)
    [button] = read(refused).xpath("//button[@data-action='close-rest']")
    fields = {**form(refused, "/closures"), "unit": [unit.token for unit in units], button.get("name"): "1"}
    answer = post(admin, "/closures", **fields)
    assert answer.status_code == 303
    row = db.session.scalars(select(Closure)).one()
    taken = {
        unit.id: [(one.starts_at, one.ends_at, one.closure_id) for one in occupations.within([unit.id], whole(row))]
        for unit in units
    }
    begins, ends, span = stays.starts_at, stays.ends_at, whole(row)
    assert sorted(taken.values(), key=len) == [
        [(row.starts_at, row.ends_at, row.id)],
        [(row.starts_at, begins, row.id), (begins, ends, None), (ends, row.ends_at, row.id)],
    ]
    assert "Cerrado, menos lo que ya estaba ocupado" in told(admin, answer)
    assert "Ana Mora" in text(page(admin, f"/closures/{row.token}"))
    undo(admin, post(admin, f"/closures/{row.token}/opening"))
    again = db.session.scalars(select(Closure)).one()
    assert (whole(again), closures.whole(again)) == (span, False)
    assert stays.state == "booked"


def test_where_nothing_is_left_to_close_nothing_is_closed(shop):
    talk = shop.service("Masaje", "appointment", resource=shop.resource("Sala"), minutes=60, step=60)
    shop.booked(talk, shop.when(3, "10:00"))
    units = resources.units([talk.needs[0].resource_id])
    hour = {"from": "10:00", "until": "11:00", "rest": "1"}
    assert close(shop, units, **hour).status_code == 409
    assert db.session.scalars(select(Closure)).all() == []
