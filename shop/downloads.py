"""Downloads: what digital goods open once they are paid, counted, each time by an address of five minutes."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import String, UniqueConstraint, select, update

from kernel import clock, files, signing
from kernel.db import Base, Mapped, belongs, db, mapped_column, pk, ref
from kernel.i18n import _l
from kernel.refusal import Gone, Missing, Refusal
from kernel.tenancy import TenantOwned
from shop import variants
from shop.catalog import Product
from shop.order_lines import OrderLine
from shop.orders import ENDED, Order

TIMES = 5
MINUTES = 5


class UsedUp(Refusal):
    """It was downloaded as often as was bought."""

    message = _l("This file was already downloaded %(times)s times. Write to the shop if you need it again.")
    status = 410


class Download(TenantOwned, Base):
    """The right of an order to fetch one file so many times."""

    __tablename__ = "download"
    __extra__ = (UniqueConstraint("tenant_id", "line_id", "product_id"), UniqueConstraint("tenant_id", "token"))
    id: Mapped[int] = pk()
    token: Mapped[str] = mapped_column(String(32), default=signing.token)
    order_id: Mapped[int] = ref("order")
    line_id: Mapped[int] = ref("order_line")
    product_id: Mapped[int] = ref("product")
    allowed: Mapped[int] = mapped_column(default=TIMES)
    used: Mapped[int] = mapped_column(default=0)
    opened_at: Mapped[datetime] = mapped_column(default=clock.now)
    last_at: Mapped[datetime | None]

    order: Mapped[Order] = belongs("Download.order_id", "Order")
    product: Mapped[Product] = belongs("Download.product_id", "Product")

    @property
    def left(self) -> int:
        """How many times it can still be fetched."""
        return max(0, self.allowed - self.used)


def open(order: Order) -> None:  # noqa: A001 - downloads.open()
    """Open the files of a paid order, once."""
    known = {(row.line_id, row.product_id) for row in of(order)}
    for line in order.lines:
        for product in _digital(line):
            if (line.id, product.id) not in known:
                db.session.add(Download(order_id=order.id, line_id=line.id, product_id=product.id))
    db.session.flush()


def _digital(line: OrderLine) -> list[Product]:
    parts = {part.variant_id for part in variants.parts(line.product_id)}
    owners = db.session.scalars(select(variants.Variant.product_id).where(variants.Variant.id.in_(parts)))
    ids = {line.product_id, *owners}
    found = db.session.scalars(select(Product).where(Product.id.in_(ids)).execution_options(binned=True))
    return [product for product in found if product.download_id is not None]


def of(order: Order) -> Sequence[Download]:
    """What the order may fetch."""
    return db.session.scalars(select(Download).where(Download.order_id == order.id).order_by(Download.id)).all()


def begun(order: Order) -> bool:
    """Whether anything of it was fetched: that does not come back."""
    return any(row.used for row in of(order))


def by_token(token: str) -> Download:
    """The download that an address names; raises Missing, also while its order is not paid."""
    found = db.session.scalars(select(Download).where(Download.token == token)).one_or_none() if token else None
    if found is None or not found.order.paid or found.order.state in ENDED:
        raise Missing()
    return found


def take(download: Download) -> str:
    """Count one fetch and give a ticket of five minutes; raises UsedUp."""
    step = update(Download).where(Download.id == download.id, Download.used < Download.allowed)
    values = {"used": Download.used + 1, "last_at": clock.now()}
    done = db.session.execute(step.values(values), execution_options={"synchronize_session": False})
    if not done.rowcount:  # type: ignore[attr-defined]
        raise UsedUp(times=download.allowed)
    return signing.make("download", [download.tenant_id, download.id])


def file_of(download: Download, ticket: str) -> files.File:
    """The file that a ticket of this download opens; raises Gone when its five minutes are over."""
    if signing.read("download", ticket, minutes=MINUTES) != [download.tenant_id, download.id]:
        raise Gone(_l("This address has run out. Go back to your order and press the button again."))
    found = db.session.get(files.File, download.product.download_id) if download.product.download_id else None
    if found is None:
        raise Missing()
    return found
