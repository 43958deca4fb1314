"""An order on paper and in letters: everything to be read, as plain words in the current language."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime

from kernel import address, clock, countries, i18n, phones, tenancy
from kernel.i18n import _, pick
from kernel.money import Money
from shop import intervals, order_edits, pay_numbers, plans, presents, reductions, storefront, tax_rules, tender_words

if TYPE_CHECKING:
    from datetime import date, datetime

    from shop.order_discounts import OrderDiscount
    from shop.order_lines import OrderLine
    from shop.orders import Order

LEFT = ("shipped", "delivered")  # what is taken off then came back


def told(order: "Order", *, stranger: Callable[[str], str] = str) -> dict[str, Any]:
    """The order as plain words; `stranger` goes over all that a buyer wrote."""
    gone, edits = taken_off(order), order_edits.of(order)
    return {
        "number": order.number,
        "name": stranger(order.name),
        "email": stranger(order.email),
        "phone": phones.show(order.phone, tenancy.tenant().country) if order.phone else "",
        "tax_id": {name: stranger(str(value)) for name, value in order.tax_id.items()},
        "note": stranger(order.note),
        "by_staff": order.by_staff,
        "gift": presents.told(order, stranger),
        "practice": order.practice,
        "placed": day_and_time(order.placed_at),
        "lines": [_line(line, stranger, gone.get(line.id, 0), edits) for line in order.lines],
        **discounted(order),
        "taxes": taxes(order),
        "total": shown(total(order)),
        "off": _off(order),
        "lowered": bool(order.credited_minor),
        "rest": _rest(order),
        "received": shown(order.received),
        "balance": shown(order.balance),
        "asked": shown(asked(order)),
        "plan": plan(order),
        "paid": order.paid,
        "ended": order.ended,
        "method": tender_words.of(order, shown),
        "pay": to_pay(order),
        "delivery": delivery(order, stranger=stranger),
    }


def taken_off(order: "Order") -> dict[int, int]:
    """How many of each line it no longer costs, by the line's id: they were taken off before it left, or came back."""
    if order.state not in LEFT:
        return {line.id: line.returned for line in order.lines}
    found: dict[int, int] = {}
    for row in reductions.of(order) if order.credited_minor else ():
        for line_id, units in row.units.items():
            found[line_id] = found.get(line_id, 0) + units
    return {line.id: min(line.returned, found.get(line.id, 0)) for line in order.lines}


def total(order: "Order") -> Money:
    """What was bought and is not taken off again costs; what came back or was lowered later is told apart."""
    return order.total - order.money(order_edits.of(order).minor)


def standing(order: "Order") -> list[tuple[str, str]]:
    """What became of its total: what came off it, what was received, and what remains, as its own page says it."""
    if order.asked:  # nothing is to be paid before the shop's answer
        return [(_("Received"), shown(order.received))]
    return [*_off(order), _rest(order)]


def _off(order: "Order") -> list[tuple[str, str]]:
    """What comes off the total: by how much less it costs by now, and what was received; of an ended one what stays."""
    if order.ended:
        came = [(_("Received"), shown(order.received))] if order.received else []
        return [*came, (_("The shop keeps"), shown(order.kept))] if order.kept else came
    lowered = order.credited_minor - order_edits.of(order).minor
    less = [(_("Returned or lowered"), shown(order.money(-lowered)))] if lowered else []
    return less if _settled(order) else [*less, (_("Received"), shown(order.received))]


def _rest(order: "Order") -> tuple[str, str]:
    """What remains after `off`, and what it is called: to be paid, too much, or of an ended order to go back."""
    if order.ended:
        back = order.received - order.kept
        return (_("To be returned"), shown(back)) if order.received else (_("Nothing to pay"), shown(order.received))
    if _settled(order):
        return _("Paid") if order.received_minor else _("Nothing to pay"), shown(order.received)
    beyond = order.balance.minor < 0
    more = _("To be returned") if order.credited_minor else _("Paid too much")
    return (more, shown(-order.balance)) if beyond else (_("Still to be paid"), shown(order.balance))


def _settled(order: "Order") -> bool:
    """Whether all of it came, or nothing had to: then the sum says so, not that nothing is missing."""
    return not order.ended and not order.balance.minor


def shown(amount: Money) -> str:
    """An amount as the shop shows amounts."""
    return amount.format(str(i18n.locale()), cents=None if storefront.of().show_cents else False)


def day(value: "date") -> str:
    """`viernes 24 de noviembre`; of another year `miércoles 13 de enero de 2027`."""
    if value.year == clock.now().year:
        return _day(value)
    spanish = i18n.language() == "es"
    return f"{_day(value)} de {value.year}" if spanish else str(format_date(value, "full", locale=i18n.language()))


def _day(value: "date") -> str:
    pattern = "EEEE d 'de' MMMM" if i18n.language() == "es" else "EEEE d MMMM"
    return str(format_date(value, pattern, locale=i18n.language()))


def day_and_time(value: "datetime") -> str:
    """A moment in the shop's zone: `24 nov 2026, 15:30`."""
    zone = ZoneInfo(tenancy.tenant().timezone)
    return str(format_datetime(value, "d MMM y, HH:mm", tzinfo=zone, locale=i18n.language()))


def until(value: "datetime") -> str:
    """The end of a hold: `viernes 24 de noviembre, 15:30`."""
    local = value.astimezone(ZoneInfo(tenancy.tenant().timezone))
    return f"{_day(local.date())}, {local:%H:%M}"


def discounted(order: "Order") -> dict[str, Any]:
    """What the total consists of, and for each discount why it was given."""
    known, edits = order.discounts, order_edits.of(order)
    names = {line.position: pick(line.name) for line in order.lines}
    given = [
        {"label": one.told, "amount": shown(order.money(-edits.discount(one))), "why": pick(one.why), "code": one.code,
         "lines": [names[place] for place, _part in one.lines if place in names]}
        for one in known
        if edits.discount(one) or not one.amount_minor
    ]  # fmt: skip
    return {"sums": sums(order, known), "discounts": given}


def sums(order: "Order", discounts: "Sequence[OrderDiscount]") -> list[tuple[str, str]]:
    """What the total consists of: goods, what comes off them, the delivery and what comes off that."""
    edits = order_edits.of(order)
    added = sum(tax_rules.on_top(edits.components(line)) for line in order.lines)
    off = {one: edits.discount(one) for one in discounts}
    gone = sum(one.amount_minor - left for one, left in off.items())
    goods = order.items_minor - edits.minor + order.discount_minor - gone - added
    rows = [(_("Items"), shown(order.money(goods)))]
    rows += [(one.told, shown(order.money(-left))) for one, left in off.items() if one.kind != "shipping" and left]
    if order.delivery_kind != "none":
        saved = sum(one.amount_minor for one in discounts if one.kind == "shipping")
        cost = order.money(order.shipping_minor + saved - tax_rules.on_top(order.shipping_components))
        rows.append(
            (_("Delivery") if order.delivery_kind == "delivery" else _("Pick-up"), shown(cost) if cost else _("Free"))
        )
    rows += [(one.told, shown(-one.amount)) for one in discounts if one.kind == "shipping"]
    return rows + [(one["name"], one["tax"]) for one in taxes(order, included=False)]


def taxes(order: "Order", *, included: bool = True) -> list[dict[str, str]]:
    """The tax inside the shop's prices, or that on top of them, by rate."""
    edits = order_edits.of(order)
    parts = [part for line in order.lines for part in edits.components(line)] + list(order.shipping_components)
    return by_rate([one for one in parts if one.get("included", True) == included], order.currency)


def by_rate(parts: Sequence[Mapping[str, Any]], currency: str) -> list[dict[str, str]]:
    """Components of taxes, those of one rate together."""
    sum_of: dict[tuple[str, str, int], list[int]] = {}
    for part in parts:
        known = sum_of.setdefault((part["code"], part["name"], part["rate_bp"]), [0, 0])
        known[0] += part["net_minor"]
        known[1] += part["tax_minor"]
    return [
        {"name": rated(pick(name), rate), "net": shown(Money(net, currency)), "tax": shown(Money(tax, currency))}
        for (_code, name, rate), (net, tax) in sum_of.items()
        if tax
    ]


def rated(name: str, rate: int) -> str:
    """A tax's name with its rate, once."""
    return name if "%" in name else f"{name} {rate / 100:g} %"


def _line(line: "OrderLine", stranger: Callable[[str], str], gone: int, edits: "order_edits.Edits") -> dict[str, Any]:
    taken, none = edits.units.get(line.id, 0), edits.all_of(line)
    options = [f"{pick(option['name'])}: {pick(option['value'])}" for option in line.options]
    said = str if line.booking_id else stranger  # a booking's words are our own
    return {
        "name": pick(line.name),
        "sku": line.sku,
        "chosen": [
            *options,
            *(f"{label}: {said(text)}" for label, text in line.texts.items()),
            *([intervals.promise(line.every)] if line.every else []),
        ],
        "quantity": line.quantity if none else line.quantity - taken,
        "left": line.quantity - gone,
        "none": none,  # all of it went: it stands apart and is in no sum
        "off": edits.words(line, gone),
        "unit": shown(line.unit),
        "gross": "" if none else shown(Money(edits.listed(line), line.currency)),
        "day": day(line.day) if line.day and line.booking_id is None else "",  # a booking says its time itself
    }


def to_pay(order: "Order") -> dict[str, Any]:
    """How to pay what is asked for by transfer: the exact amount, the code, the accounts.

    {} when nothing is asked for, or while the shop looks at a proof: nobody shall pay twice.
    """
    payment = order.payments[-1] if order.payments else None
    if payment is None or payment.kind != "transfer" or not payment.asked or order.payment == "proof":
        return {}
    method = payment.method
    return {
        "amount": shown(payment.asked),
        "plain": _plain(payment.asked),
        "code": order.number,
        "accounts": pay_numbers.told(method),
        "instructions": pick(method.instructions),
        "until": until(order.hold_until) if order.hold_until else "",
    }


def _plain(amount: Money) -> str:
    exact = amount.decimal
    return str(int(exact)) if exact == exact.to_integral_value() else str(exact)


def asked(order: "Order") -> Money:
    """What the buyer is asked for at this moment: the payment that waits, else what the plan wants now."""
    waiting = order.payments[-1].asked if order.payments else order.money(0)
    return waiting or plans.due_now(order)


def plan(order: "Order") -> dict[str, Any]:
    """In which parts it is paid: each with its day and where it stands; {} when all is paid at once."""
    rows = plans.parts(order)
    if not rows or order.state in plans.ENDED:
        return {}
    today, after = plans.today(), plans.coming(order)
    return {
        "name": str(plans.NAMES[order.plan]),
        "parts": [
            {"day": due_day(part.on, part.position), "amount": shown(part.amount), "left": shown(part.left),
             "begun": bool(part.paid), "position": part.position,
             "state": "later" if order.asked else part.state(today)}
            for part in rows
        ],
        "now": shown(plans.due_now(order)), "is_due": bool(plans.due_now(order)),
        "next": f"{shown(after.left)}, {due_day(after.on, after.position)}" if after else "",
    }  # fmt: skip


def due_day(on: "date | None", position: int = 1) -> str:
    """When a part is paid: a day, or when the goods are handed over."""
    if on is None:
        return _("when you receive it") if position else _("now")
    return day(on)


def delivery(order: "Order", *, stranger: Callable[[str], str] = str) -> dict[str, Any]:
    """How and when it reaches the buyer."""
    when = day(order.delivery_day) if order.delivery_day else ""
    fetched = order.delivery_kind == "pickup"
    return {
        "kind": order.delivery_kind,
        "label": pick(order.delivery_label),
        "when": ", ".join(filter(None, (when, order.delivery_slot.replace("-", "–")))),
        "address": [] if fetched else [stranger(part) for part in place(order)],
        "pickup": shop_address() if fetched else [],
    }


def place(order: "Order") -> list[str]:
    """Where it goes, line by line."""
    return address.lines(order.address, here=tenancy.tenant().country, language=i18n.language())


def shop_address() -> list[str]:
    """Where the shop is, line by line."""
    own = {name: str(value) for name, value in storefront.of().address.items() if value and name not in {"lat", "lon"}}
    return address.lines(own, here=tenancy.tenant().country, language=i18n.language())


def paper_size(country: str) -> str:
    """The paper that printers of that country hold."""
    return countries.profile(country).paper
