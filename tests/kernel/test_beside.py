"""Statements beside the session: they find the current tenant's rows only; what they write is the session's own."""

from contextlib import contextmanager, suppress

import pytest
from flask import g
from sqlalchemy import bindparam, func, select

from kernel import beside, tenancy
from kernel.db import db
from kernel.tenancy import ForeignTenant
from shop import cart as carts
from shop import hours, occupations, pricing, services, vacancies, variants
from shop.cart_rows import Cart
from shop.catalog import Product
from shop.pricing import PriceBreak

COUNTED = select(func.count(Cart.id)).where(Cart.tenant_id == bindparam("tenant"))


@pytest.fixture
def theirs(rival, shop):
    """A service of the neighbour's with a unit that is taken, a variant and a lower price."""
    tenancy.leave()
    with tenancy.use(rival.tenant_id):
        row = rival.service("Vecino", "appointment", resource=rival.resource("Silla"))
        db.session.add(PriceBreak(product_id=row.product_id, min_qty=2, price_minor=1))
        rival.held(row, rival.when())
        span = rival.span(row, rival.when())
        [need] = row.needs
        found = row.id, row.product_id, need.resource_id, span
    tenancy.enter(shop.tenant_id)
    return found


def seen(theirs):
    service_id, product_id, resource_id, span = theirs
    like = services.Service(id=service_id, kind="appointment", holidays=True, before=0, after=0, minutes=60)
    like.needs = [services.ServiceResource(resource_id=resource_id, seats=1)]
    lower = pricing.breaks([product_id])[product_id]
    day = span.starts_at.date()
    sold = sum(len(known) for known in hours.windows(like, day, day).values())
    later = occupations.Span(span.ends_at, span.ends_at + (span.ends_at - span.starts_at))
    left = [one.left for one in vacancies.at(like, [span, later])]
    named = services.of_slug("vecino") is not None
    return named, len(variants.of(product_id)), len(lower), sold, occupations.free(resource_id, later) != [], left


def test_a_neighbour_s_ids_find_nothing(rival, shop, theirs):
    assert seen(theirs) == (False, 0, 0, 0, False, [0, 0])
    tenancy.leave()
    with tenancy.use(rival.tenant_id):
        assert seen(theirs) == (True, 1, 1, 1, True, [0, 1])
    tenancy.enter(shop.tenant_id)


def test_what_is_put_is_the_session_s(rival, shop):
    row, secret = carts.begin()
    assert (row in db.session, row.tenant_id, row.revision, row.lines) == (True, shop.tenant_id, 1, [])
    row.codes = ["MAYO"]
    db.session.commit()
    assert carts.found(secret) is row
    assert row.codes == ["MAYO"]
    with pytest.raises(ForeignTenant):
        beside.put(Cart(token_hash="x", tenant_id=rival.tenant_id))


def test_what_was_expected_is_the_session_s_as_any(shop):
    beside.expect(Cart)
    row, secret = carts.begin()
    row.codes = ["MAYO"]
    db.session.commit()
    assert carts.found(secret) is row
    assert (row.id > 0, row.codes, beside.soon(COUNTED)()) == (True, ["MAYO"], [(1,)])


def test_what_was_tried_is_taken_back(shop):
    with suppress(LookupError), beside.attempt():
        carts.begin()
        raise LookupError
    db.session.expire_all()
    assert beside.plain(COUNTED) == [(0,)]
    db.session.add(Cart(token_hash="not yet written"))
    with beside.attempt():
        carts.begin()
    assert db.session.scalar(select(func.count()).select_from(Cart)) == 2


@pytest.mark.parametrize("ended", ["attempt", "rollback"])
def test_a_key_that_was_taken_back_is_given_again(shop, ended):
    before = []
    with suppress(ZeroDivisionError), beside.attempt():
        before.append(carts.begin()[0])
        if ended == "attempt":
            raise ZeroDivisionError
    if ended == "rollback":
        db.session.rollback()
    row, secret = carts.begin()
    row.codes = ["MAYO"]
    db.session.commit()
    assert (carts.found(secret), row.codes) == (row, ["MAYO"])
    assert before[0] is not row


def test_plain_rows_are_those_that_the_session_would_give(shop):
    """JSON, moments and numbers as everybody else gets them, though the driver is asked without a detour."""
    made = shop.product("Café", tags=["nuevo"])
    db.session.commit()
    columns = Product.id, Product.name, Product.tags, Product.created_at, Product.binned_at, Product.price_minor
    mine = Product.tenant_id == bindparam("tenant"), Product.id == bindparam("id")
    statement = select(*columns).where(*mine)
    assert beside.plain(statement, id=made.id) == [tuple(row) for row in beside.ask(statement, id=made.id)]
    assert beside.plain(statement, id=made.id)[0][1] == made.name
    assert beside.column(select(Product.tags).where(*mine), id=made.id) == [["nuevo"]]
    assert beside.plain(statement, id=0) == []


NAMES = select(Product.name).where(Product.tenant_id == bindparam("tenant"))


def test_a_glance_begins_nothing_and_sees_what_was_committed(rival, shop):
    shop.product("Uno")
    db.session.commit()
    tenancy.leave()
    with tenancy.use(rival.tenant_id):
        rival.product("Ajeno")
        db.session.commit()
    tenancy.enter(shop.tenant_id)
    db.session.remove()
    with reading():
        assert beside.glance(NAMES) == [({"es": "Uno"},)]
        assert not db.session.registry.has()


def test_a_glance_within_a_transaction_sees_what_that_wrote(shop):
    db.session.add(Product(slug="dos", sku="DOS", name={"es": "Dos"}, currency="CRC", price_minor=1))
    assert beside.glance(NAMES) == [({"es": "Dos"},)]
    db.session.rollback()
    with reading():
        assert beside.glance(NAMES) == []


@contextmanager
def reading():
    """As a page does."""
    g.reads = True
    try:
        yield
    finally:
        g.pop("reads")
