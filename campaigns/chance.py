"""Chance: whether two halves of the people differ by more than chance alone would have them differ."""

from math import sqrt
from statistics import NormalDist

SURE = 0.05  # so seldom does chance alone show a difference as large: then it is called one
FEW = 5  # clicks to be expected in each half, below which the sums say nothing


def likely(first: tuple[int, int], second: tuple[int, int]) -> float:
    """How likely chance alone shows at least such a difference between (how many, of how many) and the other: the
    two-sided test of two proportions with their common share."""
    (some, whole), (others, rest) = first, second
    if not whole or not rest:
        return 1.0
    share = (some + others) / (whole + rest)
    spread = sqrt(share * (1 - share) * (1 / whole + 1 / rest))
    return 2 * (1 - NormalDist().cdf(abs(some / whole - others / rest) / spread)) if spread else 1.0


def verdict(first: tuple[int, int], second: tuple[int, int]) -> str:
    """`few`: too little happened to say anything; `chance`: it may be chance; `sure`: it hardly is."""
    whole = first[1] + second[1]
    share = (first[0] + second[0]) / whole if whole else 0.0
    if min(share, 1 - share) * min(first[1], second[1]) < FEW:
        return "few"
    return "sure" if likely(first, second) < SURE else "chance"
