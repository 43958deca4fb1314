"""Waits: how long before it begins a time must be booked so that it can still be paid for."""

from dataclasses import dataclass
from datetime import timedelta

from kernel import tenancy
from shop import holdings, pagecache, payment_methods
from shop.services import Service

THINKING = timedelta(minutes=2 * holdings.MINUTES)  # in the cart, and once more at the checkout


@dataclass(frozen=True)
class _Kept:
    """The wait of a service, for as long as nobody edits the shop: every edit moves the tenant's revision."""

    wait: timedelta
    size: int = 400


def of(service: Service, group: str = "") -> timedelta:
    """What the shop's quickest way of paying takes for it; nothing of what is free, or where no way is offered yet."""
    if not service.product.high_minor:
        return timedelta()
    tenant = tenancy.tenant()
    key = "wait", tenant.id, tenant.revision, group, service.id
    kept = pagecache.SHELF.get(key)
    if kept is None:
        kept = _Kept(_wait(service, group))
        pagecache.SHELF.put(key, kept)
    wait: timedelta = kept.wait
    return wait


def _wait(service: Service, group: str) -> timedelta:
    case = payment_methods.Case(tenancy.tenant().practice, "none", group, service.product.low_minor)
    quickest = payment_methods.quickest(case)
    answer = timedelta(hours=service.answered_within(1) or 0)
    return quickest + THINKING + answer if quickest else timedelta()
