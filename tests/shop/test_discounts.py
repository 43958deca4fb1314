"""Discounts: what comes off and why, together and alone, once per person, and given back with the order's end."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from kernel import clock
from kernel.db import db
from kernel.refusal import Refusal
from shop import cancellations, checkout, discount_sentences, discounts, expiry, order_discounts, quotes, redemptions
from shop import cart as carts
from shop.discounts import Discount
from shop.quotes import Choice, Wanted
from shop.redemptions import Person
from tests.goods import HOME, only


def off(shop, kind="percent", code="", **values):
    """A discount that is kept."""
    label = {"es": values.pop("label", f"Oferta {kind} {code}"), "en": f"Offer {kind} {code}"}
    if kind in {"percent", "bundle"}:
        values.setdefault("percent_bp", 1_000 if kind == "percent" else 10_000)
    row = Discount(kind=kind, code=code, label=label, **values)
    discounts.keep(row, by=shop.owner)
    db.session.commit()
    return row


def priced(*pairs, codes=(), shipping="", **told):
    """What so many of these come to."""
    wanted = [Wanted(only(product), units) for product, units in pairs]
    return quotes.make(wanted, choice=Choice(shipping, address=HOME if shipping else {}), codes=codes, **told)


def buy(shop, product, codes, quantity=1, **details):
    """An order with codes in its cart."""
    shop.transfer()
    cart = shop.cart(product, quantity)
    carts.use_codes(cart, codes)
    order = checkout.place(cart, Choice("retiro"), shop.details(**details), key=f"k-{cart.id}")
    db.session.commit()
    return order


def sold(shop, stock=None):
    shop.tax()
    return shop.product(price=10_000_00, stock=stock)


def test_a_code_takes_its_percent_off_and_the_order_says_why(shop):
    row = off(shop, code="DIEZ", least_minor=5_000_00)
    order = buy(shop, sold(shop), ["DIEZ"])
    assert (order.items_minor, order.discount_minor, order.total_minor) == (9_000_00, 1_000_00, 9_000_00)
    [given] = order_discounts.of(order)
    assert (given.discount_id, given.amount_minor, given.lines, given.code) == (
        row.id,
        1_000_00,
        [[0, 1_000_00]],
        "DIEZ",
    )
    assert given.why["es"] == "Con el código DIEZ: 10\xa0% menos en toda la compra, en compras desde ₡5\xa0000"
    assert given.why["en"].startswith("With the code DIEZ: 10% off") or "10\xa0%" in given.why["en"]
    line = order.lines[0]
    assert (
        line.net_minor + line.tax_minor == line.gross_minor == 9_000_00
    )  # tax of what is paid, not of what was listed


def test_a_fixed_amount_is_split_by_the_largest_remainder_and_no_line_falls_below_nothing(shop):
    shop.tax()
    things = [shop.product(f"Cosa {n}", price=price, stock=None) for n, price in enumerate((100, 100, 100))]
    off(shop, "amount", "CIEN", amount_minor=100)
    found = priced(*((one, 1) for one in things), codes=["CIEN"])
    assert [line.discount.minor for line in found.lines] == [34, 33, 33]
    off(shop, "amount", "MUCHO", amount_minor=10_000_00)
    free = priced(*((one, 1) for one in things), codes=["MUCHO"])
    assert (free.total.minor, free.discount.minor) == (0, 300)


def test_promotions_add_up_by_priority_and_an_exclusive_one_stands_alone(shop):
    product = sold(shop)
    off(shop, percent_bp=1_000, priority=2)
    off(shop, "amount", amount_minor=1_000_00, priority=1)
    assert priced((product, 1)).total.minor == 8_100_00  # 1,000 first, then a tenth of what is left
    off(shop, percent_bp=1_500, combinable=False)
    assert priced((product, 1)).total.minor == 8_100_00  # together they give more
    off(shop, percent_bp=2_500, combinable=False)
    assert priced((product, 1)).total.minor == 7_500_00
    off(shop, code="CINCO", percent_bp=500)
    found = priced((product, 1), codes=["CINCO"])
    assert (found.total.minor, [one.code for one in found.declined]) == (7_500_00, ["CINCO"])


def test_of_several_codes_the_best_one_counts(shop):
    product = sold(shop)
    off(shop, code="A10", percent_bp=1_000)
    off(shop, code="B20", percent_bp=2_000)
    found = priced((product, 1), codes=["A10", "B20"])
    assert ([saving.rule.code for saving in found.savings], [one.code for one in found.declined]) == (["B20"], ["A10"])


def test_three_for_two_and_half_the_next_one(shop):
    product = sold(shop)
    row = off(shop, "bundle", buy=2, get=1)
    assert [priced((product, units)).total.minor // 10_000_00 for units in (1, 2, 3, 5, 6, 7)] == [1, 2, 2, 4, 4, 5]
    row.percent_bp = 5_000
    db.session.commit()
    assert priced((product, 3)).total.minor == 25_000_00
    assert discount_sentences.rule(row).startswith("Lleve 2 y el siguiente a mitad de precio")


def test_the_dearest_are_paid_and_mixed_lines_count_together(shop):
    shop.tax()
    dear, cheap = shop.product("Caro", price=900, stock=None), shop.product("Barato", price=100, stock=None)
    off(shop, "bundle", buy=2, get=1)
    found = priced((cheap, 4), (dear, 2))
    assert [line.discount.minor for line in found.lines] == [200, 0]


def test_by_quantity_in_a_category_and_what_hangs_below_it(shop):
    top = shop.category("Pan")
    sweet = shop.category("Dulce", parent_id=top.id)
    bun = shop.product("Concha", price=100, stock=None, category_id=sweet.id)
    other = shop.product("Taza", price=100, stock=None)
    off(shop, "quantity", steps=[[6, 1_000], [12, 2_000]], categories=[top.id])
    totals = [priced((bun, units), (other, 12)).discount.minor for units in (5, 6, 12)]
    assert totals == [0, 60, 240]


def test_free_delivery_by_code_only_for_its_methods_and_only_when_it_costs(shop):
    product = sold(shop)
    shop.delivery(price=2_000_00)
    shop.delivery("mundo", price=19_000_00)
    off(shop, "shipping", "GRATIS", methods=["envio", "retiro"])
    with_it = priced((product, 1), codes=["GRATIS"], shipping="envio")
    assert (with_it.shipping.minor, with_it.total.minor, with_it.savings[0].amount.minor) == (0, 10_000_00, 2_000_00)
    for way, cost in (("mundo", 19_000_00), ("retiro", 0)):
        found = priced((product, 1), codes=["GRATIS"], shipping=way)
        assert (found.shipping.minor, len(found.savings), len(found.declined)) == (cost, 0, 1)


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"least_minor": 12_000_00}, "2"), ({"ends_on": "yesterday"}, "fue válido"), ({"starts_on": "tomorrow"}, "desde"),
        ({"customer_groups": ["mayorista"]}, "otros clientes"), ({"usage_limit": 0}, "ya se usó"),
        ({"paused": True}, "por ahora"), ({"products": [10**9]}, "no es para"),
    ],
)  # fmt: skip
def test_why_a_code_brings_nothing(shop, values, why):
    product, today = sold(shop), clock.today("America/Costa_Rica")
    days = {"yesterday": today - timedelta(days=1), "tomorrow": today + timedelta(days=1)}
    paused = values.get("paused")
    told = {
        name: days.get(value, value) if isinstance(value, str) else value
        for name, value in values.items()
        if name != "paused"
    }
    row = off(shop, code="NADA", **told, paused_at=clock.now() if paused else None)
    found = priced((product, 1), codes=["NADA"])
    assert found.total.minor == 10_000_00
    assert found.declined[0].code == row.code
    assert why in found.declined[0].why


def test_first_purchase_and_once_per_person_also_for_guests_who_write_differently(shop):
    product = sold(shop)
    off(shop, code="UNA", per_customer=1)
    off(shop, code="PRIMERA", first_only=True)
    buy(shop, product, ["UNA"], email="Ana.Mora@gmail.com", phone="")
    for email in ("anamora@gmail.com", "ANA.MORA+promo@googlemail.com"):
        for code in ("UNA", "PRIMERA"):
            found = priced((product, 1), codes=[code], person=Person(email))
            assert (found.total.minor, len(found.declined)) == (10_000_00, 1)
    assert priced((product, 1), codes=["PRIMERA"], person=Person("otra@gmail.com")).total.minor == 9_000_00
    buy(shop, product, ["UNA"], email="luis@example.com", phone="+50688880000")
    assert priced((product, 1), codes=["UNA"], person=Person("nuevo@example.com", "+50688880000")).declined


def test_a_use_comes_back_once_when_the_order_ends(shop):
    product = sold(shop, stock=10)
    row = off(shop, code="DOS", usage_limit=2, per_customer=1)
    first, second = (buy(shop, product, ["DOS"], email=f"{who}@example.com", phone="") for who in "ab")
    with pytest.raises(Refusal):
        redemptions.redeem(second, _of_a_moment_ago(product, row))
    db.session.rollback()
    assert row.used == 2
    cancellations.by_buyer(first)
    redemptions.give_back(first)
    shop.late(second)
    expiry.expire(second.id)
    db.session.commit()
    db.session.refresh(row)
    assert row.used == 0
    assert priced((product, 1), codes=["DOS"], person=Person("a@example.com")).total.minor == 9_000_00


def _of_a_moment_ago(product, row):
    """The quote of a moment ago, when there was still room."""
    row_used, row.used = row.used, 0
    db.session.flush()
    quote = priced((product, 1), codes=[row.code])
    row.used = row_used
    db.session.flush()
    return quote


def test_money_that_comes_late_takes_the_use_again_or_goes_back(shop):
    product = sold(shop, stock=10)
    row = off(shop, code="UNO", usage_limit=1)
    order = buy(shop, product, ["UNO"], email="a@example.com")
    shop.late(order)
    expiry.expire(order.id)
    other = buy(shop, product, ["UNO"], email="b@example.com")
    assert other.discount_minor
    shop.pay(order)
    assert (order.state, order.payment, row.used) == ("expired", "refund_due", 1)


def test_practice_orders_use_nothing_up(shop):
    product = sold(shop)
    row = off(shop, code="UNO", usage_limit=1)
    shop.tenant.live_at = None
    db.session.commit()
    buy(shop, product, ["UNO"], payment="practice")
    db.session.refresh(row)
    assert row.used == 0


def test_what_is_seen_covers_the_discounts(shop):
    product = sold(shop)
    row = off(shop, code="DIEZ")
    shop.transfer()
    cart = shop.cart(product)
    carts.use_codes(cart, ["DIEZ"])
    seen = checkout.shown(priced((product, 1), codes=["DIEZ"]))
    discounts.pause(row, by=shop.owner)
    db.session.commit()
    with pytest.raises(checkout.PriceChanged):
        checkout.place(cart, Choice("retiro"), shop.details(), key="k", seen=seen)


def test_a_shop_without_discounts_pays_one_look(shop):
    product, asked = sold(shop), []
    wanted = [Wanted(only(product), 1)]
    quotes.price(wanted)
    db.event.listen(db.engine, "before_cursor_execute", lambda *told: asked.append(told[2]))
    quotes.price(wanted)
    assert len([text for text in asked if "discount" in text]) == 1


def test_two_discounts_never_share_a_code(shop):
    off(shop, code="DIEZ")
    with pytest.raises(discounts.TakenCode):
        off(shop, code="DIEZ")
    db.session.rollback()
    assert db.session.scalars(select(Discount.code)).all() == ["DIEZ"]
    assert discounts.by_code(" diéz ").code == "DIEZ"
