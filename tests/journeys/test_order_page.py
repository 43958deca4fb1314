"""Cart and page of an order on a phone: nothing lies over the next verb, numbers are copied, the proof has its name."""

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import PHONE, faults, go, log_in, order_to_fetch, owner_of, press, sideways, undo, until

pytestmark = pytest.mark.browser
SHOP = "tres-neblinas"
TELLS = "one => { window.told = []; new MutationObserver(() => told.push(one.innerText)).observe(one, { childList: true }) }"
COPIED = "navigator.clipboard.readText()"
NAME = "Comprobante-SINPE-27-de-noviembre-de-Marta-Rojas.png"


def ordered(page, plaza):
    """A bag of coffee to fetch, to be paid by transfer."""
    order_to_fetch(page, plaza.shop(SHOP, "/p/tueste-oscuro-de-madrugada"), "marta.copia@example.com", "Marta Rojas")


def lines_of(page, selector):
    """In how many lines the text of each stands."""
    return page.locator(selector).evaluate_all("found => found.map(one => one.getClientRects().length)")


def test_what_the_cart_says_lies_over_no_verb_and_goes_at_a_tap(visit, plaza):
    page = visit(PHONE, is_mobile=True)
    page.goto(plaza.shop(SHOP, "/p/tueste-oscuro-de-madrugada"))
    press(page, "add-to-cart")
    said, buy = page.locator(".toast-line"), page.locator("[data-action=go-to-checkout]")
    buy.scroll_into_view_if_needed()
    edge = said.bounding_box()
    assert edge["y"] + edge["height"] < buy.bounding_box()["y"]
    assert edge["y"] + edge["height"] < 80
    said.locator("p").click()
    expect(said).to_have_count(0)
    go(page, page.get_by_role("button", name="Quitar"))
    undo(page)
    page.wait_for_selector("[data-action=go-to-checkout]")
    for small in (page.get_by_role("button", name="Quitar"), page.get_by_role("link", name="Seguir viendo")):
        assert small.bounding_box()["height"] >= 44


def test_numbers_are_copied_and_nothing_lies_over_the_page(visit, plaza):
    page = visit(PHONE, permissions=["clipboard-read", "clipboard-write"], is_mobile=True)
    ordered(page, plaza)
    buttons = page.locator(".pay-box [data-copy]")
    before = buttons.all_inner_texts()
    buttons.last.evaluate(TELLS)
    for button in buttons.all():
        button.click()
        wanted = button.get_attribute("data-copy")
        until(lambda wanted=wanted: page.evaluate(COPIED) == wanted)
    page.wait_for_function("() => told.some(text => text.includes('Copiado'))")
    page.wait_for_selector("p[role=status]:text-is('Copiado')", state="attached")
    assert page.locator(".toast-line").count() == 0
    expect(buttons).to_have_text(before, use_inner_text=True)
    assert set(lines_of(page, ".copy-number")) == {1}


@pytest.mark.parametrize("scripts", [True, False])
def test_the_chosen_file_is_named_whole(visit, plaza, scripts):
    page = visit(PHONE, is_mobile=True)
    ordered(page, plaza)
    address = page.url.split("#")[0]
    page = visit(PHONE, is_mobile=True, java_script_enabled=scripts)
    page.goto(f"{address}/delivery")
    page.get_by_label("Quién lo recibe").fill(f"Lía {scripts}")
    press(page, "change-delivery")
    page.wait_for_url(address)  # who comes for it is said with and without scripts
    assert f"Lía {scripts}" in page.locator(".checkout-side").inner_text()
    box = page.locator("input[name=file]")
    assert (box.bounding_box()["width"] > 100) is not scripts
    if not scripts:
        return
    assert "Todavía no ha elegido nada." in page.locator("#proof").inner_text()
    with page.expect_file_chooser() as chooser:
        page.get_by_text("Elegir el archivo").click()
    chooser.value.set_files({"name": NAME, "mimeType": "image/png", "buffer": b"x"})
    told = page.locator("[data-files]")
    expect(told).to_have_text(NAME)
    assert told.evaluate("one => one.scrollWidth <= one.clientWidth")
    assert not sideways(page)
    assert faults(page) == []


def test_the_total_of_a_sale_is_in_sight_and_products_stay_under_the_finger(visit, plaza):
    page = visit(PHONE, is_mobile=True)
    log_in(page, plaza, *owner_of(SHOP))
    page.goto(plaza.admin(SHOP, "/sales/new"))
    bar, sell = page.locator(".desk .bar").first, page.locator("[data-action=sell]")
    for place in (2, 3, 2):
        tile = page.locator(".tile[name=add]:not(:disabled)").nth(place)
        before, total = tile.bounding_box()["y"], page.locator("#total").inner_text()
        with page.expect_response("**/sales/draft"):
            tile.click()
        expect(page.locator("#total")).not_to_have_text(total, use_inner_text=True)
        assert abs(page.locator(".tile[name=add]:not(:disabled)").nth(place).bounding_box()["y"] - before) < 2
        assert sell.bounding_box()["y"] + sell.bounding_box()["height"] <= bar.bounding_box()["y"]
        assert 0 < page.locator("#total").bounding_box()["y"] < bar.bounding_box()["y"]
    page.locator("#off").evaluate("one => one.closest('details').open = true")
    page.locator("#off").fill("150")
    page.locator("#off_why").focus()
    page.wait_for_selector("#off[aria-invalid]")
    page.locator("#off").fill("10")
    page.locator("#off_why").fill("Amiga")
    page.locator("#name").focus()
    page.wait_for_selector("#off:not([aria-invalid])")
    page.locator("#given").fill("900000")
    page.locator("#name").focus()
    page.wait_for_selector("[data-change-due]")
    page.set_viewport_size({"width": PHONE["width"], "height": 4000})  # else a field may lie half under one of the bars
    assert not sideways(page)
    assert faults(page) == []
    page.goto(plaza.admin(SHOP, "/drawer"))  # coins and notes are added up while one counts
    page.locator("main summary").click()
    page.locator("#n1000000").fill("2")
    page.locator("#n50000").fill("3")
    expect(page.locator("[data-total]")).to_have_text(re.compile(r"^₡21\s500$"))
    page.keyboard.press("Enter")
    expect(page.locator("#n10000")).to_be_focused()  # it closes nothing
