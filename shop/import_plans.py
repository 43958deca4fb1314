"""What becomes of the lines of one product: held against what the shop has; the dry run asks as the real one."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from kernel.file_imports import Line
from kernel.folding import fold
from shop import import_addresses, import_changes, import_choices, import_fields, import_lines, imports, marks, slugs
from shop.catalog import Product, Variant
from shop.import_choices import Outcome, Plan
from shop.import_lines import Reading, Refused, Told
from shop.import_world import World


def judge(how: Reading, twice: dict[int, Outcome] | None = None) -> Callable[[Sequence[Line]], list[Plan]]:
    """What plans some lines of a file, one plan for each product; `twice`: lines that an earlier look refused."""
    world = World()

    def planned(lines: Sequence[Line]) -> list[Plan]:
        found = [(together, *_read(together, how)) for together in imports.grouped(lines, how)]
        world.meet(one for _lines, told, _plan in found for one in told)
        return [_plan(together, told, plan, (how, world, twice or {})) for together, told, plan in found]

    return planned


def kept(plans: Iterable[Plan]) -> list[list[Any]]:
    """What stays of what becomes of each line, in their order."""
    told = (one for plan in plans for one in plan.outcomes.values())
    return [one.kept for one in sorted(told, key=lambda one: one.line)]


def _read(lines: Sequence[Line], how: Reading) -> tuple[list[Told], Plan]:
    found, plan = [], Plan()
    for line, cells in lines:
        try:
            found.append(import_lines.told(line, cells, how))
            plan.outcomes[line] = Outcome(line)
        except Refused as no:
            plan.refuse(line, *no.note)
    return found, plan


def _plan(together: Sequence[Line], told: list[Told], plan: Plan, about: tuple[Reading, World, Any]) -> Plan:
    how, world, twice = about
    names = {import_lines.group(cells, how) for _line, cells in together}
    heads = {
        line
        for line, cells in together
        if any(one in names for one in import_lines.keys(cells, how)) and len(together) > 1
    }
    _filled(told)
    plan.lines = [one for one in told if not one.picture]
    for one in told:
        if one.line in twice and not one.picture:
            plan.refuse(one.line, *twice[one.line].notes[0])
    head = [one for one in plan.lines if one.line in heads]
    plan.lines = [one for one in plan.lines if one.line not in heads]
    plan.code = head[0].sku if head else ""
    plan.sift(lambda one: _once(one, world))
    _match(plan, head, world)
    _agree(plan, head, world, how)
    _shelf(plan, world, how)
    if plan.product is not None and plan.values.get("state") == "live" and not how.publish:
        del plan.values["state"]  # nothing comes before the public that nobody ticked
        plan.note(plan.told_on["state"], "draft")
    if plan.product is None:
        _new(plan, head, world)
    else:
        import_choices.grown(plan, world)
        import_changes.find(plan, world)
    _told(plan, head)
    import_addresses.find(plan, told, how)
    return plan


def _filled(told: Sequence[Told]) -> None:
    """The names of options stand on the first line of a product only, in some files."""
    names: list[str] = []
    for one in told:
        names = (
            [name for name, _value in one.options]
            if all(name for name, _value in one.options) and one.options
            else names
        )
        one.options = [(name or (names[at] if at < len(names) else ""), value)
                       for at, (name, value) in enumerate(one.options)]  # fmt: skip


def _once(one: Told, world: World) -> Refused | None:
    """Each code once in a file."""
    row = world.variant(one.sku) if one.sku else None
    key = f"#{row.id}" if row else fold(one.sku)
    if one.sku and (first := world.lines.setdefault(key, one.line)) != one.line:
        return Refused("twice", one.sku, first)
    return None


def _match(plan: Plan, head: Sequence[Told], world: World) -> None:
    """Which product is meant: by the code of a variant, else by its address or its own code."""
    owners = {one.line: world.variant(one.sku) for one in plan.lines if one.sku}
    binned = {row.product_id for row in owners.values() if row and world.products[row.product_id].binned_at}
    plan.sift(
        lambda one: Refused("bin", one.sku) if (row := owners.get(one.line)) and row.product_id in binned else None
    )
    first = next((row for one in plan.lines if (row := owners.get(one.line))), None)
    if first is not None:
        plan.product = world.products[first.product_id]
    else:
        links = [slugs.make(one.values["handle"]) for one in [*head, *plan.lines] if one.values.get("handle")]
        codes = [code.lower() for code in (*(one.sku for one in head), *(one.of for one in plan.lines)) if code]
        plan.product = next((world.slugs[link] for link in links if link in world.slugs), None)
        plan.product = plan.product or next((world.heads[code] for code in codes if code in world.heads), None)
    mine = plan.product.id if plan.product else 0
    plan.sift(lambda one: Refused("elsewhere", one.sku)
              if (row := owners.get(one.line)) and row.product_id != mine else None)  # fmt: skip
    for one in plan.lines:
        row = owners.get(one.line) or (_chosen(one, plan.product, world) if plan.product and not one.sku else None)
        if row is not None and row.active:
            plan.known[one.line] = row
        else:
            plan.fresh.append(one)


def _chosen(one: Told, product: Product, world: World) -> Variant | None:
    """The variant of a line without a code: the only one, or the one with that choice."""
    rows = world.active(product)
    if not one.options:
        return rows[0] if len(rows) == 1 and not rows[0].options else None
    wanted = sorted(fold(value) for _name, value in one.options)
    return next((row for row in rows if sorted(import_choices.choice(product, row)) == wanted), None)


def _agree(plan: Plan, head: Sequence[Told], world: World, how: Reading) -> None:
    """What is told of the product as a whole: its lines say the same, or what it has already."""
    for one in [*head, *plan.lines]:
        try:
            told = import_changes.whole(one, world, how)
        except Refused as no:
            plan.refuse(one.line, *no.note)
            continue
        if len(told.get("tags", ())) < one.values.get("tags", "").count(",") + 1 > marks.MOST:
            plan.note(one.line, "tags")
        for code, value in told.items():
            if plan.product is not None and import_changes.same(plan.product, code, value):
                continue
            if one.of and (code in plan.values or code.partition("_")[0] in import_fields.WORDS):
                continue  # its own name for one variant
            if code not in plan.values:
                plan.values[code], plan.told_on[code] = value, one.line
            elif plan.values[code] != value:
                plan.refuse(one.line, "differs", one.values.get(code, ""), plan.told_on[code])
                break


def _shelf(plan: Plan, world: World, how: Reading) -> None:
    """A category that is missing is made once, or left out."""
    names = plan.values.get("shelf")
    if not isinstance(names, tuple) or plan.outcomes[line := plan.told_on["shelf"]].kind == "refused":
        return
    said, key = " > ".join(names), tuple(map(fold, names))
    if not how.shelves:
        del plan.values["shelf"]
        plan.note(line, "shelf", said)
    elif key not in world.fresh:
        world.fresh.add(key)
        plan.note(line, "shelf_made", said)


def _new(plan: Plan, head: Sequence[Told], world: World) -> None:
    """A product that is not there yet: it needs a name and a price, and lines that can be told apart."""
    name = plan.values.get("name", "")
    known = world.names.get(fold(name)[:120], set())
    priced = any("price" in one.values for one in plan.lines)
    nameless = Refused("name") if not name else None if priced else Refused("no_price")
    if known and not any(one.sku for one in [*head, *plan.lines]):
        nameless = Refused("called", name)
    plan.sift(lambda _one: nameless)
    plan.said = import_choices.apart(plan)
    if not plan.lines:
        for one in head:
            plan.refuse(one.line, *(nameless or Refused("no_price")).note)
        return
    world.names.setdefault(fold(name)[:120], set()).add(0)
    if known:
        plan.note(plan.lines[0].line, "same_name")


def _told(plan: Plan, head: Sequence[Told]) -> None:
    """Of what kind each line is: what it changes stands beside it."""
    taken = {one.line for one in [*head, *plan.lines] if plan.outcomes[one.line].kind != "refused"}
    if plan.product is None:
        for line in taken:
            plan.outcomes[line].kind = "new"
        return
    touched = {one.line for one in plan.changes} | {one.line for one in plan.fresh}
    for line in taken:
        plan.outcomes[line].product_id = plan.product.id
        plan.outcomes[line].kind = "changed" if line in touched else "same"
