"""Setting up what is booked: every kind is written as it was typed, what is wrong stands at its field, nobody loses a time."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from kernel import journal
from kernel.db import db
from shop import booking_times, catalog, departures, hours, occupations, resources, service_sheets, services, variants
from shop.services import Service
from tests.shop.pages import read

PLAIN = {"price": "", "capacity": "8", "lasts": "2", "lasts_in": "hours", "policy": "moderate", "horizon": "180",
         "lead": "12", "holidays": "y", "group_min": "1"}  # fmt: skip


def draft(shop, name="Paseo"):
    """A product that is a booking and nothing more yet, as the product editor makes it."""
    told = {"name": name, "price": "5000", "kind": "booking", "units": "0", "was": "0", "counted": "unlimited",
            "category": "", "tax": "", "min_qty": "1", "lead_unit": "days", "do": "publish"}  # fmt: skip
    answer = shop.admin.post("/admin/cafe/products/new", data=told)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    assert answer.location.endswith("/booking")
    row = db.session.scalars(select(catalog.Product).order_by(catalog.Product.id.desc())).first()
    assert (row.kind, row.state) == ("booking", "draft")
    return row


def post(shop, product, **typed):
    return shop.admin.post(f"/admin/cafe/products/{product.slug}/booking", data={**PLAIN, **typed})


def departure(**typed):
    return {"kind": "departure", "price": "5000", "hours-0-opens": "9", "hours-0-days": ["0", "5"],
            "hours-1-opens": "2:30 pm", "hours-1-days": ["5"], "new_name": "Bote", "new_units": "2", "new_seats": "4",
            **typed}  # fmt: skip


def errors(answer):
    assert answer.status_code == 422
    return answer.get_data(as_text=True)


def test_a_new_booking_is_explained_in_three_kinds(shop):
    product = draft(shop)
    page = shop.admin.get(f"/admin/cafe/products/{product.slug}/booking").get_data(as_text=True)
    assert all(f"kind={kind}" in page for kind in services.KINDS)
    fresh = shop.admin.get(f"/admin/cafe/products/{product.slug}/booking?kind=departure").get_data(as_text=True)
    assert 'value="Paseo"' in fresh  # the first resource is called like the product unless it is told another name
    assert shop.admin.get(f"/admin/cafe/products/{shop.product().slug}/booking").status_code == 404


def proposal(shop, product, kind):
    """(what is ticked, what a new one would be called, what the page says of those that there are)."""
    shown = read(shop.admin.get(f"/admin/cafe/products/{product.slug}/booking?kind={kind}"))
    ticked = shown.xpath("//*[@id='needs']//input[@type='checkbox' and @checked]/following-sibling::span/strong/text()")
    told = " ".join(shown.xpath("string(//*[@id='needs'])").split())
    return ticked, shown.xpath("//*[@name='new_name']/@value"), told


def test_a_second_booking_is_offered_the_one_thing_that_its_like_use(shop):
    first, second = draft(shop), draft(shop, "Paseo largo")
    assert post(shop, first, **departure()).status_code == 303
    ticked, new, told = proposal(shop, second, "departure")
    assert (ticked, new, "se usa en: Paseo" in told, "Marcamos el único" in told) == (["Bote"], [""], True, True)
    for kind in ("appointment", "nights"):  # another kind, or another cabin: something of its own unless one ticks
        ticked, new, told = proposal(shop, second, kind)
        assert (ticked, new, "Marcamos" in told) == ([], ["Paseo largo"], False)
    assert post(shop, second, **departure(new_name="", **{"needs-0-used": "y", "needs-0-token": resources.every()[0].token,
                                                          "needs-0-seats": "4"})).status_code == 303  # fmt: skip
    assert len(resources.every()) == 1
    shop.resource("Sala", 1)
    assert proposal(shop, draft(shop, "Otro"), "departure")[:2] == ([], [""])


@pytest.mark.parametrize(("opens", "closes", "why"), [
    ("9", "5", "Eso es 05:00 de la madrugada. Para la tarde escriba 17:00."), ("8", "4", "escriba 16:00"), ("18", "2", ""),
    ("9", "5 pm", ""), ("10:00", "02:00", ""), ("18:00", "11:00", "Termina antes de empezar"),
])  # fmt: skip
def test_hours_that_end_in_the_small_hours_by_a_slip_are_asked_for_anew(shop, opens, closes, why):
    product = draft(shop, "Masaje")
    answer = post(shop, product, kind="appointment", price="5000", lasts="60", step="60", capacity="1", new_name="Sala",
                  **{"hours-0-opens": opens, "hours-0-closes": closes, "hours-0-days": ["0"]})  # fmt: skip
    assert answer.status_code == (422 if why else 303)
    assert why in answer.get_data(as_text=True)


def test_the_price_says_what_it_is_for_until_the_owner_says_it_otherwise(shop):
    boat, talk = draft(shop), draft(shop, "Masaje")
    own = draft(shop, "Tabla")
    own.unit = {"es": "por tabla"}
    db.session.commit()
    for one, kind in ((boat, "departure"), (own, "departure")):
        assert post(shop, one, **departure(kind=kind, do="publish")).status_code == 303
    assert post(shop, talk, kind="appointment", price="5000", lasts="60", step="60", capacity="1", new_name="Sala",
                **{"hours-0-opens": "9", "hours-0-closes": "17", "hours-0-days": ["0"]}).status_code == 303  # fmt: skip
    assert [one.unit.get("es", "") for one in (boat, talk, own)] == ["por persona", "", "por tabla"]
    assert "por persona" in shop.client.get(f"/p/{boat.slug}").text


def test_a_minimum_that_no_departure_could_reach_is_refused(shop):
    assert "Tiene 8 lugares" in errors(post(shop, draft(shop), **departure(group_min="9")))
    assert post(shop, draft(shop, "Otro"), **departure(group_min="8")).status_code == 303


@pytest.mark.parametrize(("typed", "factor", "why"), [
    ("140", 14_000, ""), ("+40", 14_000, ""), ("-20 %", 8_000, ""), ("80", 8_000, ""), ("−60", 4_000, ""),
    ("40", 0, "Para cobrar más escriba +40"), ("-100", 0, "de 1 a 1000"), ("x", 0, "una parte como 140"), ("", 0, "una parte como 140"),
])  # fmt: skip
def test_what_a_season_adds_is_read_as_it_is_meant(shop, typed, factor, why):
    product = draft(shop, "Cabaña")
    sheet = {"kind": "nights", "price": "30000", "check_in": "14", "check_out": "11", "capacity": "4", "new_name": "Cabaña",
             "seasons-0-name": "Semana Santa", "seasons-0-when": "easter", "seasons-0-percent": typed}  # fmt: skip
    answer = post(shop, product, **sheet)
    assert why in answer.get_data(as_text=True)
    assert answer.status_code == (422 if why else 303)
    if factor:
        row = services.of_product(product.id)
        assert [one["factor_bp"] for one in row.seasons] == [factor]
        page = read(shop.admin.get(f"/admin/cafe/products/{product.slug}/booking"))
        shown = page.xpath("//*[@name='seasons-0-percent']/@value")[0]
        assert post(shop, product, **{**sheet, "seasons-0-percent": shown}).status_code == 303
        db.session.expire_all()
        assert services.of_product(product.id).seasons[0]["factor_bp"] == factor


def test_the_same_time_in_a_row_is_the_owners_to_say(shop):
    product = draft(shop, "Masaje")
    sheet = {"kind": "appointment", "price": "5000", "lasts": "60", "lasts_in": "minutes", "step": "60", "capacity": "1",
             "hours-0-opens": "9", "hours-0-closes": "17", "hours-0-days": ["0"], "new_name": "Sala"}  # fmt: skip
    assert "26" in read(post(shop, product, **sheet, series="27")).xpath("string(//*[@id='series-error'])")
    assert post(shop, product, **sheet, series="8").status_code == 303
    assert services.of_product(product.id).series_most == 8
    assert post(shop, product, **sheet, series="").status_code == 303
    db.session.expire_all()
    assert services.of_product(product.id).series_most == 1


def test_a_new_booking_promises_what_its_button_does(shop):
    page = shop.admin.get("/admin/cafe/products/new?kind=booking").get_data(as_text=True)
    button = page.split('data-action="publish">')[1].split("</button>")[0]
    assert '<span class="not-booking">Publicar</span><span class="only-booking">Seguir: días y horas</span>' in button
    assert '<p class="then not-booking">' in page
    assert 'fold not-booking"><summary><span>Archivo' in page
    sheet = shop.admin.get(f"/admin/cafe/products/{draft(shop).slug}").get_data(as_text=True)
    assert 'data-action="publish">Seguir: días y horas</button>' in sheet


def test_a_departure_is_written_published_and_can_be_booked(shop):
    product = draft(shop)
    people = {"people-0-name": "Adulto", "people-0-price": "5000", "people-1-name": "Niño", "people-1-price": "2 500"}
    asked = {"questions-0-label": "Alergias", "questions-0-required": "y", "deposit": "30 %", "meeting": "El muelle"}
    assert post(shop, product, do="publish", **departure(**people, **asked)).status_code == 303
    row = services.of_product(product.id)
    assert product.live
    assert [(one.weekday, one.opens) for one in hours.of(row)] == [(0, "09:00"), (5, "09:00"), (5, "14:30")]
    assert (row.minutes, row.capacity, row.lead, row.policy[1]) == (120, 8, 12, {"hours": 24, "back_bp": 5_000})
    assert [(one.options["persona"], one.price_minor, one.stock_kind) for one in variants.of(product.id)] == [
        ("adulto", 5_000_00, "booking"), ("nino", 2_500_00, "booking"),
    ]  # fmt: skip
    assert [(need.seats, [unit.name for unit in need.resource.units]) for need in row.needs] == [
        (4, ["Bote 1", "Bote 2"])
    ]
    assert (product.deposit_bp, row.questions[0]["label"], row.questions[0]["required"]) == (
        3_000,
        {"es": "Alergias"},
        True,
    )
    saturday = next(shop.day(ahead) for ahead in range(3, 10) if shop.day(ahead).weekday() == 5)
    span = booking_times.times(row, saturday, saturday)[saturday][1]
    assert shop.held(row, span.starts_at, 5).places == 5
    again = shop.admin.get(f"/admin/cafe/products/{product.slug}/booking").get_data(as_text=True)
    assert all(text in again for text in ('value="14:30"', 'value="Niño"', 'value="30 %"', "El muelle"))


def test_a_button_that_is_pressed_twice_makes_one_resource(shop):
    product = draft(shop)
    for _time in range(2):
        assert post(shop, product, do="publish", **departure()).status_code == 303
    assert [row.name["es"] for row in resources.every()] == ["Bote"]
    assert len(services.of_product(product.id).needs) == 1
    told = db.session.scalars(select(journal.Entry).where(journal.Entry.verb.startswith("resource."))).all()
    assert [(row.verb, row.account_id) for row in told] == [("resource.made", shop.owner_id)]


def test_appointments_have_hours_and_nights_have_seasons(shop):
    cut, stay = draft(shop, "Corte"), draft(shop, "Cabaña")
    told = {"kind": "appointment", "price": "8000", "lasts": "45", "lasts_in": "minutes", "step": "15", "after": "10",
            "hours-0-opens": "8:00", "hours-0-closes": "12.00", "hours-0-days": ["1"], "new_name": "Silla"}  # fmt: skip
    assert post(shop, cut, do="publish", **told).status_code == 303
    row = services.of_product(cut.id)
    assert [(one.opens, one.closes) for one in hours.of(row)] == [("08:00", "12:00")]
    assert (row.minutes, row.step, row.after) == (45, 15, 10)
    told = {"kind": "nights", "price": "50000", "check_in": "3 pm", "check_out": "11", "nights_min": "2",
            "arrivals": [str(day) for day in range(7)], "new_name": "Cabaña", "policy": "own",
            "tiers-0-hours": "48", "tiers-0-share": "80", "seasons-0-when": "easter", "seasons-0-percent": "140",
            "seasons-0-name": "Semana Santa", "seasons-1-when": "days", "seasons-1-begins": "15-12",
            "seasons-1-ends": "06/01", "seasons-1-percent": "120"}  # fmt: skip
    assert post(shop, stay, do="publish", **told).status_code == 303
    row = services.of_product(stay.id)
    assert (row.check_in, row.check_out, row.nights_min, list(hours.of(row))) == ("15:00", "11:00", 2, [])
    assert row.policy == [{"hours": 48, "back_bp": 8_000}]
    assert [(one["from"], one["to"], one["factor_bp"]) for one in row.seasons] == [
        ("easter-7", "easter-1", 14_000), ("12-15", "01-06", 12_000),
    ]  # fmt: skip
    page = shop.admin.get(f"/admin/cafe/products/{stay.slug}/booking").get_data(as_text=True)
    assert all(text in page for text in ('value="15-12"', 'value="140"', 'value="80"'))


def test_hours_end_after_they_begin_or_in_the_small_hours_of_the_next_day(shop):
    cut = draft(shop, "Corte")
    told = {"kind": "appointment", "price": "8000", "lasts": "45", "lasts_in": "minutes", "step": "30",
            "hours-0-opens": "8:00", "hours-0-closes": "7:00", "hours-0-days": ["1"], "new_name": "Silla"}  # fmt: skip
    page = errors(post(shop, cut, **told))
    assert 'href="#hours-0-closes">' in page
    assert "Termina antes de empezar" in page.split('id="hours-0-closes-error">')[1]
    assert post(shop, cut, **{**told, "hours-0-opens": "19:00", "hours-0-closes": "2:00"}).status_code == 303
    assert [(one.opens, one.closes) for one in hours.of(services.of_product(cut.id))] == [("19:00", "02:00")]
    day = {"first": shop.day(9).isoformat(), "how": "hours", "times": "08:00-07:00", "of": ""}
    assert "Termina antes de empezar" in errors(shop.admin.post("/admin/cafe/special-days", data=day))


WRONG = (
    ({"hours-0-opens": "25:00"}, "hours-0-opens"), ({"hours-0-days": []}, "hours-0-days"),
    ({"price": "-1"}, "price"), ({"price": ""}, "price"), ({"capacity": "0"}, "capacity"),
    ({"capacity": ""}, "capacity"), ({"lasts": "90", "lasts_in": "days"}, "lasts"),
    ({"people-0-name": "Adulto"}, "people-0-price"), ({"deposit": "120 %"}, "deposit"),
    ({"lead": "pronto"}, "lead"), ({"new_units": "9999"}, "new_units"),
)  # fmt: skip


def test_what_is_wrong_stands_at_its_field_and_what_was_typed_stays(shop):
    product, admin = draft(shop), shop.admin
    for typed, at in WRONG:
        told = {**PLAIN, **departure(meeting="Frente al muelle", **typed)}
        page = errors(admin.post(f"/admin/cafe/products/{product.slug}/booking", data=told))
        assert f'id="{at}-error"' in page
        assert f'href="#{at}"' in page
        assert "Frente al muelle" in page
    assert services.of_product(product.id) is None


def test_what_nobody_could_book_is_not_published_and_says_what_is_missing(shop):
    product = draft(shop)
    page = errors(post(shop, product, kind="departure", price="5000", do="publish"))
    assert "los días y horas" in page
    assert '<a href="#needs">qué ocupa (una sala, un guía o una mesa)</a>.' in page
    assert all(f'id="{part}-error"' in page and f'id="{part}"' in page for part in ("needs", "week"))
    assert services.of_product(product.id) is None
    assert post(shop, product, kind="departure", price="5000").status_code == 303
    for path in (f"products/{product.slug}/publish", "products/bulk"):
        shop.admin.post(f"/admin/cafe/{path}", data={"slug": product.slug, "do": "publish"})
        assert not catalog.slugged(product.slug).live
    live = shop.service("Vivo", resource=shop.resource())
    assert "los días y horas" in errors(post(shop, live.product, **departure(**{"hours-0-opens": "", "hours-0-days": [],
                                        "hours-1-opens": "", "hours-1-days": []})))  # fmt: skip
    assert hours.of(live)


def test_other_hours_and_places_break_no_booking(shop):
    boat = shop.resource("Bote", units=2, seats=4)
    trip = shop.service(resource=boat, capacity=8)
    row = shop.held(trip, shop.when(), 6)
    typed = departure(
        capacity="4", new_name="", **{"needs-0-token": boat.token, "needs-0-used": "y", "needs-0-seats": "4"}
    )
    admin, address = shop.admin, f"/admin/cafe/products/{trip.product.slug}/booking"
    assert admin.post(address, data={**PLAIN, **typed, "hours-0-opens": "11:00"}).status_code == 303
    assert "Una reserva próxima queda fuera del nuevo horario" in admin.get(address).get_data(as_text=True)
    assert (row.state, row.departure.taken, row.departure.capacity) == ("held", 6, 6)
    assert len(occupations.within([unit.id for unit in boat.units], row.span)) == 2


def test_what_is_occupied_besides_is_taken_for_who_comes_and_what_is_not_is_free(shop):
    boat, guide = shop.resource("Bote", seats=8), shop.resource("Guía", seats=8)
    trip, other = shop.service(resource=boat, capacity=8), shop.service("Otro", resource=guide, capacity=8)
    row = shop.held(trip, shop.when(), 2)
    told = service_sheets.save(trip.product, sheet(trip, {guide.id: 8}))
    db.session.commit()
    assert told == service_sheets.Told()
    assert occupations.free(boat.id, row.span)
    assert not occupations.free(guide.id, row.span)
    shop.held(other, shop.when(8), 1)
    row = shop.held(trip, shop.when(8, "14:00"), 2)
    busy = shop.held(shop.service("Largo", resource=boat, minutes=600), shop.when(8, "08:00"), 1)
    told = service_sheets.save(trip.product, sheet(trip, {guide.id: 8, boat.id: 8}))
    assert (told.unfit, row.state, busy.state) == (1, "held", "held")


def test_whoever_has_booked_occupies_what_the_service_needs_now(shop):
    ana, bea, hut = (shop.resource(name) for name in ("Ana", "Bea", "Cabina"))
    cut = shop.service("Corte", "appointment", resource=ana, minutes=60, step=60)
    row, late = shop.held(cut, shop.when(7, "10:00")), shop.held(cut, shop.when(8, "10:00"))
    shop.held(shop.service("Color", "appointment", resource=bea, minutes=60, step=60), shop.when(8, "10:00"))
    assert service_sheets.save(cut.product, sheet(cut, {bea.id: 1, hut.id: 1})).unfit == 1
    assert occupations.free(ana.id, row.span)
    assert [occupations.free(one.id, row.span) for one in (bea, hut)] == [[], []]
    assert not occupations.free(hut.id, late.span)
    db.session.commit()
    with pytest.raises(occupations.JustTaken):
        shop.held(cut, shop.when(7, "10:00"))


def test_a_departure_takes_what_is_free_of_what_was_added_though_something_lacks(shop):
    boat, guide, van = (shop.resource(name, seats=8) for name in ("Bote", "Guía", "Buseta"))
    trip = shop.service(resource=boat, capacity=8)
    row = shop.held(trip, shop.when(), 2)
    shop.held(shop.service("Otro", resource=guide, capacity=8), shop.when(), 1)
    assert service_sheets.save(trip.product, sheet(trip, {guide.id: 8, van.id: 8})).unfit == 1
    assert not occupations.free(van.id, row.span)
    assert occupations.free(boat.id, row.span)
    db.session.commit()
    with pytest.raises(occupations.JustTaken):  # who lacks something takes nobody else
        shop.held(trip, shop.when(), 1)


def test_fewer_people_in_each_unit_take_more_units(shop):
    boat = shop.resource("Bote", units=2, seats=8)
    trip = shop.service(resource=boat, capacity=8, seats=8)
    row = shop.held(trip, shop.when(), 8)
    assert len(occupations.free(boat.id, row.span)) == 1
    assert service_sheets.save(trip.product, sheet(trip, {boat.id: 4})) == service_sheets.Told()
    assert not occupations.free(boat.id, row.span)


def test_a_departure_on_which_nobody_is_lasts_as_long_as_the_service_does_now(shop):
    trip = shop.service(resource=shop.resource("Bote"), minutes=120)
    row = shop.held(trip, shop.when(7), 1)
    empty = departures.at(trip, shop.when(8))
    told = sheet(trip, {need.resource_id: need.seats for need in trip.needs})
    told.columns["minutes"] = 180
    service_sheets.save(trip.product, told)
    assert [one.ends_at - one.starts_at for one in (row.departure, empty)] == [timedelta(hours=2), timedelta(hours=3)]


def test_one_kind_of_person_may_come_for_nothing(shop):
    trip = shop.service(resource=shop.resource("Bote"))
    told = sheet(trip, {need.resource_id: need.seats for need in trip.needs})
    told.people = [service_sheets.Person({"es": "Cualquiera"}, 0)]
    service_sheets.save(trip.product, told)
    assert trip.product.price_minor == 0


def sheet(service, needs):
    week = [(one.weekday, one.opens, one.closes) for one in hours.of(service)]
    week += [(day, "14:00", "") for day in range(7)]
    return service_sheets.ServiceSheet(service.kind, {"capacity": service.capacity}, 5_000_00, week, needs)


def test_its_kind_stays_once_somebody_has_booked_it(shop):
    trip = shop.service(resource=shop.resource())
    shop.held(trip, shop.when(), 1)
    with pytest.raises(service_sheets.OtherKind):
        service_sheets.save(trip.product, service_sheets.ServiceSheet("nights", {"capacity": 2}))
    db.session.rollback()
    told = {
        "name": "Paseo",
        "price": "5000",
        "kind": "physical",
        "units": "3",
        "was": "0",
        "counted": "onhand",
        "category": "",
        "tax": "",
    }
    answer = shop.admin.post(
        f"/admin/cafe/products/{trip.product.slug}", data={**told, "min_qty": "1", "lead_unit": "days"}
    )
    assert "Ya tiene días y horas de reserva" in errors(answer)
    assert db.session.get(Service, trip.id).product.kind == "booking"


def test_the_product_editor_keeps_what_is_booked(shop):
    trip = shop.service(resource=shop.resource(), price={"adulto": 5_000_00, "nino": 2_000_00})
    page = shop.admin.get(f"/admin/cafe/products/{trip.product.slug}").get_data(as_text=True)
    assert f"/admin/cafe/products/{trip.product.slug}/booking" in page
    told = {"name": "Paseo largo", "price": "5000", "kind": "booking", "units": "0", "was": "0", "counted": "unlimited",
            "category": "", "tax": "", "min_qty": "1", "lead_unit": "days", "options-0-name": "Persona", "options-0-values": "Adulto, Nino",
            "variants-0-key": "persona=adulto", "variants-0-price": "5000", "variants-0-active": "y",
            "variants-1-key": "persona=nino", "variants-1-price": "2000", "variants-1-active": "y"}  # fmt: skip
    assert shop.admin.post(f"/admin/cafe/products/{trip.product.slug}", data=told).status_code == 303
    assert [(one.stock_kind, one.price_minor) for one in trip.product.variants] == [
        ("booking", 5_000_00), ("booking", 2_000_00),
    ]  # fmt: skip
