"""Discounts: what a shop takes off and for whom: codes that buyers write, and promotions that come by themselves."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Date,
    Index,
    Select,
    String,
    UniqueConstraint,
    and_,
    bindparam,
    column,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from kernel import beside, clock, journal, permissions, signing, tenancy
from kernel.db import Base, Mapped, db, mapped_column, pk, words
from kernel.folding import fold
from kernel.i18n import _l
from kernel.refusal import Missing, Refusal
from kernel.tenancy import Binnable, TenantOwned
from shop.discount_rules import Rule

KINDS = {
    "percent": _l("Percent off"),
    "amount": _l("An amount off"),
    "shipping": _l("Free delivery"),
    "bundle": _l("Take more, pay less"),
    "quantity": _l("By quantity"),
}
THERE = and_(column("binned_at").is_(None), column("code") != "")


class TakenCode(Refusal):
    """Two discounts with one code: nobody would know which one a buyer means."""

    message = _l("Another discount already has the code %(code)s.")


class Discount(TenantOwned, Binnable, Base):
    """What comes off, of what, for whom, when and how often; without a code it comes by itself."""

    __tablename__ = "discount"
    __extra__ = (
        UniqueConstraint("tenant_id", "token"),
        Index("uq_discount_code", "tenant_id", "code", unique=True, sqlite_where=THERE, postgresql_where=THERE),
        CheckConstraint("percent_bp BETWEEN 0 AND 10000", name="percent"),
        CheckConstraint("amount_minor >= 0 AND least_minor >= 0", name="amounts"),
        CheckConstraint("used >= 0", name="used"),
    )
    id: Mapped[int] = pk()
    token: Mapped[str] = mapped_column(String(32), default=signing.token)  # in addresses instead of the id
    kind: Mapped[str] = mapped_column(String(12))
    label: Mapped[dict[str, str]] = words()  # what buyers read
    code: Mapped[str] = mapped_column(String(40), default="")
    percent_bp: Mapped[int] = mapped_column(default=0)
    amount_minor: Mapped[int] = mapped_column(default=0)  # in the tenant's currency
    buy: Mapped[int] = mapped_column(default=0)
    get: Mapped[int] = mapped_column(default=0)
    steps: Mapped[list[Any]] = mapped_column(default=list)  # [[units, hundredths of a percent], …]
    products: Mapped[list[Any]] = mapped_column(default=list)  # ids; none, and no categories: everything
    categories: Mapped[list[Any]] = mapped_column(default=list)  # ids, each with what hangs below it
    about: Mapped[dict[str, str]] = words()  # what those are called, as it was kept
    methods: Mapped[list[str]] = mapped_column(default=list)  # codes of deliveries; none: all
    least_minor: Mapped[int] = mapped_column(default=0)
    customer_groups: Mapped[list[str]] = mapped_column(default=list)  # none: everybody
    first_only: Mapped[bool] = mapped_column(default=False)
    starts_on: Mapped[date | None] = mapped_column(Date)  # in the tenant's zone, like the last day
    ends_on: Mapped[date | None] = mapped_column(Date)
    usage_limit: Mapped[int | None]
    per_customer: Mapped[int | None]
    used: Mapped[int] = mapped_column(default=0)  # counted while there is a limit
    priority: Mapped[int] = mapped_column(default=100)
    combinable: Mapped[bool] = mapped_column(default=True)
    paused_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    @property
    def used_up(self) -> bool:
        """Whether nobody can use it any more."""
        return self.usage_limit is not None and self.used >= self.usage_limit

    @property
    def state(self) -> str:
        """bin, paused, used_up, over, planned or active."""
        today = clock.today(tenancy.tenant().timezone)
        if self.binned_at is not None:
            return "bin"
        if self.ends_on and self.ends_on < today:
            return "over"
        if self.used_up:
            return "used_up"
        if self.paused_at is not None:
            return "paused"
        return "planned" if self.starts_on and self.starts_on > today else "active"

    @property
    def limit_of_person(self) -> int | None:
        """How often one person may use it; a first purchase is made once."""
        return 1 if self.first_only else self.per_customer

    def open_to(self, group: str) -> bool:
        """Whether that customer group may have it."""
        return not self.customer_groups or group in self.customer_groups

    def rule(self, told: Mapping[str, Any]) -> Rule:
        """It as a rule for carts."""
        return Rule(
            key=self.token, kind=self.kind, code=self.code, percent_bp=self.percent_bp, amount=self.amount_minor,
            buy=self.buy, get=self.get, steps=tuple((int(units), int(off)) for units, off in self.steps),
            products=frozenset(self.products), shelves=frozenset(self.categories), methods=frozenset(self.methods),
            least=self.least_minor, priority=self.priority, combinable=self.combinable or self.kind == "shipping",
            told=told,
        )  # fmt: skip


def normal(text: str) -> str:
    """A code as it is kept: capitals and digits, whatever else was typed."""
    return re.sub(r"[^A-Z0-9-]", "", fold(text).upper())[:40]


def by_code(code: str) -> Discount | None:
    """The discount with that code, whatever its state."""
    clean = normal(code)
    return db.session.scalar(select(Discount).where(Discount.code == clean)) if clean else None


def named(token: str, *, binned: bool = False) -> Discount:
    """The discount that an address of the back office names; raises Missing."""
    wanted = select(Discount).where(Discount.token == token).execution_options(binned=binned)
    found = db.session.scalar(wanted)
    if found is None:
        raise Missing()
    return found


def asked(codes: Iterable[str]) -> Sequence[Discount]:
    """Every promotion that runs today, and what has one of these codes, in one look."""
    today = clock.today(tenancy.tenant().timezone)
    known = [clean for clean in map(normal, codes) if clean]
    return beside.found(Discount, _asked(), today=today, codes=known)


@lru_cache
def _asked() -> Select[Any]:
    today: Any = bindparam("today", type_=Date)
    running = and_(
        Discount.code == "",
        Discount.paused_at.is_(None),
        or_(Discount.starts_on.is_(None), Discount.starts_on <= today),
        or_(Discount.ends_on.is_(None), Discount.ends_on >= today),
    )
    return beside.mine(Discount, or_(running, Discount.code.in_(bindparam("codes", expanding=True))))


def spent(ids: Iterable[int]) -> set[int]:
    """Which of them nobody can use any more: sales move it, without an edit."""
    gone = and_(Discount.usage_limit.is_not(None), Discount.used >= Discount.usage_limit)
    return set(db.session.scalars(select(Discount.id).where(Discount.id.in_(list(ids)), gone)))


def every(*, binned: bool = False) -> Sequence[Discount]:
    """All of them, the newest first; those in the bin instead when asked."""
    wanted = select(Discount).order_by(Discount.id.desc()).execution_options(binned=binned)
    return db.session.scalars(wanted.where(Discount.binned_at.is_not(None)) if binned else wanted).all()


def free_code(row: Discount) -> None:
    """Refuse a code that another discount has."""
    twin = by_code(row.code) if row.code else None
    if twin is not None and twin is not row:
        raise TakenCode(code=row.code)


def keep(row: Discount, *, by: Any, uses: Any = None) -> Discount:
    """Keep a discount, new or changed; where a limit begins, the uses until now count (`uses`, a question)."""
    with db.session.no_autoflush:
        free_code(row)
    fresh = row.id is None
    try:
        with db.session.begin_nested():
            db.session.add(row)
            db.session.flush()
    except IntegrityError:  # two forms with one code, at the same moment
        raise TakenCode(code=row.code) from None
    if uses is not None and row.usage_limit is not None:
        counted = func.coalesce(uses, 0)
        mine = update(Discount).where(Discount.id == row.id).values(used=counted)
        db.session.execute(mine, execution_options={"synchronize_session": False})
        db.session.refresh(row)
    journal.write("discounts.made" if fresh else "discounts.changed", about=row, by=by, data={"name": name(row)})
    tenancy.touch()  # product pages tell what runs
    return row


def pause(row: Discount, *, by: Any) -> None:
    """Stop it for now."""
    row.paused_at = clock.now()
    journal.write("discounts.paused", about=row, by=by, data={"name": name(row)})
    tenancy.touch()


def resume(row: Discount, *, by: Any) -> None:
    """Let it run again."""
    row.paused_at = None
    journal.write("discounts.resumed", about=row, by=by, data={"name": name(row)})
    tenancy.touch()


def put_away(row: Discount, *, by: Any) -> None:
    """Into the bin: no cart gets it any more; what it gave stays written in the orders."""
    row.binned_at = clock.now()
    journal.write("shop.binned", about=row, by=by, data={"name": name(row)})
    tenancy.touch()


def bring_back(row: Discount, *, by: Any) -> None:
    """Out of the bin, unless its code was given to another meanwhile."""
    free_code(row)
    row.binned_at = None
    journal.write("shop.restored", about=row, by=by, data={"name": name(row)})
    tenancy.touch()


def twin(row: Discount) -> Discount:
    """A copy of it, not kept yet and without its code: a code is one discount's."""
    same = ("kind", "percent_bp", "amount_minor", "buy", "get", "methods", "least_minor", "customer_groups",
            "first_only", "starts_on", "ends_on", "usage_limit", "per_customer", "priority", "combinable", "products",
            "categories", "steps", "about", "label")  # fmt: skip
    return Discount(**{field: getattr(row, field) for field in same}, token=signing.token(), code="", used=0)


def name(row: Discount) -> str:
    """What it is called, in the shop's own language."""
    return row.label.get(tenancy.tenant().language) or next(iter(row.label.values()), row.code)


def init_app(_app: object) -> None:
    """Say who may decide on discounts, and how the journal tells it."""
    seen = ("manager", "marketer", "accountant")
    permissions.define("discounts.view", _l("See discounts and what they gave"), roles=seen, area="money")
    permissions.define("discounts.edit", _l("Make and change discounts"), roles=("manager", "marketer"), area="money")
    journal.kind("discounts.made", _l("Made the discount “%(name)s”"))
    journal.kind("discounts.changed", _l("Changed the discount “%(name)s”"))
    journal.kind("discounts.paused", _l("Paused the discount “%(name)s”"))
    journal.kind("discounts.resumed", _l("Let the discount “%(name)s” run again"))
