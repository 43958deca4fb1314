"""From the menu to the cart with a stay: which days, how many, what is free, what one should know of it."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from kernel import clock
from tests.journeys.conftest import DESKTOP, PHONE, faults, go, press, sideways

pytestmark = pytest.mark.browser
SHOP, CABIN = "rutas-guanquira", "Cabaña Ceiba"


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_from_the_menu_to_a_stay_in_the_cart(visit, plaza, size):
    page = visit(size)
    page.goto(plaza.shop(SHOP, "/"))
    go(page, "nav [data-action=openings]")
    expect(page.get_by_label("Niña o niño", exact=True)).to_have_value("0")
    first = clock.today("America/Tegucigalpa") + timedelta(days=60 if size == PHONE else 70)
    page.locator("#when-arrive").fill(first.isoformat())
    page.locator("#when-leave").fill((first + timedelta(days=2)).isoformat())
    page.locator(".ask-when [data-step='1']").last.click()
    go(page, page.get_by_role("button", name="Ver libres"))
    row = page.locator(".opening", has_text=CABIN)
    expect(row).to_contain_text("2 noches, para 2 personas")
    assert faults(page) == []
    assert not sideways(page)
    go(page, row.locator(".btn-primary"))
    expect(page.locator("#booking [data-know]")).to_contain_text("No se admiten mascotas")
    press(page, "book")
    expect(page).to_have_url(plaza.shop(SHOP, "/cart"))
    expect(page.locator(".line")).to_contain_text(CABIN)
    press(page, "go-to-checkout")
    expect(page.locator(".checkout-know")).to_contain_text("No se admiten mascotas")
    assert faults(page) == []
    assert not sideways(page)
