"""Shipping: the ways in which an order reaches its buyer, what each costs, and when it can."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property, lru_cache
from typing import Any

from sqlalchemy import CheckConstraint, Select, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from kernel import beside, i18n, signing, tenancy
from kernel.db import Base, db, pk, words
from kernel.i18n import _
from kernel.money import Money
from kernel.refusal import Refusal
from kernel.tenancy import TenantOwned
from shop import catalog, categories, delivery_days, stock, storefront, zones

KINDS = ("delivery", "pickup")


class Unreachable(Refusal):
    """That way of delivery is not for this order or this place."""


class DeliveryMethod(TenantOwned, Base):
    """A way to deliver or to pick up, as the tenant set it."""

    __tablename__ = "delivery_method"
    __extra__ = (
        UniqueConstraint("tenant_id", "code"),
        CheckConstraint("price_minor >= 0", name="price"),
        CheckConstraint("slot_capacity IS NULL OR slot_capacity >= 0", name="capacity"),
    )
    id: Mapped[int] = pk()
    code: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(12), default="delivery")
    label: Mapped[dict[str, str]] = words()
    price_minor: Mapped[int] = mapped_column(default=0)  # in the tenant's currency
    free_over_minor: Mapped[int | None]
    zones: Mapped[list[str]] = mapped_column(default=list)  # codes; none: the whole country
    countries: Mapped[list[str]] = mapped_column(default=list)  # none: the tenant's own
    categories: Mapped[list[str]] = mapped_column(default=list)  # slugs that may travel so; none: all
    customer_groups: Mapped[list[str]] = mapped_column(default=list)  # none: everybody
    eta_days: Mapped[list[Any]] = mapped_column(default=list)  # [least, most]
    days: Mapped[list[str]] = mapped_column(default=list)  # ["mon", …] on which a day can be chosen
    slots: Mapped[list[str]] = mapped_column(default=list)  # ["07:30-09:00", …]
    slot_capacity: Mapped[int | None]  # orders for one day and slot; None: no limit
    cutoff: Mapped[dict[str, Any]] = mapped_column(default=dict)  # {"time": "21:00", "days_before": 1}
    position: Mapped[int] = mapped_column(default=0)
    active: Mapped[bool] = mapped_column(default=True)

    @property
    def is_pickup(self) -> bool:
        """Whether the buyer comes for it: no address is needed."""
        return self.kind == "pickup"

    def serves(self, country: str) -> bool:
        """Whether it goes to that country at all; whoever comes for it comes from anywhere."""
        return self.is_pickup or country in (self.countries or [tenancy.tenant().country])

    def price(self, items: Money) -> Money:
        """What it costs for goods of that worth."""
        free = self.free_over_minor is not None and items.minor >= self.free_over_minor
        return Money(0 if free else self.price_minor, items.currency)


@dataclass(frozen=True)
class Parcel:
    """What an order consists of, as far as delivering it goes."""

    lines: Sequence[stock.Line]
    products: Sequence[catalog.Product]
    items: Money
    group: str = ""
    known: Sequence[DeliveryMethod] | None = None  # the active methods, where they were read

    @property
    def lead_hours(self) -> int:
        """How long before the delivery the order must be in."""
        return max((product.lead_hours for product in self.products), default=0)

    @cached_property
    def ways(self) -> Sequence[DeliveryMethod]:
        """The active methods, read once: what is offered and what is noticed as dearer are of the same moment."""
        return methods() if self.known is None else self.known


@dataclass(frozen=True)
class Offer:
    """A delivery method for this parcel and place: what it costs, when; or why not."""

    method: DeliveryMethod
    price: Money
    days: list[delivery_days.Day] = field(default_factory=list)  # to choose from; empty: none to choose
    eta: tuple[date, date] | None = None
    why_not: str = ""
    saved: Money | None = None  # what it would cost without a discount

    @property
    def code(self) -> str:
        """The method's code, the value of its radio button."""
        return self.method.code

    @property
    def open(self) -> bool:
        """Whether it can be chosen."""
        return not self.why_not

    @property
    def asks_day(self) -> bool:
        """Whether a day must be chosen."""
        return bool(self.days)


def methods() -> Sequence[DeliveryMethod]:
    """The ways that buyers are offered, in their order.

    A pick-up is one where the shop has said where it is, or has no other way: a new shop tells its buyers itself.
    """
    ways = beside.found(DeliveryMethod, _active())
    brought = [way for way in ways if not way.is_pickup]
    return brought if 0 < len(brought) < len(ways) and not storefront.of().placed else ways


@lru_cache
def _active() -> Select[Any]:
    return beside.mine(DeliveryMethod, DeliveryMethod.active).order_by(DeliveryMethod.position, DeliveryMethod.id)


def offers(parcel: Parcel, address: Mapping[str, str], *, now: datetime | None = None) -> list[Offer]:
    """Every active method as it stands for this parcel and place; the ones that do not go say why."""
    ways = parcel.ways
    known = {zone.code: zone for zone in zones.all_of_tenant()} if any(way.zones for way in ways) else {}
    shelves = categories.all_() if any(way.categories for way in ways) else ()
    return [
        _offer(method, parcel, not_with(method, parcel, shelves) or _not_there(method, address, known), now)
        for method in ways
        if not method.customer_groups or parcel.group in method.customer_groups
    ]


def costs(parcel: Parcel) -> str:
    """What each way costs this parcel, in few signs: another cost of any, another mark."""
    told = [f"{way.code}:{way.price(parcel.items).minor}" for way in parcel.ways]
    return signing.digest("|".join(told))[:10]


def _offer(method: DeliveryMethod, parcel: Parcel, why_not: str, now: datetime | None) -> Offer:
    price = method.price(parcel.items)
    if why_not:
        return Offer(method, price, why_not=why_not)
    daily = stock.made_daily(parcel.lines)
    days = delivery_days.of(method, parcel.lead_hours, daily=bool(daily), now=now)
    if days is None:
        return Offer(method, price, eta=delivery_days.eta(method, parcel.lead_hours, now=now))
    short = stock.short_days(daily, [day.day for day in days]) if daily else set()
    days = [day.full() if day.day in short else day for day in days]
    if not any(day.open for day in days):
        return Offer(method, price, why_not=_("No day is free in the next two weeks."))
    return Offer(method, price, days)


def not_with(method: DeliveryMethod, parcel: Parcel, shelves: Sequence[categories.Category]) -> str:
    """Why such goods cannot be had that way, or ''."""
    fitting = {one for shelf in shelves if shelf.slug in method.categories for one in categories.below(shelves, shelf)}
    for product in parcel.products:
        if product.pickup_only and not method.is_pickup:
            return str(_("%(item)s is only for pick-up.", item=i18n.pick(product.name)))
        if method.categories and product.category_id not in fitting:
            return str(_("%(item)s cannot travel this way.", item=i18n.pick(product.name)))
    return ""


def _not_there(method: DeliveryMethod, address: Mapping[str, str], known: Mapping[str, zones.Zone]) -> str:
    if method.is_pickup:
        return ""
    if not method.serves(address.get("country") or tenancy.tenant().country):
        return str(_("Not for that country."))
    reached = [known[code] for code in method.zones if code in known]
    if method.zones and not any(zone.may_hold(address) for zone in reached):
        return str(_("Not for that address."))
    return ""


def reaches(method: DeliveryMethod, address: Mapping[str, str]) -> bool:
    """Whether it is known already that it goes there: what of the address is still unsaid cannot change that."""
    if method.is_pickup:
        return True
    fitting = zones.of(address) if method.zones else set()
    return method.serves(address.get("country") or tenancy.tenant().country) and (
        not method.zones or bool(fitting.intersection(method.zones))
    )


def every() -> Sequence[DeliveryMethod]:
    """All delivery methods, the offered ones first."""
    wanted = select(DeliveryMethod).order_by(DeliveryMethod.active.desc(), DeliveryMethod.position, DeliveryMethod.id)
    return db.session.scalars(wanted).all()


def named(code: str) -> DeliveryMethod | None:
    """The method with that code, offered or not."""
    return db.session.scalars(select(DeliveryMethod).where(DeliveryMethod.code == code)).one_or_none()


def blank(kind: str) -> DeliveryMethod:
    """A method of a kind, not yet kept."""
    return DeliveryMethod(
        kind=kind, label={}, price_minor=0, zones=[], countries=[], categories=[], customer_groups=[], eta_days=[],
        days=[], slots=[], cutoff={}, position=len(every()), active=True,
    )  # fmt: skip


def furnish(tenant: tenancy.Tenant) -> None:
    """Give a new tenant one way that needs no setting: coming to the shop."""
    if db.session.scalar(select(DeliveryMethod.id).limit(1)) is None:
        label = {"es": "Retiro en el local", "en": "Pick up at the shop"}
        db.session.add(DeliveryMethod(code="retiro", kind="pickup", label=label, eta_days=[0, 1]))


def init_app(_app: Any) -> None:
    """Plug in: every new tenant can hand over what it sells."""
    tenancy.furnish(furnish)
