"""Form-encoded words as Stripe nests them: `line_items[0][price_data][currency]=usd`, `expand[]=charge`."""

import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qsl

from shop.gateways.fake.problems import invalid, missing_param, unknown_param

PART = re.compile(r"\[([^\]]*)\]")
MOST_METADATA, MOST_NAME, MOST_VALUE = 50, 40, 500


def read(encoded: str) -> dict[str, Any]:
    """The nested words of a form or a query."""
    tree: dict[str, Any] = {}
    for name, value in parse_qsl(encoded, keep_blank_values=True):
        head, *rest = [name.split("[", 1)[0], *PART.findall(name)]
        _put(tree, [head, *rest], value)
    read_tree: dict[str, Any] = {name: _listed(value) for name, value in tree.items()}
    return read_tree


def _put(tree: dict[str, Any], path: list[str], value: str) -> None:
    for part in path[:-1]:
        below = tree.setdefault(part or str(len(tree)), {})
        if not isinstance(below, dict):
            raise invalid(f"Invalid {path[0]}")
        tree = below
    tree[path[-1] or str(len(tree))] = value


def _listed(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    inner = {name: _listed(below) for name, below in value.items()}
    if inner and all(name.isdigit() for name in inner):
        return [inner[name] for name in sorted(inner, key=int)]
    return inner


def only(params: dict[str, Any], allowed: Iterable[str], within: str = "") -> None:
    """Refuse a word that the endpoint does not have."""
    for name in params:
        if name not in allowed:
            raise unknown_param(f"{within}[{name}]" if within else name)


def needed(params: dict[str, Any], name: str, within: str = "") -> Any:
    """A word that has to be there."""
    if params.get(name) in (None, ""):
        raise missing_param(f"{within}[{name}]" if within else name)
    return params[name]


def whole(value: Any, name: str) -> int:
    """A whole number."""
    if not re.fullmatch(r"-?\d{1,15}", str(value)):
        raise invalid(f"Invalid integer: {value}", code="parameter_invalid_integer", param=name)
    return int(value)


def metadata(value: Any) -> dict[str, str]:
    """A caller's own notes, within Stripe's bounds."""
    if value in (None, ""):
        return {}
    if not isinstance(value, dict):
        raise invalid("Invalid object", param="metadata")
    if len(value) > MOST_METADATA:
        raise invalid("Metadata may have at most 50 keys", param="metadata")
    for name, text in value.items():
        if len(name) > MOST_NAME or not isinstance(text, str) or len(text) > MOST_VALUE:
            raise invalid(f"Metadata value or key too long: {name}", param=f"metadata[{name}]")
    return dict(value)
