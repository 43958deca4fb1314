"""The measurement of a restore: it runs, brings everything back, and its last line is what tools read."""

from tests.bench import last_line


def test_the_last_line_is_json_and_every_row_came_back():
    said, last = last_line.of("restore")
    assert set(last["cases"]) == {"sqlite restore"}
    told = [int(word) for word, after in zip(said.split(), said.split()[1:], strict=False) if after.startswith("rows")]
    assert len(told) == 2
    assert told[0] == told[1] > 200
