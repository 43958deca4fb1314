"""A shop that asks two steps of all its staff: who has none is led to set one up, by every address, after the grace."""

from datetime import timedelta

import pytest
import time_machine
from werkzeug.routing.converters import NumberConverter

from kernel import accounts, clock, sessions, tenancy
from kernel.db import db
from tests.kernel.test_passkeys import added, post


def owned(shop):
    """The owner's browser, who has a passkey."""
    browser = shop.admin
    added(browser)
    return browser


def ask(browser, shop, days):
    return post(browser, f"/admin/{shop.slug}/settings/staff/two-steps", days=days)


@pytest.fixture
def later():
    with time_machine.travel(clock.now(), tick=False) as moved:
        yield lambda **told: moved.shift(timedelta(**told))


def test_an_owner_without_it_cannot_ask_it_of_others(shop):
    browser = shop.admin
    assert "/account/passkeys" in browser.get(f"/admin/{shop.slug}/settings/staff").text
    answer = ask(browser, shop, 0)
    assert (answer.status_code, "Primero configúrela" in answer.text) == (422, True)
    assert browser.get(f"/admin/{shop.slug}/").status_code == 200


@pytest.mark.parametrize("days", ["", "1", "-3", "siete", "99999999999"])
def test_other_days_are_refused(shop, days):
    answer = ask(owned(shop), shop, days)
    assert answer.status_code == 422
    db.session.expire_all()
    assert tenancy.tenant().two_steps_since is None


def test_who_has_none_is_led_to_set_one_up_by_every_address_and_verb(shop):
    ask(owned(shop), shop, 0)
    clerk, place, there = shop.staff("clerk"), f"/admin/{shop.slug}", f"/account/two-steps/{shop.slug}"
    for path in ("/", "/orders", "/settings/staff", "/search?q=a", "/products/nada", "/letters/x"):
        assert clerk.get(place + path).headers.get("Location") == there, path
    for path in ("/sale", "/products/bulk", "/stock/adjust"):
        assert clerk.post(place + path).headers.get("Location", there) == there
    told = clerk.get(f"{place}/search?q=a", headers={"Accept": "application/json"})
    assert (told.status_code, "dos pasos" in told.json["error"]) == (403, True)
    assert clerk.get(f"{place}/orders", headers={"HX-Request": "true"}).status_code == 403
    page = clerk.get(there)
    assert page.status_code == 200
    assert "/account/passkeys" in page.text
    assert "/account/two-factor" in page.text
    added(clerk)
    assert clerk.get(there).headers["Location"] == f"{place}/"
    assert clerk.get(f"{place}/orders").status_code == 200


def test_no_route_of_the_back_office_answers_who_has_none(shop, app):
    ask(owned(shop), shop, 0)
    clerk = shop.staff("clerk")
    rules = [rule for rule in app.url_map.iter_rules() if "_admin." in rule.endpoint]
    assert len(rules) > 200
    adapter = app.url_map.bind(clerk.host, subdomain="")
    for rule in rules:
        named = {name: 7 if isinstance(kind, NumberConverter) else "x" for name, kind in rule._converters.items()}
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
            path = adapter.build(rule.endpoint, {**named, "tenant": shop.slug}, method=method)
            answer = clerk.open(path, method=method)
            assert (path, answer.headers.get("Location")) == (path, f"/account/two-steps/{shop.slug}")


def test_a_code_of_the_phone_is_as_good(shop):
    ask(owned(shop), shop, 0)
    clerk = shop.staff("manager")
    assert clerk.get(f"/admin/{shop.slug}/orders").status_code == 303
    manager = accounts.by_email(f"manager@{shop.slug}.example.com")
    manager.totp_since = sessions.of("staff", manager.id)[0].proved_at = clock.now()
    db.session.commit()
    assert clerk.get(f"/admin/{shop.slug}/orders").status_code == 200


def test_days_of_grace_are_told_on_every_page_and_count_anew_for_who_comes_later(shop, later):
    clerk = shop.staff("clerk")
    owner = owned(shop)
    ask(owner, shop, 3)
    place = f"/admin/{shop.slug}"
    for path in ("/", "/orders", "/bookings"):
        assert "pide dos pasos a todos" in clerk.get(place + path).text
    assert "pide dos pasos a todos" not in owner.get(f"{place}/orders").text
    later(days=2)
    newcomer = shop.staff("marketer")
    later(days=1, seconds=1)
    assert clerk.get(f"{place}/orders").status_code == 303
    assert newcomer.get(f"{place}/people").status_code == 200


def test_owners_see_who_lacks_it_and_can_stop_asking(shop):
    owner, clerk = owned(shop), shop.staff("clerk")
    ask(owner, shop, 0)
    page = owner.get(f"/admin/{shop.slug}/settings/staff").text
    assert page.count("Faltan los dos pasos") == 1
    assert "A 1 persona todavía le falta" in page
    assert post(shop.staff("manager"), f"/admin/{shop.slug}/settings/staff/two-steps/off").status_code != 200
    assert clerk.get(f"/admin/{shop.slug}/orders").status_code == 303
    post(owner, f"/admin/{shop.slug}/settings/staff/two-steps/off")
    assert clerk.get(f"/admin/{shop.slug}/orders").status_code == 200


def test_an_owner_who_gives_it_up_is_asked_too(shop):
    owner = owned(shop)
    ask(owner, shop, 0)
    page = owner.get("/account/passkeys").text
    token = page.split("/account/passkeys/")[2].split("/")[0]
    assert post(owner, f"/account/passkeys/{token}/removal").status_code == 303
    assert owner.get(f"/admin/{shop.slug}/").status_code == 303


def test_another_shop_of_theirs_stays_open_and_a_stranger_s_is_not_shown(shop):
    ask(owned(shop), shop, 0)
    clerk = shop.staff("clerk")
    assert clerk.get("/account/two-steps/nobody").status_code == 404
    assert clerk.get("/shops?all=1").status_code == 200
