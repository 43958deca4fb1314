"""The bin: what lies in it comes back as it was; after thirty days it goes, and what an order names never goes."""

from datetime import timedelta

from sqlalchemy import select

from kernel import clock, tenancy, verbs
from kernel.db import db
from shop import bin as rubbish
from shop import pages
from shop.catalog import BundlePart, Category, Product, Variant
from tests.goods import only


def old(*rows):
    for row in rows:
        row.binned_at = clock.now() - timedelta(days=rubbish.DAYS + 1)
    db.session.commit()


def everything(cls):
    return db.session.scalars(select(cls).execution_options(binned=True)).all()


def test_it_lists_what_one_may_take_out(shop):
    product = shop.product("Café Uno")
    page = pages.make({"es": "Historia"})
    rubbish.put("product", [product])
    rubbish.put("page", [page])
    db.session.commit()
    whole = shop.admin.get("/admin/cafe/bin").get_data(as_text=True)
    assert "Café Uno" in whole
    assert "Historia" in whole
    part = shop.staff("marketer").get("/admin/cafe/bin").get_data(as_text=True)
    assert "Café Uno" not in part
    assert "Historia" in part
    shop.staff("marketer").post(f"/admin/cafe/bin/undo/{rubbish.ticket('product', [product.id])}")
    assert db.session.scalars(select(Product)).all() == []


def test_after_thirty_days_it_goes_with_all_its_parts(shop):
    product, fresh = shop.product("Café Uno"), shop.product("Café Dos")
    page = pages.make({"es": "Historia"})
    for kind, row in (("product", product), ("product", fresh), ("page", page)):
        rubbish.put(kind, [row])
    old(product, page)
    assert rubbish.empty() == 2
    db.session.commit()
    assert [row.slug for row in everything(Product)] == [fresh.slug]
    assert everything(pages.Page) == []
    assert [row.product_id for row in everything(Variant)] == [fresh.id]


def test_what_an_order_named_stays_for_ever(shop):
    sold, never = shop.product("Café Uno"), shop.product("Café Dos")
    order = shop.bought(sold)
    rubbish.put("product", [sold, never])
    old(sold, never)
    assert rubbish.empty() == 1
    db.session.commit()
    assert [row.id for row in everything(Product)] == [sold.id]
    assert shop.admin.get(f"/admin/cafe/orders/{order.number}").status_code == 200


def test_a_category_with_products_stays_and_so_does_what_a_bundle_holds(shop):
    shelf, part = shop.category("Café"), shop.product("Taza")
    shop.product("Café Uno", category_id=shelf.id)
    bundle = shop.product("Caja", kind="bundle")
    db.session.add(BundlePart(product_id=bundle.id, variant_id=only(part).id, quantity=1))
    rubbish.put("category", [shelf])
    rubbish.put("product", [part])
    old(shelf, part)
    assert rubbish.empty() == 0
    db.session.commit()
    assert len(everything(Category)) == 1
    assert len(everything(Product)) == 3


def test_the_job_empties_every_shop(rival, shop):
    for world in (rival, shop):
        world.enter()
        product = world.product()
        rubbish.put("product", [product])
        old(product)
    tenancy.leave()
    verbs._verbs["shop.empty_bins"]()
    for world in (rival, shop):
        world.enter()
        assert everything(Product) == []


def test_a_ticket_of_another_shop_opens_nothing(rival, shop):
    product = shop.product()
    rubbish.put("product", [product])
    ticket = rubbish.ticket("product", [product.id])
    db.session.commit()
    assert rival.admin.post(f"/admin/rival/bin/undo/{ticket}").status_code == 410
    assert shop.admin.post(f"/admin/cafe/bin/undo/{ticket}x").status_code == 410
    assert shop.admin.post(f"/admin/cafe/bin/undo/{ticket}").status_code == 303
    assert shop.admin.post(f"/admin/cafe/bin/undo/{ticket}").status_code == 410  # it is there already


def test_a_name_that_was_taken_meanwhile_is_not_taken_twice(shop):
    product = shop.product("Café Uno")
    rubbish.put("product", [product])
    db.session.commit()
    twin = shop.product("Café Uno", slug="otro")
    twin.slug = "cafe-uno"
    db.session.commit()
    rubbish.restore("product", [product.id])
    db.session.commit()
    assert product.slug == "cafe-uno-2"
    assert twin.slug == "cafe-uno"
