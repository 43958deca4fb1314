"""What a quote says in words: on its page, on paper and in letters, and where it stands."""

from typing import TYPE_CHECKING, Any

from kernel import address, clock, i18n, money, phones, tenancy
from kernel.i18n import _, _l, pick
from kernel.money import Money
from shop import days, local_times, proposal_prices, receipts, tax_rules
from shop.quotes import Quote

if TYPE_CHECKING:
    from datetime import date

    from shop.proposal_rows import Proposal

STATES = {
    "draft": (_l("Draft"), "off"),
    "sent": (_l("Sent to them"), "wait"),
    "seen": (_l("Seen"), "now"),
    "stuck": (_l("Could not be ordered"), "bad"),
    "ended": (_l("Ended without an answer"), "care"),
    "accepted": (_l("Accepted"), "good"),
    "lapsed": (_l("Its order ended unpaid"), "care"),
    "declined": (_l("Declined"), "bad"),
    "withdrawn": (_l("Withdrawn"), "off"),
}


def state(row: "Proposal") -> tuple[str, str]:
    """Where it stands, in a word and its shape."""
    return _said(*STATES[stands(row)])


def _said(word: object, shape: str) -> tuple[str, str]:
    return str(word), shape


def stands(row: "Proposal") -> str:
    """The word for where it stands, one of STATES."""
    if row.state != "sent":
        return "lapsed" if row.lapsed else row.state
    if row.ended:
        return "ended"
    return "stuck" if row.stuck else "seen" if row.seen_at else "sent"


def told(row: "Proposal") -> dict[str, Any]:
    """Everything to be read, as plain words in the current language."""
    quote, country = proposal_prices.quote(row), tenancy.tenant().country
    return {
        "number": row.number or _("Draft"), "name": row.name, "email": row.email,
        "firm": firm(row), "phone": phones.show(row.phone, country) if row.phone else "", "practice": row.practice,
        "words": row.message.strip().splitlines(), "until": until(row.valid_until), "version": row.version,
        "date": days.full(local_times.day(row.sent_at or clock.now(), tenancy.tenant().timezone)),
        "lines": [_line(one, quote) for one in quote.lines], "sums": sums(quote),
        "discounts": [{"label": pick(one.label), "why": pick(one.why)} for one in quote.savings],
        "taxes": taxes(quote), "total": receipts.shown(quote.total),
        "way": pick(row.method.label) if row.method else "",
        "place": address.lines(row.address, here=country, language=i18n.language()) if row.address else [],
    }  # fmt: skip


def firm(row: "Proposal") -> dict[str, str]:
    """The company for which it is, as its invoice would name it; {} for somebody themselves."""
    if row.company is None:
        return {}
    number = f"{row.company.tax_label} {row.company.tax_number}".strip() if row.company.tax_number else ""
    return {"name": row.company.legal_name or row.company.called, "number": number}


def until(day: "date") -> str:
    """A last day, with its year where it is another one."""
    here = clock.today(tenancy.tenant().timezone)
    return days.told(day, weekday=True) if day.year == here.year else days.full(day)


def _line(line: Any, quote: Quote) -> dict[str, Any]:
    chosen = [f"{pick(one['name'])}: {pick(one['value'])}" for one in line.options]
    return {
        "name": pick(line.name), "quantity": line.quantity, "unit": receipts.shown(line.unit),
        "gross": receipts.shown(line.listed), "chosen": [*chosen, *(f"{name}: {text}" for name, text in
                                                                    line.texts.items())],
    }  # fmt: skip


def sums(quote: Quote) -> list[tuple[str, str]]:
    """What the total consists of, where it is more than its lines: what comes off, the delivery, taxes on top."""
    listed = money.total([line.listed for line in quote.lines], quote.currency)
    rows = [(_("Items"), receipts.shown(listed))]
    rows += [(pick(one.label), receipts.shown(-one.amount)) for one in quote.savings if one.rule.kind != "shipping"]
    if quote.offer is not None:
        back = money.total([one.amount for one in quote.savings if one.rule.kind == "shipping"], quote.currency)
        bare = quote.shipping + back - Money(tax_rules.on_top(quote.shipping_components), quote.currency)
        rows.append((pick(quote.offer.method.label), receipts.shown(bare) if bare else _("Free")))
    rows += [(pick(one.label), receipts.shown(-one.amount)) for one in quote.savings if one.rule.kind == "shipping"]
    rows += [(one["name"], one["tax"]) for one in taxes(quote, included=False)]
    return rows if len(rows) > 1 else []


def taxes(quote: Quote, *, included: bool = True) -> list[dict[str, str]]:
    """The tax inside the prices, or that on top of them, by rate."""
    parts = [part for line in quote.lines for part in line.components] + list(quote.shipping_components)
    return receipts.by_rate([one for one in parts if one.get("included", True) == included], quote.currency)
