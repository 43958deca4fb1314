"""Saving: one tap without an account, what the page costs, who sees the list, and where it goes with its person."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import event, func, select

from crm import consent, contacts, facts, logins, merging, people, rule_sentences, segments, visitors
from crm.facts import Fact
from crm.visitors import Visitor
from kernel import buffer, clock, origins, tokens
from kernel.db import db
from shop import bin as rubbish
from shop import catalog, saved, slugs
from shop.saved import SavedList, SavedProduct
from tests.shop.pages import read, text

TABLES = ("saved_list", "saved_product")


def tap(client, slug, **more):
    """The heart of a product as the page shows it now: whether it is pressed is told by the page, not by the test."""
    [button] = read(client.get(f"/p/{slug}")).xpath(f"//button[@form='heart'][@value='{slug}']")
    return client.post("/saved", data={button.get("name"): slug}, **more)


def pressed(client, path):
    """The products of a page whose hearts are full."""
    return sorted(set(read(client.get(path)).xpath("//button[@form='heart'][@aria-pressed='true']/@value")))


def asked(client, path):
    """The questions about saved things that a page costs, and all that it asks."""
    told = []

    def hear(_conn, _cursor, statement, *_rest):
        told.append(statement)

    event.listen(db.engine, "before_cursor_execute", hear)
    try:
        assert client.get(path).status_code == 200
    finally:
        event.remove(db.engine, "before_cursor_execute", hear)
    return sum(any(name in one for name in TABLES) for one in told), len(told)


def rows():
    db.session.expire_all()
    return db.session.scalars(select(SavedProduct).order_by(SavedProduct.id)).all()


def test_a_tap_saves_and_another_takes_it_off(shop):
    shop.product("Café Uno", category_id=shop.category("Granos").id)
    client = shop.client
    answer = tap(client, "cafe-uno", headers={"Referer": "http://cafe.plaza.localhost:8000/c/granos"})
    assert answer.headers["Location"] == "/c/granos"
    for path in ("/", "/p/cafe-uno", "/c/granos", "/search?q=cafe", "/saved"):
        assert pressed(client, path) == ["cafe-uno"], path
        assert pressed(shop.client, path) == [], path
    assert "Guardados" in text(client.get("/"))
    assert "Guardados" not in text(shop.client.get("/"))
    tap(client, "cafe-uno")
    assert rows() == []
    assert pressed(client, "/") == []
    assert "Aún no hay nada guardado" in text(client.get("/saved"))


def test_what_is_taken_off_comes_back_as_it_was(shop):
    coffee = shop.product("Café Uno", price=2_500_00)
    client = shop.client
    tap(client, "cafe-uno")
    before = rows()[0].saved_at
    coffee.price_minor = 2_000_00
    catalog.changed(coffee)
    db.session.commit()
    tap(client, "cafe-uno")
    page = read(client.get("/saved"))
    [undo] = page.xpath("//form[.//*[@data-undo]]")
    fields = {one.get("name"): one.get("value") for one in undo.xpath(".//input")}
    client.post(undo.get("action"), data=fields)
    [row] = rows()
    assert (row.price_minor, row.saved_at) == (2_500_00, before)
    assert "menos que cuando lo guardó" in text(client.get("/saved"))
    forged = {**fields, "was": fields["was"][:-2] + "xx"}
    tap(client, "cafe-uno"), client.post("/saved", data=forged)
    assert rows()[0].price_minor == 2_000_00


def test_a_script_is_told_what_changed_beside_the_heart(shop):
    shop.product("Café Uno")
    client, partial = shop.client, {"HX-Request": "true"}
    answer = tap(client, "cafe-uno", headers=partial)
    assert answer.status_code == 200
    assert read(answer).xpath("//*[@data-saved='bar']//a/@href") == ["/saved"]
    assert "Guardó Café Uno." in text(answer)
    answer = tap(client, "cafe-uno", headers=partial)
    assert read(answer).xpath("//*[@data-saved='bar']//a") == []
    assert read(answer).xpath("//form[.//*[@data-undo]]//input/@name") == ["save", "was"]
    assert not read(client.get("/")).xpath("//*[@data-toast]")  # nothing is said again on the next page


def test_it_needs_no_leave_to_learn_and_nothing_is_learnt_without(shop):
    shop.product("Café Uno")
    silent, open_one = shop.client, shop.client
    open_one.post("/consent", data={"behaviour": "yes"})
    for client in (silent, open_one):
        tap(client, "cafe-uno")
        assert pressed(client, "/saved") == ["cafe-uno"]
    buffer.flush(shop.app)
    shop.enter()
    [fact] = db.session.scalars(select(Fact).where(Fact.kind == "saved"))
    [browser] = db.session.scalars(select(Visitor))
    assert (fact.visitor_id, fact.about_kind) == (browser.id, "product")
    assert "saved" in facts.BEHAVIOUR
    known = [row.visitor_id for row in db.session.scalars(select(SavedList).order_by(SavedList.id))]
    assert known == [None, browser.id]


def test_who_saved_nothing_is_asked_nothing_and_who_did_once_a_page(shop):
    shelf = shop.category("Granos")
    for number in range(24):
        shop.product(f"Café {number:02}", slug=f"cafe-{number:02}", category_id=shelf.id)
    client = shop.client
    for path in ("/", "/c/granos", "/p/cafe-00"):
        shop.client.get(path)
        assert asked(shop.client, path)[0] == 0, path
    for number in range(9):
        client.post("/saved", data={"save": f"cafe-{number:02}"})
    for path in ("/", "/c/granos", "/p/cafe-00"):
        client.get(path)
        told = [(asked(shop.client, path)[1], *asked(client, path)) for _time in range(12)]
        assert {few for _stranger, few, _all in told} == {1}, path
        # a commit of anybody on the server has what is left asked anew (frame.still), and others' tests commit, too
        assert min(every - stranger for stranger, _few, every in told) <= 1, (path, told)
    assert len(pressed(client, "/c/granos")) == 9


def test_the_list_asks_as_often_for_many_as_for_few(shop):
    for number in range(12):
        shop.product(f"Café {number:02}", slug=f"cafe-{number:02}")
    few, many = shop.client, shop.client
    for number in range(12):
        many.post("/saved", data={"save": f"cafe-{number:02}"})
    few.post("/saved", data={"save": "cafe-00"})
    few.get("/saved"), many.get("/saved")
    assert asked(few, "/saved") == asked(many, "/saved")


def test_hidden_and_binned_products_vanish_and_come_back(shop):
    shop.product("Café Uno"), shop.product("Pan")
    client = shop.client
    tap(client, "cafe-uno"), tap(client, "pan")
    shop.enter()
    catalog.withdraw(catalog.slugged("cafe-uno"))
    gone = rubbish.put("product", [catalog.slugged("pan")])
    db.session.commit()
    page = text(client.get("/saved"))
    assert "Aún no hay nada guardado" in page
    assert client.post("/saved", data={"save": "pan"}).status_code == 404
    shop.enter()
    catalog.publish(catalog.slugged("cafe-uno"))
    rubbish.restore("product", gone)
    db.session.commit()
    assert pressed(client, "/saved") == ["cafe-uno", "pan"]


def test_a_list_has_an_end_and_a_place_a_limit(shop, monkeypatch):
    monkeypatch.setattr(saved, "MOST", 2)
    for name in ("Uno", "Dos", "Tres"):
        shop.product(name)
    client = shop.client
    told = [client.post("/saved", data={"save": slug}).status_code for slug in ("uno", "dos", "tres", "dos")]
    assert told == [303, 303, 422, 303]
    assert len(rows()) == 2
    monkeypatch.setattr("shop.views.saved.FROM_ONE_PLACE", "1/minute")
    codes = [shop.client.post("/saved", data={"save": "uno"}).status_code for _ in range(2)]
    assert codes[-1] == 429


@pytest.mark.parametrize("slug", ["", "nada", "x" * 9000, "solo"])
def test_what_is_not_shown_cannot_be_saved(shop, slug):
    shop.product("Solo", customer_groups=["mayorista"])
    db.session.commit()
    for verb in ("save", "drop"):
        answer = shop.client.post("/saved", data={verb: slug})
        assert answer.status_code == (404 if verb == "save" or slug != "solo" else 303)
    assert rows() == []
    assert db.session.scalar(select(func.count(SavedList.id))) == 0


def test_the_page_says_what_can_be_had_and_puts_it_into_the_cart(shop):
    shop.product("Café Uno"), shop.product("Ido", stock=0)
    shop.product("Molido", options={"molienda": ["grano", "fino"]})
    client = shop.client
    for slug in ("cafe-uno", "ido", "molido"):
        tap(client, slug)
    page = client.get("/saved")
    assert read(page).xpath("//form[contains(@action,'/cart/lines')]/input[@name='product']/@value") == ["cafe-uno"]
    words = text(page)
    assert words.count("Disponible") == 2
    assert "Avisarme cuando haya" in words
    assert "Ver y elegir" in words
    answer = client.post("/cart/lines", data={"product": "cafe-uno", "quantity": "1", "next": "/saved"})
    assert answer.headers["Location"] == "/saved"


# With a person


def log_in(shop, client, email):
    """Use the link of a log-in letter up at that browser."""
    shop.enter()
    contact = contacts.by_email(email) or shop.contact(email)
    told = {"contact": contact.token, "next": ""}
    secret = tokens.make(logins.PURPOSE, email=email, tenant_id=shop.tenant_id, data=told)
    db.session.commit()
    assert client.post(f"/account/login/{secret}").status_code == 303
    shop.enter()
    return contacts.by_email(email)


def test_what_a_browser_saved_follows_its_person_to_each_device(shop):
    for name in ("Uno", "Dos", "Tres"):
        shop.product(name)
    phone, desk, other = shop.client, shop.client, shop.client
    tap(phone, "uno"), tap(phone, "dos")
    log_in(shop, phone, "ana@example.com")
    assert pressed(phone, "/saved") == ["dos", "uno"]
    tap(desk, "dos"), tap(desk, "tres")
    log_in(shop, desk, "ana@example.com")
    assert pressed(desk, "/saved") == pressed(phone, "/saved") == ["dos", "tres", "uno"]
    shop.enter()
    assert saved.of_contact(contacts.by_email("ana@example.com")).token_hash is None
    assert db.session.scalar(select(func.count(SavedList.id))) == 1
    assert "Ver los 3 productos que guardó" in text(desk.get("/account"))
    log_in(shop, other, "ana@example.com")
    assert pressed(other, "/p/uno") == ["uno"]


def test_who_logs_out_leaves_nothing_and_the_next_begins_anew(shop):
    shop.product("Uno"), shop.product("Dos")
    client = shop.client
    tap(client, "uno")
    log_in(shop, client, "ana@example.com")
    client.post("/account/logout")
    assert pressed(client, "/saved") == pressed(client, "/") == []
    tap(client, "dos")
    log_in(shop, client, "eva@example.com")
    assert pressed(client, "/saved") == ["dos"]
    told = {one.contact.email: [row.product_id for row in rows() if row.list_id == one.id] for one in _lists()}
    assert {email: len(found) for email, found in told.items()} == {"ana@example.com": 1, "eva@example.com": 1}


def _lists():
    found = db.session.scalars(select(SavedList).where(SavedList.contact_id.is_not(None))).all()
    for one in found:
        one.contact = db.session.get(contacts.Contact, one.contact_id)
    return found


def test_another_device_that_was_logged_in_already_finds_the_list(shop):
    shop.product("Uno")
    ana = shop.contact("ana@example.com")
    desk, phone = shop.shopper(ana), shop.shopper(ana)
    tap(phone, "uno")
    assert pressed(desk, "/saved") == ["uno"]
    assert pressed(desk, "/") == ["uno"]


def test_a_copy_an_erasure_and_a_merge(shop):
    for name in ("Uno", "Dos", "Tres"):
        shop.product(name)
    ana, eva = shop.contact("ana@example.com"), shop.contact("eva@example.com")
    for who, each in ((ana, ("uno", "dos")), (eva, ("dos", "tres"))):
        for slug in each:
            tap(shop.shopper(who), slug)
    shop.enter()
    [told] = people.export(contacts.by_email("ana@example.com"))["saved"]
    assert [one["product"] for one in told["products"]] == ["Uno", "Dos"]
    stays, goes = contacts.by_email("ana@example.com"), contacts.by_email("eva@example.com")
    merging.merge(stays, goes, {}, by=shop.owner)
    db.session.commit()
    assert len(rows()) == 3
    people.erase(contacts.by_email("ana@example.com"), by=shop.owner)
    db.session.commit()
    assert rows() == []
    assert db.session.scalar(select(func.count(SavedList.id))) == 0


def test_a_browser_that_was_known_goes_with_its_person(shop):
    shop.product("Uno")
    client = shop.client
    client.post("/consent", data={"behaviour": "yes"})
    tap(client, "uno")
    shop.enter()
    ana = shop.contact("ana@example.com")
    visitors.adopt(db.session.scalars(select(Visitor)).one(), ana)
    db.session.commit()
    assert json.dumps(people.export(ana)["saved"]).count('"Uno"') == 1
    people.erase(ana, by=shop.owner)
    db.session.commit()
    assert rows() == []
    assert pressed(client, "/saved") == []


def test_old_lists_and_empty_ones_go(shop):
    shop.product("Uno")
    clients = [shop.client for _ in range(4)]
    for days, client in zip((366, 364, 31, 29), clients, strict=True):
        tap(client, "uno")
        if days < 360:
            tap(client, "uno")
        shop.enter()
        newest = db.session.scalars(select(SavedList).order_by(SavedList.id.desc())).first()
        newest.touched_at = clock.now() - timedelta(days=days)
        db.session.commit()
    saved.sweep()
    db.session.commit()
    shop.enter()
    assert (len(rows()), db.session.scalar(select(func.count(SavedList.id)))) == (1, 2)
    assert [pressed(client, "/saved") for client in clients] == [[], ["uno"], [], []]


def test_a_product_that_leaves_the_bin_for_good_leaves_the_lists(shop):
    shop.product("Pan")
    tap(shop.client, "pan")
    shop.enter()
    rubbish.put("product", [catalog.slugged("pan")])
    db.session.commit()
    with clock.at(clock.now() + timedelta(days=rubbish.DAYS + 1)):
        rubbish.empty()
    db.session.commit()
    assert rows() == []


def test_a_list_of_another_shop_is_nobodys_here(rival, shop):
    rival.enter()
    rival.product("Café Uno")
    theirs = rival.client
    tap(theirs, "cafe-uno")
    cookie = theirs.get_cookie(origins.cookie_name("saved"), domain=f"{rival.slug}.plaza.localhost")
    shop.enter()
    shop.product("Café Uno")
    client = shop.client
    client.set_cookie(origins.cookie_name("saved"), cookie.value, domain="cafe.plaza.localhost")
    assert pressed(client, "/") == pressed(client, "/saved") == []


def meant(rule):
    """Whom a rule means in SQL; Python must say the same."""
    found = {one.name for one in db.session.scalars(segments.who(rule))}
    people_here = db.session.scalars(select(contacts.Contact)).all()
    assert found == {one.name for one in people_here if segments.means(rule, one)}
    return found


def test_a_rule_means_who_saved_it_and_has_not_bought_it_as_far_as_they_allow(shop):
    bag = shop.product("Bolso")
    bag.sku = "BOLSO"
    db.session.commit()
    for name, answer in (("Ana", True), ("Bea", True), ("Cora", False), ("Dora", None)):
        email = f"{name.lower()}@example.com"
        tap(shop.shopper(shop.contact(email, name=name)), "bolso")
        shop.enter()
        if answer is not None:
            consent.record(contacts.by_email(email), "behaviour", answer, form="test")
    db.session.commit()
    shop.bought(catalog.slugged("bolso"), email="bea@example.com")
    shop.enter()
    assert meant({"saved": {}}) == meant({"saved": {"product": ["BOLSO"]}}) == {"Ana", "Bea"}
    assert meant({"saved": {"bought": "no"}}) == meant({"saved": {"product": ["BOLSO"], "bought": "no"}}) == {"Ana"}
    assert meant({"saved": {"product": ["NADA"]}}) == set()
    told = rule_sentences.sentence({"saved": {"product": ["BOLSO"], "bought": "no"}})
    assert "guardaron Bolso y no lo han comprado" in told


# Handed on


def link_of(client):
    [link] = read(client.get("/saved")).xpath("//@data-copy")
    return link.removeprefix("http://cafe.plaza.localhost:8000")


def test_handed_on_with_a_link_that_can_be_taken_back(shop):
    shop.product("Café Uno")
    client = shop.client
    assert client.post("/saved/share", data={}).headers["Location"] == "/saved"
    assert "toque primero un corazón" in text(client.get("/saved"))
    tap(client, "cafe-uno")
    assert client.post("/saved/share", data={"name": "  Ana   María "}).status_code == 303
    link = link_of(client)
    other = shop.client
    page = other.get(link)
    assert "Lo que le gusta a Ana María" in text(page)
    assert read(page).xpath("//button[@form='heart']/@value") == ["cafe-uno"]
    assert not read(page).xpath("//form[contains(@action, '/saved/share')]")
    tap(other, "cafe-uno")
    assert pressed(other, "/saved") == ["cafe-uno"]
    client.post("/saved/share", data={"stop": "1"})
    assert other.get(link).status_code == 410
    assert "ya no se comparte" in text(other.get(link))
    client.post("/saved/share", data={"name": ""})
    assert link_of(client) == link
    assert "Una lista para usted" in text(other.get(link))


@pytest.mark.parametrize("name", ["Gane en evil.com/premio", "x" * 41, "<b>Ana</b>", "555 1234"])
def test_above_a_list_stands_a_name_and_nothing_else(shop, name):
    shop.product("Café Uno")
    client = shop.client
    tap(client, "cafe-uno")
    answer = client.post("/saved/share", data={"name": name})
    assert answer.status_code == 422
    [field] = read(answer).xpath("//input[@id='list-name']")
    assert (field.get("value"), field.get("aria-invalid")) == (name, "true")
    shop.enter()
    assert db.session.scalars(select(SavedList)).one().shared_at is None


def test_a_link_outlives_the_log_in(shop):
    shop.product("Uno"), shop.product("Dos")
    client = shop.client
    tap(client, "uno"), client.post("/saved/share", data={})
    link = link_of(client)
    tap(shop.shopper(shop.contact("ana@example.com")), "dos")
    log_in(shop, client, "ana@example.com")
    assert sorted(read(shop.client.get(link)).xpath("//button[@form='heart']/@value")) == ["dos", "uno"]


def test_the_links_of_two_lists_that_became_one_both_lead_on_and_end_together(shop):
    shop.product("Uno"), shop.product("Dos")
    phone, desk = shop.client, shop.client
    links = []
    for client, slug, name in ((phone, "uno", "Ana"), (desk, "dos", "Ana en casa")):
        tap(client, slug), client.post("/saved/share", data={"name": name})
        links.append(link_of(client))
    log_in(shop, phone, "ana@example.com"), log_in(shop, desk, "ana@example.com")
    for link in links:
        page = shop.client.get(link)
        assert sorted(read(page).xpath("//button[@form='heart']/@value")) == ["dos", "uno"]
        assert "Lo que le gusta a Ana" in text(page)
    desk.post("/saved/share", data={"stop": "1"})
    assert [shop.client.get(link).status_code for link in links] == [410, 410]
    phone.post("/saved/share", data={"name": ""})
    shop.enter()
    stays = contacts.by_email("ana@example.com")
    eva = shop.contact("eva@example.com")
    tap(shop.shopper(eva), "uno"), shop.shopper(eva).post("/saved/share", data={})
    merging.merge(contacts.by_email("eva@example.com"), stays, {}, by=shop.owner)
    db.session.commit()
    assert [shop.client.get(link).status_code for link in links] == [200, 200], "and on through a second merge"
    shop.enter()
    people.erase(contacts.by_email("eva@example.com"), by=shop.owner)
    db.session.commit()
    assert [shop.client.get(link).status_code for link in links] == [410, 410]
    shop.enter()
    assert slugs.former(saved.LINK, links[0].rpartition("/")[2]) is None


def test_the_cart_leads_to_what_is_saved(shop):
    shop.product("Uno")
    client = shop.client
    assert "/saved" not in read(client.get("/cart")).xpath("//main//a/@href")
    tap(client, "uno")
    assert "/saved" in read(client.get("/cart")).xpath("//main//a/@href"), "an empty one"
    client.post("/cart/lines", data={"product": "uno", "quantity": "1"})
    assert "/saved" in read(client.get("/cart")).xpath("//main//a/@href"), "a full one"


# At the desk


def test_staff_see_how_many_saved_it_and_nobody_by_name(shop):
    shop.product("Café Uno"), shop.product("Pan")
    for _ in range(3):
        tap(shop.client, "cafe-uno")
    admin = shop.admin
    assert "3 personas lo guardaron" in text(admin.get("/admin/cafe/products/cafe-uno"))
    assert text(admin.get("/admin/cafe/products")).count("3 personas lo guardaron") == 1
    assert "lo guard" not in text(admin.get("/admin/cafe/products/pan"))
