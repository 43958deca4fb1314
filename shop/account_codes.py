"""The accounts that a shop's books use: simple codes to begin with, each of which its owner may change."""

from dataclasses import dataclass
from typing import Any

from kernel.i18n import _, _l, pick
from shop import invoicing, payment_methods, taxes

NAMES: dict[str, Any] = {
    "receivable": _l("Customers"), "advances": _l("Customer advances"), "cash": _l("Cash"), "bank": _l("Bank"),
    "card": _l("Cards to be settled"), "gift_cards": _l("Gift cards and store credit owed"),
    "tax": _l("Tax payable"), "sales": _l("Sales"),
    "exempt": _l("Exempt sales"), "delivery": _l("Delivery charged"), "discounts": _l("Discounts given"),
    "returns": _l("Returns and credit notes"), "charges": _l("Service charges collected"),
    "courtesies": _l("Gift cards and store credit given away"), "lapsed": _l("Balances that ended unused"),
    "over_short": _l("Cash over and short"), "expenses": _l("Expenses paid in cash"),
    "owner": _l("Owner's account"), "unclear": _l("Cash to be clarified"),
}  # fmt: skip
USUAL = {
    "cash": "1101", "bank": "1102", "card": "1103", "receivable": "1201", "tax": "2101", "charges": "2102",
    "gift_cards": "2201", "advances": "2202", "lapsed": "4301", "courtesies": "5101", "over_short": "5102",
    "expenses": "5103", "owner": "3101", "unclear": "1109",
    "sales": "4101", "exempt": "4102", "delivery": "4103", "discounts": "4201", "returns": "4202",
}  # fmt: skip
INCOME = frozenset({"sales", "exempt", "delivery", "discounts", "returns"})  # what was sold, less what was given back
OF_KIND = {
    "on_delivery": "cash", "on_pickup": "cash", "counter": "cash", "card": "card", "practice": "card",
    "gift_card": "gift_cards", "store_credit": "gift_cards",
}  # fmt: skip
OF_CODE = {  # SINPE Móvil and the like arrive at the bank, not in the drawer
    "counter-cash": "cash", "counter-transfer": "bank", "counter-instant": "bank", "counter-card": "card",
}  # fmt: skip


@dataclass(frozen=True)
class Account:
    """A code of the books and what it is called; `key` is whose it is, whatever code an accountant gave it."""

    code: str
    name: str
    key: str


class Chart:
    """The accounts of the current tenant, read once."""

    def __init__(self) -> None:
        self.own = dict(invoicing.of().accounts)

    def of(self, key: str, part: str = "") -> Account:
        """The account of `key`, or the one that was given to a part of it: `sales`, `iva13`."""
        code = (self.own.get(f"{key}:{part}") if part else None) or self.own.get(key) or USUAL[key]
        return Account(code, str(NAMES[key]), key)

    def paid_by(self, kind: str, method: str) -> Account:
        """Where money of that method arrives."""
        return self.of(OF_CODE.get(method) or OF_KIND.get(kind, "bank"), method)


def every() -> list[tuple[str, str, str]]:
    """Everything that can have an account: (key, what it is called, its usual code)."""
    chart = Chart()
    plain = [(key, str(NAMES[key]), USUAL[key]) for key in USUAL]
    known = [(pick(row.label), row) for row in payment_methods.every()]
    known += [(_("Counter: %(name)s", name=pick(row.label)), row) for row in payment_methods.counter()
              if row.code != payment_methods.LATER]  # fmt: skip
    ways = [(f"{chart_key(row)}:{row.code}", label, chart.paid_by(row.kind, row.code).code) for label, row in known]
    rates = [(f"{key}:{rate.code}", f"{NAMES[key]}: {pick(rate.name)}", chart.of(key).code)
             for key in ("sales", "tax") for rate in taxes.rates() if rate.rate_bp]  # fmt: skip
    return [*plain, *ways, *rates]


def chart_key(method: Any) -> str:
    """The key below which a payment method may have an account of its own."""
    return OF_CODE.get(method.code) or OF_KIND.get(method.kind, "bank")


def keep(codes: dict[str, str]) -> None:
    """Keep what differs from the usual codes."""
    usual = {key: code for key, _label, code in every()}
    row = invoicing.kept()
    mine = {key: codes[key].strip() for key in usual if codes.get(key, "").strip()}
    row.accounts = {key: code for key, code in mine.items() if USUAL.get(key) != code}
