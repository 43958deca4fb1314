"""See as: a preview with somebody's eyes, by its signed address alone; it counts nothing and changes nothing."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from crm import facts, tallies, tastes
from crm.visitors import Visitor
from kernel import buffer, clock
from kernel.db import db
from shop import pages
from shop.views import pages as previews
from tests.shop.test_fitting import OWN, hero, only, publish, title


def preview(shop, **seen):
    """The preview of the home page's draft, looked at so, from the back office's editor."""
    drawn = shop.admin.get("/admin/cafe/pages/home", query_string={f"as-{name}": value for name, value in seen.items()})
    address = re.search(r'<iframe src="([^"]+)"', drawn.get_data(as_text=True))[1]
    return re.sub(r"^http://[^/]+", "", address)


@pytest.fixture
def page(shop):
    publish(
        hero(
            only("Mayoreo", group=["mayorista"]), only("Alemania", country=["DE"]), only("Inglés", language=["en"]),
            only("Nuevo", first_visit=True),
        )
    )  # fmt: skip


@pytest.mark.parametrize(
    ("seen", "shown"),
    [({}, "Nuevo"), ({"visit": "back"}, OWN), ({"country": "DE"}, "Alemania"), ({"language": "en"}, "Inglés"), ({"who": "Rosa"}, "Mayoreo"),
     ({"who": "Luis Mora <luis@example.com>"}, "Inglés"), ({"who": "Luis Mora <luis@example.com>", "language": "es"}, OWN)],
)  # fmt: skip
def test_the_draft_is_seen_with_those_eyes(shop, page, seen, shown):
    shop.contact("rosa@example.com", name="Rosa Vega", group="mayorista")
    luis = shop.contact("luis@example.com", name="Luis Mora", language="en")
    luis.created_at = clock.now() - timedelta(days=9)
    db.session.commit()
    assert title(shop.client, preview(shop, **seen)) == shown


def test_what_is_typed_above_a_version_is_not_shown_in_its_place(shop, page):
    drawn = shop.client.get(preview(shop)).get_data(as_text=True)
    assert 'data-shows="v3-title-es"' in drawn  # the field of the version that is seen
    assert 'data-shows="hero-title-es"' not in drawn
    assert 'data-shows="hero-title-es"' in shop.client.get(preview(shop, visit="back")).get_data(as_text=True)
    edited = shop.admin.get("/admin/cafe/pages/home").get_data(as_text=True)
    assert "4 versiones se muestran en lugar de esto" in edited
    assert 'href="#who-hero"' in edited


def test_a_person_with_tastes_is_looked_through_and_nothing_is_counted(shop):
    publish(hero(only("Aprender", interest={"code": ["aprender"]})))
    ana = shop.contact()
    tastes.say(ana, ["aprender"])
    db.session.commit()
    address = preview(shop, who="ana@example.com")
    assert title(shop.client, address) == "Aprender"
    buffer.flush(shop.app)
    shop.enter()
    today = clock.today(shop.tenant.timezone)
    assert tallies.of("viewed", today, today) == {}
    assert db.session.scalars(select(facts.Fact)).all() == []
    assert db.session.scalars(select(Visitor)).all() == []


def test_nobody_of_another_shop_can_be_looked_through(rival, shop):
    publish(hero(only("Mayoreo", group=["mayorista"])))
    rival.enter()
    stranger = rival.contact("rosa@example.com", group="mayorista").id
    shop.enter()
    token = previews.preview_token("page", pages.home(), shop.owner, {"who": stranger})
    assert title(shop.client, f"/preview/{token}") == OWN


def test_looking_with_others_eyes_keeps_the_draft_and_says_who_is_not_there(shop, page):
    kept = shop.admin.post("/admin/cafe/pages/home/draft", data={"as-who": "nadie", "block": []}).get_json()
    assert kept["unknown"] is True
    answer = shop.admin.post("/admin/cafe/pages/home", data={"as-country": "DE", "do": "see"})
    assert answer.headers["Location"].endswith("/admin/cafe/pages/home?as-country=DE")
