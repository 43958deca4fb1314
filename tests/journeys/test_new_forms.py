"""What is new can be saved before anything is typed; what is there already shows the way to save once it differs."""

import pytest

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
        assert (path, page.locator(SAVE).count()) == (path, 1)
    page.goto(plaza.admin(SHOP, "/settings/contact"))
    assert page.locator(SAVE).count() == 0
    page.locator("main form input[type=email]:visible").first.fill("otra@example.com")
    assert page.locator(SAVE).count() == 1
