"""What a test's shop sells and to whom: products, ways to deliver and pay, carts and orders, each in one word."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from crm import contacts
from crm.contacts import Contact
from kernel import clock, tenancy
from kernel.db import db
from kernel.folding import fold
from shop import cart as carts
from shop import catalog, checkout, ledger, payments, quotes, stock
from shop.cart import Cart
from shop.catalog import Category, Product, Variant
from shop.orders import Order
from shop.payment_methods import PaymentMethod
from shop.quotes import Choice, Details
from shop.shipping import DeliveryMethod
from shop.taxes import TaxRate
from shop.zones import Zone

HOME = {"country": "CR", "region": "San José", "city": "Escazú", "district": "San Rafael", "line1": "100 m sur"}


def only(product: Product) -> Variant:
    """The product's first variant."""
    return db.session.scalars(select(Variant).where(Variant.product_id == product.id).order_by(Variant.id)).all()[0]


def _slug(name: str) -> str:
    return fold(name).replace(" ", "-")


class Goods:
    """The part of a test's world that is for sale; every word commits."""

    def category(self, name: str = "Café", **values: Any) -> Category:
        """A shelf."""
        return self._kept(Category(slug=_slug(name), name={"es": name}, **values))

    def product(
        self, name: str = "Café Uno", *, price: int = 2_500_00, stock: int | None = 10, **values: Any
    ) -> Product:
        """A live product; `stock=None` is without limit, `daily=n` per day, `options={"molienda": ["grano"]}`."""
        options, daily = values.pop("options", {}), values.pop("daily", None)
        slug = values.pop("slug", _slug(name))
        values.setdefault("currency", tenancy.tenant().currency)
        row = Product(slug=slug, sku=slug.upper()[:60], name={"es": name}, price_minor=price, **values)
        row.options = [
            {"code": code, "name": {"es": code.capitalize()}, "values": [{"code": v, "name": {"es": v}} for v in of]}
            for code, of in options.items()
        ]
        db.session.add(row)
        db.session.flush()
        choices: list[dict[str, str]] = [{}]
        for code, known in options.items():
            choices = [{**chosen, code: value} for chosen in choices for value in known]
        for place, chosen in enumerate(choices):
            self._variant(row, chosen, place, stock=stock, daily=daily)
        db.session.flush()
        catalog.publish(row)
        db.session.commit()
        return row

    def _variant(self, product: Product, options: dict[str, str], place: int, **kept: int | None) -> None:
        kind = "daily" if kept["daily"] is not None else "unlimited" if kept["stock"] is None else "onhand"
        sku = "-".join([product.sku, *(value.upper() for value in options.values())])
        row = Variant(product_id=product.id, sku=sku, options=options, position=place, stock_kind=kind)
        row.daily_capacity = kept["daily"]
        db.session.add(row)
        db.session.flush()
        if kind == "onhand" and kept["stock"]:
            stock.adjust(row, on_hand=kept["stock"], reason="received")

    def transfer(self, code: str = "transfer", **values: Any) -> PaymentMethod:
        """A way to pay by transfer, once."""
        known = db.session.scalars(select(PaymentMethod).where(PaymentMethod.code == code)).one_or_none()
        label = {"es": "Transferencia", "en": "Transfer"}
        account = [{"label": "IBAN", "value": "CR05 0000 0000 0000 0000 00"}]
        told = {"label": label, "account": account, "hold_hours": 48, **values}
        return self._kept(known or PaymentMethod(code=code, kind="transfer"), **told)

    def on_delivery(self, code: str = "on-delivery", **values: Any) -> PaymentMethod:
        """Paying the courier."""
        return self._kept(PaymentMethod(code=code, kind="on_delivery", label={"es": "Contra entrega"}, **values))

    def pickup(self, code: str = "retiro", **values: Any) -> DeliveryMethod:
        """The way to pick up that every new shop has, with values of the test's own."""
        known = db.session.scalars(select(DeliveryMethod).where(DeliveryMethod.code == code)).one_or_none()
        return self._kept(known or DeliveryMethod(code=code, kind="pickup", label={"es": "Retiro"}), **values)

    def delivery(self, code: str = "envio", *, price: int = 2_000_00, **values: Any) -> DeliveryMethod:
        """A way to deliver."""
        row = DeliveryMethod(code=code, label={"es": "Envío"}, price_minor=price, eta_days=[1, 3])
        return self._kept(row, **values)

    def zone(self, code: str = "gam", *regions: str) -> Zone:
        """A part of the country."""
        return self._kept(Zone(code=code, name={"es": code}, country="CR", regions=list(regions)))

    def tax(self, code: str = "iva", rate_bp: int = 1300, **values: Any) -> TaxRate:
        """A rate; the default one unless said otherwise."""
        for known in db.session.scalars(select(TaxRate)):
            known.is_default = False
        return self._kept(TaxRate(code=code, name=code.upper(), rate_bp=rate_bp, **{"is_default": True, **values}))

    def contact(self, email: str = "ana@example.com", **values: Any) -> Contact:
        """Somebody whom the shop knows."""
        row = contacts.known(email=email, **{"name": "Ana Mora", **values})
        db.session.commit()
        return row

    def cart(self, product: Product | Variant, quantity: int = 1, texts: dict[str, str] | None = None) -> Cart:
        """A browser's cart with that in it; `.secret` is its cookie."""
        row, secret = carts.begin()
        carts.add(row, product if isinstance(product, Variant) else only(product), quantity, texts=texts)
        db.session.commit()
        row.secret = secret  # type: ignore[attr-defined]
        return row

    def choice(self, product: Product | Variant | None = None, code: str = "retiro") -> Choice:
        """Picking it up, on the first free day when one must be chosen."""
        variant = only(product) if isinstance(product, Product) else product
        basket = quotes.price([quotes.Wanted(variant, 1)]) if variant else None
        offers = basket.offers(HOME) if basket else []
        offer = next((one for one in offers if one.code == code), None)
        address = {} if offer is None or offer.method.is_pickup else HOME
        if offer is None or not offer.asks_day:
            return Choice(shipping=code if offer or not basket else "", address=address)
        day = next(known for known in offer.days if known.open)
        slot = next(known.code for known in day.slots if known.open)
        return Choice(shipping=code, day=day.day, slot=slot, address=address)

    def details(self, payment: str = "transfer", **values: Any) -> Details:
        """What a buyer says of themselves."""
        told = {"email": "ana@example.com", "name": "Ana Mora", "phone": "+50688887777", "language": "es", **values}
        return Details(payment=payment, **told)

    def bought(self, product: Product | Variant, quantity: int = 1, *, payment: str = "transfer", **how: Any) -> Order:
        """An order placed as the checkout places it; `paid=True` pays it, `shipping=` another way than pick-up."""
        paid, code = how.pop("paid", False), how.pop("shipping", "retiro")
        if payment == "transfer":
            self.transfer()
        cart = self.cart(product, quantity, how.pop("texts", None))
        choice = how.pop("choice", None) or self.choice(product, code)
        details = self.details(payment, address=dict(choice.address), **how)
        order = checkout.place(cart, choice, details, key=f"test-{cart.id}")
        if paid:
            self.pay(order)
        db.session.commit()
        return order

    def pay(self, order: Order, amount: int | None = None) -> ledger.LedgerEntry | None:
        """Money came."""
        key = f"test:{order.id}:{clock.now().timestamp()}"
        entry = payments.settle(payments.current(order), key=key, amount=order.money(amount) if amount else None)
        db.session.commit()
        return entry

    def late(self, order: Order) -> None:
        """The order's hold is over."""
        order.hold_until = clock.now() - timedelta(minutes=1)
        db.session.commit()

    def _kept(self, row: Any, **values: Any) -> Any:
        for name, value in values.items():
            setattr(row, name, value)
        db.session.add(row)
        db.session.commit()
        return row
