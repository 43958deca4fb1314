"""A walk-in as staff fill it in: how many of each kind, how often, who comes, how it is paid."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from crm import contacts
from crm.contacts import Contact
from kernel import tenancy
from kernel.i18n import _l
from kernel.refusal import Refusal
from shop import booking_answers, booking_series, payment_methods, variants, wants
from shop.booking_series import ONCE, Series
from shop.forms import booking_series as series_fields
from shop.forms import sales, wrong
from shop.forms.wrong import Wrong
from shop.payment_methods import PaymentMethod
from shop.quotes import Details
from shop.services import Service
from shop.variants import Variant
from shop.walk_in_terms import Terms

Posted = Mapping[str, str]


def fields(service: Service) -> list[tuple[str, str, Variant]]:
    """(id, name, what it counts) of each field of people."""
    known = list(variants.of(service.product_id))
    if service.kind != "departure":
        return [("n-1", "people.", one) for one in known[:1]]
    return [(f"n-{place}", f"people.{one.sku}", one) for place, one in enumerate(known, 1)]


def typed(posted: Posted, field: str, name: str) -> str:
    """How many of a kind as it was typed; one of the first kind before anything was."""
    return posted.get(name, "1" if field == "n-1" and not posted else "0")


def counts(service: Service, posted: Posted, errors: dict[str, str]) -> dict[str, int]:
    """How many of each kind by its SKU, or under ''; why a field is no number is written beside it."""
    found = {
        name: wrong.tried(errors, field, _count, typed(posted, field, name))
        for field, name, _variant in fields(service)
    }
    return {name.removeprefix("people."): count or 0 for name, count in found.items()}


def _count(text: str) -> int:
    plain = text.strip() or "0"
    if not (plain.isascii() and plain.isdigit()) or len(plain) > 4:
        raise wants.BadQuantity()
    return int(plain)


def series(service: Service, posted: Posted) -> Series:
    """The same time again, when that is wanted; a stay comes once. Raises Wrong."""
    return ONCE if service.kind == "nights" else series_fields.read(posted, booking_series.MOST, once=True)


def terms(posted: Posted) -> Terms:
    """How it is paid: now, all of it or the deposit; or later: until a day, or when they come. Raises Wrong."""
    if posted.get("paid") == "yes":
        with wrong.beside("payment"):
            method = _named(payment_methods.counter(), posted.get("payment", ""))
        return Terms(method, "deposit" if posted.get("amount") == "deposit" else "")
    later = posted.get("later", "")
    if later not in {"deposit", "all"}:
        return Terms(_named(payment_methods.counter(), payment_methods.LATER))
    with wrong.beside("way"):
        method = _named(payment_methods.active(), posted.get("way", ""))
    with wrong.beside("until"):
        return Terms(method, "deposit" if later == "deposit" else "", _day(posted.get("until", "")))


def _named(known: Iterable[PaymentMethod], code: str) -> PaymentMethod:
    found = next((one for one in known if one.code == code), None)
    if found is None:
        raise Refusal(_l("Choose how it is paid."))
    return found


def chosen(posted: Posted) -> Contact | None:
    """The person that was chosen, as long as nothing else was typed since of how to reach them; raises a Refusal."""
    known = contacts.by_token(posted.get("person", "")[:64])
    if known is None:
        return None
    email, phone = sales.reach(posted.get("reach", "").strip()[:254])
    mine = contacts.normal_email(email) in {None, known.email_norm} and phone in {"", known.phone}
    return known if mine else None


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise Refusal(_l("Choose until which day it is kept.")) from None


def answers(service: Service, posted: Posted) -> dict[str, str]:
    """What its service asks, as far as it was said: by the label. Raises Wrong."""
    typed = {str(one["code"]): posted.get(f"answer.{one['code']}", "") for one in service.questions}
    long = {f"answer-{code}": text for code, text in typed.items() if len(text) > booking_answers.LONGEST}
    if long:
        raise Wrong({field: str(booking_answers.TooLong(most=booking_answers.LONGEST)) for field in long})
    return booking_answers.kept(service, typed)


def language(posted: Posted) -> str:
    """In which language who comes reads: one of the shop's, its own where nothing was chosen."""
    shop = tenancy.tenant()
    chosen = posted.get("language", "")
    return chosen if chosen in shop.languages else str(shop.language)


def details(posted: Posted, by: Any) -> Details:
    """Who comes, as far as it was said; `by` writes it down."""
    email, phone = sales.reach(posted.get("reach", "").strip()[:254])
    if known := chosen(posted):
        email, phone = email or known.email or "", phone or known.phone or ""
    return Details(
        email=email, name=posted.get("name", "").strip()[:160], payment="", phone=phone, source="counter",
        language=language(posted), note=posted.get("note", "").strip()[:500], by=by,
    )  # fmt: skip
