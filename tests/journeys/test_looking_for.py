"""Somebody types into the search: hints that keys reach; what is not found, the owner explains by one tap, and then it is."""

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import DESKTOP, PHONE, faults, log_in, owner_of, press, sideways, until

pytestmark = pytest.mark.browser
SHOP, MISSED = "hilos-xelantun", "alpargatas"


def test_hints_and_what_was_not_found(visit, plaza):
    page = visit(DESKTOP)
    page.goto(plaza.shop(SHOP, "/"))
    box = page.get_by_label("Buscar en la tienda")
    box.press_sequentially("chumpa")
    first = page.locator(".hints a").first
    expect(first).to_be_visible()
    assert faults(page) == []
    box.press("ArrowDown")
    expect(first).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(box).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(".hints")).to_be_hidden()
    expect(box).to_have_value("chumpa")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Resultados de «chumpa»")
    _not_found(visit, plaza)
    _explained(visit, plaza)
    page.goto(plaza.shop(SHOP, f"/search?q={MISSED}"))
    expect(page.locator(".good-name").first).to_contain_text("Chumpa")


def _not_found(visit, plaza):
    page = visit(PHONE)
    page.goto(plaza.shop(SHOP, "/search"))
    box = page.locator("main input[name=q]")
    box.fill(MISSED)
    with page.expect_navigation():
        box.press("Enter")
    expect(page.locator("[data-instead]")).to_be_visible()
    assert faults(page) == []
    assert not sideways(page)


def _explained(visit, plaza):
    desk = visit(PHONE)
    log_in(desk, plaza, *owner_of(SHOP))
    desk.goto(plaza.admin(SHOP, "/searches?show=missed&days=7"))
    row = desk.locator("tr[data-search=alpargatas]")
    until(lambda: desk.reload() and row.count())  # what was looked for is written in bulk
    assert faults(desk) == []
    assert not sideways(desk)
    row.get_by_text("Igual que otra palabra…").click()
    expect(desk.get_by_label("Quien busca")).to_have_value("alpargatas")
    desk.get_by_label("ve también lo que hay de").fill("chumpa")
    press(desk, "keep-synonym")
    expect(desk.locator("[data-synonym=alpargatas]")).to_be_visible()
