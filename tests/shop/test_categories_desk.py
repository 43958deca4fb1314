"""The desk of categories: a tree that can be ordered, moved, put away with its branches and brought back whole."""

import io

from sqlalchemy import select

from kernel.db import db
from shop import bin as rubbish
from shop import categories
from shop.categories import Category
from tests.shop.test_products_desk import typed


def tree(shop):
    """Coffee with two kinds, and tea."""
    coffee, tea = shop.category("Café", position=1), shop.category("Té", position=2)
    light = shop.category("Claro", position=3, parent_id=coffee.id)
    return coffee, tea, light, shop.category("Oscuro", position=4, parent_id=coffee.id)


def names(parent=None):
    return [row.name["es"] for row in categories.children(categories.all_(), parent)]


def test_one_is_made_below_another_with_its_words(shop):
    tree(shop)
    answer = shop.admin.post("/admin/cafe/categories/new", data={"name": "Mieles", "name_en": "Honeys", "intro": "Del monte", "parent": "cafe"})  # fmt: skip
    assert answer.status_code == 303
    row = categories.slugged("mieles")
    assert row.name == {"es": "Mieles", "en": "Honeys"}
    assert row.parent_id == categories.slugged("cafe").id
    empty = shop.admin.post("/admin/cafe/categories/new", data={"name": "", "intro": "Se queda"})
    assert empty.status_code == 422
    assert "Se queda" in empty.get_data(as_text=True)


def test_a_category_never_hangs_below_itself(shop):
    coffee, _tea, light, _dark = tree(shop)
    answer = shop.admin.post("/admin/cafe/categories/cafe", data={"name": "Café", "parent": light.slug})
    assert answer.status_code == 422
    db.session.expire_all()
    assert coffee.parent_id is None


def test_the_old_address_leads_on(shop):
    tree(shop)
    shop.product(category_id=categories.slugged("cafe").id)
    shop.admin.post("/admin/cafe/categories/cafe", data={"name": "Café", "slug": "cafes-de-altura"})
    assert shop.client.get("/c/cafe").headers["Location"].endswith("/c/cafes-de-altura")


def test_they_are_ordered_by_buttons_and_by_dragging(shop):
    coffee, *_rest = tree(shop)
    shop.admin.post("/admin/cafe/categories/te/move", data={"do": "up"})
    assert names() == ["Té", "Café"]
    assert names(coffee) == ["Claro", "Oscuro"]
    shop.admin.post("/admin/cafe/categories/order", data={"slug": ["cafe", "oscuro", "claro", "te"]})
    assert names() == ["Café", "Té"]
    assert names(coffee) == ["Oscuro", "Claro"]


def test_a_branch_goes_into_the_bin_and_comes_back_as_it_was(shop):
    coffee, _tea, light, dark = tree(shop)
    product = shop.product(category_id=light.id)
    before = [(row.id, row.parent_id, row.position) for row in (coffee, light, dark)]
    shop.admin.post("/admin/cafe/categories/cafe/bin")
    assert names() == ["Té"]
    assert shop.client.get("/c/cafe").status_code == 404
    assert shop.client.get(f"/p/{product.slug}").status_code == 200  # its products stay
    answer = shop.admin.post(f"/admin/cafe/bin/undo/{rubbish.ticket('category', [light.id])}")
    assert answer.status_code == 303
    db.session.expire_all()
    assert names() == ["Café", "Té"]
    shop.admin.post(f"/admin/cafe/bin/undo/{rubbish.ticket('category', [dark.id])}")
    db.session.expire_all()
    assert [(row.id, row.parent_id, row.position) for row in (coffee, light, dark)] == before
    assert shop.client.get("/c/claro").status_code == 200
    assert product.category_id == light.id


def test_a_picture_that_is_none_is_refused_and_the_rest_stays_typed(shop):
    data = {"name": "Mieles", "picture": (io.BytesIO(b"nada"), "x.png")}
    answer = shop.admin.post("/admin/cafe/categories/new", data=data, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert 'value="Mieles"' in answer.get_data(as_text=True)
    assert db.session.scalars(select(Category)).all() == []


def test_a_product_that_moves_is_counted_on_its_new_shelf_only(shop):
    coffee, tea, light, _dark = tree(shop)
    product = shop.product(category_id=light.id, tags=["lavado"])
    told = typed(name="Café Uno", tags="lavado", category=tea.slug)
    answer = shop.admin.post(f"/admin/cafe/products/{product.slug}", data=told)
    assert answer.status_code == 303
    db.session.expire_all()
    assert [row.facets["count"] for row in (coffee, light, tea)] == [0, 0, 1]
    assert (light.facets["tags"], tea.facets["tags"]) == ([], [["lavado", 1]])


def test_an_empty_file_is_no_picture_and_is_said_to_be_empty(shop):
    data = {"name": "Mieles", "picture": (io.BytesIO(b""), "foto.jpg")}
    answer = shop.admin.post("/admin/cafe/categories/new", data=data, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert "Ese archivo está vacío" in answer.text
    assert db.session.scalars(select(Category)).all() == []
