"""What is sold out or full: one asks, on its page, to be told when it is back or free, and the owner sees who waits."""

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import DESKTOP, PHONE, faults, log_in, owner_of, press, sideways
from tests.journeys.test_booking import settle

pytestmark = pytest.mark.browser
SHOP, BLOUSE, WHO = "hilos-xelantun", "/p/blusa-tejado", "quiere.una.blusa@example.com"
TOURS, TRIP, GUEST = "rutas-guanquira", "/p/selva-y-mar-en-dos-dias", "quiere.ir@example.com"


def test_one_asks_for_the_choice_that_is_gone(visit, plaza):
    page = visit(PHONE)
    page.goto(plaza.shop(SHOP, BLOUSE))
    box = page.locator("[data-back]")
    expect(box).to_be_hidden()  # what is chosen can be had
    page.locator("label:has(input[name=option-talla][value=xl])").click()
    page.locator("label:has(input[name=option-color][value=vino])").click()
    expect(box).to_be_visible()
    assert faults(page) == []
    assert not sideways(page)
    page.get_by_label("Correo", exact=True).fill(WHO)
    press(page, "tell-me")
    expect(page.locator("[data-toasts], .toasts, body").first).to_contain_text(f"Le escribimos a {WHO} una sola vez")
    expect(page.locator("input[name=option-talla]:checked")).to_have_value("xl")
    desk = visit(DESKTOP)
    log_in(desk, plaza, *owner_of(SHOP))
    desk.goto(plaza.admin(SHOP, "/stock/waiting?product=blusa-tejado"))
    expect(desk.locator("tr", has_text=WHO)).to_contain_text("Blusa Tejado (XL, vino)")
    assert faults(desk) == []


def test_one_asks_for_the_trip_that_is_full(visit, plaza):
    page = visit(PHONE)
    page.goto(plaza.shop(TOURS, TRIP))
    while not page.locator("td.full a").count():  # the demo's full trip may be next month's
        page.click("a.cal-turn >> nth=-1")
        settle(page)
    page.locator("td.full a").first.click()
    settle(page)
    page.locator("[data-action=book]").click()  # the question inside is another form's: booking asks nothing of it
    expect(page.get_by_label("Correo", exact=True)).not_to_have_attribute("aria-invalid", "true")
    page.get_by_label("Correo", exact=True).fill(GUEST)
    page.locator(".booking-people .stepper button").last.click()
    expect(page.locator("#wait-hint")).to_contain_text("2 personas")
    expect(page.get_by_label("Correo", exact=True)).to_have_value(GUEST)  # one person more took nothing away
    assert faults(page) == []
    assert not sideways(page)
    press(page, "tell-me")
    expect(page.locator("[data-toasts], .toasts, body").first).to_contain_text(f"Le escribimos a {GUEST} una sola vez")
    desk = visit(DESKTOP)
    log_in(desk, plaza, *owner_of(TOURS))
    desk.goto(plaza.admin(TOURS, "/bookings/waiting?product=selva-y-mar-en-dos-dias"))
    expect(desk.locator("tr", has_text=GUEST)).to_contain_text("2 personas")
    assert faults(desk) == []
