"""Telephone numbers: kept as E.164, shown as people of the country write them."""

import pytest

from kernel import phones


@pytest.mark.parametrize(
    ("text", "country", "kept"),
    [
        ("8312 3456", "CR", "+50683123456"),
        ("+506 8312-3456", "MX", "+50683123456"),
        ("00506 8312 3456", "GT", "+50683123456"),
        ("222 000 0404", "MX", "+522220000404"),
        ("2400-0303", "HN", "+50424000303"),
        ("+1 (415) 555-2671", "CR", "+14155552671"),
    ],
)
def test_what_people_type_is_kept_the_same_way(text, country, kept):
    assert phones.parse(text, country) == kept


@pytest.mark.parametrize(
    ("text", "digits"),
    [("+506 8312 3456", "83123456"), ("8312-3456", "83123456"), ("+52 222 000 0404", ""), ("no tengo", "")],
)
def test_what_people_there_dial(text, digits):
    assert phones.national(text, "CR") == digits


@pytest.mark.parametrize("text", ["", "123", "no tengo", "9" * 400, "+50683123456789", "\x00"])
def test_what_is_no_number_says_how_to_write_one(text):
    with pytest.raises(phones.BadPhone) as refused:
        phones.parse(text, "CR")
    assert refused.value.values["example"] == "8312 3456"
    assert phones.known(text, "CR") == ""


def test_shown_short_at_home_and_whole_abroad():
    assert phones.show("+50683123456", "CR") == "8312 3456"
    assert phones.show("+50683123456", "MX") == "+506 8312 3456"
    assert phones.digits("+506 8312-3456") == "50683123456"


def test_a_link_to_whatsapp_says_what_was_asked_at_a_number_or_at_nobodys() -> None:
    assert phones.whatsapp("", "+506 8312-3456") == "https://wa.me/50683123456"
    assert phones.whatsapp("¿Hay café & pan?") == "https://wa.me/?text=%C2%BFHay%20caf%C3%A9%20%26%20pan%3F"
    assert phones.whatsapp("a" * 400).removeprefix("https://wa.me/?text=") == "a" * 299 + "%E2%80%A6"
