"""Quotes as tests make them, and what racers do with one at once."""

import time
from typing import Any

from kernel import accounts
from kernel.db import db
from kernel.money import Money
from shop import checkout, free_lines, payment_methods, proposal_prices, proposal_rows, proposals
from shop.proposal_prices import Terms
from shop.proposal_rows import Proposal
from shop.wants import Wanted
from tests.goods import only

READING = 0.3  # seconds between looking and writing, of who holds nothing


def offered(world: Any, *things: Any, quantity: int = 2, unit: int | None = None, **told: Any) -> Proposal:
    """A quote for somebody, sent unless `sent=False`; `free` adds lines of (words, minor units)."""
    price = None if unit is None else Money(unit, "CRC")
    wanted = [Wanted(only(thing), quantity, unit=price) for thing in things]
    wanted += [free_lines.wanted(words, 1, Money(minor, "CRC")) for words, minor in told.pop("free", ())]
    contact = world.contact(told.pop("email", "ana@example.com"), name=told.pop("name", "Ana Mora"))
    sent, deal = told.pop("sent", True), told.pop("deal", "")
    terms = Terms(
        wanted=wanted, valid_until=told.pop("until", proposals.usual_day()), name=contact.name, email=contact.email,
        language="es", **told,
    )  # fmt: skip
    row = proposals.write(terms, contact, by=world.owner, deal=deal)
    if sent:
        proposals.send(row, by=world.owner)
    db.session.commit()
    return row


def answer(token: str, verb: str, version: int, account_id: int) -> str:
    """A browser says yes or no, or the shop takes it back."""
    row = proposal_rows.by_token(token)
    if verb == "accept":
        method = payment_methods.named("transfer")
        return proposals.accept(row, version=version, method=method).number
    if verb == "withdraw":
        proposals.withdraw(row, by=accounts.get(account_id))
    else:
        proposals.decline(row)
    return verb


def answer_unlocked(token: str, version: int) -> str:
    """A yes by what was read before, while nobody holds the quote, with a form of its own each."""
    row = proposal_rows.by_token(token)
    assert row.open
    method = payment_methods.named("transfer")
    details = proposals._details(row, method, None)
    quote, contact = proposal_prices.quote(row), row.contact
    time.sleep(READING)  # long enough that all have looked before the first writes
    key = f"{token}{time.perf_counter_ns()}"[:64]
    return checkout.complete(quote, details, contact=contact, key=key, method=method).number
