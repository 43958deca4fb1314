"""The coins and notes of each currency, to count a drawer by them."""

import tomllib
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

from kernel.money import Money, digits


@dataclass(frozen=True)
class Piece:
    """A coin or a note."""

    value: Money
    coin: bool


@lru_cache
def pieces(currency: str) -> tuple[Piece, ...]:
    """What people pay with in that currency, notes first, the largest first; () where we do not know."""
    told = tomllib.loads((Path(__file__).parent / "money" / "cash.toml").read_text(encoding="utf-8")).get(currency, {})
    minor = 10 ** digits(currency)
    return tuple(
        Piece(Money(int(Decimal(face) * minor), currency), kind == "coins")
        for kind in ("notes", "coins") for face in told.get(kind, ())
    )  # fmt: skip
