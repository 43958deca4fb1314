"""A form that is refused keeps the files that came with it, for its sender and its purpose only, for a day."""

import io
import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from kernel import clock, files, jobs, uploads
from kernel.db import db
from kernel.uploads import WaitingUpload
from shop import storefront
from shop.catalog import Product
from shop.categories import Category
from shop.proofs import Proof
from tests.shop.test_products_desk import photo, typed

DESK = "/admin/cafe"


def sent(*colours):
    return [(io.BytesIO(photo(colour, (90, 70))), f"{colour}.jpg") for colour in colours]


def post(client, address, **data):
    return client.post(address, data=data, content_type="multipart/form-data")


def kept(answer, name):
    assert answer.status_code == 422, answer.text
    return re.findall(rf'name="kept-{name}" value="([^"]+)" checked', answer.text)


def count(cls):
    return db.session.scalar(select(func.count(cls.id)))


def test_a_new_product_keeps_its_pictures_and_its_file_until_the_rest_is_right(shop):
    new = f"{DESK}/products/new"
    wrong = typed(deposit="120 %", name="Miel")
    answer = post(
        shop.admin, new, **wrong, new_pictures=sent("red", "blue"), download=(io.BytesIO(b"libro"), "libro.pdf")
    )
    tokens, download = kept(answer, "new_pictures"), kept(answer, "download")
    assert (len(tokens), len(download)) == (2, 1)
    assert answer.text.count("data:image/webp;base64,") == 2
    again = post(
        shop.admin, new, **wrong, **{"kept-new_pictures": tokens, "kept-download": download}, new_pictures=sent("green")
    )
    assert kept(again, "new_pictures")[:2] == tokens
    assert kept(again, "download") == download
    told = {"kept-new_pictures": [kept(again, "new_pictures")[2], tokens[0]], "kept-download": download}
    for _tap in "ab":  # what waited is there for the second tap, too
        assert post(shop.admin, new, **typed(deposit="30", name="Miel", once="a" * 22), **told).status_code == 303
    [product] = db.session.scalars(select(Product)).all()
    assert product.deposit_bp == 3000
    assert len(product.pictures) == 2
    row = db.session.get(files.File, product.picture_id)
    assert (row.private, shop.client.get(files.url(row)).status_code) == (False, 200)
    assert files.read(db.session.get(files.File, product.download_id)) == b"libro"


def test_what_waits_is_of_one_form_and_one_shop_and_goes_after_a_day(rival, shop):
    wrong = typed(price="doce")
    [token] = kept(post(shop.admin, f"{DESK}/products/new", **wrong, new_pictures=sent("red")), "new_pictures")
    for where, name in (("categories/new", "picture"), ("settings/brand", "logo")):
        answer = post(shop.admin, f"{DESK}/{where}", **{"name": "Té", "parent": "", f"kept-{name}": token})
        assert kept(answer, name) == []
        assert "ya no está guardado" in answer.text
    assert count(Category) == 0
    neighbour = f"/admin/{rival.slug}/products/new"
    assert kept(post(rival.enter().admin, neighbour, **typed(), **{"kept-new_pictures": token}), "new_pictures") == []
    shop.enter()
    row = db.session.scalars(select(WaitingUpload)).one()
    path = files.path_of(row.tenant_id, row.file.sha256, "90.webp", private=True)
    assert path.exists()
    job = db.session.scalars(select(jobs.Job).where(jobs.Job.name == "uploads.drop")).one()
    assert timedelta(hours=23) < job.run_at - clock.now() <= uploads.DAY
    for _time in "ab":
        uploads.drop(row.id if _time == "a" else job.id)
    files.clear(path.name.partition(".")[0])
    db.session.commit()
    assert (count(WaitingUpload), count(files.File), path.exists()) == (0, 0, False)
    answer = post(shop.admin, f"{DESK}/products/new", **typed(), **{"kept-new_pictures": token})
    assert kept(answer, "new_pictures") == []
    assert "ya no está guardado" in answer.text


@pytest.mark.parametrize(("where", "name", "wrong", "right"), [
    ("categories/new", "picture", {"name": ""}, {"name": "Té"}),
    ("settings/brand", "logo", {"name": ""}, {"name": "Café"}),
])  # fmt: skip
def test_the_desks_other_forms_keep_theirs(shop, where, name, wrong, right):
    more = {"parent": "", "preset": "selva", "primary": "#0e7a4e", "accent": "#8fc7db", "surface": "#f4f8f4"}
    tokens = kept(post(shop.admin, f"{DESK}/{where}", **{**more, **wrong, name: sent("red")[0]}), name)
    assert len(tokens) == 1
    assert post(shop.admin, f"{DESK}/{where}", **{**more, **right, f"kept-{name}": tokens}).status_code == 303
    there = storefront.of().logo_id if name == "logo" else db.session.scalars(select(Category)).one().picture_id
    assert db.session.get(files.File, there).mime == "image/webp"


def test_a_buyers_proof_waits_for_that_order_only(shop):
    order, neighbour = (shop.bought(shop.product(name)) for name in ("Uno", "Dos"))
    long = {"reference": "7" * 99}
    [token] = kept(post(shop.client, f"/orders/{order.token}/proofs", **long, file=sent("red")[0]), "file")
    told = {"reference": "77", "kept-file": token}
    assert kept(post(shop.client, f"/orders/{neighbour.token}/proofs", **told), "file") == []
    assert count(Proof) == 0
    assert post(shop.client, f"/orders/{order.token}/proofs", **told).status_code == 303
    row = db.session.scalars(select(Proof)).one()
    assert (row.reference, row.file.private, row.file.picture) == ("77", True, True)
