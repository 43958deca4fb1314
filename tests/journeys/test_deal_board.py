"""The board of opportunities: a card goes to another stage by mouse, by finger and by keys, and back; to lost only with a reason."""

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import DESKTOP, PHONE, faults, log_in, owner_of, sideways, undo
from tests.journeys.test_booking_drag import Finger, middle

pytestmark = pytest.mark.browser
SHOP, TITLE = "tres-neblinas", "40 cajas Amanecer para regalo"


def card(page):
    return page.locator(f"[data-name='{TITLE}']")


def stage(page):
    return page.locator(f"[data-stage]:has([data-name='{TITLE}'])").get_attribute("data-stage")


def lift(page, to):
    """Hold it by where it has no link, over that stage."""
    box = card(page).bounding_box()
    page.mouse.move(box["x"] + 8, box["y"] + box["height"] - 6)
    page.mouse.down()
    page.mouse.move(*middle(page.locator(f"[data-stage={to}]").bounding_box()), steps=6)


def back(page):
    undo(page)
    assert stage(page) == "new"


def board(page, plaza):
    """Open it; its address."""
    log_in(page, plaza, *owner_of(SHOP))
    here = plaza.admin(SHOP, "/deals?show=")
    page.goto(here)
    return here


def test_by_mouse_and_by_keys(visit, plaza):
    page = visit(DESKTOP)
    here = board(page, plaza)
    assert (stage(page), faults(page)) == ("new", [])

    lift(page, "talking")
    expect(page.locator(".landing-on")).to_have_attribute("data-stage", "talking")
    page.keyboard.press("Escape")
    page.mouse.up()
    expect(page.locator(".lifted, .landing-on")).to_have_count(0)
    assert page.url == here

    lift(page, "quoted")
    with page.expect_navigation():
        page.mouse.up()
    assert (stage(page), page.url) == ("quoted", here)
    back(page)

    lift(page, "lost")
    with page.expect_navigation():
        page.mouse.up()
    assert page.locator("#lost[open]").count() == 1  # there one says why: nothing has moved yet
    page.goto(here)
    assert stage(page) == "new"

    card(page).locator("a").first.focus()
    with page.expect_navigation():
        page.keyboard.press("Shift+ArrowRight")
    assert stage(page) == "talking"
    expect(card(page).locator("a").first).to_be_focused()
    with page.expect_navigation():
        page.keyboard.press("Shift+ArrowLeft")
    assert stage(page) == "new"


def test_by_finger(visit, plaza):
    page = visit(PHONE, has_touch=True, is_mobile=True, reduced_motion="reduce")
    board(page, plaza)
    finger = Finger(page)
    card(page).scroll_into_view_if_needed()
    box = card(page).bounding_box()
    begin, end = (
        (box["x"] + 8, box["y"] + box["height"] - 6),
        middle(page.locator("[data-stage=talking] header").bounding_box()),
    )
    finger.drag(begin, end, rests=True)
    expect(page.locator(".landing-on")).to_have_attribute("data-stage", "talking")
    assert (sideways(page), faults(page)) == (False, [])
    with page.expect_navigation():
        finger.touch("touchEnd")
    assert stage(page) == "talking"
    back(page)
