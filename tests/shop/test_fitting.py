"""Pages that fit: what somebody sees of one is theirs alone; who sees the same shares what is kept, and nobody more."""

import re
from datetime import timedelta

import pytest

from crm import consent, tastes, visitors
from kernel import clock, origins
from kernel.db import db
from shop import pagecache, pages
from shop.views import fitting, front, keeping

OWN = "Para todos"


def hero(*variants, **more):
    told = [
        {"id": f"v{place}", "data": {"title": {"es": title}}, **rule} for place, (title, rule) in enumerate(variants)
    ]
    return {"id": "hero", "kind": "hero", "data": {"title": {"es": OWN, "en": "For all"}}, "variants": told, **more}


def publish(*blocks):
    page = pages.home() or pages.make({"es": "Inicio"}, kind="home", slug="home")
    pages.save(page, list(blocks))
    pages.publish(page)
    db.session.commit()


def only(title, **rule):
    return title, {"audience": rule}


def title(client, path="/", **headers):
    told = client.get(path, headers=headers).get_data(as_text=True)
    return re.sub("<[^>]+>", "", told.split("<h1", 1)[1].split(">", 1)[1].split("</h1>")[0])


def browser(shop, *, arm="shown", country="", **tasted):
    """A visitor's browser that allowed to be recognised."""
    visitor, token = visitors.begin(country=country)
    visitor.arm = arm
    consent.record(visitor, "behaviour", True, form="banner")
    for code, weight in tasted.items():
        tastes.infer(visitor, code, weight)
    db.session.commit()
    made = shop.client
    made.set_cookie(origins.cookie_name("visitor"), token, domain=f"{shop.slug}.plaza.localhost")
    made.set_cookie(origins.cookie_name("consent"), "yes", domain=f"{shop.slug}.plaza.localhost")
    return made


def test_the_first_variant_that_fits_is_seen_and_its_reason(shop):
    publish(hero(only("Talleres", interest={"code": ["aprender"]}), only("Afuera", country=["DE"])))
    db.session.add(tastes.Interest(code="aprender", name={"es": "Aprender"}))
    db.session.commit()
    assert title(shop.client) == OWN
    assert title(shop.client, **{"Accept-Language": "es-DE"}) == "Afuera"
    assert title(browser(shop, aprender=40)) == "Talleres"
    drawn = browser(shop, aprender=40).get("/").get_data(as_text=True)
    assert 'data-reason="' in drawn
    assert "Aprender" in drawn.split('data-reason="')[1].split('"')[0]


def test_who_is_held_out_sees_what_everybody_can_see(shop):
    publish(hero(only("Talleres", interest={"code": ["aprender"]})))
    assert title(browser(shop, arm="held_out", aprender=40)) == OWN


def test_days_are_those_of_the_shop(shop):
    today = clock.today(shop.tenant.timezone)
    before, after = ((today + timedelta(days=days)).isoformat() for days in (-2, 2))
    publish(
        hero(("Pasado", {"until": before}), ("Pronto", {"from": after}), ("Ahora", {"from": before, "until": after}))
    )
    assert title(shop.client) == "Ahora"
    publish(hero(("Pronto", {"from": after})), {**hero(), "id": "late", "until": before})
    assert title(shop.client) == OWN
    assert shop.client.get("/").get_data(as_text=True).count("<h1") == 1


def test_a_rule_that_names_what_is_gone_means_nobody(shop):
    publish(hero(only("Grupo", segment="no-such-segment"), only("Nada", no_such_word=1)))
    assert title(shop.client) == OWN


def two_people(shop):
    """Two shoppers with the same kept page: one of a group, one not; and a browser of whom nothing is known."""
    publish(hero(only("Precios de mayoreo", group=["mayorista"])))
    rosa = shop.shopper(shop.contact("rosa@example.com", name="Rosa Secreta", group="mayorista"))
    luis = shop.shopper(shop.contact("luis@example.com", name="Luis Callado"))
    return rosa, luis, shop.client


def test_what_is_kept_for_one_never_serves_another(shop):
    pagecache.SHELF.clear()
    rosa, luis, nobody = two_people(shop)
    rosa.post("/cart/lines", data={"product": shop.product().slug, "quantity": "3"})
    for _ in range(2):  # the second time from the shelf
        told = {name: who.get("/").get_data(as_text=True) for name, who in (("r", rosa), ("l", luis), ("n", nobody))}
        assert "Precios de mayoreo" in told["r"]
        assert "Rosa" in told["r"]
        for other in "ln":
            assert "Precios de mayoreo" not in told[other]
            assert "Rosa" not in told[other]
        assert "Luis" in told["l"]
        assert "Luis" not in told["n"]


def test_the_same_with_the_choices_left_out_of_the_key_leaks(shop, monkeypatch):
    """The negative control: visitors of one group with different tastes share a key that forgets what they saw."""
    key = keeping._key
    monkeypatch.setattr(keeping, "_key", lambda place, _seen: key(place, ()))
    pagecache.SHELF.clear()
    publish(hero(only("Talleres", interest={"code": ["aprender"]})))
    assert title(browser(shop, aprender=40)) == "Talleres"
    assert title(browser(shop)) == "Talleres"  # what must never be


def test_who_sees_the_same_shares_one_kept_page(shop):
    publish(hero(only("Talleres", interest={"code": ["aprender"]})))
    pagecache.SHELF.clear()
    for client in (browser(shop, aprender=40), browser(shop, aprender=60), browser(shop), browser(shop, cocina=50)):
        client.get("/")
    assert len([key for key in pagecache.SHELF._kept if key[-1] in ((0,), (1,))]) == 2


@pytest.mark.parametrize(
    ("rule", "differs"),
    [({"interest": {"code": ["x"]}}, ()), ({"country": ["DE"]}, ("country",)), ({"first_visit": True}, ()), ({"referrer": ["a.com"]}, ("referrer",)),
     ({"local_time": {"first": "20:00", "last": "23:00"}}, None), ({"segment": "x"}, None), ({"language": ["en"]}, ())],
)  # fmt: skip
def test_the_front_is_left_to_pages_that_are_the_same_for_strangers(shop, rule, differs):
    assert fitting._varying([hero(only("x", **rule))]) == differs


def test_strangers_from_two_countries_get_their_own_from_the_front(shop):
    publish(hero(only("Afuera", country=["DE"])))
    front.SHELF.clear()
    for _ in range(3):
        assert title(shop.client, **{"Accept-Language": "es-DE"}) == "Afuera"
        assert title(shop.client, **{"Accept-Language": "es-CR"}) == OWN
    assert len([key for key in front.SHELF._kept if isinstance(front.SHELF._kept[key], front.Told)]) == 2
