"""What scripts do beside the way: keys turn the calendar, a price that cannot be asked goes, an order that is not kept is undone."""

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import DESKTOP, PHONE, log_in, owner_of
from tests.journeys.test_booking import TASTING, next_month, settle, take_day

pytestmark = pytest.mark.browser
DESK, SHOP = "rutas-guanquira", "tres-neblinas"


def refuse(page, address):
    """From now on what is sent there by a script is refused."""
    page.route(address, lambda route: route.fulfill(status=409, body="{}"))


def test_comma_and_point_turn_the_calendar_and_a_field_keeps_its_signs(visit, plaza):
    page = visit(DESKTOP)
    log_in(page, plaza, *owner_of(DESK))
    page.goto(plaza.admin(DESK, "/bookings/week"))
    day = page.locator("#day")
    begun = day.input_value()
    for key, earlier in ((".", False), (",", True), (",", True)):
        before = day.input_value()
        with page.expect_navigation():
            page.keyboard.press(key)
        assert (day.input_value() < before) is earlier
    assert day.input_value() < begun
    page.goto(plaza.admin(DESK, "/bookings/new"))
    address = page.url
    page.locator("input:visible, select:visible").first.focus()
    page.keyboard.press(".")
    page.keyboard.press("Control+.")
    expect(page).to_have_url(address)


def test_a_price_that_cannot_be_asked_is_not_shown(visit, plaza):
    page = visit(PHONE)
    page.goto(plaza.shop(SHOP, TASTING))
    next_month(page)
    take_day(page, 0)
    sums = page.locator("#booking-sum")
    expect(sums).to_contain_text("₡")
    refuse(page, "**/bookings/month?**")
    more = page.locator(".booking-people [data-step='1']").first
    more.click()
    expect(sums).to_have_text(sums.get_attribute("data-lost"))
    expect(sums).not_to_contain_text("₡")
    expect(page.locator("#booking-when")).not_to_have_attribute("aria-busy", "true")
    page.unroute("**/bookings/month?**")
    more.click()
    settle(page)
    expect(sums).to_contain_text("₡")


def test_an_order_that_is_not_kept_is_as_before(visit, plaza):
    page = visit(DESKTOP)
    log_in(page, plaza, *owner_of(SHOP))
    page.goto(plaza.admin(SHOP, "/categories"))
    begun, address = slugs(page), "**/categories/order"
    refuse(page, address)
    with page.expect_request(address) as asked:
        drag(page, 3, 5)
    sent = re.findall(r'name="slug"\s+([\w-]+)', asked.value.post_data)
    assert sorted(sent) == sorted(begun)
    assert sent != begun
    expect(page.locator("#toasts .toast-bad")).to_contain_text("No se guardó")
    assert slugs(page) == begun


def slugs(page):
    return page.locator("[data-sort] > [data-slug]").evaluate_all("rows => rows.map((row) => row.dataset.slug)")


def drag(page, source, target):
    """Pull a row by its handle below another, once the script listens."""
    page.wait_for_function("() => window.Sortable?.get(document.querySelector('[data-sort]'))")
    grips = page.locator("[data-sort] > [data-slug] [data-grab]")
    start, end = grips.nth(source).bounding_box(), grips.nth(target).bounding_box()
    page.mouse.move(start["x"] + 8, start["y"] + 8)
    page.mouse.down()
    for part in range(1, 9):
        page.mouse.move(start["x"] + 8, start["y"] + 8 + (end["y"] + 6 - start["y"]) * part / 8)
    page.mouse.up()
