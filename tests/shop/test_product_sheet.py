"""A sheet that is saved as it was shown changes nothing: whatever a product has comes through the editor."""

from html.parser import HTMLParser

from sqlalchemy import select

from kernel import files
from kernel.db import db
from shop import catalog
from shop.catalog import BundlePart, Product, ProductPicture, Variant
from tests.goods import only
from tests.shop.test_products_desk import photo

RICH = {
    "short": {"es": "Rico", "en": "Good"}, "description": {"es": "<p>Uno <b>dos</b></p>", "en": "One\n\ntwo"},
    "unit": {"es": "bolsa", "en": "bag"}, "compare_minor": 9_000_00, "tags": ["lavado", "tueste-medio"], "interests": ["filtrado"],
    "allergens": [{"es": "Leche", "en": "Milk"}, "gluten"], "customer_groups": ["mayoreo"], "min_qty": 2, "max_qty": 9,
    "season_from": "12-01", "season_to": "01-31", "lead_hours": 36, "pickup_only": True, "weight_g": 340, "brief": "Una bolsa",
    "texts": [{"code": "ded", "label": {"es": "Dedicatoria", "en": "Dedication"}, "max": 40, "required": True}],
    "maker": {"name": "Ana", "place": "Dota", "hours": 3, "text": {"es": "Teje", "en": "Weaves"}},
}  # fmt: skip


class Fields(HTMLParser):
    """What a browser would send of the form with that id."""

    def __init__(self, form):
        super().__init__()
        self.form, self.inside, self.sent, self.select, self.area = form, False, [], None, None

    def handle_starttag(self, tag, attrs):
        told = dict(attrs)
        if tag == "form":
            self.inside = told.get("id") == self.form
        if not self.inside:
            return
        name, kind = told.get("name"), told.get("type")
        if tag == "input" and name and kind not in ("file", "submit") and (kind not in ("checkbox", "radio") or "checked" in told):  # fmt: skip
            self.sent.append((name, told.get("value") or ""))
        elif tag == "select":
            self.select, self.first = name, None
        elif tag == "option" and self.select:
            if "selected" in told:
                self.sent.append((self.select, told.get("value", "")))
                self.select = None
            elif self.first is None:
                self.first = told.get("value", "")
        elif tag == "textarea":
            self.area, self.text = name, ""

    def handle_data(self, data):
        if self.area:
            self.text += data

    def handle_endtag(self, tag):
        if tag == "form":
            self.inside = False
        elif tag == "select" and self.select:
            self.sent.append((self.select, self.first or ""))
            self.select = None
        elif tag == "textarea" and self.area:
            self.sent.append((self.area, self.text.removeprefix("\n")))
            self.area = None


def snapshot(product):
    """All that is kept of a product, as plain values."""
    db.session.expire_all()
    whole = {column.key: getattr(product, column.key) for column in Product.__table__.columns}
    rows = {
        cls.__tablename__: [
            {column.key: getattr(row, column.key) for column in cls.__table__.columns}
            for row in db.session.scalars(select(cls).where(cls.product_id == product.id).order_by(cls.id))
        ]
        for cls in (Variant, BundlePart, ProductPicture)
    }
    return whole, rows


def resaved(shop, product):
    """The product before and after its sheet is sent as it was shown."""
    before, boss = snapshot(product), shop.admin
    page = boss.get(f"/admin/cafe/products/{product.slug}").get_data(as_text=True)
    fields = Fields("sheet")
    fields.feed(page)
    data = {}
    for name, value in fields.sent:
        data.setdefault(name, []).append(value)
    assert data["name"] == [product.name["es"]]
    answer = boss.post(f"/admin/cafe/products/{product.slug}", data=data)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return before, snapshot(product)


def test_a_rich_product_comes_through_unchanged(shop):
    tax = shop.tax("reducido", 400, is_default=False)
    shelf = shop.category("Cafés")
    product = shop.product(
        "Café Uno", price=5_900_00, stock=8, options={"molienda": ["grano", "fina, de verdad"], "peso": ["250"]},
        tax_rate_id=tax.id, category_id=shelf.id, **RICH,
    )  # fmt: skip
    shown = [files.store(photo(colour)) for colour in ("red", "blue")]
    for at, file in enumerate(shown):
        db.session.add(ProductPicture(product_id=product.id, file_id=file.id, position=at, alt={"es": f"Foto {at}", "en": f"Photo {at}"}))  # fmt: skip
    product.picture_id = shown[0].id
    rows = list(product.variants)
    rows[0].price_minor, rows[0].picture_id, rows[1].active = 6_100_00, shown[1].id, False
    rows[0].low_at, rows[1].low_at = 4, 7
    catalog.changed(product)
    db.session.commit()
    before, after = resaved(shop, product)
    assert after == before


def test_a_text_of_one_choice_keeps_it_whatever_becomes_of_the_choice(shop):
    texts = [{"code": code, "label": {"es": code}, "max": 9, "required": True, "when": {"talla": value}}
             for code, value in (("uno", "medida"), ("dos", "perdida"))]  # fmt: skip
    product = shop.product("Blusa", options={"talla": ["s", "medida"]}, texts=texts)
    page = shop.admin.get(f"/admin/cafe/products/{product.slug}").get_data(as_text=True)
    assert '<option selected value="talla=medida">Solo con Talla: medida</option>' in page
    assert '<option selected value="talla=perdida">Una opción que ya no está</option>' in page
    before, after = resaved(shop, product)
    assert after == before


def test_what_is_made_each_day_and_what_has_no_limit(shop):
    for product in (shop.product("Pan", daily=40, stock=None), shop.product("Vale", stock=None)):
        before, after = resaved(shop, product)
        assert after == before


def test_a_bundle_of_parts(shop):
    part = only(shop.product("Taza", stock=6))
    product = shop.product("Caja", kind="bundle")
    only(product).stock_kind = "parts"
    db.session.add(BundlePart(product_id=product.id, variant_id=part.id, quantity=2))
    db.session.commit()
    before, after = resaved(shop, product)
    assert after == before
