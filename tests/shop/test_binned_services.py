"""What is booked of a product that was put into the bin still takes place: every page about it says so."""

from kernel import pdf
from kernel.db import db
from shop import bin as bins
from shop import resources
from tests.shop.desk_calendar import AT, ES, cabin, page, post, room, stamp, trip
from tests.shop.pages import text


def put_away(*services):
    bins.put("product", [one.product for one in services])
    db.session.commit()
    db.session.expunge_all()


def test_who_booked_what_lies_in_the_bin_stands_on_every_page_of_the_desk(shop, monkeypatch):
    monkeypatch.setattr(pdf, "available", lambda: False)
    ride, talk, stay, other = trip(shop), room(shop), cabin(shop), shop.service("Cata")
    rows = [
        shop.booked(ride, shop.when(3), [2], name="Ana"),
        shop.booked(talk, shop.when(3, "10:00"), 1, name="Beto"),
        shop.booked(stay, shop.when(3, "14:00"), 2, name="Carla"),
        shop.booked(other, shop.when(3), 1, name="Dora"),
    ]
    tokens, day, at = [row.token for row in rows], shop.day(3), stamp(rows[0].starts_at)
    put_away(ride, talk, stay)
    admin = shop.admin
    listed = text(page(admin, "/list", day=day))
    assert all(name in listed for name in ("Ana", "Beto", "Carla", "Dora"))
    for path in ("", "/week", "/units", "/month", *(f"/{token}" for token in tokens)):
        page(admin, path, day=day)
    departure = text(page(admin, f"/departures/paseo/{at}"))
    assert "Ana" in departure
    assert "Agregar" not in departure  # nobody else gets on
    assert post(admin, f"/departures/paseo/{at}/places", places=5).status_code == 303
    told = post(admin, "/closures", all=1, first=day, last=day)
    assert (told.status_code, "Paseo" in text(told)) == (409, True)
    for row in resources.every():
        feed = shop.client.get(f"/calendars/{row.units[0].feed}.ics")
        assert feed.status_code == 200
        assert b"SUMMARY" in feed.data


def test_a_departure_of_what_lies_in_the_bin_can_be_called_off(shop):
    row = shop.booked(trip(shop), shop.when(3), [2], name="Ana")
    at = stamp(row.starts_at)
    put_away(row.service)
    done = post(shop.admin, f"/departures/paseo/{at}/cancellation", count=1, reason="Llueve")
    assert done.status_code == 303, text(done)
    assert db.session.merge(row).state == "cancelled"
    nobody = stamp(shop.when(4))  # by its hours it would leave then, too
    assert shop.admin.get(f"{AT}/departures/paseo/{nobody}", headers=ES).status_code == 404


def test_its_guest_cannot_have_another_time_of_it(shop):
    row = shop.booked(cabin(shop), shop.when(5, "14:00"), 2)
    token, arrive = row.token, shop.day(6)
    put_away(row.service)
    sent = {"arrive": arrive, "leave": shop.day(8), "places": 2, "month": f"{arrive:%Y-%m}"}
    for path in ("move", "change"):
        assert shop.client.post(f"/bookings/{token}/{path}", data=sent).status_code == 409, path
    changed = post(shop.admin, f"/{token}/change", **sent)
    assert (changed.status_code, changed.location) == (303, f"{AT}/{token}")
