"""Amounts by Stripe's own table of currencies, which is not ISO's."""

from decimal import Decimal

from babel import Locale, UnknownLocaleError
from babel.numbers import format_currency

from shop.gateways.fake.problems import invalid

ZERO = frozenset(
    ["bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "vnd", "vuv", "xaf", "xof", "xpf"]
)
THREE = frozenset(["bhd", "jod", "kwd", "omr", "tnd"])
WHOLE = frozenset({"isk", "ugx"})  # written with two digits, both of them zero
KNOWN = ZERO | THREE | WHOLE | {
    "usd", "eur", "gbp", "cad", "aud", "nzd", "chf", "crc", "gtq", "hnl", "nio", "dop", "cop", "pen", "mxn", "ars",
    "brl", "bob", "uyu", "pab", "ves", "hkd", "sgd", "inr",
}  # fmt: skip
LEAST = {"usd": 50, "eur": 50, "gbp": 30, "cad": 50, "aud": 50, "chf": 50, "brl": 50, "jpy": 50, "mxn": 1000}
MOST = 99_999_999


def check(currency: str, amount: int) -> None:
    """Refuse what Stripe does not charge."""
    if currency not in KNOWN:
        raise invalid(f"Invalid currency: {currency}", param="currency")
    if amount < LEAST.get(currency, 1):
        raise invalid("The amount is below the least that can be charged.", code="amount_too_small", param="amount")
    if amount > MOST:
        raise invalid("Amount must be no more than 999,999.99", code="amount_too_large", param="amount")
    if (currency in THREE and amount % 10) or (currency in WHOLE and amount % 100):
        raise invalid("Invalid amount: the last digits have to be zero.", code="invalid_charge_amount", param="amount")


def digits(currency: str) -> int:
    """How many digits stand behind the point."""
    return 0 if currency in ZERO else 3 if currency in THREE else 2


def written(currency: str, amount: int, language: str = "en", country: str = "") -> str:
    """An amount for a person: `₡24 500,00` in Costa Rica."""
    try:
        locale = Locale.parse(f"{language}_{country}" if country else language)
    except (UnknownLocaleError, ValueError):
        locale = Locale(language)
    return str(format_currency(Decimal(amount).scaleb(-digits(currency)), currency.upper(), locale=locale))
