"""Turns go round, and who had nothing to do is not asked again a moment later."""

from kernel.turns import Turns


def test_the_shop_after_the_last_is_next_and_who_had_nothing_is_asked_anew_when_none_is_left():
    turns, looks = Turns(), []

    def ask(urgent=False):
        return turns.of("letters", lambda: looks.append(urgent) or [1, 2, 3], urgent=urgent)

    assert [next(ask()) for _ in range(4)] == [1, 2, 3, 1]
    assert looks == [False]
    assert list(ask()) == [2, 3, 1]  # none of them had anything
    assert next(ask()) == 2
    assert looks == [False, False]
    assert next(ask(urgent=True)) == 3
    assert looks == [False, False, True]
