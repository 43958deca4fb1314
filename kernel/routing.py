"""Routes whose addresses are put together by code that is compiled when it is first wanted; numbers in them."""

from collections.abc import Callable
from typing import Any

from werkzeug.routing import IntegerConverter, Rule


class Route(Rule):
    """A rule like any other; werkzeug compiles two builders for each of hundreds, half of a start, and few are used."""

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        name = "_build_unknown" if append_unknown else "_build"

        def build(rule: Rule, /, **values: Any) -> tuple[str, str]:
            made = Rule._compile_builder(rule, append_unknown).__get__(rule, None)
            setattr(rule, name, made)
            address: tuple[str, str] = made(**values)
            return address

        return build


class Number(IntegerConverter):
    """A number in an address that a row of ours can have: a longer one leads to no page."""

    regex = r"\d{1,18}"
