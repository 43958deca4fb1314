"""Forged webhooks change nothing: no signature, a wrong or old one, another's secret, any byte, another amount or order."""

import copy
import hmac
import json
import os
import time
from hashlib import sha256
from http.client import HTTPConnection

import pytest
from sqlalchemy import text

from kernel import walls
from kernel.db import db
from shop import orders
from shop.gateways import card_keys, stripe
from tests.shop.card_world import HOOK, Till, till
from tests.shop.fake_stripe import fake_stripe, serving, stripe_base

__all__ = ["fake_stripe", "stripe_base", "till"]
SIZE = 2048
EACH = 32 if int(os.environ.get("PLAZA_SEEDS", "3")) < 6 else 1  # of the bytes is sent, all others are only checked
NOTED = {"card_event", "card_notice", "card_account"}  # what an odd event may leave: that it came


@pytest.fixture
def line(app):
    """A connection to the shop's real port."""
    with serving(app) as place:
        made = HTTPConnection(place, timeout=60)
        yield made
        made.close()


@pytest.fixture
def event(till: Till):
    """What Stripe tells of an order that was paid, which the shop does not know yet."""
    order = till.order()
    till.pay(order)
    number = order.number
    db.session.commit()  # the test itself keeps no writer waiting
    kinds = {one["type"]: one for one in till.stripe.every("events")}
    return number, kinds["checkout.session.completed"]


def padded(event):
    """The body of 2 KB."""
    body = json.dumps({**event, "padding": ""}).encode()
    return json.dumps({**event, "padding": "x" * (SIZE - len(body))}).encode()


def mark(body, secret=HOOK, at=None):
    """A signature as Stripe makes it."""
    at = int(time.time()) if at is None else at
    return f"t={at},v1={hmac.new(secret.encode(), f'{at}.'.encode() + body, sha256).hexdigest()}"


def post(line, body, signature, slug="cafe"):
    """Send it; the status."""
    headers = {"Host": "plaza.localhost:8000", "Content-Type": "application/json"}
    if signature is not None:
        headers["Stripe-Signature"] = signature
    line.request("POST", f"/hooks/stripe/{slug}", body, headers)
    answer = line.getresponse()
    answer.read()
    return answer.status


def rows(without=()):
    """Everything that every tenant owns."""
    db.session.rollback()
    with db.engine.connect() as bare:
        return {
            name: sorted(map(repr, bare.execute(text(f'SELECT * FROM "{name}"'))))
            for name in walls.tables()
            if name not in without
        }


def test_a_signature_that_is_missing_wrong_old_or_anothers(rival, till: Till, line, event):
    till.stripe.key = "sk_test_ofsomebodyelse"
    rival.enter()
    card_keys.enter("test", till.stripe.key, "whsec_ofsomebodyelse", by=rival.owner)
    db.session.commit()
    till.shop.enter()
    _number, told = event
    body = padded(told)
    now, right = int(time.time()), mark(body)
    forged = [
        None, "", "t=,v1=", "v1=" + right.split("v1=")[1], right.replace("v1", "v0"), right[:-1], right[:-2] + "zz",
        right.replace(f"t={now}", f"t={now + 1}"), mark(body, at=now - 301), mark(body, at=now - 86_400),
        mark(body, "whsec_ofsomebodyelse"), mark(body, ""), mark(body + b" "), mark(body, HOOK.removeprefix("whsec_")),
    ]  # fmt: skip
    before = rows()
    assert {post(line, body, signature) for signature in forged} == {400}
    assert post(line, body, right, slug="rival") == 400
    assert post(line, body, right, slug="nobody") == 404
    assert rows() == before


def test_every_flipped_byte_of_two_kilobytes(till: Till, line, event):
    number, told = event
    body = padded(told)
    assert len(body) == SIZE
    right, before = mark(body), rows()
    answers = set()
    for place in range(SIZE):
        wrong = bytearray(body)
        wrong[place] ^= 1
        assert not stripe.signed(bytes(wrong), right, HOOK), place
        if place % EACH == 0:
            answers.add(post(line, bytes(wrong), right))
    assert answers == {400}
    assert stripe.signed(body, right, HOOK)
    assert rows() == before
    assert post(line, body, right) == 200  # the control: unflipped, it pays
    assert orders.numbered(number).payment == "paid"


def changed(told, **values):
    made = copy.deepcopy(told)
    made["id"] = f"evt_{sha256(repr(values).encode()).hexdigest()[:24]}"
    made["data"]["object"] |= values
    return made


def test_another_amount_currency_recipient_or_order_pays_nothing(till: Till, line, event):
    number, told = event
    thing = told["data"]["object"]
    other = till.order().number
    db.session.commit()
    notes = thing["metadata"]
    differing = [
        {"amount_total": 100}, {"amount_total": thing["amount_total"] + 1}, {"currency": "usd"},
        {"client_reference_id": other}, {"metadata": {**notes, "plaza_order": other}},
        {"metadata": {**notes, "plaza_shop": "999"}}, {"metadata": {**notes, "plaza_key": "another"}},
        {"metadata": {}}, {"id": "cs_test_another"},
    ]  # fmt: skip
    before = rows(NOTED)
    for values in differing:
        body = json.dumps(changed(told, **values)).encode()
        assert post(line, body, mark(body)) == 200, values
        assert rows(NOTED) == before, values
    body = json.dumps({**told, "livemode": True}).encode()
    assert post(line, body, mark(body)) == 200
    assert rows(NOTED) == before
    assert [orders.numbered(name).payment for name in (number, other)] == ["due", "due"]


def test_without_the_signature_anybody_pays(till: Till, line, event, monkeypatch):
    number, told = event
    body = json.dumps(told).encode()
    monkeypatch.setattr(stripe, "signed", lambda *_told: True)
    assert post(line, body, "t=1,v1=nothing") == 200
    assert orders.numbered(number).payment == "paid"
