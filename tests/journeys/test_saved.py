"""A heart is tapped on a phone, the list is at hand from then on, taken off and back, handed on; the owner sees how many."""

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import DESKTOP, PHONE, faults, go, log_in, owner_of, press, sideways

pytestmark = pytest.mark.browser
SHOP = "tres-neblinas"


def test_hearts_on_a_phone(visit, plaza):
    page = visit(PHONE)
    page.goto(plaza.shop(SHOP))
    bar, first, second = page.locator(".bar"), page.locator(".heart").nth(0), page.locator(".heart").nth(1)
    expect(bar.locator("a", has_text="Guardados")).to_have_count(0)
    first.click(), second.click()
    expect(first).to_have_attribute("aria-pressed", "true")
    expect(bar.locator("a", has_text="Guardados")).to_contain_text("2")
    expect(page).to_have_url(plaza.shop(SHOP, "/"))  # nobody was led away
    go(page, page.locator(".toasts a"))
    expect(page.locator(".saved .heart[aria-pressed=true]")).to_have_count(2)
    assert faults(page) == []
    assert not sideways(page)
    page.locator(".saved .heart").nth(0).click()
    page.locator(".toasts [data-undo]").click()
    expect(page.locator(".saved .heart[aria-pressed=true]")).to_have_count(2)
    page.locator("#list-name").fill("Ana María")
    press(page, "share-list")
    link = page.locator("[data-copy]").get_attribute("data-copy")
    other = visit(DESKTOP)
    other.goto(link)
    expect(other.locator("h1")).to_have_text("Lo que le gusta a Ana María")
    expect(other.locator(".heart[aria-pressed=true]")).to_have_count(0)
    assert faults(other) == []
    name = other.locator(".good-name a").first
    slug = name.get_attribute("href").rpartition("/")[2]
    log_in(other, plaza, *owner_of(SHOP))
    other.goto(plaza.admin(SHOP, f"/products/{slug}"))
    expect(other.locator(".page-sub")).to_contain_text("lo guard")
