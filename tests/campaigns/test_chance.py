"""Whether two halves differ by more than chance, against values that others have worked out."""

import pytest

from campaigns import chance


@pytest.mark.parametrize(("first", "second", "p"), [
    ((30, 200), (45, 200), 0.0547), ((50, 1000), (80, 1000), 0.0065), ((10, 100), (20, 100), 0.0477),
    ((10, 100), (10, 100), 1.0), ((0, 50), (0, 50), 1.0), ((50, 50), (50, 50), 1.0), ((3, 0), (0, 10), 1.0),
])  # fmt: skip
def test_two_shares_are_compared_as_the_books_do(first, second, p):
    assert chance.likely(first, second) == pytest.approx(p, abs=0.0005)
    assert chance.likely(first, second) == pytest.approx(chance.likely(second, first))


@pytest.mark.parametrize(("first", "second", "told"), [
    ((2, 50), (4, 50), "few"), ((0, 0), (0, 0), "few"), ((30, 200), (45, 200), "chance"), ((50, 1000), (80, 1000), "sure"),
    ((0, 500), (40, 500), "sure"), ((1, 20), (2, 20), "few"),
])  # fmt: skip
def test_what_is_said_of_it_is_honest(first, second, told):
    assert chance.verdict(first, second) == told
