"""Somebody subscribes on the phone, leaves the next one out and takes that back; the desk sees whose turn comes."""

import pytest

from tests.journeys.conftest import DESKTOP, PHONE, faults, go, log_in, owner_of, pick, press, settled

pytestmark = pytest.mark.browser
SHOP, CLUB = "tres-neblinas", "suscripcion-exploradora"


def test_bought_once_left_out_once(visit, plaza):
    page = visit(PHONE)
    page.goto(plaza.shop(SHOP, f"/p/{CLUB}"))
    press(page, "add-to-cart")
    page.goto(plaza.shop(SHOP, "/checkout"))
    pick(page, "shipping", "retiro")
    settled(page)
    page.fill("input[name=email]", "rosa.umana@example.com")
    page.fill("input[name=name]", "Rosa Umaña")
    page.locator("label:has(input[name*=payment])").first.click()
    settled(page)
    press(page, "place-order")
    page.wait_for_url("**/orders/**")
    go(page, page.locator("a[href*='/subscriptions/']"))
    assert faults(page) == []
    first = page.locator(".order-head .lead").inner_text()
    press(page, "skip")
    assert page.locator(".order-head .lead").inner_text() != first
    press(page, "unskip")
    assert page.locator(".order-head .lead").inner_text() == first
    page.locator("#end summary").click()
    press(page, "end")
    page.wait_for_selector("[data-subscription=ended]")
    press(page, "resume")
    page.wait_for_selector("[data-subscription=active]")

    desk = visit(DESKTOP)
    log_in(desk, plaza, *owner_of(SHOP))
    desk.goto(plaza.admin(SHOP, "/subscriptions"))
    assert faults(desk) == []
    go(desk, desk.locator("a.row-link", has_text="Rosa Umaña"))
    press(desk, "pause")
    desk.locator("[data-action=resume]").wait_for()
    assert faults(desk) == []
