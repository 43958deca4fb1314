"""Pictures of products, in order; the first is the one that lists show."""

from collections.abc import Sequence

from sqlalchemy import UniqueConstraint, select

from kernel.db import Base, Mapped, db, mapped_column, pk, ref, words
from kernel.tenancy import TenantOwned

MOST = 24  # of one product that come at once


class ProductPicture(TenantOwned, Base):
    """A file shown on a product's page, with words for who cannot see it."""

    __tablename__ = "product_picture"
    __extra__ = (UniqueConstraint("tenant_id", "product_id", "file_id"),)
    id: Mapped[int] = pk()
    product_id: Mapped[int] = ref("product")
    file_id: Mapped[int] = ref("file")
    position: Mapped[int] = mapped_column(default=0)
    alt: Mapped[dict[str, str]] = words()


def of(product_id: int) -> Sequence[ProductPicture]:
    """A product's pictures in order."""
    wanted = select(ProductPicture).where(ProductPicture.product_id == product_id)
    return db.session.scalars(wanted.order_by(ProductPicture.position, ProductPicture.id)).all()
