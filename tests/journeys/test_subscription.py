"""Somebody subscribes on the phone, leaves the next one out and takes that back; the desk sees whose turn comes."""

import pytest

from tests.journeys.conftest import DESKTOP, PHONE, faults, log_in, owner_of, pick, settled

pytestmark = pytest.mark.browser
SHOP, CLUB = "tres-neblinas", "suscripcion-exploradora"


def test_bought_once_left_out_once(visit, plaza):
    page = visit(PHONE)
    page.goto(plaza.shop(SHOP, f"/p/{CLUB}"))
    page.locator("[data-action=add-to-cart]").click()
    page.goto(plaza.shop(SHOP, "/checkout"))
    pick(page, "shipping", "retiro")
    settled(page)
    page.fill("input[name=email]", "rosa.umana@example.com")
    page.fill("input[name=name]", "Rosa Umaña")
    page.locator("label:has(input[name*=payment])").first.click()
    settled(page)
    page.locator("[data-action=place-order]").click()
    page.wait_for_url("**/orders/**")
    page.locator("a[href*='/subscriptions/']").click()
    assert faults(page) == []
    first = page.locator(".order-head .lead").inner_text()
    page.locator("[data-action=skip]").click()
    page.wait_for_load_state()
    assert page.locator(".order-head .lead").inner_text() != first
    page.locator("[data-action=unskip]").click()
    page.wait_for_load_state()
    assert page.locator(".order-head .lead").inner_text() == first
    page.locator("#end summary").click()
    page.locator("[data-action=end]").click()
    page.wait_for_selector("[data-subscription=ended]")
    page.locator("[data-action=resume]").click()
    page.wait_for_selector("[data-subscription=active]")

    desk = visit(DESKTOP)
    log_in(desk, plaza, *owner_of(SHOP))
    desk.goto(plaza.admin(SHOP, "/subscriptions"))
    assert faults(desk) == []
    desk.locator("a.row-link", has_text="Rosa Umaña").click()
    desk.locator("[data-action=pause]").click()
    desk.locator("[data-action=resume]").wait_for()
    assert faults(desk) == []
