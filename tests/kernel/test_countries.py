"""Country profiles: complete for our twelve, plain for the rest, and their addresses, taxes and holidays."""

import zoneinfo
from datetime import date

import pytest

from kernel import address, countries, money, phones

PARTS = {
    "CR": (7, 84), "GT": (22, 340), "HN": (18, 298), "SV": (14, 262), "NI": (17, 153), "PA": (14, 86), "DO": (32, 0),
    "MX": (32, 0), "CO": (33, 0), "PE": (25, 196), "CL": (16, 346), "US": (56, 0),
}  # fmt: skip


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
    assert all(kind.clean(kind.example) == kind.example for kind in known.tax_ids)
    assert not any(kind.clean(text) for kind in known.tax_ids for text in ("", "1", "hola", "0" * 30))
    assert phones.parse(known.phone_example, code).startswith(f"+{known.phone_code}")
    assert known.rounding in money.ROUNDING
    assert known.paper in {"letter", "A4"}
    assert len(known.holidays(2027)) >= 7
    assert zoneinfo.ZoneInfo(known.timezone)


@pytest.mark.parametrize("code", countries.OURS)
def test_its_taxes_and_fiscal_fields_can_be_written_down(code):
    known = countries.profile(code)
    for tax in known.taxes:
        assert 0 <= tax.rate_bp <= 10_000
        assert {"code", "name", "rate_bp"} <= {key for part in tax.parts for key in part} or not tax.parts
        assert not (tax.offered and tax.default)
    for one in known.fiscal:
        assert one.on in {"product", "tenant", "customer"}
        assert one.clean(f" {one.example} ") == one.example
        assert not one.clean("¿?")
        assert set(one.help) == {"es", "en"}


def test_new_shops_speak_one_language_but_where_two_are_usual():
    assert {code for code in countries.OURS if len(countries.profile(code).languages) > 1} == {"PA", "US"}
    assert countries.profile("AR").languages == ("es",)
    assert countries.profile("US").language == "en"


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
    assert countries.profile("CA").timezone == "America/St_Johns"
    assert (countries.profile("CA").paper, countries.profile("DE").paper) == ("letter", "A4")
    assert countries.profile("AR").language == "es"
    assert countries.divisions("CA") == {}


def test_no_country_of_that_name():
    with pytest.raises(LookupError):
        countries.profile("../x")


def test_ours_stand_first_in_the_list_and_accents_sort_well():
    names = [name for _, name in countries.choices("es")]
    assert names[0] == "Costa Rica"
    assert names.index("Estados Unidos") < names.index("Afganistán")
    assert names.index("España") < names.index("Estonia")


def test_holidays_move_as_the_law_says():
    assert countries.profile("CR").holidays(2026)[date(2026, 4, 3)] == "Viernes Santo"
    assert countries.profile("MX").holidays(2026)[date(2026, 11, 16)] == "Día de la Revolución"
    days = {code: countries.profile(code).holidays(2026) for code in ("CO", "DO", "CL", "US")}
    assert days["CO"][date(2026, 11, 16)] == "Independencia de Cartagena"
    assert days["CO"][date(2026, 6, 8)] == "Corpus Christi"
    assert days["DO"][date(2026, 1, 5)] == "Día de los Santos Reyes"
    assert days["DO"][date(2026, 11, 9)] == "Día de la Constitución"
    assert days["CL"][date(2026, 10, 12)] == "Encuentro de Dos Mundos"
    assert date(2028, 10, 27) in countries.profile("CL").holidays(2028)  # a Tuesday goes back to Friday
    assert days["US"][date(2026, 7, 3)] == "Día de la Independencia"
    assert days["US"][date(2026, 5, 25)] == "Memorial Day"
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
        ("NI", "j0310000000004", "J0310000000004"),
        ("NI", "0010101800001a", "001-010180-0001A"),
        ("NI", "001-321380-0001A", ""),
        ("DO", "101850043", "1-01-85004-3"),
        ("DO", "101850042", ""),
        ("DO", "00113918205", "001-1391820-5"),
        ("CO", "2131234321", "213.123.432-1"),
        ("CO", "1020304050", "1.020.304.050"),
        ("CO", "12345", ""),
        ("PE", "20512333797", "20512333797"),
        ("PE", "20512333798", ""),
        ("PE", "10117410", "10117410"),
        ("CL", "760864285", "76.086.428-5"),
        ("CL", "76.086.428-6", ""),
        ("US", "911144442", "91-1144442"),
        ("US", "07-1144442", ""),
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
        kept, errors = address.check({"street": "1 Main St", "city": "Tucson", "postcode": "85701"}, "AR")
    assert errors == {}
    assert address.lines(kept, here="CR") == ["1 Main St", "85701 Tucson", "Argentina"]


@pytest.mark.parametrize(
    ("code", "given", "printed"),
    [
        ("NI", {"region": "Granada", "city": "Diriomo", "street": "Del parque, 1 c. al sur"}, ["Del parque, 1 c. al sur", "Diriomo, Granada"]),
        ("DO", {"region": "La Vega", "city": "Jarabacoa", "street": "Calle 1"}, ["Calle 1", "Jarabacoa, La Vega"]),
        ("CO", {"region": "Antioquia", "city": "Envigado", "street": "Cra 1 # 2-3"}, ["Cra 1 # 2-3", "Envigado, Antioquia"]),
        ("PE", {"region": "Lima", "city": "Huaral", "district": "Chancay", "street": "Jr. Lima 1"}, ["Jr. Lima 1", "Chancay, Huaral", "Lima"]),
        ("CL", {"region": "Biobío", "city": "Lota", "street": "Calle 1"}, ["Calle 1", "Lota", "Biobío"]),
        ("US", {"region": "Arizona", "city": "Tucson", "postcode": "85701", "street": "1 Main St"}, ["1 Main St", "Tucson, Arizona 85701"]),
    ],
)  # fmt: skip
def test_an_address_of_each_new_country_is_kept_and_printed(app, code, given, printed):
    with app.test_request_context("/"):
        kept, errors = address.check(given, code)
        wrong = address.check({**given, "region": "Atlantis"}, code)[1]
    assert (errors, address.lines(kept, here=code)) == ({}, printed)
    assert "region" in wrong
