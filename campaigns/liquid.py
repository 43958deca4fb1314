"""Liquid: what a tenant may write into a letter to be filled in for each reader; a sandbox with few words."""

import re
from functools import lru_cache
from typing import Any

from liquid import BoundTemplate, Environment
from liquid.exceptions import LiquidError

from kernel.letter_parts import PIECE

TAGS = (
    "if",
    "unless",
    "case",
    "for",
    "break",
    "continue",
    "assign",
    "comment",
    "cycle",
    "content",
    "output",
    "illegal",
)
FILTERS = (
    "default", "upcase", "downcase", "capitalize", "size", "first", "last", "join", "date", "truncate",
    "truncatewords", "strip", "plus", "minus", "times", "divided_by", "modulo", "round", "floor", "ceil", "abs",
)  # fmt: skip
LITERAL = re.compile(r"\"[^\"]*[<>&][^\"]*\"|'[^']*[<>&][^']*'")  # words of the template itself are not escaped again
Wrong = LiquidError
LIMIT = 200_000  # signs of a letter


class Sandbox(Environment):
    """Few tags and filters, no files, and an end to every loop and every output."""

    loop_iteration_limit = 2000
    output_stream_limit = LIMIT
    local_namespace_limit = 2000
    context_depth_limit = 10

    def __init__(self, *, autoescape: bool) -> None:
        super().__init__(autoescape=autoescape)
        self.tags = {name: tag for name, tag in self.tags.items() if name in TAGS}
        self.filters = {name: one for name, one in self.filters.items() if name in FILTERS}


PAGE, PLAIN = Sandbox(autoescape=True), Sandbox(autoescape=False)


def template(text: str, *, page: bool) -> BoundTemplate:
    """A text ready to be filled in, as HTML or plain; raises Wrong when it cannot be read."""
    return (PAGE if page else PLAIN).from_string(text)


@lru_cache(maxsize=4096)
def wrong(text: str) -> str:
    """Why a text cannot be filled in, in the words of who reads templates; "" when it can."""
    if LITERAL.search("".join(PIECE.findall(text))):
        return "<>&"
    try:
        unknown = set(PLAIN.from_string(text).analyze(include_partials=False).filters) - set(FILTERS)
    except (LiquidError, RecursionError) as error:
        return str(error).partition("\n")[0] or "?"
    return f"| {min(unknown)}" if unknown else ""


@lru_cache(maxsize=4096)
def asked(text: str) -> frozenset[tuple[str, ...]]:
    """The fields that a readable text asks for, each as its path: ("shop", "name")."""
    found = PLAIN.from_string(text).analyze(include_partials=False).globals.values()
    return frozenset(_path(one.segments) for group in found for one in group)


def _path(segments: Any) -> tuple[str, ...]:
    return tuple(str(part) for part in segments)


def first(text: str) -> str:
    """Where a text stops to be readable: the field that is none, or the brace that nobody closes."""
    for piece in PIECE.findall(text):
        if piece.startswith("{{") and wrong(piece):
            return str(piece)
    loose = re.search(r"\{[{%].{0,40}", PIECE.sub("", text)) or PIECE.search(text)
    return loose[0].strip() if loose else text
