"""A person's bookings on their page: what is to come first, then what was, and how often they were here."""

from datetime import timedelta

import time_machine

from kernel import clock
from kernel.db import db
from shop import arrivals, booking_orders
from tests.shop.desk_calendar import ES
from tests.shop.pages import read


def shown(browser, contact):
    """The rows of each part, and what stands above them."""
    answer = browser.get(f"/admin/cafe/people/{contact.token}", headers=ES)
    assert answer.status_code == 200
    page = read(answer)
    rows = {
        part: [
            " ".join(row.text_content().split()) for row in page.xpath(f"//*[@data-part='{part}']//tr[@data-booking]")
        ]
        for part in ("coming", "past")
    }
    return rows, " ".join(page.xpath("string(//*[@data-absences])").split())


def test_a_person_shows_what_is_to_come_first_then_what_was(shop):
    trip, cabin = shop.service("Paseo", capacity=9), shop.service("Cabaña", "nights", capacity=2)
    first, absent = (shop.booked(trip, shop.when(ahead), 2, paid=True) for ahead in (3, 4))
    stay = shop.booked(cabin, shop.when(4), 2, paid=True)
    off, late, soon = (shop.booked(trip, shop.when(ahead), paid=True) for ahead in (20, 12, 11))
    other = shop.booked(trip, shop.when(5), email="otra@example.com", phone="+50688887777", paid=True)
    who = first.order.contact
    assert {row.order.contact_id for row in (absent, stay, off, late, soon)} == {who.id} != {other.order.contact_id}
    booking_orders.cancel(off, by=shop.owner, reason="Lluvia")
    db.session.commit()
    with clock.at(absent.starts_at + timedelta(minutes=9)):
        arrivals.miss(absent, by=shop.owner)
        db.session.commit()
    with time_machine.travel(shop.when(8)):
        rows, told = shown(shop.admin, who)
        assert [("Paseo" in row, "1 persona" in row) for row in rows["coming"]] == [(True, True)] * 2
        assert [("Cancelada" in row, "No llegó" in row, "Cabaña" in row) for row in rows["past"]] == [
            (True, False, False), (False, False, True), (False, True, False), (False, False, False)
        ]  # fmt: skip
        assert told == "1 estadía · 1 visita · No vino a 1 de 3 reservas en los últimos 12 meses."
        assert f"/bookings/{soon.token}" in shop.admin.get(f"/admin/cafe/people/{who.token}").text
        assert len(shown(shop.admin, other.order.contact)[0]["past"]) == 1
