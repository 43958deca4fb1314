"""The measurement of pages that fit: it runs, and its last line is what tools read."""

from tests.bench import last_line


def test_the_last_line_is_json():
    said, last = last_line.of("personal")
    assert set(last["cases"]) == {"sqlite home"}
    assert "at the front" in said
