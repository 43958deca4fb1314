"""A quote from the desk of the roaster to an order: written by touch, sent, accepted on a phone, found again."""

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import DESKTOP, PHONE, faults, log_in, owner_of, press

pytestmark = pytest.mark.browser
SHOP = "tres-neblinas"


def test_a_quote_is_written_sent_and_accepted(visit, plaza):
    desk = visit(DESKTOP)
    log_in(desk, plaza, *owner_of(SHOP))
    desk.goto(plaza.admin(SHOP, "/quotes/new"))
    desk.fill("#name", "Irene Solís")
    desk.fill("#reach", "irene.solis@example.com")
    desk.locator(".tile").first.click()
    desk.wait_for_selector("input[name=qty]")
    desk.locator("button[value=free]").click()
    expect(desk.locator("#free-name-1")).to_be_focused()  # so that one writes on
    desk.fill("#free-name-1", "Capacitación de dos horas")
    desk.fill("#free-price-1", "25000")
    desk.locator("#free-price-1").blur()
    expect(desk.locator(".counter-free .money")).to_contain_text("25")
    assert faults(desk) == []
    desk.set_viewport_size(PHONE)
    total, send = (desk.locator(path).bounding_box() for path in (".sale-total", "[data-action=send-quote]"))
    assert total["y"] + total["height"] <= send["y"]  # a sum of six digits has no room beside the buttons
    desk.set_viewport_size(DESKTOP)
    press(desk, "send-quote")
    desk.wait_for_url(lambda url: "/quotes/" in url and "/new" not in url)
    assert "COT-" in desk.locator("h1").inner_text()
    assert faults(desk) == []
    phone = visit(PHONE)
    phone.goto(desk.locator("[data-copy]").first.get_attribute("data-copy"))
    assert "Capacitación de dos horas" in phone.locator("main").inner_text()
    total = phone.locator("[data-minor]").get_attribute("data-minor")
    assert faults(phone) == []
    press(phone, "accept-quote")
    phone.wait_for_url("**/orders/**")
    assert phone.locator("[data-order-state]").get_attribute("data-minor") == total
    desk.reload()
    press(desk, "open-order")
    assert "COT-" in desk.locator("main").inner_text()
