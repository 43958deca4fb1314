"""The measurement of letters: it runs, every letter arrives and is marked, and its last line is what tools read."""

from tests.bench import last_line


def test_the_last_line_is_json_and_every_letter_arrived():
    said, last = last_line.of("mail")
    assert set(last["cases"]) == {"sqlite letters"}
    assert "dkimpy" in said
