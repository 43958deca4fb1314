"""Amounts as Stripe counts them: its own minor units, least and largest charges, the countries of its merchants.

Taken from what public sources quote of docs.stripe.com/currencies and stripe.com/global, not read there: what Stripe
itself says counts, and what it refuses is told to the buyer. Its least charge goes by the currency that an account is
paid out in, so ours is only a first look.
"""

from kernel.i18n import _l
from kernel.money import Money, digits
from kernel.refusal import Refusal


def _codes(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Stripe's own list of currencies without digits has UGX too; its special cases ask for two, and they count
ZERO = _codes("BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF")
THREE = _codes("BHD JOD KWD OMR TND")  # the last digit has to be 0
WHOLE = _codes("ISK UGX")  # counted with two digits that have to be 00
TWO = _codes("""
    AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BWP BYN BZD CAD CDF CHF CNY COP CRC CVE
    CZK DKK DOP DZD EGP ETB EUR FJD FKP GBP GEL GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR JMD KES KGS KHR KYD KZT
    LAK LBP LKR LRD LSL MAD MDL MKD MMK MNT MOP MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR
    PLN QAR RON RSD SAR SBD SCR SEK SGD SHP SLE SOS SRD STD SZL THB TJS TOP TRY TTD TWD TZS UAH USD UYU UZS WST YER
    ZAR ZMW
""")
CURRENCIES = ZERO | TWO | THREE | WHOLE
LEAST = {  # in Stripe's units; in other currencies Stripe says, by what the account is paid out in
    "USD": 50, "AED": 200, "ARS": 50, "AUD": 50, "BRL": 50, "CAD": 50, "CHF": 50, "COP": 50, "CZK": 1500, "DKK": 250,
    "EUR": 50, "GBP": 30, "HKD": 400, "HUF": 17500, "IDR": 50, "ILS": 50, "INR": 50, "JPY": 50, "KRW": 50, "MXN": 1000,
    "MYR": 200, "NOK": 300, "NZD": 50, "PHP": 50, "PLN": 200, "RON": 200, "SEK": 300, "SGD": 50, "THB": 1000, "ZAR": 50,
}  # fmt: skip
MOST = 99_999_999  # eight digits, as its reference of payments says; the page of currencies allows most cards more
MERCHANTS = _codes(
    "AE AT AU BE BG BR CA CH CY CZ DE DK EE ES FI FR GB GI GR HK HR HU IE IT JP LI LT LU LV MT MX MY NL NO NZ PL PT RO "
    "SE SG SI SK TH US"
)


class NotInStripe(Refusal):
    """Stripe cannot charge this amount."""

    message = _l("Cards cannot pay amounts in %(currency)s.")


class TooSmall(Refusal):
    """Less than Stripe charges."""

    message = _l("A card pays at least %(least)s. Choose another way to pay.")


class TooLarge(Refusal):
    """More than Stripe charges at once."""

    message = _l("This amount is too large for a card. Choose another way to pay.")


def accepts_merchants(country: str) -> bool:
    """Whether a business of that country can open a Stripe account."""
    return country in MERCHANTS


def exponent(currency: str) -> int:
    """How many digits Stripe's unit of a currency has: not always those of ISO 4217."""
    return 0 if currency in ZERO else 3 if currency in THREE else 2


def _ten(power: int) -> int:
    return int(10**power)


def charges(amount: Money) -> bool:
    """Whether a card can pay it."""
    try:
        return units(amount) > 0
    except Refusal:
        return False


def units(amount: Money, language: str = "es_CR") -> int:
    """The amount as Stripe wants it; raises when it cannot charge it."""
    currency, wanted = amount.currency, convert(amount)
    if wanted < LEAST.get(currency, 1):
        raise TooSmall(least=money(LEAST.get(currency, 1), currency).format(language))
    if wanted > MOST:
        raise TooLarge()
    return wanted


def convert(amount: Money) -> int:
    """The amount in Stripe's units, whether it would charge it or not."""
    currency = amount.currency
    wanted, rest = divmod(amount.minor * _ten(exponent(currency)), _ten(digits(currency)))
    step = 10 if currency in THREE else 100 if currency in WHOLE else 1
    if currency not in CURRENCIES or rest or wanted % step:
        raise NotInStripe(currency=currency)
    return wanted


def money(wanted: int, currency: str) -> Money:
    """What an amount in Stripe's units is; a fraction of our minor unit is refused."""
    currency = currency.upper()
    minor, rest = divmod(wanted * _ten(digits(currency)), _ten(exponent(currency)))
    if rest:
        raise NotInStripe(currency=currency)
    return Money(minor, currency)
