"""The whole purchase with JavaScript off, and by keyboard alone."""

import pytest

from tests.journeys.conftest import DESKTOP, PHONE, go, press, settled

pytestmark = pytest.mark.browser
SHOP = "tres-neblinas"


def fill_contact(page):
    page.fill("input[name=email]", "marta.rojas@example.com")
    page.fill("input[name=name]", "Marta Rojas")


def test_without_javascript(visit, plaza):
    page = visit(PHONE, java_script_enabled=False)
    page.goto(plaza.shop(SHOP, "/p/cafe-miel-roja"))
    press(page, "add-to-cart")
    page.goto(plaza.shop(SHOP, "/cart"))
    press(page, "go-to-checkout")
    page.locator("label:has(input[name*=shipping][value=gam])").click()
    go(page, "button[name=refresh]:visible")
    for level, value in ((1, "Heredia"), (2, "Belén"), (3, "La Asunción")):
        page.locator(f"select[autocomplete=address-level{level}]").select_option(value)
        go(page, "button[name=refresh]:visible")
    page.fill("textarea[autocomplete=street-address]", "Frente al parque")
    fill_contact(page)
    page.fill("input[name=phone]", "8700 1122")
    page.locator("label:has(input[name*=payment][value=transfer])").click()
    press(page, "place-order")
    assert page.locator("[data-order-state]").get_attribute("data-order-state") == "placed"


def tab_to(page, selector, most=150):
    """Press Tab until what is focused matches."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement?.matches(selector)", selector):
            assert page.evaluate("document.activeElement.getBoundingClientRect().height > 0")
            return
    raise AssertionError(f"the keyboard never reached {selector} on {page.url}")


def choose(page, selector, wanted):
    """Reach a group of radios and move to one of them with the arrows."""
    tab_to(page, selector)
    for _ in range(12):
        if page.evaluate("value => document.activeElement.value === value", wanted):
            page.keyboard.press("Space")
            return
        page.keyboard.press("ArrowDown")
    raise AssertionError(f"the arrows never reached {wanted}")


def test_by_keyboard_alone(visit, plaza):
    page = visit(DESKTOP)
    page.goto(plaza.shop(SHOP, "/p/cafe-miel-roja"))
    tab_to(page, "[data-action=add-to-cart]")
    page.keyboard.press("Enter")
    page.wait_for_url("**/cart**")
    tab_to(page, "[data-action=go-to-checkout]")
    page.keyboard.press("Enter")
    page.wait_for_url("**/checkout**")
    choose(page, "input[name*=shipping]", "retiro")
    settled(page)
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
