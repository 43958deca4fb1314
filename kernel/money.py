"""Money: integer minor units of ISO 4217 and a currency, never a float."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, ROUND_UP, Decimal, InvalidOperation
from functools import lru_cache
from unicodedata import combining, normalize

from babel import Locale
from babel.numbers import (
    format_currency,
    get_currency_name,
    get_currency_precision,
    get_currency_symbol,
    get_decimal_symbol,
)

from kernel.i18n import _l
from kernel.refusal import Refusal

ROUNDING = {"half_up": ROUND_HALF_UP, "half_even": ROUND_HALF_EVEN, "up": ROUND_UP}
LIMIT = 10**15
# Where a language has only the code: a sign that is no other currency's.
SIGNS = {
    "CRC": "₡", "GTQ": "Q", "HNL": "L", "PAB": "B/.\u00a0", "NIO": "C$", "DOP": "RD$", "PEN": "S/\u00a0",
}  # fmt: skip
# Beside those: what people write for their own money and no list of Unicode's has.
TYPED = {
    "CRC": "¢ C/ Cg CR", "HNL": "Lps", "PAB": "B/ $", "NIO": "C$", "DOP": "RD$ $", "PEN": "S/", "BOB": "Bs",
    "PYG": "Gs ₲", "VES": "Bs BsS", "USD": "$ US$ U$S U$", "MXN": "$ MX$ MN", "BRL": "R$", "CLP": "$", "COP": "$",
    "ARS": "$", "UYU": "$ $U", "CUP": "$",
}  # fmt: skip
_GROUPS = re.compile(r"\d+|\d{1,3}([.,])\d{3}(?:\1\d{3})*")


# A sign before or after it may have dots of its own: B/. 1,500.00; `dot`: one that touches the number.
_AMOUNT = re.compile(
    r"(?:[^\d.,-]+(?:\.[^\d.,-]+)*(?P<dot>\.)?)?(?P<number>\d(?:[\d.,\s'’]*[\d.,])?)(?:[^\d.,]+(?:\.[^\d.,]+)*\.?)?"
)


class BadAmount(Refusal):
    """What was typed is not an amount of money."""

    message = _l("That is not an amount of money: write it like 1500 or 1500.50.")


class OtherSign(BadAmount):
    """Beside the number stands what is not its currency: another one, or a word such as "mil"."""

    message = _l("Write only the number, in %(currency)s, without other signs or words.")


@lru_cache
def digits(currency: str) -> int:
    """How many digits the currency's minor unit has (ISO 4217): 2 for CRC, 0 for CLP."""
    return int(get_currency_precision(currency))


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """An amount in minor units of `currency`."""

    minor: int
    currency: str

    def _same(self, other: "Money") -> int:
        if self.currency != other.currency:
            raise ValueError(f"{self.currency} and {other.currency} cannot be combined")
        return other.minor

    def __add__(self, other: "Money") -> "Money":
        return Money(self.minor + self._same(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.minor - self._same(other), self.currency)

    def __mul__(self, times: int) -> "Money":
        if not isinstance(times, int):
            raise TypeError("money is multiplied by whole numbers; use percent() or share()")
        return Money(self.minor * times, self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.minor, self.currency)

    def __lt__(self, other: "Money") -> bool:
        return self.minor < self._same(other)

    def __le__(self, other: "Money") -> bool:
        return self.minor <= self._same(other)

    def __bool__(self) -> bool:
        return self.minor != 0

    @property
    def decimal(self) -> Decimal:
        """The amount in major units, exactly."""
        return Decimal(self.minor).scaleb(-digits(self.currency))

    def format(self, language: str = "es_CR", *, cents: bool | None = None) -> str:
        """The amount as people of that locale read it; `cents=False` hides a zero minor part."""
        return _formatted(self.minor, self.currency, language, cents)


def _formatted(minor: int, currency: str, language: str, cents: bool | None) -> str:
    """As CLDR writes it: amounts of as many digits look alike but for these, so each length is asked of Babel once."""
    unit = 10 ** digits(currency)
    whole = cents is False and minor % unit == 0
    told = str(abs(minor) // unit) if whole else f"{abs(minor):0{digits(currency) + 1}}"
    return _shape(len(told), currency, language, negative=minor < 0, whole=whole) % tuple(told)


@lru_cache(maxsize=1000)
def _shape(length: int, currency: str, language: str, *, negative: bool, whole: bool) -> str:
    """An amount of so many digits, with `%s` for each of them."""
    ones = int("1" * length) * (-1 if negative else 1)
    locale = Locale.parse(language.replace("-", "_"))
    if whole:
        pattern = re.sub(r"([0#])[.]0+", r"\1", locale.currency_formats["standard"].pattern)
        told = format_currency(Decimal(ones), currency, pattern, locale, currency_digits=False)
    else:
        told = format_currency(Decimal(ones).scaleb(-digits(currency)), currency, locale=locale)
    return told.replace(currency, SIGNS.get(currency, currency)).replace("%", "%%").replace("1", "%s")


def zero(currency: str) -> Money:
    """Nothing, in that currency."""
    return Money(0, currency)


def total(amounts: Sequence[Money], currency: str) -> Money:
    """The sum of `amounts`, all of `currency`."""
    return sum(amounts, zero(currency))


def parse(text: str, currency: str, language: str = "es_CR") -> Money:
    """What a person typed ("1 500", "1.500,50", "₡1,500.50", "B/. 20"), read with their language's decimal sign.

    Raises BadAmount when it is not an amount, is negative, too large or finer than the currency, and OtherSign when
    another currency stands beside it, or a word ("17 mil").
    """
    told = Money(smallest(text, digits(currency), language), currency)
    if bare(text) not in signs(currency, language):
        raise OtherSign(currency=get_currency_name(currency, 2, language))
    return told


def bare(text: str) -> str:
    """What stands beside the digits of an amount: in capitals, without dots, gaps and accents."""
    plain = "".join(sign for sign in normalize("NFD", text) if not combining(sign))
    return re.sub(r"[\d.,\s'’]", "", plain).upper()


@lru_cache
def signs(currency: str, language: str) -> frozenset[str]:
    """What may stand beside an amount, `bare`: nothing, or its code, sign or name in what is spoken here and there."""
    spoken = {*("es", "en"), language}
    told = {"", currency, SIGNS.get(currency, ""), *TYPED.get(currency, "").split()}
    told |= {get_currency_symbol(currency, one) for one in spoken}
    names = [get_currency_name(currency, count, one) for one in spoken for count in (1, 2)]
    told |= {word for name in names for word in (name, name.split()[0], name.split()[-1])}
    return frozenset(bare(one) for one in told)


def smallest(text: str, places: int, language: str = "es_CR") -> int:
    """A number that a person typed, in the smallest of its `places` decimals: "1,5" of two is 150. Raises BadAmount."""
    found = _AMOUNT.fullmatch(text.strip())
    clean = re.sub(r"[\s'’]", "", found["number"]) if found else ""
    if found is None or not re.fullmatch(r"[0-9][0-9.,]*", clean):
        raise BadAmount()
    if found["dot"] and clean.isdecimal() and len(clean) <= places:  # Q.50: fifty, or half a quetzal?
        raise BadAmount()
    return _exact(_plain(clean, places, language), places)


def typed(amount: Money, language: str = "es_CR") -> str:
    """The amount as one types it into a field: no currency, no grouping, cents only when there are some."""
    text = f"{amount.decimal:f}"
    head, _, tail = text.partition(".")
    return head + (decimal_sign(language) + tail if tail.strip("0") else "")


def _plain(clean: str, places: int, language: str) -> str:
    signs, decimal = [sign for sign in ".," if sign in clean], ""
    if len(signs) == 2:  # the last one seen is the decimal sign
        decimal = max(signs, key=clean.rfind)
    elif signs and clean.count(signs[0]) == 1 and not _groups(clean, signs[0], places, language):
        decimal = signs[0]
    head, mark, tail = clean.rpartition(decimal) if decimal and decimal in clean else (clean, "", "")
    if not _GROUPS.fullmatch(head):
        raise BadAmount()
    return re.sub(r"[.,]", "", head) + ("." + tail if mark else "")


def _groups(clean: str, sign: str, places: int, language: str) -> bool:
    """Whether the only sign stands for thousands: three digits follow, and the number has not just three decimals.

    Raises BadAmount for "17.505" where the point is the decimal sign: seventeen and a half, or seventeen thousand?
    """
    before, _sign, after = clean.partition(sign)
    if len(after) != 3 or before[0] == "0" or (places == 3 and sign == decimal_sign(language)):
        return False
    if places and sign == "." == decimal_sign(language):
        raise BadAmount()
    return True


def decimal_sign(language: str) -> str:
    """What stands before the cents in that language."""
    return get_decimal_symbol(Locale.parse(language.replace("-", "_")))


def _exact(plain: str, places: int) -> int:
    try:
        minor = Decimal(plain).scaleb(places)
    except InvalidOperation:
        raise BadAmount() from None
    if minor != minor.to_integral_value() or not 0 <= minor <= LIMIT:
        raise BadAmount()
    return int(minor)


def ratio(amount: Money, top: int, bottom: int, rounding: str = "half_up") -> Money:
    """`amount` × top ÷ bottom, rounded once."""
    exact = Decimal(amount.minor) * top / bottom
    return Money(int(exact.quantize(Decimal(1), ROUNDING[rounding])), amount.currency)


def percent(amount: Money, basis_points: int, rounding: str = "half_up") -> Money:
    """That many hundredths of a percent of `amount`, rounded once."""
    return ratio(amount, basis_points, 10_000, rounding)


def share(amount: Money, weights: Sequence[int]) -> list[Money]:
    """Split `amount` by `weights` so that the parts add up to it (largest remainder, first wins a tie)."""
    whole = sum(weights)
    if not weights or whole <= 0:
        raise ValueError("shares need positive weights")
    sign, rest = (-1, -amount.minor) if amount.minor < 0 else (1, amount.minor)
    parts = [rest * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(rest * weights[i] % whole), i))
    for i in by_remainder[: rest - sum(parts)]:
        parts[i] += 1
    return [Money(sign * part, amount.currency) for part in parts]
