"""Flask-Login says who is here: staff at the install, contacts at their own shop; it keeps no cookie of its own."""

import pytest
from flask import request_finished
from flask_login import current_user
from sqlalchemy.exc import OperationalError

from crm import contacts
from kernel import login, origins
from tests.makers import PASSWORD

KEPT = "remember_token"  # the cookie that Flask-Login would set and look for


@pytest.fixture
def seen(app):
    """What Flask-Login's current user was called at the end of each request; "" is nobody."""
    found = []

    def note(_app, **_more):
        found.append(current_user.email if current_user.is_authenticated else "")

    with request_finished.connected_to(note, app):
        yield found


@pytest.fixture
def ana(shop):
    return contacts.known(email="ana@example.com")


def test_staff_are_known_at_the_install_and_shoppers_at_their_shop(shop, ana, seen):
    shop.admin.get(f"/admin/{shop.slug}/orders")
    shop.shopper(ana).get("/account")
    shop.anonymous.get("/login")
    shop.client.get("/")
    assert seen == [shop.owner.email, "ana@example.com", "", ""]


def test_nobody_is_known_at_another_host_by_the_same_cookie(rival, shop, ana, seen):
    value = shop.shopper(ana).get_cookie(origins.cookie_name("shopper"), domain="cafe.plaza.localhost").value
    for browser in (rival.client, shop.anonymous):
        for name in ("staff", "shopper"):
            browser.set_cookie(origins.cookie_name(name), value, domain=browser.host.partition(":")[0])
        browser.get("/account")
    assert seen == ["", ""]


def test_a_cookie_of_flask_login_itself_lets_nobody_in_and_sends_nobody_out(shop, seen):
    owner, stranger = shop.admin, shop.anonymous
    for browser in (owner, stranger):
        browser.set_cookie(KEPT, f"{shop.owner_id}|{'0' * 128}", domain="plaza.localhost")
        browser.get("/account")
    assert seen == [shop.owner.email, ""]


def test_it_sets_no_cookie_and_no_answer_varies_by_one_for_it(shop):
    answer = shop.client.get("/robots.txt")
    assert (answer.status_code, answer.headers.get("Vary"), answer.headers.get("Set-Cookie")) == (200, None, None)
    answer = shop.anonymous.post("/login", data={"email": shop.owner.email, "password": PASSWORD, "next": ""})
    set_by_us = [line.partition("=")[0] for line in answer.headers.getlist("Set-Cookie")]
    assert set_by_us == [origins.cookie_name("staff")]


@pytest.mark.parametrize(("path", "way"), [("/admin/cafe/not-there", "/admin/cafe/orders"), ("/not-there", "/shops")])
def test_an_address_that_is_not_there_still_knows_who_asks(shop, path, way):
    known, stranger = shop.admin.get(path), shop.anonymous.get(path)
    assert (known.status_code, stranger.status_code) == (404, 404)
    assert (f'href="{way}"' in known.text, 'href="/login"' in known.text) == (True, False)
    assert (f'href="{way}"' in stranger.text, 'href="/login"' in stranger.text) == (False, True)


def test_the_page_of_an_error_does_not_ask_again_whom_nobody_could_tell(shop, monkeypatch):
    asked = []

    def gone():
        asked.append(1)
        raise OperationalError("select", {}, Exception("the server is away"))

    browser = shop.admin
    monkeypatch.setitem(login._loaders, "install", gone)
    monkeypatch.setattr(shop.app, "testing", False)
    answer = browser.get("/account")
    assert (answer.status_code, asked) == (503, [1])
    assert "<h1>" in answer.text  # the whole page, as for a stranger
