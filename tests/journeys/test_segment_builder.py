"""A segment is built with one thumb: a group inside the rule, counted while it grows, kept, and asked why."""

import pytest

from tests.journeys.conftest import DESKTOP, PHONE, faults, go, log_in, owner_of, press, sideways

pytestmark = pytest.mark.browser
SHOP = "tres-neblinas"


def fine(page):
    """Nothing for axe to say of the whole page at once, nothing that leaves the screen."""
    usual = page.viewport_size
    page.set_viewport_size({"width": usual["width"], "height": 3000})
    assert (faults(page), sideways(page)) == ([], False)
    page.set_viewport_size(usual)


def pill(page, name, value):
    """Tap one of what can be chosen."""
    page.locator(f"label.pill:has(input[name='{name}'][value='{value}'])").tap()


def test_a_nested_segment_by_touch_on_a_phone(visit, plaza):
    owner = visit(PHONE, has_touch=True, is_mobile=True)
    log_in(owner, plaza, *owner_of(SHOP))
    owner.goto(plaza.admin(SHOP, "/segments/new"))
    fine(owner)
    owner.fill("#name", "Cerca del café")
    owner.locator("[id='rule.0.word']").select_option("country")
    owner.fill("[data-rule-filter]", "costa")
    pill(owner, "rule.0.country", "CR")
    owner.wait_for_selector("#rule-found .found-count")
    owner.locator("[id='rule.0.country-said']", has_text="Costa Rica").wait_for()
    owner.locator("[id='group-rule']").tap()
    owner.locator("[id='rule.1.0.word']").select_option("interest")
    owner.wait_for_selector("[name='rule.1.0.code']", state="attached")
    pill(owner, "rule.1.0.code", "espresso")
    owner.locator("[id='add-rule.1']").tap()
    owner.locator("[id='rule.1.1.word']").select_option("orders")
    owner.wait_for_selector("[name='rule.1.1.least']")
    owner.locator("[id='rule.1.1.not']").select_option("1")
    owner.locator("[id='rule.1.1.days']").fill("30")
    owner.locator("#rule-found .rule-text", has_text="30 días").wait_for()
    fine(owner)
    assert "están en Costa Rica y (gustan de " in owner.locator("#rule-found .rule-text").inner_text()
    press(owner, "save-segment")
    owner.wait_for_url("**/segments/cerca-del-cafe")
    fine(owner)
    go(owner, ".found-why")
    owner.wait_for_url("**/people/**")
    assert owner.locator(".why-line .state-good").count() >= 2
    fine(owner)


def test_by_keyboard_and_then_without_scripts(visit, plaza):
    owner = visit(DESKTOP)
    log_in(owner, plaza, *owner_of(SHOP))
    owner.goto(plaza.admin(SHOP, "/segments"))
    fine(owner)
    owner.goto(plaza.admin(SHOP, "/segments/new"))
    owner.locator("[id='add-rule']").press("Enter")
    owner.wait_for_selector("[id='rule.1.word']")
    owner.wait_for_selector("[id='rule.1.word']:focus")
    owner.locator("[id='drop-rule.1']").press("Enter")
    owner.wait_for_selector("[id='rule.1.word']", state="detached")
    fine(owner)

    plain = visit(DESKTOP, java_script_enabled=False)
    log_in(plain, plaza, *owner_of(SHOP))
    plain.goto(plaza.admin(SHOP, "/segments/new"))
    plain.fill("#name", "Sin guiones")
    plain.locator("[id='rule.0.word']").select_option("first_visit")
    go(plain, "[id='add-rule']")
    assert plain.input_value("#name") == "Sin guiones"
    go(plain, "[id='drop-rule.1']")
    press(plain, "save-segment")
    plain.wait_for_url("**/segments/sin-guiones")
    assert "vienen por primera vez" in plain.locator("#rule-found").inner_text()
