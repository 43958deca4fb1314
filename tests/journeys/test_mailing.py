"""A letter to many: a nested segment built by touch, a broken link that stops it, stopped in time once, then sent."""

import re
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import DESKTOP, PHONE, faults, go, log_in, owner_of, press, sideways, unfold

pytestmark = pytest.mark.browser
SHOP = "hilos-xelantun"
RETURN = 240_000  # milliseconds: the minute of waiting, and time to deliver


def seen(page):
    """The page as it is now, without faults and no wider than the window."""
    assert (faults(page), sideways(page)) == ([], False)
    return page


def rebuilt(page, act):
    """Do something that has the builder drawn anew, and wait for it."""
    page.evaluate("document.querySelector('[data-rule-builder] > fieldset').dataset.old = ''")
    act()
    page.wait_for_selector("[data-old]", state="detached")


def stepped(page, step):
    """Tap a button of the builder."""
    rebuilt(page, lambda: page.locator(f"[id='{step}']").tap())


def condition(page, path, word, value):
    """Say what a condition is about and choose an answer."""
    about = page.locator(f"[id='{path}.word']")
    if about.input_value() != word:
        rebuilt(page, lambda: about.select_option(word))
    box = page.locator(f"label:has(input[name='{path}.{word}'][value='{value}'])")
    if not box.is_visible():
        page.locator(f"details:has([name='{path}.{word}']) summary").tap()
    box.tap()
    expect(box.locator("input")).to_be_checked()


def segment(page, plaza):
    """All of: not the shops that resell; any of: they are in Guatemala, or they read English."""
    page.goto(plaza.admin(SHOP, "/segments/new"))
    page.fill("#name", "Quienes tejen historias")
    condition(page, "rule.0", "group", "mayorista")
    page.locator("[id='rule.0.not']").select_option("1")
    stepped(page, "group-rule")
    page.locator("[id='rule.1.join']").select_option("any")
    condition(page, "rule.1.0", "country", "GT")
    stepped(page, "add-rule.1")
    condition(page, "rule.1.1", "language", "en")
    page.wait_for_selector("#rule-found:has-text('Personas que')")
    seen(page)
    press(page, "save-segment")
    page.wait_for_url("**/segments/quienes-*")
    return page.url.rsplit("/", 1)[1]


def letters(plaza, token):
    """The letters of that mailing that were kept instead of being sent."""
    kept = Path(plaza.folder, "mail").glob("*.eml")
    found = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in kept]
    return [one for one in found if (one["Feedback-ID"] or "").startswith(f"{token}:")]


def state(page):
    """Where the letter stands, as its page says."""
    return page.locator("[data-mailing-state]").get_attribute("data-mailing-state")


def write(page, plaza, code):
    """Begin a letter to that segment with a starter, and break a link of it."""
    page.goto(plaza.admin(SHOP, f"/mailings/new?segment={code}"))
    page.fill("[name=name]", "Historias de enero")
    seen(page)
    press(page, "make-mailing")
    page.wait_for_url("**/edit")
    go(page, "button[value=news]")
    page.wait_for_selector("#letter")
    page.locator("[name^=subject]").first.fill("Historias de enero")
    link(page).fill("/p/no-existe")
    press(page, "review")
    page.wait_for_selector("[data-problems], [data-errors]")


def link(page):
    """Where the letter's last button leads."""
    unfold(page)
    return page.get_by_label("Dirección a la que lleva").last


def test_the_marketer_builds_a_segment_and_sends_a_letter_that_a_check_and_a_finger_stopped_once(visit, plaza):
    page = visit(PHONE, has_touch=True)
    log_in(page, plaza, *owner_of(SHOP))
    write(page, plaza, segment(page, plaza))
    token = re.search(r"/mailings/([^/]+)", page.url)[1]
    mend(page, plaza, token)
    will = send(page, plaza, token)
    owner = visit(DESKTOP)
    log_in(owner, plaza, *owner_of(SHOP))
    for path in ("/mailings", f"/mailings/{token}", "/settings/mailings"):
        owner.goto(plaza.admin(SHOP, path))
        seen(owner)
    page.wait_for_selector("[data-mailing-state=sent]", timeout=RETURN)  # the page follows by itself
    page.wait_for_load_state()
    sent = letters(plaza, token)
    assert len(sent) == will
    assert len({one["To"] for one in sent}) == will
    assert all(one["List-Unsubscribe-Post"] and "/u/" in one["List-Unsubscribe"] for one in sent)
    assert not any("puntoyraya" in one["To"] for one in sent)  # the shop that resells
    assert seen(page).locator("[data-report] a b").first.inner_text() == str(will)
    owner.goto(plaza.admin(SHOP, f"/mailings/{token}"))
    go(seen(owner), "[data-report] a")
    owner.wait_for_selector("[data-total]")
    assert seen(owner).locator("tbody tr").count() == will


def mend(page, plaza, token):
    """The broken link stands in the way, and is named; put right, the letter can go."""
    page.goto(plaza.admin(SHOP, f"/mailings/{token}"))
    assert page.locator("[data-action=send]").count() == 0
    assert "no-existe" in seen(page).locator("[data-problems]").inner_text()
    go(page, page.locator("[data-problems] li", has_text="no-existe").first.locator("a"))
    page.wait_for_selector("#letter")
    link(page).fill("/")
    press(page, "review")
    page.wait_for_selector("[data-action=send]")


def send(page, plaza, token):
    """Sent, stopped in time, sent again; how many will receive it."""
    numbers = page.locator("[data-estimate]").inner_text()
    will = int(re.search(r"(\d+) recibir", numbers)[1])
    assert "no han permitido correos" in numbers or "no ha permitido correos" in numbers
    meant = page.locator("[name=segment]").input_value()
    page.locator("[name=segment]").select_option(
        ""
    )  # to everybody, and not kept: that number was not the one on the button
    press(page, "send")
    page.wait_for_selector("text=No se envió")
    assert (state(page), letters(plaza, token)) == ("draft", [])
    assert int(re.search(r"(\d+) recibir", page.locator("[data-estimate]").inner_text())[1]) > will
    page.locator("[name=segment]").select_option(meant)
    go(page, page.locator("form[data-audience] .btn-primary"))
    page.wait_for_selector(f"[data-estimate]:has-text('{will} recibir')")
    press(seen(page), "send")
    page.wait_for_selector("[data-action=stop-sending]")
    assert (state(seen(page)), letters(plaza, token)) == ("scheduled", [])
    press(page, "stop-sending")
    page.wait_for_selector("[data-action=send]")
    assert state(page) == "draft"
    press(page, "send")
    page.wait_for_selector("[data-action=stop-sending]")
    return will
