"""What is new can be saved before anything is typed; what is there already shows the way to save once it differs."""

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import PHONE, log_in, owner_of

pytestmark = pytest.mark.browser
SHOP = "tres-neblinas"
SAVE = "main form[method=post] .btn-primary:visible"
NEW = (
    "/people/new",
    "/settings/delivery/new",
    "/settings/delivery/zones/new",
    "/settings/payments/new",
    "/resources/new",
)


def test_only_what_is_new_can_be_saved_at_once(visit, plaza):
    page = visit(PHONE)
    log_in(page, plaza, *owner_of(SHOP))
    for path in NEW:
        page.goto(plaza.admin(SHOP, path))
        expect(page.locator(SAVE), path).to_have_count(1)
    page.goto(plaza.admin(SHOP, "/settings/contact"))
    expect(page.locator(SAVE)).to_have_count(0)
    page.locator("main form input[type=email]:visible").first.fill("otra@example.com")
    expect(page.locator(SAVE)).to_have_count(1)
