"""A quote as staff fill it in: goods, perhaps at another price, lines in their own words, until when; kept as typed."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from werkzeug.datastructures import MultiDict

from kernel import clock, tenancy
from kernel.i18n import _l
from kernel.money import Money
from kernel.refusal import Refusal
from shop import free_lines, proposals, wants
from shop.forms import amounts, sales, wrong
from shop.forms.sales import Line
from shop.forms.wrong import Wrong
from shop.proposal_rows import Proposal
from shop.wants import Wanted

UNSOLD = {  # these need more than a quote can say
    "voucher": _l("a gift card is not quoted: it is sold at its own value, at the counter or in your shop."),
    "booking": _l("a time is not quoted, for nobody keeps it meanwhile: book it, or offer it as a line of your own."),
    "subscription": _l("a subscription is not quoted: whoever wants it begins it in your shop."),
}
LONGEST, FARTHEST = 3000, 366  # signs of a message; days that it can be good
TEXTS = ("message", "note")


@dataclass
class Free:
    """A line in the shop's own words, as typed."""

    name: str = ""
    quantity: str = "1"
    price: str = ""

    @property
    def empty(self) -> bool:
        """Whether nothing is written."""
        return not self.name and not self.price


@dataclass
class Draft(sales.Draft):
    """The whole form; `own` is another price than the catalogue's, by SKU."""

    own: dict[str, str] = field(default_factory=dict)
    free: list[Free] = field(default_factory=list)

    @property
    def empty(self) -> bool:
        """Whether nothing is offered."""
        return not self.lines and all(one.empty for one in self.free)

    def text(self, name: str) -> str:
        """A long text as it was typed."""
        return str(self.posted.get(name) or "").replace("\r\n", "\n").strip()[:LONGEST]

    def wanted(self) -> list[Wanted]:
        """What is offered; raises Wrong beside everything that is not as it should be."""
        errors: dict[str, str] = {}
        found = [self._goods(place, line, errors) for place, line in enumerate(self.lines, 1)]
        found += [_free(place, one, errors) for place, one in enumerate(self.free, 1) if not one.empty]
        if errors:
            raise Wrong(errors)
        if not found:
            raise Wrong({"q": str(_l("Choose what you offer, or write a line of your own."))})
        return [one for one in found if one is not None]

    def possible(self) -> list[tuple[str, Wanted]]:
        """The same as far as it can be priced now, each with its field's id; nothing is refused or written."""
        found: list[tuple[str, Wanted]] = []
        for place, line in enumerate(self.lines, 1):
            want = self._goods(place, line, {})
            found += [(f"qty-{place}", want)] if want else []
        if behind := free_lines.known():
            for place, one in enumerate(self.free, 1):
                read = _read(place, one, {})
                found += (
                    [(f"free-name-{place}", Wanted(behind, read[0], unit=read[1], called=one.name))] if read else []
                )
        return found

    def _goods(self, place: int, line: Line, errors: dict[str, str]) -> Wanted | None:
        quantity = wrong.tried(errors, f"qty-{place}", wants.quantity, line.quantity)
        unit = _price(errors, f"own-{place}", self.own.get(line.variant.sku, ""), empty=True)
        try:
            wants.texts(line.variant, line.texts)
        except wants.TextMissing as refusal:
            errors[f"text.{line.variant.sku}.{refusal.field}"] = str(refusal)
        return Wanted(line.variant, quantity, line.texts, unit=unit) if quantity else None


def read(posted: Any) -> Draft:
    """What was posted (a MultiDict)."""
    goods = [line for line in sales.lines(posted) if line.variant.product.kind not in UNSOLD]
    own = dict(zip(posted.getlist("sku"), posted.getlist("own"), strict=False))
    names = [" ".join(name.split())[: free_lines.LONGEST] for name in posted.getlist("free_name")[: sales.MOST]]
    typed = zip(names, posted.getlist("free_qty"), posted.getlist("free_price"), strict=False)
    free = [Free(name, quantity.strip()[:9], price.strip()[:24]) for name, quantity, price in typed]
    return Draft([line for line in goods if line.variant.sku != free_lines.SKU], posted, (),
                 {sku: price.strip()[:24] for sku, price in own.items()}, free)  # fmt: skip


def of(row: Proposal) -> MultiDict[str, str]:
    """What stands in a quote, as its form has it."""
    told: MultiDict[str, str] = MultiDict(row.off)
    for line in row.lines:
        price = amounts.typed(line.unit_minor)
        if line.free:
            words = next(iter(line.title.values()), "")
            told.update({"free_name": words, "free_qty": str(line.quantity), "free_price": price})
            continue
        told.update({"sku": line.sku, "qty": str(line.quantity), "own": price if line.own_price else ""})
        told.update({f"text.{line.sku}.{code}": text for code, text in line.asked.items()})
    told.update({f"address_{key}": str(text) for key, text in row.address.items() if key != "country"})
    told.update({
        "person": row.contact.token if row.contact else "", "name": row.name, "reach": row.email or row.phone,
        "company": row.company.token if row.company else "",
        "shipping": row.method.code if row.method else sales.NOW, "ship_own": amounts.typed(row.shipping_own_minor),
        "until": max(row.valid_until, clock.today(tenancy.tenant().timezone)).isoformat(), "message": row.message,
        "note": row.note, "deal": row.deal,
    })  # fmt: skip
    return told


def until(text: str) -> date:
    """The last day; raises Refusal."""
    today = clock.today(tenancy.tenant().timezone)
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise proposals.PastDay() from None
    if found < today:
        raise proposals.PastDay()
    if (found - today).days > FARTHEST:
        raise Refusal(_l("That is too far ahead: a quote is good for a year at most."))
    return found


def shipping(draft: Draft) -> Money | None:
    """The delivery's price that staff wrote; None: the one its method has. Raises Wrong."""
    errors: dict[str, str] = {}
    found = _price(errors, "ship_own", draft.said("ship_own"), empty=True)
    if errors:
        raise Wrong(errors)
    return found


def _free(place: int, one: Free, errors: dict[str, str]) -> Wanted | None:
    found = _read(place, one, errors)
    return free_lines.wanted(one.name, *found) if found else None


def _read(place: int, one: Free, errors: dict[str, str]) -> tuple[int, Money] | None:
    """How many at which price; None when something is wrong."""
    mine: dict[str, str] = {}
    if not one.name:
        mine[f"free-name-{place}"] = str(_l("Write what it is."))
    quantity = wrong.tried(mine, f"free-qty-{place}", wants.quantity, one.quantity)
    price = _price(mine, f"free-price-{place}", one.price)
    errors |= mine
    return None if mine or price is None else (quantity, price)


def _price(errors: dict[str, str], field: str, text: str, *, empty: bool = False) -> Money | None:
    try:
        minor = amounts.price(text, empty=empty)
    except ValueError as error:
        errors[field] = str(error)
        return None
    return None if minor is None else amounts.money_of(minor)
