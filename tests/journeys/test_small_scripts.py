"""What scripts do beside the way: keys turn the calendar, what was chosen before they came counts, what is not kept is undone."""

import re

import pytest
from playwright.sync_api import expect

from kernel import mailbox_slips
from tests.journeys.conftest import DESKTOP, PHONE, faults, log_in, owner_of, press, settled, until
from tests.journeys.test_booking import TASTING, next_month, settle, take_day
from tests.journeys.test_without_scripts import fill_contact
from tests.kernel.test_mailbox_slips import REAL, SLIPS

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


def held(page, address):
    """A script on a slow line: what this gives lets it come."""
    page.route(address, lambda route: None)
    return lambda: page.unroute(address)


def test_what_was_chosen_before_the_scripts_came_counts(visit, plaza):
    page = visit(PHONE)
    page.goto(plaza.shop(SHOP, "/p/cafe-miel-roja"))
    press(page, "add-to-cart")
    come = held(page, "**/js/checkout*")
    page.click("[data-action=go-to-checkout]", no_wait_after=True)
    page.locator("label:has(input[name=shipping][value=retiro])").click()
    page.locator("label:has(input[name=payment][value=transfer])").click()
    expect(page.locator("#where .address")).to_have_count(1)  # nothing was asked yet
    come()
    expect(page.locator("#where .address")).to_have_count(0)
    settled(page)
    fill_contact(page)
    press(page, "place-order")
    page.wait_for_url("**/orders/**")


def test_more_people_before_the_scripts_came_are_in_the_sum(visit, plaza):
    page = visit(PHONE)
    page.goto(plaza.shop(SHOP, TASTING))
    next_month(page)
    take_day(page, -2)
    link = page.evaluate(
        "new URL('?' + new URLSearchParams(new FormData(document.querySelector('form[data-booking]'))), location).href"
    )
    come = held(page, "**/js/booking*")
    page.goto(link, wait_until="commit")
    page.fill(".booking-people input", "3")
    expect(page.locator("#booking-sum")).not_to_contain_text("3 ×")
    come()
    expect(page.locator("#booking-sum")).to_contain_text("3 ×")


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
    until(lambda: slugs(page) == begun)


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


def test_who_is_known_is_proposed_and_what_was_typed_comes_back(visit, plaza):
    page = visit(PHONE)
    log_in(page, plaza, *owner_of(DESK))
    page.goto(plaza.admin(DESK, "/gift-cards/new"))
    name, mail = page.locator("[name=recipient]"), page.locator("[name=email]")
    name.press_sequentially("núñez")
    name.fill("")
    name.press_sequentially("fúnez")
    rows = page.get_by_role("option")
    expect(rows.first).to_contain_text("Fúnez")
    expect(name).to_have_attribute("aria-expanded", "true")
    assert rows.first.bounding_box()["height"] >= 44
    assert not faults(page)
    name.press("ArrowDown")
    expect(rows.first).to_have_attribute("aria-selected", "true")
    expect(name).to_have_attribute("aria-activedescendant", rows.first.get_attribute("id"))
    name.press("Enter")
    expect(mail).to_have_value(re.compile("@"))
    expect(page.locator(".who-line")).to_contain_text("Cliente desde")
    page.get_by_role("button", name="Volver a lo que escribí").click()
    expect(name).to_have_value("fúnez")
    expect(mail).to_have_value("")


def test_a_slip_in_an_address_is_proposed_and_taken_with_one_tap(visit, plaza):
    page = visit(PHONE)
    page.goto(plaza.shop(SHOP, "/subscribe"))
    field = page.locator("main [name=email]")
    field.fill("Ana@gmial.con")
    field.blur()
    tap = page.get_by_role("button", name="Ana@gmail.com")
    expect(tap).to_be_visible()
    expect(field).to_have_value("Ana@gmial.con")
    assert tap.bounding_box()["height"] >= 44
    tap.click()
    expect(field).to_have_value("Ana@gmail.com")
    expect(tap).to_have_count(0)
    asked = [f"ana@{one}" for many in SLIPS.values() for one in many.split()] + [f"ana@{one}" for one in REAL]
    script = "asked => import('/static/js/mailbox.js').then(({ meant }) => Promise.all(asked.map(meant)))"
    assert page.evaluate(script, asked) == [mailbox_slips.meant(one) for one in asked]
