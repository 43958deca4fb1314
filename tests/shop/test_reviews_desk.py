"""Reviews in the back office: what waits is counted on the first page; each step can be taken back and is noted."""

from sqlalchemy import select

from kernel import journal
from kernel.db import db
from shop import reviews, storefront
from tests.shop.desk_pages import HTML, soup, step, undo
from tests.shop.review_things import asked, has, say, shown
from tests.shop.test_orders_desk import page


def send(admin, row, name, status=303, **fields):
    return step(admin, f"/reviews/{row.token}/{name}", status, **fields)


def test_what_waits_stands_on_the_first_page_and_the_number_is_the_list(shop):
    vase = shop.product("Florero")
    assert "reviews.waiting" not in [one["data-count"] for one in soup(shop.admin, "/").select(".today a b")
                                     if one.text != "0"]  # fmt: skip
    say(has(shop, vase), 2, "Regular")
    say(has(shop, vase, "b@example.com"))
    shown(shop, shop.product("Taza"))
    admin = shop.admin
    [line] = [one for one in soup(admin, "/").select(".today a") if one.b["data-count"] == "reviews.waiting"]
    assert line.b.text == "2"
    answer = admin.get(line["href"], headers=HTML)
    assert answer.get_data(as_text=True).count('data-review="waiting"') == 2
    assert answer.get_data(as_text=True).count("data-review=") == 2
    assert len(soup(admin, "/reviews?show=all").select("[data-review]")) == 3
    assert len(soup(admin, "/reviews?show=all&product=taza").select("[data-review]")) == 1


def test_show_hide_and_back_again(shop):
    vase, admin = shop.product("Florero"), shop.admin
    row = say(has(shop, vase), 4)
    undo(admin, send(admin, row, "showing", show="waiting"))
    assert (row.state, vase.review_count) == ("waiting", 0)
    send(admin, row, "showing")
    assert (row.state, vase.review_count, row.account_id) == ("shown", 1, shop.owner_id)
    answer = send(admin, row, "hiding", 422)  # for no reason nothing is hidden
    assert "Elija el motivo" in answer.get_data(as_text=True)
    assert row.state == "shown"
    gone = send(admin, row, "hiding", reason="private")
    assert (row.state, row.reason, vase.review_count) == ("hidden", "private", 0)
    assert row.decided_at is not None
    assert "Revela datos privados" in page(shop.admin, "/reviews?show=hidden")
    undo(admin, gone)
    assert (row.state, row.reason, vase.review_count, row.words) == ("shown", "", 1, "Muy bueno")
    send(admin, row, "return", 404, to="nowhere")
    told = [entry.verb for entry in journal.of(row)]
    assert told == ["reviews.shown", "reviews.waiting", "reviews.shown", "reviews.hidden", "reviews.shown"]
    assert "Revela datos privados" in journal.of(row)[3].sentence


def test_an_answer_is_public_and_can_be_put_back(shop):
    vase, admin = shop.product("Florero"), shop.admin
    row = shown(shop, vase)
    send(admin, row, "answer", answer="Gracias a usted")
    assert "Gracias a usted" in shop.client.get("/p/florero").get_data(as_text=True)
    other = send(admin, row, "answer", answer="Otra cosa")
    undo(admin, other)
    assert row.answer == "Gracias a usted"
    answer = send(admin, row, "answer", 422, answer="x" * 1001)
    assert "x" * 1001 in answer.get_data(as_text=True)  # what was typed is kept
    send(admin, row, "answer", answer=" ")
    assert (row.answer, row.answered_at) == ("", None)
    assert "Gracias a usted" not in shop.client.get("/p/florero").get_data(as_text=True)


def test_what_lies_in_the_bin_can_still_be_read_and_hidden(shop):
    vase, admin = shop.product("Florero"), shop.admin
    row = shown(shop, vase)
    assert admin.post("/admin/cafe/products/florero/bin", headers=HTML).status_code == 303
    assert "Florero" in soup(admin, "/reviews?show=all").select_one("[data-review] h2").text
    send(admin, row, "hiding", reason="spam")
    assert row.state == "hidden"


def test_a_shop_chooses_how_it_takes_them(shop):
    admin = shop.admin
    chosen = soup(admin, "/settings/reviews").select("[name=reviews][checked]")
    assert [one["value"] for one in chosen] == ["approval"]
    assert admin.post("/admin/cafe/settings/reviews", data={"reviews": "never"}, headers=HTML).status_code == 422
    assert admin.post("/admin/cafe/settings/reviews", data={"reviews": "open"}, headers=HTML).status_code == 303
    db.session.expire_all()
    assert storefront.of().reviews == "open"
    assert db.session.scalars(select(reviews.Review)).all() == []


def test_the_timeline_tells_it_and_leads_there(shop):
    row = say(has(shop, shop.product("Florero")), 3)
    html = page(shop.admin, f"/people/{row.contact.token}")
    assert "Escribió una opinión" in html
    assert "product=florero" in html


def test_the_list_asks_as_much_for_many_as_for_a_few(shop):
    goods = [shop.product(name) for name in ("Cafe Uno", "Cafe Dos", "Cafe Tres", "Cafe Cuatro")]
    admin = shop.admin
    for number, one in enumerate(goods[:2]):
        shown(shop, one, email=f"a{number}@example.com")
    page(admin, "/reviews")
    db.session.expire_all()
    few = asked(lambda: page(admin, "/reviews"))
    for number, one in enumerate(goods):
        shown(shop, one, email=f"b{number}@example.com")
    page(admin, "/reviews")
    db.session.expire_all()
    assert len(asked(lambda: page(admin, "/reviews"))) == len(few)


def test_a_product_that_nobody_could_have_named_leads_to_all_of_them(shop):
    say(has(shop, shop.product()))
    for slug in ("%00", "%00%00x", "nada"):
        answer = shop.admin.get(f"/admin/cafe/reviews?product={slug}", headers=HTML)
        assert answer.status_code == 200, slug


def test_filters_speak_of_many(shop):
    say(has(shop, shop.product()))
    chips = [" ".join(one.get_text(" ").split()) for one in soup(shop.admin, "/reviews").select(".chip")]
    assert [chip.rsplit(" ", 1)[0] for chip in chips] == ["En espera", "Visibles", "Ocultas", "Todas"]
