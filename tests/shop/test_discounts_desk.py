"""The desk of discounts and the one field of codes: made, read back, paused, binned; written, refused, taken out."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from kernel import money
from kernel.db import db
from shop import cart as carts
from shop import discounts, order_discounts, price_files, price_lists, pricing
from shop.cart import Cart
from shop.discounts import Discount
from shop.orders import Order
from tests.goods import only
from tests.shop.pages import form, marks, read, text
from tests.shop.test_discounts import off, priced, sold

DESK = "/admin/cafe/discounts"
BUYER = {"email": "ana@example.com", "name": "Ana Mora", "phone": "8888 7777"}


def sheet(page):
    """What the editor would send as it stands."""
    box = read(page).xpath("//form[@data-discount or @data-savebar]")[-1]
    boxes = list(box.xpath(".//input[@type='checkbox'][@checked]"))
    texts = box.xpath(".//input[not(@type='checkbox')]|.//textarea")
    return {one.get("name"): one.get("value") or (one.text or "").strip() for one in texts} | {
        one.get("name"): one.get("value") for one in boxes
    }


def made(client, kind="percent", **values):
    told = form(client.get(f"{DESK}/new?kind={kind}"), "/discounts/new")
    return client.post(f"{DESK}/new", data={**told, "label": "Granos", "percent": "10", **values})


def test_a_group_that_nobody_is_in_is_told_after_saving(shop):
    shop.contact(email="rosa@example.com").group = "socios"
    db.session.commit()
    client = shop.staff("marketer")
    answer = made(client, customer_groups="socios, vecinos")
    said = text(client.get(answer.location))
    assert "Nadie está en el grupo «vecinos»." in said
    assert "«socios»" not in said


def test_all_that_is_missing_is_told_at_once(shop):
    client = shop.staff("marketer")
    page = read(made(client, "quantity", label="", steps="seis"))
    assert set(page.xpath("//*[@data-errors]//a/@href")) == {"#label", "#steps"}
    for kind, name in (("percent", "percent"), ("amount", "amount"), ("bundle", "buy"), ("quantity", "steps")):
        assert read(client.get(f"{DESK}/new?kind={kind}")).xpath(f"//*[@name='{name}']/@required"), kind


def test_a_discount_is_made_read_back_and_changed(shop):
    product, client = sold(shop), shop.staff("marketer")
    assert made(client, code="grano 10", least="15 000").status_code == 303
    [row] = discounts.every()
    assert (row.code, row.percent_bp, row.least_minor, row.state) == ("GRANO10", 1_000, 15_000_00, "active")
    page = client.get(f"{DESK}/{row.token}")
    assert "10\xa0% menos en toda la compra, en compras desde ₡15\xa0000" in page.get_data(as_text=True)
    told = sheet(page)
    assert client.post(f"{DESK}/{row.token}", data={**told, "percent": "12,5", "least": ""}).status_code == 303
    db.session.expire_all()
    assert priced((product, 1), codes=["GRANO10"]).discount.minor == 1_250_00
    assert "GRANO10" in text(client.get(DESK))


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("percent", {"percent": ""}), ("percent", {"percent": "120"}), ("amount", {"amount": ""}), ("bundle", {"buy": "0"}),
        ("quantity", {"steps": "seis: diez"}), ("percent", {"label": ""}), ("percent", {"code": "A"}),
        ("percent", {"starts_on": "2026-12-10", "ends_on": "2026-12-01"}),
    ],
)  # fmt: skip
def test_what_cannot_be_is_told_at_its_field(shop, kind, values):
    answer = made(shop.admin, kind, **values)
    assert answer.status_code == 422
    assert marks(answer, "aria-invalid") == ["true"] * len(marks(answer, "aria-invalid")) != []
    assert not discounts.every()


def test_the_rule_is_read_back_before_anything_is_kept(shop):
    sold(shop)
    client = shop.admin
    told = form(client.get(f"{DESK}/new?kind=quantity"), "/discounts/new")
    answer = client.post(f"{DESK}/draft", data={**told, "steps": "6: 10\n12: 15"})
    assert "10\xa0% menos desde 6 unidades; 15\xa0% menos desde 12 unidades" in answer.get_data(as_text=True)
    assert "6 × Café Uno" in text(answer)
    assert not discounts.every()


def test_a_second_one_with_the_same_code_is_refused_with_what_was_typed(shop):
    off(shop, code="DIEZ")
    answer = made(shop.admin, code="diez", percent="33")
    assert (answer.status_code, form(answer, "/discounts/new")["percent"]) == (422, "33")
    assert "ya tiene el código DIEZ" in text(answer)


def test_paused_binned_and_brought_back(shop):
    product, client = sold(shop), shop.admin
    row = off(shop, code="DIEZ")
    for verb, state, less in (("pause", "paused", 0), ("resume", "active", 1_000_00), ("bin", "bin", 0)):
        assert client.post(f"{DESK}/{row.token}/{verb}").status_code == 303
        db.session.expire_all()
        assert (row.state, priced((product, 1), codes=["DIEZ"]).discount.minor) == (state, less)
    assert "DIEZ" in text(client.get(f"{DESK}?show=bin"))
    off(shop, code="DIEZ")
    assert client.post(f"{DESK}/{row.token}/back").status_code == 422
    discounts.put_away(discounts.by_code("DIEZ"), by=None)
    db.session.commit()
    assert client.post(f"{DESK}/{row.token}/back").status_code == 303


def test_a_clerk_finds_no_discounts(shop):
    assert shop.staff("clerk").get(DESK).status_code == 404


def test_a_limit_that_begins_later_counts_what_was_used(shop):
    product = sold(shop)
    row = off(shop, code="DIEZ")
    client = buyer_with(shop, product, "DIEZ")
    assert order(client).status_code == 303
    told = sheet(shop.admin.get(f"{DESK}/{row.token}"))
    shop.admin.post(f"{DESK}/{row.token}", data={**told, "usage_limit": "1"})
    db.session.expire_all()
    assert (row.used, row.state) == (1, "used_up")


def buyer_with(shop, product, code):
    """A browser with the product in its cart and a code written into the field."""
    shop.transfer()
    client = shop.buyer(product)
    assert client.post("/cart/codes", data={"code": code}).status_code == 303
    return client


def order(client, **told):
    return client.post("/checkout", data={**form(client.get("/checkout"), "/checkout"), **BUYER, **told})


def test_a_code_is_written_shown_with_its_why_and_ordered(shop):
    product = sold(shop)
    off(shop, code="DIEZ", label="Diez menos")
    client = buyer_with(shop, product, " diez ")
    page = text(client.get("/cart"))
    assert "Diez menos (DIEZ)-₡1 000" in page
    assert order(client).status_code == 303
    made_ = db.session.scalars(select(Order)).one()
    assert made_.total_minor == 9_000_00
    for where in (client.get(f"/orders/{made_.token}"), shop.admin.get(f"/admin/cafe/orders/{made_.number}")):
        assert "Con el código DIEZ: 10" in text(where)
    assert order_discounts.of(made_)[0].amount_minor == 1_000_00
    assert not db.session.scalars(select(Cart)).one().codes


def test_a_wrong_code_keeps_what_was_typed_and_another_takes_the_old_ones_place(shop):
    product = sold(shop)
    off(shop, code="DIEZ"), off(shop, code="DOCE", percent_bp=1_200)
    client = buyer_with(shop, product, "DIEZ")
    answer = client.post("/cart/codes", data={"code": "nada"})
    assert (answer.status_code, read(answer).get_element_by_id("code").get("value")) == (422, "nada")
    assert "No conocemos el código «nada»" in text(answer)
    client.post("/cart/codes", data={"code": "DOCE"})
    assert db.session.scalars(select(Cart)).one().codes == ["DOCE"]
    client.post("/cart/codes", data={"drop": "DOCE"})
    db.session.expire_all()
    assert db.session.scalars(select(Cart)).one().codes == []


def test_the_field_in_the_checkout_keeps_the_whole_form(shop):
    product = sold(shop)
    off(shop, code="DIEZ", least_minor=20_000_00)
    shop.transfer()
    client = shop.buyer(product)
    told = {**form(client.get("/checkout"), "/checkout"), **BUYER, "note": "Sin prisa"}
    answer = client.post("/cart/codes", data={**told, "code": "DIEZ"})
    assert answer.status_code == 200
    assert "Le faltan ₡10 000 para usar este código" in text(answer).replace("\xa0", " ")
    kept = {name: value.strip() for name, value in form(answer, "/checkout").items()}
    assert {name: kept[name] for name in ("email", "name", "note", "key")} == {
        "email": told["email"], "name": told["name"], "note": "Sin prisa", "key": told["key"]}  # fmt: skip
    answer = client.post("/cart/codes", data={**told, "code": "otro"})
    assert (answer.status_code, form(answer, "/checkout")["code"]) == (422, "otro")


def test_a_shared_link_fills_the_field_and_changes_nothing(shop):
    off(shop, code="DIEZ")
    client = shop.client
    page = client.get("/cart?code=DIEZ")
    assert read(page).get_element_by_id("code").get("value") == "DIEZ"
    assert not db.session.scalars(select(Cart)).all()
    db.session.rollback()
    assert client.post("/cart/codes", data={"code": "DIEZ"}).status_code == 303
    assert db.session.scalars(select(Cart)).one().codes == ["DIEZ"]


def test_who_bought_before_is_told_at_the_checkout_and_pays_what_they_saw(shop):
    product = sold(shop)
    off(shop, code="PRIMERA", first_only=True)
    shop.bought(product, email="ana@example.com", phone="")
    client = buyer_with(shop, product, "PRIMERA")
    answer = order(client, email="ANA+otra@example.com", phone="")
    assert answer.status_code == 409
    assert "solo para la primera compra" in text(answer)
    again = client.post(
        "/checkout", data={**form(answer, "/checkout"), **BUYER, "email": "ANA+otra@example.com", "phone": ""}
    )
    assert again.status_code == 303
    assert [one.total_minor for one in db.session.scalars(select(Order).order_by(Order.id))] == [10_000_00] * 2


def test_codes_are_not_to_be_guessed(shop):
    client = shop.buyer(sold(shop))
    answers = [client.post("/cart/codes", data={"code": f"X{n}X"}).status_code for n in range(31)]
    assert answers == [422] * 30 + [429]


def test_a_group_gets_its_price_list(shop):
    product, client = sold(shop), shop.admin
    assert client.post("/admin/cafe/price-lists", data={"group": "Mayorista", "percent": "20"}).status_code == 303
    assert priced((product, 1), group="mayorista").total.minor == 8_000_00
    assert priced((product, 1)).total.minor == 10_000_00
    page = client.get("/admin/cafe/price-lists/mayorista")
    told = sheet(page)
    assert told[f"price-{product.slug}"] == "8000"
    assert (
        client.post("/admin/cafe/price-lists/mayorista", data={f"price-{product.slug}": "7 500,50"}).status_code == 303
    )
    assert priced((product, 1), group="mayorista").total.minor == 7_500_50
    wrong = client.post("/admin/cafe/price-lists/mayorista", data={f"price-{product.slug}": "barato"})
    assert (wrong.status_code, "barato" in wrong.get_data(as_text=True)) == (422, True)
    assert "7500.5" in client.get("/admin/cafe/price-lists/mayorista.csv").get_data(as_text=True)


def test_each_variant_with_a_price_of_its_own_costs_a_group_less_of_that(shop):
    product = shop.product("Café", price=12_500_00, stock=None, options={"peso": ["250", "500", "1000"]})
    small, big, plain = product.variants
    small.price_minor, big.price_minor = 9_000_00, 22_000_00
    db.session.commit()
    client, where = shop.admin, "/admin/cafe/price-lists/mayor"
    client.post("/admin/cafe/price-lists", data={"group": "Mayor", "percent": "20"})

    def paid(group="mayor"):
        db.session.expire_all()
        return [pricing.unit(one, 1, group).minor for one in (small, big, plain)]

    assert paid() == [7_200_00, 17_600_00, 10_000_00]
    assert paid("") == [9_000_00, 22_000_00, 12_500_00]
    told = sheet(client.get(where))
    assert [told[f"price-of-{one.id}"] for one in (small, big)] + [told[f"price-{product.slug}"]] == [
        "7200",
        "17600",
        "10000",
    ]
    client.post(where, data={f"price-of-{big.id}": "17 000", f"price-of-{small.id}": ""})
    assert paid() == [9_000_00, 17_000_00, 10_000_00]
    told = client.get(f"{where}.csv").get_data(as_text=True)
    assert f"{big.sku},Café,22000.00,17000.00,CRC" in told
    assert price_files.read("mayor", told).changes == []
    price_files.keep("mayor", told.replace("17000.00", "16000.00"), by=None)
    assert paid() == [9_000_00, 16_000_00, 10_000_00]
    price_lists.put_steps(product, [], by=None)  # prices by quantity leave those of variants alone
    big.price_minor = None  # what was kept of the price it had says nothing of another
    db.session.flush()
    assert paid() == [9_000_00, 12_500_00, 12_500_00]


def test_a_list_is_exactly_so_much_less_of_what_each_variant_costs(shop):
    product = shop.product(price=33_333, stock=None, options={"peso": ["250", "500", "1000"]})

    @given(st.lists(st.none() | st.integers(1, 10**7), min_size=3, max_size=3), st.integers(1, 9_999))
    @settings(max_examples=25, deadline=None)
    def holds(own, less):
        for variant, price in zip(product.variants, own, strict=True):
            variant.price_minor = price
        db.session.flush()
        price_lists.fill("mayor", less, None, by=None)
        for variant in product.variants:
            listed, paid = pricing.unit(variant), pricing.unit(variant, 1, "mayor")
            assert paid == money.percent(listed, 10_000 - less)
            assert paid <= listed

    holds()


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({"group": "", "percent": "20"}, ["group"]),
        ({"group": "!!", "percent": "20"}, ["group"]),
        ({"group": "Mayor", "percent": "100"}, ["percent"]),
        ({"group": "Mayor", "percent": "mucho"}, ["percent"]),
        ({"group": "x" * 41, "percent": ""}, ["group", "percent"]),
    ],
)
def test_what_is_wrong_with_a_list_stands_beside_its_field(shop, typed, wrong):
    product, client = sold(shop), shop.admin
    answer = client.post("/admin/cafe/price-lists", data=typed)
    page = read(answer)
    assert (answer.status_code, page.xpath("//*[@aria-invalid='true']/@id")) == (422, wrong)
    assert {name: page.xpath(f"string(//*[@id='{name}']/@value)") for name in typed} == typed
    assert price_lists.every() == []
    client.post("/admin/cafe/price-lists", data={"group": "Mayorista", "percent": "20"})
    answer = client.post("/admin/cafe/price-lists/mayorista/fill", data=typed)
    wrong = [name for name in wrong if name != "group"]
    assert (answer.status_code == 422, read(answer).xpath("//*[@aria-invalid='true']/@id")) == (bool(wrong), wrong)
    assert priced((product, 1), group="mayorista").total.minor == 8_000_00


def test_prices_by_quantity_of_a_product(shop):
    product, client = sold(shop), shop.admin
    where = f"/admin/cafe/products/{product.slug}/prices"
    rows = {"units": ["6", "1", ""], "price": ["9000", "8000", ""], "group": ["", "mayorista", ""]}
    assert client.post(where, data=rows).status_code == 303
    assert [priced((product, units)).total.minor for units in (5, 6)] == [50_000_00, 54_000_00]
    assert [step.units for step in price_lists.steps(product)] == [6, 1]
    twice = client.post(where, data={"units": ["6", "6"], "price": ["1", "2"], "group": ["", ""]})
    assert (twice.status_code, re.search("misma cantidad", twice.get_data(as_text=True)) is not None) == (422, True)


def test_a_choice_with_a_price_of_its_own_has_prices_by_quantity_of_its_own(shop):
    product = shop.product("Café", price=1_000_00, stock=None, options={"peso": ["250 g", "1 kg"]})
    small, big = product.variants
    big.price_minor = 3_500_00
    db.session.commit()
    where, client = f"/admin/cafe/products/{product.slug}/prices", shop.admin
    assert read(client.get(where)).xpath("//select[@name='variant']/option/@value") == ["", str(big.id)] * 4
    rows = {"units": ["10", "10"], "price": ["900", "3000"], "group": ["", ""], "variant": ["", str(big.id)]}
    assert client.post(where, data=rows).status_code == 303
    assert [pricing.unit(one, 10).minor for one in (small, big)] == [900_00, 3_000_00]
    assert read(client.get(where)).xpath("//option[@selected]/@value") == [str(big.id)]
    alone = client.post(where, data={**rows, "units": ["10", "1"]})
    assert (alone.status_code, "desde dos unidades" in alone.text) == (422, True)
    assert pricing.unit(big, 10).minor == 3_000_00


def test_codes_come_along_when_carts_are_merged(shop):
    product = sold(shop)
    one, two = shop.cart(product), shop.cart(product)
    carts.use_codes(one, ["DIEZ"])
    carts.merge(one, two)
    assert (one.codes, two.codes) == ([], ["DIEZ"])
    assert db.session.scalars(select(Discount)).all() == []
    assert only(product)
