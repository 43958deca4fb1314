"""Accounts: passwords, sessions and what ends them, links that work once, the same answer for known and unknown."""

import re
from datetime import timedelta

import pytest
import time_machine

from kernel import account_letters, accounts, clock, passwords, sessions, tokens
from kernel.accounts import Account
from kernel.db import db
from tests.kernel.test_signup import letters_to
from tests.makers import PASSWORD, World

NEW = "tres nubes rojas 4"


def inside(browser, shop):
    """Whether that browser is in the back office."""
    return browser.get(f"/admin/{shop.slug}/").status_code == 200


def link(email, kind):
    """The address in the last letter of that kind."""
    letter = [row for row in letters_to(email) if row.kind == f"account.{kind}"][-1]
    found = re.search(r"plaza\.localhost:8000(/(?:reset|confirm|account/email|account/back)/\S+)", letter.text)
    return found[1] if found else ""


def ask_reset(browser, email):
    return browser.post("/reset", data={"email": email})


def test_a_reset_link_ends_every_session_and_works_once(shop):
    old, other = shop.admin, shop.admin
    browser = shop.anonymous
    ask_reset(browser, shop.owner.email)
    path = link(shop.owner.email, "reset")
    assert browser.get(path).status_code == 200
    assert browser.get(path).status_code == 200
    assert browser.post(path, data={"password": NEW}).status_code == 303
    assert inside(browser, shop)
    assert not inside(old, shop)
    assert not inside(other, shop)
    for again in (browser.post(path, data={"password": NEW}), browser.get(path)):
        assert again.status_code == 410
    page = again.get_data(as_text=True)
    assert "expir" in page


def test_a_weak_new_password_leaves_the_link_open(shop):
    browser = shop.anonymous
    ask_reset(browser, shop.owner.email)
    path = link(shop.owner.email, "reset")
    assert browser.post(path, data={"password": "12345678"}).status_code == 422
    assert browser.post(path, data={"password": NEW}).status_code == 303


def test_of_two_reset_letters_only_the_newer_works(shop):
    browser = shop.anonymous
    ask_reset(browser, shop.owner.email)
    first = link(shop.owner.email, "reset")
    ask_reset(browser, shop.owner.email)
    second = link(shop.owner.email, "reset")
    assert [browser.get(path).status_code for path in (first, second)] == [410, 200]


@pytest.mark.parametrize("path", ["/reset/x", "/confirm/x", "/account/email/x", "/account/back/x", "/invitations/x"])
def test_a_tampered_link_is_gone_with_a_sentence(shop, path):
    for answer in (shop.anonymous.get(path), shop.anonymous.post(path, data={"password": NEW, "name": "Ana"})):
        assert answer.status_code == 410
        assert re.search("expir|vencid", answer.get_data(as_text=True))


def test_an_old_link_is_gone(shop):
    secret = tokens.make("reset", email=shop.owner.email, account_id=shop.owner_id)
    tokens.read("reset", secret).expires_at = clock.now() - timedelta(seconds=1)
    db.session.commit()
    assert shop.anonymous.get(f"/reset/{secret}").status_code == 410
    assert shop.anonymous.post(f"/reset/{secret}", data={"password": NEW}).status_code == 410


def test_a_link_for_one_thing_opens_nothing_else(shop):
    secret = tokens.make("confirm", email=shop.owner.email, account_id=shop.owner_id)
    db.session.commit()
    assert shop.anonymous.get(f"/reset/{secret}").status_code == 410


def same(one, other):
    """The same answer but for the address that was typed."""
    headers = [[(name, value) for name, value in answer.headers if name != "Set-Cookie"] for answer in (one, other)]
    texts = [answer.get_data(as_text=True) for answer in (one, other)]
    assert (one.status_code, headers[0]) == (other.status_code, headers[1])
    assert texts[0] == texts[1]


def test_log_in_and_reset_tell_nobody_who_has_an_account(shop):
    email, nobody = shop.owner.email, "cafx@example.com"
    assert len(email) == len(nobody)
    typed = [{"email": email, "password": "equivocada 1"}, {"email": nobody, "password": "equivocada 1"}]
    one, other = [shop.anonymous.post("/login", data=data) for data in typed]
    assert one.status_code == other.status_code == 422
    assert one.get_data(as_text=True) == other.get_data(as_text=True).replace(nobody, email)
    same(ask_reset(shop.anonymous, email), ask_reset(shop.anonymous, nobody))
    assert [row.kind for row in letters_to(email)] == ["account.reset"]
    assert letters_to(nobody) == []


def test_one_hash_for_known_and_unknown(shop):
    counts = []
    for email in (shop.owner.email, "nadie@example.com"):
        before = passwords.count["hashes"]
        shop.anonymous.post("/login", data={"email": email, "password": "equivocada 1"})
        counts.append(passwords.count["hashes"] - before)
    assert counts == [1, 1]


def test_an_endless_password_is_refused_before_any_work(shop):
    before = passwords.count["hashes"]
    answer = shop.anonymous.post("/login", data={"email": shop.owner.email, "password": "x" * 1_000_000})
    assert answer.status_code == 422
    assert shop.anonymous.post("/login", data={"email": "a@b.cr", "password": "x" * 2_200_000}).status_code == 413
    assert passwords.count["hashes"] == before


def test_a_hash_out_of_date_is_replaced_at_log_in(shop):
    dear = passwords.PasswordHash((passwords.Argon2Hasher(time_cost=2, memory_cost=16, parallelism=1),))
    shop.owner.password_hash = dear.hash(PASSWORD)
    db.session.commit()
    before, data = shop.owner.password_hash, {"email": shop.owner.email, "password": PASSWORD}
    for _ in range(2):
        browser = shop.anonymous
        browser.post("/login", data=data)
        assert inside(browser, shop)
        assert shop.owner.password_hash != before


def test_too_many_tries_at_one_address_are_refused(shop):
    data = {"email": shop.owner.email, "password": "equivocada 1"}
    codes = [shop.anonymous.post("/login", data=data).status_code for _n in range(11)]
    assert codes == [422] * 10 + [429]
    right = shop.anonymous.post("/login", data={**data, "password": PASSWORD})
    assert right.status_code == 429


def test_a_new_password_ends_the_other_sessions_but_not_this_one(shop):
    here, there = shop.admin, shop.admin
    wrong = here.post("/account/password", data={"current": "otra cosa", "password": NEW})
    assert wrong.status_code == 422
    assert inside(there, shop)
    assert here.post("/account/password", data={"current": PASSWORD, "password": NEW}).status_code == 303
    assert inside(here, shop)
    assert not inside(there, shop)
    assert accounts.recognised(shop.owner.email, NEW) is not None


def test_log_out_everywhere_else(shop):
    here, there = shop.admin, shop.admin
    assert here.get("/account").get_data(as_text=True).count("<li><strong>") == 2
    assert here.post("/account/sessions/end").status_code == 303
    assert inside(here, shop)
    assert not inside(there, shop)
    assert len(sessions.of("staff", shop.owner_id)) == 1


def test_an_address_changes_only_by_the_link_that_went_to_it(shop):
    browser, before = shop.admin, shop.owner.email
    assert browser.post("/account/email", data={"email": "nueva@example.com", "current": PASSWORD}).status_code == 303
    path = link("nueva@example.com", "new_address")
    assert browser.get(path).status_code == 200
    assert shop.owner.email == before
    assert shop.anonymous.post(path).status_code == 303  # the letter may be open on another device
    assert shop.owner.email == "nueva@example.com"
    assert [row.kind for row in letters_to(before)] == ["account.moved"]
    assert shop.anonymous.post(path).status_code == 410


def test_a_new_password_ends_the_link_that_somebody_else_asked_for_with_the_old_one(shop):
    owner, thief, before = shop.admin, shop.admin, shop.owner.email
    thief.post("/account/email", data={"email": "ladron@example.com", "current": PASSWORD})
    path = link("ladron@example.com", "new_address")
    owner.post("/account/password", data={"current": PASSWORD, "password": NEW})
    assert shop.anonymous.post(path).status_code == 410
    assert shop.owner.email == before


def moved(browser, to, password=PASSWORD):
    """The address becomes another one."""
    browser.post("/account/email", data={"email": to, "current": password})
    assert browser.post(link(to, "new_address")).status_code == 303


def test_who_reads_the_old_address_gets_the_account_back_whatever_a_thief_did_since(shop):
    thief, before = shop.admin, shop.owner.email
    moved(thief, "ladron@example.com")
    thief.post("/account/password", data={"current": PASSWORD, "password": "tres ladrones 4"})
    moved(thief, "ladrona@example.com", "tres ladrones 4")
    theirs, ways = link("ladron@example.com", "moved"), link(before, "moved")
    browser = shop.anonymous
    assert browser.get(ways).status_code == 200
    assert inside(thief, shop)  # looking changes nothing
    answer = browser.post(ways)
    assert (answer.status_code, answer.location.rpartition("/")[0]) == (303, "/reset")
    assert shop.owner.email == before
    assert not inside(thief, shop)
    assert accounts.recognised(before, "tres ladrones 4") is None
    for path in (theirs, ways):  # a thief's own way back ends with it, and none works twice
        assert [shop.anonymous.get(path).status_code, shop.anonymous.post(path).status_code] == [410, 410]
    assert browser.post(answer.location, data={"password": NEW}).status_code == 303
    assert inside(browser, shop)
    assert accounts.recognised(before, NEW) is not None


def test_a_thief_who_goes_back_a_step_ends_no_way_back_of_before(shop):
    thief, before = shop.admin, shop.owner.email
    moved(thief, "ladron@example.com")
    moved(thief, "ladrona@example.com")
    assert shop.anonymous.post(link("ladron@example.com", "moved")).status_code == 303
    assert shop.owner.email == "ladron@example.com"
    assert shop.anonymous.post(link(before, "moved")).status_code == 303
    assert shop.owner.email == before


def test_a_way_back_ends_after_seven_days_and_what_the_thief_asked_for_ends_with_it(shop):
    thief, before = shop.admin, shop.owner.email
    moved(thief, "ladron@example.com")
    thief.post("/account/email", data={"email": "otro@example.com", "current": PASSWORD})
    waits, ways = link("otro@example.com", "new_address"), link(before, "moved")
    with time_machine.travel(clock.now() + timedelta(days=7, minutes=1)):
        told = [shop.anonymous.get(ways), shop.anonymous.post(ways)]
    assert shop.anonymous.post(ways).status_code == 303
    told += [shop.anonymous.get(ways), shop.anonymous.post(ways)]
    for answer in told:  # nobody can ask for another one
        page = answer.get_data(as_text=True)
        assert answer.status_code == 410
        assert "siete días" in page
        assert "Pida uno nuevo" not in page
    assert shop.anonymous.post(waits).status_code == 410
    assert shop.owner.email == before


def test_an_old_address_that_somebody_sits_on_is_put_back_all_the_same(shop):
    before = shop.owner.email
    moved(shop.admin, "ladron@example.com")
    squatter = accounts.create(email=before).id
    db.session.commit()
    assert shop.anonymous.post(link(before, "moved")).status_code == 303
    assert (shop.owner.email, accounts.get(squatter).email) == (before, "ladron@example.com")
    assert accounts.get(squatter).confirmed_at is None


def test_an_old_address_that_is_another_accounts_stays_there(shop):
    before = shop.owner.email
    moved(shop.admin, "nueva@example.com")
    accounts.create(email=before).confirmed_at = clock.now()
    db.session.commit()
    ways = link(before, "moved")
    answer = shop.anonymous.post(ways)
    assert (answer.status_code, shop.owner.email) == (410, "nueva@example.com")
    assert "otra cuenta" in answer.get_data(as_text=True)
    assert accounts.recognised("nueva@example.com", PASSWORD) is not None


def test_a_taken_new_address_hears_the_same(rival: World, shop: World):
    taken = rival.owner.email
    db.session.commit()
    one = shop.admin.post("/account/email", data={"email": taken, "current": PASSWORD})
    other = shop.admin.post("/account/email", data={"email": "libre@example.com", "current": PASSWORD})
    assert (one.status_code, one.location, one.data) == (other.status_code, other.location, other.data)
    assert [row.kind for row in letters_to(taken)] == ["account.taken"]


def test_name_and_language_are_kept(shop):
    browser = shop.admin
    assert browser.post("/account", data={"name": "Marta Solís", "language": "en"}).status_code == 303
    page = browser.get("/account").get_data(as_text=True)
    assert '<html lang="en">' in page
    assert "Marta Solís" in page
    assert "Kept." in page  # said in what they read from now on
    assert browser.post("/account", data={"name": "Marta", "language": "xx"}).status_code == 422
    assert '<html lang="en">' in browser.get(f"/admin/{shop.slug}/").get_data(as_text=True)


def test_the_account_page_is_for_who_is_logged_in(shop):
    for path in ("/account", "/shops"):
        answer = shop.anonymous.get(path)
        assert (answer.status_code, answer.location) == (303, f"/login?next={path}")
    for path in ("/account", "/account/password", "/account/email", "/account/sessions/end", "/account/confirmation"):
        assert shop.anonymous.post(path).status_code == 303
    assert shop.owner.name == "Dueña"


def test_the_letter_of_a_change_that_an_older_version_asked_for_goes_to_whom_it_meant(shop):
    account_letters.later("changed", shop.owner_id, "password", "antes@example.com")
    db.session.commit()
    assert [row.kind for row in letters_to("antes@example.com")] == ["account.changed"]


@pytest.mark.parametrize(
    ("email", "name", "known"),
    [("abril@x.example", "", "Abril"), ("abril.mora_v@x.example", "", "Abril Mora V"), ("abril@x.example", "abi", "abi"),
     ("._@x.example", "", "._@x.example")],
)  # fmt: skip
def test_who_gave_no_name_is_not_called_by_raw_signs(email, name, known):
    assert Account(email=email, name=name).known_as == known
