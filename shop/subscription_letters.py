"""The letters of a subscription: the next order is near, a card was not charged, it waits, none could be made."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from kernel import i18n, letters, money, tenancy, web
from kernel.i18n import _
from shop import days, intervals, options, pricing, receipts, subscriptions
from shop.letter_words import quiet
from shop.order_lines import OrderLine
from shop.subscription_rows import Subscription

if TYPE_CHECKING:
    from shop.orders import Order


def soon(parcel: Sequence[Subscription], *, before: date | None = None) -> None:
    """What comes in one order and when (instead of `before`), what it costs, until when it can still be changed."""
    row = parcel[0]
    with i18n.speak(row.language, tenancy.tenant().country):
        names, now = [name(one, row.language) for one in parcel], [costs(one) for one in parcel]
        day = days.told(row.next_on)
        head = _("Your next delivery: %(day)s", day=day)
        if len(parcel) == 1:
            head = _("Your next %(item)s: %(day)s", item=names[0], day=day)
        lead = _charged(parcel, now) if row.card is not None and row.card.kept else _ordered(parcel)
        said = [_put_off(row, before), lead, *map(_price, parcel, now)]
        rows = [(item, f"{one.quantity} × {receipts.shown(unit)}")
                for one, item, unit in zip(parcel, names, now, strict=True)]  # fmt: skip
        _write(row, "soon", head, " ".join(filter(None, said)), rows=[*rows, (_("For"), day)])


def _ordered(parcel: Sequence[Subscription]) -> str:
    """When its order is made, which its buyer pays."""
    made = days.told(subscriptions.made_on(parcel[0]))
    if len(parcel) > 1:
        return _("They come together. We make the order on %(day)s and send you how to pay it; until then you can "
                 "leave one out, change or end any of them.", day=made)  # fmt: skip
    return _(
        "It comes %(every)s. We make the order on %(day)s and send you how to pay it; until then you can leave "
        "it out, change it or end your subscription.",
        every=intervals.said(parcel[0].every), day=made,
    )  # fmt: skip


def _charged(parcel: Sequence[Subscription], now: Sequence[money.Money]) -> str:
    """When its order is made, which a card pays by itself; whether that card is good until then."""
    card, on = parcel[0].card, subscriptions.made_on(parcel[0])
    assert card is not None
    amount = money.total([unit * one.quantity for one, unit in zip(parcel, now, strict=True)], now[0].currency)
    lead = _(
        "On %(day)s we make the order and charge your card %(card)s: about %(amount)s, and what its delivery costs. "
        "Until then you can leave it out, move it, change the card or take it off on the page of your subscription.",
        day=days.told(on), card=card.label, amount=receipts.shown(amount),
    )  # fmt: skip
    if not card.runs_out(on):
        return lead
    old = _("Your card %(card)s has expired by then (%(until)s): change it before.", card=card.label, until=card.until)
    return f"{old} {lead}"


def _put_off(row: Subscription, before: date | None) -> str:
    if before is None or before == row.next_on:
        return ""
    told = {"before": days.told(before), "day": days.told(row.next_on, weekday=True)}
    return _("We cannot on %(before)s: this one comes on %(day)s, the following ones as always.", **told)


def _price(row: Subscription, now: money.Money) -> str:
    """What is said where it costs something else than the last time."""
    if now == row.unit:
        return ""
    told = {"item": name(row, row.language), "now": receipts.shown(now), "before": receipts.shown(row.unit)}
    return _("%(item)s costs %(now)s now; it was %(before)s.", **told)


def paused(row: Subscription) -> None:
    """Two orders were left unpaid: nothing more is made until they say so."""
    with i18n.speak(row.language, tenancy.tenant().country):
        head = _("Your subscription to %(item)s waits for you", item=name(row, row.language))
        lead = _("The last two orders were not paid, so we make no more of them. Let it go on when it suits you.")
        _write(row, "paused", head, lead)


def missed(row: Subscription, why: str) -> None:
    """An order could not be made: the buyer hears that, the shop why."""
    with i18n.speak(row.language, tenancy.tenant().country):
        head = _("We could not make your order of %(item)s", item=name(row, row.language))
        lead = _("Something is missing for the one of %(day)s. The shop knows of it; nothing is charged.",
                 day=days.told(row.next_on))  # fmt: skip
        _write(row, "missed", head, lead)
    shop = tenancy.tenant()
    with i18n.speak(shop.language, shop.country):
        said = {
            "subject": _("The order of %(name)s's subscription could not be made", name=quiet(row.who)),
            "heading": _("An order of a subscription could not be made"),
            "lead": _("%(name)s, %(item)s, for %(day)s: %(why)s", name=quiet(row.who), item=name(row, shop.language),
                      day=days.told(row.next_on), why=why),
            "button_label": _("Open the subscription"), "for_shop": True, "rows": [],
            "button_url": web.admin_url("shop_admin.subscription", token=row.token),
        }  # fmt: skip
    letters.write(
        "mail/subscriptions/turn", to=shop.email, kind="subscriptions.shop", language=shop.language, about=row,
        data=said, reply_to=row.email,
    )  # fmt: skip


def declined(row: Subscription, order: "Order", why: str, *, again: datetime | None) -> None:
    """The card that pays it by itself was not charged: why, how the order is paid now, when it is tried `again`."""
    with i18n.speak(row.language, tenancy.tenant().country):
        told = [_("%(why)s Nothing was charged.", why=why)]
        if order.hold_until:
            until = receipts.until(order.hold_until)
            told.append(_("We keep your order until %(until)s: pay it here, by card or another way.", until=until))
        else:
            told.append(_("Pay it here, by card or another way."))
        if again:
            day = days.told(again.astimezone(ZoneInfo(tenancy.tenant().timezone)).date())
            told.append(_("If you do not, we try the card once more on %(day)s.", day=day))
        head = _("We could not charge your card for %(number)s", number=order.number)
        pay = web.shop_url("shop.pay", token=order.token, language=order.language)
        rows = [(_("To pay"), receipts.shown(order.balance))]
        _write(row, "declined", head, " ".join(told), rows=rows, button=(_("Pay now"), pay))


def _write(
    row: Subscription, kind: str, head: str, lead: str, *, rows: Sequence[tuple[str, str]] = (),
    button: tuple[str, str] | None = None,
) -> None:  # fmt: skip
    if not row.email or letters.silent():
        return
    url = web.shop_url("shop.subscription", token=row.token, language=row.language)
    label, leads = button or (_("See your subscription"), url)
    said: dict[str, Any] = {
        "subject": head, "heading": head, "lead": lead, "rows": [list(one) for one in rows],
        "button_label": label, "button_url": leads,
    }  # fmt: skip
    letters.write(
        "mail/subscriptions/turn", to=row.email, to_name=row.name, kind=f"subscriptions.{kind}", language=row.language,
        data=said, about=row, reply_to=tenancy.tenant().email,
    )  # fmt: skip


def name(row: Subscription | OrderLine, language: str) -> str:
    """What it is called, with what is chosen of it."""
    if row.product is None:  # it is in the bin
        return row.variant.sku if row.variant is not None else ""
    choice = options.label(row.product, row.variant, language)
    own = i18n.pick(row.product.name, language)
    return f"{own} ({choice})" if choice else own


def costs(row: Subscription) -> money.Money:
    """What one costs today; what it did the last time, where the shop has it no more."""
    if row.product is None:
        return row.unit
    return pricing.unit(row.variant, row.quantity, group=row.contact.group if row.contact else "")
