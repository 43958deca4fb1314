"""A kill -9 at each point between asking Stripe and the commit: nobody pays twice, nothing paid stays without order.

The points are those of the one door to the outside: before and after the commit of what will be asked, after the
answer, after it is written down, after that is committed. The process is a real one and dies by SIGKILL.
"""

import os
import signal
import traceback
import warnings
from collections.abc import Callable
from typing import Any

import pytest

from kernel import aside, signing, tenancy, web
from kernel.db import db
from shop import card_sessions, orders, refunds
from shop.gateways import cards, stripe
from shop.orders import Order
from tests.shop.card_world import Till, till
from tests.shop.fake_stripe import fake_stripe, stripe_base

__all__ = ["fake_stripe", "stripe_base", "till"]
POINTS = ("prepared", "kept", "answered", "recorded", "committed")


def dying(point: str) -> Callable[..., Any]:
    """The door to the outside, in which the process dies at a point."""

    def at(name: str) -> None:
        if name == point:
            os.kill(os.getpid(), signal.SIGKILL)

    def outside(prepare: Any, call: Any, record: Any) -> Any:
        prepared = prepare()
        db.session.flush()
        at("prepared")
        db.session.commit()
        at("kept")
        answer = call(prepared)
        at("answered")
        recorded = record(prepared, answer)
        db.session.flush()
        at("recorded")
        db.session.commit()
        at("committed")
        return recorded

    return outside


def _page(number: str) -> None:
    cards.page(orders.numbered(number))


def _check(number: str) -> None:
    row = card_sessions.open_one(orders.numbered(number))
    assert row
    cards.check(row)


def _refund(number: str) -> None:
    [row] = refunds.of(orders.numbered(number))
    refunds.send(row.id)


def forget_keys(patch: pytest.MonkeyPatch) -> None:
    """The control: whoever asks again asks under another key."""
    for name in ("create_session", "create_refund"):
        asked = getattr(stripe, name)

        def anew(access: Any, params: Any, _key: str, *, asked: Any = asked, **how: Any) -> Any:
            return asked(access, params, signing.token(), **how)

        patch.setattr(stripe, name, anew)


def kill(till: Till, verb: Callable[[str], None], number: str, point: str) -> Order:
    """Have a process of its own do it and die there; the order as it is afterwards."""
    db.session.remove()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # no other thread holds anything here
        child = os.fork()
    if not child:
        _die(verb, number, point, till.shop.tenant_id)
    _pid, status = os.waitpid(child, 0)
    assert os.WTERMSIG(status) == signal.SIGKILL, os.waitstatus_to_exitcode(status)
    return orders.numbered(number)


def _die(verb: Callable[[str], None], number: str, point: str, tenant_id: int) -> None:
    try:
        db.engine.dispose(close=False)  # the parent's connections are the parent's
        aside.forget()
        web.outside = dying(point)
        tenancy.leave()
        tenancy.enter(tenant_id)
        verb(number)
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(7)


def opened(till: Till, number: str) -> list[dict[str, Any]]:
    """The pages of an order at Stripe."""
    return [one for one in till.stripe.every("checkout/sessions") if one["client_reference_id"] == number]


def paid_twice_or_more(till: Till, number: str) -> int:
    """A buyer who pays whatever page is open: how often they were charged."""
    for page in opened(till, number):
        if page["status"] == "open":
            till.stripe.control("pay", session=page["id"])
    return len([one for one in opened(till, number) if one["payment_status"] == "paid"])


@pytest.mark.parametrize("point", POINTS)
def test_a_kill_while_a_page_is_asked_for(till: Till, point):
    number = till.order().number
    order = kill(till, _page, number, point)
    asked = [row.key for row in card_sessions.of(order)]
    till.reconcile()
    assert till.page(order).key in (asked or [till.page(order).key])
    assert len(opened(till, number)) == 1
    assert paid_twice_or_more(till, number) == 1
    order = kill(till, _check, number, point)
    till.reconcile()
    order = till.again(order)
    assert (order.payment, order.received_minor) == ("paid", order.total_minor)


@pytest.mark.parametrize("point", POINTS)
def test_a_kill_while_money_is_given_back(till: Till, point):
    order = till.order()
    number = order.number
    till.pay(order)
    till.reconcile()
    order = till.again(order)
    refunds.give(order, amount=order.money(700_00), key="part", by=till.shop.owner)
    db.session.commit()
    order = kill(till, _refund, number, point)
    till.reconcile()
    till.run()
    order = till.again(order)
    assert [one["amount"] for one in till.stripe.every("refunds")] == [700_00]
    assert (order.received_minor, order.refunding_minor) == (order.total_minor - 700_00, 0)


def test_with_a_fresh_key_for_every_try_the_same_kill_charges_twice(till: Till, monkeypatch):
    forget_keys(monkeypatch)
    number = till.order().number
    order = kill(till, _page, number, "answered")
    till.page(order)
    assert paid_twice_or_more(till, number) == 2
    till.reconcile()
    refunds.give(till.again(order), amount=order.money(700_00), key="part", by=till.shop.owner)
    db.session.commit()
    order = kill(till, _refund, number, "answered")
    [row] = refunds.of(order)
    refunds.send(row.id)
    assert len(till.stripe.every("refunds")) == 2
