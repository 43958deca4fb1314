"""What guests should know: where it is shown, whose text it is, and that who has to read it says so."""

import re
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from kernel import clock
from kernel.db import db
from kernel.letters import Letter
from shop import booking_reminders, knowing, settings
from shop.bookings import Booking
from tests.shop.pages import read, text

RULES = {"es": '<p>Sin mascotas</p><p><a href="https://maps.example/x">El mapa</a></p>', "en": "No pets"}
BUYER = {"email": "eva@example.com", "name": "Eva Mora", "payment": "efectivo", "key": "k" * 22}


@pytest.fixture
def cabin(shop):
    shop.transfer()
    row = shop.service("Cabaña", "nights", price=100_00, resource=shop.resource("Cabaña"), know=dict(RULES))
    db.session.commit()
    return row


def cart(shop, days=9):
    """A browser with a night in its cart."""
    client = shop.client
    told = {
        "product": "cabana",
        "arrive": shop.day(days).isoformat(),
        "leave": shop.day(days + 1).isoformat(),
        "places": "1",
    }
    assert client.post("/bookings/hold", data=told).status_code == 303
    return client


def order(client, **told):
    page = read(client.get("/checkout"))
    hidden = {one.get("name"): one.get("value") for one in page.xpath("//form[@data-checkout]//input[@type='hidden']")}
    way = page.xpath("//form[@data-checkout]//input[@name='payment'][@checked]/@value")
    return client.post("/checkout", data={**hidden, **BUYER, "payment": way[0] if way else "", **told})


def booking():
    return db.session.scalars(select(Booking).where(Booking.order_id.is_not(None)).order_by(Booking.id.desc())).first()


def test_it_is_read_before_at_the_checkout_in_the_letters_and_on_the_page(shop, cabin):
    page = read(shop.client.get("/p/cabana"))
    [told] = page.xpath("//section[@id='booking']//details[@data-know]")
    assert "Sin mascotas" in told.text_content()
    assert told.xpath(".//a/@href") == ["https://maps.example/x"]
    assert told.getnext().xpath("descendant-or-self::form[@data-booking]")  # above what is booked
    assert "No pets" in text(shop.client.get("/en/p/cabana"))
    client = cart(shop)
    page = client.get("/checkout")
    assert "Sin mascotas" in text(page)
    assert 'name="know"' not in page.text
    assert order(client).status_code == 303
    row = booking()
    assert (row.known, row.known_at) == ({}, None)
    assert "Sin mascotas" in text(client.get(f"/bookings/{row.token}"))
    with time_machine.travel(row.starts_at - timedelta(hours=47)):
        booking_reminders.remind(row.id, "near", booking_reminders._mark(row.starts_at))
        db.session.commit()
    letters = db.session.scalars(select(Letter).where(Letter.to == BUYER["email"])).all()
    told = [one for one in letters if "Sin mascotas" in one.text and 'href="https://maps.example/x' in one.html]
    assert {"bookings.near"} < {one.kind for one in told}
    assert all("El mapa (https://maps.example/x)" in one.text for one in told)
    shops = [one for one in db.session.scalars(select(Letter)) if one.kind.startswith("orders.shop")]
    assert shops
    assert not any("Sin mascotas" in one.text for one in shops)


def test_who_has_to_read_it_ticks_the_very_text_and_the_booking_keeps_it(shop, cabin):
    cabin.know_read = True
    db.session.commit()
    client = cart(shop)
    refused = order(client, email="no es")
    assert refused.status_code == 422
    assert {"know", "email"} <= {one[1:] for one in read(refused).xpath("//*[@data-errors]//a/@href")}  # both at once
    refused = order(client)
    assert refused.status_code == 422
    assert "Marque que lo leyó" in text(refused)
    assert booking() is None
    seen = re.search(r'name="know" value="(\w+)"', refused.text)[1]
    cabin.know = {"es": "Sin mascotas ni fuego"}
    db.session.commit()
    refused = order(client, know=seen)
    assert refused.status_code in (409, 422)
    assert "cambió entretanto" in text(refused)
    fresh = re.search(r'name="know" value="(\w+)"', refused.text)[1]
    assert fresh != seen
    assert order(client, know=fresh).status_code == 303
    row = booking()
    cabin.know = {"es": "Otra cosa"}
    db.session.commit()
    assert row.known == {"es": "Sin mascotas ni fuego"}
    assert clock.now() - row.known_at < timedelta(minutes=5)
    desk = read(shop.admin.get(f"/admin/cafe/bookings/{row.token}"))
    assert "Sin mascotas ni fuego" in desk.xpath("string(//*[@data-read])")
    assert "Otra cosa" in text(client.get(f"/bookings/{row.token}"))


def test_the_shops_own_text_holds_for_who_says_nothing(shop, cabin):
    desk = shop.admin
    sent = {"know": "<p>Paz<script>x</script></p>", "know_en": "Peace", "know_read": "y"}
    assert desk.post("/admin/cafe/settings/know", data=sent).status_code == 303
    assert "Sin mascotas" in text(shop.client.get("/p/cabana"))
    assert (knowing.asked(cabin), knowing.of(cabin)) == (False, RULES)
    cabin.know = {}
    settings.told("know", by=shop.owner)
    db.session.commit()
    page = shop.client.get("/p/cabana")
    assert "Paz" in text(page)
    assert "<script>x" not in page.text
    assert knowing.asked(cabin)
    assert 'name="know"' in cart(shop).get("/checkout").text
    assert 'name="know"' not in shop.buyer(shop.product("Té")).get("/checkout").text
    long = desk.post("/admin/cafe/settings/know", data={"know": "x" * 4001})
    assert long.status_code == 422
    assert "x" * 4001 in long.text
    assert shop.staff("clerk").get("/admin/cafe/settings/know").status_code in (403, 404)


def test_the_editor_of_a_service_keeps_it(shop, cabin):
    page = read(shop.admin.get("/admin/cafe/products/cabana/booking"))
    told = page.xpath("//textarea[@name='know']")[0]
    assert "Sin mascotas" in told.text
    assert page.xpath("//textarea[@name='know_en']")[0].text.strip() == "No pets"
