"""What a country decides: currency, language, zone, address form, taxes and their ids, holidays, words for money."""

import re
import tomllib
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from babel import Locale
from babel.languages import get_official_languages
from babel.numbers import get_currency_precision, get_territory_currencies
from phonenumbers import country_code_for_region

from kernel.countries import holidays, taxids, zones
from kernel.i18n import gettext

HERE = Path(__file__).parent
OURS = ("CR", "GT", "HN", "SV", "NI", "PA", "DO", "MX", "CO", "PE", "CL", "US")  # with a profile of their own
_NO_COUNTRY = {"EU", "EZ", "UN", "XA", "XB", "ZZ", "QO", "AQ", "BV", "HM", "CP", "IC", "CQ", "DG", "AC", "EA", "TA"}


@dataclass(frozen=True)
class Field:
    """One line of an address form; `level` is its depth in `divisions()`, None when it is typed."""

    key: str  # region | city | district | street | landmark | postcode
    label_id: str
    autocomplete: str
    required: bool = True
    level: int | None = None
    pattern: str = ""
    example: str = ""
    long: bool = False  # several lines
    hidden: bool = False  # kept when it comes, not asked for

    @property
    def label(self) -> str:
        """The label in the page's language."""
        return str(gettext(self.label_id))


@dataclass(frozen=True)
class Tax:
    """A rate to begin with; the owner confirms it with an accountant."""

    code: str
    name: str
    rate_bp: int
    included: bool = True
    default: bool = False
    offered: bool = False  # not written for a new shop: one tap adds it
    tax_code: str = ""  # of the tax itself, when the rate is called by what it is for
    tax_name: str = ""
    parts: tuple[dict[str, Any], ...] = field(default=(), hash=False)  # what is charged with it, as rules


@dataclass(frozen=True)
class TaxId:
    """A kind of tax id; `clean(text)` gives the number as it is written, or ''."""

    code: str
    label: str
    check: str
    example: str = ""
    company: bool = False

    def clean(self, text: str) -> str:
        """The number in its usual form, or '' when it cannot be one."""
        return taxids.clean(self.check, text)


@dataclass(frozen=True)
class Fiscal:
    """Something that the tax office wants to know of a product, of the shop or of a buyer."""

    on: str  # product | tenant | customer
    code: str
    label: str
    pattern: str
    example: str = ""
    help: dict[str, str] = field(default_factory=dict, hash=False)  # Words

    def clean(self, text: str) -> str:
        """The value as it is kept, or '' when it cannot be one."""
        plain = " ".join(text.split())
        return plain if re.fullmatch(self.pattern, plain) else ""


@dataclass(frozen=True)
class Profile:
    """Everything that follows from the country alone."""

    code: str
    currency: str
    digits: int  # minor digits shown by default; a tenant may choose otherwise
    language: str
    languages: tuple[str, ...]
    timezone: str
    phone_code: str
    address: tuple[Field, ...]
    lines: tuple[str, ...]  # how an address is printed; empty lines are left out
    treatment: str = "usted"  # usted | tu
    rounding: str = "half_up"
    phone_example: str = ""
    taxes: tuple[Tax, ...] = ()
    tax_ids: tuple[TaxId, ...] = ()
    payments: dict[str, Any] = field(default_factory=dict, hash=False)
    holiday_rules: tuple[holidays.Rule, ...] = ()
    paper: str = "A4"  # what printers there hold: A4 | letter
    fiscal: tuple[Fiscal, ...] = ()

    @property
    def local_taxes(self) -> bool:
        """Whether states and towns decide the rate, so that the country's list cannot say it."""
        return bool(self.taxes) and not any(tax.rate_bp for tax in self.taxes)

    def fiscal_fields(self, on: str) -> list[Fiscal]:
        """What the tax office wants to know of a product, the tenant or a customer."""
        return [known for known in self.fiscal if known.on == on]

    def name(self, language: str = "es") -> str:
        """The country's name."""
        return country_name(self.code, language)

    def field(self, key: str) -> Field | None:
        """The line of the address form with that key."""
        return next((known for known in self.address if known.key == key), None)

    def payment_name(self, kind: str) -> dict[str, str]:
        """What people there call a way to pay, as Words: transfer, instant, on_delivery, on_pickup."""
        return dict(self.payments.get(kind) or _GENERIC_PAYMENTS.get(kind) or {})

    def holidays(self, year: int) -> dict[Any, str]:
        """The national holidays of a year, by date."""
        return holidays.of(self.holiday_rules, year)


_LETTER = {"BZ", "CA", "PH", "PR", "VE"}  # countries without a profile of ours that print on letter paper

_GENERIC_PAYMENTS = {
    "transfer": {"es": "Transferencia bancaria", "en": "Bank transfer"},
    "instant": {"es": "Transferencia inmediata", "en": "Instant transfer"},
    "on_delivery": {"es": "Contra entrega", "en": "Cash on delivery"},
    "on_pickup": {"es": "Al recoger", "en": "On pick-up"},
}

_GENERIC_ADDRESS = (
    Field("street", "Street and number", "street-address", long=True),
    Field("city", "City", "address-level2"),
    Field("region", "State or region", "address-level1", required=False),
    Field("postcode", "Postcode", "postal-code", required=False),
)


@lru_cache
def profile(code: str) -> Profile:
    """The profile of a country (ISO 3166, two letters); a plain one where we have none of our own."""
    code = code.upper()
    path = HERE / f"{code.lower()}.toml"
    if code not in OURS or not path.exists():
        return _generic(code)
    told = tomllib.loads(path.read_text(encoding="utf-8"))
    return Profile(
        code=code,
        address=tuple(_field(line) for line in told.pop("address")),
        lines=tuple(told.pop("lines")),
        languages=tuple(told.pop("languages")),
        taxes=tuple(Tax(**{**tax, "parts": tuple(tax.get("parts", ()))}) for tax in told.pop("taxes")),
        tax_ids=tuple(TaxId(**kind) for kind in told.pop("tax_ids")),
        fiscal=tuple(Fiscal(**one) for one in told.pop("fiscal_fields", [])),
        holiday_rules=tuple(holidays.rule(day) for day in told.pop("holidays")),
        **told,
    )


def _field(line: dict[str, Any]) -> Field:
    return Field(label_id=line.pop("label"), **line)


def _generic(code: str) -> Profile:
    if code not in all_codes():
        raise LookupError(f"no country is called {code}")
    currencies = get_territory_currencies(code)
    currency = currencies[0] if currencies else "USD"
    language = "es" if "es" in get_official_languages(code, de_facto=True) else "en"
    return Profile(
        code=code,
        currency=currency,
        digits=int(get_currency_precision(currency)),
        language=language,
        languages=(language,) if language == "es" else (language, "es"),
        timezone=zones.of(code),
        phone_code=str(country_code_for_region(code) or ""),
        address=_GENERIC_ADDRESS,
        lines=("{street}", "{postcode} {city}", "{region}"),
        paper="letter" if code in _LETTER else "A4",
    )


@lru_cache
def divisions(code: str) -> dict[str, Any]:
    """The country's parts as a tree: `{province: {canton: [district, …]}}` or `{department: [town, …]}`; {} without."""
    path = HERE / "divisions" / f"{code.lower()}.toml"
    known = code.upper() in OURS and path.exists()
    return tomllib.loads(path.read_text(encoding="utf-8")) if known else {}


def options(code: str, level: int) -> dict[str, list[str]]:
    """What may be chosen at a depth, grouped by what was chosen above it: `{"": regions}`, `{region: cities}`."""
    tree = divisions(code)
    if level == 0:
        return {"": list(tree)}
    if level == 1:
        return {region: list(below) for region, below in tree.items()}
    return {
        f"{region}|{city}": list(parts)
        for region, cities in tree.items()
        if isinstance(cities, dict)
        for city, parts in cities.items()
    }


@lru_cache
def all_codes() -> frozenset[str]:
    """Every country's two letters."""
    known = (str(code) for code in Locale("en").territories)
    return frozenset(code for code in known if len(code) == 2 and code.isalpha() and code not in _NO_COUNTRY)


@lru_cache
def country_name(code: str, language: str = "es") -> str:
    """A country's name in a language."""
    return str(Locale.parse(language.replace("-", "_")).territories.get(code.upper(), code))


@lru_cache
def choices(language: str = "es") -> tuple[tuple[str, str], ...]:
    """(code, name) of every country for a list: ours first, the rest by name."""
    ours = [(code, country_name(code, language)) for code in OURS]
    rest = [(code, country_name(code, language)) for code in all_codes() - set(OURS)]
    return (*ours, *sorted(rest, key=lambda pair: _plain(pair[1])))


def _plain(name: str) -> str:
    return name.casefold().translate(str.maketrans("áéíóúüñåöçôã", "aeiouunaocoa"))
