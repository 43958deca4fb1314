"""The desk of products: what is typed is read exactly, kept when wrong, and taken back when it was a slip."""

import io
import re

import pytest
from PIL import Image
from sqlalchemy import select

from kernel import files
from kernel.db import db
from shop import catalog, options, slugs
from shop.catalog import Product, Variant
from shop.views import product_values
from tests.goods import only
from tests.shop.pages import read

HOSTILE = '<p onclick="x()">Hola<script>alert(1)</script> <b>rico</b><img src=x onerror=alert(1)></p>'


def photo(colour="red", size=(900, 700)):
    stream = io.BytesIO()
    Image.new("RGB", size, colour).save(stream, "JPEG")
    return stream.getvalue()


def typed(**values):
    """What the editor posts for a simple product."""
    return {"name": "Miel de monte", "price": "12 500", "units": "8", "was": "0", "counted": "onhand", "category": "",
            "kind": "physical", "min_qty": "1", "lead_unit": "days", "low_at": "3", "tax": "", **values}  # fmt: skip


def make(shop, **values):
    answer = shop.admin.post("/admin/cafe/products/new", data=typed(**values))
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return db.session.scalars(select(Product).order_by(Product.id.desc())).first()


@pytest.mark.parametrize(
    ("text", "minor"),
    [("12 500", 12_500_00), ("12.500", 12_500_00), ("12,500.50", 12_500_50), ("₡1500", 1_500_00), ("1500,5", 1_500_50)],
)
def test_a_price_is_read_as_people_type_it(shop, text, minor):
    assert make(shop, price=text).price_minor == minor


@pytest.mark.parametrize("text", ["-5", "", "doce", "1e9", "99999999999999", "NaN"])
def test_a_price_that_is_none_is_refused_and_what_was_typed_stays(shop, text):
    answer = shop.admin.post("/admin/cafe/products/new", data=typed(price=text, description="Del bosque"))
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "Miel de monte" in page
    assert "Del bosque" in page
    assert 'id="price-error"' in page
    assert f'value="{text}"' in page
    assert db.session.scalars(select(Product)).all() == []


def test_a_new_product_is_a_draft_until_it_is_published(shop):
    product = make(shop)
    assert product.state == "draft"
    assert only(product).on_hand == 8
    assert product.currency == "CRC"
    assert shop.client.get(f"/p/{product.slug}").status_code == 404
    assert shop.admin.post(f"/admin/cafe/products/{product.slug}", data=typed(do="publish")).status_code == 303
    assert "12" in shop.client.get(f"/p/{product.slug}").get_data(as_text=True)
    shop.admin.post(f"/admin/cafe/products/{product.slug}/withdraw")
    assert shop.client.get(f"/p/{product.slug}").status_code == 404


def test_a_hostile_description_runs_nowhere(shop):
    product = make(shop, description=HOSTILE, do="publish", name="<script>alert(2)</script>Miel")
    page = shop.client.get(f"/p/{product.slug}").get_data(as_text=True)
    assert "<b>rico</b>" in page
    assert "alert(1)" not in page
    assert "onclick" not in page
    assert "<script>alert(2)" not in page
    assert "<script>alert(2)" not in shop.admin.get("/admin/cafe/products").get_data(as_text=True)


def test_several_pictures_at_once_and_one_that_is_none(shop):
    product = make(shop)
    sent = [(io.BytesIO(photo("red")), "a.jpg"), (io.BytesIO(photo("blue")), "b.jpg")]
    address = f"/admin/cafe/products/{product.slug}"
    page = shop.admin.get(address).text
    fields = re.findall(r'<input[^>]*name="new_pictures"[^>]*>', page)
    assert [("multiple" in one, "capture" in one) for one in fields] == [(True, False), (False, True)]  # both go along
    answer = shop.admin.post(address, data={**typed(), "new_pictures": sent}, content_type="multipart/form-data")
    assert answer.status_code == 303
    assert len(product.pictures) == 2
    assert product.picture_id == product.pictures[0].file_id
    bad = [(io.BytesIO(b"<svg onload=alert(1)>"), "x.svg")]
    answer = shop.admin.post(
        address, data={**typed(name="Otro"), "new_pictures": bad}, content_type="multipart/form-data"
    )
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "x.svg" in page
    assert 'value="Otro"' in page
    assert re.search(r'id="new_pictures-error">x.svg', page)
    bad = [(io.BytesIO(b"<svg onload=alert(1)>"), "x.svg")]
    both = {**typed(price="doce"), "new_pictures": bad}
    page = shop.admin.post("/admin/cafe/products/new", data=both, content_type="multipart/form-data").text
    assert page.count("<h2>Hay algo que revisar") == 1
    box = page[page.index("<h2>Hay algo que revisar") :].split("</ul>")[0]
    assert re.findall(r'href="#([^"]+)', box) == ["new_pictures", "price"]
    db.session.expire_all()
    assert product.name["es"] == "Miel de monte"
    assert len(product.pictures) == 2


def test_pictures_are_ordered_described_and_taken_out(shop):
    rows = [files.store(photo(colour)) for colour in ("red", "blue", "green")]
    product = make(shop)
    posted = typed()
    for at, (file, place) in enumerate(zip(rows, (3, 1, 2), strict=True)):
        posted |= {f"pictures-{at}-sha": file.sha256, f"pictures-{at}-place": str(place), f"pictures-{at}-alt": f"Foto {at}"}  # fmt: skip
    posted["pictures-2-gone"] = "y"
    db.session.commit()
    assert shop.admin.post(f"/admin/cafe/products/{product.slug}", data=posted).status_code == 303
    db.session.expire_all()
    assert [row.file_id for row in product.pictures] == [rows[1].id, rows[0].id]
    assert product.picture_id == rows[1].id
    assert product.pictures[0].alt == {"es": "Foto 1"}


def test_options_make_variants_and_a_renamed_value_keeps_its_own(shop):
    product = make(shop, **{"options-0-name": "Molienda", "options-0-values": "Grano, Fina"})
    rows = {options.label(product, row, "es"): row.id for row in product.variants}
    assert set(rows) == {"Grano", "Fina"}
    key = options.key(product.variants[0].options)
    posted = typed(**{
        "options-0-name": "Molienda", "options-0-values": "En grano, Fina, Gruesa", "variants-0-key": key, "variants-0-was": "8",
        "variants-0-units": "5", "variants-0-price": "9.900", "variants-0-active": "y", "variants-0-sku": "GRANO-1",
    })  # fmt: skip
    assert shop.admin.post(f"/admin/cafe/products/{product.slug}", data=posted).status_code == 303
    db.session.expire_all()
    kept = db.session.get(Variant, rows["Grano"])
    assert options.label(product, kept, "es") == "En grano"
    assert kept.sku == "GRANO-1"
    assert (kept.on_hand, kept.price_minor, product.low_minor) == (5, 9_900_00, 9_900_00)
    assert len([row for row in product.variants if row.active]) == 3
    posted["options-0-values"] = "Fina"
    shop.admin.post(f"/admin/cafe/products/{product.slug}", data=posted)
    db.session.expire_all()
    assert db.session.get(Variant, rows["Grano"]).active is False  # put away, never deleted


def test_codes_of_variants_name_each_option_once_also_of_a_second_one(shop):
    product = make(shop, **{"options-0-name": "Talla", "options-0-values": "S, M"})
    stem = product.variants[0].sku.removesuffix("-S")
    field = read(shop.admin.get(f"/admin/cafe/products/{product.slug}")).xpath("//input[@name='sku']")[0]
    assert field.get("value", "") == ""  # the code of its first choice is not the product's
    fields = set(read(shop.admin.get("/admin/cafe/products/new")).xpath("//textarea/@name"))
    assert {"options-0-values", "options-1-values"} <= fields  # size and colour are written in one go
    for named in ("", product.variants[0].sku):  # the second: as an editor before kept it
        product.sku = named
        two = {"options-0-name": "Talla", "options-0-values": "S, M", "options-1-name": "Color",
               "options-1-values": "Azul, Rojo" + (", Gris" if named else ""), "sku": named}  # fmt: skip
        assert shop.admin.post(f"/admin/cafe/products/{product.slug}", data=typed(**two)).status_code == 303
        db.session.expire_all()
    made = {options.label(product, row, "es"): row.sku for row in product.variants if row.active}
    assert made["S, Azul"] == f"{stem}-S"  # what was on sale keeps its code
    assert (made["S, Rojo"], made["M, Rojo"], made["M, Gris"]) == (f"{stem}-S-ROJO", f"{stem}-M-ROJO", f"{stem}-M-GRIS")


def test_values_of_the_same_name_make_one_variant_and_what_doubled_before_is_put_away(shop):
    told = {"options-0-name": "Color", "options-0-values": "Rojo, Azul"}
    product = make(shop, **told)
    first = product.variants[0]
    for _save in range(2):
        shop.admin.post(f"/admin/cafe/products/{product.slug}", data=typed(**told | {"options-0-values": "Rojo, rojo"}))
    db.session.expire_all()
    assert [row.id for row in product.variants if row.active] == [first.id]
    db.session.add(Variant(product_id=product.id, options=dict(first.options), sku="DOBLE", position=0))
    db.session.flush()
    two = options.coded([options.Said({"es": "Color"}, [{"es": "Adulto"}, {"es": "adulto"}])], product.options)
    assert [one["code"] for one in two[0]["values"]] == ["rojo", "adulto"]
    again = options.coded([options.Said({"es": "Color"}, [{"es": "adulto"}, {"es": "Adulto"}, {"es": "ADULTO"}])], two)
    assert [one["code"] for one in again[0]["values"]] == ["rojo", "adulto", "adulto-2"]
    options.remake(product, product.options, pattern={})
    assert [row.id for row in product.variants if row.active] == [first.id]


def test_a_translation_stays_with_its_value(shop):
    shop.tenant.languages = ["es", "en"]
    db.session.commit()
    lists = [("Rojo, Azul, Verde", ", , Green"), ("S\nM\nL", "Small\n\nSmall"), ("Lisa\nFina, clara", "-\nFine, light")]
    told = {
        f"options-{at}-values{end}": text
        for at, two in enumerate(lists)
        for end, text in zip(("", "_en"), two, strict=True)
    }
    told |= {f"options-{at}-name": f"O{at}" for at in range(3)}
    product = make(shop, **told)
    for _save in range(2):
        english = [[one["name"].get("en") for one in option["values"]] for option in product.options]
        assert english == [[None, None, "Green"], ["Small", None, "Small"], [None, "Fine, light"]]
        shown = enumerate(product_values.of(product)["options"])
        told = {f"options-{at}-{name}": text for at, row in shown for name, text in row.items()}
        shop.admin.post(f"/admin/cafe/products/{product.slug}", data=typed(**told))
        db.session.expire_all()


def test_what_nobody_counted_yet_is_not_published_sold_out(shop):
    sent = {"options-0-name": "Molienda", "options-0-values": "Grano, Fina", "units": "10", "do": "publish"}
    product = make(shop, **sent)
    assert (product.state, [one.on_hand for one in product.variants]) == ("draft", [10, 0])  # what was typed stays
    boss = shop.admin
    answer = boss.post("/admin/cafe/products/new", data=typed(name="Otro", **sent))
    assert answer.headers["Location"].endswith("#variants")
    assert "cuántas unidades hay de cada variante" in boss.get(answer.headers["Location"]).get_data(as_text=True)


def test_what_is_on_sale_goes_on_as_its_first_choice_and_back(shop):
    product, boss = make(shop, do="publish"), shop.admin
    one, address = only(product).id, f"/admin/cafe/products/{product.slug}"
    told = {"options-0-name": "Molienda", "options-0-values": "Grano, Fina", "units": "8", "was": "8"}
    answer = boss.post(address, data=typed(**told))
    assert answer.headers["Location"].endswith("#variants")
    assert "se vende como «Grano»" in boss.get(address).get_data(as_text=True)
    db.session.expire_all()
    assert product.state == "live"
    assert [(row.id == one, row.on_hand) for row in product.variants] == [(True, 8), (False, 0)]
    boss.post(address, data=typed(was="8"))
    db.session.expire_all()
    assert [(row.id, row.on_hand) for row in product.variants if row.active] == [(one, 8)]


def test_too_many_variants_are_refused_with_all_that_was_typed(shop):
    many = ", ".join(str(number) for number in range(30))
    told = {f"options-{at}-{what}": text for at in range(2) for what, text in (("name", f"O{at}"), ("values", many))}
    answer = shop.admin.post("/admin/cafe/products/new", data=typed(**told))
    assert answer.status_code == 422
    assert "900" in answer.get_data(as_text=True)
    assert db.session.scalars(select(Product)).all() == []


def test_after_an_error_the_preview_is_told_all_that_was_typed(shop):
    assert "data-typed" not in shop.admin.get("/admin/cafe/products/new").get_data(as_text=True)
    wrong = shop.admin.post("/admin/cafe/products/new", data=typed(price="x"))
    assert wrong.status_code == 422
    assert "data-preview data-typed" in wrong.get_data(as_text=True)


def test_what_was_sold_while_the_sheet_was_open_stays_sold(shop):
    product = make(shop, do="publish")
    shop.bought(product, 3)
    shop.admin.post(f"/admin/cafe/products/{product.slug}", data=typed(units="8", was="8"))
    db.session.expire_all()
    assert only(product).on_hand == 5
    shop.admin.post(f"/admin/cafe/products/{product.slug}", data=typed(units="18", was="8"))
    db.session.expire_all()
    assert only(product).on_hand == 15
    answer = shop.admin.post(f"/admin/cafe/products/{product.slug}", data=typed(units="0", was="18", name="Quedan"))
    assert answer.status_code == 422
    assert "Quedan" in answer.get_data(as_text=True)


def test_price_and_count_change_in_the_list_and_a_bad_one_does_not(shop):
    product = shop.product(stock=4)
    address = f"/admin/cafe/products/{product.slug}/quick"
    told = shop.admin.post(address, data={"price": "3.900"}, headers={"Accept": "application/json"})
    assert told.get_json()["price"] == "3900"
    told = shop.admin.post(address, data={"units": "9", "was": "4"}, headers={"Accept": "application/json"})
    assert told.get_json()["units"] == 9
    bad = shop.admin.post(address, data={"price": "-1"}, headers={"Accept": "application/json"})
    assert bad.status_code == 422
    assert bad.get_json()["error"]
    bad = shop.admin.post(address, data={"price": "9" * 20}, headers={"Accept": "application/json"})
    assert "el máximo" in bad.get_json()["error"]
    db.session.expire_all()
    assert (product.price_minor, product.low_minor, only(product).on_hand) == (3_900_00, 3_900_00, 9)
    assert shop.admin.post(address, data={"price": "4000"}).status_code == 303  # without scripts


def test_a_count_that_a_script_sends_twice_counts_once_and_both_hear_it(shop):
    product, desk, json = shop.product(stock=4), shop.admin, {"Accept": "application/json"}
    address = f"/admin/cafe/products/{product.slug}/quick"

    def sent(which, was, units):
        told = desk.post(address, data={"units": units, "was": was, "once": which}, headers=json)
        return told.status_code, told.get_json()["units"]

    assert [sent("a", 4, 6), sent("a", 4, 6)] == [(200, 6), (200, 6)]  # a line that stumbled
    assert [sent("b", 6, 4), sent("c", 4, 6)] == [(200, 4), (200, 6)]  # taken back, and changed once more
    db.session.expire_all()
    assert only(product).on_hand == 6
    bad = {"units": "-1", "was": 6, "once": "d"}
    assert [desk.post(address, data=bad, headers=json).status_code for _ in range(2)] == [422, 422]


def test_a_changed_address_leads_on(shop):
    product = shop.product("Café Uno")
    shop.admin.post(f"/admin/cafe/products/{product.slug}", data=typed(slug="café  dos!", name="Café Uno"))
    db.session.expire_all()
    assert product.slug == "cafe-dos"
    assert shop.client.get("/p/cafe-uno").headers["Location"].endswith("/p/cafe-dos")
    assert slugs.former("product", "cafe-uno") == product.id


def test_many_may_have_the_same_long_name(shop):
    made = {make(shop, name="Canasta " * 14, once=page).slug for page in "abcd"}
    assert len(made) == 4


def test_many_at_once_and_back_again(shop):
    rows = [shop.product(f"Café {word}", stock=7) for word in ("uno", "dos", "tres")]
    before = [(row.id, row.slug, row.position, only(row).on_hand) for row in rows]
    boss = shop.admin
    boss.post("/admin/cafe/products/bulk", data={"slug": [row.slug for row in rows], "do": "bin"})
    assert db.session.scalars(select(Product)).all() == []
    assert shop.client.get("/p/cafe-uno").status_code == 404
    undo = re.search(r'action="([^"]*/bin/undo/[^"]+)"', boss.get("/admin/cafe/products").get_data(as_text=True)).group(
        1
    )
    assert boss.post(undo).status_code == 303
    db.session.expire_all()
    assert [(row.id, row.slug, row.position, only(row).on_hand) for row in rows] == before
    assert shop.client.get("/p/cafe-uno").status_code == 200
    boss.post("/admin/cafe/products/bulk", data={"slug": [rows[0].slug], "do": "withdraw"})
    undo = re.search(r'action="([^"]*/products/undo/[^"]+)"', boss.get("/admin/cafe/products").get_data(as_text=True))
    db.session.expire_all()
    assert rows[0].state == "draft"
    boss.post(undo.group(1))
    db.session.expire_all()
    assert rows[0].state == "live"


def test_the_list_is_sieved_and_searched(shop):
    shelf = shop.category("Mieles")
    shop.product("Miel clara", category_id=shelf.id)
    few = shop.product("Café raro", stock=1)
    only(few).low_at = 3
    catalog.withdraw(few)
    db.session.commit()
    boss = shop.admin
    pages = {query: boss.get(f"/admin/cafe/products?{query}").get_data(as_text=True) for query in ("category=mieles", "show=low", "show=draft", "q=RARO", "q=miel")}  # fmt: skip
    assert [("Miel clara" in page, "Café raro" in page) for page in pages.values()] == [
        (True, False), (False, True), (False, True), (False, True), (True, False),
    ]  # fmt: skip


def test_a_bundle_names_its_parts_by_sku(shop):
    part = only(shop.product("Taza", stock=6))
    made = make(shop, kind="bundle", **{"parts-0-sku": part.sku, "parts-0-quantity": "2"})
    assert [(row.variant_id, row.quantity) for row in made.parts] == [(part.id, 2)]
    assert only(made).stock_kind == "parts"
    wrong = shop.admin.post("/admin/cafe/products/new", data=typed(kind="bundle", **{"parts-0-sku": "NADIE"}))
    assert wrong.status_code == 422


def test_the_download_of_a_digital_product_is_private(shop):
    data = {**typed(kind="digital"), "download": (io.BytesIO(b"%PDF-1.7 hola"), "receta.pdf")}
    assert shop.admin.post("/admin/cafe/products/new", data=data, content_type="multipart/form-data").status_code == 303
    made = db.session.scalars(select(Product)).one()
    file = db.session.get(files.File, made.download_id)
    assert file.private
    assert file.name == "receta.pdf"


def test_who_may_not_finds_nothing_and_another_shop_neither(rival, shop):
    product = shop.product()
    for role in ("clerk", "marketer"):
        for path in ("products", "products/new", f"products/{product.slug}", "categories"):
            assert shop.staff(role).get(f"/admin/cafe/{path}").status_code == 404
    assert rival.admin.get(f"/admin/rival/products/{product.slug}").status_code == 404
    assert rival.admin.get("/admin/cafe/products").status_code == 404


def test_the_list_says_by_what_time_is_sold(shop):
    shop.service("Corte", "appointment")
    shop.service("Cabaña", "nights")
    told = read(shop.admin.get("/admin/cafe/products", headers={"Accept-Language": "es"})).text_content()
    assert ("por horario" in told, "por noche" in told) == (True, True)


def test_units_typed_beside_variants_stay_theirs_when_another_option_comes(shop):
    product, boss = make(shop, **{"options-0-name": "Talla", "options-0-values": "S, M", "units": ""}), shop.admin
    rows = [
        {"key": options.key(row.options), "was": "0", "units": units, "price": price, "active": "y", "sku": row.sku}
        for row, units, price in zip(product.variants, ("4", "7"), ("", "13 000"), strict=True)
    ]
    said = {f"variants-{at}-{name}": value for at, row in enumerate(rows) for name, value in row.items()}
    colours = {"options-1-name": "Color", "options-1-values": "Azul, Rojo"}
    told = typed(**{"options-0-name": "Talla", "options-0-values": "S, M", **said, **colours})
    address = f"/admin/cafe/products/{product.slug}"
    wrong = boss.post(address, data={**told, "price": "mil"})
    assert wrong.status_code == 422
    assert read(wrong).xpath("//input[@name='variants-0-units' or @name='variants-1-units']/@value") == ["4", "7"]
    assert boss.post(address, data=told).status_code == 303
    db.session.expire_all()
    kept = {options.label(product, row, "es"): (row.on_hand, row.price_minor) for row in product.variants if row.active}
    assert kept == {"S, Azul": (4, None), "S, Rojo": (0, None), "M, Azul": (7, 13_000_00), "M, Rojo": (0, None)}


def test_what_is_counted_another_way_keeps_the_number_that_stands_there(shop):
    product = make(shop, units="12")
    address = f"/admin/cafe/products/{product.slug}"
    shop.admin.post(address, data=typed(units="12", was="12", counted="daily"))
    db.session.expire_all()
    assert only(product).daily_capacity == 12
