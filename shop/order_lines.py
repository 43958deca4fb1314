"""The lines of an order: what was bought, as it was called and priced on that day."""

from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import CheckConstraint, String

from kernel.db import Base, Mapped, belongs, mapped_column, pk, ref, words
from kernel.i18n import pick
from kernel.money import Money
from kernel.tenancy import TenantOwned
from shop import tax_rules

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shop.catalog import Product
    from shop.orders import Order
    from shop.quotes import QuoteLine
    from shop.variants import Variant


class OrderLine(TenantOwned, Base):
    """One line; its amounts were rounded once and are never computed again."""

    __tablename__ = "order_line"
    __extra__ = (
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint("gross_minor = net_minor + tax_minor", name="gross"),
        CheckConstraint("gross_minor >= 0", name="positive"),
        CheckConstraint("returned >= 0 AND returned <= quantity", name="returned"),
    )
    id: Mapped[int] = pk()
    order_id: Mapped[int] = ref("order")
    variant_id: Mapped[int] = ref("variant")
    product_id: Mapped[int] = ref("product")
    position: Mapped[int] = mapped_column(default=0)
    sku: Mapped[str] = mapped_column(String(64))
    name: Mapped[dict[str, str]] = words()
    options: Mapped[list[dict[str, Any]]] = mapped_column(default=list)  # [{"name": Words, "value": Words}]
    texts: Mapped[dict[str, str]] = mapped_column(default=dict)  # {"dedicatoria": "Feliz cumpleaños"}
    voucher: Mapped[dict[str, Any]] = mapped_column(default=dict)  # {months, to?, email?, message?, on?}
    currency: Mapped[str] = mapped_column(String(3))
    unit_minor: Mapped[int]
    quantity: Mapped[int]
    returned: Mapped[int] = mapped_column(default=0)  # how many came back, or are about to
    discount_minor: Mapped[int] = mapped_column(default=0)
    net_minor: Mapped[int]
    tax_minor: Mapped[int]
    gross_minor: Mapped[int]
    tax_components: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    day: Mapped[date | None]
    booking_id: Mapped[int | None] = ref("booking")
    every: Mapped[str] = mapped_column(String(4), default="")  # how often it comes, where it is subscribed to
    digital: Mapped[bool] = mapped_column(default=False)
    weight_g: Mapped[int] = mapped_column(default=0)

    variant: Mapped["Variant"] = belongs("OrderLine.variant_id", "Variant")
    product: Mapped["Product"] = belongs("OrderLine.product_id", "Product")

    @property
    def left(self) -> int:
        """How many of it the buyer has or gets: those that were taken off or came back are gone."""
        return self.quantity - self.returned

    @property
    def unit(self) -> Money:
        """The price of one."""
        return Money(self.unit_minor, self.currency)

    @property
    def gross(self) -> Money:
        """What the line costs, tax inside, after its discount."""
        return Money(self.gross_minor, self.currency)

    @property
    def listed(self) -> Money:
        """What the line would cost without its discount, as the shop shows prices."""
        return Money(self.gross_minor + self.discount_minor - tax_rules.on_top(self.tax_components), self.currency)

    @property
    def chosen(self) -> list[str]:
        """What was chosen and written for it, to read: `Molienda: grano entero`."""
        options = [f"{pick(option['name'])}: {pick(option['value'])}" for option in self.options]
        return [*options, *(f"{label}: {text}" for label, text in self.texts.items())]


def there(lines: "Sequence[OrderLine]") -> "list[tuple[int, OrderLine]]":
    """What a short list says of an order: how many are left of which line; what it was, where nothing is left of it."""
    return [(line.left, line) for line in lines if line.left] or [(line.quantity, line) for line in lines]


def made(order: "Order", line: "QuoteLine", place: int) -> OrderLine:
    """What was asked for as a line of its order, in that place of it; not written yet."""
    return OrderLine(
        order_id=order.id, position=place, variant_id=line.variant_id, product_id=line.product_id, sku=line.sku,
        name=dict(line.name), options=list(line.options), texts=dict(line.texts),
        voucher=dict(line.voucher), currency=order.currency,
        unit_minor=line.unit.minor, quantity=line.quantity, discount_minor=line.discount.minor,
        net_minor=line.net.minor, tax_minor=line.tax.minor, gross_minor=line.gross.minor,
        tax_components=list(line.components), day=line.day, digital=line.digital, weight_g=line.weight_g,
        booking_id=line.booking_id, every=line.every,
    )  # fmt: skip
