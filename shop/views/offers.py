"""Promotions on a product's page: what runs for this visitor; what sales use up is a hole, days move with the page."""

from collections.abc import Mapping
from typing import Any

from flask import Flask

from kernel import holes
from shop import discount_sentences, discounts, promotions
from shop.catalog import Product
from shop.views import frame, visitor

MOST = 3


def of(product: Product) -> list[dict[str, Any]]:
    """What is told; a promotion with a limit hides as soon as it is used up."""
    if not frame.once("promotions", lambda: bool(discounts.asked(()))):
        return []
    return [
        {"text": discount_sentences.offer(row, product.id),
         "gone": "" if row.usage_limit is None else holes.hole(f"offer:{row.id}")}
        for row in promotions.around(product, visitor.group())[:MOST]
    ]  # fmt: skip


def fill(keys: list[str]) -> Mapping[str, str]:
    """`hidden` for each that is used up by now."""
    gone = discounts.spent(int(key) for key in keys)
    return {key: " hidden" if int(key) in gone else "" for key in keys}


def init_app(_app: Flask) -> None:
    """Fill the holes."""
    holes.define_group("offer", fill)
