"""What a cart nearly gets: told when a little is missing, true when it is added, silent about what would not come."""

from dataclasses import replace

import pytest
from hypothesis import given

from shop import discount_rules, within_reach
from shop.discount_rules import Item, Rule
from tests.shop.pages import text
from tests.shop.test_discount_properties import PRICES, lines, quick, several
from tests.shop.test_discounts import off, sold

BUNDLE = Rule(key="b", kind="bundle", buy=2, get=1, percent_bp=5_000)
STEPS = Rule(key="q", kind="quantity", steps=((6, 1_000), (12, 2_000)))
LEAST = Rule(key="l", kind="amount", amount=500, least=10_000)
FREE = Rule(key="f", kind="shipping", least=10_000)


def near(rules, *units, price=1_000):
    items = [Item(place, frozenset(), price, many) for place, many in enumerate(units)]
    return [(one.rule.key, one.units, one.amount) for one in within_reach.of(rules, items)]


@pytest.mark.parametrize(
    ("rule", "units", "wanted"),
    [
        (BUNDLE, 1, [("b", 2, 0)]),
        (BUNDLE, 2, [("b", 1, 0)]),
        (BUNDLE, 3, []),
        (BUNDLE, 5, [("b", 1, 0)]),
        (STEPS, 3, []),
        (STEPS, 4, [("q", 2, 0)]),
        (STEPS, 11, [("q", 1, 0)]),
        (STEPS, 12, []),
        (LEAST, 5, []),
        (LEAST, 6, [("l", 0, 4_000)]),
        (LEAST, 10, []),
        (FREE, 9, [("f", 0, 1_000)]),
        (FREE, 10, []),
        (replace(BUNDLE, code="AAA"), 2, []),
        (replace(BUNDLE, products=frozenset({7})), 2, []),
    ],
)
def test_what_is_missing_is_told_while_it_is_little(rule, units, wanted):
    assert near([rule], units) == wanted


def test_what_another_promotion_keeps_away_is_not_promised():
    alone = Rule(key="half", kind="percent", percent_bp=5_000, combinable=False)
    assert near([BUNDLE], 2) == [("b", 1, 0)]
    assert near([BUNDLE, alone], 2) == []  # half off everything is more than that, and stands alone


@quick
@given(several, lines)
def test_whoever_adds_what_is_missing_gets_more(known, cart):
    items = [Item(place, frozenset(), PRICES[place], units, fixed=fixed) for place, units, fixed in cart]
    now = {cut.rule.key: cut.total for cut in discount_rules.best(known, items)}
    for one in within_reach.of(known, items):
        assert not one.rule.code
        assert (one.units > 0) != (one.amount > 0)
        cheapest = min((item for item in items if one.rule.reaches(item)), key=lambda item: item.unit)
        more = replace(cheapest, quantity=one.units) if one.units else replace(cheapest, unit=one.amount, quantity=1)
        then = {cut.rule.key: cut.total for cut in discount_rules.best(known, [*items, more])}
        assert then[one.rule.key] > now.get(one.rule.key, -1)


def test_free_delivery_is_near_only_where_something_is_delivered(shop):
    shop.delivery()
    off(shop, "shipping", label="Gratis", least_minor=15_000_00)
    book, file = sold(shop), shop.product("Guía", price=10_000_00, stock=None, kind="digital")
    said = "Con ₡5 000 más: envío gratis."
    assert said in text(shop.buyer(book).get("/cart"))
    assert "envío gratis" not in text(shop.buyer(file).get("/cart"))


def test_the_cart_says_what_one_more_brings(shop):
    product = sold(shop)
    off(shop, "bundle", label="Docena", buy=2, get=1, percent_bp=5_000)
    said = "Con 1 más: lleve 2 y el siguiente a mitad de precio"
    client = shop.buyer(product, product)
    page = client.get("/cart")
    assert said in text(page)
    assert "Docena" not in text(page)
    client = shop.buyer(product, product, product)
    page = client.get("/cart")
    assert said not in text(page)
    assert "Docena" in text(page)
