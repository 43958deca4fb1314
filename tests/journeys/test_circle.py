"""The whole circle: somebody looks, buys, is known, is found by a segment, written to once, buys again; the owner is told."""

import email
import email.policy
import os
import re

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import DESKTOP, PHONE, faults, go, log_in, owner_of, pick, press, settled, sideways, until

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SHOP, SEGMENT, NEWS = "tres-neblinas", "amantes-espresso", "Llegó el tueste que le gusta"
ESPRESSO = ("mezcla-espresso", "tueste-oscuro-de-madrugada", "molino-manual")
WHO = f"lucia{os.getpid()}@example.com"  # another one each time: nobody is written to twice a day


def allow(page, plaza):
    """The banner is answered with yes."""
    page.goto(plaza.shop(SHOP))
    go(page, ".consent button[value=yes]")


def look(page, plaza, slugs):
    for slug in slugs:
        page.goto(plaza.shop(SHOP, f"/p/{slug}"))


def buy(page, plaza, slug, *, news=False):
    """A product, to be collected and paid by transfer."""
    page.goto(plaza.shop(SHOP, f"/p/{slug}"))
    press(page, "add-to-cart")
    page.goto(plaza.shop(SHOP, "/cart"))
    press(page, "go-to-checkout")
    pick(page, "shipping", "retiro")
    page.fill("input[name=email]", WHO)
    page.fill("input[name=name]", "Lucía Círculo")
    page.fill("input[name=phone]", "8312 9911")
    pick(page, "payment", "transfer")
    if news:
        page.locator("input[name=marketing]").check()
    settled(page)
    press(page, "place-order")
    page.wait_for_url("**/orders/**")


def letters(plaza, subject):
    """The captured letters with that subject to her."""
    made = [email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            for path in (plaza.folder / "mail").glob(f"*-{SHOP}-*.eml")]  # fmt: skip
    return [one for one in made if WHO in str(one["To"]) and subject in str(one["Subject"])]


def test_from_the_first_look_to_the_second_purchase(visit, plaza):
    shopper = visit(PHONE, reduced_motion="reduce")
    allow(shopper, plaza)
    look(shopper, plaza, ESPRESSO)
    buy(shopper, plaza, ESPRESSO[0], news=True)
    until(lambda: liked(shopper, plaza))
    assert faults(shopper) == []
    assert not sideways(shopper)

    marketer = visit(DESKTOP, reduced_motion="reduce")
    log_in(marketer, plaza, *owner_of(SHOP))
    known(marketer, plaza)
    sent = send(marketer, plaza)

    [letter] = until(lambda: letters(plaza, NEWS), 150)
    reader = visit(PHONE, reduced_motion="reduce")
    reader.goto(link(letter))
    assert "utm_source=" in reader.url
    buy(reader, plaza, ESPRESSO[1])
    assert len(letters(plaza, NEWS)) == 1
    told(marketer, plaza, sent)


def liked(page, plaza):
    page.goto(plaza.shop(SHOP, "/tastes"))
    return "Espresso" in page.locator("main").inner_text()


def known(page, plaza):
    """The shop knows her: what she did and how it knows, and she is in the segment."""
    page.goto(plaza.admin(SHOP, f"/people?q={WHO}"))
    go(page, page.locator("main a", has_text="Lucía Círculo").first)
    page.wait_for_url("**/people/*")
    body = page.locator("main").inner_text()
    assert "Espresso" in body
    assert faults(page) == []


def send(page, plaza):
    """A letter of what the shop has to those who like espresso; she is one of them. Its page."""
    page.goto(plaza.admin(SHOP, "/mailings/new"))
    page.fill("input[name=name]", "Círculo")
    page.locator("select[name=segment]").select_option(SEGMENT)
    press(page, "make-mailing")
    go(page, "button[name=starter][value=news]")
    page.wait_for_url("**/edit")
    page.fill("input[name=subject]", NEWS)
    press(page, "review")
    page.locator("[data-action=send]").wait_for()
    until(lambda: page.reload() and "Lucía Círculo" in page.locator("main").inner_text())  # taste grows with each look
    press(page, "send")
    page.locator("[data-action=stop-sending]").wait_for()
    return page.url


def link(letter):
    """Where the first thing in the letter leads."""
    return re.findall(r'href="([^"]+/l/[^"]+)"', letter.get_body(("html",)).get_content())[0]


def told(page, plaza, sent):
    """The report of the letter says what it brought; the number of orders opens them."""
    page.goto(sent)
    orders = page.locator("[data-orders]:not([data-orders='0'])")
    until(lambda: page.reload() and orders.count())
    assert "₡" in page.locator("dl.brought .money").inner_text()
    assert faults(page) == []
    go(page, orders.locator("a"))
    expect(page.locator("main").get_by_text("Lucía Círculo")).to_have_count(1)
