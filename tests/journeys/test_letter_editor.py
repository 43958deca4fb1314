"""A marketer writes a letter on the phone: begun from a starter, built by touch and keys, looked at as somebody, mended."""

import base64
import re

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import DESKTOP, PHONE, faults, go, log_in, owner_of, sideways, undo, unfold, until

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SHOP = "horno-tizapola"
ROW = "[data-block-row]"
DOT = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def kinds(page):
    return page.eval_on_selector_all(f"{ROW} > input[name$='-kind']", "all => all.map(one => one.value)")


def fine(page):
    assert faults(page) == []
    assert not sideways(page)


def kept(page):
    """Wait until all that was typed is kept and the letter beside shows it."""
    expect(page.locator("[data-autosave-state]")).to_have_text(re.compile(r"\d\d:\d\d"))
    page.wait_for_function("() => !localStorage.getItem(`draft:${document.querySelector('form[data-autosave]')?.dataset.autosave}`)")  # fmt: skip
    page.wait_for_load_state("networkidle")
    drawn(page)


def drawn(page):
    """Wait until the browser shows what changed: before that a touch may land where the letter beside lay."""
    page.screenshot()


def drag(page, source, target):
    """Pull a block by its handle onto another's."""
    source.scroll_into_view_if_needed()
    page.set_viewport_size({"width": 360, "height": 6000})  # both ends are in sight
    start, end = source.bounding_box(), target.bounding_box()
    page.mouse.move(start["x"] + 8, start["y"] + 8)
    page.mouse.down()
    for part in range(1, 9):
        page.mouse.move(start["x"] + 8, start["y"] + 8 + (end["y"] - 20 - start["y"]) * part / 8)
    page.mouse.up()
    page.set_viewport_size(PHONE)
    drawn(page)


BEGUN = ["hero", "text", "products", "divider", "button"]


def test_a_letter_on_the_phone(visit, plaza):
    page = visit(PHONE, has_touch=True, reduced_motion="reduce")
    begin(page, plaza)
    write(page)
    order = put_in_order(page)
    illustrate(page, order)
    take_away_and_back(page)
    page.locator("button[value=test]").tap()
    page.wait_for_selector("text=La prueba va en camino")
    expect(page.locator("[data-problems]")).to_be_hidden()


def test_a_draft_of_this_browser_is_put_back_or_offered(visit, plaza):
    page = visit(DESKTOP)
    log_in(page, plaza, *owner_of(SHOP))
    page.goto(plaza.admin(SHOP, "/pages/nosotros"))
    key = page.evaluate("'draft:' + document.querySelector('form[data-autosave]').dataset.autosave")
    title, form = page.locator("[name=title]"), page.locator("form[data-autosave]")
    before = title.input_value()

    def left(on):
        """What a tab that died has left behind."""
        told = {"on": on, "sent": False, "fields": [["title", "De otra pestaña"]]}
        page.evaluate("([key, told]) => localStorage.setItem(key, JSON.stringify(told))", [key, told])
        page.reload()

    left("0")  # written on another draft than the one that is kept
    expect(title).to_have_value(before)
    page.get_by_role("button", name="Recuperarlo").click()
    expect(title).to_have_value("De otra pestaña")
    page.evaluate("key => localStorage.removeItem(key)", key)
    page.reload()
    left(form.get_attribute("data-revision"))
    expect(title).to_have_value("De otra pestaña")
    # no answer that leads on: what was sent stays here
    page.route("**/pages/nosotros", lambda route: route.fulfill(status=204) if route.request.method == "POST" else route.fallback())  # fmt: skip
    title.press("Enter")
    page.wait_for_function("key => JSON.parse(localStorage.getItem(key))?.sent", arg=key)


def begin(page, plaza):
    """A new letter with the first starter."""
    log_in(page, plaza, *owner_of(SHOP))
    page.goto(plaza.admin(SHOP, "/mailings/new"))
    page.fill("input[name=name]", "Pan de fiesta")
    go(page, page.locator("main form button:not([type=button])").last)
    page.wait_for_url("**/edit")
    fine(page)
    go(page, "button[value=news]")
    page.wait_for_selector(ROW)
    fine(page)
    assert kinds(page) == BEGUN


def write(page):
    """Its words, which the letter beside shows as they are typed."""
    letter = page.frame_locator("[data-preview-frame] iframe")
    page.locator(".to-preview").tap()
    expect(letter.locator("h1").first).to_have_text("Lo nuevo")
    page.locator("[data-size=desktop]").tap()
    until(lambda: letter.locator("body").evaluate("() => innerWidth") > 1000)  # a desk's, made smaller
    assert not sideways(page)
    page.locator("[data-size=phone]").tap()
    until(lambda: letter.locator("body").evaluate("() => innerWidth") < 400)
    page.fill("#subject", "Hola ")
    page.select_option("select[data-insert=subject]", "first_name")
    assert page.input_value("#subject").startswith("Hola {{ first_name | default:")
    field = page.locator(f"{ROW} input[id$='-title-es']").first
    expect(field).to_be_hidden()
    expect(page.locator(".block-fold").first).to_contain_text("Lo nuevo")
    unfold(page)
    field.fill("Solo este sábado")
    expect(letter.locator("h1").first).to_have_text("Solo este sábado")


def put_in_order(page):
    """By a button, by keys and by drag; the new order is kept."""
    page.locator(f"{ROW} [data-move=down]").first.tap()
    page.locator(f"{ROW} input").nth(3).focus()
    page.keyboard.press("Alt+ArrowDown")
    drag(page, page.locator(f"{ROW} [data-grab]").nth(4), page.locator(f"{ROW} [data-grab]").nth(0))
    order = kinds(page)
    assert order != BEGUN
    assert sorted(order) == sorted(BEGUN)
    kept(page)
    return order


def illustrate(page, order):
    """A picture in place, which asks for its words; and a second version of a block."""
    more = page.locator("button[value='add:picture']")
    more.scroll_into_view_if_needed()
    drawn(page)
    more.press("Enter")  # a finger would have to wait for the preview: it grows above the button
    page.wait_for_url("**#b-*")
    assert kinds(page) == [*order, "picture"]
    with page.expect_navigation():
        page.locator("input[type=file]").last.set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": DOT})
    assert page.locator(".with-thumb").count() >= 1
    assert "qué muestra la imagen" in page.inner_text("[data-problems]")
    unfold(page)
    page.locator("button[value^='vary:']").last.evaluate("one => one.closest('details').open = true")
    go(page, page.locator("button[value^='vary:']").last)
    page.wait_for_selector(".variant")
    fine(page)


def take_away_and_back(page):
    """A block goes, comes back, and goes."""
    page.locator(f"{ROW} button[value^='remove:']").last.evaluate("one => one.scrollIntoView()")
    gone = page.locator(f"{ROW} > .block-head button[value^='remove:']").last
    go(page, gone)
    expect(page.locator(ROW)).to_have_count(5)
    undo(page)
    expect(page.locator(ROW)).to_have_count(6)
    go(page, gone)
    expect(page.locator(ROW)).to_have_count(5)
