"""A new shop practises: its card is declined once, told so on the order, and pays at the second try."""

from typing import Any

from playwright.sync_api import Page

from tests.journeys.conftest import DESKTOP, PHONE, Plaza, faults, go, pick, press, sideways

SLUG = "dulces-de-prueba"


def practising(page: Page, plaza: Plaza) -> None:
    """Open a shop, have it practise, and put one thing on its shelf."""
    page.goto(f"{plaza.url}/signup")
    page.fill("input[name=name]", "Dulces de Prueba")
    page.select_option("select[name=country]", "CR")
    page.fill("input[name=phone]", "8844 2233")
    page.fill("input[name=email]", "practica.nueva@example.com")
    page.fill("input[name=password]", "cajeta de coco 9")
    go(page, "main form button:not([type=button])")
    page.wait_for_url(f"**/admin/{SLUG}/**")
    page.goto(plaza.admin(SLUG, "/settings/shop"))
    go(page, "button[name=do][value=begin]")
    page.goto(plaza.admin(SLUG, "/products/new"))
    page.fill("input[name=name]", "Cajeta de coco")
    page.fill("input[name=price]", "2500")
    page.click("label:has(input[name=counted][value=unlimited])")
    press(page, "publish")
    page.wait_for_url("**/products/cajeta-de-coco")


def hosted(page: Page) -> None:
    """From the order to the page that pays."""
    press(page, "pay")
    page.wait_for_url("**/practice-card/pay/**")


def test_a_declined_card_and_a_second_try(visit: Any, plaza: Plaza) -> None:
    practising(visit(DESKTOP), plaza)
    page = visit(PHONE)
    page.goto(plaza.shop(SLUG, "/p/cajeta-de-coco"))
    press(page, "add-to-cart")
    press(page, "go-to-checkout")
    pick(page, "payment", "practice")
    page.fill("#email", "ana.practica@example.com")
    page.fill("#name", "Ana Mora")
    press(page, "place-order")
    page.wait_for_url("**/orders/**")
    assert faults(page) == []
    hosted(page)
    assert not sideways(page)
    page.click("label:has(input[value=declined])")
    press(page, "pay")
    page.wait_for_selector("[role=alert]")
    go(page, ".away a")
    page.wait_for_url("**/orders/**")
    assert "rechazó la tarjeta" in page.inner_text("#card")
    assert faults(page) == []
    hosted(page)
    page.click("[data-action=pay]")
    page.wait_for_url("**/orders/**")
    page.wait_for_selector("[data-payment=paid]")
    assert faults(page) == []
