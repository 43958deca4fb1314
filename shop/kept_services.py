"""Kept services: all that a booking's form is checked by, read once for as long as nobody edits the shop.

Every edit moves the tenant's revision. What is kept are plain values; each session makes rows of its own from them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm.attributes import set_committed_value

from kernel import beside, clock, rows, tenancy
from kernel.db import db
from kernel.tenancy import Tenant
from shop import hours, pagecache, pricing, services, storefront, variants
from shop.catalog import Product
from shop.hours import Plan
from shop.pricing import PriceBreak
from shop.rates import ServiceRate
from shop.services import Service, ServiceResource
from shop.storefront import Storefront
from shop.variants import Variant

BEFORE = timedelta(days=2)  # of exceptions to the week, those that are over in every zone are left out


@dataclass(frozen=True)
class Known:
    """A service with its product and needs, its variants, its lower prices: rows of this session; when it is sold."""

    service: Service
    variants: Sequence[Variant]
    breaks: Sequence[PriceBreak]
    plan: Plan


@dataclass(frozen=True)
class _Kept:
    """The values of these rows by entity, in their order: each by the name of its column."""

    values: dict[type[Any], list[dict[str, Any]]]
    plan: Plan

    @property
    def size(self) -> int:
        """About how many bytes it takes."""
        return len(repr(self))


def of_slug(slug: str, revision: int) -> Known | None:
    """The service of the product with that slug, as it is in that revision of the tenant, which was committed."""
    key = "service", tenancy.current(), revision, slug
    kept = pagecache.SHELF.get(key)
    if kept is not None:
        return _known(kept)
    found = _read(slug)
    if found is not None and tenancy.tenant().revision == revision:
        pagecache.SHELF.put(key, _kept(found))
    return found


def moved(revision: int) -> Callable[[], bool]:
    """Whether somebody edited the shop since it had that revision: whoever writes asks it first, and hears it later."""
    told = beside.soon(_revision())
    return lambda: told() != [(revision,)]


@lru_cache
def _revision() -> Any:
    return select(Tenant.revision).where(Tenant.id == bindparam("tenant"))


def _read(slug: str) -> Known | None:
    tenancy.tenant()  # its revision first: what is read after it is not older
    service = services.of_slug(slug)
    if service is None:
        return None
    lower = pricing.breaks([service.product_id])[service.product_id]
    plan = hours.plan(service, clock.now().date() - BEFORE)
    return Known(service, variants.of(service.product_id), lower, plan)


def _kept(known: Known) -> _Kept:
    front = storefront.of()
    every: dict[type[Any], Sequence[Any]] = {
        Tenant: [tenancy.tenant()], Storefront: [front] if front.id else [], Product: [known.service.product],
        Service: [known.service], ServiceResource: known.service.needs, Variant: known.variants,
        PriceBreak: known.breaks, ServiceRate: known.service.rates if known.service.kind == "nights" else [],
    }  # fmt: skip
    return _Kept({cls: [rows.told(one) for one in found] for cls, found in every.items()}, known.plan)


def _known(kept: _Kept) -> Known:
    session = db.session()
    made = {cls: [rows.held(cls, told, session) for told in every] for cls, every in kept.values.items()}
    tenancy.hold(*made[Tenant])
    storefront.hold(next(iter(made[Storefront]), None))
    [service], [product] = made[Service], made[Product]
    set_committed_value(service, "product", product)
    set_committed_value(service, "needs", made[ServiceResource])
    set_committed_value(service, "rates", made[ServiceRate])
    return Known(service, made[Variant], made[PriceBreak], kept.plan)
