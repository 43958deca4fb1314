"""Whatever lies in a cart and is promised: sums hold, nothing falls below nothing, nobody pays less than a model says."""

import os
import random
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from kernel import signing, tenancy
from kernel.db import db
from shop import checkout, discount_rules, discounts, order_discounts, payment_methods, quotes, terms
from shop.discount_rules import Item, Rule
from shop.discounts import Discount
from shop.orders import Order
from shop.quotes import Choice, Wanted
from tests.goods import HOME, only
from tests.makers import World

MANY = int(os.environ.get("PLAZA_EXAMPLES", "0"))  # 10000 for the whole promise
SHARED = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]
quick = settings(max_examples=MANY or 150, deadline=None, derandomize=not MANY, suppress_health_check=SHARED)
slow = settings(max_examples=MANY or 15, deadline=None, derandomize=not MANY, suppress_health_check=SHARED)
slowest = settings(max_examples=MANY or 12, deadline=None, derandomize=not MANY, suppress_health_check=SHARED)
PRICES = (1, 99, 2_500_00, 333_33)


def half_up(exact):
    return int(exact.quantize(Decimal(1), ROUND_HALF_UP))


def percent(amount, points):
    return half_up(Decimal(amount) * points / 10_000)


@st.composite
def rules(draw):
    """Any rule: what it takes off, of which products, from which amount on, how it stands beside others."""
    kind = draw(st.sampled_from(["percent", "amount", "bundle", "quantity", "shipping"]))
    told = {
        "percent": {"percent_bp": draw(st.integers(1, 10_000))},
        "amount": {"amount": draw(st.integers(1, 10**7))},
        "bundle": {"buy": draw(st.integers(1, 3)), "get": draw(st.integers(1, 2)), "percent_bp": draw(st.integers(1, 10_000))},
        "quantity": {"steps": tuple(draw(st.lists(st.tuples(st.integers(1, 9), st.integers(1, 10_000)), min_size=1, max_size=3)))},
        "shipping": {},
    }[kind]  # fmt: skip
    return Rule(
        key=draw(st.uuids()).hex, kind=kind, code=draw(st.sampled_from(["", "", "AAA", "BBB"])), priority=draw(st.integers(1, 3)),
        products=frozenset(draw(st.sets(st.integers(0, 3), max_size=2))), least=draw(st.sampled_from([0, 0, 1, 300_000])),
        combinable=kind == "shipping" or draw(st.booleans()), **told,
    )  # fmt: skip


lines = st.lists(st.tuples(st.integers(0, 3), st.integers(1, 9), st.booleans()), min_size=1, max_size=6)
several = st.lists(rules(), max_size=5, unique_by=lambda rule: rule.key)


def model_of(rule, left, cart):
    """What one rule leaves of each line, said again with every unit by itself."""
    mine = [
        n
        for n, (place, _units, fixed) in enumerate(cart)
        if not fixed and (not rule.products or place in rule.products)
    ]
    whole = sum(left[n] for n in mine)
    off = 0
    if rule.kind == "amount":
        off = min(rule.amount, whole)
    elif rule.kind == "percent":
        off = percent(whole, rule.percent_bp)
    elif rule.kind == "quantity":
        units = sum(cart[n][1] for n in mine)
        off = percent(whole, max([points for least, points in rule.steps if least <= units], default=0))
    else:
        return _unit_by_unit(rule, left, cart, mine)
    return _by_remainders(left, mine, off)


def _unit_by_unit(rule, left, cart, mine):
    units = sorted((-PRICES[cart[n][0]], cart[n][0], n) for n in mine for _ in range(cart[n][1]))
    size, cheap = rule.buy + rule.get, dict.fromkeys(mine, 0)
    for at, (_price, _place, n) in enumerate(units[: len(units) // size * size]):
        cheap[n] += at % size >= rule.buy
    return [
        rest - min(rest, percent(PRICES[cart[n][0]] * cheap.get(n, 0), rule.percent_bp)) for n, rest in enumerate(left)
    ]


def _by_remainders(left, mine, off):
    whole = sum(left[n] for n in mine)
    if not whole:
        return left
    exact = {n: Decimal(off * left[n]) / whole for n in mine}
    parts = {n: int(exact[n]) for n in mine}
    for n in sorted(mine, key=lambda n: (-(off * left[n] % whole), n))[: off - sum(parts.values())]:
        parts[n] += 1
    return [rest - parts.get(n, 0) for n, rest in enumerate(left)]


def model(known, cart):
    """The least that the goods may cost: every way that discounts may stand together, tried one by one."""
    worth = sum(PRICES[place] * units for place, units, fixed in cart if not fixed)
    fit = [
        rule for rule in known
        if rule.kind != "shipping" and worth >= rule.least
        and any(not fixed and (not rule.products or place in rule.products) for place, _units, fixed in cart)
    ]  # fmt: skip
    together = [rule for rule in fit if rule.combinable and not rule.code]
    plans = [together, *([*together, rule] for rule in fit if rule.combinable and rule.code), *([rule] for rule in fit if not rule.combinable)]  # fmt: skip
    order = ("quantity", "bundle", "percent", "amount")
    found = []
    for plan in plans:
        left = [PRICES[place] * units for place, units, _fixed in cart]
        for rule in sorted(plan, key=lambda rule: (rule.priority, order.index(rule.kind), rule.code, rule.key)):
            left = model_of(rule, left, cart)
        found.append(sum(left))
    return min(found)


@quick
@given(several, lines, st.randoms())
def test_rules_give_what_the_model_says_in_whatever_order_rows_come(known, cart, dice):
    items = [Item(place, frozenset(), PRICES[place], units, fixed=fixed) for place, units, fixed in cart]
    cuts = discount_rules.best(known, items)
    off = [sum(cut.parts[n] for cut in cuts) for n in range(len(items))]
    assert all(0 <= less <= item.worth and not (item.fixed and less) for less, item in zip(off, items, strict=True))
    assert sum(item.worth for item in items) - sum(off) == model(known, cart)
    goods = [cut.rule for cut in cuts if cut.rule.kind != "shipping"]
    assert len([rule for rule in (cut.rule for cut in cuts) if rule.code]) <= 1
    assert len(goods) == 1 or all(rule.combinable for rule in goods)
    shuffled = dice.sample(known, len(known))
    assert discount_rules.best(shuffled, items) == cuts


def stocked(app, currency, included):
    """A shop in that currency with four products, a fee and a tax."""
    shop = World.open(app, currency=currency)
    shop.tax(included=included)
    things = [shop.product(f"Cosa {place}", price=price, stock=None) for place, price in enumerate(PRICES)]
    shop.delivery(price=1_234, free_over_minor=5_000_00)
    shop.transfer()
    return shop, things


def promise(known, things):
    """Write rules as a shop's discounts instead of those it had; codes are one discount's."""
    db.session.execute(delete(order_discounts.OrderDiscount), execution_options={"synchronize_session": False})
    db.session.execute(delete(Discount), execution_options={"synchronize_session": False})
    taken = set()
    for rule in known:
        if rule.code in taken:
            continue
        taken |= {rule.code} - {""}
        db.session.add(
            Discount(
                token=rule.key, kind=rule.kind, label={"es": rule.kind}, code=rule.code, percent_bp=rule.percent_bp,
                amount_minor=rule.amount, buy=rule.buy, get=rule.get, steps=[list(step) for step in rule.steps],
                products=[things[place].id for place in sorted(rule.products)], least_minor=rule.least,
                priority=rule.priority, combinable=rule.combinable,
            )
        )  # fmt: skip
        yield rule
    db.session.flush()


@pytest.mark.parametrize(("currency", "included"), [("CLP", True), ("CRC", False), ("BHD", True)])  # 0, 2, 3 digits
def test_an_order_is_its_quote_and_every_sum_holds(app, currency, included):
    shop, things = stocked(app, currency, included)

    @slow
    @given(several, lines, st.sampled_from(["retiro", "envio"]))
    def holds(known, cart, shipping):
        with db.session.begin_nested() as undone:
            kept = list(promise(known, things))
            wanted = [Wanted(only(things[place]), units) for place, units, _fixed in cart]
            quote = quotes.make(wanted, choice=Choice(shipping, address=HOME), codes=["AAA", "BBB"])
            _sums(quote, kept, [(place, units, False) for place, units, _fixed in cart], included)
            told = {"contact": None, "key": signing.token(), "method": payment_methods.named("transfer")}
            _same(checkout.complete(quote, shop.details(address=HOME), **told), quote)
            undone.rollback()
        db.session.expire_all()

    holds()


def _sums(quote, kept, cart, included):
    listed = sum(PRICES[place] * units for place, units, _fixed in cart)
    assert all(line.net + line.tax == line.gross and line.gross.minor >= 0 for line in quote.lines)
    assert all(0 <= line.discount.minor <= (line.unit * line.quantity).minor for line in quote.lines)
    assert sum(line.gross.minor for line in quote.lines) == quote.items.minor
    assert quote.items.minor + quote.shipping.minor == quote.total.minor >= 0
    least = model(kept, cart)
    assert listed - quote.discount.minor == least
    if included:
        assert quote.items.minor == least
    else:
        assert quote.items.minor == sum(line.net.minor + percent(line.net.minor, 1300) for line in quote.lines)
    free = any(rule.kind == "shipping" for rule in kept) and quote.offer.saved
    assert quote.shipping.minor in (
        (0,) if free or quote.offer.code == "retiro" else (0, 1_234, 1_234 + percent(1_234, 1300))
    )
    assert sum(saving.amount.minor for saving in quote.savings if saving.parts) == quote.discount.minor
    assert {line.gross.currency for line in quote.lines} | {quote.currency} == {tenancy.tenant().currency}


def _same(order, quote):
    assert (order.items_minor, order.discount_minor) == (quote.items.minor, quote.discount.minor)
    assert (order.shipping_minor, order.tax_minor, order.total_minor) == (
        quote.shipping.minor,
        quote.tax.minor,
        quote.total.minor,
    )
    assert [line.discount_minor for line in order.lines] == [line.discount.minor for line in quote.lines]
    given_ = order_discounts.of(order)
    assert [row.amount_minor for row in given_] == [saving.amount.minor for saving in quote.savings]
    assert sum(row.amount_minor for row in given_ if row.kind != "shipping") == order.discount_minor
    assert all(row.why for row in given_)


odd = st.sampled_from(["1", "2", "3", "", "0", "-5", " 3 ", "1e3", "٣", "2.5", "99999999999", "0x10"])
lies = st.dictionaries(
    st.sampled_from(["price", "unit", "total_minor", "currency", "shipping_minor", "discount", "discount_minor", "group", "seen", "codes"]),
    st.sampled_from(["0", "1", "-100", "CLP0", "USD", "100", "mayorista"]), max_size=4,
)  # fmt: skip
written = st.lists(
    st.sampled_from(["DIEZ", "diez", "TODO", "AYER", "MAYOR", "GRATIS", "'--", "", "DIEZ,TODO", "x" * 200]), max_size=3
)


def coded(app):
    """A shop with codes that help, are paused or are meant for others; its things."""
    shop, things = stocked(app, "CRC", included=True)
    told = {"label": {"es": "x"}}
    for row in (
        Discount(kind="percent", code="DIEZ", percent_bp=1_000, **told),
        Discount(kind="percent", code="TODO", percent_bp=10_000, paused_at=shop.tenant.live_at, **told),
        Discount(kind="percent", code="MAYOR", percent_bp=9_000, customer_groups=["mayorista"], **told),
        Discount(kind="shipping", code="GRATIS", **told),
    ):
        discounts.keep(row, by=shop.owner)
    db.session.commit()
    return shop, things


def test_a_browser_that_lies_about_codes_pays_no_less_than_the_model(app):
    shop, things = coded(app)
    address = {"address_region": "San José", "address_city": "Escazú", "address_district": "San Rafael"}
    buyer = {"email": "a@example.com", "name": "Ana", "phone": "8888 7777", **address, "address_street": "100 m sur"}
    sold = []

    @slowest
    @given(
        st.lists(st.tuples(st.integers(0, 3), odd), min_size=1, max_size=4),
        lies,
        written,
        st.sampled_from(["retiro", "envio"]),
    )
    def holds(asked, lie, codes, shipping):
        browser, cart = shop.client, {}
        for place, quantity in asked:
            form = {**lie, "sku": only(things[place]).sku, "quantity": quantity}
            if browser.post("/cart/lines", data=form).status_code == 303:
                cart[place] = cart.get(place, 0) + int(quantity.strip())
        used = ""
        for code in codes:
            if browser.post("/cart/codes", data={**lie, "code": code}, environ_overrides=_from()).status_code == 303:
                used = code.upper()
        before = set(db.session.scalars(select(Order.id)))
        form = {**lie, **buyer, "shipping": shipping, "payment": "transfer"}
        form |= {"key": signing.token(), "terms": terms.version()}
        assert browser.post("/checkout", data=form).status_code < 500
        for order in db.session.scalars(select(Order).where(Order.id.not_in(before))):
            sold.append(order)
            worth = sum(PRICES[place] * units for place, units in cart.items())
            least = worth - percent(worth, 1_000) if used == "DIEZ" else worth
            fee = 0 if shipping == "retiro" or least >= 5_000_00 or used == "GRATIS" else 1_234
            assert (order.items_minor, order.total_minor, order.currency) == (least, least + fee, "CRC")

    holds()
    assert sold


def _from():
    """Another network each time: how often codes may be tried is another test's matter."""
    return {"REMOTE_ADDR": ".".join(str(random.randint(1, 250)) for _ in range(4))}
