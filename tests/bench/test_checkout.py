"""The measurement of the checkout: it runs, nothing is oversold, and its last line is what tools read."""

from tests.bench import last_line


def test_the_last_line_is_json_and_nothing_is_oversold():
    said, last = last_line.of("checkout")
    assert set(last["cases"]) == {f"sqlite {buyers} buyers" for buyers in (1, 8)}
    assert "0 oversold" in said
