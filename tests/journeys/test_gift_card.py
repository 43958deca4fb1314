"""A gift card from the shelf to another order: bought by transfer, approved, its code pays, and the pages hold for axe."""

import re
from typing import Any

from playwright.sync_api import Page, expect

from tests.journeys.conftest import DESKTOP, Plaza, faults, go, log_in, owner_of, pick, press, settled

SHOP = "tres-neblinas"


def order(page: Page, plaza: Plaza, slug: str, *, name: str, email: str) -> None:
    """Put something into the cart and fill the checkout."""
    page.goto(plaza.shop(SHOP, f"/p/{slug}"))
    if slug == "tarjeta-de-regalo":
        page.fill("#text-to", "Lucía")
        page.fill("#text-message", "Para tus tardes de café.")
        assert faults(page) == []
    press(page, "add-to-cart")
    press(page, "go-to-checkout")
    page.fill("#email", email)
    page.fill("#name", name)


def note_paid(owner: Any, plaza: Plaza, number: str) -> None:
    """The owner says that the money of an order came."""
    owner.goto(plaza.admin(SHOP, f"/orders/{number}"))
    details = owner.locator("details:has([data-action=mark-paid])")
    if details.get_attribute("open") is None:
        details.locator("summary").click()
    press(owner, "mark-paid")
    expect(owner.locator("[data-action=mark-paid]")).to_have_count(0)


def look_up(friend: Any, plaza: Plaza, code: str) -> None:
    """Whoever holds the code reads what is on it."""
    friend.goto(plaza.shop(SHOP, "/gift-card"))
    friend.fill("#code", code.lower())
    go(friend, friend.locator("main form button"))
    assert "10" in friend.inner_text("[data-gift-state=live]")
    assert faults(friend) == []


def test_a_gift_card_is_bought_approved_and_pays_another_order(plaza: Plaza, visit: Any) -> None:
    buyer = visit(DESKTOP)
    order(buyer, plaza, "tarjeta-de-regalo", name="Ana Mora", email="ana.regala@example.com")
    pick(buyer, "payment", "transfer")
    press(buyer, "place-order")
    buyer.wait_for_url("**/orders/**")
    mine, number = buyer.url, re.search(r"TN-\d+", buyer.inner_text("main"))
    assert number
    owner = visit(DESKTOP)
    log_in(owner, plaza, *owner_of(SHOP))
    note_paid(owner, plaza, number.group())
    buyer.goto(mine)
    press(buyer, "gift-card")
    code = buyer.locator(".gift-code [data-copy]").get_attribute("data-copy")
    assert code
    assert faults(buyer) == []
    friend = visit()
    look_up(friend, plaza, code)
    order(friend, plaza, "chorreador-de-laurel", name="Lucía Soto", email="lucia.soto@example.com")
    pick(friend, "shipping", "retiro")
    friend.click("details:has(#code) > summary")
    friend.fill("#code", code)
    friend.click("[data-action=use-code]")
    settled(friend)
    friend.wait_for_selector(f"text={code[-4:]}")
    assert faults(friend) == []
    press(friend, "place-order")
    friend.wait_for_url("**/orders/**")
    owner.goto(plaza.admin(SHOP, f"/gift-cards?q={code[-4:]}"))
    assert code[-4:] in owner.inner_text("main table")
    assert faults(owner) == []
    go(owner, "main table a.row-link")
    assert "Pago de un pedido" in owner.inner_text("main")
    assert faults(owner) == []
