"""What the demo sells of its time is as its files say: every booking product with its hours, units and words."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from demo import booked_times, reservations, world
from kernel import clock, tenancy
from kernel.app import Plaza
from kernel.db import db
from kernel.tenancy import Tenant
from shop import booking_times, bookings, catalog, holdings, hours, resources, services
from shop import cart as carts
from shop.occupations import JustTaken
from shop.storefront import DAYS

SHOPS = {world.slug(shop): shop for shop in world.shops()}


@pytest.fixture(params=sorted(SHOPS))
def shop(request: pytest.FixtureRequest, demo_app: Plaza) -> Any:
    with demo_app.app_context():
        tenancy.leave()
        found = db.session.scalar(select(Tenant).where(Tenant.slug == request.param))
        assert found is not None
        tenancy.enter(found.id)
        yield SHOPS[request.param]
        db.session.remove()


def booked(shop: Any) -> list[tuple[Any, Any]]:
    """What the file says of each, with its service."""
    told = {one["sku"]: one for one in shop["products"] if one["kind"] == "reservation"}
    rows = services.every()
    assert {row.product.sku for row in rows} == set(told)
    return [(told[row.product.sku], row) for row in rows]


def test_resources_have_their_units_under_spanish_names(shop: Any) -> None:
    rows = {row.code: row for row in resources.every()}
    assert list(rows) == [one["code"] for one in shop["resources"]]
    for told in shop["resources"]:
        units = [unit.name for unit in rows[told["code"]].units]
        assert len(set(units)) == told["quantity"]
        assert told["quantity"] == 1 or units[0].endswith(" 1")


def test_each_is_booked_as_its_file_says(shop: Any) -> None:
    for told, row in booked(shop):
        said, product = told["booking"], row.product
        assert (product.kind, row.capacity, row.lead) == ("booking", said["capacity"], said["lead_hours"]), told["sku"]
        assert [need.resource.code for need in row.needs] == [said["resource"]]
        assert {variant.stock_kind for variant in product.variants} == {"booking"}
        assert (product.deposit_bp or 0) == 100 * said["deposit_pct"]
        assert row.policy[0] == {"hours": said["cancel_hours"], "back_bp": 10_000}
        assert row.meeting["es"]
        kind = "nights" if said.get("nightly") else "appointment" if "appointment" in said else "departure"
        assert row.kind == kind
        if row.kind == "nights":
            assert (row.check_in, row.check_out, row.nights_min) == (
                said["check_in"], said["check_out"], said["min_nights"],
            )  # fmt: skip
            assert hours.of(row) == []
        else:
            week = {(DAYS[one.weekday], one.opens) for one in hours.of(row)}
            assert week == {(day, at) for day in said["days"] for at in said["times"]}
            assert (row.minutes, row.group_min) == (said["duration_min"], said["min_people"])
        if kind == "appointment":
            assert {one.closes for one in hours.of(row)} == {said["closes"]}
            assert {"step_min": row.step, "after_min": row.after} == said["appointment"]


def test_children_have_their_price_and_each_table_its_size(shop: Any) -> None:
    for told, row in booked(shop):
        prices = [catalog.price(row.product, one).minor for one in row.product.variants]
        wanted = [told[key] for key in ("price", "child_price") if key in told]
        assert prices == [world.minor(one, row.product.currency) for one in wanted], told["sku"]
        most = row.needs[0].units(row.capacity)
        assert most <= len(row.needs[0].resource.units), told["sku"]
        if told["sku"] == "HT-021":
            assert ([unit.seats for unit in row.needs[0].resource.units], prices) == ([2, 2, 4, 4, 4, 6], [0])


def test_guanquira_shares_boats_guides_and_cabins(demo_app: Plaza) -> None:
    with demo_app.app_context():
        tenancy.leave()
        tenancy.enter(db.session.scalar(select(Tenant.id).where(Tenant.slug == "rutas-guanquira")) or 0)
        users: dict[str, list[str]] = {}
        for row in services.every():
            users.setdefault(row.needs[0].resource.code, []).append(row.product.sku)
        assert users["balsa"] == ["RG-001", "RG-002"]
        assert users["lancha"] == ["RG-007", "RG-008"]
        assert users["cabana-ceiba"] == ["RG-011", "RG-013"]
        assert users["casa-familia"] == ["RG-012", "RG-015"]
        cabin = next(row for row in services.every() if row.product.sku == "RG-013")
        assert [(one.name["es"], one.begins, one.price_minor) for one in cabin.rates] == [
            ("Fin de semana", "", 2_150_00), ("Semana Santa", "easter-7", 2_590_00), ("Fin de año", "12-27", 2_800_00),
        ]  # fmt: skip
        season = next(row.seasons for row in services.every() if row.product.sku == "RG-013")
        assert [(one["from"], one["to"], one["factor_bp"]) for one in season] == [("easter-7", "easter-1", 14_000)]
        db.session.remove()


def test_cabana_ceiba_is_a_night_or_inside_the_two_days_never_both(demo_app: Plaza) -> None:
    with demo_app.app_context():
        tenancy.leave()
        tenancy.enter(db.session.scalar(select(Tenant.id).where(Tenant.slug == "rutas-guanquira")) or 0)
        known = {row.product.sku: row for row in services.every()}
        tour, night = known["RG-011"], known["RG-013"]
        first = clock.today(tenancy.tenant().timezone) + timedelta(days=100)
        day, [leaves, *_rest] = next(iter(booking_times.times(tour, first, first + timedelta(days=7)).items()))
        inside = booking_times.between(night, day, day + timedelta(days=1))
        for one, other in (((tour, leaves), (night, inside)), ((night, inside), (tour, leaves))):
            holdings.hold(*one, 2, cart=carts.begin()[0])
            with pytest.raises(JustTaken):
                holdings.hold(*other, 2, cart=carts.begin()[0])
            db.session.rollback()
        db.session.remove()


def test_each_shop_has_guests_who_came_and_guests_to_come(shop: Any) -> None:
    every = list(db.session.scalars(select(bookings.Booking)))
    rows = [row for row in every if row.state != "held"]
    assert len(rows) == sum(told.get("times", 1) for told in booked_times.more(shop)["booked"])
    asked = [(row.service.product.sku, row.order.state) for row in every if row.state == "held" and row.order]
    assert asked == [(told["sku"], "asked") for told in booked_times.more(shop).get("requests", ())]
    absent = {told["who"] for told in booked_times.more(shop)["booked"] if told.get("missed")}
    assert {row.state for row in rows} == {"booked", "came", *(["missed"] if absent else [])}
    for row in rows:
        assert row.order is not None
        assert (row.starts_at < clock.now()) == (row.state in {"came", "missed"})
        assert row.state != "missed" or row.order.email in absent
        assert row.order.paid or row.order.payment == "partial", row.order.number
        wanted = [one["label"]["es"] for one in row.service.questions if one["required"]]
        assert set(wanted) <= set(row.answers) or row.language == "en"
    assert any(row.order.payment == "partial" for row in rows if row.order)


def test_whoever_came_booked_in_time_on_whichever_day_of_the_week_the_demo_is_loaded(shop: Any) -> None:
    leads = {told["sku"]: timedelta(hours=told["booking"]["lead_hours"]) for told, _row in booked(shop)}
    for place, told in enumerate(booked_times.more(shop)["booked"]):
        if "ago" in told:
            soonest = clock.now() - timedelta(days=told["ago"] + reservations.TRIES)
            assert reservations._placed(place, told) + leads[told["sku"]] < soonest
