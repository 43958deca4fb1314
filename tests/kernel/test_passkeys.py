"""Passkeys: one of them is log-in enough; what is no true answer opens nothing; who may add and end them."""

import html
import json
import re
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine

from kernel import clock, passkey_rows, passkeys, serving, sessions
from kernel.db import db
from tests.authenticator import PRESENT, Device
from tests.kernel.test_accounts import link
from tests.kernel.test_signup import letters_to
from tests.makers import PASSWORD

REFUSED = "Esa llave de acceso no abre ninguna cuenta aquí"


def post(browser, path, **data):
    return browser.post(path, data=data)


def begun(browser, name="Mi teléfono", **data):
    """What the script is told after the password."""
    page = post(browser, "/account/passkeys/begin", name=name, current=PASSWORD, **data)
    assert page.headers["Cache-Control"] == "private, no-store"
    return json.loads(html.unescape(re.search(r'data-options="([^"]+)"', page.text)[1]))


def added(browser, device=None, name="Mi teléfono"):
    """A device whose passkey the account keeps."""
    made = device or Device()
    assert post(browser, "/account/passkeys", answer=made.make(begun(browser, name))).status_code == 303
    return made


def asked(browser):
    return browser.post("/login/passkey/begin").json


def enter(browser, device, **changed):
    return post(browser, "/login/passkey", answer=device.answer(asked(browser), **changed))


def proved(shop, device):
    """A browser that came in with it."""
    browser = shop.anonymous
    assert enter(browser, device).status_code == 303
    return browser


def inside(browser):
    return browser.get("/account").status_code == 200


def keys(shop):
    db.session.expire_all()
    return passkey_rows.of(shop.owner_id)


@pytest.fixture
def device(shop):
    return added(shop.admin)


def test_a_passkey_alone_opens_the_account_and_leads_where_one_wanted(shop, device):
    browser = shop.anonymous
    answer = post(browser, "/login/passkey", answer=device.answer(asked(browser)), next=f"/admin/{shop.slug}/orders")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/admin/{shop.slug}/orders")
    assert inside(browser)
    assert keys(shop)[0].used_at is not None
    foreign = shop.anonymous
    there = post(foreign, "/login/passkey", answer=device.answer(asked(foreign)), next="https://elsewhere.example/")
    assert there.headers["Location"] == "/shops"


def test_it_asks_for_the_install_s_own_host_and_that_its_owner_was_there(shop, device):
    told = shop.anonymous.post("/login/passkey/begin", headers={"X-Forwarded-Host": "elsewhere.example"})
    assert told.headers["Cache-Control"] == "private, no-store"
    assert (told.json["rpId"], told.json["userVerification"]) == ("plaza.localhost", "required")
    assert (
        "allowCredentials" not in told.json or not told.json["allowCredentials"]
    )  # nobody learns whose keys there are
    new = begun(proved(shop, device))
    assert new["rp"]["id"] == "plaza.localhost"
    assert (
        new["authenticatorSelection"]["residentKey"] == new["authenticatorSelection"]["userVerification"] == "required"
    )
    assert len(new["excludeCredentials"]) == 1
    assert shop.owner.email not in new["user"]["id"]


LIES = {
    "another origin": {"origin": "http://elsewhere.example"},
    "a shop's host": {"origin": "http://tienda.plaza.localhost:8000"},
    "another port": {"origin": "http://plaza.localhost:9000"},
    "another host's key": {"host": "elsewhere.example"},
    "nobody was asked": {"flags": PRESENT},
    "nobody was there": {"flags": 0x04},
    "an unknown key": {"name": b"nobody knows this one"},
}


def test_what_is_no_true_answer_is_refused_in_one_sentence(shop, device):
    for lie, told in LIES.items():
        browser = shop.anonymous
        answer = enter(browser, replace(device, **told))
        assert (lie, answer.status_code, REFUSED in answer.text, inside(browser)) == (lie, 422, True, False)


BENT = {
    "signature": "MEUCIQDzKz",
    "userHandle": "b3RybyBwZXJzb25hanM",
    "authenticatorData": "AAAA",
    "clientDataJSON": "e30",
}


NONE = ["", "{}", "[]", "null", "7", '{"id": 5, "response": {}}', "[" * 3000, "é" * 30]


def test_a_bent_answer_is_refused_and_so_is_what_is_none_at_all(shop, device):
    for part, value in BENT.items():
        browser = shop.anonymous
        answer = enter(browser, device, **{part: value})
        assert (part, answer.status_code, inside(browser)) == (part, 422, False)
    for told in NONE:
        browser = shop.anonymous
        asked(browser)
        answer = post(browser, "/login/passkey", answer=told)
        assert (told, answer.status_code, REFUSED in answer.text) == (told, 422, True)


def test_a_key_of_somebody_else_s_signature_is_refused(shop, device):
    thief = Device(name=device.name, handle=device.handle)
    assert enter(shop.anonymous, thief).status_code == 422


def test_a_question_is_answered_once_by_its_own_browser_and_soon(shop, device):
    browser = shop.anonymous
    options = asked(browser)
    kept = browser.get_cookie("passkey_8000", domain="plaza.localhost").value
    answer = device.answer(options)
    other = shop.anonymous
    assert post(other, "/login/passkey", answer=answer).status_code == 422  # it has no question of its own
    asked(other)
    assert post(other, "/login/passkey", answer=answer).status_code == 422  # nor this one
    assert post(browser, "/login/passkey", answer=answer).status_code == 303
    again = shop.anonymous
    again.set_cookie("passkey_8000", kept, domain="plaza.localhost")
    assert post(again, "/login/passkey", answer=answer).status_code == 422  # a replay
    late = shop.anonymous
    with time_machine.travel(clock.now(), tick=False) as moved:
        options = asked(late)
        moved.shift(timedelta(minutes=6))
        assert post(late, "/login/passkey", answer=device.answer(options)).status_code == 422


def test_a_wrong_answer_ends_its_question_too(shop, device):
    browser = shop.anonymous
    options = asked(browser)
    assert post(browser, "/login/passkey", answer=device.answer(options, signature="AAAA")).status_code == 422
    assert post(browser, "/login/passkey", answer=device.answer(options)).status_code == 422


def test_tries_are_counted(shop, device):
    browser = shop.anonymous
    answers = [post(browser, "/login/passkey", answer="{}").status_code for _number in range(21)]
    assert answers == [422] * 20 + [429]


def test_a_key_whose_count_does_not_grow_was_copied_and_opens_nothing_any_more(shop):
    browser = shop.admin
    device = added(browser, Device(count=4))
    assert enter(shop.anonymous, device).status_code == 303
    device.count = 3
    answer = enter(shop.anonymous, device)
    assert (answer.status_code, REFUSED in answer.text) == (422, True)
    assert not inside(browser)  # whoever came in by the copy is out
    device.count = 50
    assert enter(shop.anonymous, device).status_code == 422
    assert letters_to(shop.owner.email)[-1].kind == "account.copied"
    assert not passkey_rows.holders([shop.owner_id])
    post(browser, "/login", email=shop.owner.email, password=PASSWORD, next="")
    assert "Parece copiada" in browser.get("/account/passkeys").text


def test_a_key_that_counts_nothing_opens_again_and_again(shop, device):
    assert [enter(shop.anonymous, device).status_code for _time in range(2)] == [303, 303]


def test_an_account_that_waits_for_its_owner_is_not_opened(shop, device):
    shop.owner.password_hash = None
    db.session.commit()
    assert enter(shop.anonymous, device).status_code == 422


def test_adding_one_takes_the_password_and_a_name(shop):
    browser = shop.admin
    for data in ({"name": "Mi teléfono", "current": "falsa falsa 1"}, {"name": " ", "current": PASSWORD}):
        answer = post(browser, "/account/passkeys/begin", **data)
        assert answer.status_code == 422
        assert "data-options" not in answer.text
    assert "Mi teléfono" in post(browser, "/account/passkeys/begin", name="Mi teléfono", current="no").text
    assert (
        post(browser, "/account/passkeys", answer=Device().make({"user": {"id": "YQ"}, "challenge": "YQ"})).status_code
        == 422
    )
    assert keys(shop) == []


def test_a_new_key_of_another_place_is_not_kept(shop):
    browser = shop.admin
    for lie in ("another origin", "another host's key", "nobody was asked", "nobody was there"):
        made = Device(**LIES[lie]).make(begun(browser))
        assert (lie, post(browser, "/account/passkeys", answer=made).status_code) == (lie, 422)
    assert keys(shop) == []


def test_a_new_key_belongs_to_the_session_that_gave_the_password(shop):
    browser, other = shop.admin, shop.admin
    answer = Device().make(begun(browser))
    other.set_cookie("new_passkey_8000", browser.get_cookie("new_passkey_8000", domain="plaza.localhost").value,
                     domain="plaza.localhost")  # fmt: skip
    assert post(other, "/account/passkeys", answer=answer).status_code == 422
    assert keys(shop) == []


def test_an_account_keeps_several_and_a_device_one_key(shop):
    browser = shop.admin
    device = added(browser, name="iPhone")
    assert post(browser, "/account/passkeys", answer=device.make(begun(browser))).status_code == 422
    second = added(browser, name="Llave azul")
    assert [row.name for row in keys(shop)] == ["iPhone", "Llave azul"]
    assert len({row.handle for row in keys(shop)}) == 1
    assert {enter(shop.anonymous, one).status_code for one in (device, second)} == {303}
    assert "iPhone, Llave azul" in browser.get("/account").text


def test_renaming_keeps_what_was_typed_and_says_what_is_wrong(shop, device):
    browser, path = shop.admin, f"/account/passkeys/{keys(shop)[0].token}/name"
    wrong = post(browser, path, name="x" * 61)
    assert (wrong.status_code, "x" * 61 in wrong.text) == (422, True)
    assert post(browser, path, name=" Tableta ").status_code == 303
    assert "Tableta" in browser.get("/account/passkeys").text
    assert post(shop.staff("manager"), path, name="Mía").status_code == 404


def test_removing_one_ends_other_sessions_and_can_be_undone_for_half_an_hour(shop, device):
    browser, other = proved(shop, device), shop.admin
    token = keys(shop)[0].token
    assert post(shop.staff("manager"), f"/account/passkeys/{token}/removal").status_code == 404
    assert post(browser, f"/account/passkeys/{token}/removal").status_code == 303
    assert (inside(browser), inside(other)) == (True, False)
    assert enter(shop.anonymous, device).status_code == 422
    assert "ya no abre su cuenta" in letters_to(shop.owner.email)[-1].text
    assert post(browser, f"/account/passkeys/{token}/return").status_code == 303
    assert enter(shop.anonymous, device).status_code == 303
    post(browser, f"/account/passkeys/{token}/removal")
    with time_machine.travel(clock.now() + timedelta(minutes=31), tick=False):
        assert post(browser, f"/account/passkeys/{token}/return").status_code == 404
        passkey_rows.sweep()
        db.session.commit()
    assert added(browser, device) is device  # the same device may come again


def test_who_reads_the_address_ends_what_a_thief_added(shop):
    before = shop.admin
    mine = added(before, name="Mía")
    thief = proved(shop, mine)  # they have a copy of its cookie, and the password
    with time_machine.travel(clock.now() + timedelta(minutes=1)):
        added(thief, stolen := Device(), name="Ajena")
        back = link(shop.owner.email, "passkey")
        also = added(thief, name="Otra")
        browser = shop.anonymous
        assert "Quitar esta llave" in browser.get(back).text
        answer = post(browser, back)
        assert (inside(thief), "/reset/" in answer.headers["Location"]) == (False, True)
        post(browser, answer.headers["Location"], password="otra frase larga 9")
        assert [row.name for row in keys(shop)] == ["Mía"]
        assert [enter(shop.anonymous, one).status_code for one in (mine, stolen, also)] == [303, 422, 422]


def test_a_new_password_leaves_passkeys_and_tells_of_them(shop, device):
    browser = shop.anonymous
    post(browser, "/reset", email=shop.owner.email)
    done = post(browser, link(shop.owner.email, "reset"), password="otra frase larga 9")
    assert done.status_code == 303
    assert "Mi teléfono" in browser.get("/account/two-factor").text  # said in passing
    assert "Mi teléfono" in letters_to(shop.owner.email)[-1].text
    assert enter(shop.anonymous, device).status_code == 303


def test_the_command_that_ends_the_second_step_says_what_it_leaves(shop, device, app):
    email = shop.owner.email
    db.session.rollback()
    assert serving.second_step_off(app, email) == email
    assert serving.passkeys_of(app, email.upper()) == "Mi teléfono"
    assert serving.passkeys_of(app, "nadie@example.com") == ""
    assert "Mi teléfono" in letters_to(email)[-1].text


def test_an_install_that_is_reached_by_a_number_offers_none(shop, monkeypatch):
    assert "/login/passkey" in shop.anonymous.get("/login").text
    monkeypatch.setattr(passkeys, "_host", lambda: "192.0.2.7")
    assert "/login/passkey" not in shop.anonymous.get("/login").text
    assert "/account/passkeys/begin" not in shop.admin.get("/account/passkeys").text


def test_twenty_are_enough(shop):
    for number in range(passkeys.MOST):
        db.session.add(
            passkey_rows.Passkey(account_id=shop.owner_id, name="x", credential=f"c{number}", public_key="", handle="h")
        )
    db.session.commit()
    browser = shop.admin
    for row in sessions.of("staff", shop.owner_id):
        row.proved_at = clock.now()
    db.session.commit()
    answer = post(browser, "/account/passkeys/begin", name="Otra", current=PASSWORD)
    assert answer.status_code == 422
    assert len(keys(shop)) == passkeys.MOST
