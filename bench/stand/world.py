"""A shop to measure: one category with thousands of products, ways to deliver and pay, and the floor's one row."""

from pathlib import Path

from sqlalchemy import create_engine, insert, text

from bench.stand import floor
from kernel import clock, migrations, tenancy
from kernel.app import create_app
from kernel.db import db
from kernel.settings import Settings, complete
from kernel.tenancy import Tenant
from shop import facets, storefront
from shop.catalog import Category, Product, Variant
from shop.payment_methods import PaymentMethod

SLUG, COUNTRY = "medida", "CR"
LONG = "Tostado en pequeños lotes por la cooperativa, con notas de panela, naranja y cacao. " * 4


def build(folder: Path, database_url: str, url: str, count: int) -> None:
    """Make the install and its shop."""
    app = create_app(complete(Settings(url=url, instance=folder, database_url=database_url)))
    migrations.upgrade(app)
    with app.app_context():
        tenancy.open_shop(
            Tenant(slug=SLUG, name="Tienda de medida", country=COUNTRY, currency="CRC", language="es",
                   timezone="America/Costa_Rica", live_at=clock.now(), email="medida@example.com")
        )  # fmt: skip
        storefront.of().address = {"street": "100 m norte de la iglesia"}  # where its buyers come for it
        _goods(count)
        db.session.commit()
        with db.engine.begin() as bare:
            bare.execute(text(f"CREATE TABLE {floor.TABLE} (slug VARCHAR(60) PRIMARY KEY, name VARCHAR(200))"))
            bare.execute(text(f"INSERT INTO {floor.TABLE} VALUES ('one', 'x')"))
            if bare.dialect.name == "postgresql":
                bare.execute(text("ANALYZE"))
        db.engine.dispose()


def _goods(count: int) -> None:
    shelf = Category(slug="cafe", name={"es": "Café"}, facets={})
    db.session.add(shelf)
    db.session.add(PaymentMethod(code="transfer", kind="transfer", label={"es": "Transferencia"}))
    db.session.flush()
    numbers, price = range(1, count + 1), 450_000
    db.session.execute(insert(Product), [
        {"id": number, "slug": f"cafe-{number}", "sku": f"C{number}", "state": "live", "name": {"es": f"Café {number}"},
         "short": {"es": LONG[:80]}, "description": {"es": LONG}, "category_id": shelf.id, "currency": "CRC",
         "price_minor": price, "low_minor": price, "high_minor": price, "sort_name": f"cafe {number:06}",
         "position": number, "published_at": clock.now(), "tags": ["grano"]}
        for number in numbers
    ])  # fmt: skip
    db.session.execute(insert(Variant), [
        {"id": number, "product_id": number, "sku": f"C{number}", "stock_kind": "onhand", "on_hand": 100_000}
        for number in numbers
    ])  # fmt: skip
    facets.refresh({shelf.id})


def edit(database_url: str) -> None:
    """What an edit does to kept pages: the tenant's revision moves."""
    engine = create_engine(database_url)
    with engine.begin() as bare:
        bare.execute(text("UPDATE tenant SET revision = revision + 1 WHERE slug = :slug"), {"slug": SLUG})
    engine.dispose()
