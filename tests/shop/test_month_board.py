"""The month at a glance: every half day of a unit is told once, and leads where its cell says; its sums are true."""

from datetime import UTC, date, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine

from kernel import clock
from kernel.db import db
from shop import closures, local_times, month_board, outside_calendars, rates, resources, special_days
from shop.bookings import Booking
from shop.closures import Closure
from shop.occupations import Occupation, Span
from shop.rates import ServiceRate
from tests.shop.desk_calendar import AT, ES, cabin, page, post, room, trip, undo, units_of
from tests.shop.pages import form, read, text
from tests.shop.test_booking_desk import statements

ZONE = "America/Santiago"


@pytest.fixture
def august(shop):
    """A shop in Santiago, on 20 August."""
    shop.tenant.timezone = ZONE
    db.session.commit()
    with time_machine.travel(datetime(2026, 8, 20, 15, tzinfo=UTC), tick=False):
        yield shop


def at(day, clock_time="14:00"):
    return local_times.moment(day, clock_time, ZONE)


def day(number, month=9):
    return date(2026, month, number)


def board(shop, month=9, browser=None, **query):
    return read(page(browser or shop.admin, "/month", day=day(1, month), **query))


def row(shown, name):
    [found] = [one for one in shown.xpath("//table//tr") if one.xpath("string(th/span)") == name]
    return found


def told(cell):
    return (" ".join(cell.get("class").split()), int(cell.get("colspan", 1)))


def bars(line):
    return [told(cell) for cell in line.xpath("td[contains(@class, 'strip')]")]


def wide(line):
    return sum(int(cell.get("colspan", 1)) for cell in line.xpath("th|td"))


def test_back_to_back_stays_share_a_day_and_no_half_of_it_is_lost(august):
    shop = august
    stay = cabin(shop)
    second = resources.units([stay.needs[0].resource_id])[1]
    for arrive, nights, name in ((4, 3, "Carla"), (7, 2, "Dora"), (29, 4, "Elsa")):
        holder = shop.booked(stay, at(day(arrive)), 2, nights=nights, name=name)
        assert units_of(holder) == ["Cabaña 1"]
    closures.close([second], Span(at(day(8), "00:00"), at(day(10), "00:00")), reason="Pintura")
    db.session.commit()
    shown = board(shop)
    line = row(shown, "Cabaña 1")
    assert bars(line) == [("strip visit-booked", 6), ("strip visit-booked", 4), ("strip visit-booked strip-late", 4)]
    cells = line.xpath("td")
    carla = next(cell for cell in cells if "Carla" in cell.text_content())
    assert (carla.get("data-day"), carla.get("data-nights")) == (
        "2026-09-04",
        "3",
    )  # over 6 September, which has no midnight there
    assert "Dora" in carla.getnext().text_content()
    closed = row(shown, "Cabaña 2").xpath("td[contains(@class, 'visit-closure')]")[0]
    assert (told(closed)[1], closed.get("data-half")) == (4, "1")
    assert "Pintura" in closed.xpath("string(a/@aria-label)")
    assert closed.getprevious().get("class").startswith("gap")  # who came on the 7th could not stay
    assert {wide(one) for one in shown.xpath("//table//tr")} == {1 + 2 * 30 + 1}
    elsa = row(board(shop, 10), "Cabaña 1")
    assert bars(elsa) == [("strip visit-booked strip-early", 5)]
    assert "data-lift" in str(elsa.xpath("td[contains(@class, 'strip')]/a")[0].attrib)


def test_each_way_of_being_taken_has_a_sign_of_its_own(august):
    shop = august
    stay = cabin(shop)
    first = resources.units([stay.needs[0].resource_id])[0]
    shop.held(stay, at(day(3)), 2)
    shop.booked(stay, at(day(6)), 2, name="Ana", paid=True).state = "came"
    calendar = outside_calendars.OutsideCalendar(unit_id=first.id, name="Airbnb", address_sealed="x", fingerprint="x")
    db.session.add(calendar)
    db.session.flush()
    there = {"starts_at": at(day(9)), "ends_at": at(day(11), "11:00")}
    other = Closure(**there, reason="Airbnb", calendar_id=calendar.id, uid="u", outcome="taken")
    clash = Closure(starts_at=at(day(6)), ends_at=at(day(7), "11:00"), reason="Airbnb", calendar_id=calendar.id, uid="v",
                    outcome="clash")  # fmt: skip
    db.session.add_all([other, clash])
    db.session.flush()
    db.session.add(Occupation(unit_id=first.id, closure_id=other.id, **there))
    special_days.write(day(20), day(20), service=None, note="Inventario")
    stay.before = stay.after = 6 * 60
    db.session.commit()
    line = row(board(shop), "Cabaña 1")
    looks = [(told(cell)[0], cell.xpath("string(.//use/@href)").rpartition("#")[2]) for cell in line.xpath("td")]
    assert [one for one in looks if one[0].startswith("strip")] == [
        ("strip visit-held", "clock"), ("strip visit-came visit-clash", "warning"), ("strip visit-outside", "link"),
    ]  # fmt: skip
    assert sum(name.startswith("gap") for name, _icon in looks) == 6  # before and after each: six hours are not left
    assert [name.split()[0] for name, _icon in looks].count("shut") == 1
    shown = text(page(shop.admin, "/month", day=day(1)))
    assert "dom 20: Cerrado: Inventario" in shown
    assert "Feriado" in shown  # of the country of the shop


def test_a_free_night_opens_the_form_with_its_unit_and_day(august):
    shop = august
    stay = cabin(shop)
    rates.write(stay, [ServiceRate(name={"es": "Finde"}, weekdays=[4, 5], price_minor=45_500_00)])
    db.session.commit()
    unit = resources.units([stay.needs[0].resource_id])[1]
    door = row(board(shop), unit.name).xpath("td/a[contains(@aria-label, 'sáb 5')]")[0]
    assert (door.get("data-figure"), "45" in door.get("aria-label")) == ("45,5", True)
    asked = parse_qs(urlsplit(door.get("href")).query)
    assert (asked["unit"], asked["service"]) == ([unit.token], ["cabana"])
    line = row(board(shop), unit.name)  # from this the script leads several nights to the form of what is closed
    assert (line.get("data-hours"), "unit-close" in line.xpath("th/a/@class")) == ("14:00 11:00", True)
    opened = shop.admin.get(f"{door.get('href')}&nights=2", headers=ES)
    fields = {**form(opened, "/bookings/new"), "people.": "2", "paid": "yes"}
    assert fields["nights"] == "2"
    post(shop.admin, "/new", **fields)
    made = db.session.query(Booking).one()
    assert (made.starts_at, made.ends_at, units_of(made)) == (at(day(5)), at(day(7), "11:00"), [unit.name])


def test_a_free_night_is_closed_between_two_stays_and_opened_again_on_the_month(august):
    shop = august
    stay, admin = cabin(shop), shop.admin
    unit = resources.units([stay.needs[0].resource_id])[0]
    for arrive in (3, 5):
        shop.booked(stay, at(day(arrive)), 2)
    shown = board(shop, browser=admin, tap="close")
    url = row(shown, unit.name).xpath("td/a[contains(@aria-label, 'vie 4')]/@href")[0]
    opened = admin.get(url, headers=ES)
    fields = form(opened, "/bookings/closures")
    told_ = (fields["first"], fields["from"], fields["last"], fields["until"], fields["unit"])
    assert told_ == ("2026-09-04", "14:00", "2026-09-05", "11:00", unit.token)
    answer = post(admin, "/closures", **fields)
    assert answer.location == f"{AT}/month?day=2026-09-01&tap=close"
    assert [look for look, _wide in bars(row(board(shop), unit.name))] == [
        "strip visit-booked", "strip visit-closure", "strip visit-booked"]  # fmt: skip
    undo(admin, answer)
    assert db.session.query(Closure).count() == 0
    foreign = post(admin, "/closures", **{**fields, "next": "https://example.com/", "once": "2"})
    assert foreign.location.startswith(f"{AT}?day=")
    bad = admin.get(f"{AT}/closures/new?first=nunca&last=9999-99-99&from=99&next=//x.example", headers=ES)
    assert (bad.status_code, "x.example" in bad.text) == (200, False)


def test_the_sums_count_the_nights_of_the_month_alone(august):
    shop = august
    stay = cabin(shop)
    other = resources.units([stay.needs[0].resource_id])[1]
    shop.booked(stay, at(day(29)), 2, nights=4, name="Elsa")  # two nights of it
    shop.booked(stay, at(day(10)), 2, nights=2)
    shop.held(stay, at(day(20)), 2, nights=3)
    gone = shop.held(stay, at(day(25)), 2)
    gone.held_until = clock.now() - timedelta(seconds=1)
    closures.close([other], Span(at(day(1)), at(day(6), "11:00")))
    db.session.commit()
    known = month_board.read(day(1), day(30))
    units = [unit for resource in known.board.resources for unit in resource.units]
    found = known.sum({unit.id: known.pieces(unit, known.by_night(unit.resource)) for unit in units})
    assert (found.sold, found.held, found.open) == (4, 3, 60 - 5)
    assert found.income.minor == 2 * 53_097_35  # half of the stay of four, all of that of two, without 13 % of tax
    shown = text(page(shop.admin, "/month", day=day(1)))
    assert "4 de 55 noches vendidas (7 %)" in shown
    assert "3 noches solo apartadas" in shown
    with time_machine.travel(at(day(10), "20:00"), tick=False):
        assert month_board.tonight(day(10)) == (1, 2)
        assert "1 de 2" in read(shop.admin.get("/admin/cafe/", headers=ES)).xpath("string(//*[@data-figure='tonight'])")


def test_days_say_how_much_is_taken_of_what_fits(august):
    shop = august
    ride, talk = trip(shop), room(shop)
    shop.booked(ride, at(day(3), "09:00"), [2, 1])
    shop.booked(talk, at(day(3), "09:00"))
    shop.booked(talk, at(day(3), "11:00"))
    closures.close(resources.units([talk.needs[0].resource_id])[1:], Span(at(day(3), "09:00"), at(day(3), "12:00")))
    db.session.commit()
    shown = board(shop)

    def said(name, number):
        cells = row(shown, name).xpath("td[contains(@class, 'count')]")
        return cells[number - 1].xpath("string(.//@aria-label)").partition(": ")[2]

    assert said("Paseo", 3) == "3 de 18"
    assert (said("Sala 1", 3), said("Sala 1", 4)) == ("2 de 8", "0 de 8")
    assert said("Sala 2", 3) == "0 de 5, algo está cerrado"
    assert said("Sala", 3) == "2 de 13"
    assert {wide(one) for one in shown.xpath("//table//tr")} == {62}
    alone = board(shop, group="paseo")
    assert [one.text for one in alone.xpath("//tbody//th/span")] == ["Paseo"]
    assert [one.text for one in board(shop, group="appointment").xpath("//tbody//th/span")] == [
        "Sala",
        "Sala 1",
        "Sala 2",
    ]
    assert len(board(shop, group="../x").xpath("//tbody")) == 2  # what is no group of ours shows all


def test_it_asks_as_often_for_many_units_and_bookings_as_for_few(august):
    shop = august
    stay, ride, talk = cabin(shop), trip(shop), room(shop)
    admin = shop.admin

    def look():
        page(admin, "/month", day=day(1))

    for service, hour in ((stay, "14:00"), (ride, "09:00"), (talk, "09:00")):
        shop.booked(service, at(day(3), hour), [1] if service is ride else 1)
    look()
    few = statements(look)
    resources.grow(stay.needs[0].resource, 24, named="Cabaña")
    resources.grow(talk.needs[0].resource, 8, named="Sala")
    for number in range(2, 12):
        shop.booked(stay, at(day(number)), 2, nights=3, name=f"N{number}")
        shop.booked(talk, at(day(number), "12:00"))
        shop.booked(ride, at(day(number), "09:00"), [1, 1])
    assert len(board(shop, browser=admin).xpath("//tr[@data-unit]")) == 32
    assert statements(look) == few


def test_who_only_looks_can_tap_and_drag_nothing(august):
    shop = august
    shop.booked(cabin(shop), at(day(3)), 2, name="Carla")
    watching = page(shop.staff("marketer"), "/month", day=day(1), tap="close")
    shown = read(watching)
    assert "Carla" in text(watching)
    tappable = (
        "//td[contains(@class, 'night')]/a | //*[@data-lift] | //*[@data-picked] | //a[contains(@href, 'closures')]"
    )
    assert not shown.xpath(tappable)
    assert shown.xpath("//td[contains(@class, 'night')]/span")


def test_the_month_of_days_that_do_not_exist_or_lie_far_away_is_answered(august):
    shop = august
    cabin(shop)
    admin = shop.admin
    for wrong in ("2026-02-30", "nunca", "", "1999-01-01", "9999-12-31"):
        assert "Agosto de 2026" in text(page(admin, "/month", day=wrong))
    for far in ("2000-01-01", "2199-12-31", "2028-02-29"):
        assert len(read(page(admin, "/month", day=far)).xpath("//thead//th")) in {29 + 1, 31 + 1}
