"""A part of a paid order goes back: the owner notes it, a credit note follows the invoice, the buyer reads both."""

import pytest

from tests.journeys.conftest import DESKTOP, PHONE, faults, go, log_in, order_to_fetch, owner_of, press, sideways
from tests.journeys.test_deposit import send_proof

pytestmark = pytest.mark.browser
SHOP = "tres-neblinas"


def test_a_partial_refund_with_its_credit_note(visit, plaza):
    page = visit(PHONE)
    order_to_fetch(page, plaza.shop(SHOP, "/p/cafe-neblina-alta"), "rebeca.soto@example.com", "Rebeca Soto")
    order = page.url.split("#")[0]
    number = page.locator(".order-head .caps").inner_text().split()[-1]
    send_proof(page, "991122", "#a50")

    desk = visit(DESKTOP)
    log_in(desk, plaza, *owner_of(SHOP))
    desk.goto(plaza.admin(SHOP, f"/orders/{number}"))
    press(desk, "approve-proof")
    desk.locator("details:has([data-action=refund]) summary").click()
    desk.locator("details:has([data-action=refund]) input[name=amount]").fill("1000")
    desk.locator("[data-foreseen] li", has_text="1\u00a0000").first.wait_for()  # what will happen follows what is typed
    desk.locator("details:has([data-action=refund]) input[name=reason]").fill("Llegó una bolsa abierta")
    assert faults(desk) == []
    press(desk, "refund")
    assert desk.locator("[data-refund]").count() == 1
    assert "1 000" in desk.locator("[data-refund] .money").inner_text().replace("\u202f", " ").replace("\xa0", " ")
    papers = desk.locator("a[href*='/invoices/']")
    assert papers.count() >= 2
    assert faults(desk) == []
    go(desk, desk.locator("a[href*='/invoices/']", has_text="NC-").first)
    assert "1 000" in desk.locator("main").inner_text().replace("\u202f", " ").replace("\xa0", " ")
    assert faults(desk) == []

    page.goto(order)
    assert "NC-" in page.locator("main").inner_text()
    assert (faults(page), sideways(page)) == ([], False)
