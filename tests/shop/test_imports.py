"""Files of products: what is taken along comes back unchanged, every line is accounted for, all of it goes back again."""

import pytest
from sqlalchemy import func, select

from kernel import i18n, jobs, tables, tenancy
from kernel.db import db
from shop import (
    catalog,
    catalog_search,
    categories,
    import_steps,
    imports,
    product_files,
)
from shop.catalog import Variant
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
