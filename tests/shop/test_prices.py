"""The server's own price: whatever a browser sends, nobody pays other than a small model of the shop says."""

import os
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from kernel import i18n, money, signing
from kernel.db import db
from kernel.money import Money
from shop import cart as baskets
from shop import checkout, price_lists, pricing, quotes, terms, variants
from shop.forms import amounts as fields
from shop.orders import Order
from shop.pricing import PriceBreak
from shop.quotes import Choice, Wanted
from shop.tax_rules import Rate
from shop.views import desk
from tests.goods import HOME, only
from tests.makers import World

MANY = int(os.environ.get("PLAZA_EXAMPLES", "0"))  # 10000 for the whole promise
SHARED = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
quick = settings(max_examples=MANY or 300, deadline=None, derandomize=not MANY, suppress_health_check=SHARED)
slow = settings(max_examples=MANY or 40, deadline=None, derandomize=not MANY, suppress_health_check=SHARED)
slowest = settings(max_examples=MANY or 20, deadline=None, derandomize=not MANY, suppress_health_check=SHARED)
CURRENCIES = ("CLP", "CRC", "BHD")  # 0, 2 and 3 digits
PRICES = (1, 99, 2_500_00, 333_33)
LOWER = {1: (3, 77), 3: (2, 300_01)}  # place: from so many units on, this price
FREE_OVER, FEE = 5_000_00, 1_234

rates = st.lists(
    st.builds(
        lambda bp, inside, code: Rate(code=code, name=code, rate_bp=bp, included=inside),
        st.integers(0, 3000), st.booleans(), st.sampled_from("abc"),
    ),
    max_size=3, unique_by=lambda rate: rate.code,
)  # fmt: skip
amounts = st.builds(Money, st.integers(0, 10**12), st.sampled_from(CURRENCIES))
carts = st.lists(st.tuples(st.integers(0, len(PRICES) - 1), st.integers(1, 9)), min_size=1, max_size=8)


def half_up(exact):
    return int(exact.quantize(Decimal(1), ROUND_HALF_UP))


@quick
@given(amounts, rates)
def test_a_lines_parts_are_the_line(price, known):
    found = pricing.amounts(price, known)
    inside = sum(rate.rate_bp for rate in known if rate.included)
    net = price.minor - half_up(Decimal(price.minor) * inside / (10_000 + inside))
    added = sum(half_up(Decimal(net) * rate.rate_bp / 10_000) for rate in known if not rate.included)
    assert (found.net.minor, found.gross.minor) == (net, price.minor + added)
    assert found.net + found.tax == found.gross
    assert sum(part["tax_minor"] for part in found.components) == found.tax.minor
    assert all(part["net_minor"] == net and part["tax_minor"] >= 0 for part in found.components)


@quick
@given(amounts, st.lists(st.integers(0, 10**9), min_size=1, max_size=9).filter(any))
def test_shares_add_up_and_nobody_is_off_by_more_than_one(whole, weights):
    parts = money.share(whole, weights)
    assert sum(part.minor for part in parts) == whole.minor
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part.minor - Decimal(whole.minor) * weight / sum(weights)) < 1


def stocked(app, currency, included=True):
    """A shop in that currency with four products, quantity prices, a fee and a tax."""
    shop = World.open(app, currency=currency)
    shop.tax(included=included)
    things = [shop.product(f"Cosa {place}", price=price, stock=None) for place, price in enumerate(PRICES)]
    for place, (units, price) in LOWER.items():
        db.session.add(PriceBreak(product_id=things[place].id, min_qty=units, price_minor=price))
    shop.delivery(price=FEE, free_over_minor=FREE_OVER)
    shop.transfer()
    return shop, things


def model(cart, shipping, included=True):
    """What it costs, said again in another way: (worth of the goods, fee)."""
    together = {}
    for place, units in cart:
        together[place] = together.get(place, 0) + units
    worth = 0
    for place, units in cart:
        from_units, lower = LOWER.get(place, (10**9, 0))
        each = min(PRICES[place], lower) if together[place] >= from_units else PRICES[place]
        line = each * units
        worth += line if included else line + half_up(Decimal(line) * 13 / 100)
    return worth, 0 if shipping == "retiro" or worth >= FREE_OVER else FEE


@pytest.mark.parametrize("included", [True, False])
@pytest.mark.parametrize("currency", CURRENCIES)
def test_a_quote_is_what_the_model_says(app, currency, included):
    _shop, things = stocked(app, currency, included)

    @slow
    @given(carts, st.sampled_from(["retiro", "envio"]))
    def holds(cart, shipping):
        wanted = [Wanted(only(things[place]), units) for place, units in cart]
        found = quotes.make(wanted, choice=Choice(shipping, address=HOME))
        worth, fee = model(cart, shipping, included)
        fee += 0 if included else half_up(Decimal(fee) * 13 / 100)
        assert (found.items.minor, found.shipping.minor, found.total.minor) == (worth, fee, worth + fee)
        assert sum(line.gross.minor for line in found.lines) == found.items.minor
        assert all(line.net + line.tax == line.gross for line in found.lines)
        parts = [part for line in found.lines for part in line.components] + found.shipping_components
        assert sum(part["tax_minor"] for part in parts) == found.tax.minor
        assert sum(part["net_minor"] + part["tax_minor"] for part in found.shipping_components) == fee
        assert all(part["tax_minor"] >= 0 for part in parts)
        assert {line.gross.currency for line in found.lines} | {found.currency} == {currency}

    holds()


odd = st.sampled_from(
    ["1", "2", "3", "4", "", "0", "-5", "1", "2", " 3 ", "1e3", "٣", "2.5", "99999999999", "0x10", "+4", "1;2"]
)
lies = st.dictionaries(
    st.sampled_from(["price", "price_minor", "unit", "total", "total_minor", "currency", "shipping_minor", "discount",
                     "coupon", "group", "amount", "tax", "seen"]),
    st.sampled_from(["0", "1", "-100", "CLP0", "CRC1", "USD", "NaN", "mayorista"]), max_size=4,
)  # fmt: skip
ways = st.sampled_from(["retiro", "envio", "retiro", "envio", "", "ENVIO", "nope", "envio'--", "counter"])
pays = st.sampled_from(
    ["transfer", "transfer", "transfer", "pickup", "counter-cash", "counter-later", "practice", "credit", "", "nope"]
)


def test_a_browser_that_lies_pays_the_same_or_gets_nothing(app):
    shop, things = stocked(app, "CRC")
    address = {"address_region": "San José", "address_city": "Escazú", "address_district": "San Rafael"}
    told = {"email": "a@example.com", "name": "Ana", "phone": "8888 7777", **address, "address_line1": "100 m sur"}
    sold = []

    @slowest
    @given(st.lists(st.tuples(st.integers(0, 3), odd), min_size=1, max_size=4), lies, ways, pays)
    def holds(asked, lie, shipping, payment):
        browser, cart = shop.client, []
        for place, quantity in asked:
            form = {**lie, "sku": only(things[place]).sku, "quantity": quantity}
            if browser.post("/cart/lines", data=form).status_code == 303:
                cart.append((place, int(quantity.strip())))
        before = set(db.session.scalars(select(Order.id)))
        form = {
            **lie,
            **told,
            "shipping": shipping,
            "payment": payment,
            "key": signing.token(),
            "terms": terms.version(),
        }
        answer = browser.post("/checkout", data=form)
        made = db.session.scalars(select(Order).where(Order.id.not_in(before))).all()
        assert answer.status_code < 500
        if not made:
            return
        sold.append(made)
        merged = [(place, sum(units for one, units in cart if one == place)) for place in dict(cart)]
        worth, fee = model(merged, shipping)
        assert [(order.items_minor, order.total_minor) for order in made] == [(worth, worth + fee)]
        assert (made[0].currency, made[0].discount_minor, made[0].customer_group) == ("CRC", 0, "")
        assert (shipping, payment) in {("retiro", "transfer"), ("retiro", "pickup"), ("envio", "transfer")}

    holds()
    assert sold  # honest ones go through, so that a cheap one would have been seen


def test_a_quantity_price_is_not_that_of_a_choice_that_costs_its_own(shop):
    cheese = shop.product("Queso", price=1_000_00, options={"peso": ["chico", "grande"]}, stock=None)
    small, large = variants.of(cheese.id)
    large.price_minor = 5_000_00
    price_lists.put_steps(cheese, [price_lists.Step(10, "", 800_00)], by=shop.owner)
    db.session.commit()
    assert [pricing.unit(one, 10).minor for one in (small, large)] == [800_00, 5_000_00]


def test_a_delivery_that_costs_more_since_it_was_shown_is_told(shop):
    way = shop.delivery(price=2_000_00)
    shop.transfer()
    cart, choice = shop.cart(shop.product()), Choice("envio", address=HOME)
    seen = checkout.shown(quotes.make(baskets.wanted(cart), choice=choice))
    way.price_minor = 9_000_00
    db.session.commit()
    with pytest.raises(checkout.PriceChanged):
        checkout.place(cart, choice, shop.details(address=HOME), key="k" * 22, seen=seen)


@pytest.mark.parametrize("country", ["CR", "GT", "CL"])
@pytest.mark.parametrize("spoken", ["es", "en"])
@pytest.mark.parametrize("currency", ["CLP", "CRC", "KWD"])
def test_a_field_of_the_desk_is_read_as_it_was_shown_whoever_reads(shop, country, spoken, currency):
    shop.tenant.country, shop.tenant.currency = country, currency
    with i18n.speak(spoken):
        for minor in (1, 1000, 1250, 1500, 1_250_000, 1_234_567):
            amount = Money(minor, currency)
            assert desk.amount(desk.typed(amount)) == amount
            assert fields.price(desk.typed(amount)) == minor  # one form shows it, a field of money reads it
            assert fields.price(fields.typed(minor)) == minor
