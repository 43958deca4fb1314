"""A cake is ordered with a deposit by transfer, the bakery approves it, and the rest is paid by the link."""

import pytest

from tests.journeys.conftest import DESKTOP, PHONE, faults, log_in, owner_of, pick, press, settled
from tests.shop.test_proofs_desk import picture

pytestmark = pytest.mark.browser
SHOP, CAKE = "horno-tizapola", "pastel-de-chocolate-y-cafe"


def send_proof(page, reference, colour):
    page.set_input_files("input[name=file]", {"name": "spei.png", "mimeType": "image/png", "buffer": picture(colour)})
    page.fill("input[name=reference]", reference)
    press(page, "upload-proof")


def approve(desk, plaza, number):
    desk.goto(plaza.admin(SHOP, f"/orders/{number}"))
    press(desk, "approve-proof")


def choose_cake(page, plaza):
    """A cake with its words, at the checkout, for the last day that is free."""
    page.goto(plaza.shop(SHOP, f"/p/{CAKE}"))
    page.fill("input[name=text-dedicatoria]", "Feliz cumpleaños, Tere")
    press(page, "add-to-cart")
    page.goto(plaza.shop(SHOP, "/checkout"))
    pick(page, "shipping", "recoger")
    page.wait_for_selector("input[name=slot]", state="attached")
    page.locator("label:has(input[name=day]:not([disabled]))").last.click()
    settled(page)


def test_deposit_then_balance_by_pay_link(visit, plaza):
    page = visit(PHONE)
    choose_cake(page, plaza)
    assert page.locator("input[name=plan][value=deposit]").is_checked()
    assert faults(page) == []
    page.fill("input[name=email]", "teresa.luna@example.com")
    page.fill("input[name=name]", "Teresa Luna")
    press(page, "place-order")
    page.wait_for_url("**/orders/**")
    order = page.url.split("#")[0]
    whole = int(page.locator("[data-order-state]").get_attribute("data-minor"))
    half = page.locator(".pay-amount [data-copy]").get_attribute("data-copy")
    assert int(half) * 100 * 2 == whole
    number = page.locator(".order-head .caps").inner_text().split()[-1]
    send_proof(page, "778811", "#0a5")

    desk = visit(DESKTOP)
    log_in(desk, plaza, *owner_of(SHOP))
    approve(desk, plaza, number)
    assert desk.locator("[data-payment]").first.get_attribute("data-payment") == "partial"
    assert desk.locator("#plan [data-part-state=paid]").count() == 1
    assert faults(desk) == []
    link = desk.locator("#plan [data-copy]").get_attribute("data-copy")

    page.goto(link)
    assert faults(page) == []
    assert int(page.locator("main [data-minor]").get_attribute("data-minor")) * 2 == whole
    press(page, "pay")
    assert page.url.startswith(order)
    send_proof(page, "778812", "#50a")
    approve(desk, plaza, number)
    assert desk.locator("[data-payment]").first.get_attribute("data-payment") == "paid"
    page.goto(order)
    assert page.locator("[data-payment]").get_attribute("data-payment") == "paid"
    assert page.locator("#balance [data-part-state=paid]").count() == 2
