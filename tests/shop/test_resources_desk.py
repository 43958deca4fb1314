"""The desk of resources and special days: made, renamed, put out of use, taken back; who has booked keeps it."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from kernel.db import db
from shop import bin as bins
from shop import hours, resource_sheets, resources, special_days
from shop.hours import DayException, Window
from shop.resources import Resource, ResourceUnit
from tests.shop.pages import read


def page(browser, path):
    return browser.get(f"/admin/cafe/{path}").get_data(as_text=True)


def undo(text):
    """Where the toast takes something back."""
    return re.search(r'action="([^"]+)"><button class="toast-do"', text)[1]


def test_an_empty_list_teaches_and_its_example_goes_wholly(shop):
    admin = shop.admin
    assert "Cargar un ejemplo" in page(admin, "resources")
    assert admin.post("/admin/cafe/resources/example").status_code == 303
    told = page(admin, "resources")
    assert "Sala de talleres" in told
    assert admin.post(undo(told)).status_code == 303
    assert db.session.scalars(select(Resource)).all() == []
    assert db.session.scalars(select(ResourceUnit)).all() == []


def test_one_is_made_and_its_units_are_named_and_put_out_of_use(shop):
    admin = shop.admin
    assert "name-error" in admin.post("/admin/cafe/resources/new", data={"name": "", "units": "0"}).get_data(
        as_text=True
    )
    made = admin.post(
        "/admin/cafe/resources/new", data={"name": "Silla", "name_en": "Chair", "units": "2", "seats": "1"}
    )
    assert made.status_code == 303
    [row] = resources.every()
    first, last = row.units
    cut = shop.service("Corte", "appointment", resource=row, capacity=1)
    taken = [shop.held(cut, shop.when()), shop.held(cut, shop.when())]
    typed = {"name": "Silla", "seats": "1", "more": "1", "rows-0-token": first.token, "rows-0-name": "Ventana",
             "rows-1-token": last.token, "rows-1-name": "Fondo", "rows-0-active": "y"}  # fmt: skip
    assert admin.post(f"/admin/cafe/resources/{row.token}", data=typed).status_code == 303
    told = page(admin, f"resources/{row.token}")
    assert "Una reserva próxima está en lo que dejó de usar" in told
    assert [(unit.name, unit.active) for unit in row.units] == [("Ventana", True), ("Fondo", False), ("Silla 3", True)]
    assert {one.state for one in taken} == {"held"}
    assert len(resources.units([row.id])) == 2


def test_its_number_of_people_is_of_new_services_and_those_that_have_it_are_named(shop):
    boat = shop.resource("Bote", seats=4)
    trip = shop.service("Río", resource=boat)
    trip.needs[0].seats = 3
    db.session.commit()
    assert f'href="/admin/cafe/products/{trip.product.slug}/booking#needs">Río</a> (3 en cada uno)' in page(
        shop.admin, f"resources/{boat.token}"
    )
    assert "conservan el suyo" not in page(shop.admin, f"resources/{shop.resource('Sala').token}")


def test_what_is_occupied_stays_and_what_nobody_occupies_is_put_out_of_use_and_back(shop):
    room, free = shop.resource("Sala"), shop.resource("Patio")
    shop.service(resource=room)
    admin = shop.admin
    answer = admin.post(f"/admin/cafe/resources/{room.token}/away")
    assert (answer.status_code, room.active) == (422, True)
    assert "Paseo" in answer.get_data(as_text=True)
    assert admin.post(f"/admin/cafe/resources/{free.token}/away").status_code == 303
    assert not free.active
    assert admin.post(undo(page(admin, "resources"))).status_code == 303
    assert free.active
    with pytest.raises(resource_sheets.Used):
        resource_sheets.drop(room)


def test_what_lies_in_the_bin_still_occupies_it(shop):
    boat = shop.resource("Lancha")
    product = shop.service(resource=boat).product
    bins.put("product", [product], by=shop.owner)
    db.session.commit()
    answer = shop.admin.post(f"/admin/cafe/resources/{boat.token}/away")
    assert (answer.status_code, boat.active) == (422, True)
    assert "que está en la papelera" in answer.get_data(as_text=True)
    with pytest.raises(resource_sheets.Used):
        resource_sheets.drop(boat)


def test_days_are_closed_for_all_or_have_other_hours_and_come_back(shop):
    trip = shop.service(resource=shop.resource(seats=6))
    shop.held(trip, shop.when(7), 2)
    first, last, admin = shop.day(6), shop.day(8), shop.admin
    told = {"first": first.isoformat(), "last": last.isoformat(), "of": "", "how": "closed", "note": "Feria"}
    answer = admin.post("/admin/cafe/special-days", data=told)
    assert answer.location.endswith(f"/admin/cafe/bookings?day={shop.day(7).isoformat()}")  # where they are
    said = page(admin, "special-days")
    assert "Hay una reserva en esos días" in said
    assert "Feria" in said
    assert hours.windows(trip, first, last) == {}
    other = {"first": last.isoformat(), "how": "hours", "of": trip.product.slug, "times": "10, 3 pm"}
    assert admin.post("/admin/cafe/special-days", data=other).status_code == 303
    assert hours.windows(trip, first, last) == {last: [Window("10:00"), Window("15:00")]}
    page(admin, "special-days")
    assert admin.post("/admin/cafe/special-days/gone", data={"day": first.isoformat(), "of": ""}).status_code == 303
    assert hours.windows(trip, first, first) == {first: [Window("09:00")]}
    assert admin.post(undo(page(admin, "special-days"))).status_code == 303
    assert hours.windows(trip, first, first) == {}
    assert [one.note for one in special_days.coming() if one.day == first] == ["Feria"]


def test_a_week_in_a_row_is_one_row_taken_out_and_back_at_once(shop):
    shop.service(resource=shop.resource())
    first, last, admin = shop.day(6), shop.day(12), shop.admin
    told = {"first": first.isoformat(), "last": last.isoformat(), "of": "", "how": "closed", "note": "Vacaciones"}
    admin.post("/admin/cafe/special-days", data=told)
    admin.post("/admin/cafe/special-days", data={**told, "first": shop.day(13).isoformat(), "last": "", "note": "Otra"})
    listed = read(admin.get("/admin/cafe/special-days")).xpath("//form[contains(@action, 'special-days/gone')]")
    assert [dict(one.fields)["day"] for one in listed] == [first.isoformat(), shop.day(13).isoformat()]
    assert admin.post(listed[0].get("action"), data=dict(listed[0].fields)).status_code == 303
    assert [one.note for one in special_days.coming()] == ["Otra"]
    assert admin.post(undo(page(admin, "special-days"))).status_code == 303
    assert [one.note for one in special_days.coming()] == ["Vacaciones"] * 7 + ["Otra"]


def test_days_that_cannot_be_are_refused_at_their_field(shop):
    trip, admin = shop.service(resource=shop.resource()), shop.admin
    soon, past = shop.day(5).isoformat(), (shop.day(0) - timedelta(days=2)).isoformat()
    for typed, at in (
        ({"first": "2026-02-30"}, "first"), ({"first": past}, "first"), ({"first": soon, "last": past}, "last"),
        ({"first": soon, "how": "hours", "of": trip.product.slug, "times": "25:00"}, "times"),
        ({"first": soon, "how": "hours", "of": trip.product.slug}, "times"),
        ({"first": soon, "how": "hours", "times": "9"}, "of"), ({"first": soon, "of": "no-such"}, "of"),
        ({"first": soon, "last": shop.day(600).isoformat()}, "of"),
    ):  # fmt: skip
        answer = admin.post("/admin/cafe/special-days", data={"how": "closed", "of": "", **typed})
        assert answer.status_code == 422, typed
        assert f'id="{at}-error">' in answer.get_data(as_text=True), typed
    assert db.session.scalars(select(DayException)).all() == []
