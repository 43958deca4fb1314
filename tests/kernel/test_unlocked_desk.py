"""Who sits down at a desk whose owner went out has the session and no password: they win no way back in."""

from collections import Counter

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select
from werkzeug.routing import Map, Rule

from kernel import tokens
from kernel.db import db
from kernel.passkey_rows import Passkey
from tests.authenticator import Device
from tests.kernel.test_passkeys import added
from tests.kernel.test_signup import letters_to
from tests.makers import PASSWORD

MINE = "intruder@example.com"
TYPED = {"email": MINE, "password": "cinco soles lejos 8", "current": "una que no es", "name": "Yo", "language": "es",
         "code": "000000", "answer": "{}"}  # fmt: skip


def ways_in(shop):
    """What opens the account: its address, password, second step and passkeys."""
    db.session.expire_all()
    known = shop.owner
    keys = db.session.scalars(select(Passkey.credential).where(Passkey.account_id == known.id)).all()
    return known.email, known.password_hash, known.totp_since, sorted(keys)


def doors(routes: Map) -> list[Rule]:
    """What one's own account can be told, without a link from a letter."""
    mine = [rule for rule in routes.iter_rules() if rule.rule.startswith("/account") and "POST" in (rule.methods or ())]
    return sorted(mine, key=lambda rule: rule.rule)  # the address before the password that all of them want


@pytest.mark.parametrize("current", ["una que no es", "", None])
def test_a_session_without_the_password_wins_no_way_in(shop, app, current):
    added(shop.admin, Device())
    before, typed = ways_in(shop), {name: value for name, value in TYPED.items() if name != "current"}
    answers: Counter[int] = Counter()
    for rule in doors(app.url_map):
        if rule.rule.endswith("/removal"):  # takes a way from its owner, gives none; can be taken back
            continue
        path = rule.rule.replace("<token>", "x")
        answers[shop.admin.post(path, data=typed | ({} if current is None else {"current": current})).status_code] += 1
        assert ways_in(shop) == before, path
    assert answers[422] > 2
    assert letters_to(MINE) == []


def test_with_the_password_the_same_walk_would_have(shop, app):
    before = ways_in(shop)
    for rule in doors(app.url_map):
        if "<token>" not in rule.rule:
            shop.admin.post(rule.rule, data=TYPED | {"current": PASSWORD})
    assert ways_in(shop)[1] != before[1]
    assert len(letters_to(MINE)) == 1


def test_every_form_that_asks_for_a_password_says_whose_it_is(shop, app):
    reset = tokens.make("reset", email=shop.owner.email, account_id=shop.owner_id)
    db.session.commit()
    seen = 0
    for browser, path in (
        (shop.anonymous, "/login"), (shop.anonymous, "/signup"), (shop.anonymous, f"/reset/{reset}"),
        (shop.admin, "/account"), (shop.admin, "/account/passkeys"), (shop.admin, "/account/two-factor"),
    ):  # fmt: skip
        page = BeautifulSoup(browser.get(path).text, "html.parser")
        for form in page.select("form:has(input[type=password])"):
            seen += 1
            named = [one for one in form.select("input[autocomplete]") if one["autocomplete"] in {"username", "email"}]
            assert named, (path, form.get("action"))
            assert path in {"/login", "/signup"} or shop.owner.email in [one.get("value") for one in named]
    assert seen == 7
