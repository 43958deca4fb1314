"""At the desk: somebody walks in, is moved by keyboard and moved back; a time is closed and opened again."""

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import DESKTOP, PHONE, faults, go, log_in, owner_of, press, sideways, undo

pytestmark = pytest.mark.browser
SHOP, TRIP = "rutas-guanquira", "rapidos-del-rio-guanquira"


def looks_right(page):
    assert faults(page) == []
    assert not sideways(page)


def walk_in(page, plaza, name):
    """The three taps: a free time of the week after next, one more person, "paid"."""
    page.goto(plaza.admin(SHOP, f"/bookings/new?service={TRIP}"))
    for _week in range(2):
        go(page, "[data-later]")
    looks_right(page)
    go(page, "[data-targets] a")
    looks_right(page)
    page.locator("[data-step='1']").first.click()
    page.locator("details summary").first.click()
    page.fill("input[name=name]", name)
    press(page, "walk-in-paid")
    assert page.locator("[data-booking-state]").get_attribute("data-booking-state") == "booked"
    assert page.get_by_role("heading", name=name).is_visible()
    looks_right(page)


def when(page):
    return page.locator(".page-sub span").last.inner_text()


def moved_and_back(page, plaza):
    walk_in(page, plaza, f"Doña Flor {'ñandú' * 12}")  # no page grows wider by a word without an end
    before = when(page)
    press(page, "move")
    looks_right(page)
    here = page.evaluate("document.activeElement.value")
    assert here  # the first free time has the focus
    page.keyboard.press("ArrowRight")
    chosen = page.evaluate("document.activeElement.value")
    assert chosen not in {"", here}
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert when(page) != before
    undo(page)
    page.wait_for_selector("[data-booking-state]")
    assert when(page) == before
    press(page, "move")
    with page.expect_navigation():
        page.keyboard.press("Escape")
    assert when(page) == before
    press(page, "came")
    assert page.locator("[data-booking-state]").get_attribute("data-booking-state") == "came"
    undo(page)
    assert page.locator("[data-booking-state]").get_attribute("data-booking-state") == "booked"


def closed_and_opened(page, plaza):
    page.goto(plaza.admin(SHOP, "/bookings/units"))
    looks_right(page)
    go(page, page.locator(".unit-close").nth(2))
    looks_right(page)
    page.fill("input[name=reason]", "Se parcha la balsa")
    page.fill("input[name=last]", "2020-01-01")
    press(page, "close-time")
    expect(page.locator("main [data-errors]")).to_be_visible()
    assert page.locator("input[name=reason]").input_value() == "Se parcha la balsa"
    page.fill("input[name=last]", page.locator("input[name=first]").input_value())
    press(page, "close-time")
    assert page.locator(".agenda .visit-closure").count() == 1
    looks_right(page)
    undo(page)
    page.wait_for_selector(".day-tools")
    assert page.locator(".agenda .visit-closure").count() == 0


def looked_at(page, plaza):
    """Every other page of the calendar; on wide screens the arrows walk over the units."""
    page.goto(plaza.admin(SHOP, "/bookings/units"))
    first = page.locator("[data-grid] tbody a").first
    first.focus()
    page.keyboard.press("ArrowDown")
    expect(first).not_to_be_focused()
    for path in ("/bookings", "/bookings/week", "/bookings/calendars"):
        page.goto(plaza.admin(SHOP, path))
        looks_right(page)


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_a_day_at_the_desk(visit, plaza, size):
    page = visit(size)
    log_in(page, plaza, *owner_of(SHOP))
    moved_and_back(page, plaza)
    closed_and_opened(page, plaza)
    looked_at(page, plaza)
