"""A plan of one product with what becomes of its lines, and what can be chosen of it: each choice once."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from kernel.folding import fold
from kernel.refusal import Refusal
from shop import import_changes, options
from shop.catalog import Product, Variant
from shop.import_lines import Refused, Told
from shop.import_world import World
from shop.options import Said

Choice = tuple[str, ...]


@dataclass
class Outcome:
    """What becomes of a line: its kind, why, and how it is taken back."""

    line: int
    kind: str = "same"  # of imports.KINDS
    product_id: int | None = None
    notes: list[tuple[str, str, int]] = field(default_factory=list)
    undo: dict[str, Any] = field(default_factory=dict)

    @property
    def kept(self) -> list[Any]:
        """What stays of it: [line, kind, product's id, notes, how it is taken back]."""
        return [self.line, self.kind, self.product_id, [list(note) for note in self.notes], self.undo]


@dataclass
class Plan:
    """What is done with one product: made of these lines, or changed, with choices that it did not have."""

    product: Product | None = None
    code: str = ""  # of a product that has a line of its own
    lines: list[Told] = field(default_factory=list)  # that are taken and are variants
    known: dict[int, Variant] = field(default_factory=dict)  # by line
    fresh: list[Told] = field(default_factory=list)  # lines of choices that are new
    values: dict[str, Any] = field(default_factory=dict)  # told of the product as a whole
    told_on: dict[str, int] = field(default_factory=dict)  # on which line each stands
    said: list[Said] = field(default_factory=list)  # the options that it gets
    changes: list[import_changes.Change] = field(default_factory=list)
    pictures: list[Any] = field(default_factory=list)  # of import_addresses.Wanted
    outcomes: dict[int, Outcome] = field(default_factory=dict)

    def note(self, line: int, why: str, value: Any = "", other: int = 0) -> None:
        """Say something of a line that is taken."""
        self.outcomes[line].notes.append((why, str(value)[:80], other))

    def refuse(self, line: int, why: str, value: Any = "", other: int = 0) -> None:
        """Do not take a line."""
        self.outcomes[line] = Outcome(line, "refused", notes=[(why, str(value)[:80], other)])
        self.lines = [one for one in self.lines if one.line != line]
        self.fresh = [one for one in self.fresh if one.line != line]
        self.known.pop(line, None)

    def sift(self, refused: Callable[[Told], Refused | None]) -> None:
        """Do not take the lines for which there is a reason."""
        for one in list(self.lines):
            if no := refused(one):
                self.refuse(one.line, *no.note)


def choice(product: Product, row: Variant) -> Choice:
    """What is chosen in a variant, however it is written."""
    return tuple(fold(value) for _name, value in import_changes.written(product, row))


def apart(plan: Plan) -> list[Said]:
    """The options of a new product: its lines name the same ones, and each choice once."""
    names = [name for name, _value in plan.lines[0].options] if plan.lines else []
    folded, taken = [fold(name) for name in names], dict[Choice, int]()

    def no(one: Told) -> Refused | None:
        wish = tuple(fold(value) for _name, value in one.options)
        first = taken.setdefault(wish, one.line)
        if first == one.line:
            right = [fold(name) for name, _value in one.options] == folded
            return None if right and (names or not one.options) else _else(one, taken, wish)
        return Refused("choice_twice" if wish else "no_choice", "", first)

    plan.sift(no)
    said = _said(names, plan.lines)
    return said if _fit(plan, said) else []


def _else(one: Told, taken: dict[Choice, int], wish: Choice) -> Refused:
    del taken[wish]
    return Refused("other_options", "; ".join(f"{name}={value}" for name, value in one.options))


def _said(names: Sequence[str], lines: Iterable[Told]) -> list[Said]:
    values: list[dict[str, str]] = [{} for _name in names]
    for one in lines:
        for at, (_name, value) in enumerate(one.options):
            values[at].setdefault(fold(value), value)
    words = import_changes.words
    return [Said(words(name), [words(value) for value in found.values()])
            for name, found in zip(names, values, strict=True)]  # fmt: skip


def _fit(plan: Plan, said: Sequence[Said]) -> bool:
    try:
        options.choices(options.coded(said, plan.product.options if plan.product else []))
    except Refusal:
        for one in plan.fresh[:] if plan.product else plan.lines[:]:
            plan.refuse(one.line, "many")
        return False
    return True


def grown(plan: Plan, world: World) -> None:
    """Choices that a product gets: it has those options already, with other values."""
    product = plan.product
    if product is None or not plan.fresh:
        return
    names = [import_changes.text(one["name"]) for one in product.options]
    order = {fold(name): at for at, name in enumerate(names)}
    taken = {choice(product, row): 0 for row in world.active(product)}
    for one in plan.fresh[:]:
        if not names:
            plan.refuse(one.line, "no_options", import_changes.text(product.name))
        elif sorted(fold(name) for name, _value in one.options) != sorted(order):
            plan.refuse(one.line, "other_options", "; ".join(f"{name}={value}" for name, value in one.options))
        else:
            one.options.sort(key=lambda pair: order[fold(pair[0])])
            wish = tuple(fold(value) for _name, value in one.options)
            if (first := taken.setdefault(wish, one.line)) != one.line:
                plan.refuse(one.line, "choice_twice" if first else "choice_there", one.sku, first)
    said = [Said(one["name"], [value["name"] for value in one["values"]]) for one in product.options]
    for at, more in enumerate(_said(names, plan.fresh)):
        known = {fold(text) for value in said[at].values for text in value.values()}
        fresh = [value for value in more.values if not known & {fold(text) for text in value.values()}]
        said[at] = Said(said[at].name, [*said[at].values, *fresh])
    plan.said = said if plan.fresh and _fit(plan, said) else []
