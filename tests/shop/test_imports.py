"""Files of products: what is taken along comes back unchanged, every line is accounted for, all of it goes back again."""

import io
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, update

from kernel import i18n, jobs, money, tables, tenancy, workbook_reading
from kernel.db import db
from kernel.jobs import Job
from shop import bin as rubbish
from shop import (
    catalog,
    catalog_search,
    categories,
    import_amounts,
    import_fields,
    import_steps,
    imports,
    product_files,
)
from shop.catalog import Product, Variant
from shop.stock import StockMove

HEADS = "SKU;Nombre;Precio;Existencias;Categoría;Opciones;Descripción\n"


def brought(shop, told, **how):
    """The token of a file whose columns are chosen as they were guessed."""
    shop.enter()
    sheet, encoding = imports.opened(told.encode() if isinstance(told, str) else told)
    row = imports.begin(sheet, "productos.csv", encoding=encoding, by=shop.owner)
    imports.choose(row, row.mapping, **how)
    token = row.token
    db.session.commit()
    return token


def row(shop, token):
    shop.enter()
    return imports.named(token)


def moved(shop, token, verb):
    verb(row(shop, token))
    db.session.commit()
    jobs.run_due()
    return row(shop, token)


def checked(shop, token):
    return moved(shop, token, import_steps.check)


def done(shop, told, **how):
    """The file, taken in; its dry run said the same of every line."""
    token = brought(shop, told, **how)
    dry = outcomes(checked(shop, token))
    found = moved(shop, token, lambda one: import_steps.run(one, by=shop.owner))
    assert found.state == "done"
    assert outcomes(found) == dry
    assert sum(found.counts.values()) == found.total
    return found


def undone(shop, token):
    return moved(shop, token, lambda one: import_steps.undo(one, by=shop.owner))


def outcomes(found):
    """[(line, kind, reasons…)]"""
    every = [one for part in imports.parts(found) for one in part.outcomes]
    return [(one[0], one[1], *(note[0] for note in one[3])) for one in sorted(every)]


def taken(language="es"):
    with i18n.speak(language, tenancy.tenant().country):
        return "".join(tables.lines(product_files.heads(), product_files.lines(catalog_search.query())))


def sku(code):
    db.session.expire_all()
    return db.session.scalars(select(Variant).where(Variant.sku == code)).one()


@pytest.fixture
def goods(shop):
    """Things of several kinds, with what makes a file go wrong."""
    shelf = shop.category("Tazas")
    shop.product("Café Uno", stock=5, weight_g=250, compare_minor=3_000_00, category_id=shelf.id)
    shop.product(
        "Taza", options={"color": ["azul", "rojo"]}, stock=3, description={"es": "<p>De barro.</p><p>A mano</p>"}
    )
    shop.product("=1+1 pan", slug="pan", daily=12)
    shop.product("Guía", slug="guia", stock=None)
    sku("TAZA-ROJO").price_minor = 2_800_00
    catalog.changed(sku("TAZA-ROJO").product)
    db.session.commit()


@pytest.mark.parametrize("language", ["es", "en"])
def test_what_is_taken_along_comes_back_and_changes_nothing(shop, goods, language):
    told = taken(language)
    assert "'=1+1 pan" in told
    assert told.startswith("\ufeff")
    before = taken()
    found = done(shop, told)
    assert found.counts == {"same": 5}
    assert taken() == before


def test_a_workbook_that_is_taken_along_comes_back_and_a_number_changed_in_it_is_a_price(shop, goods):
    before, told = taken(), shop.admin.get("/admin/cafe/products.xlsx").get_data()
    assert done(shop, told).counts == {"same": 5}
    assert taken() == before
    book, stream = openpyxl.load_workbook(io.BytesIO(told)), io.BytesIO()
    place = {cell.value: cell.column for cell in book.active[1]}
    prices = {row[place["SKU"] - 1].value: row[place["Precio"] - 1] for row in book.active.iter_rows(2)}
    assert prices["PAN"].data_type == "n"
    prices["PAN"].value, prices["GUIA"].value = 1234.5, 0.125
    book.save(stream)
    found = done(shop, stream.getvalue())
    assert found.counts == {"same": 3, "changed": 2}
    assert {code: sku(code).product.price_minor for code in ("PAN", "GUIA")} == {"PAN": 1_234_50, "GUIA": 13}


@settings(deadline=None, max_examples=60)
@given(
    minor=st.integers(0, 10**11), places=st.sampled_from([0, 2, 3]), place=st.sampled_from(["es_CR", "es_GT", "es_MX"])
)
def test_a_number_of_a_workbook_is_read_as_that_amount_everywhere(minor, places, place):
    """However many decimals it has, with or without a format: never thousands for a fraction."""
    exact, kind = Decimal(minor).scaleb(-places), import_amounts.Kind(places, 10**12, "price")
    for code in ("General", "#,##0" + "." * bool(places) + "0" * places):
        told = workbook_reading.number(float(exact), code, money.decimal_sign(place))
        assert import_amounts.read(told, kind, place) == minor, (told, code)


def test_a_file_makes_and_changes_products_and_is_taken_back_whole(shop, goods):
    before, moves = taken(), db.session.scalar(select(func.count(StockMove.id)))
    found = done(shop, "Dirección;" + HEADS + (
        ";M1;Miel;12.500;3;Despensa > Miel;;<p onclick=x>Pura</p><script>alert(1)</script>\n"
        ";G1;Gorra;9000;;;Talla=M;\n;G2;Gorra;9500;4;;Talla=L;\n"
        ";CAFE-UNO;;3000;7;;;\ntaza;TAZA-AZUL;Tazón;2600;;;Color=azul;\ntaza;TAZA-VERDE;;2700;2;;color=verde;\n"
        ";GUIA;;;;;;\n"))  # fmt: skip
    assert outcomes(found) == [
        (2, "new", "shelf_made"), (3, "new"), (4, "new"), (5, "changed"), (6, "changed"), (7, "changed"), (8, "same"),
    ]  # fmt: skip
    honey = sku("M1").product
    assert (honey.state, honey.price_minor, honey.variants[0].on_hand) == ("draft", 12_500_00, 3)
    assert "<script" not in honey.description["es"]
    assert "onclick" not in honey.description["es"]
    assert sku("G2").product_id == sku("G1").product_id
    assert (sku("CAFE-UNO").on_hand, sku("CAFE-UNO").product.price_minor) == (7, 3_000_00)
    assert [(one.sku, one.on_hand) for one in sku("TAZA-VERDE").product.variants if one.active] == [
        ("TAZA-AZUL", 3), ("TAZA-ROJO", 3), ("TAZA-VERDE", 2)]  # fmt: skip
    entry = db.session.scalars(
        select(StockMove).order_by(StockMove.id.desc()).where(StockMove.reason == "import")
    ).first()
    assert entry is not None
    undone(shop, found.token)
    assert taken() == before
    assert categories.slugged("miel") is None
    assert db.session.scalar(select(func.count(StockMove.id))) > moves  # the ledger tells both ways


SHOPIFY = (
    "Handle,Title,Body (HTML),Vendor,Type,Tags,Published,Option1 Name,Option1 Value,Option2 Name,Option2 Value,Variant SKU,"
    "Variant Grams,Variant Inventory Qty,Variant Price,Variant Compare At Price,Image Src,Status\n"
    'camisa,Camisa,"<p>De <b>lino</b></p>",Nube,Ropa,verano,true,Talla,M,Color,Azul,CAM-M,200,4,12500.00,15000.00,https://127.0.0.1/1.jpg,active\n'
    "camisa,,,,,,,,L,,Azul,CAM-L,200,0,13500.00,,,\n"
    "camisa,,,,,,,,,,,,,,,,https://127.0.0.1/2.jpg,\n"
    "bolso,Bolso,,Nube,Ropa,,true,Title,Default Title,,,,350,9,9900.00,,,archived\n"
)
WOO = (
    "ID,Type,SKU,Name,Published,Description,Tax class,In stock?,Stock,Weight (kg),Sale price,Regular price,Categories,Parent,"
    "Attribute 1 name,Attribute 1 value(s)\n"
    'a,variable,GOR,Gorra,1,"<p>Roja</p>",,1,,0.15,,,"Ropa, Ropa > Gorras",,Talla,"S, M"\n'
    "b,variation,GOR-S,Gorra - S,1,,,1,5,,8000,10000,,GOR,Talla,S\n"
    "c,variation,GOR-M,Gorra - M,1,,,1,2,,,10000,,GOR,Talla,M\n"
    "d,simple,MIEL,Miel,0,,,1,,1.5,,4500.50,Despensa,,,\n"
    "e,variable,,Cinta,1,,,1,,,,,,,Largo,\n"
    "f,variation,CIN-1,Cinta 1 m,1,,,1,7,,,900,,id:e,Largo,1 m\n"
)


def test_a_file_of_shopify_comes_in_as_it_is(shop):
    found = done(shop, SHOPIFY, publish=True)
    assert outcomes(found) == [(2, "new", "shelf_made"), (3, "new"), (4, "new"), (5, "new")]
    shirt = sku("CAM-M").product
    assert (shirt.slug, shirt.state, shirt.weight_g, shirt.price_minor) == ("camisa", "live", 200, 12_500_00)
    assert [one["name"]["es"] for one in shirt.options] == ["Talla", "Color"]
    assert (sku("CAM-M").compare_minor or shirt.compare_minor, sku("CAM-L").price_minor) == (15_000_00, 13_500_00)
    assert catalog.compare(shirt, sku("CAM-L")) is None
    bag = catalog.slugged("bolso")
    assert (bag.state, bag.options, [one.on_hand for one in bag.variants]) == ("draft", [], [9])
    again = SHOPIFY.replace("https://127.0.0.1/", "nothing-")  # the bag has no code: its address says which it is
    assert done(shop, again).counts == {"same": 4}


def test_a_file_of_woocommerce_comes_in_as_it_is(shop):
    found = done(shop, WOO)
    assert [one[1] for one in outcomes(found)] == ["new"] * 6
    cap = sku("GOR-S").product
    assert sku("GOR-M").product_id == cap.id
    assert {one.sku for one in cap.variants if one.active} == {"GOR-S", "GOR-M"}
    assert (cap.name["es"], cap.weight_g) == ("Gorra", 150)
    assert (catalog.price(cap, sku("GOR-S")).minor, catalog.compare(cap, sku("GOR-S")).minor) == (8_000_00, 10_000_00)
    assert (catalog.price(cap, sku("GOR-M")).minor, catalog.compare(cap, sku("GOR-M"))) == (10_000_00, None)
    assert (sku("MIEL").stock_kind, sku("MIEL").product.weight_g) == ("unlimited", 1500)
    assert sku("CIN-1").product.name["es"] == "Cinta"
    assert set(done(shop, WOO).counts) <= {"same"}


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("X1;Uno;-5;;;;", "negative"), ("X1;Uno;(5);;;;", "negative"), ("X1;Uno;=A1*2;;;;", "formula"),
        ("X1;Uno;17,505;;;;", "unclear"), (f"X1;Uno;{'9' * 40};;;;", "most"), ("X1;Uno;caro;;;;", "price"), ("X1;Uno;$17.50;;;;", "price"), ("X1;Uno;17 USD;;;;", "price"),
        ("X1;Uno;12,345.678;;;;", "price"), ("X1;Uno;5;1.5;;;", "units"), ("X1;Uno;5;-1;;;", "negative"),
        ("X1;Uno;5;9999999;;;", "most"), (f"X1;{'n' * 121};5;;;;", "long"), (f"{'x' * 59};Uno;5;;;;", "long"),
        ("X1;;5;;;;", "name"), ("X1;Uno;;;;;", "no_price"), ("7.5E+12;Uno;5;;;;", "cut"), ("X1;Uno;5;;;;;;7", "more"),
        (";Café Uno;5;;;;", "called"), ("TAZA-ROJO;;;;;Color=verde;", "fixed_options"), ("café-uno;;5;;;Talla=M;", "name"),
        ("ROTO;;700;;;;", "bin"),
    ],
)  # fmt: skip
def test_a_line_that_cannot_be_has_its_sentence_and_stops_no_other(shop, goods, line, why):
    rubbish.put("product", [shop.product("Roto", slug="roto")])
    db.session.commit()
    found = done(shop, f"{HEADS}{line}\nX9;Nueve;900;;;;\n")
    assert outcomes(found) == [(2, "refused", why), (3, "new")]
    kept = [cells[0] for part in imports.parts(found) for _line, cells in part.lines]
    assert kept == [line.partition(";")[0]]  # what is to be mended stays, nothing else


def test_lines_that_contradict_each_other_are_told_apart(shop, goods, monkeypatch):
    monkeypatch.setattr(imports, "AT_ONCE", 1)  # each product in a transaction of its own
    found = done(shop, HEADS + (
        "A1;Sombrero;900;;;Talla=M;\nA2;Sombrero;950;;Otra;Talla=M;\nA3;Sombrero;950;;Otra;Color=Azul;\n"
        "B1;Uno;5;;Pan;;\nb1;Dos;6;;;;\nTAZA-AZUL;Jarro;;;;;\n;Tres;7;;;;\n;Tres;8;;;;\n"))  # fmt: skip
    assert outcomes(found) == [
        (2, "new"), (3, "refused", "choice_twice"), (4, "refused", "other_options"),
        (5, "new", "shelf_made"), (6, "refused", "twice"), (7, "changed"), (8, "new"), (9, "refused", "called"),
    ]  # fmt: skip


def test_codes_of_every_letter_are_known_again_and_two_that_differ_by_case_stay_two(shop):
    for name, slug in (("Uno", "ñandú-1"), ("Dos", "mate"), ("Tres", "mates")):
        shop.product(name, slug=slug)
    sku("MATES").sku = "Mate"
    db.session.commit()
    found = done(shop, "SKU;Precio\nÑANDÚ-1;900\nMATE;800\nMate;700\n")
    assert outcomes(found) == [(2, "changed"), (3, "changed"), (4, "changed")]
    assert outcomes(done(shop, "SKU;Precio\nñandú-1;950\nmate;600\n")) == [(2, "changed"), (3, "refused", "name")]


def test_nothing_comes_before_the_public_that_nobody_ticked(shop, goods):
    catalog.withdraw(sku("GUIA").product)
    db.session.commit()
    told = "SKU;Estado;Nombre;Precio\nGUIA;A la venta;;\nN1;active;Nuevo;5\nN2;draft;Otro;5\nPAN;Borrador;;\nCAFE-UNO;quizás;;\n"
    found = done(shop, told)
    assert outcomes(found) == [(2, "same", "draft"), (3, "new"), (4, "new"), (5, "changed"), (6, "refused", "state")]
    assert {one: sku(one).product.state for one in ("GUIA", "N1", "PAN")} == dict.fromkeys(
        ("GUIA", "N1", "PAN"), "draft"
    )
    done(shop, told, publish=True)
    assert {one: sku(one).product.state for one in ("GUIA", "N1", "N2")} == {
        "GUIA": "live",
        "N1": "live",
        "N2": "draft",
    }


def test_empty_cells_and_columns_that_are_missing_change_nothing(shop, goods):
    before = taken()
    assert done(shop, "Código;Descripción;Precio\nCAFE-UNO;;\nTAZA-ROJO;;\n").counts == {"same": 2}
    assert taken() == before


def test_a_category_that_is_missing_is_made_only_where_that_is_asked_for(shop):
    found = done(shop, HEADS + "A1;Uno;5;;Pan > Dulce;;\n", shelves=False)
    assert outcomes(found) == [(2, "new", "shelf")]
    assert categories.all_() == []
    done(shop, HEADS + "A1;;;;Pan > Dulce;;\nA2;Dos;5;;pan > dulce;;\n")
    assert [one.name["es"] for one in categories.all_()] == ["Pan", "Dulce"]
    assert sku("A1").product.category_id == sku("A2").product.category_id == categories.slugged("dulce").id


def test_what_was_sold_or_worked_on_since_stays_when_a_file_is_taken_back(shop, goods):
    shop.transfer()
    found = done(
        shop, HEADS + "M1;Miel;900;9;;;\nM2;Polen;900;9;;;\nM3;Cera;900;9;;;\nCAFE-UNO;;2600;8;;;\n", publish=True
    )
    token = found.token
    shop.bought(sku("M1").product, quantity=2)
    shop.enter()
    pollen = sku("M2").product
    import_steps.import_undo.note_edited(pollen, by=shop.owner)
    sku("CAFE-UNO").product.price_minor = 2_700_00
    db.session.commit()
    assert undone(shop, token).counts == {"stays": 2, "bin": 1, "gone": 1}
    assert sku("M1").product.live
    assert catalog.slugged("polen") is None
    assert db.session.scalar(select(Variant.id).where(Variant.sku == "M3")) is None
    assert (sku("CAFE-UNO").product.price_minor, sku("CAFE-UNO").on_hand) == (2_700_00, 5)


def test_other_columns_put_other_lines_together(shop):
    token = brought(shop, "Grupo;SKU;Nombre;Precio;Opciones\ng;A1;Uno;5;Talla=M\ng;A2;Dos;5;Talla=L\n")
    one = row(shop, token)
    imports.choose(one, {**one.mapping, "handle": 0})
    db.session.commit()
    checked(shop, token)
    found = moved(shop, token, lambda one: import_steps.run(one, by=shop.owner))
    assert outcomes(found) == [(2, "new"), (3, "refused", "differs")]


def test_a_step_whose_worker_died_leaves_each_line_once(shop, monkeypatch):
    monkeypatch.setattr(imports, "AT_ONCE", 2)
    token = brought(shop, HEADS + "".join(f"K{n};Cosa {n};900;{n};;;\n" for n in range(5)))
    import_steps.run(checked(shop, token), by=shop.owner)
    db.session.commit()
    claimed = jobs.claim()
    shop.enter()
    import_steps.step(row(shop, token).id)
    db.session.rollback()  # the worker was killed
    shop.enter()
    assert db.session.scalar(select(func.count(Product.id))) == 0
    db.session.execute(update(Job).where(Job.id == claimed.id).values(state="waiting", lease_until=None))
    db.session.commit()
    jobs.run_due()
    found = row(shop, token)
    assert (found.state, found.counts) == ("done", {"new": 5})
    assert sorted(db.session.scalars(select(Variant.sku))) == [f"K{n}" for n in range(5)]


def test_our_own_heads_are_known_in_every_language(shop):
    for language in i18n.LANGUAGES:
        with i18n.speak(language):
            heads = product_files.heads()
        assert list(import_fields.guess(heads)) == [one.code for one in import_fields.ours()]


PLACES = sorted({f"es_{one}" for one in ("CR", "GT", "MX", "HN", "CL", "AR", "PE", "PA", "CO")})


@settings(deadline=None, max_examples=60)
@given(minor=st.integers(1, 10**9), place=st.sampled_from(PLACES), sign=st.sampled_from([".", ",", ""]))
def test_an_amount_is_read_as_it_was_meant_or_refused(minor, place, sign):
    """However a spreadsheet writes an amount, with two decimals or none, it is never taken for another one."""
    decimal = money.decimal_sign(place)
    whole, cents = divmod(minor, 100)
    told = f"{whole:,}".replace(",", sign) + (f"{'.' if sign == ',' else ','}{cents:02}" if cents else "")
    meant = minor if cents else whole * 100
    try:
        read = import_amounts.read(told, import_amounts.Kind(2, 10**12, "price"), place)
    except import_amounts.Unclear:
        assert sign == decimal, told  # thousands, written with the sign that cents have here
        assert not cents
        return
    assert read == meant, (told, place)


@pytest.mark.parametrize("told", ["₡12.500", "12500 CRC", " 12 500,00 ", "12,500.00", "12500.0", "CRC 12.500,00"])
def test_a_price_may_carry_the_sign_of_the_shops_own_currency(shop, told):
    assert import_amounts.price(told) == 12_500_00
