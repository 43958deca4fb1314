"""Money: whole minor units, split without a remainder, rounded once, written as people read it."""

from contextlib import suppress
from decimal import Decimal
from pathlib import Path

import pytest
from babel.numbers import format_currency, format_decimal, list_currencies
from hypothesis import assume, given
from hypothesis import strategies as st

from kernel import countries, i18n, locales
from kernel.money import SIGNS, BadAmount, Money, OtherSign, digits, parse, percent, ratio, share, total, typed, zero

CURRENCIES = ["CRC", "GTQ", "CLP", "KWD", "USD"]
PROFILES = [path.stem.upper() for path in Path(countries.__file__).parent.glob("*.toml")]
amounts = st.integers(-(10**12), 10**12)
weights = st.lists(st.integers(0, 10**6), min_size=1, max_size=30).filter(any)


@given(amounts, weights, st.sampled_from(CURRENCIES))
def test_shares_add_up_and_none_is_off_by_more_than_one(minor, by, currency):
    parts = share(Money(minor, currency), by)
    assert total(parts, currency) == Money(minor, currency)
    whole = sum(by)
    for part, weight in zip(parts, by, strict=True):
        assert abs(Decimal(part.minor) - Decimal(minor) * weight / whole) < 1
        assert weight or not part.minor


@given(amounts, st.integers(1, 30))
def test_equal_shares_differ_by_one_at_most_and_the_first_get_it(minor, count):
    parts = [abs(part.minor) for part in share(Money(minor, "CRC"), [1] * count)]
    assert parts == sorted(parts, reverse=True)
    assert parts[0] - parts[-1] <= 1


@given(st.integers(0, 10**12), st.sampled_from(CURRENCIES), st.sampled_from(["es_CR", "en_US", "es_MX", "es_GT"]))
def test_what_is_written_is_read_again(minor, currency, language):
    amount = Money(minor, currency)
    plain = f"{amount.decimal:.{digits(currency)}f}"
    if digits(currency) != 3 or language != "es_CR":  # there 1.000 is a thousand
        assert parse(plain, currency, language) == amount
    assert parse(f"{minor // 10 ** digits(currency)}", currency, language).minor == minor // 10 ** digits(
        currency
    ) * 10 ** digits(currency)


WRITTEN = sorted({str(locales.of(spoken, one)) for spoken in i18n.LANGUAGES for one in (*PROFILES, "")})
UNUSUAL = sorted(one for one in list_currencies() if digits(one) != 2)
MINORS = st.integers(0, 10**15) | st.integers(0, 10**9).map(lambda whole: whole * 1000)


@given(MINORS, st.sampled_from(UNUSUAL) | st.sampled_from(sorted(list_currencies())), st.sampled_from(WRITTEN))
def test_what_stands_in_a_field_is_read_as_the_same_amount_in_every_currency(minor, currency, language):
    amount = Money(minor, currency)
    assert parse(typed(amount, language), currency, language) == amount


@given(MINORS, st.sampled_from(["CRC", "CLP", "PYG", "JPY", "KWD", "BHD", "USD", "CLF"]), st.sampled_from(WRITTEN))
def test_what_is_told_is_read_as_the_same_amount(minor, currency, language):
    amount = Money(minor, currency)
    assert parse(amount.format(language), currency, language) == amount
    assert parse(amount.format(language, cents=False), currency, language) == amount


def _read(text, currency, language):
    with suppress(BadAmount):  # 17.505 where the point is the decimal sign
        return parse(text, currency, language)


PASTED = {
    "CRC": ["₡", "¢", "CRC", "colones", "Cg."], "GTQ": ["Q", "Q.", "quetzales", "GTQ"], "PYG": ["Gs.", "₲", "guaraníes"],
    "PAB": ["B/.", "$", "balboas"], "USD": ["U.S.$", "US$", "$", "dólares"], "BOB": ["Bs.", "bolivianos"],
}  # fmt: skip
OTHERS = ["€", "mil", "k", "x", "c/u", "millones", "yenes", "aprox."]


@given(MINORS, st.sampled_from(sorted(PASTED)), st.sampled_from(WRITTEN), st.data())
def test_an_amount_with_its_own_sign_is_read_as_the_same_amount_and_with_another_one_refused(
    minor, currency, language, data
):
    amount = Money(minor, currency)
    number = data.draw(st.sampled_from([typed(amount, language), format_decimal(amount.decimal, locale=language)]))
    assume(_read(number, currency, language) == amount)
    sign, gap = data.draw(st.sampled_from([*PASTED[currency], ""])), data.draw(st.sampled_from(["", " ", "\u00a0"]))
    if sign.endswith(".") and not gap and number.isdigit() and len(number) <= digits(currency):
        with pytest.raises(BadAmount):  # Q.50 may be half a quetzal
            parse(sign + number, currency, language)
    else:
        assert parse(sign + gap + number, currency, language) == amount
    assert parse(number + gap + sign, currency, language) == amount
    other = data.draw(st.sampled_from([*OTHERS, *(sign for one in PASTED.values() for sign in one)]))
    assume(other not in PASTED[currency] and not other.endswith("."))
    for text in (f"{number} {other}", f"{other} {number}"):
        with pytest.raises(OtherSign):
            parse(text, currency, language)


@given(st.integers(0, 10**9), st.integers(0, 10_000))
def test_a_part_and_its_rest_are_the_whole(minor, points):
    amount = Money(minor, "CRC")
    part = percent(amount, points)
    assert zero("CRC") <= part <= amount
    assert abs(Decimal(part.minor) - Decimal(minor) * points / 10_000) <= Decimal("0.5")


def test_half_is_rounded_up_unless_the_country_says_otherwise():
    assert ratio(Money(5, "CRC"), 1, 2).minor == 3
    assert ratio(Money(5, "CRC"), 1, 2, "half_even").minor == 2
    assert ratio(Money(41, "CRC"), 1, 40, "up").minor == 2
    assert ratio(Money(-5, "CRC"), 1, 2).minor == -3


@pytest.mark.parametrize(("currency", "count"), [("CLP", 0), ("CRC", 2), ("GTQ", 2), ("KWD", 3)])
def test_digits_are_those_of_the_currency(currency, count):
    assert digits(currency) == count


@pytest.mark.parametrize(
    ("amount", "language", "told"),
    [
        (Money(2_500_00, "CRC"), "es_CR", "₡2\u202f500,00|₡2\u00a0500,00|₡2.500,00"),
        (Money(123_456, "GTQ"), "es_GT", "Q1,234.56|Q\u00a01,234.56"),
        (Money(1_500, "CLP"), "es_CL", "$1.500|$1500"),
        (Money(1_500, "USD"), "en_US", "$15.00"),
        (Money(1_234_567, "KWD"), "en_US", "KWD1,234.567|KWD\u00a01,234.567"),
    ],
)
def test_amounts_are_written_as_their_country_does(amount, language, told):
    assert amount.format(language) in told.split("|")


@given(
    st.integers(-(10**14), 10**14), st.sampled_from(["CRC", "GTQ", "HNL", "MXN", "CLP", "KWD", "USD", "EUR"]),
    st.sampled_from(["es_CR", "es_GT", "es_MX", "es_PA", "es", "en", "en_US", "de_CH", "pt_BR", "ar_EG", "hi_IN"]),
)  # fmt: skip
def test_any_amount_is_written_as_cldr_writes_it(minor, currency, language):
    told = format_currency(Decimal(minor).scaleb(-digits(currency)), currency, locale=language)
    assert Money(minor, currency).format(language) == told.replace(currency, SIGNS.get(currency, currency))


def test_empty_cents_can_be_left_out_but_never_full_ones():
    assert Money(2_500_00, "CRC").format("es_CR", cents=False).endswith("500")
    assert Money(2_500_50, "CRC").format("es_CR", cents=False).endswith("500,50")


@pytest.mark.parametrize(
    ("text", "minor"),
    [("1 500", 150_000), ("1.500,50", 150_050), ("₡1,500.50", 150_050), ("1500", 150_000), ("1,5", 150), ("1.500", 150_000),
     ("2500 colones", 250_000), ("0", 0), ("Cg. 500", 50_000), ("¢ 1500", 150_000), ("1500 Colones costarricenses", 150_000),
     ("₡1.500,00", 150_000), ("crc 20", 2000), ("1500 c. r.", 150_000)],
)  # fmt: skip
def test_what_people_type_is_read(text, minor):
    assert parse(text, "CRC").minor == minor


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [("B/. 1,500.00", "PAB", 150_000), ("B/.1,500.00", "PAB", 150_000), ("$20", "PAB", 2000), ("Q. 250", "GTQ", 25_000),
     ("Q.250", "GTQ", 25_000), ("Q.1.50", "GTQ", 150), ("Q. 50", "GTQ", 5000), ("L. 1,200", "HNL", 120_000),
     ("US$ 1,500.00", "USD", 150_000), ("Bs. 1.500,50", "BOB", 150_050), ("1.500,50 Bs.", "BOB", 150_050)],
)  # fmt: skip
def test_the_signs_of_each_country_are_read(text, currency, minor):
    assert parse(text, currency).minor == minor


@pytest.mark.parametrize("text", ["$20", "US$ 20", "Q 20", "17 mil", "17k", "2 millones", "17.50x", "20 c/u", "€5"])
def test_another_sign_or_a_word_beside_a_number_is_no_amount_of_ours(text):
    with pytest.raises(OtherSign):
        parse(text, "CRC")


def test_a_point_before_three_digits_is_asked_for_anew_where_it_is_the_decimal_sign():
    for text in ("17.505", "$17.505", "1.500"):
        with pytest.raises(BadAmount):
            parse(text, "MXN", "es_MX")
    assert parse("17,505", "MXN", "es_MX").minor == 17_505_00
    assert parse("17.50", "MXN", "es_MX").minor == 17_50
    assert parse("1.250.000", "MXN", "es_MX").minor == 1_250_000_00


@pytest.mark.parametrize(
    ("text", "currency", "language", "minor"),
    [("1,250", "KWD", "es_CR", 1250), ("1.250", "KWD", "es_CR", 1_250_000), ("1.250", "KWD", "en", 1250),
     ("1,250", "KWD", "en", 1_250_000), ("1.250", "CLP", "es_CL", 1250), ("1,250", "PYG", "en", 1250),
     ("12.500,250", "KWD", "es_CL", 12_500_250)],
)  # fmt: skip
def test_three_digits_are_decimals_only_where_the_currency_has_three(text, currency, language, minor):
    assert parse(text, currency, language).minor == minor


BAD = [
    "",
    "abc",
    "-5",
    "1e9",
    "NaN",
    "inf",
    "1.2.3,4,5x",
    "0.001",
    "9" * 30,
    "٣",
    "1,5,",
    "--1",
    "1.50.0",
    "12,34,567.8",
    "Q.50",
    "B/.5",
    "$.50",
    "Q..50",
    "Q. .50",
    "Q. -50",
    "-Q. 50",
    "Bs.",
    ".",
    "5 Q. 6",
    "Q. 1.50.0",
    "1,500.00 Bs..",
]


@pytest.mark.parametrize("text", BAD)
def test_what_is_no_amount_is_refused(app, text):
    with pytest.raises(BadAmount):
        parse(text, "CRC")


def test_currencies_do_not_mix_and_nothing_is_a_float():
    with pytest.raises(ValueError, match="combined"):
        Money(1, "CRC") + Money(1, "USD")
    with pytest.raises(TypeError):
        Money(1, "CRC") * 1.5  # type: ignore[operator]
    with pytest.raises(ValueError, match="weights"):
        share(Money(1, "CRC"), [0, 0])


def test_what_is_no_amount_is_refused_in_the_language_of_who_typed_it(app):
    with i18n.speak("es"), pytest.raises(BadAmount, match="Eso no es un monto"):
        parse("abc", "GTQ")
