"""Two-step log-in: what it asks for, at every door; codes are taken once; what a thief cannot do with half of it."""

import re
from datetime import timedelta

import pyotp
import pytest
import time_machine

from kernel import accounts, clock, origins, serving, two_factor
from kernel.db import db
from kernel.refusal import Refusal
from tests.kernel.test_accounts import link
from tests.kernel.test_signup import letters_to
from tests.makers import PASSWORD

CODE = re.compile(r"<code>([a-z2-9]{5}-[a-z2-9]{5})</code>")
HALFWAY = "second"


def secret_of(answer):
    return re.search(r'data-copy="([A-Z2-7]{32})"', answer.text)[1]


def post(browser, path, **data):
    return browser.post(path, data=data)


class Phone:
    """The app of somebody whose second step is on; each code is a half minute later than the one before."""

    def __init__(self, secret, clock):
        self.app, self.clock = pyotp.TOTP(secret), clock

    def code(self):
        self.clock.shift(timedelta(seconds=30))
        return self.app.at(clock.now())


@pytest.fixture
def time():
    with time_machine.travel(clock.now(), tick=False) as moved:
        yield moved


@pytest.fixture
def steps(shop, time):
    """(the browser that turned it on, the phone, the codes on paper)."""
    browser = shop.admin
    answer = post(browser, "/account/two-factor/begin", current=PASSWORD)
    assert answer.headers["Location"] == "/account/two-factor"
    phone = Phone(secret_of(browser.get("/account/two-factor")), time)
    on = post(browser, "/account/two-factor", code=phone.code())
    assert on.headers["Cache-Control"] == "private, no-store"
    paper = CODE.findall(on.text)
    assert len(set(paper)) == 10
    return browser, phone, paper


def half(shop):
    """A browser that gave the right password."""
    browser = shop.anonymous
    answer = post(browser, "/login", email=shop.owner.email, password=PASSWORD, next="/account")
    assert answer.headers["Location"] == "/login/code"
    assert [line.partition("=")[0] for line in answer.headers.getlist("Set-Cookie")] == [origins.cookie_name(HALFWAY)]
    return browser


def test_the_password_alone_opens_nothing_and_a_code_of_the_phone_leads_where_one_wanted(shop, steps):
    _owner, phone, _paper = steps
    browser = half(shop)
    for path in ("/account", f"/admin/{shop.slug}/", "/account/two-factor"):
        assert "/login" in browser.get(path).headers["Location"]
    answer = post(browser, "/login/code", code=phone.code())
    assert (answer.status_code, answer.headers["Location"]) == (303, "/account")
    assert browser.get("/account").status_code == 200
    assert post(browser, "/login/code", code=phone.code()).headers["Location"] == "/login"  # that half is used up


@pytest.mark.parametrize("told", ["000000", "", "12345", "٣٠٣٠٣٠", "1" * 20, "abcde-fghjk"])
def test_what_is_no_code_is_said_and_opens_nothing(shop, steps, told):
    browser = half(shop)
    answer = post(browser, "/login/code", code=told)
    assert answer.status_code == 422
    assert browser.get("/account").status_code == 303


def test_a_code_is_taken_once_and_none_before_it_afterwards(shop, steps):
    _owner, phone, _paper = steps
    before, now = phone.code(), phone.code()
    for code, status in ((now, 303), (now, 422), (before, 422)):
        assert post(half(shop), "/login/code", code=code).status_code == status


@pytest.mark.parametrize(("seconds", "status"), [(-30, 303), (30, 303), (-90, 422), (90, 422)])
def test_a_phone_may_be_half_a_minute_wrong(shop, steps, seconds, status):
    _owner, phone, _paper = steps
    phone.clock.shift(timedelta(minutes=5))
    told = phone.app.at(clock.now() + timedelta(seconds=seconds))
    assert post(half(shop), "/login/code", code=told).status_code == status


def test_each_code_on_paper_opens_once_however_it_is_typed(shop, steps):
    _owner, _phone, paper = steps
    browser = half(shop)
    assert post(browser, "/login/code", code=f" {paper[0].upper().replace('-', ' ')} ").status_code == 303
    assert "9" in browser.get("/account").text
    assert post(half(shop), "/login/code", code=paper[0]).status_code == 422
    assert post(half(shop), "/login/code", code=paper[1]).status_code == 303


def test_a_new_password_by_letter_does_not_pass_by_the_second_step(shop, steps):
    owner, phone, _paper = steps
    post(owner, "/logout")
    browser = shop.anonymous
    post(browser, "/reset", email=shop.owner.email)
    answer = post(browser, link(shop.owner.email, "reset"), password="otra frase larga 9")
    assert answer.headers["Location"] == "/login/code"
    assert browser.get("/account").status_code == 303
    assert post(browser, "/login/code", code=phone.code()).headers["Location"] == "/shops"


def test_half_a_log_in_ends_with_a_new_password_and_after_ten_minutes(shop, steps, time):
    _owner, phone, _paper = steps
    waiting, late = half(shop), half(shop)
    accounts.end_sessions(shop.owner)
    db.session.commit()
    assert post(waiting, "/login/code", code=phone.code()).headers["Location"] == "/login"
    time.shift(timedelta(minutes=11))
    assert late.get("/login/code").headers["Location"] == "/login"


def test_tries_are_counted(shop, steps):
    browser = half(shop)
    answers = [post(browser, "/login/code", code=f"00000{number}").status_code for number in range(8)]
    assert answers == [422] * 5 + [429] * 3  # the first of six was the one that turned it on


def test_turning_it_on_takes_the_password_ends_other_sessions_and_is_told_by_letter(shop, time):
    other, browser = shop.admin, shop.admin
    assert post(browser, "/account/two-factor/begin", current="falsa falsa 1").status_code == 422
    assert not shop.owner.totp_sealed
    post(browser, "/account/two-factor/begin", current=PASSWORD)
    page = browser.get("/account/two-factor")
    secret = secret_of(page)
    assert page.headers["Cache-Control"] == "private, no-store"
    assert post(browser, "/account/two-factor", code="000000").status_code == 422
    assert other.get("/account").status_code == 200  # it asks for nothing until a code has come
    assert post(browser, "/account/two-factor", code=pyotp.TOTP(secret).at(clock.now())).status_code == 200
    assert (other.get("/account").status_code, browser.get("/account").status_code) == (303, 200)
    assert secret not in browser.get("/account/two-factor").text  # never again
    assert link(shop.owner.email, "second_step").startswith("/account/back/")


def test_neither_secret_nor_codes_lie_open_in_the_database(shop, steps):
    _owner, phone, paper = steps
    db.session.expire_all()
    kept = f"{shop.owner.totp_sealed} {shop.owner.recovery_hashes}"
    assert phone.app.secret not in kept
    assert not [code for code in paper if code in kept or code.replace("-", "") in kept]


def test_a_session_alone_turns_it_off_for_nobody(shop, steps):
    owner, phone, paper = steps
    for path in ("off", "codes"):
        assert post(owner, f"/account/two-factor/{path}", code="000000").status_code == 422
    fresh = CODE.findall(post(owner, "/account/two-factor/codes", code=phone.code()).text)
    assert len(fresh) == 10
    assert post(half(shop), "/login/code", code=paper[0]).status_code == 422
    assert post(owner, "/account/two-factor/off", code=fresh[0]).headers["Location"] == "/account"
    assert (
        post(shop.anonymous, "/login", email=shop.owner.email, password=PASSWORD, next="").headers["Location"]
        == "/shops"
    )
    assert "la contraseña para entrar" in letters_to(shop.owner.email)[-1].text


def test_who_reads_the_address_ends_what_a_thief_turned_on(shop, steps):
    thief, _phone, _paper = steps
    browser, back = shop.anonymous, link(shop.owner.email, "second_step")
    assert "Desactivar la verificación en dos pasos" in browser.get(back).text
    answer = post(browser, back)
    assert "/reset/" in answer.headers["Location"]
    assert thief.get("/account").status_code == 303
    assert post(browser, answer.headers["Location"], password="otra frase larga 9").headers["Location"] == "/shops"
    assert browser.get("/account").status_code == 200


def test_an_address_put_back_ends_only_a_second_step_that_came_after_it_left(shop, steps, time):
    _owner, _phone, _paper = steps
    time.shift(timedelta(minutes=1))
    for was_on in (True, False):
        back = accounts.change_email(shop.owner, f"ladron{was_on}@example.com")
        if not was_on:
            time.shift(timedelta(minutes=1))
            shop.owner.totp_since = clock.now()
        db.session.commit()
        assert two_factor.on(accounts.take_back(back)) is was_on
        db.session.commit()


def test_whoever_runs_the_install_lets_in_who_lost_phone_and_paper(shop, steps, app):
    (owner, _phone, _paper), email = steps, shop.owner.email
    db.session.rollback()
    assert serving.second_step_off(app, email.upper()) == email
    assert not two_factor.on(shop.owner)
    assert owner.get("/account").status_code == 303
    with pytest.raises(Refusal, match="Nobody has an account with the address nadie"):
        serving.second_step_off(app, "nadie@example.com")


def test_owners_see_who_has_it(shop, steps):
    owner, _phone, _paper = steps
    shop.staff("clerk")
    assert owner.get(f"/admin/{shop.slug}/settings/staff").text.count("Verificación en dos pasos") == 1


def test_a_secret_that_was_begun_waits_half_an_hour_for_its_first_code(shop, time):
    browser = shop.admin
    post(browser, "/account/two-factor/begin", current=PASSWORD)
    phone = Phone(secret_of(browser.get("/account/two-factor")), time)
    time.shift(timedelta(minutes=31))
    assert phone.app.secret not in browser.get("/account/two-factor").text
    assert post(browser, "/account/two-factor", code=phone.code()).headers["Location"] == "/account/two-factor"
    assert not two_factor.on(shop.owner)
    two_factor.sweep()
    db.session.commit()
    assert shop.owner.totp_sealed is None
    post(browser, "/account/two-factor/begin", current=PASSWORD)
    phone = Phone(secret_of(browser.get("/account/two-factor")), time)
    two_factor.sweep()
    assert post(browser, "/account/two-factor", code=phone.code()).status_code == 200
