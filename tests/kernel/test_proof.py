"""Who has more than a password and came in by it alone: neither a shop that asks two steps opens, nor does what they have change."""

import pyotp
import pytest

from kernel import accounts, clock, sessions, two_factor
from kernel.db import db
from tests.authenticator import Device
from tests.kernel.test_accounts import link
from tests.kernel.test_passkeys import added, asked, begun, keys, post
from tests.kernel.test_signup import letters_to
from tests.makers import PASSWORD

PLACE = "/account/proof?next="


@pytest.fixture
def owner(shop):
    """The browser of the owner, who added a passkey in it."""
    browser = shop.admin
    browser.device = added(browser)
    return browser


def by_password(shop):
    browser = shop.anonymous
    answer = post(browser, "/login", email=shop.owner.email, password=PASSWORD)
    assert answer.status_code == 303
    return browser


def by_passkey(browser, device, wanted):
    return post(browser, "/login/passkey", answer=device.answer(asked(browser)), next=wanted)


def two_steps(owner, shop, days=0):
    assert post(owner, f"/admin/{shop.slug}/settings/staff/two-steps", days=days).status_code == 303


def test_a_password_alone_opens_no_shop_that_asks_two_steps_until_the_passkey_answers(shop, owner):
    two_steps(owner, shop)
    browser, orders = by_password(shop), f"/admin/{shop.slug}/orders"
    there = browser.get(orders + "?q=ana").headers["Location"]
    assert there == f"{PLACE}{orders}?q%3Dana"
    off = browser.post(f"/admin/{shop.slug}/settings/staff/two-steps/off")
    assert off.headers["Location"] == f"{PLACE}/admin/{shop.slug}/"
    told = browser.get(orders, headers={"Accept": "application/json"})
    assert (told.status_code, "confirme con su llave" in told.json["error"]) == (403, True)
    page = browser.get(there).text
    assert f'name="next" value="{orders}?q=ana"' in page
    assert by_passkey(browser, owner.device, orders).headers["Location"] == orders
    assert browser.get(orders).status_code == 200
    assert owner.get(orders).status_code == 200


def test_nothing_is_asked_of_that_session_where_no_shop_does_or_the_grace_runs(shop, owner):
    browser = by_password(shop)
    assert browser.get(f"/admin/{shop.slug}/orders").status_code == 200
    two_steps(owner, shop, 3)
    page = browser.get(f"/admin/{shop.slug}/orders")
    assert (page.status_code, "pide dos pasos a todos" in page.text) == (200, False)


STOLEN = {
    "add a passkey": ("/account/passkeys/begin", {"name": "Mía", "current": PASSWORD}),
    "an app of theirs": ("/account/two-factor/begin", {"current": PASSWORD}),
    "their own address": ("/account/email", {"email": "thief@elsewhere.example", "current": PASSWORD}),
    "away with it": ("/account/passkeys/{token}/removal", {}),
    "back with it": ("/account/passkeys/{token}/return", {}),
}


def test_who_stole_the_password_changes_nothing_of_what_else_there_is(shop, owner):
    token, browser = keys(shop)[0].token, by_password(shop)
    for what, (path, data) in STOLEN.items():
        answer = post(browser, path.format(token=token), **data)
        assert (what, answer.status_code, answer.headers["Location"][:14]) == (what, 303, "/account/proof")
    kept = accounts.get(shop.owner_id)
    db.session.expire_all()
    assert (len(keys(shop)), kept.totp_sealed, letters_to("thief@elsewhere.example")) == (1, None, [])
    pages = [browser.get(path).text for path in ("/account/passkeys", "/account/two-factor", "/account")]
    assert all("/account/proof" in page for page in pages)
    assert not any(way in page for page in pages for way in ("/passkeys/begin", "/removal", "two-factor/begin"))
    assert post(owner, *STOLEN["add a passkey"][:1], **STOLEN["add a passkey"][1]).status_code == 200  # the control


def test_an_answer_to_a_question_for_a_new_key_is_worth_nothing_in_an_unproved_session(shop):
    browser, other = by_password(shop), shop.admin
    options, thief = begun(browser), Device()  # begun while there was no key yet
    added(other)
    answer = post(browser, "/account/passkeys", answer=thief.make(options))
    assert answer.headers["Location"].startswith("/account/proof")
    assert len(keys(shop)) == 1


def test_a_code_of_the_phone_confirms_it_once_and_a_wrong_one_keeps_the_page(shop):
    known = accounts.get(shop.owner_id)
    two_factor.begin(known)
    code = pyotp.TOTP(two_factor.secret(known)).now
    known.totp_since = clock.now()
    db.session.commit()
    browser = shop.admin  # a session that knows of no second step, as if from before
    wrong = post(browser, "/account/proof", code="000000", next="/account/passkeys")
    assert (wrong.status_code, "/account/passkeys" in wrong.text) == (422, True)
    right = post(browser, "/account/proof", code=code(), next="https://elsewhere.example/")
    assert right.headers["Location"] == "/account"
    assert browser.get(PLACE + "/shops").headers["Location"] == "/shops"


def test_who_lost_every_passkey_ends_them_by_letter_with_the_password(shop, owner):
    two_steps(owner, shop)
    browser = by_password(shop)
    assert post(browser, "/account/proof/lost", next="/shops").status_code == 303
    back = link(shop.owner.email, "passkeys_lost")
    page = browser.get(back).text
    assert "Quitar todas las llaves de acceso" in page
    assert "¿Es suya esta dirección?" not in page
    chosen = browser.post(back).headers["Location"]
    assert (keys(shop), browser.get("/account").status_code, owner.get("/account").status_code) == ([], 303, 303)
    assert post(browser, chosen, password="otra clave muy larga 7").status_code == 303
    assert browser.get(f"/admin/{shop.slug}/").headers["Location"] == f"/account/two-steps/{shop.slug}"


def test_with_a_code_on_the_phone_no_letter_ends_the_passkeys(shop, owner):
    accounts.get(shop.owner_id).totp_since = clock.now()
    db.session.commit()
    before = len(letters_to(shop.owner.email))
    for row in sessions.of("staff", shop.owner_id):
        row.proved_at = None
    db.session.commit()
    assert post(owner, "/account/proof/lost").status_code == 303
    assert len(letters_to(shop.owner.email)) == before
    assert "/account/proof/lost" not in owner.get("/account/proof").text
