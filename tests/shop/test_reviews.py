"""Reviews: only who has what they bought may write, once; all see what the shop shows, and the figures are exact."""

import random
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from crm import facts, merging, people
from crm.facts import Fact
from kernel import clock
from kernel.db import db
from kernel.refusal import Missing
from shop import arrivals, cancellations, reviewable, reviews
from shop import bin as rubbish
from shop.reviews import Review, Said
from tests.shop.pages import form, json_ld, read, text
from tests.shop.review_things import asked, differing, has, say, shown, take


def offered(order):
    """What this order's page offers to say something of."""
    return [line.product.slug for line in reviewable.lines(order.contact, order)]


def test_only_what_was_handed_over_may_be_written_about(shop):
    vase, other = shop.product("Florero"), shop.product("Taza")
    order = shop.bought(vase, paid=True)
    client, at = shop.client, f"/orders/{order.token}/reviews"
    assert client.get(f"{at}/florero").status_code == 404  # paid, and still at the shop
    assert "opinions" not in client.get(f"/orders/{order.token}").get_data(as_text=True)
    order = has(shop, vase)
    at = f"/orders/{order.token}/reviews"
    assert read(client.get(f"/orders/{order.token}")).xpath("//*[@id='opinions']//a/@href") == [f"{at}/florero"]
    assert client.get(f"{at}/florero").status_code == 200
    assert client.get(f"{at}/taza").status_code == 404  # never bought
    assert client.post(f"{at}/taza", data={"stars": "5", "signed": "A"}).status_code == 404
    assert client.get("/orders/none/reviews/florero").status_code == 404
    called_off = shop.bought(other)
    cancellations.by_staff(called_off, by=shop.owner, reason="x")
    assert offered(called_off) == []
    order.practice = True
    db.session.commit()
    assert offered(order) == []  # a rehearsal is no sale
    order.practice = False
    rubbish.put("product", [vase])
    db.session.commit()
    assert offered(order) == []


def test_a_booking_counts_once_its_time_is_over_unless_nobody_came(shop):
    trip = shop.service("Paseo")
    went, missed = (shop.booked(trip, shop.when(7), paid=True, email=f"{who}@example.com") for who in ("a", "b"))
    assert offered(went.order) == []
    with clock.at(went.ends_at + timedelta(hours=1)):
        assert offered(went.order) == ["paseo"]
        arrivals.miss(missed, by=shop.owner)
        assert offered(missed.order) == []


def test_a_file_counts_once_it_is_paid(shop):
    book = shop.product("Libro", kind="digital", stock=None)
    assert offered(shop.bought(book)) == []
    assert offered(shop.bought(book, paid=True)) == ["libro"]


def test_from_the_order_to_the_page_that_is_kept(shop):
    vase = shop.product("Florero")
    order, client = has(shop, vase), shop.client
    before = client.get("/p/florero")
    assert "aggregateRating" not in before.get_data(as_text=True)
    at = f"/orders/{order.token}/reviews/florero"
    sent = form(client.get(at), at)
    assert sent == {"words": "\n", "pictures": "", "signed": "Ana M."}  # no star is chosen for anybody
    answer = client.post(at, data={**sent, "stars": "4", "words": "Llegó <b>bien</b>\r\nGracias"})
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith(f"/orders/{order.token}")
    assert "Llegó" not in client.get("/p/florero").get_data(as_text=True)
    row = db.session.scalars(select(Review)).one()
    assert (row.state, row.line_id, row.order_id) == ("waiting", order.lines[0].id, order.id)
    reviews.decide(row, "shown", by=shop.owner)
    reviews.answer(row, "Con gusto", by=shop.owner)
    db.session.commit()
    page = client.get("/p/florero")
    html = page.get_data(as_text=True)
    assert "Llegó &lt;b&gt;bien&lt;/b&gt;\nGracias" in html
    assert "Con gusto" in text(page)
    assert "4,0 · Una opinión" in text(page)
    told = next(one for one in json_ld(page) if one["@type"] == "Product")
    assert told["aggregateRating"] == {
        "@type": "AggregateRating", "ratingValue": "4", "reviewCount": 1, "bestRating": 5, "worstRating": 1,
    }  # fmt: skip
    assert [(one["author"]["name"], one["reviewRating"]["ratingValue"]) for one in told["review"]] == [("Ana M.", 4)]
    reviews.decide(row, "hidden", by=shop.owner, reason="insult")
    db.session.commit()
    assert "Llegó" not in client.get("/p/florero").get_data(as_text=True)
    assert "Ofende a alguien" in text(client.get(f"/orders/{order.token}"))  # who wrote it reads why


@pytest.mark.parametrize(("wrong", "sentence"), [
    ({"stars": ""}, "Elija de una a cinco estrellas"), ({"stars": "6"}, ""), ({"words": "x" * 2001}, ""),
    ({"signed": " "}, "basta el nombre"), ({"signed": "x" * 61}, ""),
])  # fmt: skip
def test_what_cannot_be_kept_comes_back_as_it_was_typed(shop, wrong, sentence):
    order = has(shop, shop.product("Florero"))
    at = f"/orders/{order.token}/reviews/florero"
    answer = shop.client.post(at, data={"stars": "2", "words": "mi texto", "signed": "Yo misma", **wrong})
    assert answer.status_code == 422
    kept = form(answer, at)
    told = {"stars": "2", "words": "mi texto", "signed": "Yo misma", **wrong}
    assert [kept[name].lstrip("\n") for name in ("words", "signed")] == [told["words"], told["signed"].strip()]
    assert kept.get("stars") == (told["stars"] if told["stars"] in "12345" and told["stars"] else None)
    assert sentence in text(answer)
    assert db.session.scalar(select(func.count(Review.id))) == 0


def test_other_words_wait_again_and_other_stars_count_at_once(shop):
    vase = shop.product("Florero")
    order = has(shop, vase)
    row = say(order, 5)
    reviews.decide(row, "shown", by=shop.owner)
    say(order, 3)
    assert (row.state, vase.review_count, vase.review_sum) == ("shown", 1, 3)
    say(order, 3, "Se rompió")
    assert (row.state, vase.review_count, vase.review_sum, row.decided_at) == ("waiting", 0, 0, None)
    take("open")
    say(order, 2, "Se rompió dos veces")
    assert row.state == "waiting"  # it waited already
    reviews.decide(row, "hidden", by=shop.owner, reason="spam")
    say(order, 2, "Se rompió tres veces")
    assert (row.state, row.reason) == ("waiting", "")  # what was hidden does not show itself again
    assert db.session.scalar(select(func.count(Fact.id)).where(Fact.kind == "reviewed")) == 1


def test_a_shop_shows_at_once_or_takes_none(shop):
    vase, client = shop.product("Florero"), shop.client
    take("open")
    order = has(shop, vase)
    assert say(order, 4).state == "shown"
    assert "Muy bueno" in text(client.get("/p/florero"))
    assert "4,0" in text(client.get("/search?q=florero"))
    take("off")
    for path in ("/p/florero", "/search?q=florero"):
        assert "4,0" not in text(client.get(path))
    assert "opinions" not in client.get(f"/orders/{order.token}").get_data(as_text=True)
    assert client.get(f"/orders/{order.token}/reviews/florero").status_code == 404
    with pytest.raises(reviews.NotTaken):
        reviews.write(order.contact, order.lines[0], Said(1, "", "A", "es"))


def test_the_account_lists_what_one_has(shop):
    vase = shop.product("Florero")
    order = has(shop, vase)
    assert shop.client.get("/account/reviews/florero").headers["Location"].startswith("/account/login")
    assert shop.client.post("/account/reviews/florero", data={"stars": "1"}).status_code == 303
    client = shop.shopper(order.contact)
    assert read(client.get("/account")).xpath("//*[@id='opinions']//a/@href") == ["/account/reviews/florero"]
    told = {"stars": "2", "words": "", "signed": "Ana"}
    assert client.post("/account/reviews/florero", data=told).status_code == 303
    assert form(client.get("/account/reviews/florero"), "/reviews")["stars"] == "2"
    stranger = shop.shopper(shop.contact("beto@example.com"))
    assert stranger.get("/account/reviews/florero").status_code == 404


def test_the_newest_first_and_further_ones_by_a_link(shop):
    vase = shop.product("Florero", stock=20)
    for number in range(7):
        with clock.at(clock.now() - timedelta(days=20 - number)):
            shown(shop, vase, words=f"Opinión {number}.", email=f"b{number}@example.com")
    client = shop.client
    first, second = client.get("/p/florero"), client.get("/p/florero?reviews=2")
    assert [number for number in range(7) if f"Opinión {number}." in text(first)] == [2, 3, 4, 5, 6]
    assert [number for number in range(7) if f"Opinión {number}." in text(second)] == [0, 1]
    assert read(first).xpath("//nav[@class='pager']/a/@href") == ["/p/florero?reviews=2#reviews"]
    for odd in ("99", "0", "x", "-1"):
        assert client.get(f"/p/florero?reviews={odd}").status_code == 200
    assert "/p/florero?" not in read(second).xpath("//link[@rel='canonical']/@href")[0]


def test_a_page_without_reviews_asks_nothing_and_one_with_them_one_thing_more(shop):
    shelf = shop.category("Casa")
    plain, rated = (shop.product(name, category_id=shelf.id) for name in ("Taza", "Florero"))
    counts = []
    for look in ("/p/taza", "/p/florero", "/c/casa"):
        shop.client.get("/p/taza")  # the frame is there
        counts.append(len(asked(lambda look=look: shop.client.get(look))))
    shown(shop, rated)
    shop.client.get("/")
    after = []
    for look in ("/p/taza", "/p/florero", "/c/casa"):
        told = asked(lambda look=look: shop.client.get(look))
        after.append(len([said for said in told if "FROM review" in said.replace("\n", " ")]))
    assert after == [0, 1, 0]
    assert "5,0" in text(shop.client.get("/c/casa"))
    assert plain.review_count == 0
    assert len(counts) == 3


def test_the_figures_are_those_of_what_is_shown_whatever_happens(shop):
    """Two hundred steps thrown by dice; after each the kept figures are counted anew."""
    dice, goods = random.Random(7), [shop.product(name, stock=50) for name in ("Taza", "Florero")]
    orders = [has(shop, one, f"b{number}@example.com") for number in range(4) for one in goods]
    for step in range(120):
        rows = db.session.scalars(select(Review)).all()
        what = dice.choice(("say", "say", "decide", "decide", "way", "erase", "merge"))
        if what == "say" or not rows:
            order = dice.choice(orders)
            if order.contact is not None and order.contact.binned_at is None and reviews.taken():
                say(order, dice.randint(1, 5), dice.choice(("a", "b")))
        elif what == "decide":
            reviews.decide(dice.choice(rows), dice.choice(tuple(reviews.STATES)), by=shop.owner, reason="spam")
        elif what == "way":
            take(dice.choice(tuple(reviews.WAYS)))
        elif what == "erase" and step % 9 == 0 and (row := dice.choice(rows)).contact:
            people.erase(row.contact, by=shop.owner)
        elif what == "merge" and step % 7 == 0:
            _merge(shop, dice, rows)
        db.session.commit()
        assert differing() == {}, (step, what)


def _merge(shop, dice, rows):
    known = sorted({row.contact_id for row in rows if row.contact_id and row.contact})
    if len(known) > 1:
        one, other = (reviews.db.session.get(people.Contact, key) for key in dice.sample(known, 2))
        merging.merge(one, other, {}, by=shop.owner)


def test_who_is_forgotten_leaves_stars_of_nobody(shop):
    vase, cup = shop.product("Florero"), shop.product("Taza")
    row = shown(shop, vase, 2, "Soy Ana Mora, de Cartago")
    reviews.answer(row, "Perdone, Ana", by=shop.owner)
    say(has(shop, cup))
    contact = row.contact
    [told] = [one for one in people.export(contact)["reviews"] if one["stars"] == 2]
    assert (told["words"], told["answer"], told["state"]) == ("Soy Ana Mora, de Cartago", "Perdone, Ana", "shown")
    people.erase(contact, by=shop.owner)
    db.session.commit()
    left = db.session.scalars(select(Review)).one()  # what only waited is gone
    assert (left.stars, left.words, left.signed, left.answer, left.contact_id, left.order_id) == (
        2,
        "",
        "",
        "",
        None,
        None,
    )
    page = shop.client.get("/p/florero")
    assert "Alguien que lo compró" in text(page)
    assert "Ana" not in page.get_data(as_text=True)
    assert "review" not in next(one for one in json_ld(page) if one["@type"] == "Product")


def test_of_two_rows_of_one_person_the_newer_review_stays(shop):
    vase, cup = shop.product("Florero"), shop.product("Taza")
    with clock.at(clock.now() - timedelta(days=2)):
        shown(shop, vase, 1, "vieja")
    newer = shown(shop, vase, 5, "nueva", email="otra@example.com")
    own = shown(shop, cup, 4, "sola", email="otra@example.com")
    ana = next(one for one in db.session.scalars(select(people.Contact)) if one.email == "ana@example.com")
    merging.merge(ana, newer.contact, {}, by=shop.owner)
    db.session.commit()
    assert {(row.words, row.contact_id) for row in db.session.scalars(select(Review))} == {
        ("nueva", ana.id), ("sola", ana.id),
    }  # fmt: skip
    assert (vase.review_count, vase.review_sum, own.product.review_count) == (1, 5, 1)


@pytest.mark.parametrize(("name", "signed"), [
    ("Ana Mora", "Ana M."), ("  Ana  ", "Ana"), ("", ""), ("María José Pérez", "María J."), ("ángel ñ", "ángel Ñ."),
])  # fmt: skip
def test_how_it_is_signed_unless_one_says_otherwise(name, signed):
    assert reviews.signature(name) == signed


def test_too_many_tries_are_told_to_wait(shop):
    order = has(shop, shop.product("Florero"))
    client, at = shop.client, f"/orders/{order.token}/reviews/florero"
    statuses = [client.post(at, data={"stars": "5", "signed": "A"}).status_code for _ in range(11)]
    assert statuses == [303] * 10 + [429]


def test_a_neighbours_reviews_are_nobodys_here(rival, shop):
    rival.enter()
    row = shown(rival, rival.product("Florero"))
    token = row.token
    shop.enter()
    with pytest.raises(Missing):
        reviews.by_token(token)
    shop.product("Florero")
    assert "Muy bueno" not in text(shop.client.get("/p/florero"))
    assert facts.kinds()["reviewed"].icon == "star"
