"""Pictures with reviews: their writer's until they are shown, everybody's while they are, nobody's afterwards."""

import base64
import io
from datetime import timedelta

import pytest
from PIL import Image
from sqlalchemy import inspect, select

from crm import merging, people
from kernel import backup, clock, files, jobs, settings
from kernel.db import db
from shop import review_pictures, reviews
from shop.review_pictures import ReviewPicture
from shop.reviews import Review
from tests.kernel import hostile
from tests.shop.pages import json_ld, read, text
from tests.shop.review_things import asked, has, say, shown, take

TYPED = {"stars": "4", "words": "Quedó precioso", "signed": "Ana M."}


def shade(number=0, size=(700, 500)):
    """A picture that is no other's."""
    stream = io.BytesIO()
    Image.new("RGB", size, (40 * number, 90, 120)).save(stream, "PNG")
    return stream.getvalue()


def send(shop, order, *data, gone=(), status=303, **typed):
    at = f"/orders/{order.token}/reviews/{order.lines[0].product.slug}"
    sent = [(io.BytesIO(one), f"foto{place}.png") for place, one in enumerate(data)]
    answer = shop.client.post(at, data={**TYPED, **typed, "pictures": sent, "gone": list(gone)})
    assert answer.status_code == status, answer.get_data(as_text=True)[:800]
    db.session.expire_all()
    return answer


def mine():
    return db.session.scalars(select(ReviewPicture).order_by(ReviewPicture.id)).all()


def held(*rows):
    """The same rows, of the session of now."""
    found = [db.session.get_one(type(row), inspect(row).identity, populate_existing=True) for row in rows]
    return found if len(found) > 1 else found[0]


def decide(shop, state, reason=""):
    row = db.session.scalars(select(Review)).one()
    reviews.decide(row, state, by=shop.owner, reason=reason)
    db.session.commit()
    return row


def photo(shop, token, width=320):
    return shop.client.get(f"/media/{shop.slug}/opinions/{token}.{width}.webp")


def on_disk(shop):
    """The names of all private pictures that lie on disk."""
    root = shop.app.extensions["plaza.settings"].instance / "media"
    return {path.name.split(".")[0] for path in root.rglob("*.webp") if "/private/" in path.as_posix()}


def test_from_the_phone_to_everybody_and_back(shop):
    order = has(shop, shop.product("Florero"))
    send(shop, order, hostile.photo_with_place(), shade(1))
    first, second = mine()
    assert first.file.private
    assert first.file.name == ""
    own = f"/orders/{order.token}/reviews/florero/pictures/{first.token}"
    assert shop.client.get(own).mimetype == "image/webp"  # its writer sees it, others not yet
    assert photo(shop, first.token).status_code == 404
    assert shop.client.get(f"/p/florero/pictures/{first.token}").status_code == 404
    decide(shop, "shown")
    seen = photo(shop, first.token)
    assert (seen.status_code, seen.mimetype, seen.headers["Cache-Control"]) == (200, "image/webp", "public, no-cache")
    drawn = Image.open(io.BytesIO(seen.data))
    assert drawn.size == (320, 480)  # turned upright, and of the place nothing is left
    assert not drawn.getexif()
    page = shop.client.get("/p/florero")
    told = read(page)
    assert "Fotos de quienes lo compraron" in text(page)
    thumbs = told.xpath("//*[@id='reviews']//ol//li//img")
    assert [one.get("alt") for one in thumbs] == ["Florero, foto de Ana M."] * 2
    assert {one.get("loading") for one in thumbs} == {"lazy"}
    assert all(one.get("width") and one.get("height") for one in thumbs)
    large = told.xpath("//*[@id='reviews']//ol//li//a[img]/@href")[0]
    shown_large = shop.client.get(large)
    assert "Quedó precioso" in text(shown_large)
    assert read(shown_large).xpath("//figure/img/@src") == [f"/media/{shop.slug}/opinions/{first.token}.960.webp"]
    assert read(shown_large).xpath("//a[@rel='next']/@href") == [f"/p/florero/pictures/{second.token}"]
    review = next(one for one in json_ld(page) if one["@type"] == "Product")["review"][0]
    images = [one.rpartition("/")[2] for one in review["image"]]
    assert images == [f"{one}.960.webp" for one in (first.token, second.token)]
    decide(shop, "hidden", "insult")
    assert photo(shop, first.token).status_code == 404  # at once, by its own address too
    again = shop.client.get(
        f"/media/{shop.slug}/opinions/{first.token}.320.webp", headers={"If-None-Match": seen.headers["ETag"]}
    )
    assert again.status_code == 404  # whoever has seen it before asks again
    assert "opinions/" not in shop.client.get("/p/florero").get_data(as_text=True)
    assert shop.client.get(own).status_code == 200


def one_shown(shop):
    """A product with an opinion that is shown with its picture, and this."""
    vase = shop.product("Florero")
    send(shop, has(shop, vase), shade(1))
    decide(shop, "shown")
    [one] = mine()
    return vase, one


def test_of_the_shown_ones_every_way_to_hide_ends_the_direct_address(shop):
    vase, one = one_shown(shop)
    token = one.token
    for hide, back in (
        (lambda: take("off"), lambda: take("approval")),
        (lambda: setattr(vase, "state", "draft"), lambda: setattr(vase, "state", "live")),
        (lambda: setattr(vase, "binned_at", clock.now()), lambda: setattr(vase, "binned_at", None)),
        (
            lambda: review_pictures.judge(one, "spam", by=shop.owner),
            lambda: review_pictures.judge(one, "", by=shop.owner),
        ),
    ):
        assert photo(shop, token).status_code == 200
        hide()
        db.session.commit()
        assert photo(shop, token).status_code == 404
        back()
        db.session.commit()
    for wrong in (f"/media/otra/opinions/{token}.320.webp", f"/media/{shop.slug}/opinions/{token}.321.webp",
                  f"/media/{shop.slug}/opinions/x.320.webp", f"/p/otro/pictures/{token}"):  # fmt: skip
        assert shop.client.get(wrong).status_code == 404


def test_the_picture_is_for_whom_the_product_is_for(shop, monkeypatch):
    vase, one = one_shown(shop)
    token = one.token
    vase.customer_groups = ["trade"]
    db.session.commit()
    assert photo(shop, token).status_code == 404
    monkeypatch.setattr("shop.views.visitor.group", lambda: "trade")
    seen = photo(shop, token)
    assert (seen.status_code, seen.headers["Cache-Control"]) == (200, "private, no-cache")


@pytest.mark.parametrize("name", hostile.REFUSED)
def test_what_is_no_picture_is_refused_and_what_was_typed_stays(shop, name):
    order = has(shop, shop.product("Florero"))
    answer = send(shop, order, shade(1), hostile.REFUSED[name](), status=422)
    page = read(answer)
    assert page.xpath("//textarea[@name='words']")[0].text.strip() == "Quedó precioso"
    assert page.xpath("//input[@name='stars'][@checked]/@value") == ["4"]
    assert page.xpath("//*[@id='pictures-error']")[0].text_content().strip()
    assert len(page.xpath("//input[@name='kept-pictures'][@checked]")) == 1  # the one that is fine need not come again
    assert mine() == []
    assert db.session.scalars(select(Review)).all() == []


def test_forty_megabytes_and_four_pictures_are_refused_with_a_sentence(shop):
    order = has(shop, shop.product("Florero"))
    answer = send(shop, order, b"\xff" * (40 * 1024 * 1024), status=422)
    assert "10 MB" in read(answer).xpath("//*[@id='pictures-error']")[0].text_content()
    assert "Quedó precioso" in text(answer)
    answer = send(shop, order, *map(shade, range(4)), status=422)
    assert "Hasta 3 fotos" in text(answer)
    answer = send(shop, order, b"\xff" * (50 * 1024 * 1024), status=413)
    assert "10 MB" in text(answer)
    send(shop, order, *map(shade, range(3)))
    answer = send(shop, order, shade(4), status=422, words="otras palabras")  # with those that are there too many
    assert "otras palabras" in text(answer)
    assert (len(mine()), db.session.scalars(select(Review)).one().words) == (3, "Quedó precioso")


def test_its_writer_changes_them_and_new_ones_wait_to_be_seen(shop):
    vase = shop.product("Florero")
    order = has(shop, vase)
    send(shop, order, shade(1), shade(2))
    row = decide(shop, "shown")
    assert (row.changed_at, row.pictured, vase.review_pictured) == (None, 2, 2)
    lost = mine()[0]
    token, sha = lost.token, lost.file.sha256
    send(shop, order, gone=[token])
    assert (row.state, row.pictured, vase.review_pictured) == ("shown", 1, 1)  # less is nothing new
    assert photo(shop, token).status_code == 404
    jobs.run_due()
    shop.enter()
    assert sha not in on_disk(shop)
    vase, order, row = held(vase, order, row)
    [left] = mine()
    send(shop, order, shade(2))  # the same once more, as who presses twice sends it
    assert [one.token for one in mine()] == [left.token]
    assert row.state == "shown"
    send(shop, order, shade(3))
    assert (row.state, vase.review_count, vase.review_pictured) == ("waiting", 0, 0)
    assert photo(shop, left.token).status_code == 404
    take("open")
    decide(shop, "shown")
    send(shop, order, gone=[left.token, "nobodys"], words="Otra cosa")
    send(shop, order, shade(5), words="Otra cosa")
    assert (row.state, len(mine()), vase.review_pictured) == ("shown", 2, 2)


def test_nobody_takes_the_pictures_of_others_away(shop):
    vase, cup = shop.product("Florero"), shop.product("Taza")
    order, other = has(shop, vase), has(shop, cup, "otra@example.com")
    send(shop, order, shade(1))
    send(shop, other, shade(1))  # the same picture: each has a file of their own
    first, second = mine()
    assert first.file_id != second.file_id
    send(shop, other, gone=[first.token])
    assert len(mine()) == 2
    for at in (
        f"/orders/{other.token}/reviews/taza",
        f"/orders/{other.token}/reviews/florero",
        "/account/reviews/florero",
    ):
        assert shop.client.get(f"{at}/pictures/{first.token}").status_code == 404
    visitor = shop.shopper(other.contact)
    assert visitor.get(f"/account/reviews/florero/pictures/{first.token}").status_code == 404
    assert visitor.get(f"/account/reviews/taza/pictures/{second.token}").status_code == 200
    sent = {**TYPED, "pictures": [(io.BytesIO(shade(7)), "a.png")]}
    assert visitor.post("/account/reviews/taza", data=sent).status_code == 303
    send(shop, order, gone=[first.token])
    jobs.run_due()
    shop.enter()
    assert {one.file.sha256 for one in mine()} == on_disk(shop)  # those of the other are all there


def test_a_copy_holds_them_and_forgetting_ends_the_files_themselves(shop):
    vase, cup = shop.product("Florero"), shop.product("Taza")
    order, other = has(shop, vase), has(shop, cup)
    send(shop, order, shade(1))
    decide(shop, "shown")
    send(shop, other, shade(2))
    contact = order.contact
    copies = [one["pictures"] for one in people.export(contact)["reviews"]]
    for [one] in copies:
        kind, _, data = one["picture"].partition(",")
        assert kind == "data:image/webp;base64"
        assert Image.open(io.BytesIO(base64.b64decode(data))).size == (700, 500)
    page = shop.shopper(contact).get("/account/data").get_data(as_text=True)
    assert "Fotos:" in page
    assert "base64" not in page  # that is for programs
    shop.enter()
    assert len(on_disk(shop)) == 2
    token, contact = mine()[0].token, held(contact)
    people.erase(contact, by=shop.owner)
    db.session.commit()
    assert photo(shop, token).status_code == 404
    jobs.run_due()
    shop.enter()
    assert (mine(), on_disk(shop)) == ([], set())
    assert db.session.scalars(select(files.File).where(files.File.private)).all() == []
    vase = held(vase)
    assert (vase.review_count, vase.review_pictured) == (1, 0)


def test_one_person_who_was_two_keeps_those_of_the_review_that_stays(shop):
    vase, cup = shop.product("Florero"), shop.product("Taza")
    order, second, third = has(shop, vase), has(shop, vase, "otra@example.com"), has(shop, cup, "otra@example.com")
    with clock.at(clock.now() - timedelta(days=2)):
        send(shop, order, shade(1))
    send(shop, second, shade(2))
    send(shop, third, shade(3))
    kept, stays = {one.token for one in mine()[1:]}, order.contact_id
    merging.merge(order.contact, second.contact, {}, by=shop.owner)
    db.session.commit()
    jobs.run_due()
    shop.enter()
    assert {one.token for one in mine()} == kept
    assert {one.file.sha256 for one in mine()} == on_disk(shop)
    assert {one.review.contact_id for one in mine()} == {stays}


def test_a_clearing_spares_what_has_a_row_and_a_backup_holds_it(shop):
    order = has(shop, shop.product("Florero"))
    send(shop, order, shade(1))
    [one] = mine()
    files.clear(one.file.sha256)
    assert on_disk(shop) == {one.file.sha256}
    held_in = {name.rpartition("/")[2] for name, _path in backup.media(settings.current().media)}
    assert {f"{one.file.sha256}.{width}.webp" for width in one.file.widths} <= held_in


def test_only_pages_with_pictures_ask_for_them_and_no_list_does(shop):
    shelf = shop.category("Casa")
    plain, seen = (shop.product(name, category_id=shelf.id) for name in ("Taza", "Florero"))
    shown(shop, plain, words="sin foto")
    order = has(shop, seen, "b@example.com")
    send(shop, order, shade(1))
    reviews.decide(db.session.scalars(select(Review).where(Review.product_id == seen.id)).one(), "shown", by=shop.owner)
    db.session.commit()
    shop.client.get("/")
    counts = [
        sum("FROM review_picture" in said for said in asked(lambda look=look: shop.client.get(look)))
        for look in ("/p/taza", "/p/florero", "/c/casa", "/search?q=florero")
    ]
    assert counts[0] == counts[2] == counts[3] == 0
    assert counts[1] == 2
    assert "Fotos de quienes" not in text(shop.client.get("/p/taza"))


def test_the_owner_hides_one_for_a_reason_that_its_writer_reads(shop):
    vase = shop.product("Florero")
    order = has(shop, vase)
    send(shop, order, shade(1), shade(2))
    decide(shop, "shown")
    first, second = (one.token for one in mine())
    admin, at = shop.admin, f"/admin/{shop.slug}/reviews"
    page = admin.get(f"{at}?show=all", headers={"Accept-Language": "es"})
    small = read(page).xpath("//ul[@class='opinion-pics']//img/@src")
    assert [admin.get(one).status_code for one in small] == [200, 200]
    assert admin.post(f"{at}/pictures/{first}/hiding", data={"reason": ""}).status_code == 422
    answer = admin.post(f"{at}/pictures/{first}/hiding", data={"reason": "private", "show": "shown"})
    assert answer.headers["Location"].endswith("/reviews?show=shown")
    shop.enter()
    db.session.expire_all()
    assert (photo(shop, first).status_code, photo(shop, second).status_code) == (404, 200)
    assert held(vase).review_pictured == 1
    own = text(shop.client.get(f"/orders/{held(order).token}/reviews/florero"))
    assert "Revela datos privados" in own
    assert first not in shop.client.get("/p/florero").get_data(as_text=True)
    assert admin.post(f"{at}/pictures/{first}/showing").status_code == 303
    shop.enter()
    assert photo(shop, first).status_code == 200
    journal = text(admin.get(f"/admin/{shop.slug}/journal", headers={"Accept-Language": "es"}))
    assert "Ocultó una foto" in journal


def test_a_neighbours_pictures_are_nobodys_here(rival, shop):
    rival.enter()
    order = has(rival, rival.product("Florero"))
    send(rival, order, shade(1))
    row = db.session.scalars(select(Review)).one()
    reviews.decide(row, "shown", by=rival.owner)
    db.session.commit()
    token = mine()[0].token
    assert photo(rival, token).status_code == 200
    shop.enter()
    shop.product("Florero")
    assert photo(shop, token).status_code == 404
    assert shop.client.get(f"/p/florero/pictures/{token}").status_code == 404
    admin = shop.admin
    for step in (f"{token}.320.webp", f"{token}/hiding", f"{token}/showing"):
        ask = admin.get if step.endswith("webp") else admin.post
        assert ask(f"/admin/{shop.slug}/reviews/pictures/{step}").status_code == 404


def test_without_a_picture_nothing_is_decoded_and_the_word_alone_is_kept(shop):
    order = has(shop, shop.product("Florero"))
    say(order)
    send(shop, order, words="Solo palabras")
    assert db.session.scalars(select(Review)).one().words == "Solo palabras"
    assert mine() == []
