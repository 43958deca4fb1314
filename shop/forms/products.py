"""What the product editor asks, and how it is read into a sheet: errors stand at their field, nothing typed is lost."""

from collections.abc import Mapping, Sequence
from typing import Any

from wtforms import BooleanField, HiddenField, RadioField, SelectField, TextAreaField
from wtforms.validators import Length, Optional, ValidationError

from kernel import blocks, tenancy
from kernel.forms import Form as Base
from kernel.forms import choices, trimmed
from kernel.i18n import _, _l
from shop import catalog, intervals, seasons, tax_words, taxes, wants
from shop.forms import deposits, fiscal, product_rows, words
from shop.forms.amounts import PriceField, PricesField, WholeField
from shop.sheets import Sheet

COUNTED = choices([("onhand", _l("On the shelf")), ("daily", _l("Made each day")), ("unlimited", _l("Without limit"))])
KINDS = choices(
    [
        ("physical", _l("A thing")),
        ("digital", _l("A file to download")),
        ("bundle", _l("Several things together")),
        ("voucher", _l("A gift card")),
        ("booking", _l("A booking")),
        ("subscription", _l("A subscription")),
    ]
)
UNITS = choices([("hours", _l("hours")), ("days", _l("days"))])
LISTS = ("tags", "interests", "allergens", "customer_groups")


class ProductForm(Base):
    """The editor without its words, which come by language (see made)."""

    price = PriceField(_l("Price"))
    compare = PriceField(_l("Price before"), empty=True, description=_l("Shown struck through while it is higher."))
    units = WholeField(_l("Units"), most=catalog.MOST)
    was = HiddenField()
    counted = RadioField(_l("How it is counted"), choices=COUNTED, default="onhand")
    low_at = WholeField(_l("Tell me when so few are left"), most=catalog.MOST)
    category = SelectField(_l("Category"), choices=[])
    tax = SelectField(_l("Tax"), choices=[])
    kind = RadioField(_l("What it is"), choices=KINDS, default="physical")
    amounts = PricesField(
        _l("Amounts to choose from"),
        description=_l("With semicolons between: 10000; 20000. Empty: only the price above."),
    )
    valid_months = WholeField(_l("Good for how many months"), most=120, least=1)
    every = SelectField(_l("How often it comes"), choices=choices(list(intervals.EVERY.items())), default="1m")
    sku = product_rows.line(_l("SKU"), 58)
    slug = product_rows.line(_l("Address"), 80, _l("The old address keeps leading here."), autocapitalize="none")
    min_qty = WholeField(_l("The least one can buy"), most=wants.MOST, least=1)
    max_qty = WholeField(_l("The most one can buy"), most=wants.MOST, least=1)
    lead = WholeField(_l("Time to prepare it"), most=9000)
    lead_unit = SelectField(_l("Days or hours"), choices=UNITS)
    season_from = product_rows.line(_l("Sold from"), 5, _l("Day and month, such as 01-12."), placeholder="01-12")
    season_to = product_rows.line(_l("Sold until"), 5, placeholder="31-01")
    deposit = product_rows.line(
        _l("Deposit when it is ordered"), 24,
        _l("A share such as 50 %, or an amount for each unit. A number below 100 alone is a share. Empty: none."),
    )  # fmt: skip
    deposit_days = WholeField(
        _l("The rest, so many days before the delivery day"), most=90, description=_l("Empty: on the day itself.")
    )
    pickup_only = BooleanField(_l("Only for pick-up at the shop"))
    weight_g = WholeField(_l("Weight in grams"), most=10_000_000)
    tags = product_rows.line(_l("Tags"), 300, _l("Several with commas between them; shoppers filter by them."))
    interests = product_rows.line(_l("Interests"), 300, _l("What somebody likes who buys it, with commas between."))
    allergens = product_rows.line(_l("Allergens"), 300, _l("With commas between: gluten, milk, nuts."))
    customer_groups = product_rows.line(_l("Only for these groups"), 200, _l("Empty: for everybody."))
    maker_name = product_rows.line(_l("Who made it"), 120)
    maker_place = product_rows.line(_l("Where"), 120)
    maker_hours = WholeField(_l("Hours of work by hand"), most=9999)
    maker_text = TextAreaField(_l("Their story"), [Optional(), Length(max=1000)], [trimmed], render_kw={"rows": 3})

    def validate_season_from(self, field: Any) -> None:
        """A day of the year, and its end with it."""
        if bool(field.data) != bool(self.season_to.data):
            raise ValidationError(_("Write both days, or none."))
        _season(field)

    def validate_season_to(self, field: Any) -> None:
        """A day of the year."""
        _season(field)

    def validate_slug(self, field: Any) -> None:
        """At least one letter or number."""
        if field.data and not any(sign.isalnum() for sign in field.data):
            raise ValidationError(_("Write letters or numbers, such as honey-250."))

    def validate_deposit(self, field: Any) -> None:
        """A share below all of it, or an amount."""
        try:
            deposits.read(field.data or "")
        except ValueError as error:
            raise ValidationError(str(error)) from None

    def validate_max_qty(self, _field: Any) -> None:
        """Not below the least."""
        if self.max_qty.number and self.max_qty.number < (self.min_qty.number or 1):
            raise ValidationError(_("The most cannot be below the least."))


def _season(field: Any) -> None:
    if field.data and not seasons.valid(flipped(field.data)):
        raise ValidationError(_("Write day and month, such as 01-12."))


def flipped(text: str) -> str:
    """Day and month as people write them into month and day as they are kept, and back."""
    head, _dash, tail = text.strip().replace("/", "-").partition("-")
    return f"{tail.zfill(2)}-{head.zfill(2)}"


def made(posted: Any, shelves: Sequence[tuple[str, str]], values: Mapping[str, Any] | None = None) -> ProductForm:
    """The form in the tenant's languages, with what was posted or with `values`."""
    cls = type(
        "ProductForm",
        (ProductForm,),
        {
            **words.fields("name", _l("Name"), 120, needed=True),
            **words.fields("short", _l("In one line"), 160),
            **words.fields("description", _l("Description"), 8000, area=True),
            **words.fields("unit", _l("Sold by"), 40),
            **product_rows.lists(),
            **fiscal.fields("product"),
        },
    )
    form: Any = cls(posted, data=dict(values or {}))
    form.category.choices = choices([("", _("None")), *shelves])
    rates = [(rate.code, tax_words.named(rate.name, rate.rate_bp)) for rate in taxes.rates()]
    tenant = tenancy.tenant()
    shown = {"data-currency": tenant.currency, "data-locale": tenant.locale.replace("_", "-")}
    form.price.render_kw = {**form.price.render_kw, **shown}
    for language in words.languages():
        area = form[words.name_of("description", language)]
        area.render_kw = {**area.render_kw, "data-prose": _("Bold|Italic|List|Numbered list|Link|Plain text")}
    form.tax.choices = choices([("", _("The usual one")), *rates])
    return form  # type: ignore[no-any-return]


def sheet(form: Any, known: catalog.Product | None, shelves: Mapping[str, int]) -> Sheet:
    """What a valid form says."""
    return Sheet(
        columns=_columns(form, shelves),
        counted=form.counted.data,
        low_at=form.low_at.number,
        slug=form.slug.data or "",
        options=product_rows.said(form),
        rows=product_rows.rows(form),
        parts=[],
        pictures=product_rows.pictures(form),
        seen=frozenset(entry.form.sha.data or "" for entry in form.pictures),
        amounts=form.amounts.minors if form.kind.data == "voucher" else (),
    )


def _columns(form: Any, shelves: Mapping[str, int]) -> dict[str, Any]:
    rate = next((one for one in taxes.rates() if one.code == form.tax.data), None)
    hours = (form.lead.number or 0) * (24 if form.lead_unit.data == "days" else 1)
    seasons_ = [flipped(field.data) if field.data else None for field in (form.season_from, form.season_to)]
    return {
        "name": words.read(form, "name"),
        "short": words.read(form, "short"),
        "unit": words.read(form, "unit"),
        "description": {lang: _safe(text) for lang, text in words.read(form, "description").items()},
        "price_minor": form.price.minor,
        "compare_minor": form.compare.minor,
        "kind": form.kind.data,
        "valid_months": form.valid_months.number if form.kind.data == "voucher" else None,
        "every": form.every.data if form.kind.data == "subscription" else "",
        "sku": form.sku.data or "",
        "category_id": shelves.get(form.category.data),
        "tax_rate_id": rate.id if rate else None,
        "fiscal": fiscal.read(form, "product"),
        "min_qty": form.min_qty.number or 1,
        "max_qty": form.max_qty.number,
        "lead_hours": hours,
        "season_from": seasons_[0],
        "season_to": seasons_[1],
        "pickup_only": form.pickup_only.data,
        **deposits.read(form.deposit.data or ""),
        "deposit_days": form.deposit_days.number or 0,
        "weight_g": form.weight_g.number,
        "texts": product_rows.asked(form),
        "maker": _maker(form),
        **{name: product_rows.listed(getattr(form, name).data) for name in LISTS},
    }


def _safe(text: str) -> str:
    return blocks.clean(text) if "<" in text else text


def _maker(form: Any) -> dict[str, Any]:
    told = {
        "name": form.maker_name.data,
        "place": form.maker_place.data,
        "hours": form.maker_hours.number,
        "text": form.maker_text.data,
    }
    return {key: value for key, value in told.items() if value} if told["name"] else {}
