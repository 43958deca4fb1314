"""Reviews: stars and words of somebody who really bought a product, whether the shop shows them, and its answer."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    Select,
    String,
    Text,
    UniqueConstraint,
    bindparam,
    func,
    select,
)

from crm import facts
from crm.contacts import Contact
from kernel import beside, clock, journal, signing, tenancy
from kernel.db import Base, Mapped, belongs, db, many, mapped_column, pk, ref
from kernel.i18n import _l, pick
from kernel.refusal import Missing, Refusal
from kernel.tenancy import TenantOwned
from shop import storefront
from shop.catalog import Product

if TYPE_CHECKING:
    from kernel.accounts import Account
    from shop.order_lines import OrderLine
    from shop.orders import Order
    from shop.review_pictures import ReviewPicture

WAYS = {
    "off": _l("No reviews"),
    "approval": _l("Shown once you have read them"),
    "open": _l("Shown at once; you can hide them later"),
}  # how a shop takes reviews
STATES = {"waiting": _l("Waiting"), "shown": _l("Shown"), "hidden": _l("Hidden")}
REASONS = {
    "insult": _l("It insults somebody"),
    "private": _l("It tells private data"),
    "elsewhere": _l("It is not about this product"),
    "spam": _l("It is advertising"),
    "other": _l("Another reason"),
}
MOST_STARS, MOST_WORDS, MOST_NAME, MOST_ANSWER = 5, 2000, 60, 1000
PAGE = 5  # on a product's page


class NotTaken(Refusal):
    """The shop takes no reviews."""

    message = _l("This shop takes no reviews now.")
    status = 409


class Review(TenantOwned, Base):
    """What one person says of one product they bought; who decided that it is shown or hidden, when and why."""

    __tablename__ = "review"
    __extra__ = (
        UniqueConstraint("tenant_id", "token"),
        UniqueConstraint("tenant_id", "product_id", "contact_id"),
        CheckConstraint("stars BETWEEN 1 AND 5", name="stars"),
        Index("ix_review_page", "tenant_id", "product_id", "state", "written_at", "id"),
        Index("ix_review_state", "tenant_id", "state", "written_at"),
    )
    id: Mapped[int] = pk()
    token: Mapped[str] = mapped_column(String(32), default=signing.token)
    product_id: Mapped[int] = ref("product", index=False)
    contact_id: Mapped[int | None] = ref("contact")  # None: of somebody who was forgotten, the stars alone stay
    order_id: Mapped[int | None] = ref("order")  # with which they bought it …
    line_id: Mapped[int | None] = ref("order_line")  # … and where it stands there
    stars: Mapped[int]
    words: Mapped[str] = mapped_column(Text, default="")
    signed: Mapped[str] = mapped_column(String(MOST_NAME), default="")
    language: Mapped[str] = mapped_column(String(8), default="")
    state: Mapped[str] = mapped_column(String(8), default="waiting")
    written_at: Mapped[datetime] = mapped_column(default=clock.now)
    changed_at: Mapped[datetime | None]  # by whoever wrote it
    decided_at: Mapped[datetime | None]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    reason: Mapped[str] = mapped_column(String(12), default="")  # of REASONS, while it is hidden
    answer: Mapped[str] = mapped_column(String(MOST_ANSWER), default="")  # the shop's, for everybody
    answered_at: Mapped[datetime | None]
    pictured: Mapped[int] = mapped_column(default=0)  # how many of its pictures everybody may see with it

    product: Mapped[Product] = belongs("Review.product_id", "Product")
    contact: Mapped[Contact | None] = belongs("Review.contact_id", "Contact")
    order: Mapped["Order | None"] = belongs("Review.order_id", "Order")
    by: Mapped["Account | None"] = belongs("Review.account_id", "Account")
    pictures: Mapped[list["ReviewPicture"]] = many("Review", "ReviewPicture.review_id", order_by="ReviewPicture.id")

    @property
    def shown(self) -> bool:
        """Whether everybody may read it."""
        return self.state == "shown"


class Told(NamedTuple):
    """A shown review as a product's page tells it."""

    stars: int
    words: str
    signed: str
    language: str
    written_at: datetime
    answer: str
    answered_at: datetime | None
    token: str
    pictured: int


class Said(NamedTuple):
    """What somebody writes."""

    stars: int
    words: str
    signed: str
    language: str


def taken() -> bool:
    """Whether the shop takes and shows reviews."""
    return storefront.of().reviews != "off"


def write(contact: Contact, line: "OrderLine", said: Said) -> Review:
    """Keep what a buyer says of what that line sold them: their one review of it, new or changed."""
    if not taken():
        raise NotTaken()
    row = of(contact, line.product_id) or _new(contact, line, said)
    if row is None:  # the same person sends twice at once
        row = of(contact, line.product_id)
        assert row is not None
    _change(row, said)
    return row


def _new(contact: Contact, line: "OrderLine", said: Said) -> Review | None:
    open_ = storefront.of().reviews == "open"
    made = Review(
        token=signing.token(), product_id=line.product_id, contact_id=contact.id, order_id=line.order_id,
        line_id=line.id, state="shown" if open_ else "waiting", **said._asdict(),
    )  # fmt: skip
    row: Review | None = beside.put(made, unless=("tenant_id", "product_id", "contact_id"))
    if row is not None:
        told: dict[str, Any] = {"contact": contact, "about": ("product", row.product_id), "data": {"stars": row.stars}}
        facts.record("reviewed", dedupe=f"reviewed:{row.product_id}:{contact.id}", **told)
        if row.shown:
            count(row.product_id)
    return row


def _change(row: Review, said: Said) -> None:
    """Other words wait to be read again, where the shop reads them first; so does all of what was hidden."""
    db.session.refresh(row, with_for_update=True)
    before = row.stars, row.words, row.signed
    now = said.stars, said.words, said.signed
    if before == now:
        return
    row.stars, row.words, row.signed, row.language = *now, said.language
    changed(row, more=before[1:] != now[1:])


def changed(row: Review, *, more: bool) -> None:
    """Its writer changed it; `more`: there is something that nobody of the shop has seen yet."""
    was, row.changed_at = row.state, clock.now()
    if was == "hidden" or (was == "shown" and more and storefront.of().reviews == "approval"):
        row.state, row.decided_at, row.account_id, row.reason = "waiting", None, None, ""
    if was == "shown":
        count(row.product_id)


def decide(row: Review, state: str, *, by: "Account | None", reason: str = "") -> str:
    """Show it, hide it for a reason, or let it wait again; where it was before. Words are never changed."""
    db.session.refresh(row, with_for_update=True)
    before = row.state
    if before == state:
        return before
    row.state, row.decided_at, row.account_id = state, clock.now(), by.id if by else None
    row.reason = reason if state == "hidden" else ""
    told = {"product": called(row), "reason": row.reason}
    journal.write(f"reviews.{state}", about=row, by=by, data=told)
    if "shown" in (before, state):
        count(row.product_id)
    return before


def answer(row: Review, text: str, *, by: "Account | None") -> str:
    """Say something under it for everybody, or take that away; what stood there before."""
    db.session.refresh(row, with_for_update=True)
    before = row.answer
    if before != text:
        row.answer, row.answered_at = text, clock.now() if text else None
        journal.write(
            f"reviews.{'answered' if text else 'unanswered'}", about=row, by=by, data={"product": called(row)}
        )
        if row.shown:
            tenancy.touch()
    return before


def count(*product_ids: int) -> None:
    """Keep how many are shown of these products and their stars in all; one after the other, in the order of keys.

    Whoever holds the product's row sees all that others have committed: sums of two at once are those of both.
    """
    db.session.flush()
    shown = Review.state == "shown"
    for key in sorted(set(product_ids)):
        mine = select(Product).where(Product.id == key).with_for_update()
        how: Any = {"binned": True, "populate_existing": True}
        product = db.session.scalars(mine, execution_options=how).one()
        sums = (func.coalesce(func.sum(one), 0) for one in (Review.stars, Review.pictured))
        wanted: Any = select(func.count(Review.id), *sums).where(Review.product_id == key, shown)
        told = db.session.execute(wanted).one()
        product.review_count, product.review_sum, product.review_pictured = told
    db.session.flush()
    tenancy.touch()


def called(row: Review) -> str:
    """What its product is called, which may lie in the bin by now."""
    product = db.session.get(Product, row.product_id, execution_options={"binned": True})
    return pick(product.name) if product else ""


def of(contact: Contact, product_id: int) -> Review | None:
    """What that person says of that product."""
    return db.session.scalars(
        select(Review).where(Review.product_id == product_id, Review.contact_id == contact.id)
    ).one_or_none()


def of_contact(contact: Contact) -> Sequence[Review]:
    """What that person says of anything, the newest first."""
    mine = select(Review).where(Review.contact_id == contact.id)
    return db.session.scalars(mine.order_by(Review.written_at.desc(), Review.id.desc())).all()


def by_token(token: str) -> Review:
    """The review that an address names; raises Missing."""
    found = db.session.scalars(select(Review).where(Review.token == token)).one_or_none() if token else None
    if found is None:
        raise Missing()
    return found


def page(product: Product, number: int) -> list[Told]:
    """So many shown ones of a product, the newest first; nothing is asked where there are none."""
    if not product.review_count:
        return []
    rows = beside.glance(_page(), product=product.id, skipped=(number - 1) * PAGE)
    return [Told(*row) for row in rows]


@lru_cache
def _page() -> Select[Any]:
    """Asked beside the guard between tenants, so it names the tenant itself."""
    told: Any = select(*(getattr(Review, name) for name in Told._fields))
    mine = Review.tenant_id == bindparam("tenant"), Review.product_id == bindparam("product"), Review.state == "shown"
    found: Select[Any] = told.where(*mine).order_by(Review.written_at.desc(), Review.id.desc())
    return found.limit(PAGE).offset(bindparam("skipped", type_=Integer))


def signature(name: str) -> str:
    """How somebody's review is signed unless they say otherwise: the first name and one initial."""
    first, *others = name.split() or [""]
    return f"{first[:40]} {others[0][0].upper()}." if others else first[:40]


def init_app(_app: object) -> None:
    """Say how timeline and journal tell it."""
    facts.kind("reviewed", _l("Wrote a review"), "star")
    words = {"reason": REASONS}
    journal.kind("reviews.shown", _l("Showed a review of “%(product)s”"))
    journal.kind("reviews.hidden", _l("Hid a review of “%(product)s”: %(reason)s"), words)
    journal.kind("reviews.waiting", _l("Put a review of “%(product)s” back to be read"))
    journal.kind("reviews.answered", _l("Answered a review of “%(product)s”"))
    journal.kind("reviews.unanswered", _l("Took the answer to a review of “%(product)s” away"))
