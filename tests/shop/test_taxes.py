"""Taxes: components that add up, what each country's sales come to, zones, a change at midnight, exemptions."""

import os
from contextlib import contextmanager
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from kernel import clock, countries, money, tenancy
from kernel.db import db
from kernel.money import Money
from shop import exemptions, pricing, quotes, tax_rules, tax_words, taxes
from shop import settings as shop_settings
from shop.quotes import Choice, Wanted
from shop.tax_rules import CHARGE, Rate
from tests.goods import HOME, only
from tests.makers import World

MANY = int(os.environ.get("PLAZA_EXAMPLES", "0"))
quick = settings(max_examples=MANY or 300, deadline=None, derandomize=not MANY)
prices = st.integers(0, 10**12)
currencies = st.sampled_from(["CLP", "CRC", "USD", "BHD"])
rules = st.sampled_from(sorted(money.ROUNDING))
rates = st.lists(
    st.builds(
        Rate, code=st.sampled_from("abcd"), name=st.just("x"), rate_bp=st.integers(0, 3000), included=st.booleans(),
        compound=st.booleans(), kind=st.sampled_from(["tax", CHARGE]),
    ),
    max_size=4, unique_by=lambda rate: rate.code,
)  # fmt: skip


def freed(known):
    """The same rates for somebody who need not pay them."""
    return [Rate(one.code, one.name, one.rate_bp, one.included, one.compound, one.kind, "EX-1") for one in known]


@quick
@given(prices, currencies, rates, rules)
def test_net_and_tax_are_gross_and_the_components_are_the_tax(minor, currency, known, rounding):
    found = pricing.amounts(Money(minor, currency), known, rounding)
    assert found.net + found.tax == found.gross
    assert sum(part["tax_minor"] for part in found.components) == found.tax.minor
    assert all(part["tax_minor"] >= 0 for part in found.components)
    assert {part["net_minor"] for part in found.components} <= {found.net.minor}
    assert found.gross.minor - tax_rules.on_top(found.components) == minor  # what the shop shows is what is paid for it


@quick
@given(prices, st.integers(0, 10**6), rates, rules)
def test_who_pays_more_for_the_goods_never_pays_less(minor, more, known, rounding):
    less, rest = (pricing.amounts(Money(one, "USD"), known, rounding) for one in (minor, minor + more))
    assert less.gross <= rest.gross
    assert less.net <= rest.net


@quick
@given(prices, currencies, rates, rules)
def test_who_is_exempt_pays_the_net_and_nobody_pays_below_it(minor, currency, known, rounding):
    price = Money(minor, currency)
    whole, free = pricing.amounts(price, known, rounding), pricing.amounts(price, freed(known), rounding)
    assert (free.tax.minor, free.gross) == (0, whole.net)
    assert all(part["exempt"] == "EX-1" for part in free.components)


@quick
@given(prices, st.lists(st.tuples(rates, st.integers(0, 10**9)), min_size=1, max_size=5), rules)
def test_a_delivery_whose_tax_follows_the_goods_adds_up(minor, goods, rounding):
    parcel = [(known, Money(worth, "USD")) for known, worth in goods]
    found = pricing.delivered(Money(minor, "USD"), parcel, rounding)
    assert found.net + found.tax == found.gross
    assert sum(part["tax_minor"] for part in found.components) == found.tax.minor
    assert all(part["kind"] == "tax" for part in found.components)
    assert found.gross.minor - tax_rules.on_top(found.components) == minor


# Each by hand: country, rate of its list, price, (net, tax of each component in order, gross).
BY_HAND = [
    ("CR", "iva13", 1_000_000, (884_956, [115_044], 1_000_000)),
    ("CR", "restaurante", 1_230_00, (1_000_00, [130_00, 100_00], 1_230_00)),
    ("GT", "iva12", 112_00, (100_00, [12_00], 112_00)),
    ("GT", "hospedaje", 122_00, (100_00, [12_00, 10_00], 122_00)),
    ("GT", "hospedaje", 100_00, (81_97, [9_83, 8_20], 100_00)),
    ("HN", "isv15", 100_00, (86_96, [13_04], 100_00)),
    ("HN", "hospedaje", 119_00, (100_00, [15_00, 4_00], 119_00)),
    ("SV", "hospedaje", 118_00, (100_00, [13_00, 5_00], 118_00)),
    ("NI", "iva15", 115_00, (100_00, [15_00], 115_00)),
    ("NI", "hospedaje", 117_00, (100_00, [15_00, 2_00], 117_00)),
    ("PA", "itbms7", 99_99, (93_45, [6_54], 99_99)),
    ("DO", "itbis18", 1_000_00, (847_46, [152_54], 1_000_00)),
    ("DO", "restaurante", 1_280_00, (1_000_00, [180_00, 100_00], 1_280_00)),
    ("MX", "iva16", 58_00, (50_00, [8_00], 58_00)),
    ("MX", "hospedaje", 119_00, (100_00, [16_00, 3_00], 119_00)),
    ("CO", "iva19", 45_000_00, (37_815_13, [7_184_87], 45_000_00)),
    ("CO", "inc8", 10_800_00, (10_000_00, [800_00], 10_800_00)),
    ("PE", "igv18", 50_00, (42_37, [7_63], 50_00)),
    ("CL", "iva19", 12_990, (10_916, [2_074], 12_990)),
    ("CL", "iva19", 1, (1, [0], 1)),
    ("US", "exempt", 20_00, (20_00, [0], 20_00)),
]


@pytest.mark.parametrize(("code", "rate", "price", "comes_to"), BY_HAND)
def test_a_sale_in_each_country_by_hand(code, rate, price, comes_to):
    profile = countries.profile(code)
    tax = next(one for one in profile.taxes if one.code == rate)
    known = [Rate(tax.tax_code or tax.code, tax.tax_name or tax.name, tax.rate_bp, tax.included)]
    known += [Rate(**part) for part in tax.parts]
    found = pricing.amounts(Money(price, profile.currency), known, profile.rounding)
    told = (found.net.minor, [part["tax_minor"] for part in found.components], found.gross.minor)
    assert told == comes_to


def test_a_sale_where_the_tax_comes_on_top():
    known = [Rate("state", "Arizona", 560, included=False), Rate("county", "Pima", 310, included=False)]
    found = pricing.amounts(Money(22_50, "USD"), known)
    assert ([part["tax_minor"] for part in found.components], found.gross.minor) == ([1_26, 70], 24_46)
    on_both = [known[0], Rate("city", "On both", 1000, included=False, compound=True)]
    found = pricing.amounts(Money(100_00, "USD"), on_both)
    assert ([part["tax_minor"] for part in found.components], found.gross.minor) == ([5_60, 10_56], 116_16)


def opened(app, code, **values):
    """A shop as its country furnishes it."""
    known = countries.profile(code)
    told = {"country": code, "currency": known.currency, "timezone": known.timezone, **values}
    return World.open(app, f"t-{code.lower()}", **told)


@pytest.mark.parametrize("code", countries.OURS)
def test_a_new_shop_has_its_countrys_usual_rates_and_no_more(app, code):
    opened(app, code)
    listed = countries.profile(code).taxes
    assert {rate.code for rate in taxes.rates()} == {tax.code for tax in listed if not tax.offered}
    for tax in listed:
        if tax.offered:
            assert taxes.sample(tax.code).code == tax.code
    assert {one.code for one in listed} == {rate.code for rate in taxes.rates()}
    assert tax_words.samples() == []


def test_one_line_shows_each_component_and_its_own_name(app):
    shop = opened(app, "GT")
    room = shop.product("Noche", price=122_00, tax_rate_id=kept(taxes.sample("hospedaje")).id)
    order = shop.bought(room)
    told = [(part["code"], part["name"], part["tax_minor"], part["kind"]) for part in order.lines[0].tax_components]
    assert told == [("iva12", "IVA 12 %", 12_00, "tax"), ("inguat", "INGUAT 10 %", 10_00, "tax")]
    assert order.tax_minor == 22_00
    assert order.rounding == countries.profile("GT").rounding


def kept(row):
    """The row, written."""
    db.session.add(row)
    db.session.commit()
    return row


def ruled(rate, **told):
    """A rule of a rate, written."""
    return kept(taxes.ruled(rate, {"code": rate.tax, "name": rate.name, **told}))


def said(product, **how):
    """What a product is charged, in short."""
    return [(one.code, one.rate_bp) for one in taxes.charged([product], **how)[0]]


def test_rates_by_zone_and_abroad(app):
    shop = opened(app, "US")
    vase, rate = shop.product("Vase", price=10_00), taxes.named("sales")
    state, city = shop.zone("az", "Arizona"), shop.zone("tucson", "Arizona|Tucson")
    state.country = city.country = "US"
    ruled(rate, code="az", rate_bp=560, zone="az", included=False)
    ruled(rate, code="pima", rate_bp=310, zone="az", included=False)
    ruled(rate, code="export", rate_bp=0, zone=tax_rules.ABROAD)
    ruled(rate, code="gone", rate_bp=900, zone="no-such-zone")
    assert said(vase) == [("sales", 0)]  # the shop says not where it is
    assert said(vase, place={"country": "US", "region": "Arizona"}) == [("az", 560), ("pima", 310)]
    assert said(vase, place={"country": "US", "region": "Nevada"}) == [("sales", 0)]
    assert said(vase, place={"country": "MX", "region": "Sonora"}) == [("export", 0)]
    assert said(vase, place={"country": "US"}) == [("sales", 0)]


def test_a_smaller_zone_stands_before_a_larger_one_and_the_shop_is_somewhere(app):
    shop = opened(app, "CR")
    vase, rate = shop.product("Florero", price=113_00), taxes.named("iva13")
    whole, town = shop.zone("pais"), shop.zone("escazu", "San José|Escazú")
    ruled(rate, rate_bp=100, zone=whole.code)
    ruled(rate, rate_bp=200, zone=town.code)
    assert said(vase, place=HOME) == [("iva13", 200)]
    assert said(vase, place={"country": "CR", "region": "Limón"}) == [("iva13", 100)]
    front = shop_settings.front()
    front.address = {"region": "San José", "city": "Escazú"}
    db.session.commit()
    assert said(vase) == [("iva13", 200)]  # what is fetched is sold where the shop is


def test_a_change_begins_at_midnight_where_the_shop_is_and_orders_keep_theirs(app):
    shop = opened(app, "CL")  # in January at UTC-3
    vase, rate = shop.product("Florero", price=12_000), taxes.named("iva19")
    ruled(rate, name="IVA 21 %", rate_bp=2100, valid_from=date(2027, 1, 1), valid_to=date(2027, 12, 31))
    last, first = datetime(2027, 1, 1, 2, 59, tzinfo=UTC), datetime(2027, 1, 1, 3, 0, tzinfo=UTC)
    with clock.at(last):
        assert said(vase) == [("iva19", 1900)]
        order = shop.bought(vase)
    with clock.at(first):
        assert said(vase) == [("iva19", 2100)]
        assert shop.bought(vase).lines[0].tax_components[0]["rate_bp"] == 2100
    db.session.refresh(order)
    assert [part["rate_bp"] for part in order.lines[0].tax_components] == [1900]
    assert said(vase, on=date(2028, 1, 1)) == [("iva19", 1900)]  # a rate for a while ends by itself


def test_what_an_owner_writes_holds_now(app):
    shop = opened(app, "CR")
    vase, rate = shop.product("Florero", price=100_00), taxes.named("iva13")
    ruled(rate, rate_bp=1500, valid_from=date(2026, 1, 1))
    assert taxes.current(rate) == 1500
    taxes.alter(rate, 1500)
    assert len(taxes.rules(rate)) == 1
    taxes.alter(rate, 1400)
    db.session.commit()
    assert (said(vase), taxes.rules(rate)) == ([("iva13", 1400)], [])


def test_two_queries_however_many_products(app):
    shop = opened(app, "CR")
    rate = taxes.named("iva13")
    shop.zone("gam", "San José")
    ruled(rate, rate_bp=100, zone="gam")
    things = [shop.product(f"Cosa {number}") for number in range(5)]
    tenancy.tenant()
    assert all(thing.id for thing in things)  # loaded: what is counted is the taxes' own
    for place in (None, HOME):
        with counted() as asked:
            assert len(taxes.charged(things, place=place)) == 5
        assert 1 <= len(asked) <= 2


@contextmanager
def counted():
    """The statements that ask the database inside."""
    asked = []

    def hear(*args):
        asked.extend([args[2]] if args[2].lstrip().upper().startswith("SELECT") else [])

    event.listen(db.engine, "before_cursor_execute", hear)
    yield asked
    event.remove(db.engine, "before_cursor_execute", hear)


def quoted(shop, product, **how):
    """A quote of one unit, fetched at the shop."""
    return quotes.make([Wanted(only(product), 1)], choice=Choice("retiro"), **how)


def test_exemptions_of_a_person_a_group_and_a_tax_id(app):
    shop = opened(app, "CR")
    vase, ana, ida = shop.product("Florero", price=113_00), shop.contact(), shop.contact("ida@example.com")
    grant = exemptions.grant
    grant({"contact_id": ana.id, "number": "AL-77", "until": date(2027, 6, 30)})
    grant({"customer_group": "zona-franca", "number": "Ley 7210", "codes": ["iva13"]})
    grant({"tax_kind": "dimex", "number": "Diplomático"})
    db.session.commit()
    day = date(2026, 12, 1)
    assert exemptions.of(ana.id, on=day) == {"*": "AL-77"}
    assert exemptions.of(ana.id, on=date(2027, 6, 30)) == {"*": "AL-77"}
    assert exemptions.of(ana.id, on=date(2027, 7, 1)) == {}
    assert exemptions.of(ida.id, on=day) == {}
    assert exemptions.of(None, "zona-franca") == {"iva13": "Ley 7210"}
    assert exemptions.of(None, "", {"kind": "dimex", "number": "155812345678"}) == {"*": "Diplomático"}
    assert exemptions.of(None, "", {"kind": "dimex", "number": ""}) == {}
    found = quoted(shop, vase, exempt=exemptions.of(None, "zona-franca"))
    assert (found.total.minor, found.tax.minor) == (100_00, 0)
    assert found.lines[0].components[0]["exempt"] == "Ley 7210"
    assert quoted(shop, vase).total.minor == 113_00
    with pytest.raises(exemptions.NobodyNamed):
        grant({"number": "x"})


def test_a_service_charge_is_no_tax_that_a_paper_lifts(app):
    shop = opened(app, "CR")
    lunch = shop.product("Almuerzo", price=12_300_00, tax_rate_id=kept(taxes.sample("restaurante")).id)
    found = quoted(shop, lunch, exempt={"*": "AL-77"})
    assert [(part["code"], part["tax_minor"]) for part in found.lines[0].components] == [
        ("iva13", 0), ("servicio", 1_000_00),
    ]  # fmt: skip
    assert found.total.minor == 11_000_00


def test_deliveries_have_a_rate_of_their_own_or_that_of_the_goods(app):
    shop = opened(app, "CR")
    vase = shop.product("Florero", price=113_00)
    shop.delivery(price=101_00)
    ask = {"choice": Choice("envio", address=HOME)}
    told = quotes.make([Wanted(only(vase), 1)], **ask)
    assert (told.shipping.minor, told.tax.minor) == (101_00, 13_00 + 11_62)
    taxes.deliver(taxes.named("iva1"))
    db.session.commit()
    told = quotes.make([Wanted(only(vase), 1)], **ask)
    assert (told.total.minor, told.tax.minor, told.shipping_components[0]["code"]) == (214_00, 14_00, "iva1")


def test_taxes_on_top_are_told_apart(app):
    shop = opened(app, "US")
    taxes.named("sales").rate_bp = 800
    db.session.commit()
    vase = shop.product("Vase", price=10_00)
    shop.delivery(price=5_00)
    told = quotes.make([Wanted(only(vase), 2)], choice=Choice("envio", address={"country": "US", "region": "Texas"}))
    assert (told.items.minor, told.shipping.minor, told.added.minor) == (21_60, 5_40, 2_00)
    assert told.total == told.items + told.shipping
    assert (told.lines[0].unit.minor, told.lines[0].listed.minor) == (10_00, 20_00)


def test_the_tax_of_a_delivery_follows_what_is_carried(app):
    shop = opened(app, "CR")
    shop.delivery(price=113_00)
    shirt, card = (
        shop.product("Camisa", price=113_00),
        shop.product("Tarjeta", price=900_00, stock=None, kind="voucher"),
    )
    asked = [Wanted(only(shirt), 1), Wanted(only(card), 1)]
    told = quotes.delivered(quotes.price(asked, place=HOME), Choice("envio", address=HOME))
    assert sum(part["tax_minor"] for part in told.shipping_components) == 13_00
