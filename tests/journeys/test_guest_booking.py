"""A guest changes a booking by its link: another time, more people, then none; no log-in, on a phone and on a desktop."""

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import DESKTOP, PHONE, faults, go, press, sideways
from tests.journeys.test_booking import DAYS, book, next_month, take_day
from tests.journeys.test_without_scripts import fill_contact

pytestmark = pytest.mark.browser
SHOP, TABLE = "horno-tizapola", "/p/mesa-para-desayunar"


def booked(page, plaza):
    """A table, which costs nothing, on the first free day of next month; now its own page is open."""
    page.goto(plaza.shop(SHOP, TABLE))
    next_month(page)
    take_day(page, 0)
    book(page)
    press(page, "go-to-checkout")
    fill_contact(page)
    press(page, "place-order")
    press(page, "booking")
    page.wait_for_selector("[data-booking-state=booked]")
    return page.url


def calendar(page):
    """The file that the page offers for calendars."""
    with page.expect_download() as got:
        page.click("[data-action=calendar]")
    return got.value.path().read_text()


def fine(page):
    return faults(page) == [] and not sideways(page)


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_another_time_by_link_then_none(visit, plaza, size):
    address = booked(visit(size), plaza)
    page = visit(size, timezone_id="Europe/Madrid")  # the link is all that one needs
    page.goto(address)
    was = page.inner_text("#ticket-when")
    assert page.locator("[role=img] svg.qr").is_visible()
    assert fine(page)
    file = calendar(page)
    assert "BEGIN:VTIMEZONE" in file
    assert "SEQUENCE:0" in file

    press(page, "move-booking")
    page.wait_for_url("**/move")
    page.locator(DAYS).nth(1).click()
    page.wait_for_selector("a[data-day][aria-current=date]")
    assert fine(page)
    page.locator("label:has(input[name=time]:not([disabled]))").last.click()
    go(page, "main form [data-action=move-booking]")
    page.wait_for_url(address)
    expect(page.locator("#ticket-when")).not_to_have_text(was)
    assert "SEQUENCE:1" in calendar(page)

    press(page, "change-booking")
    page.fill("[name=places]", "2")
    press(page, "look-change")
    page.wait_for_selector("main form [data-action=change-booking]")
    assert "2 personas" in page.inner_text("main form .kv")
    assert fine(page)
    go(page, "main form [data-action=change-booking]")
    page.wait_for_url(address)
    assert "SEQUENCE:2" in calendar(page)

    page.click("details:has([data-action=cancel-booking]) summary")
    assert "cancelar no le cuesta nada" in page.inner_text("main")
    press(page, "cancel-booking")
    page.wait_for_selector("[data-booking-state=cancelled]")
    assert page.locator("svg.qr").count() == 0
    assert fine(page)
