"""A product of which one variant is sold out: the page begins with another, and strikes out what is gone."""

import html
import json
import re
import sqlite3
from contextlib import closing
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import PHONE, faults, press

pytestmark = pytest.mark.browser
SHOP, BLOUSE, FIRST = "hilos-xelantun", "/p/blusa-tejado", "HX-008-XS-C"


@pytest.fixture
def sold_out(plaza):
    """Nothing is left of what the page would begin with."""
    with closing(sqlite3.connect(plaza.folder / "plaza.db", timeout=60, isolation_level=None)) as rows:
        [(before,)] = rows.execute("SELECT on_hand FROM variant WHERE sku = ?", (FIRST,))
        rows.execute("UPDATE variant SET on_hand = 0 WHERE sku = ?", (FIRST,))
        yield
        rows.execute("UPDATE variant SET on_hand = ? WHERE sku = ?", (before, FIRST))


def test_the_page_begins_with_what_can_be_had(visit, plaza, sold_out):
    page = visit(PHONE)
    page.goto(plaza.shop(SHOP, BLOUSE))
    verb, stock = page.locator("[data-action=add-to-cart]"), page.locator("#stock")
    expect(verb).to_be_enabled()
    expect(stock).not_to_contain_text("Agotado")
    expect(page.locator("input[name=option-talla]:checked")).to_have_value("xs")  # the nearest to what came first
    gone = page.locator("label:has(input[name=option-color][value=crudo])")
    expect(gone).to_have_class("pill is-sold")
    assert gone.get_attribute("title") == "Agotado"
    assert faults(page) == []
    gone.click()
    expect(stock).to_contain_text("Agotado")
    expect(verb).to_be_disabled()
    page.locator("label:has(input[name=option-talla][value=m])").click()
    expect(gone).to_have_class("pill")
    expect(verb).to_be_enabled()


def test_what_is_not_sold_does_not_look_sold(visit, plaza):
    page = visit(PHONE)

    def without(route):
        """The page as it is once the first variant is not for sale."""
        host = {"Host": f"{SHOP}.plaza.localhost:{plaza.port}"}
        with urlopen(Request(f"http://127.0.0.1:{plaza.port}{BLOUSE}", headers=host)) as answer:
            said = answer.read().decode()
        told = re.search(r'data-variants="([^"]*)"', said)[1]
        fewer = [one for one in json.loads(html.unescape(told)) if one["sku"] != FIRST]
        route.fulfill(body=said.replace(told, html.escape(json.dumps(fewer))), content_type="text/html; charset=utf-8")

    page.route(f"**{BLOUSE}", without)
    page.goto(plaza.shop(SHOP, BLOUSE))
    gone = page.locator("label:has(input[name=option-color][value=crudo])")
    expect(gone).to_have_class("pill is-sold")
    gone.click()
    expect(page.locator("#stock")).to_contain_text("Agotado")
    expect(page.locator("[data-variant=price]")).to_have_text("–")
    expect(page.locator("[data-action=add-to-cart]")).to_be_disabled()


def test_a_blouse_made_to_measure_asks_for_the_measures(visit, plaza):
    page = visit(PHONE)
    page.goto(plaza.shop(SHOP, BLOUSE))
    field = page.get_by_label("Sus medidas en cm")
    expect(field).to_be_hidden()
    page.locator("label:has(input[name=option-talla][value=a-medida])").click()
    expect(field).to_be_visible()
    page.locator("[data-action=add-to-cart]").click()  # the browser stops who wrote none
    assert page.url.endswith(BLOUSE)
    assert faults(page) == []
    field.fill("92, 98, 60")
    press(page, "add-to-cart")
    page.wait_for_url("**/cart")
    expect(page.locator("main")).to_contain_text("92, 98, 60")


def test_who_names_a_variant_sees_that_one(visit, plaza, sold_out):
    page = visit(PHONE)
    page.goto(plaza.shop(SHOP, f"{BLOUSE}?variant={FIRST}"))
    expect(page.locator("#stock")).to_contain_text("Agotado")
    expect(page.locator("[data-action=add-to-cart]")).to_be_disabled()


def test_what_has_no_limit_is_never_struck_out(visit, plaza):
    page = visit(PHONE)
    page.goto(plaza.shop("tres-neblinas", "/p/tarjeta-de-regalo"))
    amounts = page.locator("label:has(input[name^=option-])")
    expect(amounts.nth(1)).to_be_visible()
    expect(page.locator("html")).to_have_class("has-js")
    expect(page.locator("label.is-sold")).to_have_count(0)
    amounts.nth(1).click()
    expect(page.locator("label.is-sold")).to_have_count(0)
    expect(page.locator("[data-action=add-to-cart]")).to_be_enabled()
    assert faults(page) == []
