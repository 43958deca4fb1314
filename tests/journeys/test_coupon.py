"""A code from a WhatsApp message: written by the link, refused and accepted, told why, seen by the owner who made it."""

import pytest

from tests.journeys.conftest import DESKTOP, PHONE, faults, go, log_in, owner_of, pick, press, settled, sideways
from tests.journeys.test_first_sale import fill_address

pytestmark = pytest.mark.browser
SHOP = "tres-neblinas"


def minor(page):
    """What the buyer reads as the total, in digits."""
    text = page.locator("#sums .sum-total.money").inner_text()
    return int("".join(sign for sign in text if sign.isdecimal()))


def write(page, code):
    """Write a code into the field of the checkout and press Enter."""
    field = page.locator("#code")
    if not field.is_visible():
        page.locator("#codes summary").click()
    field.fill(code)
    field.press("Enter")
    settled(page)


def order(page):
    """Fill in what is missing and order."""
    fill_address(page)
    page.fill("input[name=email]", "nueva.clienta@example.com")
    page.fill("input[name=name]", "Nueva Clienta")
    page.fill("input[name=phone]", "8765 4321")
    pick(page, "payment", "transfer")
    press(page, "place-order")
    page.wait_for_url("**/orders/**")


def test_a_new_buyer_has_the_delivery_for_nothing_and_the_owner_sees_it(visit, plaza):
    buyer = visit(PHONE)
    buyer.goto(plaza.shop(SHOP, "/p/cafe-neblina-alta"))
    press(buyer, "add-to-cart")
    buyer.goto(plaza.shop(SHOP, "/cart?code=PRIMERTUESTE"))
    assert buyer.locator("#code").input_value() == "PRIMERTUESTE"
    assert faults(buyer) == []
    press(buyer, "use-code")
    buyer.wait_for_selector("#codes .code-row")
    assert (faults(buyer), sideways(buyer)) == ([], False)
    press(buyer, "go-to-checkout")
    buyer.wait_for_url("**/checkout**")
    pick(buyer, "shipping", "gam")
    free = minor(buyer)
    buyer.locator("#codes .code-row button").click()
    settled(buyer)
    buyer.wait_for_selector("#codes .code-row", state="detached")
    assert minor(buyer) == free + 2500
    write(buyer, "no-existe")
    buyer.wait_for_selector("#code-error:not(:empty)")
    assert buyer.locator("#code").input_value() == "no-existe"
    write(buyer, "primertueste")
    buyer.wait_for_selector("#codes .code-row")
    assert minor(buyer) == free
    assert faults(buyer) == []
    order(buyer)
    assert buyer.locator("[data-minor]").get_attribute("data-minor") == str(free * 100)
    assert "Con el código PRIMERTUESTE" in buyer.locator(".whys").inner_text()
    assert faults(buyer) == []

    owner = visit(DESKTOP)
    log_in(owner, plaza, *owner_of(SHOP))
    owner.goto(plaza.admin(SHOP, "/discounts"))
    assert faults(owner) == []
    go(owner, owner.locator("tr", has_text="PRIMERTUESTE").locator("a.row-link"))
    owner.wait_for_selector("#said")
    assert "Nueva Clienta" in owner.locator(".page-aside").inner_text()
    assert faults(owner) == []


def test_the_owner_makes_three_for_two_and_reads_what_it_says(visit, plaza):
    owner = visit(DESKTOP)
    log_in(owner, plaza, *owner_of(SHOP))
    owner.goto(plaza.admin(SHOP, "/discounts/new"))
    assert faults(owner) == []
    go(owner, "a.kind[href*=bundle]")
    owner.fill("#label", "Tres por dos de prueba")
    owner.fill("#code", "TRESPORDOS")
    owner.wait_for_selector("#said .sample-off")
    assert "lleve 3 y pague 2" in owner.locator("#said .rule-text").inner_text().lower()
    assert faults(owner) == []
    press(owner, "make-discount")
    for path in ("/price-lists", "/products/cafe-neblina-alta/prices"):
        owner.goto(plaza.admin(SHOP, path))
        assert faults(owner) == []
