"""Saved: what a shopper set aside with one tap, since when and at which price; a list of a browser or of a contact.

It works without an account and without leave to learn from it: whoever taps has asked for it. What is concluded from it
(facts, tastes, segments) needs that leave: see views/visitor.py and saved_terms.py.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, String, UniqueConstraint, bindparam, delete, func, or_, select, update

from crm.contacts import Contact
from kernel import beside, clock, jobs, signing, tenancy, transactions
from kernel.db import Base, Mapped, belongs, db, mapped_column, pk, ref
from kernel.i18n import _l
from kernel.money import Money
from kernel.refusal import Gone, Missing, Refusal
from kernel.tenancy import Tenant, TenantOwned
from shop import shelf, slugs
from shop.catalog import Product

LIFE = timedelta(days=365)  # of a list in which nothing was put or taken
EMPTY = timedelta(days=30)  # of one in which nothing lies
MOST = 200  # things of one list
LINK = "saved_list"  # of links that lists had before they were poured into another
LONGEST = 40  # signs of the name on a list that is handed on
QUIET = {"synchronize_session": False}


class Full(Refusal):
    """A list has an end."""

    message = _l("A list has room for %(most)s things: take something off first.")


class NotShared(Gone):
    """Whoever made the list hands it on no more."""

    message = _l("This list is not shared any more. Look around the shop.")


class BadName(Refusal):
    """What would stand above a list that everybody can open is no name."""

    message = _l("Write only a name, of at most %(most)s letters.")


class SavedList(TenantOwned, Base):
    """What one browser saved, behind its cookie; or one contact, on each device where they are logged in."""

    __tablename__ = "saved_list"
    __extra__ = (
        UniqueConstraint("tenant_id", "token_hash"),
        UniqueConstraint("tenant_id", "contact_id"),
        UniqueConstraint("tenant_id", "share"),
    )
    id: Mapped[int] = pk()
    token_hash: Mapped[str | None] = mapped_column(String(64))  # a contact's has none: whose it is tells the log-in
    contact_id: Mapped[int | None] = ref("contact", index=False)
    visitor_id: Mapped[int | None] = ref("visitor")  # the browser that filled it last, when it allowed to be known
    share: Mapped[str | None] = mapped_column(String(32))  # in the address that is handed on, once it ever was
    shared_at: Mapped[datetime | None]  # not handed on (any more): none
    name: Mapped[str] = mapped_column(String(LONGEST), default="")  # that they wrote above it, for whoever opens it
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    touched_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)


class SavedProduct(TenantOwned, Base):
    """One product on a list, with the price that it had then."""

    __tablename__ = "saved_product"
    __extra__ = (UniqueConstraint("tenant_id", "list_id", "product_id"),)
    id: Mapped[int] = pk()
    list_id: Mapped[int] = ref("saved_list", index=False)
    product_id: Mapped[int] = ref("product")
    price_minor: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3))
    saved_at: Mapped[datetime] = mapped_column(default=clock.now)
    product = belongs("SavedProduct.product_id", "Product")


class Was(NamedTuple):
    """When something was saved and what it cost then."""

    price: Money
    at: datetime


class Kept(NamedTuple):
    """A saved product that this visitor may see."""

    product: Product
    was: Was

    @property
    def fell_from(self) -> Money | None:
        """What it cost when it was saved, if it costs less now."""
        before, now = self.was.price, self.product.low
        return before if before.currency == now.currency and now < before else None


def of_contact(contact: Contact) -> SavedList | None:
    """A contact's list."""
    return db.session.scalar(select(SavedList).where(SavedList.contact_id == contact.id))


def of_browser(token: str) -> SavedList | None:
    """The list behind a cookie, unless it was left for too long or has become a contact's."""
    if not token:
        return None
    mine = SavedList.token_hash == signing.digest(token), SavedList.contact_id.is_(None)
    return db.session.scalar(select(SavedList).where(*mine, SavedList.touched_at > clock.now() - LIFE))


def begin(contact: Contact | None = None) -> tuple[SavedList, str]:
    """A list to save on: the contact's one, else a new one with the secret token for its cookie."""
    if contact is None:
        token = signing.token()
        return beside.new(SavedList, token_hash=signing.digest(token)), token
    beside.add(SavedList, unless=("tenant_id", "contact_id"), contact_id=contact.id)
    found = of_contact(contact)
    assert found is not None
    return found, ""


def keep(mine: SavedList, product: Product, was: Was | None = None) -> bool:
    """Save it; who taps twice saved it once. `was`: as it was before it was taken off just now. Raises Full."""
    told = was or Was(product.low, clock.now())
    _touch(mine)
    row = {"price_minor": told.price.minor, "currency": told.price.currency, "saved_at": told.at}
    new = {"list_id": mine.id, "product_id": product.id, **row}
    if beside.add(SavedProduct, unless=("tenant_id", "list_id", "product_id"), **new) is None:
        return False
    if size(mine) > MOST:
        raise Full(most=MOST)
    return True


def take_off(mine: SavedList, product: Product) -> Was | None:
    """Save it no more; as it was, for whoever takes that back."""
    _touch(mine)
    gone = delete(SavedProduct).where(SavedProduct.list_id == mine.id, SavedProduct.product_id == product.id)
    told = gone.returning(SavedProduct.price_minor, SavedProduct.currency, SavedProduct.saved_at)
    row = db.session.execute(told, execution_options=QUIET).first()
    return Was(Money(row[0], row[1]), row[2]) if row else None


def size(mine: SavedList) -> int:
    """How many things lie on it, those that nobody may see now among them."""
    return int(db.session.scalar(select(func.count(SavedProduct.id)).where(SavedProduct.list_id == mine.id)) or 0)


def shown(mine: SavedList | None, group: str = "") -> list[Kept]:
    """What of a list this visitor may see, what was saved last first."""
    if mine is None:
        return []
    rows = select(SavedProduct, Product).join(Product, Product.id == SavedProduct.product_id)
    rows = rows.where(SavedProduct.list_id == mine.id, Product.binned_at.is_(None), shelf.public(group))
    newest = rows.order_by(SavedProduct.saved_at.desc(), SavedProduct.id.desc())
    return [
        Kept(product, Was(Money(row.price_minor, row.currency), row.saved_at))
        for row, product in db.session.execute(newest)
    ]


def ids(whose: Contact | str, group: str = "") -> frozenset[int]:
    """The products that a contact, or the browser of that token, saved and may see: one question for a whole page."""
    by = {"who": whose.id} if isinstance(whose, Contact) else {"hash": signing.digest(whose)}
    asked = {**by, **({"group": group} if group else {})}
    return frozenset(row[0] for row in beside.glance(_ids(isinstance(whose, Contact), bool(group)), **asked))


@lru_cache
def _ids(of_contact: bool, grouped: bool) -> Select[Any]:
    """Asked beside the guard between tenants, so it names the tenant itself."""
    mine: Any = bindparam("tenant")
    wanted: Any = bindparam("group") if grouped else ""
    own = SavedList.contact_id == bindparam("who") if of_contact else SavedList.token_hash == bindparam("hash")
    rows = select(SavedProduct.product_id).join(SavedList, SavedList.id == SavedProduct.list_id)
    rows = rows.join(Product, Product.id == SavedProduct.product_id)
    tenants = (cls.tenant_id == mine for cls in (SavedProduct, SavedList, Product))
    there = () if of_contact else (SavedList.contact_id.is_(None),)
    return rows.where(own, *tenants, *there, Product.binned_at.is_(None), shelf.public(wanted))


def count_by_product(product_ids: Collection[int]) -> Mapping[int, int]:
    """On how many lists each of these products lies; one that nobody saved is left out."""
    wanted = select(SavedProduct.product_id, func.count()).where(SavedProduct.product_id.in_(sorted(set(product_ids))))
    return dict(db.session.execute(wanted.group_by(SavedProduct.product_id)).all()) if product_ids else {}


def hand_on(mine: SavedList, name: str = "") -> str:
    """Let everybody see it who has the link, under a name only if they write one; what stands in the address."""
    clean = " ".join(name.split())
    if len(clean) > LONGEST or not all(sign.isalpha() or sign in " .'’-&" for sign in clean):
        raise BadName(most=LONGEST)
    mine.name, mine.share, mine.shared_at = clean, mine.share or signing.token(), clock.now()
    db.session.flush()
    return mine.share


def withdraw(mine: SavedList) -> None:
    """Hand it on no more; who does it again later has the same link."""
    mine.shared_at = None
    db.session.flush()


def shared(token: str) -> SavedList:
    """The list behind a link; raises NotShared."""
    row = db.session.scalar(select(SavedList).where(_behind(token), SavedList.shared_at.is_not(None)))
    if row is None:
        raise NotShared()
    return row


def _behind(token: str) -> ColumnElement[bool]:
    """Which list has that link, or took in the one that had it."""
    return or_(SavedList.share == token, SavedList.id == (slugs.former(LINK, token) or 0))


def pour(goes: SavedList, stays: SavedList) -> None:
    """Make one list of two: what both have stays as it was saved there; links that were handed on lead on."""
    known = set(db.session.scalars(select(SavedProduct.product_id).where(SavedProduct.list_id == stays.id)))
    theirs = select(SavedProduct).where(SavedProduct.list_id == goes.id).order_by(SavedProduct.saved_at.desc())
    new = [row for row in db.session.scalars(theirs) if row.product_id not in known]
    for row in new[: max(0, MOST - len(known))]:
        row.list_id = stays.id
    goes_id, share, shared_at, name = goes.id, goes.share, goes.shared_at, goes.name
    db.session.flush()
    db.session.execute(delete(SavedProduct).where(SavedProduct.list_id == goes.id), execution_options=QUIET)
    db.session.delete(goes)
    db.session.flush()
    if shared_at is None or share is None:  # what was taken back stays so
        slugs.forget_all(LINK, [goes_id])
    elif stays.shared_at is None:
        slugs.forget_all(LINK, [stays.id])
    else:
        slugs.add_former(LINK, share, stays.id)
    slugs.point(LINK, goes_id, stays.id)
    if stays.share is None or (shared_at and not stays.shared_at):
        stays.share, stays.shared_at, stays.name = share, shared_at, name
    _touch(stays)


def adopt(mine: SavedList | None, contact: Contact) -> SavedList | None:
    """What a browser saved becomes that contact's who logged in there; their list, when there is one."""
    if mine is None or mine.contact_id is not None:
        return of_contact(contact)
    theirs, _no_token = begin(contact)
    pour(mine, theirs)
    return theirs


def _touch(mine: SavedList) -> None:
    """Move its life on, which holds it as it is until this transaction ends: two who tap at once follow each other."""
    held = update(SavedList).where(SavedList.id == mine.id).values(touched_at=clock.now()).returning(SavedList.id)
    if db.session.execute(held, execution_options=QUIET).scalar() is None:
        raise Missing(_l("That list is not there any more: load the page again."))


@jobs.job("saved.sweep")
def sweep() -> None:
    """In each shop: lists go that nobody touched for a year, and empty ones after a month."""
    for tenant_id in db.session.scalars(select(Tenant.id).order_by(Tenant.id)).all():
        with tenancy.use(tenant_id):
            transactions.retry_free(_sweep)


def _sweep() -> None:
    now, inside = clock.now(), select(SavedProduct.id).where(SavedProduct.list_id == SavedList.id).exists()
    bare = (SavedList.touched_at < now - EMPTY) & ~inside
    old = select(SavedList.id).where(or_(SavedList.touched_at < now - LIFE, bare))
    forget(list(db.session.scalars(old)))


def forget(list_ids: Sequence[int]) -> None:
    """Leave nothing of these lists."""
    if list_ids:
        mine = SavedProduct.list_id.in_(list_ids)
        db.session.execute(delete(SavedProduct).where(mine), execution_options=QUIET)
        slugs.forget_all(LINK, list_ids)
        db.session.execute(delete(SavedList).where(SavedList.id.in_(list_ids)), execution_options=QUIET)


jobs.every("saved.sweep", seconds=86400)
