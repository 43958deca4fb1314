"""The measurement itself: it runs, ours and every way by hand find the same people, its last line is what tools read."""

from tests.bench import last_line


def test_the_last_line_is_json():
    said, last = last_line.of("segments", last_line.by_hand)
    assert set(last["cases"]) == {"sqlite", "sqlite, letters"}
    assert "milliseconds: ours" in said
