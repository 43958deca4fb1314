"""A buyer on a phone buys with a transfer and sends the proof; the owner sees it and approves it in two taps."""

import io
import re

import pytest
from PIL import Image

from tests.journeys.conftest import DESKTOP, PHONE, faults, log_in, owner_of, pick, press, settled, sideways

pytestmark = pytest.mark.browser
SHOP = "tres-neblinas"


def receipt() -> bytes:
    """A picture of a bank's message, as a phone makes it."""
    stream = io.BytesIO()
    Image.new("RGB", (720, 1280), "#f4efe6").save(stream, "JPEG")
    return stream.getvalue()


def to_cart(page, plaza, slug="cafe-neblina-alta"):
    page.goto(plaza.shop(SHOP, f"/p/{slug}"))
    assert int(page.locator("[data-stock]").get_attribute("data-stock")) > 0
    press(page, "add-to-cart")
    page.goto(plaza.shop(SHOP, "/cart"))
    press(page, "go-to-checkout")
    page.wait_for_url("**/checkout**")


def must_fill(page) -> int:
    """Fields that must be filled: required ones that are seen, a group of radios once."""
    return page.evaluate(
        """() => new Set([...document.querySelectorAll('form[data-checkout] [required]')]
        .filter(field => field.offsetParent || field.closest('label')?.offsetParent)
        .map(field => field.type === 'radio' ? 'radio:' + field.name : field.name)).size"""
    )


def fill_address(page):
    for level, value in ((1, "San José"), (2, "Escazú"), (3, "San Rafael")):
        page.locator(f"select[autocomplete=address-level{level}]").select_option(value)
        settled(page)
    page.fill("textarea[autocomplete=street-address]", "200 m norte de la escuela, casa verde")


def order(page, plaza, email="ana.mora@example.com"):
    to_cart(page, plaza)
    pick(page, "shipping", "gam")
    page.wait_for_selector("select[autocomplete=address-level1]")
    fill_address(page)
    page.fill("input[name=email]", email)
    page.fill("input[name=name]", "Ana Mora Solís")
    page.fill("input[name=phone]", "8312 3456")
    pick(page, "payment", "transfer")
    settled(page)


def test_a_transfer_is_proved_and_approved(visit, plaza):
    buyer = visit(PHONE)
    order(buyer, plaza)
    assert must_fill(buyer) <= 9
    assert not sideways(buyer)
    assert faults(buyer) == []
    press(buyer, "place-order")
    buyer.wait_for_url("**/orders/**")
    there = buyer.locator("[data-order-state]")
    assert there.get_attribute("data-order-state") == "placed"
    assert there.get_attribute("data-currency") == "CRC"
    number = re.search(r"[A-Z]+-?\d+|\d{3,}", buyer.locator(".order-head .caps").inner_text())[0]
    assert faults(buyer) == []
    buyer.set_input_files("input[type=file]", {"name": "sinpe.jpg", "mimeType": "image/jpeg", "buffer": receipt()})
    buyer.fill("input[name=reference]", "2026112400017")
    press(buyer, "upload-proof")
    buyer.wait_for_selector("[data-payment=proof]")

    owner = visit(DESKTOP)
    log_in(owner, plaza, *owner_of(SHOP))
    owner.goto(plaza.admin(SHOP, f"/orders/{number}"))
    assert faults(owner) == []
    press(owner, "approve-proof")
    buyer.reload()
    assert buyer.locator("[data-payment]").get_attribute("data-payment") == "paid"


def test_a_phone_owner_finds_the_order_by_the_end_of_the_telephone(visit, plaza):
    buyer = visit(PHONE)
    order(buyer, plaza, "luis.vega@example.com")
    press(buyer, "place-order")
    buyer.wait_for_url("**/orders/**")
    owner = visit(PHONE)
    log_in(owner, plaza, *owner_of(SHOP))
    owner.goto(plaza.admin(SHOP, "/search?q=83123456"))
    assert "Ana Mora Solís" in owner.locator("main").inner_text()
    assert not sideways(owner)


def test_picking_it_up_needs_at_most_seven_fields(visit, plaza):
    buyer = visit(PHONE)
    to_cart(buyer, plaza)
    pick(buyer, "shipping", "retiro")
    buyer.wait_for_selector("input[name=day]", state="attached")
    assert must_fill(buyer) <= 7
    assert buyer.locator("input[type=password]").count() == 0
