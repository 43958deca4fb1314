"""The four shops as their files tell them, and the little that every part of the loader asks of a file."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

from kernel import money

HERE = Path(__file__).parent
Told = dict[str, Any]
QUICK = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # written in C where it was built


@cache
def shops() -> tuple[Told, ...]:
    """Every shop's file, in order."""
    return tuple(yaml.load(path.read_bytes(), QUICK) for path in sorted(HERE.glob("[0-9]*.yaml")))


def slug(shop: Told) -> str:
    """The name of a shop in addresses."""
    return str(shop["tenant"]["slug"])


def minor(amount: int | None, currency: str) -> int | None:
    """A price of the files, which are whole units, in minor ones."""
    return None if amount is None else int(amount * 10 ** money.digits(currency))


def spoken(shop: Told, words: Told | None) -> dict[str, str]:
    """Words in the languages that the shop speaks."""
    return {code: text for code, text in (words or {}).items() if code in shop["tenant"]["languages"]}
