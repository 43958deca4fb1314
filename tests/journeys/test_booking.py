"""A shopper books: with coffee in one cart, against another for the last place, without scripts, by keyboard alone."""

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import DESKTOP, PHONE, faults, go, log_in, owner_of, pick, press, settled, sideways
from tests.journeys.test_without_scripts import choose, fill_contact, tab_to
from tests.shop.test_proofs_desk import picture

pytestmark = pytest.mark.browser
SHOP = "tres-neblinas"
TASTING, LESSON = "/p/cata-guiada", "/p/taller-de-barismo"
DAYS = "td:not(.full) a[data-day]"


def settle(page):
    """Wait until the month shows what was asked for."""
    page.wait_for_selector("#booking-when:not([aria-busy])")


def next_month(page):
    """Turn the page of the calendar; its name says so."""
    before = page.inner_text("#cal-name")
    page.click(".cal-head a >> nth=-1")
    expect(page.locator("#cal-name")).not_to_have_text(before)
    settle(page)


def take_day(page, place):
    """Tap a free day of the month that is shown, and its first free time."""
    day = page.locator(DAYS).nth(place).get_attribute("data-day")
    page.locator(DAYS).nth(place).click()
    page.wait_for_selector(f"a[data-day='{day}'][aria-current=date]")
    page.locator("label:has(input[name=time]:not([disabled]))").first.click()
    settle(page)
    return day


def book(page):
    press(page, "book")
    expect(page).to_have_url(re.compile("/cart$"))


def test_all_that_is_missing_is_said_at_once_in_the_page_s_words(visit, plaza):
    page = visit(PHONE)
    page.goto(plaza.shop("rutas-guanquira", "/p/rapidos-del-rio-guanquira"))
    next_month(page)
    page.click("[data-action=book]")
    expect(page.locator("#field-when")).to_have_text("Elija un día.")
    expect(page.locator("#field-when")).to_be_focused()
    expect(page.locator("#field-when")).to_be_in_viewport()
    asked = page.locator("[name^='answer.'][required]").count()
    assert asked > 0
    expect(page.locator("[data-errors] li")).to_have_count(1 + asked)
    page.locator(DAYS).nth(-1).click()
    expect(page.locator("input[name=time]").first).to_be_attached()
    expect(page.locator("#field-when")).to_be_empty()
    for one in page.locator("[name^='answer.'][required]").all():
        one.fill("M, 9999 0000")
    page.fill("[name^='people.'] >> nth=0", "0")
    page.click("[data-action=book]")
    expect(page.locator("#field-time")).to_have_text("Elija una hora.")
    expect(page.locator("input[name=time]").first).to_be_focused()
    expect(page.locator("[data-errors] li")).to_have_count(2)  # nobody comes, either
    page.fill("[name^='people.'] >> nth=0", "18")
    page.locator("label:has(input[name=time])").first.click()
    expect(page.locator("#field-time")).to_be_empty()
    expect(page.locator("#booking-sum")).to_contain_text("18 ×")
    assert faults(page) == []
    book(page)


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_coffee_and_a_tasting_in_one_cart_one_payment_one_invoice(visit, plaza, size):
    page = visit(size)
    page.goto(plaza.shop(SHOP, "/p/cafe-miel-roja"))
    press(page, "add-to-cart")
    page.goto(plaza.shop(SHOP, TASTING))
    next_month(page)
    take_day(page, -1)  # far enough ahead for a transfer, whatever today is
    page.locator(".booking-people [data-step='1']").first.click()
    expect(page.locator("#booking-sum")).to_contain_text("2 ×")
    assert faults(page) == []
    assert not sideways(page)
    book(page)
    assert re.search(r"Se lo guardamos: (10:00|[5-9]:\d\d)", page.inner_text("main"))
    assert page.locator("main .line").count() == 2
    assert faults(page) == []
    press(page, "go-to-checkout")
    pick(page, "shipping", "retiro")
    pick(page, "payment", "transfer")
    assert "Se lo guardamos" in page.inner_text(".holds")
    assert faults(page) == []
    fill_contact(page)
    press(page, "place-order")
    number = page.locator(".order-head .caps").inner_text().split()[-1]
    page.set_input_files("input[name=file]", {"name": "sinpe.png", "mimeType": "image/png", "buffer": picture()})
    page.fill("input[name=reference]", f"77{number[-4:]}")
    press(page, "upload-proof")
    desk = visit(DESKTOP)
    log_in(desk, plaza, *owner_of(SHOP))
    desk.goto(plaza.admin(SHOP, f"/orders/{number}"))
    press(desk, "approve-proof")
    page.reload()
    assert page.locator("[data-payment]").first.get_attribute("data-payment") == "paid"
    assert len({one.split("?")[0] for one in invoices(page)}) == 1


def invoices(page):
    """The addresses of the order's invoices."""
    return page.eval_on_selector_all(
        "a[href*='/invoices/']", "all => all.map(one => one.pathname.replace(/\\.[a-z]+$/, ''))"
    )


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_two_race_for_the_last_place_and_one_is_told_what_is_free_next(visit, plaza, size):
    quick, slow = visit(size), visit(size, timezone_id="Europe/Madrid")
    for page in (quick, slow):
        page.goto(plaza.shop(SHOP, LESSON))
        next_month(page)
        next_month(page)
    day = take_day(quick, 0 if size is PHONE else -1)
    most = quick.locator(".booking-people input[type=number]").get_attribute("max")
    for page in (quick, slow):  # both want every place: whoever comes second finds none
        page.fill(".booking-people input[type=number]", most)
        page.locator(".booking-people input[type=number]").blur()
        settle(page)
    slow.locator(f"a[data-day='{day}']").click()
    slow.wait_for_selector(f"a[data-day='{day}'][aria-current=date]")
    assert "donde usted está" in slow.inner_text("#booking-times")
    book(quick)
    press(slow, "book")
    expect(slow.locator("[role=alert] [name=again]")).to_have_count(3)
    assert "acaba de tomar" in slow.inner_text("[role=alert]")
    assert slow.input_value(".booking-people input[type=number]") == most
    assert faults(slow) == []
    assert not sideways(slow)
    go(slow, "[name=again]")
    expect(slow).to_have_url(re.compile("/cart$"))
    assert "Se lo guardamos" in slow.inner_text("main")
    assert day not in slow.locator("main .line a").first.get_attribute("href")


def test_without_javascript(visit, plaza):
    page = visit(PHONE, java_script_enabled=False)
    page.goto(plaza.shop(SHOP, TASTING))
    go(page, page.locator(".cal-head a").last)
    go(page, page.locator(DAYS).last)
    page.locator("label:has(input[name=time]:not([disabled]))").first.click()
    page.fill(".booking-people input[type=number]", "3")
    go(page, "button[name=refresh]:visible")
    assert page.input_value(".booking-people input[type=number]") == "3"
    press(page, "book")
    assert "Se lo guardamos hasta las" in page.inner_text("main")
    press(page, "go-to-checkout")
    fill_contact(page)
    page.locator("label:has(input[name*=payment][value=transfer])").click()
    press(page, "place-order")
    assert page.locator("[data-order-state]").get_attribute("data-order-state") == "placed"


def test_by_keyboard_alone(visit, plaza):
    page = visit(DESKTOP)
    page.goto(plaza.shop(SHOP, TASTING))
    before = page.inner_text("#cal-name")
    tab_to(page, ".cal-head a:last-child")
    page.keyboard.press("Enter")
    expect(page.locator("#cal-name")).not_to_have_text(before)
    settle(page)
    for _ in range(4):
        tab_to(page, DAYS)
    page.keyboard.press("Enter")
    expect(page.locator("a[data-day][aria-current=date]")).to_be_focused()
    tab_to(page, "input[name=time]")
    page.keyboard.press("Space")
    settle(page)
    tab_to(page, "[data-action=book]")
    page.keyboard.press("Enter")
    page.wait_for_url("**/cart")
    tab_to(page, "[data-action=go-to-checkout]")
    page.keyboard.press("Enter")
    page.wait_for_url("**/checkout**")
    tab_to(page, "input[name=email]")
    page.keyboard.type("keila.soto@example.com")
    tab_to(page, "input[name=name]")
    page.keyboard.type("Keila Soto")
    choose(page, "input[name*=payment]", "transfer")
    settled(page)
    tab_to(page, "[data-action=place-order]")
    page.keyboard.press("Enter")
    page.wait_for_url("**/orders/**")
    assert page.locator("[data-order-state]").get_attribute("data-order-state") == "placed"
