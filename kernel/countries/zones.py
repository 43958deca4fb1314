"""The first time zone of a country, from the zone table of the tz database."""

from functools import lru_cache
from importlib import resources


@lru_cache
def _table() -> dict[str, str]:
    text = resources.files("tzdata.zoneinfo").joinpath("zone.tab").read_text(encoding="utf-8")
    found: dict[str, str] = {}
    for line in text.splitlines():
        if line and not line.startswith("#"):
            code, _place, zone = line.split("\t")[:3]
            found.setdefault(code, zone)
    return found


def of(code: str) -> str:
    """An IANA zone of that country; UTC where it has none."""
    return _table().get(code, "UTC")
