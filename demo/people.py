"""The people of the demo shops: contacts as the files tell them, what they like and what they allowed."""

from datetime import timedelta

from crm import birthday_texts, birthdays, chat_consent, consent, contacts, sign_up_asks, tags, tastes
from crm.contacts import Contact
from demo import opening, world
from demo.world import Told
from kernel import clock, tenancy
from kernel.db import db

FIRST_SEEN = timedelta(days=150)


def interests(shop: Told) -> None:
    """Write what the shop's people can like, and what they are asked."""
    asks = shop["tenant"].get("asks", ())
    db.session.add(sign_up_asks.SignUpAsks(birthday="birthday" in asks, whatsapp="whatsapp" in asks))
    for place, told in enumerate(shop["interests"]):
        name = world.spoken(shop, told["label"])
        db.session.add(tastes.Interest(code=told["code"], name=name, position=place))


def meet(shop: Told) -> list[tuple[Contact, Told]]:
    """Write every contact, each with what its file says."""
    return [(_contact(told), told) for told in shop["customers"]]


def _contact(told: Told) -> Contact:
    address = opening.address(told["address"])
    known_for = FIRST_SEEN if not told["orders"] else timedelta(days=told["last_order_days"] + 30 * told["orders"])
    birthday = _birthday(told)  # of the day on which the demo is loaded
    with clock.at(clock.now() - min(known_for, opening.OPEN_SINCE - timedelta(days=5))):
        contact = contacts.known(
            email=told["email"], phone=told["phone"], name=told["name"], language=told["language"],
            country=told["country"], region=address.get("region", ""), city=told["city"], address=address,
            source=told.get("source", "checkout"), vouched=True,
        )  # fmt: skip
        contact.stage = told["stage"]
        tags.keep(contact, told["tags"])
        contact.group = "" if told["group"] == "general" else told["group"]
        consent.record(contact, "marketing", told["consent_email"], form=contact.source)
        if "consent_whatsapp" in told:
            chat_consent.answer(contact, told["consent_whatsapp"], form="checkout")
        tastes.say(contact, told["interests"])
        birthdays.keep(contact, birthday, "demo")
    return contact


def _birthday(told: Told) -> int:
    """As it stands in the file, or so many days after the demo is loaded; most told none."""
    if "birthday_in" in told:
        day = clock.today(tenancy.tenant().timezone) + timedelta(days=told["birthday_in"])
        return birthdays.made(day.day, day.month)
    return birthday_texts.read(told.get("birthday", ""))
