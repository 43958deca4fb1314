"""Dragging a booking: its pages carry what the script needs, for who may move it; the move leads back to the calendar."""

from kernel.db import db
from shop.booking_targets import stamp
from tests.shop.desk_calendar import AT, ES, cabin, page, post, room, told, trip
from tests.shop.pages import read


def lifted(answer):
    """(name, address of the move, moment, day) of all that can be lifted."""
    found = read(answer).xpath("//*[@data-lift]")
    return {
        (one.get("data-name"), one.get("data-lift"), one.get("data-from"), one.get("data-own-day")) for one in found
    }


def test_what_can_be_moved_can_be_lifted_on_each_page_of_the_calendar(shop):
    talk, stay, ride = room(shop), cabin(shop), trip(shop)
    rows = [
        shop.booked(talk, shop.when(3, "09:00"), name="Ana Mora"),
        shop.booked(stay, shop.when(3, "14:00"), 2, nights=2, name="Carla"),
        shop.booked(ride, shop.when(3), [2, 1], name="Beto"),
    ]
    day = shop.day(3)
    every = {(row.order.name, f"{AT}/{row.token}/move", stamp(row.starts_at), f"{day}") for row in rows}
    assert lifted(page(shop.admin, day=day)) == every
    alone = {one for one in every if one[0] != "Beto"}  # who comes in a group is listed by day
    for path in ("/week", "/units"):
        assert lifted(page(shop.admin, path, day=day)) == alone
    assert lifted(page(shop.staff("clerk"), day=day)) == every
    watching = page(shop.staff("marketer"), day=day)  # sees bookings and moves none
    assert (lifted(watching), "lifting" in watching.text) == (set(), False)
    rows[0].state = "came"
    db.session.commit()
    assert {one[0] for one in lifted(page(shop.admin, day=day))} == {"Carla", "Beto"}


def test_places_say_which_unit_and_day_they_are_and_rows_which_moment(shop):
    talk = room(shop)
    shop.booked(talk, shop.when(3, "09:00"), name="Ana Mora")
    day, tokens = shop.day(3), {unit.token for unit in talk.needs[0].resource.units}
    grid = read(page(shop.admin, day=day)).xpath("//table[@data-rows]")[0]
    assert grid.get("data-day") == f"{day}"
    assert set(grid.xpath(".//td[@data-land]/@data-unit")) == tokens
    assert stamp(shop.when(3, "09:30")) in grid.xpath(".//tr/@data-at")
    units = read(page(shop.admin, "/units", day=day)).xpath("//td[@data-land]")
    assert {(one.get("data-unit"), one.get("data-day")) for one in units} == {
        (token, f"{shop.day(ahead)}") for token in tokens for ahead in range(3, 10)
    }


def test_the_page_of_the_move_says_of_every_time_what_it_would_send_and_whether_it_is_free(shop):
    talk = room(shop)
    row = shop.booked(talk, shop.when(3, "09:00"), name="Ana Mora")
    shop.booked(talk, shop.when(3, "10:00"), name="Beto")
    first, second = talk.needs[0].resource.units
    cells = {cell.get("data-to"): cell for cell in read(page(shop.admin, f"/{row.token}/move")).xpath("//*[@data-to]")}
    kinds = {
        "here": f"{stamp(shop.when(3, '09:00'))} {first.token}",
        "full": f"{stamp(shop.when(3, '10:00'))} {first.token}",
        "free": f"{stamp(shop.when(3, '10:00'))} {second.token}",
    }
    for kind, to in kinds.items():
        assert (cells[to].get("class"), cells[to].get("data-day")) == (f"target-{kind}", f"{shop.day(3)}")
        assert cells[to].xpath(".//button/@value") == ([to] if kind == "free" else [])


def test_who_drags_comes_back_to_the_calendar_and_so_does_who_takes_it_back(shop):
    row = shop.booked(room(shop), shop.when(3, "09:00"), name="Ana Mora")
    back = f"{AT}?day={shop.day(3)}"
    answer = post(shop.admin, f"/{row.token}/move", to=stamp(shop.when(3, "11:00")), next=back)
    assert (row.starts_at, answer.location) == (shop.when(3, "11:00"), back)
    boss = shop.admin
    answer = post(boss, f"/{row.token}/move", to=stamp(shop.when(3, "12:00")), next=back)
    undo = read(boss.get(answer.location, headers=ES)).xpath("//form[.//button[@data-undo]]")[0]
    again = boss.post(undo.get("action"), data=dict(undo.fields), headers=ES)
    assert again.location == back
    elsewhere = post(boss, f"/{row.token}/move", to=stamp(shop.when(3, "14:00")), next="https://example.com/")
    assert elsewhere.location == f"{AT}/{row.token}"
    assert "quedó movida" in told(boss, elsewhere)
