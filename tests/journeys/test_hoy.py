"""The owner reads "Hoy": every number opens a list of that length, every figure the rows that make it."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import DESKTOP, PHONE, faults, go, log_in, owner_of, press, sideways

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def size(page) -> int:
    """How many rows the list has, all its pages together."""
    many = page.locator("#main tbody tr").count() or page.locator("#main [data-row]").count()
    while page.locator("a[rel=next]").count():
        go(page, "a[rel=next]")
        many += page.locator("#main tbody tr").count()
    return many


@pytest.mark.parametrize(("viewport", "scheme", "slug"), [
    (PHONE, "dark", "rutas-guanquira"), (DESKTOP, "light", "tres-neblinas"),
])  # fmt: skip
def test_each_number_opens_a_list_of_that_length(visit, plaza, viewport, scheme, slug):
    page = visit(viewport, color_scheme=scheme, reduced_motion="reduce")
    log_in(page, plaza, *owner_of(slug))
    page.goto(plaza.admin(slug))
    assert faults(page) == []
    assert not sideways(page)
    for more in page.locator(".today-rest:not([open]) > summary").all():
        more.click()
    told = page.eval_on_selector_all(
        ".today a",
        "all => all.map(one => [one.querySelector('b').dataset.count, +one.querySelector('b').textContent, one.href])",
    )
    assert len(told) > 10
    lists = {
        name: url for name, number, url in told if number and not name.startswith(("bookings", "products", "stock"))
    }
    numbers = {name: number for name, number, _url in told}
    for name, url in lists.items():
        page.goto(url)
        assert size(page) == numbers[name], (name, url)
    assert any(name.startswith("orders.") for name in lists)
    assert {"indicators.none", "mailings"} <= set(lists)
    assert "money.today" in numbers or datetime.now(ZoneInfo("America/Costa_Rica")).hour < 6  # nobody has paid yet


@pytest.mark.parametrize(("viewport", "scheme"), [(PHONE, "light"), (DESKTOP, "dark")])
def test_each_figure_is_its_rows_and_an_indicator_is_typed(visit, plaza, viewport, scheme):
    page = visit(viewport, color_scheme=scheme, reduced_motion="reduce")
    slug = "hilos-xelantun"
    log_in(page, plaza, *owner_of(slug))
    page.goto(plaza.admin(slug, "/?days=90"))
    plots = page.eval_on_selector_all("[data-plot]", "all => all.map(one => [one.dataset.plot, +one.dataset.total])")
    assert [name for name, _total in plots] == ["sales", "orders", "visits", "places"]
    assert page.locator("svg.plot title").count() >= 2
    for name, total in plots:
        go(page, page.locator(f"[data-plot={name}] .plot-foot a"))
        assert int(page.locator("[data-plot]").get_attribute("data-total")) == total
        assert faults(page) == []
        assert not sideways(page)
        if name in {"orders", "places"}:
            assert page.locator(".orders-list tbody tr").count() == total
        page.goto(plaza.admin(slug, "/?days=90"))
    sum_of = page.locator("[data-figure=today] b").inner_text()
    go(page, "a[data-figure=today]")
    assert page.locator(".sums-line b").first.inner_text() == sum_of
    typed(page, plaza.admin(slug, "/indicators/parte-tejedora"), viewport)


def typed(page, url, viewport):
    """The figure of last month is typed, whatever stood there before."""
    page.goto(url)
    page.fill("[name=value]", "61,5" if viewport == PHONE else "58")
    go(page, page.get_by_role("button", name="Guardar el valor"))
    page.wait_for_selector(".plot-big[data-state=met], .plot-big[data-state=near]")
    assert re.search(r"61[.,]5|58", page.locator(".plot-number").inner_text())
    assert page.locator("svg.plot title").count() == 1
    assert faults(page) == []


def test_an_automation_is_prepared_and_turned_on(visit, plaza):
    page = visit(PHONE, reduced_motion="reduce")
    slug = "horno-tizapola"
    log_in(page, plaza, *owner_of(slug))
    page.goto(plaza.admin(slug, "/automations"))
    assert page.locator("[data-automation][data-on=no]").count() == 1
    assert page.get_by_text("Falta:").count() == 1
    assert faults(page) == []
    card = page.locator("section.panel", has_text="Carrito abandonado")
    go(page, card.get_by_role("button", name="Preparar sus correos"))
    page.wait_for_url("**/automations/cart")
    assert page.locator(".auto-steps li").count() == 3
    assert faults(page) == []
    assert not sideways(page)
    press(page, "send")
    go(page, page.get_by_role("button", name="Apagar"))
    page.locator("[data-action=send]").wait_for()
    page.goto(plaza.admin(slug, "/automations/new"))
    expect(page.locator("#category")).to_be_hidden()  # each choice brings its own field
    page.get_by_label("Nombre").fill("Después del pan")
    page.get_by_label("Alguien compra algo de una categoría").check()
    page.locator("#category").select_option(index=1)
    assert faults(page) == []
    press(page, "make-automation")
    page.locator("[data-foreseen]").wait_for()
    press(page, "letter-add")
    page.wait_for_url("**/edit")
    page.goto(plaza.admin(slug, "/automations/despues-del-pan"))
    page.get_by_label("A quién").last.select_option("unclicked")
    go(page, page.locator(".auto-steps form.quick .btn").last)
    page.get_by_text("si no siguió ningún enlace del correo anterior").wait_for()
    assert faults(page) == []
    assert not sideways(page)
