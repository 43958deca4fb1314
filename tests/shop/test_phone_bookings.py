"""Who books by telephone: what they pay, until when and how is asked of staff, kept with the order, and told."""

from datetime import datetime, timedelta
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo

import pytest
import time_machine
from sqlalchemy import func, select

from kernel import jobs
from kernel import letters as post
from kernel.db import db
from shop import bookings, payments, plans
from shop.bookings import Booking
from shop.orders import Order
from shop.services import Service
from tests.shop.desk_calendar import AT, page, said_at, sku, stamp, trip, walk_in
from tests.shop.desk_calendar import post as post_
from tests.shop.desk_calendar import told as toasts
from tests.shop.pages import form, read, text

SAID = {"reach": "ana@example.com", "name": "Ana"}


def night(shop, **product):
    houses = shop.resource("Cabaña", 3, seats=4)
    asked = [{"code": "llega", "label": {"es": "¿Cómo llega?"}, "required": True}]
    return shop.service(
        "Cabaña", "nights", resource=houses, capacity=4, price=30_000_00, questions=asked,
        product={"deposit_bp": 3000, **product},
    )  # fmt: skip


def noted(shop, service, places, **more):
    """The order of who was written down, and its letter without thin spaces."""
    answer = walk_in(shop, service, shop.when(5, "14:00"), {"": places}, **{**SAID, **more})
    assert answer.status_code == 303, text(answer)
    order = db.session.scalars(select(Order).order_by(Order.id.desc())).first()
    [letter] = [one for one in post.about(order) if one.kind == "orders.placed"]
    return order, plain(letter.text), answer.location


def night_again(shop):
    return db.session.scalars(select(Service)).one()


def plain(words):
    return "".join(words.replace("\u202f", "").replace("\xa0", "").split("\u200b"))


def midnight(shop, ahead):
    return datetime.combine(shop.day(ahead + 1), datetime.min.time(), ZoneInfo(shop.tenant.timezone))


def test_the_deposit_until_a_day_is_owed_told_and_then_released(shop):
    shop.transfer()
    order, letter, url = noted(
        shop, night(shop), 2, paid="no", later="deposit", way="transfer", until=shop.day(2).isoformat(), nights="2",
        reach="ana@example.com",
    )  # fmt: skip
    row = bookings.of_order(order)[0]
    parts = [(part.on, part.amount.minor) for part in plans.parts(order)]
    assert parts == [(shop.day(2), 18_000_00), (shop.day(5), 42_000_00)]  # as the storefront splits it
    assert (order.plan, payments.current(order).asked.minor) == ("deposit", 18_000_00)
    assert order.hold_until == midnight(shop, 2) - timedelta(minutes=1)
    for words in ("₡18000", "CR05", order.number, "23:59", "queda libre para otros", "₡42000"):
        assert words in letter
    [sent] = [one for one in post.about(order) if one.kind == "orders.placed"]
    assert "/pay" in sent.data["button_url"]
    order.phone = "+50688880101"
    db.session.commit()
    desk = page(shop.admin, urlsplit(url).path.removeprefix(AT))
    [chat] = read(desk).xpath("//a[@data-action='whatsapp']/@href")
    chat = plain(unquote(chat))
    for words in ("₡18000", "CR05", order.number, "23:59", "queda libre para otros", "₡42000", "/pay", row.token):
        assert words in chat
    with time_machine.travel(midnight(shop, 2) - timedelta(minutes=2), tick=False):
        jobs.run_due()
        db.session.expire_all()
        assert (order.state, row.state) == ("placed", "booked")
    with time_machine.travel(midnight(shop, 2), tick=False):
        jobs.run_due()
        db.session.expire_all()
        assert (order.state, row.state) == ("expired", "expired")


def test_a_deposit_that_is_here_keeps_it_and_who_pays_on_arrival_is_kept_too(shop):
    shop.transfer()
    service = night(shop, deposit_days=2)
    order, letter, _url = noted(shop, service, 2, paid="yes", amount="deposit", payment="counter-cash", nights="1")
    assert (order.received_minor, order.payment, order.hold_until) == (9_000_00, "partial", None)
    assert [(part.on, part.left.minor) for part in plans.parts(order)][1:] == [(shop.day(3), 21_000_00)]
    assert "Ya se pagaron ₡9000" in letter
    assert "libre para otros" not in letter
    later, letter, _url = noted(shop, service, 2, paid="no", later="arrival", nights="1")
    assert (later.plan, later.payment, later.hold_until) == ("", "due", None)
    assert "Se pagan ₡30000 al llegar" in letter
    assert "libre para otros" not in letter
    with time_machine.travel(shop.when(4, "14:00"), tick=False):
        jobs.run_due()
        db.session.expire_all()
        assert {row.state for row in (*bookings.of_order(order), *bookings.of_order(later))} == {"booked"}
    whole, letter, _url = noted(shop, service, 2, paid="yes", nights="1")
    assert (whole.payment, "al llegar" in letter, "Después" in letter) == ("paid", False, False)


def test_the_form_says_what_it_comes_to_and_until_when(shop):
    shop.transfer()
    night(shop)
    answer = page(shop.admin, "/new", service="cabana", at=stamp(shop.when(5, "14:00")))
    words = "".join(text(answer).split())
    for told in ("Anticipo₡9000", "₡21000", "Llegada", "Salida", "1noche×₡30000", "¿Cómollega?"):
        assert told in words
    sent = form(answer, "/bookings/new")
    assert (sent["later"], sent["way"], sent["until"]) == ("deposit", "transfer", shop.day(2).isoformat())
    assert not read(answer).xpath("//label[@for='n-1']//*[@class='cell-two']")  # nobody pays a night by the head
    ride = trip(shop)
    plainer = page(shop.admin, "/new", service="paseo", at=stamp(shop.when(3)))
    assert form(plainer, "/bookings/new")["later"] == "arrival"
    assert walk_in(shop, ride, shop.when(3), {sku(ride): 1}, paid="yes", amount="deposit").status_code == 422


def open_parts(answer):
    """Which of the two ways of paying stand open: they share a name, so a browser opens one at a time."""
    parts = read(answer).xpath("//details[@name='pays']")
    assert len(parts) == 2
    return ["ahora" if "ahora" in one.xpath("string(summary)") else "después" for one in parts if "open" in one.attrib]


def test_of_the_ways_to_pay_the_chosen_one_stands_open(shop):
    shop.transfer()
    stay, at = night(shop), shop.when(5, "14:00")
    bad = {**SAID, "nights": "x"}
    assert open_parts(page(shop.admin, "/new", service="cabana", at=stamp(at))) == ["ahora"]
    for paid, shown in (("yes", "ahora"), ("no", "después"), ("sum", "ahora")):
        answer = walk_in(shop, stay, at, {"": 99}, paid=paid, later="all", way="transfer", **bad)
        assert open_parts(answer) == [shown]


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"until": "ayer"}, "until"), ({"ahead": -1}, "until"), ({"ahead": 6}, "until"), ({"way": "counter-cash"}, "way"),
        ({"way": "contra"}, "way"), ({"answer.llega": "a" * 301}, "answer-llega"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said_beside_its_field_and_nothing_is_taken(shop, sent, field):
    shop.transfer()
    shop.on_delivery("contra")
    told = {"paid": "no", "later": "deposit", "way": "transfer", "until": shop.day(2).isoformat(), **SAID, **sent}
    if "ahead" in told:
        told["until"] = shop.day(told.pop("ahead")).isoformat()
    answer = walk_in(shop, night(shop), shop.when(5, "14:00"), {"": 2}, nights="1", **told)
    assert answer.status_code == 422
    assert said_at(answer, field) if field != "way" else read(answer).xpath("string(//*[@id='way-error'])")
    kept = form(answer, "/bookings/new")
    assert (kept["later"], kept["reach"]) == ("deposit", "ana@example.com")
    assert db.session.scalar(select(func.count(Booking.id))) == 0


def test_what_the_service_asks_is_kept_and_not_demanded(shop):
    shop.transfer()
    service = night(shop)
    more = {"answer.llega": " En  bus ", "note": "Llamó ayer"}
    order, _letter, url = noted(shop, service, 1, paid="yes", nights="1", **more)
    assert bookings.of_order(order)[0].answers == {"¿Cómo llega?": "En bus"}
    for desk in (
        page(shop.admin, urlsplit(url).path.removeprefix(AT)),
        shop.admin.get(f"/admin/cafe/orders/{order.number}"),
    ):
        said = text(desk)  # what staff wrote down are not the buyer's own words
        assert "Llamó ayer" in said
        assert "Anotado por la tienda:" in said
        assert "escribió" not in said
    other, _letter, _url = noted(shop, service, 1, paid="yes", nights="1")
    assert bookings.of_order(other)[0].answers == {}


def test_the_last_day_is_put_off_with_one_tap_told_once_and_no_other_way_to_pay_goes_beyond(shop):
    shop.transfer()
    order, _letter, url = noted(
        shop, night(shop), 2, paid="no", later="deposit", way="transfer", until=shop.day(1).isoformat()
    )  # fmt: skip
    at = urlsplit(url).path.removeprefix(AT)
    for day, status in (("mañana", 422), (shop.day(-1).isoformat(), 422), (shop.day(6).isoformat(), 422)):
        refused = post_(shop.admin, f"{at}/kept", day=day)
        assert (refused.status_code, order.hold_until) == (status, midnight(shop, 1) - timedelta(minutes=1))
        assert read(refused).xpath("//input[@id='kept-day']/@value") == [day]
        assert "Elija un día" in text(refused)
    [next_] = read(page(shop.admin, at)).xpath("//form[.//@data-action='keep-longer']//input[@name='day']/@value")
    assert next_ == shop.day(2).isoformat()
    for _tap in range(2):
        assert post_(shop.admin, f"{at}/kept", day=next_).status_code == 303
    db.session.expire_all()
    assert order.hold_until == midnight(shop, 2) - timedelta(minutes=1)
    assert [part.on for part in plans.parts(order)] == [shop.day(2), shop.day(5)]
    [letter] = [one for one in post.about(order) if one.kind == "orders.kept"]
    assert "23:59" in letter.text
    assert "/pay" in letter.html
    slow = shop.transfer("lenta", hold_hours=300)
    payments.move(payments.current(order), "void")
    payments.open(order, slow)
    db.session.commit()
    assert order.hold_until == midnight(shop, 2) - timedelta(minutes=1)
    assert post_(shop.admin, f"{at}/kept", day=shop.day(1).isoformat()).status_code == 303  # as it was: nobody hears
    db.session.expire_all()
    assert [one for one in post.about(order) if one.kind == "orders.kept"] == []
    assert post_(shop.staff("marketer"), f"{at}/kept", day=next_).status_code in {403, 404}
    shop.pay(order)
    owner = shop.admin
    assert "Ya no se espera" in toasts(owner, post_(owner, f"{at}/kept", day=next_))
    with time_machine.travel(midnight(shop, 2), tick=False):
        jobs.run_due()
        db.session.expire_all()
        assert order.state != "expired"


def test_who_calls_reads_in_their_own_language(shop):
    shop.tenant.languages = ["es", "en"]
    db.session.commit()
    shop.transfer()
    order, letter, url = noted(
        shop, night(shop), 1, paid="no", later="all", way="transfer", until=shop.day(2).isoformat(), language="en"
    )  # fmt: skip
    assert (order.language, order.contact.language) == ("en", "en")
    assert "Thank you" in letter
    desk = read(page(shop.admin, urlsplit(url).path.removeprefix(AT)))
    assert any("/en/bookings/" in one for one in desk.xpath("//a/@href"))
    other = walk_in(shop, night_again(shop), shop.when(6, "14:00"), {"": 1}, paid="no", language="tlh", **SAID)
    assert other.status_code == 303
    assert db.session.scalars(select(Order.language).order_by(Order.id.desc())).first() == "es"
