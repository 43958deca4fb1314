"""At the counter: two coffees and a tasting are one sale, paid in cash with change; what is left is free again."""

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import DESKTOP, PHONE, faults, log_in, owner_of, press, sideways, undo

pytestmark = pytest.mark.browser
SHOP = "tres-neblinas"


def tap(page, where, path="draft"):
    with page.expect_response(f"**/sales/{path}"):
        page.locator(where).first.click()


def minor(page, where):
    return int("".join(one for one in page.locator(where).inner_text() if one.isdigit()))


def hold(page, keys=False):
    """A time of next week for two, by finger or by keys; it is held at once."""
    page.fill("#q", "cata")
    page.wait_for_selector(".tile[name=pick]")
    tap(page, ".tile[name=pick]")
    expect(page.locator("#time-title")).to_be_focused()
    tap(page, "#time [data-later]")
    page.wait_for_selector("#time [data-targets] button")
    tap(page, "#time [data-step='1']")
    expect(page.locator("#time [name^='people.']").first).to_have_value("2")
    free = page.locator("#time [data-targets] button").first
    with page.expect_response("**/sales/times"):
        if keys:
            free.focus()
            page.keyboard.press("Enter")
        else:
            free.click()
    page.wait_for_selector(".counter-time[data-fresh]")


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_two_coffees_and_a_tasting(visit, plaza, size):
    page = visit(size, is_mobile=size is PHONE)
    log_in(page, plaza, *owner_of(SHOP))
    page.goto(plaza.admin(SHOP, "/sales/new"))
    for count in "12":
        tap(page, ".tile[name=add]:not(:disabled)")
        expect(page.locator("#qty-1")).to_have_value(count)
    goods = minor(page, "#total .sale-total strong")
    hold(page, keys=size is DESKTOP)
    expect(page.locator("[data-hold-text]")).to_have_text(re.compile(r"\b[5-9]:\d\d\b"))  # of ten minutes
    page.set_viewport_size({**size, "height": 4000})  # else a field may lie half under one of the bars
    assert (faults(page), sideways(page)) == ([], False)
    tap(page, "[name=drop_time]", "times")
    page.wait_for_selector(".counter-time", state="detached")
    assert minor(page, "#total .sale-total strong") == goods
    hold(page)
    total = minor(page, "#total .sale-total strong")
    assert total > goods
    for field in page.locator(".counter-time input[required], .counter-time .field input").all():
        field.fill("Nada")
    page.fill("#given", str(total + 1_500))
    page.locator("#name").focus()
    page.wait_for_selector("[data-change-due]")
    press(page, "sell")
    told = page.locator("#toasts").inner_text()
    assert "1500" in "".join(told.split()), told
    assert page.locator(".goods-list li").count() == 2
    assert (faults(page), sideways(page)) == ([], False)
    undo(page)  # for the next who come
    expect(page.locator("#toasts")).to_contain_text("Se deshizo")
