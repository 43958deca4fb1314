"""Rule sentences: a rule as one reads it, and why somebody is in or out, each condition held or not."""

from dataclasses import dataclass
from typing import Any

from crm import rules
from crm.rules import Node, Person, either
from kernel.i18n import _


@dataclass(frozen=True)
class Line:
    """One condition, or a heading over several, and whether it holds."""

    text: str
    held: bool
    parts: tuple["Line", ...] = ()


def sentence(rule: Any) -> str:
    """The rule as one sentence: "People who are in Costa Rica and like espresso"; raises BadRule."""
    told = _told(rules.read(rule), 0)
    return _("People who %(what)s.", what=told) if told else _("Everybody.")


def _told(node: Node, depth: int) -> str:
    if node.term:
        return node.term.says(node.value)
    if node.kind == "not":
        return _denied(node.parts[0])
    said = [one for one in (_told(part, depth + 1) for part in node.parts) if one]
    if not said:
        return "" if node.kind == "all" else _("are in no list")
    told = _both(said) if node.kind == "all" else either(said)
    return f"({told})" if depth and len(said) > 1 else told


def _denied(node: Node) -> str:
    """Who is not of those; of a place, who is known to be elsewhere; "": everybody is meant."""
    while node.kind in rules.GROUPS and len(node.parts) == 1:
        node = node.parts[0]
    if node.kind == "not":
        return _told(node.parts[0], 1)
    if not node.term and not any(_told(part, 1) for part in node.parts):
        return "" if node.kind == "any" else _("are in no list")
    if node.term and node.term.contrary:
        return node.term.contrary(node.value)
    if node.term and node.term.elsewhere and "" in node.value:
        return node.term.elsewhere([one for one in node.value if one])
    return _("are not among those who %(what)s", what=_told(node, 1))


def _both(said: list[str]) -> str:
    if len(said) < 2:
        return "".join(said)
    return _("%(first)s and %(last)s", first=", ".join(said[:-1]), last=said[-1])


HEADS = {
    "all": lambda: _("All of this:"), "any": lambda: _("At least one of this:"), "none": lambda: _("Nothing of this:"),
    "some": lambda: _("Not all of this:"),
}  # fmt: skip


def why(rule: Any, person: Person) -> Line:
    """Every condition of a rule for one person, held or not; raises BadRule."""
    return _line(rules.read(rule), person, wanted=True)


def _line(node: Node, person: Person, *, wanted: bool) -> Line:
    held = node.means(person) is wanted
    if node.term:
        inside = node.parts if node.kind == "segment" else ()
        parts = tuple(_line(part, person, wanted=True) for part in inside)
        return Line(_told(node, 0) if wanted else _denied(node), held, parts)
    if node.kind == "not":
        return _line(node.parts[0], person, wanted=not wanted)
    head = node.kind if wanted else {"any": "none", "all": "some"}[node.kind]
    return Line(HEADS[head](), held, tuple(_line(part, person, wanted=True) for part in node.parts))
