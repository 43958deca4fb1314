"""Promotions on product pages: told to whom they are for, while they run, and no longer; sales alone move a hole."""

from datetime import date, timedelta

import pytest
from sqlalchemy import update

from kernel import clock, i18n, tenancy
from kernel.db import db
from shop import discount_sentences, discounts, pagecache, promotions
from shop.discounts import Discount
from tests.shop import gifts
from tests.shop.pages import read
from tests.shop.test_discounts import off


def told(client, slug="cafe-uno"):
    """The lines of promotions that a person sees."""
    lines = read(client.get(f"/p/{slug}")).xpath("//p[@class='promise'][strong][not(@hidden)]")
    return [" ".join(line.text_content().split()) for line in lines]


def names(product, group=""):
    return [row.label["es"] for row in promotions.around(product, group)]


@pytest.mark.parametrize(
    ("values", "line"),
    [({"kind": "bundle", "buy": 2, "get": 1}, "Lleve 3, pague 2"),
     ({"kind": "bundle", "buy": 1, "get": 1, "percent_bp": 5_000}, "Lleve 1 y el siguiente cuesta la mitad"),
     ({"kind": "bundle", "buy": 3, "get": 2, "percent_bp": 2_000}, "De cada 5, 2 con 20\xa0% menos"),
     ({"kind": "quantity", "steps": [[6, 1_000], [12, 1_500]]}, "10\xa0% menos desde 6 unidades; 15\xa0% menos desde 12 unidades"),
     ({"kind": "percent", "least_minor": 20_000_00}, "10\xa0% menos, en compras desde ₡20\xa0000"),
     ({"kind": "percent", "ends_on": date(2031, 11, 30)}, "10\xa0% menos · hasta el 30 nov 2031")],
)  # fmt: skip
def test_it_reads_in_a_few_words(shop, values, line):
    product = shop.product("Café Uno")
    row = off(shop, **{"kind": "percent", **values}, products=[product.id])
    with shop.app.test_request_context(), i18n.speak("es", "CR"):
        assert discount_sentences.offer(row, product.id) == line
    assert told(shop.client) == [" ".join(line.split())]


def test_only_what_runs_for_this_product_and_this_person_is_told(shop):
    here, other = shop.product("Café Uno"), shop.product("Té Dos")
    today = clock.today(tenancy.tenant().timezone)
    off(shop, label="todo")
    off(shop, label="de este", products=[here.id], priority=1)
    off(shop, label="del otro", products=[other.id])
    off(shop, label="con código", code="DIEZ")
    off(shop, label="ayer", ends_on=today - timedelta(days=1))
    off(shop, label="mañana", starts_on=today + timedelta(days=1))
    off(shop, label="mayoristas", customer_groups=["mayor"])
    off(shop, kind="shipping", label="envío")
    discounts.pause(off(shop, label="en pausa"), by=shop.owner)
    assert names(here) == ["de este", "todo", "envío"]
    assert set(names(here, "mayor")) == {"de este", "todo", "envío", "mayoristas"}
    assert names(other) == ["todo", "del otro", "envío"]
    assert names(gifts.voucher(shop)) == []
    with clock.at(clock.now() + timedelta(days=1)):
        assert names(other) == ["todo", "del otro", "mañana", "envío"]


def test_a_category_reaches_what_lies_below_it(shop):
    product = shop.product("Café Uno")
    top, below = shop.category("Granos"), shop.category("Enteros")
    below.parent_id, product.category_id = top.id, below.id
    off(shop, label="granos", categories=[top.id])
    off(shop, label="otra", categories=[shop.category("Tazas").id])
    assert names(product) == ["granos"]


def test_a_group_sees_its_own_and_strangers_never(shop):
    shop.product("Café Uno")
    off(shop, customer_groups=["mayor"])
    member = shop.shopper(shop.contact("ana@example.com", group="mayor"))
    for _again in range(2):  # drawn, then from the cache
        assert (told(shop.client), len(told(member))) == ([], 1)


def test_each_change_at_the_desk_is_on_the_next_page(shop):
    product = shop.product("Café Uno")
    assert told(shop.client) == []
    row = off(shop, products=[product.id])
    seen = [told(shop.client)]
    for verb in (discounts.pause, discounts.resume, discounts.put_away, discounts.bring_back):
        verb(row, by=shop.owner)
        db.session.commit()
        seen.append(told(shop.client))
    assert [len(lines) for lines in seen] == [1, 0, 1, 0, 1]


def test_what_sales_use_up_goes_without_an_edit_and_days_with_their_quarter_of_an_hour(shop, monkeypatch):
    product = shop.product("Café Uno", stock=9)
    row = off(shop, usage_limit=1)
    assert len(told(shop.client)) == 1
    before = tenancy.tenant().revision
    shop.bought(product, quantity=1, paid=True)
    db.session.expire_all()
    assert (db.session.get(Discount, row.id).used_up, tenancy.tenant().revision) == (True, before)
    assert told(shop.client) == []
    today = clock.today(tenancy.tenant().timezone)
    other = off(shop, ends_on=today)
    monkeypatch.setattr(pagecache, "bucket", lambda _seconds: 1)
    assert len(told(shop.client)) == 1
    db.session.execute(update(Discount).where(Discount.id == other.id).values(ends_on=today - timedelta(days=1)))
    db.session.commit()  # midnight came, and nobody edited anything
    assert len(told(shop.client)) == 1
    monkeypatch.setattr(pagecache, "bucket", lambda _seconds: 2)
    assert told(shop.client) == []
