"""Country profiles: complete for our six, plain for the rest, and their addresses, taxes and holidays."""

from datetime import date

import pytest

from kernel import address, countries, money

PARTS = {"CR": (7, 84), "GT": (22, 340), "HN": (18, 298), "SV": (14, 262), "MX": (32, 0)}


@pytest.mark.parametrize("code", countries.OURS)
def test_a_profile_of_ours_is_complete(code):
    known = countries.profile(code)
    assert known.digits <= money.digits(known.currency)
    assert known.language in known.languages
    assert known.treatment in {"usted", "tu"}
    assert [tax.default for tax in known.taxes].count(True) == 1
    assert any(kind.company for kind in known.tax_ids)
    assert known.field("street").autocomplete == "street-address"
    assert known.payment_name("transfer")["es"]
    assert all(kind.clean(kind.example) for kind in known.tax_ids)


@pytest.mark.parametrize("code", countries.OURS)
def test_the_form_asks_for_at_most_four_lines(code):
    assert len([line for line in address.fields(code) if line.required]) <= 4
    for line in address.fields(code):
        assert line.autocomplete in {
            "address-level1", "address-level2", "address-level3", "address-line3", "street-address", "postal-code",
        }  # fmt: skip


@pytest.mark.parametrize(("code", "counts"), PARTS.items())
def test_the_parts_of_a_country_are_all_there(code, counts):
    tree = countries.divisions(code)
    assert (len(tree), sum(len(below) for below in tree.values())) == counts


def test_every_other_country_has_a_plain_form():
    for code in countries.all_codes():
        known = countries.profile(code)
        assert known.currency
        assert known.timezone
        assert known.field("street")
    assert countries.profile("US").timezone == "America/New_York"
    assert countries.profile("AR").language == "es"
    assert countries.divisions("US") == {}


def test_no_country_of_that_name():
    with pytest.raises(LookupError):
        countries.profile("../x")


def test_ours_stand_first_in_the_list_and_accents_sort_well():
    names = [name for _, name in countries.choices("es")]
    assert names[0] == "Costa Rica"
    assert names.index("España") < names.index("Estados Unidos")
    assert names.index("Perú") < names.index("Polonia")


def test_holidays_move_as_the_law_says():
    assert countries.profile("CR").holidays(2026)[date(2026, 4, 3)] == "Viernes Santo"
    assert countries.profile("MX").holidays(2026)[date(2026, 11, 16)] == "Día de la Revolución"
    assert date(2026, 10, 7) in countries.profile("HN").holidays(2026)
    assert countries.profile("PA").holidays(2026)[date(2026, 2, 17)] == "Martes de Carnaval"


@pytest.mark.parametrize(
    ("code", "text", "kept"),
    [
        ("CR", "3101123456", "3-101-123456"),
        ("CR", "1 0234 0567", "1-0234-0567"),
        ("GT", "576937k", "576937-K"),
        ("GT", "576937-1", ""),
        ("HN", "08011985123456", "0801-1985-123456"),
        ("HN", "99011985123456", ""),
        ("SV", "000162975", "00016297-5"),
        ("SV", "000162976", ""),
        ("MX", "gode561231gr8", "GODE561231GR8"),
        ("PA", "8-123-456", "8-123-456"),
        ("PA", "155603048-2-2015 dv 42", "155603048-2-2015 DV 42"),
        ("PA", "hola", ""),
    ],
)
def test_tax_ids_are_checked_and_written_as_usual(code, text, kept):
    found = [kind.clean(text) for kind in countries.profile(code).tax_ids]
    assert next((number for number in found if number), "") == kept


HOME = {"region": "San José", "city": "Escazú", "district": "San Rafael", "street": "200 m norte de la plaza"}


def test_a_costa_rican_address_is_kept_and_printed(app):
    with app.test_request_context("/"):
        kept, errors = address.check({**HOME, "street": "  200 m  norte de la plaza ", "evil": "x"}, "CR")
    assert errors == {}
    assert kept == {"country": "CR", **HOME}
    assert address.lines(kept, here="CR") == ["200 m norte de la plaza", "San Rafael, Escazú", "San José"]
    assert address.lines(kept, here="MX")[-1] == "Costa Rica"


def test_a_part_must_lie_in_the_part_above_it(app):
    with app.test_request_context("/"):
        assert set(address.check({**HOME, "city": "Liberia"}, "CR")[1]) == {"city", "district"}
        assert set(address.check({}, "CR")[1]) == {"region", "city", "district", "street"}
        assert set(address.check({**HOME, "postcode": "7200"}, "MX")[1]) == {"postcode", "region"}


def test_a_foreign_address_needs_street_and_town(app):
    with app.test_request_context("/"):
        kept, errors = address.check({"street": "1 Main St", "city": "Tucson", "postcode": "85701"}, "US")
    assert errors == {}
    assert address.lines(kept, here="CR") == ["1 Main St", "85701 Tucson", "Estados Unidos"]
