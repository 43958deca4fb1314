"""The bakery sells a cake with its dedication for a day and a slot, and the desk reads the dedication."""

import pytest

from tests.journeys.conftest import DESKTOP, PHONE, faults, go, log_in, owner_of, pick, press, settled

pytestmark = pytest.mark.browser
SHOP, CAKE = "horno-tizapola", "pastel-de-tres-leches-con-durazno"


def test_a_cake_with_its_words_for_a_slot(visit, plaza):
    page = visit(PHONE)
    page.goto(plaza.shop(SHOP, f"/p/{CAKE}"))
    page.fill("input[name=text-dedicatoria]", "Feliz cumpleaños, Inés")
    press(page, "add-to-cart")
    page.goto(plaza.shop(SHOP, "/cart"))
    press(page, "go-to-checkout")
    pick(page, "shipping", "recoger")
    page.wait_for_selector("input[name=slot]", state="attached")
    page.locator("label:has(input[name=day]:not([disabled]))").last.click()
    settled(page)
    page.locator("label:has(input[name=slot]:not([disabled]))").first.click()
    settled(page)
    page.fill("input[name=email]", "ines.paredes@example.com")
    page.fill("input[name=name]", "Inés Paredes")
    page.locator("label:has(input[name*=payment])").first.click()
    settled(page)
    assert faults(page) == []
    press(page, "place-order")
    assert "Feliz cumpleaños, Inés" in page.locator("main").inner_text()

    desk = visit(DESKTOP)
    log_in(desk, plaza, *owner_of(SHOP))
    desk.goto(plaza.admin(SHOP, "/search?q=Inés Paredes"))
    go(desk, desk.locator("main a", has_text="Inés Paredes").first)
    assert "Feliz cumpleaños, Inés" in desk.locator("main").inner_text()
