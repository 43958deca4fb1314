"""What the steps of a file of products do: look its lines through, write them down, take them back."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from kernel import accounts, file_import_steps, tenancy
from kernel.db import db
from kernel.file_imports import Line
from kernel.folding import fold
from kernel.refusal import Refusal
from shop import (
    catalog,
    import_changes,
    import_fields,
    import_pictures,
    import_plans,
    import_undo,
    imports,
    options,
    sheets,
    stock,
)
from shop.catalog import Product, Variant
from shop.import_choices import Outcome, Plan
from shop.import_lines import Reading, Told
from shop.import_world import World
from shop.imports import ProductImport, ProductImportPart
from shop.sheets import Row, Sheet

REASON = "import"  # of what the ledger of stock says


class _Looking:
    """What says of lines what would become of them, and counts the pictures that would be fetched, by place."""

    def __init__(self, row: ProductImport) -> None:
        self.planned = import_plans.judge(replace(imports.reading(row), pictures=True))
        self.hosts = Counter[str]()

    def __call__(self, lines: Sequence[Line]) -> list[list[Any]]:
        plans = self.planned(lines)
        self.hosts.update(one.host for plan in plans for one in plan.pictures if not one.file_id)
        return import_plans.kept(plans)


def _looked(row: ProductImport, judge: Any) -> None:
    row.hosts = dict(judge.hosts.most_common())


def _take(row: ProductImport, part: ProductImportPart) -> list[list[Any]]:
    by = db.session.get(accounts.Account, row.account_id) if row.account_id else None
    twice = {
        line: Outcome(line, kind, notes=[(why, value, other) for why, value, other in notes])
        for line, kind, _product, notes, _undo in part.outcomes
        if kind == "refused" and notes[0][0] == "twice"
    }
    return take_in(part.lines, imports.reading(row), twice, by=by, of=row.id)


def take_in(
    lines: Sequence[Line], how: Reading, twice: Mapping[int, Outcome] | None = None, *, by: Any = None, of: int
) -> list[list[Any]]:
    """Write down the products of some lines of a file; what became of each line, as many as there are lines."""
    plans = import_plans.judge(how, dict(twice or {}))(lines)
    writing = _Writing(how, by)
    for plan in plans:
        if plan.product is None and plan.lines:
            plan.product = writing.make(plan)
        elif plan.product is not None and (plan.changes or plan.fresh):
            writing.change(plan)
        writing.want(plan, of)
    writing.end()
    return import_plans.kept(plans)


class _Writing:
    """What the plans of one part write; lists, search and pages learn of all of it at the end."""

    def __init__(self, how: Reading, by: Any) -> None:
        self.how, self.by = how, by
        self.world = World()
        self.touched: list[Product] = []
        self.left: set[int | None] = set()

    def make(self, plan: Plan) -> Product:
        """A new product with its variants."""
        first, values = plan.outcomes[min(one.line for one in plan.lines)], plan.values
        price = next(one.values["price"] for one in plan.lines if "price" in one.values)
        compare = plan.lines[0].values.get("compare")
        columns: dict[str, Any] = {"name": self._words(plan, "name"), "description": self._words(plan, "description")}
        columns |= {"price_minor": price, "compare_minor": compare, "weight_g": values.get("weight_g")}
        columns |= {"tax_rate_id": values.get("tax"), "category_id": self._shelf(plan, first)}
        columns["tags"] = values.get("tags", [])
        single = plan.lines[0] if len(plan.lines) == 1 and not plan.said else None
        columns["sku"] = single.sku if single else plan.code
        coded = options.coded(plan.said, [])
        rows = {options.key(one): Row({"active": False}) for one in options.choices(coded)}
        by_key = {_key(coded, one): one for one in plan.lines}
        rows |= {key: Row(_values(one, price, compare), one.sku) for key, one in by_key.items()}
        slug = next((one.values["handle"] for one in plan.lines if one.values.get("handle")), "")
        product = sheets.new(
            Sheet(columns, "unlimited", low_at=3, slug=slug, options=plan.said, rows=rows), by=self.by, many=True
        )
        for row in product.variants:
            self._count(row, told := by_key.get(options.key(row.options)))
            plan.known |= {told.line: row} if told else {}
        for one in plan.outcomes.values():
            one.product_id = product.id if one.kind != "refused" else None
        first.undo |= {"made": True}
        if values.get("state", "live") == "live" and self.how.publish:
            self._publish(product, plan, first.line)
        self.touched.append(product)
        return product

    def want(self, plan: Plan, import_id: int) -> None:
        """Have its pictures come."""
        if plan.product is None or not plan.pictures:
            return
        plan.outcomes[next(one.line for one in plan.pictures if not one.there)].undo["pictures"] = True
        variants = {line: row.id for line, row in plan.known.items()}
        import_pictures.want(import_id, plan.product, plan.pictures, variants)

    def _words(self, plan: Plan, kind: str) -> dict[str, str]:
        told = {kind: tenancy.tenant().language}
        told |= {code: code.partition("_")[2] for code in plan.values if code.startswith(f"{kind}_")}
        return {language: plan.values[code] for code, language in told.items() if plan.values.get(code)}

    def _count(self, row: Variant, told: Told | None) -> None:
        units = told.values.get("stock") if told else None
        if told is None or units is None:
            return
        if row.stock_kind == "daily":
            row.daily_capacity = units
        elif row.stock_kind == "onhand":
            stock.adjust(row, on_hand=units, by=self.by, reason=REASON)

    def _shelf(self, plan: Plan, first: Outcome) -> int | None:
        """The category that a plan names, made where it is missing and that is asked for."""
        told = plan.values.get("shelf")
        if not isinstance(told, tuple):
            return int(told) if told else None
        if not self.how.shelves:
            return None
        known, _names = self.world.shelves(" > ".join(told), several=False)
        if known is None:
            made = self.world.make_shelf(told)
            first.undo["shelves"] = made
            known = made[-1]
        return known

    def change(self, plan: Plan) -> None:
        """What is other than it was, with what stood there."""
        product = plan.product
        assert product is not None
        self.left.add(product.category_id)
        if plan.fresh:
            self._grow(plan, product)
        state = None
        for one in plan.changes:
            outcome = plan.outcomes[one.line]
            if one.column == "state":
                state = one
            elif one.column == "category_id":
                if (known := self._shelf(plan, outcome)) and known != product.category_id:
                    _write(outcome, product, "category_id", known)
            elif one.column == "on_hand":
                db.session.refresh(one.row, ["on_hand"], with_for_update=True)
                outcome.undo.setdefault("moved", []).append([one.row.id, one.value - one.row.on_hand])
                stock.adjust(one.row, on_hand=one.value, by=self.by, reason=REASON)
            else:
                _write(outcome, one.row, one.column, one.value)
        db.session.flush()
        if state is not None:
            self._state(plan, product, state)
        import_undo.note_edited(product, by=self.by)
        self.touched.append(product)

    def _state(self, plan: Plan, product: Product, change: import_changes.Change) -> None:
        outcome = plan.outcomes[change.line]
        before = product.state
        if change.value == "live":
            self._publish(product, plan, change.line)
        else:
            product.state = "draft"
        if product.state != before:
            outcome.undo.setdefault("wrote", []).append(
                ["product", product.id, "state", before, import_undo.mark(product.state)]
            )

    def _publish(self, product: Product, plan: Plan, line: int) -> None:
        try:
            catalog.publish(product)
        except Refusal as no:
            plan.note(line, "unready", no)

    def _grow(self, plan: Plan, product: Product) -> None:
        """Choices that are new; a way to choose that the file does not name is put away."""
        before, ids = list(product.options), {row.id for row in product.variants}
        coded = options.coded(plan.said, product.options)
        by_key = {_key(coded, one): one for one in plan.fresh}
        kind = next((row.stock_kind for row in product.variants if row.active), "unlimited")
        made = options.remake(product, coded, pattern={"stock_kind": kind, "low_at": 3})
        for row in made:
            told = by_key.get(options.key(row.options))
            if told is None:
                row.active = row.active and row.id in ids
                continue
            row.active, plan.known[told.line] = True, row
            for name, value in _values(told, product.price_minor, None).items():
                setattr(row, name, value if name != "stock_kind" or "counted" in told.values else row.stock_kind)
            if told.sku and told.sku != row.sku:
                row.sku = options.free_sku(told.sku, keep=row.id)
            self._count(row, told)
        plan.outcomes[plan.fresh[0].line].undo["options"] = [product.id, before, sorted({row.id for row in made} - ids)]

    def end(self) -> None:
        """Have lists, search and pages follow."""
        if self.touched:
            catalog.changed(*self.touched, left=self.left)


def _key(coded: Sequence[Mapping[str, Any]], one: Told) -> str:
    chosen = {}
    for option, (_name, said) in zip(coded, one.options, strict=False):
        value = next(value for value in option["values"] if _means(value["name"], said))
        chosen[str(option["code"])] = str(value["code"])
    return options.key(chosen)


def _means(name: Mapping[str, str], said: str) -> bool:
    return any(fold(text) == fold(said) for text in name.values())


def _values(one: Told, price: int, compare: int | None) -> dict[str, Any]:
    """The columns of a variant that is new: a price of its own only where it differs."""
    own, kind = (
        one.values.get("price", price),
        import_fields.known(import_fields.COUNTED, one.values.get("counted", "")),
    )
    before = one.values.get("compare")
    return {
        "price_minor": own if own != price else None, "active": True,
        "compare_minor": before if own != price or before != compare else None,
        "stock_kind": kind or ("onhand" if "stock" in one.values else "unlimited"),
    }  # fmt: skip


def _write(outcome: Outcome, row: Any, column: str, value: Any) -> None:
    what, before = "product" if isinstance(row, Product) else "variant", getattr(row, column)
    setattr(row, column, value)
    outcome.undo.setdefault("wrote", []).append([what, row.id, column, before, import_undo.mark(value)])


STEPS = file_import_steps.Steps(
    imports.FILES, job="shop.import", told="products.import", judge=_Looking, take=_take, back=import_undo.back,
    looked=_looked,
)  # fmt: skip
check, run, begin, stop, undo = STEPS.check, STEPS.run, STEPS.begin, STEPS.stop, STEPS.undo
step, forward, backward, on_ended = STEPS.step, STEPS.forward, STEPS.backward, STEPS.on_ended
