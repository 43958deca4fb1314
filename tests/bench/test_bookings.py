"""The measurement of bookings: it runs, nothing overlaps, and its last line is what tools read."""

from tests.bench import last_line


def test_the_last_line_is_json_and_nothing_overlaps():
    said, last = last_line.of("bookings")
    assert set(last["cases"]) == {"sqlite month", "sqlite 8 visitors"}
    assert "0 overlap" in said
