"""The measurement itself: it runs, and its last line is what tools read. Seconds are nobody's business here."""

from tests.bench import last_line

CASES = {"home", "category", "product", "category cold", "product cold", "add-to-cart", "place-order"}


def test_the_last_line_is_json():
    said, last = last_line.of("pages")
    assert set(last["cases"]) == {f"sqlite {name}" for name in CASES}
    assert "after 10 pages, plaza pages: " in said
