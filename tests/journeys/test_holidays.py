"""Holidays that are planned: what cannot be stays typed, what can is read in the shop, and is called off again."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from kernel import clock
from tests.journeys.conftest import DESKTOP, PHONE, faults, go, log_in, owner_of, sideways, undo

pytestmark = pytest.mark.browser
SHOP, ZONE = "horno-tizapola", "America/Mexico_City"


def looks_right(page):
    assert faults(page) == []
    assert not sideways(page)


def send(page):
    go(page, page.locator("form[action$='/settings/shop/closed'] button"))


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_holidays_are_planned_and_called_off(visit, plaza, size):
    page, today = visit(size), clock.today(ZONE)
    first, last = (f"{today + timedelta(days=ahead)}" for ahead in (5, 20))
    log_in(page, plaza, *owner_of(SHOP))
    page.goto(plaza.admin(SHOP, "/settings/shop"))
    page.fill("input[name=begins]", first)
    page.fill("input[name=at]", "17:00")
    page.fill("input[name=until]", first)  # too early
    page.fill("input[name=message]", "Nos vamos a la montaña.")
    send(page)
    assert [page.input_value(f"input[name={name}]") for name in ("begins", "at", "until", "message")] == [
        first, "17:00", first, "Nos vamos a la montaña."]  # fmt: skip
    expect(page.locator("main [data-errors]")).to_contain_text("Elija un día después del día en que cierra.")
    looks_right(page)
    page.fill("input[name=until]", last)
    send(page)
    planned = page.locator(".plan-list li")
    expect(planned).to_contain_text("a las 17:00")
    looks_right(page)
    page.goto(plaza.shop(SHOP))
    expect(page.locator(".strip")).to_contain_text("Cerramos el")
    looks_right(page)
    page.goto(plaza.admin(SHOP, "/settings/shop"))
    for again in (True, False):
        go(page, planned.locator("button"))
        expect(planned).to_have_count(0)
        if again:
            undo(page)
            expect(planned).to_have_count(1)
    page.goto(plaza.shop(SHOP))
    expect(page.locator(".strip")).to_have_count(0)
