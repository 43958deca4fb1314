"""Copies of products: everything of them but what was sold, said and booked; nothing new is forgotten in silence."""

from copy import deepcopy
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, inspect, select

from kernel import clock, files
from kernel.db import Base, db
from shop import copies, hours, options, variants
from shop.catalog import BundlePart, Product, ProductPicture, Variant
from shop.hours import DayException
from shop.pricing import PriceBreak
from shop.rates import ServiceRate
from shop.services import Service, ServiceResource
from tests.goods import only
from tests.kernel.hostile import picture
from tests.makers import World

BASE = "/admin/cafe/products"
OTHERS = {  # tables that refer to a product, a variant or a service and stay with it, and why
    **dict.fromkeys(["order_line", "cart_line", "download", "subscription", "gift_card", "booking", "departure"], "sold"),
    "proposal_line": "offered to somebody",
    **dict.fromkeys(["stock_move", "day_taken"], "stock"),
    **dict.fromkeys(["review", "question"], "said of that one"),
    **dict.fromkeys(["stock_wait", "time_wait", "saved_product"], "somebody wants that one"),
    **dict.fromkeys(["search_stem", "product_mark"], "written by catalog.changed"),
    **dict.fromkeys(["favourite", "product_neighbour"], "reckoned from sales"),
    **dict.fromkeys(["automation", "import_picture"], "about that one"),
}  # fmt: skip
KEYS = {"id", "tenant_id"}


def _columns(cls: type) -> set[str]:
    return {one.key for one in inspect(cls).column_attrs}


def test_every_column_and_every_table_of_a_product_is_named_as_copied_or_not(shop: World) -> None:
    for cls in copies.COPIED:
        named = [*copies.COPIED[cls], *copies.ANEW[cls]]
        assert len(named) == len(set(named)), cls
        assert set(named) | KEYS == _columns(cls), cls
    tables = {cls.__tablename__ for cls in copies.COPIED}
    pointing = {
        table.name for table in Base.metadata.tables.values()
        if any(one.info.get("ref") in ("product", "variant", "service") for one in table.columns)
    }  # fmt: skip
    assert pointing == (tables - {"product"}) | set(OTHERS)
    assert not tables & set(OTHERS)


def _odd(value: Any, name: str, kind: type) -> Any:
    """Another value than the one that a column begins with."""
    if kind is bool:
        return not value
    if kind is int:
        return (value or 0) + 2
    return {dict: {"es": name}, list: [name], str: value or name[:4]}.get(kind, value)


@pytest.fixture
def cabin(shop: World) -> Service:
    """A service with all that can hang on a product, and no column as it begins."""
    room = shop.resource("Cabaña", units=2, seats=4)
    row = shop.service("Cabaña del lago", "nights", price={"adulto": 900_00, "nino": 400_00}, resource=room)
    product = row.product
    drawn = files.store(picture(), name="a.jpg")
    product.picture_id = product.download_id = drawn.id
    for name in ("short", "description", "unit", "fiscal", "maker"):
        setattr(product, name, {"es": f"{name} uno", "en": f"{name} one"})
    for name in ("tags", "interests", "allergens", "customer_groups"):
        setattr(product, name, [name])
    product.name = {"es": "Cabaña del lago", "en": "Lake cabin"}
    product.category_id, product.tax_rate_id = shop.category("Cabañas").id, None
    product.min_qty, product.max_qty, product.lead_hours, product.weight_g = 2, 7, 5, 11
    product.compare_minor, product.deposit_bp, product.deposit_minor, product.deposit_days = 999_99, 3000, 50, 4
    product.season_from, product.season_to, product.every, product.valid_months = "01-05", "03-09", "1m", 8
    product.pickup_only, product.brief, product.texts = True, "Un lago", [{"code": "t", "label": {"es": "T"}}]
    product.review_count = product.question_count = 3
    for one in copies.COPIED[Service]:
        if one not in ("kind", "nights_min", "nights_max", "check_in", "check_out", "policy", "questions", "seasons"):
            setattr(row, one, _odd(getattr(row, one), one, inspect(Service).columns[one].type.python_type))
    row.policy, row.questions = [{"hours": 24, "back_bp": 5000}], [{"code": "q", "label": {"es": "¿Alergias?"}}]
    row.seasons = [{"name": {"es": "Alta"}, "from": "12-20", "to": "01-05", "factor_bp": 14000}]
    first = only(product)
    first.low_at, first.daily_capacity, first.picture_id, first.compare_minor = 2, 9, drawn.id, 950_00
    today = clock.now().date()
    db.session.add_all([
        ProductPicture(product_id=product.id, file_id=drawn.id, position=1, alt={"es": "El lago"}),
        PriceBreak(product_id=product.id, min_qty=3, price_minor=800_00, customer_group="mayoreo"),
        PriceBreak(product_id=product.id, variant_id=first.id, min_qty=2, price_minor=850_00),
        BundlePart(product_id=product.id, variant_id=only(shop.product("Leña")).id, quantity=3),
        ServiceRate(service_id=row.id, name={"es": "Fin"}, weekdays=[5], price_minor=1_200_00, nights_min=2),
        DayException(service_id=row.id, day=today + timedelta(days=9), opens="10:00", closes="11:00", note="Misa"),
        DayException(service_id=row.id, day=today - timedelta(days=9)),
        DayException(service_id=None, day=today + timedelta(days=8)),
        hours.Hours(service_id=row.id, weekday=2, opens="14:00"),
    ])  # fmt: skip
    db.session.commit()
    return row


def _told(row: Any) -> dict[str, Any]:
    return {name: deepcopy(getattr(row, name)) for name in copies.COPIED[type(row)]}


def _hanging(cls: Any, column: Any, owner: int) -> list[dict[str, Any]]:
    rows = db.session.scalars(select(cls).where(column == owner).order_by(cls.id)).all()
    return [_told(row) for row in rows]


def test_a_copy_has_everything_and_takes_nothing(shop: World, cabin: Service) -> None:
    product = cabin.product
    made = copies.make(product, by=shop.owner)
    db.session.commit()
    mine = db.session.scalars(select(Service).where(Service.product_id == made.id)).one()

    assert _told(made) == _told(product)
    assert _told(mine) == _told(cabin)
    for cls in (ProductPicture, BundlePart, PriceBreak, Variant):
        assert _hanging(cls, cls.product_id, made.id) == _hanging(cls, cls.product_id, product.id) != []
    for cls in (ServiceResource, ServiceRate, hours.Hours):
        assert _hanging(cls, cls.service_id, mine.id) == _hanging(cls, cls.service_id, cabin.id) != []
    assert [one["note"] for one in _hanging(DayException, DayException.service_id, mine.id)] == ["Misa"]

    assert made.name == {"es": "Copia de Cabaña del lago", "en": "Copy of Lake cabin"}
    assert (made.state, made.published_at, made.review_count, made.question_count) == ("draft", None, 0, 0)
    assert made.slug == "copia-de-cabana-del-lago"
    own = {one.id for one in made.variants}
    assert {one.variant_id for one in db.session.scalars(select(PriceBreak).where(PriceBreak.product_id == made.id))} <= {
        None, *own}  # fmt: skip
    assert {one.sku for one in made.variants}.isdisjoint(one.sku for one in product.variants)
    assert db.session.scalar(select(func.count(files.File.id))) == 1


def test_a_copy_has_nothing_on_the_shelf_and_codes_of_its_own(shop: World) -> None:
    tea = shop.product("Té", stock=8, options={"peso": ["250", "500"]})
    tea.sku = "TE-250"
    gone = db.session.scalars(select(Variant).where(Variant.product_id == tea.id)).all()
    gone[0].sku = "TE-250"
    db.session.add(
        Variant(product_id=tea.id, sku="TE-VIEJO", options={"peso": "100"}, active=False, stock_kind="onhand")
    )
    db.session.commit()
    first, second = copies.make(tea), copies.make(tea)
    db.session.commit()
    assert [one.on_hand for one in (*first.variants, *second.variants)] == [0] * 4
    assert [options.key(one.options) for one in first.variants] == ["peso=250", "peso=500"]
    assert (first.sku, second.sku) == (first.variants[0].sku, second.variants[0].sku) == ("TE-250-2", "TE-250-3")
    assert variants.by_sku("TE-250").on_hand == 8
    assert second.slug == "copia-de-te-2"


def test_one_tap_too_many_makes_one_copy_and_opens_it(shop: World) -> None:
    shop.product("Té")
    page = shop.admin.get(BASE).text
    assert f'action="{BASE}/te/copy"' in page
    assert f'action="{BASE}/te/copy"' in shop.admin.get(f"{BASE}/te").text
    answers = [shop.admin.post(f"{BASE}/te/copy", data={"once": "a" * 22}) for _ in "ab"]
    assert [one.headers["Location"] for one in answers] == [f"{BASE}/copia-de-te"] * 2
    assert db.session.scalar(select(func.count(Product.id))) == 2
    assert "Copia de Té" in shop.admin.get(f"{BASE}/copia-de-te").text
    assert shop.client.get("/p/copia-de-te").status_code == 404
    assert shop.staff("clerk").post(f"{BASE}/te/copy").status_code in (403, 404)
