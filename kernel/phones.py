"""Telephone numbers: kept as E.164, read as people of a country type them."""

import re
from urllib.parse import quote

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat

from kernel.i18n import _l
from kernel.refusal import Refusal

SHORTEST = 4  # digits that are looked for


class BadPhone(Refusal):
    """What was typed is no telephone number of that country."""

    message = _l("That is not a complete telephone number. Write it like %(example)s.")


def _parsed(text: str, country: str) -> phonenumbers.PhoneNumber | None:
    try:
        number = phonenumbers.parse(_dialled_now(text[:40], country), country or None)
    except NumberParseException:
        return None
    return number if phonenumbers.is_possible_number(number) else None


def _dialled_now(text: str, country: str) -> str:
    """A Mexican number as it is dialled since 2019: people still write a 1 after 52, and 044, 045 or 01."""
    plain = digits(text)
    abroad = re.fullmatch(r"(?:00)?521(\d{10})", plain)
    if abroad and (country == "MX" or text.strip().startswith(("+", "00", "(+"))):
        return f"+52{abroad[1]}"
    home = re.fullmatch(r"(?:044|045|01)(\d{10})", plain) if country == "MX" else None
    return f"+52{home[1]}" if home else text


def parse(text: str, country: str) -> str:
    """The number as E.164 ("8312 3456" in CR → "+50683123456"); raises BadPhone with an example."""
    number = _parsed(text, country)
    if number is None:
        raise BadPhone(example=example(country))
    return str(phonenumbers.format_number(number, PhoneNumberFormat.E164))


def known(text: str, country: str = "") -> str:
    """The number as E.164, or '' when it is none."""
    number = _parsed(text, country)
    return str(phonenumbers.format_number(number, PhoneNumberFormat.E164)) if number else ""


def national(text: str, country: str) -> str:
    """The digits that people of the country dial ("+506 8312 3456" in CR → "83123456"); '' for any other number."""
    number = _parsed(text, country)
    if number is None or number.country_code != phonenumbers.country_code_for_region(country):
        return ""
    return str(phonenumbers.national_significant_number(number))


def show(e164: str, country: str = "") -> str:
    """The number for people: as written in `country` when it is from there, else international."""
    number = _parsed(e164, country)
    if number is None:
        return e164
    here = bool(country) and phonenumbers.country_code_for_region(country) == number.country_code
    style = PhoneNumberFormat.NATIONAL if here else PhoneNumberFormat.INTERNATIONAL
    return str(phonenumbers.format_number(number, style))


def digits(e164: str) -> str:
    """The digits alone, as a search by number wants them."""
    return "".join(sign for sign in e164 if sign.isdecimal())


def is_part(text: str) -> bool:
    """Whether somebody typed a number or a part of one."""
    return len(digits(text)) >= SHORTEST and not any(sign.isalpha() for sign in text)


def needles(text: str, country: str) -> list[str]:
    """The digits by which a number, or a part of one, is found among numbers as they are kept; none when too few."""
    typed, whole = digits(text), digits(known(text, country))
    found = dict.fromkeys((typed, typed.removeprefix("00"), whole))
    return [one for one in found if len(one) >= SHORTEST]


def whatsapp(text: str, e164: str = "", most: int = 300) -> str:
    """A link that opens WhatsApp with a text of at most so many characters, at a number when one is given."""
    said = text if len(text) <= most else text[: most - 1] + "…"
    return f"https://wa.me/{digits(e164)}" + (f"?text={quote(said, safe='')}" if said else "")


def example(country: str) -> str:
    """A mobile number of that country, as people write it there."""
    number = phonenumbers.example_number_for_type(country or "CR", phonenumbers.PhoneNumberType.MOBILE)
    return str(phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL)) if number else "+506 8312 3456"
