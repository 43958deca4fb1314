"""People proposed while staff type: who matches, what is told of them, and whose booking it becomes when one is chosen."""

import pytest
from sqlalchemy import select

from crm import contacts
from crm.contacts import Contact
from kernel import tenancy
from kernel.db import db
from shop.orders import Order
from shop.views import people_hints
from tests.makers import World
from tests.shop.desk_calendar import ES, form, page, post, room, sku, stamp, trip, walk_in

AT = "/admin/cafe/people/suggestions"


def found(browser, text):
    answer = browser.get(AT, query_string={"q": text}, headers=ES)
    assert answer.status_code == 200
    assert "no-store" in answer.headers["Cache-Control"]
    return answer.json["people"]


def test_people_are_found_by_name_mail_and_digits_and_told_shortly(shop):
    service = trip(shop)
    for when in (3, 4):
        shop.booked(
            service, shop.when(when), name="Ana Núñez", email="ana@example.com", phone="+50683123456", paid=True
        )
    contacts.known(email="zoe@example.com", name="<b>Zoé</b>")
    db.session.commit()
    desk = shop.admin
    for text in ("nunez", "NÚÑ", "ana@ex", "8312-34", "+506 8312 3456"):
        [one] = found(desk, text)
        assert (one["called"], one["email"], one["phone"]) == ("Ana Núñez", "ana@example.com", "8312 3456"), text
        assert one["told"].startswith("Cliente desde")
        assert one["told"].endswith("2 reservas · 2 pedidos")
    assert found(desk, "zoe")[0]["name"] == "<b>Zoé</b>"
    assert found(desk, "z") == found(desk, "nadie") == found(desk, "") == []
    assert shop.anonymous.get(AT, query_string={"q": "nunez"}).status_code in {302, 303, 404}


def test_at_most_eight_of_this_shop_and_not_faster_than_people_type(shop, monkeypatch):
    rival = World.open(shop.app, slug="rival", name="Rival", email="rival@example.com")
    contacts.known(email="rosa@example.com", name="Rosa Ajena")
    db.session.commit()
    theirs = db.session.scalars(select(Contact.token)).one()
    assert tenancy.current() == rival.tenant_id
    shop.enter()
    for number in range(9):
        contacts.known(email=f"rosa{number}@example.com", name=f"Rosa {number}")
    db.session.commit()
    named = found(shop.admin, "rosa")
    assert len(named) == 8
    assert "Ajena" not in str(named)
    assert theirs not in {one["token"] for one in named}
    monkeypatch.setattr(people_hints, "PACE", "2/minute")
    codes = [shop.admin.get(AT, query_string={"q": "rosa"}).status_code for _again in range(4)]
    assert 429 in codes


@pytest.mark.parametrize(
    ("typed", "theirs"),
    [
        ({"reach": "8312 3456"}, True), ({"reach": "ana+x@example.com"}, True), ({"reach": ""}, True),
        ({"reach": "8888 1111"}, False), ({"reach": "otra@example.com"}, False),
        ({"reach": "", "person": "nadie"}, False),
    ],
)  # fmt: skip
@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_who_was_chosen_has_the_booking_unless_another_address_was_typed(shop, typed, theirs):
    ana = contacts.known(email="ana@example.com", phone="+50683123456", name="Ana Núñez")
    db.session.commit()
    service = room(shop)
    answer = walk_in(shop, service, shop.when(5), {"": 1}, name="Ana", **{"person": ana.token, **typed})
    assert answer.status_code == 303
    order = db.session.scalars(select(Order).order_by(Order.id.desc())).first()
    assert (order.contact_id == ana.id) is theirs
    if theirs:
        assert (order.email, order.phone) == (typed["reach"] if "@" in typed["reach"] else ana.email, ana.phone)


def test_a_refused_form_keeps_who_was_chosen(shop):
    ana = contacts.known(email="ana@example.com", name="Ana")
    db.session.commit()
    service = trip(shop)
    browser, told = shop.admin, {"person": ana.token, "reach": "ana@example.com", "paid": "yes"}
    asked = page(browser, "/new", service=service.product.slug, at=stamp(shop.when(5)))
    fields = {**form(asked, "/bookings/new"), f"people.{sku(service)}": "x"}
    again = post(browser, "/new", **{**fields, **told})
    assert again.status_code == 422
    assert form(again, "/bookings/new")["person"] == ana.token
