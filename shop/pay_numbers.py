"""The numbers to which a transfer goes: as people read them, and as a bank's application takes them."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from kernel import countries, phones, tenancy
from kernel.i18n import _
from kernel.late import Late

if TYPE_CHECKING:
    from shop.payment_methods import PaymentMethod

iban = Late("stdnum.iban")
IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}")
SPACED = re.compile(r"\d[\d ]{6,}")
ABROAD = re.compile(r"\+\d{1,3}[\s-]+")  # what comes before a number for who calls from elsewhere
NUMBERS = {"cuenta", "clabe", "cci", "account", "routing number"}  # lines that hold a number in no known form
SIGNS = re.compile(r"[\w .,/#-]*\d[\w .,/#-]*")
LONGEST = 24  # a longer word without a space has to break on a phone


def told(method: "PaymentMethod") -> list[dict[str, Any]]:
    """Each line of the account: `value` to read, `plain` to copy; a `number` does not break inside.

    `instant` is the telephone of SINPE Móvil, Yape, Nequi: it is no line of a bank account.
    """
    return [_line(line["label"], " ".join(str(line["value"]).split())) for line in method.account]


def wrong(label: str, value: str) -> str:
    """What is wrong with a line of the account as it was typed, or '': money sent elsewhere hardly comes back."""
    here, called = tenancy.tenant().country, label.casefold()
    digits = countries.profile(here).payments.get("instant_digits")
    if digits and _instant(label) and len(phones.national(value, here)) != digits:
        return _("Write the %(digits)s digits of the telephone.", digits=digits)
    if "iban" in called.split() or IBAN.fullmatch(iban.compact(value)):
        return "" if iban.is_valid(value, check_country=False) else _("That IBAN cannot be right: compare its digits.")
    if called in NUMBERS and not SIGNS.fullmatch(value):
        return _("Write the number: digits, letters, spaces and hyphens.")
    return ""


def _line(label: Any, value: str) -> dict[str, Any]:
    here = tenancy.tenant().country
    dialled, compact = phones.national(value, here), value.replace(" ", "")
    instant = bool(dialled) and _instant(label)
    if instant:
        shown, plain = ABROAD.sub("", value), dialled
    elif IBAN.fullmatch(compact):
        shown, plain = " ".join(compact[at : at + 4] for at in range(0, len(compact), 4)), compact
    else:
        shown, plain = value, compact if SPACED.fullmatch(value) else value
    words = shown.split()
    number = all(any(sign.isdigit() for sign in word) and len(word) <= LONGEST for word in words)
    return {"label": label, "value": shown, "plain": plain, "number": number, "instant": instant}


def _instant(label: Any) -> bool:
    """Whether that is what people there call paying by telephone, where it has a line of its own."""
    profile = countries.profile(tenancy.tenant().country)
    names = _words(profile.payments.get("instant"))
    own = _words(list(profile.payments.get("account_fields", ())))
    return bool(names and names <= own and names & _words(label))


def _words(told: Any) -> set[str]:
    texts = told.values() if isinstance(told, Mapping) else [told] if isinstance(told, str) else told or ()
    return {word for text in texts for word in text.casefold().split() if len(word) > 2}
