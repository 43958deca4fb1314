"""Services: how a product's time is sold: as departures with places, as appointments, or by the night."""

from collections.abc import Callable, Collection, Sequence
from datetime import timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import CheckConstraint, Select, String, UniqueConstraint, bindparam, select
from sqlalchemy.orm import contains_eager, selectinload
from sqlalchemy.orm.attributes import set_committed_value

from kernel import beside, rows
from kernel.db import Base, Mapped, belongs, db, many, mapped_column, pk, ref, words
from kernel.refusal import Missing
from kernel.tenancy import TenantOwned
from shop.catalog import Product
from shop.rates import ServiceRate
from shop.resources import Resource

KIND = "booking"  # of the product and of its variants' stock
KINDS = ("departure", "appointment", "nights")
SERVICES: Any = bindparam("services", expanding=True)  # of questions that are made once: the ids that are meant


class Service(TenantOwned, Base):
    """What is booked of a product; its price and its kinds of person are the product's variants."""

    __tablename__ = "service"
    __extra__ = (
        UniqueConstraint("tenant_id", "product_id"),
        CheckConstraint("kind IN ('departure', 'appointment', 'nights')", name="kind"),
        CheckConstraint("capacity >= 1", name="capacity"),
        CheckConstraint("group_min >= 1", name="group_min"),
        CheckConstraint("minutes >= 1 OR kind = 'nights'", name="minutes"),
        CheckConstraint("step >= 5", name="step"),
        CheckConstraint("before >= 0 AND after >= 0", name="buffers"),
        CheckConstraint("nights_min >= 1", name="nights_min"),
        CheckConstraint("lead >= 0", name="lead"),
        CheckConstraint("horizon >= 1", name="horizon"),
        CheckConstraint("series_most >= 1", name="series_most"),
        CheckConstraint("week_bp BETWEEN 0 AND 9000 AND month_bp BETWEEN 0 AND 9000", name="long_stay"),
        CheckConstraint("guest_minor >= 0 AND guests_in >= 1", name="guests"),
    )
    id: Mapped[int] = pk()
    product_id: Mapped[int] = ref("product")
    kind: Mapped[str] = mapped_column(String(12))
    minutes: Mapped[int] = mapped_column(default=60)  # how long it lasts; of nights the times of day say it
    step: Mapped[int] = mapped_column(default=30)  # minutes between the starts of appointments
    before: Mapped[int] = mapped_column(default=0)  # minutes that a unit is occupied before it begins …
    after: Mapped[int] = mapped_column(default=0)  # … and after it ends
    capacity: Mapped[int] = mapped_column(default=1)  # places of a departure; people in one unit of the others
    group_min: Mapped[int] = mapped_column(default=1)  # a departure goes from so many people on
    check_in: Mapped[str] = mapped_column(String(5), default="14:00")
    check_out: Mapped[str] = mapped_column(String(5), default="11:00")
    nights_min: Mapped[int] = mapped_column(default=1)
    nights_max: Mapped[int] = mapped_column(default=30)
    lead: Mapped[int] = mapped_column(default=0)  # hours before it begins until which it is sold
    horizon: Mapped[int] = mapped_column(default=365)  # days ahead
    series_most: Mapped[int] = mapped_column(default=1)  # times in a row that are booked at once, such as every week
    holidays: Mapped[bool] = mapped_column(default=True)  # whether it is sold on national holidays
    seasons: Mapped[list[dict[str, Any]]] = mapped_column(default=list)  # [{"name": Words, "from", "to", "factor_bp"}]
    week_bp: Mapped[int] = mapped_column(default=0)  # what comes off a stay of a week or more …
    month_bp: Mapped[int] = mapped_column(default=0)  # … and of four weeks or more
    guests_in: Mapped[int | None]  # people in one unit for whom the price of a night is; None: for all who fit …
    guest_minor: Mapped[int] = mapped_column(default=0)  # … and what each one beyond costs a night
    policy: Mapped[list[dict[str, Any]]] = mapped_column(default=list)  # see booking_policies
    questions: Mapped[list[dict[str, Any]]] = mapped_column(default=list)  # [{"code", "label": Words, "required"}]
    languages: Mapped[list[str]] = mapped_column(default=list)  # that its people speak, to choose from
    age_min: Mapped[int | None]
    answer_hours: Mapped[int | None]  # in which the shop says yes to who wants it; None: it is booked at once …
    answer_from: Mapped[int] = mapped_column(default=1)  # … and so it is by fewer people than these
    meeting: Mapped[dict[str, str]] = words()  # where to be
    know: Mapped[dict[str, str]] = words()  # what guests should know; {}: what the shop says of all (see knowing)
    know_read: Mapped[bool] = mapped_column(default=False)  # who books says that they read it
    product: Mapped[Product] = belongs("Service.product_id", "Product")
    needs: Mapped[list["ServiceResource"]] = many("Service", "ServiceResource.service_id")
    rates: Mapped[list[ServiceRate]] = many("Service", "ServiceRate.service_id", order_by="ServiceRate.id")

    @property
    def live(self) -> bool:
        """Whether the public may see its product; of one that lies in the bin that is None."""
        return self.product is not None and self.product.live

    @property
    def length(self) -> timedelta:
        """From its beginning to its end, without buffers."""
        return timedelta(minutes=self.minutes)

    def answered_within(self, places: int) -> int | None:
        """In how many hours the shop says whether so many may come; None: they need not ask."""
        return self.answer_hours if places >= self.answer_from else None

    def people(self, units: Callable[["ServiceResource"], int]) -> int | None:
        """How many people fit when it has or can have so many units of each that it needs; None: as many as come."""
        found = [need.people(units(need)) for need in self.needs]
        return min((count for count in found if count is not None), default=None)


class ServiceResource(TenantOwned, Base):
    """A resource that a service occupies: a unit for so many people, or (0) one however many come."""

    __tablename__ = "service_resource"
    __extra__ = (
        UniqueConstraint("tenant_id", "service_id", "resource_id"),
        CheckConstraint("seats >= 0", name="seats"),
    )
    id: Mapped[int] = pk()
    service_id: Mapped[int] = ref("service")
    resource_id: Mapped[int] = ref("resource")
    seats: Mapped[int] = mapped_column(default=1)
    resource: Mapped[Resource] = belongs("ServiceResource.resource_id", "Resource")

    def units(self, people: int) -> int:
        """How many units so many people occupy."""
        return 0 if people <= 0 else 1 if self.seats == 0 else -(-people // self.seats)

    def people(self, units: int) -> int | None:
        """How many people so many units hold; None: as many as come."""
        return units * self.seats if self.seats or not units else None


def of(product: Product) -> Service | None:
    """How a product is booked, when it is."""
    return of_product(product.id) if product.kind == KIND else None


def of_product(product_id: int) -> Service | None:
    """The service of the product with that id."""
    return db.session.scalars(select(Service).where(Service.product_id == product_id)).one_or_none()


def kinds_of(product_ids: Collection[int]) -> dict[int, str]:
    """How each of these products is booked, of those that are."""
    wanted = select(Service.product_id, Service.kind).where(Service.product_id.in_(product_ids))
    return {row.product_id: row.kind for row in db.session.execute(wanted)} if product_ids else {}


def named(slug: str, *, binned: bool = False) -> Service:
    """The service of the product with that slug, also (`binned`) while that lies in the bin; raises Missing."""
    found = of_slug(slug) or (_put_away(slug) if binned else None)
    if found is None:
        raise Missing()
    return found


def _put_away(slug: str) -> Service | None:
    """Who had booked it before keeps their time."""
    mine = select(Service).join(Product, Product.id == Service.product_id).where(Product.slug == slug)
    return db.session.scalars(mine.execution_options(binned=True)).one_or_none()


def product_of(service: Service) -> Any:
    """Its product; of one that lies in the bin, where `service.product` is None, only its `name` and `slug`."""
    told = select(Product.name, Product.slug).where(Product.id == service.product_id)
    return service.product or db.session.execute(told.execution_options(binned=True)).one()


def of_slug(slug: str) -> Service | None:
    """The service of the product with that slug, live or not, with its product and what it needs, in one question."""
    found = beside.plain(_by_slug(), slug=slug)
    if not found:
        return None
    own, theirs = (len(rows.columns(cls)) for cls in (Service, Product))
    service, product = rows.loaded(Service, found[0][:own]), rows.loaded(Product, found[0][own : own + theirs])
    needs = [rows.loaded(ServiceResource, row[own + theirs :]) for row in found if row[-1] is not None]
    set_committed_value(service, "product", product)
    set_committed_value(service, "needs", needs)
    return service  # type: ignore[no-any-return]


@lru_cache
def _by_slug() -> Select[Any]:
    mine: Any = bindparam("tenant")
    product = (Product.id == Service.product_id) & (Product.tenant_id == mine) & Product.binned_at.is_(None)
    needs = (ServiceResource.service_id == Service.id) & (ServiceResource.tenant_id == mine)
    told = select(*rows.columns(Service), *rows.columns(Product), *rows.columns(ServiceResource))
    return (
        told.select_from(Service).join(Product, product).outerjoin(ServiceResource, needs)
        .where(Product.slug == bindparam("slug"), Product.kind == KIND, Service.tenant_id == mine)
        .order_by(ServiceResource.id)
    )  # fmt: skip


@lru_cache
def needed() -> Select[Any]:
    """The resources that the services of `:services` occupy, as a question."""
    mine = ServiceResource.tenant_id == bindparam("tenant")
    return select(ServiceResource.resource_id).where(mine, ServiceResource.service_id.in_(SERVICES))


def every() -> Sequence[Service]:
    """The services whose product is not in the bin, in the order of the products, with these and what they need."""
    wanted = select(Service).join(Service.product).where(Product.binned_at.is_(None))
    wanted = wanted.options(contains_eager(Service.product), selectinload(Service.needs))
    return db.session.scalars(wanted.order_by(Product.position, Product.id)).all()
