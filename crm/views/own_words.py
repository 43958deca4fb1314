"""A person's copy in words: what each field is called, and its moments, amounts and codes as one reads them."""

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from babel.dates import format_date

from crm import birthday_texts, birthdays, deal_stages, facts, tastes
from kernel import address, i18n, phones, tenancy
from kernel.i18n import _, _l, pick
from kernel.instants import told as moment
from kernel.money import Money

NAMES = {
    "name": _l("Name"), "email": _l("E-mail"), "phone": _l("Phone"), "language": _l("Language"),
    "country": _l("Country"), "region": _l("Region"), "city": _l("City"), "address": _l("Address"),
    "birthday": _l("Birthday"), "gift": _l("Gift"), "words": _l("What you wrote"), "prices": _l("With prices"),
    "tax_id": _l("Tax id"), "group": _l("Group"), "stage": _l("Stage"), "tags": _l("Tags"), "source": _l("From where"),
    "note": _l("Note"), "since": _l("Since"), "known_by": _l("From where we know it"), "purpose": _l("For what"),
    "given": _l("Allowed"), "at": _l("When"), "form": _l("From where"), "ip": _l("Internet address"),
    "text_version": _l("Version of the text"), "kind": _l("What"), "amount": _l("Amount"), "code": _l("What"),
    "weight": _l("How much"), "origin": _l("How we know it"), "subject": _l("Subject"), "to": _l("To"),
    "number": _l("Number"), "fiscal": _l("For the invoice"), "total": _l("Total"), "state": _l("State"),
    "plan": _l("How it is paid"), "received": _l("Received"), "parts": _l("Parts"), "due_on": _l("Due on"),
    "paid": _l("Paid"), "lines": _l("Products"), "quantity": _l("Quantity"), "texts": _l("What you wrote"),
    "bookings": _l("Bookings"), "starts_at": _l("From"), "ends_at": _l("Until"), "places": _l("Places"),
    "answers": _l("Answers"), "timezone": _l("Time zone"), "variant": _l("Article"), "reason": _l("Reason"),
    "sent_at": _l("Sent"), "said": _l("What it said"), "events": _l("What happened"), "verdict": _l("Who did it"),
    "program": _l("Program"), "automation": _l("Number"), "buyer": _l("Buyer"), "net": _l("Without tax"),
    "tax": _l("Tax"), "gross": _l("Total"), "last4": _l("Last signs"), "recipient": _l("For whom"),
    "message": _l("Message"), "from": _l("From whom"), "issued_at": _l("Issued"), "face": _l("Worth"),
    "balance": _l("Balance"), "taxes": _l("Taxes"), "until": _l("Until"), "product": _l("Product"),
    "because_you": _l("Because you"), "what": _l("Product"), "file": _l("File"),
    "question": _l("Question"), "answer": _l("Answer"), "pictures": _l("Pictures"), "picture": _l("Picture"),
    "others": _l("Others who are somebody else"), "to_do": _l("To do"), "field": _l("Field"), "value": _l("Value"),
    "company": _l("Company"), "role": _l("What you do there"),
}  # fmt: skip
WAYS = {
    "staff": _l("the shop"), "checkout": _l("your order"), "counter": _l("the counter"), "account": _l("your account"),
    "subscribe": _l("the sign-up form"), "contact": _l("the contact form"), "preferences": _l("your preferences"),
    "import": _l("a file"), "merge": _l("the same person, kept twice"), "letter": _l("a letter"),
    "stock": _l("asking for something that is sold out"), "question": _l("a question about a product"),
    "time": _l("asking for a time that is full"),
}  # fmt: skip
VALUES: Mapping[str, Mapping[str, Any]] = {
    "source": WAYS, "form": WAYS,
    "purpose": {"marketing": _l("news and offers"), "whatsapp": _l("news by WhatsApp"),
                "behaviour": _l("remembering what you look at")},
    "because_you": {"bought": _l("bought this"), "seen": _l("looked at this"), "like": _l("like this")},
    "verdict": {"human": _l("a person"), "machine": _l("a machine"), "unknown": _l("not certain")},
    "origin": {"said": _l("you said it"), "inferred": _l("from what you did")},
    "plan": {"full": _l("all at once"), "deposit": _l("deposit"), "instalments": _l("in instalments")},
    "kind": {
        "invoice": _l("Invoice"), "credit_note": _l("Credit note"), "issue": _l("Issued"), "refund": _l("Money back"),
        "spend": _l("Spent"), "return": _l("Came back"), "adjust": _l("Changed by the shop"), "void": _l("Cancelled"),
        "expire": _l("Expired"), "delivered": _l("Delivered"), "opened": _l("Opened"), "clicked": _l("Link followed"),
    },
    "state": {
        "placed": _l("Placed"), "preparing": _l("In preparation"), "ready": _l("Ready for pick-up"),
        "shipped": _l("On its way"), "delivered": _l("Delivered"), "cancelled": _l("Cancelled"),
        "expired": _l("Expired"), "held": _l("Held"), "booked": _l("Booked"), "came": _l("Arrived"),
        "missed": _l("Did not come"), "pending": _l("Waiting"), "waiting": _l("Waiting"), "sent": _l("Sent"),
        "skipped": _l("Not sent"), "failed": _l("Failed"), "done": _l("Done"), "stopped": _l("Stopped"),
        **deal_stages.STAGES,
    },
}  # fmt: skip
BARE = frozenset({"source", "at"})  # these say themselves what they are
MOMENT, DAY = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d"), re.compile(r"\d{4}-\d\d-\d\d$")
NOTHING: tuple[Any, ...] = ("", None, [], {})


def lines(part: Any) -> list[str]:
    """A part of the copy as lines that one can read: `Name: Ana Mora`; what is empty is left out."""
    if isinstance(part, dict):
        return list(_pairs(part))
    return [line for one in part if (line := " · ".join(_pairs(one)) if isinstance(one, dict) else str(one))]


def _pairs(row: Mapping[str, Any]) -> Iterator[str]:
    currency = row.get("currency")
    for key, value in row.items():
        name = key.removesuffix("_minor")
        if value in NOTHING or key == "currency" or (key != name and not currency) or _is_file(value):
            continue
        told = (
            Money(value, currency).format(str(i18n.locale()), cents=False)
            if key != name and currency
            else _told(key, value, row)
        )
        yield told if key in BARE else f"{called(name)}: {told}"


def _is_file(value: Any) -> bool:
    """Whether it is a file within the copy: for programs, nobody reads it."""
    return isinstance(value, str) and value.startswith("data:")


def called(name: str) -> str:
    """What a field is called; one that somebody named themselves is called as they did."""
    return _word("code", name[2:]) if name.startswith("t:") else str(NAMES.get(name, name))


def _told(key: str, value: Any, row: Mapping[str, Any]) -> str:
    if key == "address" and "at" not in value:  # else it is told from where it is known
        return ", ".join(address.lines(value, here=tenancy.tenant().country, language=i18n.language()))
    if isinstance(value, dict):
        inner = {name: _with(one, row) for name, one in value.items()}
        return ("; " if any(isinstance(one, dict) for one in inner.values()) else ", ").join(_pairs(inner))
    if isinstance(value, list):
        return "; ".join(", ".join(_pairs(_with(one, row))) if isinstance(one, dict) else str(one) for one in value)
    return _short(key, value)


def _with(value: Any, row: Mapping[str, Any]) -> Any:
    """The parts of an order are in its currency."""
    return {"currency": row["currency"], **value} if isinstance(value, dict) and row.get("currency") else value


def _short(key: str, value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, float):
        return f"{value:.2f}"
    text = str(value)
    if MOMENT.match(text):
        return moment(datetime.fromisoformat(text))
    if DAY.match(text):
        return str(format_date(date.fromisoformat(text), "long", locale=i18n.locale()))
    return _word(key, text)


def _word(key: str, text: str) -> str:
    if key == "language":
        return i18n.NAMES.get(text, text)
    if key == "birthday":
        return birthdays.told(birthday_texts.read(text))
    if key == "country":
        return str(i18n.locale().territories.get(text, text))
    if key == "code":
        return next((pick(one.name) for one in tastes.interests() if one.code == text), text)
    if key == "kind" and text in facts.kinds():
        return str(facts.kinds()[text].sentence)
    if key == "phone":
        return phones.show(text, tenancy.tenant().country)
    return str(VALUES.get(key, {}).get(text.partition(":")[0], text))
