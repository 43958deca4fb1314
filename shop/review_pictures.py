"""Pictures of reviews: what buyers show of what they bought; private files, handed out while everybody may see them."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import ForeignKey, Integer, Select, String, UniqueConstraint, bindparam, select

from crm.contacts import Contact
from kernel import beside, clock, files, journal, signing
from kernel.db import Base, Mapped, belongs, db, mapped_column, pk, ref
from kernel.i18n import _l
from kernel.refusal import Missing, Refusal
from kernel.tenancy import TenantOwned
from shop import reviews
from shop.catalog import Product
from shop.reviews import REASONS, Review

if TYPE_CHECKING:
    from kernel.accounts import Account
    from shop.order_lines import OrderLine

MOST = 3  # of one review
ROW = 12  # at the head of a product's reviews


class TooMany(Refusal):
    """More pictures than one review may have."""

    message = _l("Up to %(most)s pictures: take one away first, or send fewer.")


class ReviewPicture(TenantOwned, Base):
    """A picture with a review, its file nobody else's; who hid it, when and why."""

    __tablename__ = "review_picture"
    __extra__ = (
        UniqueConstraint("tenant_id", "token"),
        UniqueConstraint("tenant_id", "review_id", "content"),
    )
    id: Mapped[int] = pk()
    token: Mapped[str] = mapped_column(String(32), default=signing.token)
    review_id: Mapped[int] = ref("review", index=False)
    file_id: Mapped[int] = ref("file")
    content: Mapped[str] = mapped_column(String(64))  # the same form sent twice brings it once
    added_at: Mapped[datetime] = mapped_column(default=clock.now)
    reason: Mapped[str] = mapped_column(String(12), default="")  # of REASONS, while it is hidden
    decided_at: Mapped[datetime | None]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    file: Mapped[files.File] = belongs("ReviewPicture.file_id", "File")
    review: Mapped[Review] = belongs("ReviewPicture.review_id", "Review")


class Seen(NamedTuple):
    """A picture as a product's page shows it: its own name, its review's, and whose that is."""

    token: str
    review: str
    signed: str


def of(row: Review) -> Sequence[ReviewPicture]:
    """All pictures of a review, in the order in which they came."""
    mine = select(ReviewPicture).where(ReviewPicture.review_id == row.id)
    return db.session.scalars(mine.order_by(ReviewPicture.id)).all()


def change(row: Review, *, gone: Collection[str] = (), made: Iterable[files.Made] = ()) -> None:
    """Its writer takes some away and adds others, which wait to be seen where the shop reads first."""
    db.session.flush()  # what was said just now is not read anew
    db.session.refresh(row, with_for_update=True)
    there = of(row)
    less = [one for one in there if one.token in gone]
    left = {one.content for one in there if one.token not in gone}
    fresh = [one for one in {one.sha256: one for one in made}.values() if one.sha256 not in left]
    if len(left) + len(fresh) > MOST:
        raise TooMany(most=MOST)
    for one in less:
        _drop(one)
    for file in fresh:
        _add(row, file)
    if less or fresh:
        _tell(row)
        reviews.changed(row, more=bool(fresh))


def write(contact: Contact, line: "OrderLine", said: reviews.Said, **pictures: Any) -> Review:
    """Keep what a buyer says together with what `change` does with its pictures."""
    new = reviews.of(contact, line.product_id) is None
    row = reviews.write(contact, line, said)
    change(row, **pictures)
    if new:
        row.changed_at = None
    return row


def _add(row: Review, made: files.Made) -> None:
    token = signing.token()
    file = files.keep_alone(made, token)
    db.session.add(ReviewPicture(token=token, review_id=row.id, file_id=file.id, content=made.sha256))
    db.session.flush()


def _drop(one: ReviewPicture) -> None:
    file = one.file
    db.session.delete(one)
    db.session.flush()
    files.drop(file)


def _tell(row: Review) -> None:
    row.pictured = sum(not one.reason for one in of(row))
    db.session.flush()


def forget(row: Review) -> None:
    """All of them go, files too; whoever asks counts the product's reviews anew."""
    for one in of(row):
        _drop(one)
    row.pictured = 0


def judge(one: ReviewPicture, reason: str, *, by: "Account | None") -> str:
    """Hide a single picture for a reason, or show it again without one; the reason before."""
    row = one.review
    db.session.refresh(row, with_for_update=True)
    db.session.refresh(one)
    before = one.reason
    if before != reason:
        one.reason, one.decided_at, one.account_id = reason, clock.now(), by.id if by else None
        _tell(row)
        told = {"product": reviews.called(row), "reason": reason}
        journal.write(f"reviews.picture_{'hidden' if reason else 'shown'}", about=row, by=by, data=told)
        if row.shown:
            reviews.count(row.product_id)
    return before


def by_token(token: str) -> ReviewPicture:
    """The picture that an address names, whoever may see it; raises Missing."""
    found = db.session.scalars(select(ReviewPicture).where(ReviewPicture.token == token)).one_or_none()
    if found is None:
        raise Missing()
    return found


def shown(token: str) -> ReviewPicture:
    """The picture that an address names, while everybody may see it; raises Missing."""
    seen = ReviewPicture.token == token, ReviewPicture.reason == "", Review.state == "shown"
    there = Product.state == "live", Product.binned_at.is_(None)
    wanted = select(ReviewPicture).join(Review, Review.id == ReviewPicture.review_id)
    wanted = wanted.join(Product, Product.id == Review.product_id).where(*seen, *there)
    found: ReviewPicture | None = db.session.scalars(wanted).one_or_none() if reviews.taken() else None
    if found is None:
        raise Missing()
    return found


def row_of(product: Product, most: int = ROW) -> list[Seen]:
    """The first pictures of a product, those of its newest reviews; nothing is asked where there are none."""
    if not product.review_pictured:
        return []
    return [Seen(*told) for told in beside.glance(_row(), product=product.id, most=most)]


def page(product: Product, number: int) -> dict[str, list[Seen]]:
    """The pictures of the reviews on one page of a product's, by the token of their review."""
    found: dict[str, list[Seen]] = {}
    for told in beside.glance(_page(), product=product.id, skipped=(number - 1) * reviews.PAGE):
        found.setdefault(told[1], []).append(Seen(*told))
    return found


def _seen() -> tuple[Select[Any], tuple[Any, ...]]:
    """Asked beside the guard between tenants, so it names the tenant itself."""
    mine = Review.tenant_id == bindparam("tenant"), Review.product_id == bindparam("product"), Review.state == "shown"
    told: Any = select(ReviewPicture.token, Review.token.label("review"), Review.signed)
    return told.join(Review, Review.id == ReviewPicture.review_id), (
        ReviewPicture.tenant_id == bindparam("tenant"), ReviewPicture.reason == "", *mine,
    )  # fmt: skip


ORDER: Any = (Review.written_at.desc(), Review.id.desc())


@lru_cache
def _row() -> Select[Any]:
    told, mine = _seen()
    return told.where(*mine).order_by(*ORDER, ReviewPicture.id).limit(bindparam("most", type_=Integer))


@lru_cache
def _page() -> Select[Any]:
    told, mine = _seen()
    there = select(Review.id).where(*mine[2:]).order_by(*ORDER).limit(reviews.PAGE)
    there = there.offset(bindparam("skipped", type_=Integer))
    return told.where(*mine[:2], Review.id.in_(there)).order_by(ReviewPicture.id)


def init_app(_app: object) -> None:
    """Say how the journal tells it."""
    words = {"reason": REASONS}
    journal.kind("reviews.picture_shown", _l("Showed a picture with a review of “%(product)s”"))
    journal.kind("reviews.picture_hidden", _l("Hid a picture with a review of “%(product)s”: %(reason)s"), words)
