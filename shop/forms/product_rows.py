"""The rows of the product editor: options, variants, what buyers write, parts and pictures, each list with room."""

from collections.abc import Sequence
from typing import Any

from wtforms import BooleanField, FieldList, FormField, HiddenField, SelectField, StringField
from wtforms.validators import Length

from kernel import i18n, signing
from kernel.folding import fold
from kernel.forms import Form, choices, trimmed
from kernel.i18n import _, _l
from shop import catalog, marks, options, variants, wants
from shop.forms import words
from shop.forms.amounts import PriceField, WholeField
from shop.sheets import Count, Row, Shown

VALUES = 100  # of one option
BLANK = "-"  # on a line of its own: this value has no words in that language


def line(label: Any, most: int, hint: Any = "", **shown: Any) -> StringField:
    """A text of one line."""
    kept = {"maxlength": most, "autocomplete": "off", **shown}
    return StringField(label, [Length(max=most)], [trimmed], description=hint, render_kw=kept)


class VariantForm(Form):
    """One variant's row."""

    key = HiddenField()
    was = HiddenField()
    sku = line(_l("SKU"), 58)
    price = PriceField(_l("Price"), empty=True)
    units = WholeField(_l("Units"), most=catalog.MOST)
    picture = SelectField(_l("Picture"), choices=[], validate_choice=False)
    active = BooleanField(_l("For sale"))


class PictureForm(Form):
    """One picture's row."""

    sha = HiddenField()
    place = WholeField(_l("Place"), most=999)
    gone = BooleanField(_l("Take out"))


class PartForm(Form):
    """One part of a bundle, by SKU."""

    sku = line(_l("SKU of the product"), 64, list="known-skus")
    quantity = WholeField(_l("How many"), most=wants.MOST, least=1)


def lists() -> dict[str, Any]:
    """The lists of rows in the tenant's languages, by name."""
    option = {**words.fields("name", _l("Option"), 60), **words.fields("values", _l("Values"), 2000, area=True)}
    asked = {
        "code": HiddenField(),
        **words.fields("label", _l("What is asked"), 80),
        "max": WholeField(_l("Most characters"), most=500, least=1),
        "required": BooleanField(_l("Must be written")),
        "when": SelectField(_l("Asked"), choices=[], validate_choice=False),
    }
    return {
        "options": FieldList(FormField(type("OptionForm", (Form,), option))),
        "texts": FieldList(FormField(type("TextForm", (Form,), asked))),
        "pictures": FieldList(
            FormField(type("PictureForm", (PictureForm,), words.fields("alt", _l("What it shows"), 200)))
        ),
        "variants": FieldList(FormField(VariantForm)),
        "parts": FieldList(FormField(PartForm)),
    }


def roomy(form: Any) -> Any:
    """The form with blank rows below what it lists: two of options, as size and colour are written in one go."""
    for rows, most, room in ((form.options, options.MOST_OPTIONS, 2), (form.texts, 12, 1), (form.parts, 60, 1)):
        while len(rows.entries) < most and sum(not _filled(row) for row in rows) < room:
            rows.append_entry()
    return form


def offer(form: Any, product: catalog.Product | None) -> None:
    """Let a text be asked with one choice only: of the choices that are kept, and the one that it names."""
    kept = [(options.key({one["code"]: value["code"]}), _choice(one, value)) for one in product.options
            for value in one["values"]] if product else []  # fmt: skip
    for row in form.texts:
        said, gone = row.form.when.data or "", _("A choice that is there no more")
        more = [(said, gone)] if said and said not in dict(kept) else []
        row.form.when.choices = choices([("", _("Always")), *kept, *more]) if kept or more else []


def _choice(option: Any, value: Any) -> str:
    own = words.languages()[0]
    names = i18n.pick(option["name"], own), i18n.pick(value["name"], own)
    return _("Only with %(option)s: %(value)s", option=names[0], value=names[1])


def _filled(row: Any) -> bool:
    return any(field.data for field in row.form if field.type not in ("HiddenField", "SelectField"))


def listed(text: str | None) -> list[str]:
    """A list written with commas."""
    return marks.listed(text or "")


def places(text: str | None) -> list[str]:
    """What stands at each place of a list on lines of its own, or on one line with commas; "" where nothing does."""
    whole = text or ""
    return _parts(whole.splitlines() if "\n" in whole.strip() else whole.split(","))


def _parts(parts: Sequence[str]) -> list[str]:
    return [" ".join(part.split())[:60].rstrip() for part in parts]


def written(values: Sequence[str]) -> str:
    """The same list as one writes it; a place without words keeps a dash when nothing else would mark it."""
    if any("," in value for value in values):
        return "\n".join(value or BLANK for value in values)
    return ", ".join(values)


def said(form: Any) -> list[options.Said]:
    """What the options are called and what can be chosen: by the list in the shop's own language, each value once."""
    found = []
    for row in form.options:
        names, values = words.read(row.form, "name"), words.read(row.form, "values")
        own = words.languages()[0]
        lists = {lang: places(text) for lang, text in values.items()}
        kept = {fold(text): at for at, text in reversed(list(enumerate(lists.get(own, ())))) if text}
        if names.get(own) and kept:
            each = [_each(lists, at, own) for at in sorted(kept.values())[:VALUES]]
            found.append(options.Said(names, each))
    return found[: options.MOST_OPTIONS]


def _each(lists: dict[str, list[str]], at: int, own: str) -> dict[str, str]:
    told = {lang: known[at] for lang, known in lists.items() if at < len(known)}
    return {lang: text for lang, text in told.items() if text and (lang == own or text != BLANK)}


def asked(form: Any) -> list[dict[str, Any]]:
    """What buyers are asked to write."""
    kept = []
    for row in form.texts:
        label = words.read(row.form, "label")
        if label.get(words.languages()[0]):
            code = row.form.code.data or signing.token()[:8]
            option, _is, value = (row.form.when.data or "").partition("=")
            kept.append({
                "code": code, "label": label, "max": row.form.max.number or 60, "required": row.form.required.data,
                **({"when": {option[:80]: value[:80]}} if value else {}),
            })  # fmt: skip
    return kept


def rows(form: Any) -> dict[str, Row]:
    """What is said of each variant, by its choice."""
    if not form.variants.entries or said(form) == []:
        sku = form.sku.data or ""
        return {"": Row(sku=sku, units=Count(_was(form.was.data), form.units.number or 0))}
    found = {}
    for entry in form.variants:
        row = entry.form
        values = {"price_minor": row.price.minor, "active": row.active.data}
        units = Count(_was(row.was.data), row.units.number or 0)
        found[row.key.data] = Row(values, sku=row.sku.data or "", units=units, picture=row.picture.data or "")
    return found


def _was(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 10 else 0


def pictures(form: Any) -> list[Shown]:
    """The pictures that stay, in their order."""
    shown = [entry.form for entry in form.pictures if entry.form.sha.data and not entry.form.gone.data]
    shown.sort(key=lambda row: row.place.number if row.place.number is not None else 999)
    return [Shown(row.sha.data, words.read(row, "alt")) for row in shown]


def parts(form: Any, product: catalog.Product | None) -> list[tuple[int, int]]:
    """The parts of a bundle; a SKU that nobody has is an error at its field."""
    found = {}
    for entry in form.parts if form.kind.data == "bundle" else ():
        sku = entry.form.sku.data
        row = variants.by_sku(sku) if sku else None
        wrong = sku and (row is None or row.stock_kind == "parts" or (product and row.product_id == product.id))
        if wrong:
            entry.form.sku.errors = [_("No product has that SKU.") if row is None else _("That one cannot be a part.")]
        elif row is not None:
            found[row.id] = entry.form.quantity.number or 1
    return list(found.items())
