"""An owner who never sold a time makes a tour on the phone: from a new product to a page on which one books."""

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import PHONE, faults, go, log_in, owner_of, sideways
from tests.journeys.test_booking import next_month
from tests.journeys.test_every_page import look
from tests.journeys.test_newcomer import Counted

pytestmark = pytest.mark.browser
TALL = {"width": PHONE["width"], "height": 9000}
SHOP, MOST = "horno-tizapola", 30


def fine(page):
    page.set_viewport_size(TALL)  # nothing lies under the bar at the bottom
    assert faults(page) == []
    page.set_viewport_size(PHONE)
    assert not sideways(page)


def test_from_a_new_product_to_a_page_on_which_one_books(visit, plaza, record_property):
    page = visit(PHONE)
    person = Counted(page)
    log_in(page, plaza, *owner_of(SHOP))
    page.goto(plaza.admin(SHOP, "/products"))
    person.go("main a[href$='/products/new']")
    person.fill("input[name=name]", "Recorrido por el obrador")
    person.tap("label:has(input[name=kind][value=booking])")
    expect(page.locator("input[name=units]")).to_be_hidden()
    person.fill("input[name=price]", "150")
    fine(page)
    person.go(".form-end [data-action=publish]")
    page.wait_for_url("**/booking")
    fine(page)
    person.go("[data-action=kind-departure]")
    page.wait_for_selector("#needs")
    person.fill("[name=capacity]", "10")
    person.go(".form-end [data-action=publish]")
    page.wait_for_selector("[data-errors], .errors")
    assert "los días y horas" in page.inner_text("main .errors")
    assert page.input_value("[name=capacity]") == "10"
    fine(page)
    person.fill("[name=hours-0-opens]", "10")
    for day in range(7):
        person.tap(f"label:has([name=hours-0-days][value='{day}'])")
    person.tap("[data-rows='24'] [data-more]")
    person.fill("[name=hours-1-opens]", "5 pm")
    person.tap("label:has([name=hours-1-days][value='5'])")
    person.fill("[name=new_name]", "Guía del obrador")
    person.go(".form-end [data-action=publish]")
    page.wait_for_selector("text=está a la venta")
    fine(page)
    assert person.count <= MOST
    record_property("interactions", person.count)
    one_books(visit(PHONE), plaza)


def one_books(shopper, plaza):
    """Whoever comes finds a day and the time that the owner wrote."""
    answer = shopper.goto(plaza.shop(SHOP, "/p/recorrido-por-el-obrador"))
    assert answer.status == 200
    assert shopper.locator("[data-action=book]").count() == 1
    next_month(shopper)  # this one may be over today
    shopper.locator("td a[data-day]").last.click()
    shopper.wait_for_selector("label:has(input[name=time])")
    assert "10:00" in shopper.inner_text("main")


def test_resources_and_special_days_on_the_phone(visit, plaza):
    page = visit(PHONE)
    log_in(page, plaza, *owner_of("rutas-guanquira"))
    page.goto(plaza.admin("rutas-guanquira", "/resources"))
    go(page, "text=Balsas de río")
    page.wait_for_selector("[name=rows-0-name]")
    fine(page)
    page.goto(plaza.admin("rutas-guanquira", "/products/cabana-ceiba/booking"))  # what a night costs when
    assert page.locator("[name=rates-2-price]").count() == 1
    fine(page)
    page.goto(plaza.admin("rutas-guanquira", "/special-days"))
    page.click("label:has(input[name=how][value=hours])")
    expect(page.locator("[name=times]")).to_be_visible()
    page.click("[data-action=add-days]")
    page.wait_for_selector("#first-error")
    fine(page)
    for slug in ("rio-tranquilo-en-familia", "cabana-ceiba"):
        page.goto(plaza.admin("rutas-guanquira", f"/products/{slug}/booking"))
        for part in page.locator("details.fold > summary").all():
            part.click()
        page.set_viewport_size(TALL)
        assert look(page) == []
        page.set_viewport_size(PHONE)
