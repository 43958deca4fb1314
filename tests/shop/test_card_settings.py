"""The keys for cards: checked when they are entered, kept sealed, shown by their last signs, and nowhere else."""

import pytest
from sqlalchemy import text

from kernel import sealing, tenancy
from kernel.db import db
from shop import card_accounts, payment_methods
from shop.gateways import cards
from tests.shop.card_world import HOOK, Till, till
from tests.shop.fake_stripe import FakeStripe, fake_stripe, stripe_base

__all__ = ["fake_stripe", "stripe_base", "till"]
PAGE = "/admin/cafe/settings/cards"


def enter(till: Till, mode="test", **fields):
    told = {f"{mode}-{name}": value for name, value in fields.items()}
    answer = till.shop.admin.post(f"{PAGE}/{mode}", data=told)
    return answer.status_code, answer.get_data(as_text=True)


def other(till: Till, **account) -> str:
    """Another account's key."""
    hand = FakeStripe(till.stripe.base, f"{till.stripe.key}other")
    hand.control("account", **account)
    return hand.key


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"secret": "pk_test_1234567890abcdef"}, "clave publicable"),
        ({"secret": "sk_live_1234567890abcdef"}, "otro modo"),
        ({"secret": "contraseña"}, "empieza con sk_test_"),
        ({"hook": "sk_test_1234567890"}, "empieza con whsec_"),
    ],
)
def test_what_cannot_be_a_key_is_told_apart(till: Till, fields, sentence):
    status, page = enter(till, **fields)
    assert status == 422
    assert sentence in page


def test_a_key_that_stripe_does_not_know_is_not_kept(till: Till):
    before, gone = card_accounts.of("test").sealed_key, other(till, revoked=True)
    status, page = enter(till, secret=gone)
    assert status == 422
    assert "no acepta esta clave" in page
    db.session.expire_all()
    assert card_accounts.of("test").sealed_key == before


def test_an_account_that_may_not_charge_is_not_kept_for_earnest(till: Till):
    key = other(till, charges_enabled=False).replace("sk_test_", "sk_live_")
    FakeStripe(till.stripe.base, key).control("account", charges_enabled=False)
    status, page = enter(till, "live", secret=key)
    assert status == 422
    assert "termine de activarla" in page
    assert card_accounts.of("live") is None


def test_a_country_without_stripe_is_told_at_once_and_may_bring_another_account(till: Till):
    page = till.shop.admin.get(PAGE).get_data(as_text=True)
    assert "no abre cuentas a negocios de Costa Rica" in page
    assert "Esta cuenta es de Estados Unidos" in page
    tenancy.tenant().country = "MX"
    db.session.commit()
    assert "no abre cuentas" not in till.shop.admin.get(PAGE).get_data(as_text=True)


def test_only_the_owner_finds_the_page(till: Till):
    for role in ("manager", "marketer", "clerk"):
        assert till.shop.staff(role).get(PAGE).status_code == 404


def test_test_and_live_are_apart_and_one_is_used(till: Till):
    live = till.stripe.key.replace("sk_test_", "sk_live_")
    assert enter(till, "live", secret=live)[0] == 303
    till.shop.admin.post(f"{PAGE}/live/use")
    db.session.expire_all()
    assert card_accounts.used().mode == "live"
    till.shop.admin.post(f"{PAGE}/live/remove")
    db.session.expire_all()
    assert card_accounts.used() is None
    [card] = [one for one in payment_methods.active() if one.kind == "card"]
    assert not payment_methods.fits(card, payment_methods.Case(False, "pickup", "", 100), set())


def test_keys_are_sealed_for_one_shop_and_one_mode(till: Till):
    row = card_accounts.of("test")
    kept = "\n".join(db.session.scalars(db.select(card_accounts.CardAccount.sealed_key)))
    assert till.stripe.key not in kept
    assert row.secret == till.stripe.key
    row.mode = "live"
    with pytest.raises(sealing.Broken):
        _ = row.secret
    db.session.rollback()


def test_no_row_no_log_and_not_even_their_own_page_holds_a_key(till: Till, caplog, capfd):
    order = till.order()
    till.pay(order)
    till.reconcile()
    secrets = (till.stripe.key, HOOK)
    with db.engine.connect() as bare:
        for table in db.metadata.sorted_tables:
            rows = bare.execute(text(f'SELECT * FROM "{table.name}"')).all()
            assert not [row for row in rows if any(secret in repr(row) for secret in secrets)], table.name
    assert enter(till, secret=till.stripe.key, hook=HOOK)[0] == 303
    page = till.shop.admin.get(PAGE).get_data(as_text=True)  # of all others: tests/test_canary.py
    assert till.stripe.key[-4:] in page
    assert not [secret for secret in secrets if secret in page]
    told = caplog.text + "".join(capfd.readouterr())
    assert not [secret for secret in secrets if secret in told]


def test_the_keys_of_another_account_end_the_pages_of_the_one_before(till: Till):
    row = till.page(till.order())
    assert enter(till, secret=other(till))[0] == 303
    assert till.stripe.get(f"/v1/checkout/sessions/{row.stripe_id}")["status"] == "expired"


def test_a_page_for_trying_out_is_closed_when_cards_are_charged_in_earnest(till: Till):
    order = till.order()
    row = till.page(order)
    enter(till, "live", secret=till.stripe.key.replace("sk_test_", "sk_live_"))
    till.shop.admin.post(f"{PAGE}/live/use")
    db.session.expire_all()
    assert not cards.fits(row, order)
    till.run()
    assert till.stripe.get(f"/v1/checkout/sessions/{row.stripe_id}")["status"] == "expired"
