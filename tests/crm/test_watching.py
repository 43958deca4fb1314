"""What is looked at: counted for everybody, remembered only of those who allowed it."""

from sqlalchemy import select

from crm import consent, contacts, facts, segments, tallies, visitors
from crm.visitors import Visitor
from kernel import buffer, clock
from kernel.db import db
from tests.shop.pages import text


def _kinds(shop):
    buffer.flush(shop.app)
    shop.enter()
    return sorted(fact.kind for fact in db.session.scalars(select(facts.Fact)))


def _views(shop):
    today = clock.today(shop.tenant.timezone)
    return tallies.of("viewed", today, today).get(today, 0)


def test_without_consent_views_are_counted_and_nobody_is_remembered(shop):
    vase = shop.product()
    browser = shop.client
    for _ in range(3):
        assert browser.get(f"/p/{vase.slug}").status_code == 200
    assert _kinds(shop) == []
    assert _views(shop) == 3
    assert db.session.scalars(select(Visitor)).all() == []


def test_with_consent_a_view_becomes_a_fact_of_that_browser(shop):
    vase = shop.product()
    slug, vase_id = vase.slug, vase.id
    browser = shop.client
    browser.post("/consent", data={"behaviour": "yes"})
    browser.get(f"/p/{slug}")
    browser.post("/cart/lines", data={"product": slug, "quantity": "1"})
    assert _kinds(shop) == ["added", "viewed"]
    fact = db.session.scalars(select(facts.Fact).where(facts.Fact.kind == "viewed")).one()
    assert (fact.about_kind, fact.about_id) == ("product", vase_id)
    assert fact.visitor_id
    assert fact.contact_id is None


def test_taking_the_yes_back_forgets_what_was_watched(shop):
    slug = shop.product().slug
    browser = shop.client
    browser.post("/consent", data={"behaviour": "yes"})
    browser.get(f"/p/{slug}")
    assert _kinds(shop) == ["viewed"]
    browser.post("/consent", data={"behaviour": "no"})
    assert _kinds(shop) == []
    browser.get(f"/p/{slug}")
    assert _kinds(shop) == []
    assert _views(shop) == 2
    answers = db.session.scalars(select(consent.Consent).order_by(consent.Consent.id)).all()
    assert [answer.given for answer in answers] == [True, False]  # the proof stays


def test_a_no_on_the_phone_holds_at_the_computer(shop):
    slug, ana = shop.product().slug, shop.contact(email="ana@example.com")
    computer, phone = shop.shopper(ana), shop.shopper(ana)
    for browser in (computer, phone):
        browser.post("/consent", data={"behaviour": "yes"})
        browser.get(f"/p/{slug}")
    assert _kinds(shop).count("viewed") == 2
    phone.post("/consent", data={"behaviour": "no"})
    before = _kinds(shop)
    computer.get(f"/p/{slug}")
    assert _kinds(shop) == before
    computer.post("/consent", data={"behaviour": "yes"})
    computer.get(f"/p/{slug}")
    assert _kinds(shop).count("viewed") == before.count("viewed") + 1


def test_a_prefetch_looks_at_nothing(shop):
    vase = shop.product()
    shop.client.get(f"/p/{vase.slug}", headers={"Sec-Purpose": "prefetch;prerender"})
    buffer.flush(shop.app)
    shop.enter()
    assert _views(shop) == 0


def test_a_search_is_counted_and_its_words_and_likes_are_kept_of_who_allowed_it(shop):
    for slug in ("taller-uno", "taller-dos"):
        shop.product(f"Taller {slug[7:]}", slug=slug, interests=["aprender", slug])
    db.session.commit()
    browser = shop.client
    browser.get("/search?q=taller")
    assert _kinds(shop) == []
    browser.post("/consent", data={"behaviour": "yes"})
    for query in ("q=taller", "q=taller&page=2", "q=nada+de+eso", "q="):
        browser.get(f"/search?{query}")
    browser.get("/search?q=uno", headers={"Sec-Purpose": "prefetch"})
    assert _kinds(shop) == ["searched", "searched"]
    data = [fact.data for fact in db.session.scalars(select(facts.Fact).order_by(facts.Fact.id))]
    assert data == [
        {"words": "taller", "likes": ["aprender", "taller-dos", "taller-uno"]},
        {"words": "nada de eso", "likes": []},
    ]
    today = clock.today(shop.tenant.timezone)
    assert tallies.of("searched", today, today) == {today: 3}
    assert "lo buscó una vez" in text(browser.get("/tastes"))
    ana = contacts.known(email="ana@example.com", name="Ana")
    visitors.adopt(db.session.scalars(select(Visitor)).one(), ana)
    db.session.commit()
    assert segments.means({"did": {"kind": "searched", "least": 2}}, ana)
    assert "Buscó en la tienda" in (told := text(shop.admin.get(f"/admin/cafe/people/{ana.token}")))
    assert "nada de eso" in told


def test_an_order_adopts_the_browser_with_what_it_did(shop):
    vase = shop.product()
    visitor, _token = visitors.begin()
    facts.record("viewed", visitor=visitor)
    known = visitors.Contact(token="t" * 22, name="Ana", address={})
    db.session.add(known)
    db.session.flush()
    visitors.adopt(visitor, known)
    assert [fact.kind for fact in facts.of_contact(known)] == ["viewed"]
    assert vase
