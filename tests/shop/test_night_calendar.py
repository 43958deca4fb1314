"""The calendar of nights: what each costs, the lowest marked; what lists say from; short stays that staff sell."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from kernel import i18n
from kernel.db import db
from shop import booking_prices, catalog, closures, letter_blocks, night_spans, plans, rates
from shop.bookings import Booking
from tests.shop import pages
from tests.shop.desk_calendar import post, said_at, stamp, undo, walk_in
from tests.shop.test_rates import WEEKEND, cabin, cost, rate


def said(words):
    """With plain blanks, as one types them."""
    return words.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")


def month(shop, **query):
    """The cells of a month by day: (what stands below it, its look, what is heard)."""
    answer = shop.client.get("/bookings/month", query_string={"product": "cabana", **query})
    found = {}
    for link in pages.read(answer).xpath("//a[@data-day]"):
        heard = said(link.xpath("string(.//*[@class='visually-hidden'])"))
        cell = said(link.xpath("string(small)").strip()), link.xpath("string(../@class)"), heard
        found[date.fromisoformat(link.get("data-day"))] = cell
    return found, said(pages.text(answer))


def ahead(shop, weekday, since=7):
    """In how many days it is that day of the week, Monday is 0."""
    return next(number for number in range(since, since + 7) if shop.day(number).weekday() == weekday)


def test_each_night_says_its_price_and_the_lowest_is_marked(shop):
    row = cabin(shop, WEEKEND)
    thursday, friday = (shop.day(ahead(shop, weekday)) for weekday in (3, 4))
    days, page = month(shop, month=f"{friday:%Y-%m}")
    assert days[friday][0] == "₡60 000"
    assert "low" not in days[friday][1].split()
    assert "₡60 000 la noche" in days[friday][2]
    days, page = month(shop, month=f"{thursday:%Y-%m}")
    assert days[thursday][0] == "₡45 000"
    assert "low" in days[thursday][1].split()
    assert "₡45 000 la noche, lo más bajo de este mes" in days[thursday][2]
    assert "lo más bajo: ₡45 000" in page
    rates.write(row, [rate(**{**WEEKEND, "price_minor": 45_000_00})])
    db.session.commit()
    days, page = month(shop, month=f"{friday:%Y-%m}")
    assert days[friday][0] == ""
    assert "Cada noche de este mes cuesta ₡45 000" in page
    rates.write(row, [])
    db.session.commit()
    assert "₡45 000" not in month(shop, month=f"{friday:%Y-%m}")[1]


@pytest.mark.parametrize(("plain", "dear", "told"), [
    (45_000_00, 145_000_00, "45 000"), (45_000_50, 60_000_00, "45 000"), (4_500_000_00, 1_255_000_00, "4,5 M"),
])  # fmt: skip
def test_what_has_no_room_below_a_day_is_said_shorter(shop, plain, dear, told):
    row = cabin(shop, {**WEEKEND, "price_minor": dear})
    row.product.price_minor = plain
    db.session.commit()
    thursday = shop.day(ahead(shop, 3))
    days, _page = month(shop, month=f"{thursday:%Y-%m}")
    assert days[thursday][0] == told


def test_what_the_days_say_adds_up_to_what_is_charged(shop):
    row = cabin(shop, WEEKEND, week_bp=1_000, guests_in=2, guest_minor=10_000_00, units=2)
    first, units, people = shop.day(ahead(shop, 0)), 2, 7
    days = [first + timedelta(days=number) for number in range(7)]
    told = booking_prices.by_day(row, row.product.variants[0], days, places=people, units=units)
    whole = cost(row, first, 7, places=people, units=units)
    assert sum(one.minor for one in told.values()) == whole.before.minor * units
    page = shop.client.get("/bookings/month", query_string={
        "product": "cabana", "places": people, "arrive": first, "leave": first + timedelta(days=7)})  # fmt: skip
    texts = [one.text_content() for one in pages.read(page).xpath("//*[@id='booking-sum']//dd")]
    *parts, total = [int(pages.numbers(text)) * (-1 if set("-−") & set(text) else 1) for text in texts]
    assert len(parts) == 4  # two prices of nights, guests, what the week saves
    assert sum(parts) == total == whole.total.minor * units // 100


def test_lists_say_from_the_lowest_that_can_still_be_had(shop):
    row = cabin(shop, {**WEEKEND, "price_minor": 38_000_00}, horizon=20)
    product = row.product
    catalog.changed(product)
    db.session.commit()
    assert (product.low_minor, product.high_minor) == (38_000_00, 45_000_00)
    page = said(pages.text(shop.client.get("/p/cabana")))
    assert "desde ₡38 000" in page.lower()
    assert "desde₡38 000" in said(pages.text(shop.client.get("/search?q=cabana"))).lower()
    unit = row.needs[0].resource.units[0]
    for number in range(22):
        if shop.day(number).weekday() in WEEKEND["weekdays"]:
            closures.close([unit], shop.span(row, shop.when(number)), by=shop.owner)
    db.session.commit()
    night_spans.look()
    db.session.expire_all()
    assert (product.low_minor, product.high_minor) == (45_000_00, 45_000_00)
    before = shop.tenant.revision
    night_spans.look()
    db.session.expire_all()
    assert shop.tenant.revision == before  # nothing moved: pages that are kept stay


def test_staff_are_told_of_the_fewest_nights_and_may_all_the_same(shop):
    row = cabin(shop, {**WEEKEND, "nights_min": 3}, units=2)
    friday, admin = ahead(shop, 4, 5), shop.admin
    answer = walk_in(shop, row, shop.when(friday), {"": 2}, nights="2", paid="no")
    assert answer.status_code == 422
    assert "3 noches" in said_at(answer, "nights")
    assert db.session.scalar(select(func.count(Booking.id))) == 0
    assert walk_in(shop, row, shop.when(friday), {"": 2}, nights="2", paid="no", short="1").status_code == 303
    stay = shop.booked(row, shop.when(friday + 3), 2, nights=2, paid=True)
    was = stay.starts_at
    to = {"to": stamp(shop.span(row, shop.when(friday + 7), 2).starts_at)}
    refused = post(admin, f"/{stay.token}/move", **to)
    assert (refused.status_code, stay.starts_at) == (422, was)
    again = pages.read(refused).xpath("//form[.//button[@data-action='move-short']]")[0]
    assert again.xpath(".//input[@name='to']/@value") == [to["to"]]
    moved = post(admin, f"/{stay.token}/move", **to, short="1")
    assert (moved.status_code, stay.starts_at != was) == (303, True)
    undo(admin, moved)
    assert stay.starts_at == was
    post(admin, f"/{stay.token}/move", **to, short="1")
    back = post(admin, f"/{stay.token}/move", to=stamp(was))
    assert back.status_code == 303  # where nothing wants more nights nobody is asked


def test_a_deposit_is_of_what_the_nights_cost(shop):
    row = cabin(shop, WEEKEND, product={"deposit_bp": 5000})
    thursday = ahead(shop, 3, 5)
    stay = shop.booked(row, shop.when(thursday), 2, nights=3, plan="deposit")
    assert stay.order.total_minor == 165_000_00  # one night of the week, two of the weekend
    assert [(part.on, part.amount.minor) for part in plans.parts(stay.order)] == [
        (plans.today(), 82_500_00), (shop.day(thursday), 82_500_00),
    ]  # fmt: skip


@pytest.mark.parametrize("weekend", [60_000_00, 38_000_00])
def test_a_guest_moves_to_nights_of_the_same_price_and_no_others(shop, weekend):
    row = cabin(shop, {**WEEKEND, "price_minor": weekend})
    monday = ahead(shop, 0)
    stay = shop.booked(row, shop.when(monday), 2, nights=2, paid=True)
    before = stay.order.total_minor, stay.order.received_minor, stay.starts_at
    answer = shop.client.post(f"/bookings/{stay.token}/move", data={"arrive": shop.day(monday + 4).isoformat()})
    assert answer.status_code == 422
    assert "otro precio" in pages.text(answer)
    db.session.expire_all()
    assert (stay.order.total_minor, stay.order.received_minor, stay.starts_at) == before
    answer = shop.client.post(f"/bookings/{stay.token}/move", data={"arrive": shop.day(monday + 1).isoformat()})
    db.session.expire_all()
    assert (answer.status_code, stay.order.total_minor) == (303, before[0])
    assert stay.starts_at == shop.span(row, shop.when(monday + 1)).starts_at


def test_what_has_one_price_is_not_said_to_begin_there(shop):
    row = cabin(shop)
    product = row.product
    catalog.changed(product)
    db.session.commit()

    def everywhere():
        paths = ("/p/cabana", "/search?q=cabana", "/search/suggestions?q=cabana")
        shown = [said(pages.text(shop.client.get(path))).lower().replace("desde₡", "desde ₡") for path in paths]
        with i18n.speak("es", "CR"):
            return [*shown, said(letter_blocks.priced(product, product.low))]

    for words in everywhere():
        assert "₡45 000" in words
        assert "desde ₡" not in words
    row.guests_in, row.guest_minor = 2, 5_000_00  # the third and the fourth one cost more
    catalog.changed(product)
    db.session.commit()
    assert (product.low_minor, product.high_minor) == (45_000_00, 55_000_00)
    assert all("desde ₡45 000" in words for words in everywhere())
