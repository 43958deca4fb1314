"""Who keeps the books: sees and downloads all that is money, confirms what came, and changes nothing else."""

import re

import pytest

from kernel import clock, menu, permissions
from kernel.db import db
from shop import account_codes, discounts, drawers, ledger
from shop.discounts import Discount

BASE = "/admin/cafe"
READS = (
    "/", "/orders", "/invoices/books", "/drawers", "/drawers.csv", "/orders?show=refunds", "/orders.csv", "/orders.xlsx", "/takings", "/takings.csv", "/cards", "/invoices",
    "/invoices?show=due", "/gift_cards", "/discounts", "/settings/invoices", "/settings", "/search?q=ana",
)  # fmt: skip
CLOSED = (
    "/products", "/people", "/tasks", "/deals", "/mailings", "/pages", "/letters", "/bookings", "/journal", "/indicators",
    "/settings/taxes", "/settings/payments", "/settings/staff", "/discounts/new", "/sales/new", "/figures/orders",
)  # fmt: skip


@pytest.fixture
def keeper(shop):
    shop.staff("accountant")
    return shop.staff("accountant")


def text(browser, path):
    answer = browser.get(BASE + path, headers={"Accept-Language": "es"})
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.get_data(as_text=True)


def test_money_is_open_and_everything_else_is_not(shop, keeper):
    shop.bought(shop.product(), paid=True)
    month = clock.today(shop.tenant.timezone).strftime("%Y-%m")
    paths = [*READS, f"/invoices/tax-book/{month}.csv", f"/invoices/journal/{month}.xlsx"]
    paths = [path.replace("gift_cards", "gift-cards") for path in paths]
    assert [path for path in paths if keeper.get(BASE + path).status_code != 200] == []
    assert [path for path in CLOSED if keeper.get(BASE + path).status_code != 404] == []
    forbidden = {"write", "people", "goods"}
    mine = {one.area for one in permissions._table.values() if "accountant" in one.roles}
    assert not mine & forbidden


def test_today_and_the_rail_hold_only_what_is_theirs(shop, keeper):
    shop.bought(shop.product(price=5_000_00), paid=True)
    html = text(keeper, "/")
    assert 'data-figure="month"' in html
    assert "Facturas por emitir" in html
    assert "Pedidos por preparar" not in html
    rail = re.findall(r'href="(/admin/cafe[^"]*)"', html.split("</nav>")[0])
    assert [path for path in rail if keeper.get(path).status_code != 200] == []
    assert f"{BASE}/invoices" in rail
    assert f"{BASE}/invoices" not in re.findall(r'href="([^"]*)"', text(shop.admin, "/").split("</nav>")[0])
    assert menu.MOST >= 5


def test_they_confirm_what_came_and_neither_return_nor_cancel(shop, keeper):
    order = shop.bought(shop.product(price=5_000_00))
    page = text(keeper, f"/orders/{order.number}")
    assert 'data-action="mark-paid"' in page
    assert all(
        f'data-action="{one}"' not in page for one in ("refund", "cancel-order", "prepare", "ask-refund", "agree")
    )
    assert keeper.post(f"{BASE}/orders/{order.number}/payments", data={"amount": "5000"}).status_code == 303
    db.session.expire_all()
    assert ledger.of(order)[-1].amount_minor == 5_000_00
    for step in ("refunds", "cancellation", "preparation", "plan", "asks", "notes", "credit-notes"):
        assert (
            keeper.post(f"{BASE}/orders/{order.number}/{step}", data={"amount": "1", "reason": "x"}).status_code == 404
        )


def test_they_find_and_read_the_closings_of_the_drawer_and_count_none(shop, keeper):
    drawer = drawers.begin(drawers.Count(5_000_00), by=shop.owner)
    drawers.close(drawer, drawers.Count(4_000_00), by=shop.owner)
    db.session.commit()
    assert f'href="{BASE}/drawers"' in text(keeper, "/takings")
    listed = text(keeper, "/drawers")
    assert f"{BASE}/drawers/{drawer.token}" in listed
    page = text(keeper, f"/drawers/{drawer.token}").split("<main")[1].split("</main>")[0]
    assert ("<form" in page, f'href="{BASE}/drawer"' in listed + page) == (False, False)
    assert keeper.get(f"{BASE}/drawers/{drawer.token}.csv").status_code == 200
    assert [keeper.post(f"{BASE}/drawers/{drawer.token}/{verb}", data={"why": "x", "total": "1", "reason": "x"}).status_code
            for verb in ("why", "correct")] == [404, 404]  # fmt: skip


def test_they_read_a_discount_and_set_the_codes_of_accounts(shop, keeper):
    row = discounts.keep(Discount(kind="percent", percent_bp=1000, label={"es": "Diez"}, code="DIEZ"), by=None)
    db.session.commit()
    page = text(keeper, f"/discounts/{row.token}")
    assert "DIEZ" in page
    assert "<form" not in page.split("<main")[1].split("</main>")[0]
    assert keeper.post(f"{BASE}/discounts/{row.token}", data={"percent": "99"}).status_code == 404
    form = text(keeper, "/settings/invoices")
    assert "/settings/invoices/accounts" in form
    assert "/settings/invoices/series" not in form
    [key, _label, _code] = account_codes.every()[0]
    assert keeper.post(f"{BASE}/settings/invoices/accounts", data={key: "1-01-7"}).status_code == 303
    assert account_codes.Chart().own[key] == "1-01-7"
    assert keeper.post(f"{BASE}/settings/invoices", data={}).status_code == 404
