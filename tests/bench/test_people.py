"""The measurement of finding people: it runs, and its last line is what tools read."""

from tests.bench import last_line


def test_the_last_line_is_json():
    said, last = last_line.of("people")
    assert set(last["cases"]) == {f"sqlite {case}" for case in ("two names", "telephone", "address", "nobody")}
    assert "every row looked at" in said
