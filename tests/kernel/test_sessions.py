"""The way in and out: who gets in, what a cookie opens, where one lands."""

import pytest

from kernel import memberships, origins, sessions
from kernel.db import db
from tests.makers import PASSWORD, World

ELSEWHERE = [
    "//evil.test", "/\\evil.test", "\\\\evil.test", "https:evil.test", "https://evil.test/", "\t//evil.test",
    "/\t/evil.test", "%09//evil.test", "javascript:alert(1)", "evil.test", "///evil.test", "/%0d%0a//evil.test\r\n",
    "http://plaza.localhost:8000@evil.test/",
]  # fmt: skip


def test_the_owner_comes_in_and_goes_out(shop: World) -> None:
    browser = shop.admin
    assert browser.get(f"/admin/{shop.slug}/").status_code == 200
    assert browser.post("/logout").status_code == 303
    answer = browser.get(f"/admin/{shop.slug}/orders?state=due")
    assert answer.status_code == 303
    assert answer.location == "/login?next=/admin/cafe/orders?state%3Ddue"


@pytest.mark.parametrize("wanted", ELSEWHERE)
def test_log_in_never_leads_elsewhere(shop, wanted):
    data = {"email": shop.owner.email, "password": PASSWORD, "next": wanted}
    assert shop.anonymous.post("/login", data=data).location == "/shops"
    assert shop.admin.get("/login", query_string={"next": wanted}).location == "/shops"


def test_log_in_leads_back_to_the_page_that_asked(shop):
    data = {"email": shop.owner.email, "password": PASSWORD, "next": "/admin/cafe/orders?state=due"}
    assert shop.anonymous.post("/login", data=data).location == "/admin/cafe/orders?state=due"


def test_a_planted_cookie_is_not_taken_over(shop):
    browser = shop.anonymous
    name = origins.cookie_name("staff")
    browser.set_cookie(name, "planted-by-somebody-else", domain="plaza.localhost")
    browser.post("/login", data={"email": shop.owner.email, "password": PASSWORD})
    assert browser.get_cookie(name, domain="plaza.localhost").value != "planted-by-somebody-else"
    assert sessions.find("staff", "planted-by-somebody-else") is None


def test_logging_in_again_ends_the_session_before(shop):
    browser = shop.admin
    name = origins.cookie_name("staff")
    before = browser.get_cookie(name, domain="plaza.localhost").value
    browser.post("/login", data={"email": shop.owner.email, "password": PASSWORD})
    assert sessions.find("staff", before) is None


def test_a_shopper_cookie_opens_no_back_office(shop):
    cookie = sessions.start("shopper", shop.owner_id, shop.tenant_id)
    db.session.commit()
    browser = shop.anonymous
    for name in ("staff", "shopper"):
        browser.set_cookie(origins.cookie_name(name), cookie, domain="plaza.localhost")
    assert browser.get(f"/admin/{shop.slug}/").status_code == 303


def test_a_staff_cookie_says_nothing_at_the_shop(shop):
    cookie = sessions.start("staff", shop.owner_id)
    db.session.commit()
    browser = shop.client
    for name in ("staff", "shopper"):
        browser.set_cookie(origins.cookie_name(name), cookie, domain=f"{shop.slug}.plaza.localhost")
    assert browser.get("/account").status_code != 200 or shop.owner.email not in browser.get("/account").text


def test_another_shop_and_no_shop_look_the_same(rival: World, shop: World):
    assert shop.admin.get("/admin/rival/").status_code == 404
    assert shop.admin.get("/admin/nowhere/").status_code == 404
    assert shop.anonymous.get("/admin/nowhere/").location == "/login?next=/admin/nowhere/"


def test_another_site_cannot_log_anybody_in(shop):
    data = {"email": shop.owner.email, "password": PASSWORD}
    for site in ("cross-site", "same-site", "none"):
        answer = shop.anonymous.post("/login", data=data, headers={"Sec-Fetch-Site": site})
        assert answer.status_code == 403
        assert not [value for value in answer.headers.getlist("Set-Cookie") if "staff" in value]


def test_programs_hear_that_they_are_not_logged_in(shop):
    answer = shop.anonymous.get(f"/admin/{shop.slug}/pulse", headers={"Accept": "application/json"})
    assert answer.status_code == 401


def test_one_shop_opens_at_once_several_are_chosen_none_is_said(rival: World, shop: World):
    browser = shop.admin
    assert browser.get("/shops").location == f"/admin/{shop.slug}/"
    memberships.join(shop.owner, rival.tenant_id, "clerk")
    db.session.commit()
    assert browser.get("/shops").text.count("shop-link") == 2
    for row in db.session.scalars(db.select(memberships.Membership)):
        db.session.delete(row)
    db.session.commit()
    assert 'href="/signup"' in browser.get("/shops").text


def test_a_renamed_shop_leads_to_its_name_of_today(shop):
    browser = shop.admin
    shop.tenant.slug = "cafe-nuevo"
    db.session.add(memberships.tenancy.FormerSlug(tenant_id=shop.tenant_id, slug="cafe"))
    db.session.commit()
    answer = browser.get("/admin/cafe/orders?state=due")
    assert (answer.status_code, answer.location) == (301, "/admin/cafe-nuevo/orders?state=due")
    shopper = shop.client
    shopper.host = "cafe.plaza.localhost:8000"
    new = "http://cafe-nuevo.plaza.localhost:8000"
    answer = shopper.get("/en/p/florero?x=1")
    assert (answer.status_code, answer.location) == (301, f"{new}/en/p/florero?x=1")
    answer = shopper.post("/u/abc", headers={"Sec-Fetch-Site": "cross-site"})
    assert (answer.status_code, answer.location) == (308, f"{new}/u/abc")


def test_health_is_told_to_anybody_figures_only_when_asked_for(shop, app):
    assert shop.anonymous.get("/healthz").text == "ok\n"
    assert shop.anonymous.get("/readyz").status_code == 200
    assert shop.anonymous.get("/metrics").status_code == 404
