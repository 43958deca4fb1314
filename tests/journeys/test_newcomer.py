"""A newcomer goes from the sign-up to a first paid sale: every tap and every field filled is counted."""

import pytest

from tests.journeys.conftest import PHONE, faults, go, sideways

pytestmark = pytest.mark.browser
MOST = 30


class Counted:
    """A person whose taps and filled fields are counted."""

    def __init__(self, page):
        self.page, self.count = page, 0

    def fill(self, selector, text):
        self.count += 1
        self.page.locator(selector).first.fill(text)

    def choose(self, selector, value):
        self.count += 1
        self.page.locator(selector).first.select_option(value)

    def tap(self, selector, **options):
        self.count += 1
        self.page.locator(selector, **options).first.click()

    def go(self, selector):
        """A tap that leads to another page."""
        self.count += 1
        go(self.page, selector)


def test_from_sign_up_to_a_first_paid_sale(visit, plaza, record_property):
    page = visit(PHONE)
    person = Counted(page)
    page.goto(f"{plaza.url}/")
    person.go("main a[href*='/signup']")
    page.wait_for_url("**/signup**")
    assert page.locator("main form :is(input, select):not([type=hidden]):visible").count() == 5
    assert faults(page) == []
    person.fill("input[name=name]", "Dulces Abril")
    person.choose("select[name=country]", "CR")
    person.fill("input[name=phone]", "8844 2211")
    person.fill("input[name=email]", "abril.nueva@example.com")
    person.fill("input[name=password]", "cajeta de coco 9")
    person.go("main form button:not([type=button])")
    page.wait_for_url("**/admin/dulces-abril/**")
    assert faults(page) == []
    assert not sideways(page)
    assert page.context.new_page().goto(plaza.shop("dulces-abril")).status == 200  # the shop is there at once
    person.go("main a[href$='/sales/new']")
    page.wait_for_url("**/sales/new")
    person.fill("input[name=new_name]", "Cajeta de coco")
    person.fill("input[name=new_price]", "2 500")
    person.tap("main label:has(input[name=payment])")
    person.go("[data-action=sell]")
    page.wait_for_url("**/orders/**")
    told = page.locator("main").inner_text()
    assert "Pagado" in told
    assert "2 500" in told.replace("\xa0", " ")
    assert person.count <= MOST
    record_property("interactions", person.count)
    page.goto(plaza.admin("dulces-abril", "/settings/contact"))
    for part, name in (("region", "San José"), ("city", "Escazú"), ("district", "San Rafael")):
        page.locator(f"#where select[name={part}]").select_option(name)
    page.locator("#where [name=street]").fill("Casa 7")
    go(page, page.locator("button.btn-primary:visible").last)
    page.goto(plaza.admin("dulces-abril", "/settings/contact"))
    kept = [page.locator(f"#where select[name={part}]").input_value() for part in ("region", "city", "district")]
    assert kept == ["San José", "Escazú", "San Rafael"]  # what is kept is shown, and so is not saved away
