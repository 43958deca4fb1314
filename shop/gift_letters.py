"""Letters of gift cards: to who bought them, and to whom one is given, on its day; the code is behind the button."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

from babel.dates import format_date

from kernel import clock, i18n, jobs, letters, memberships, signing, tenancy, web
from kernel.db import db
from kernel.i18n import _, _l
from kernel.refusal import Refusal
from shop import days, receipts
from shop.gift_cards import GiftCard
from shop.letter_words import quiet
from shop.orders import Order

HOUR = time(9)  # when a card is sent on its day, where the shop is


def address(card: GiftCard) -> str:
    """The card's own page: who has this address has the card."""
    return web.shop_url("shop.gift_card", secret=secret(card), language=card.language)


def secret(card: GiftCard) -> str:
    """What names the card in that address; signed, so that nothing in the database opens it."""
    return signing.make("gift-card", [card.tenant_id, card.id])


def by_secret(token: str) -> GiftCard | None:
    """The card of such an address."""
    told = signing.read("gift-card", token, minutes=None)
    if not told or told[0] != tenancy.current():
        return None
    return db.session.get(GiftCard, told[1])


def plan(card: GiftCard) -> None:
    """Have the card sent to whom it is given, now or on its day."""
    if card.email and not letters.silent():
        zone = ZoneInfo(tenancy.tenant().timezone)
        at = datetime.combine(card.send_on, HOUR, zone) if card.send_on else clock.now()
        jobs.later("gift_cards.send", card.id, at=max(at, clock.now() + letters.rest()), key=str(card.id))


@jobs.job("gift_cards.send")
def send(card_id: int) -> None:
    """Write to whom it is given, once."""
    card = db.session.get(GiftCard, card_id, with_for_update=True)
    if card is None or card.sent_at is not None or not card.email or card.state != "live":
        return
    card.sent_at = clock.now()
    with i18n.speak(card.language, tenancy.tenant().country):
        data = told(card) | _gift(card)
    _write(card, "gift_cards.given", data, to=card.email, to_name=card.recipient)
    if card.haystack == card.last4.lower():  # its buyer was forgotten meanwhile
        card.recipient = card.email = ""


def again(card: GiftCard) -> None:
    """Write to whom it is given once more, as staff ask for it."""
    if not card.email or card.state != "live":
        raise Refusal(_l("Only a card with a balance and an e-mail can be sent."))
    card.sent_at = None
    db.session.flush()
    send(card.id)


def _gift(card: GiftCard) -> dict[str, str]:
    shop, name = tenancy.tenant().name, quiet(card.recipient)
    said = {"giver": quiet(card.giver) or shop, "amount": receipts.shown(card.balance), "shop": shop}
    return {
        "subject": _("%(giver)s sends you a gift card", giver=said["giver"]),
        "heading": _("A gift for you, %(name)s", name=name) if name else _("A gift for you"),
        "lead": _("%(giver)s gives you %(amount)s to spend at %(shop)s.", **said),
        "button_label": _("Open my gift card"),
        "button_url": address(card),
    }


def tell_buyer(order: Order, cards: list[GiftCard]) -> None:
    """Tell who paid that the cards are there, to print or to hand on."""
    if not cards or not order.email or letters.silent():
        return
    with i18n.speak(order.language, tenancy.tenant().country):
        data = told(cards[0]) | {
            "message": "",
            "subject": _("Your gift card is ready (%(number)s)", number=order.number),
            "heading": _("Your gift card is ready"),
            "lead": _lead(cards),
            "button_label": _("See, print or share it"),
            "button_url": web.shop_url("shop.order", token=order.token, language=order.language) + "#gift-cards",
        }
    _write(cards[0], "gift_cards.ready", data, to=order.email, to_name=order.name)


def _lead(cards: list[GiftCard]) -> str:
    sent = [card for card in cards if card.email]
    if not sent:
        return _("Print it, or send its link to whom you give it.")
    day = sent[0].send_on
    if day and day > clock.today(tenancy.tenant().timezone):
        return _("We send it to %(email)s on %(day)s. You can also print it.", email=quiet(sent[0].email),
                 day=days.told(day))  # fmt: skip
    return _("We send it to %(email)s now. You can also print it.", email=quiet(sent[0].email))


def told(card: GiftCard) -> dict[str, str]:
    """A card in words, without its code."""
    return {
        "amount": receipts.shown(card.face), "balance": receipts.shown(card.balance), "message": quiet(card.message),
        "giver": quiet(card.giver), "recipient": quiet(card.recipient), "until": until(card), "last4": card.last4,
    }  # fmt: skip


def day(card: GiftCard) -> str:
    """The day on which it is sent, while that is to come."""
    waits = card.send_on and card.sent_at is None and card.send_on > clock.today(tenancy.tenant().timezone)
    return days.told(card.send_on, weekday=True) if waits else ""


def until(card: GiftCard) -> str:
    """Until when it is good, in a sentence."""
    if card.expires_on is None:
        return _("It does not expire.")
    day = format_date(card.expires_on, "long", locale=i18n.locale())
    return _("Good until %(day)s.", day=day)


def _write(card: GiftCard, kind: str, data: dict[str, str], *, to: str, to_name: str) -> None:
    tenant = tenancy.tenant()
    letters.write(
        "mail/gift_cards/card", to=to, kind=kind, language=card.language, about=card, to_name=to_name,
        reply_to=tenant.email, private=memberships.owner_confirmed(tenant.id), data=data,
    )  # fmt: skip
