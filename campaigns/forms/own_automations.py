"""An automation of one's own as its page asks for it: what sets it off, for whom, how often, what ends it."""

from typing import Any

from sqlalchemy import select
from wtforms import BooleanField, RadioField, SelectField, StringField
from wtforms.validators import DataRequired, Length

from campaigns import automations, forms, purchases, segment_watch
from campaigns.automations import WHICH, Automation
from campaigns.own_automations import Told
from crm import segments, tags
from kernel import tenancy
from kernel.db import db
from kernel.forms import Form, choices, trimmed
from kernel.i18n import _, _l, pick
from shop import categories
from shop.catalog import Product

MOST = 400  # products that the form offers
HAPPENS = [
    ("first", _l("Somebody buys for the first time")), ("any", _l("Somebody buys")),
    ("product", _l("Somebody buys a certain product")), ("category", _l("Somebody buys from a category")),
    ("segment", _l("Somebody comes into a segment")), ("tag", _l("Somebody gets a tag")),
]  # fmt: skip
OFTEN = [("once", _l("Once for each person")), ("again", _l("Each time again, when they are through with it"))]
ASKED = {"product": "product", "category": "category", "segment": "watched", "tag": "tag"}


class AutomationForm(Form):
    """What sets it off brings its own field with it."""

    name = StringField(
        _l("Name"), [DataRequired(), Length(max=120)], [trimmed], render_kw={"autocomplete": "off", "maxlength": 120},
        description=_l("Only you see it."),
    )  # fmt: skip
    happens = RadioField(_l("What sets it off"), [DataRequired()], choices=choices(HAPPENS))
    product = SelectField(_l("Product"), choices=[], validate_choice=False)
    category = SelectField(
        _l("Category"), choices=[], validate_choice=False, description=_l("With everything below it.")
    )
    watched = SelectField(_l("Segment"), choices=[], validate_choice=False)
    tag = StringField(
        _l("Tag"), [Length(max=tags.LONGEST)], [trimmed],
        render_kw={"autocomplete": "off", "maxlength": tags.LONGEST, "list": "known-tags"},
        description=_l("By hand, with many others at once, or from a file of people."),
    )  # fmt: skip
    segment = SelectField(_l("For whom"), choices=[], validate_choice=False)
    often = RadioField(_l("How often"), choices=choices(OFTEN))
    ends_bought = BooleanField(_l("It ends as soon as they buy"),
                               description=_l("The purchase that sets it off does not count."))  # fmt: skip
    ends_out = BooleanField(_l("It ends when they leave the segment, or lose the tag"))

    def validate(self, extra_validators: Any = None) -> bool:
        """The field of what was chosen has to be filled in."""
        fine = super().validate(extra_validators)
        told, field = self.told, self[ASKED[self.happens.data]] if self.happens.data in ASKED else None
        chosen = told.product or told.category or told.watched or told.tag
        if field is not None and not field.errors and not chosen:
            field.errors, fine = [_("Choose one.")], False
        if self.segment.data and told.segment is None:
            self.segment.errors, fine = [_("Choose whom it is for.")], False
        return fine

    @property
    def told(self) -> Told:
        """What was said."""
        happens = self.happens.data
        bought, word = happens in WHICH, next(iter(tags.clean(self.tag.data or "")), "")
        return Told(
            name={tenancy.tenant().language: self["name"].data or ""},
            trigger="purchase" if bought else happens, which=happens if bought else "",
            product=_product(self.product.data) if happens == "product" else None,
            category=categories.slugged(self.category.data or "") if happens == "category" else None,
            watched=segments.by_code(self.watched.data or "") if happens == "segment" else None,
            tag=word if happens == "tag" else "", segment=segments.by_code(self.segment.data or ""),
            again=self.often.data == "again", ends_bought=self.ends_bought.data, ends_out=self.ends_out.data,
        )  # fmt: skip


def automation(row: Automation | None, posted: Any = None) -> AutomationForm:
    """The form of one, or of a new one."""
    form = AutomationForm(posted, **{} if posted is not None else _kept(row))
    chosen = purchases.chosen_product(row) if row else None
    first = ("", _("Choose…"))
    form.product.choices = choices([first, *_goods(chosen)])
    shelves = [(one.slug, "— " * depth + pick(one.name)) for one, depth in categories.tree(categories.all_())]
    form.category.choices = choices([first, *shelves])
    kept = [(one.code, pick(one.name) or one.code) for one in segments.listed()]
    form.watched.choices = choices([first, *kept])
    form.segment.choices = choices([("", _("Everybody to whom it happens")), *kept])
    if row is not None and automations.lost(row):
        form.segment.choices = choices([(forms.GONE, _("Choose…")), ("", _("Everybody to whom it happens")), *kept])
        form.segment.data = forms.GONE if posted is None else form.segment.data
    return form


def _goods(chosen: Product | None) -> list[tuple[str, str]]:
    rows = select(Product.slug, Product.name).order_by(Product.sort_name, Product.id).limit(MOST)
    found = [(slug, pick(name) or slug) for slug, name in db.session.execute(rows)]
    known = chosen is None or chosen.slug in {slug for slug, _name in found}
    return found if known or chosen is None else [(chosen.slug, pick(chosen.name)), *found]


def _product(slug: str | None) -> Product | None:
    return db.session.scalar(select(Product).where(Product.slug == slug)) if slug else None


def _kept(row: Automation | None) -> dict[str, Any]:
    if row is None:
        return {"happens": "first", "often": "once"}
    good, shelf = purchases.chosen_product(row), purchases.chosen_category(row)
    watched, segment = segment_watch.watched(row), automations.segment(row)
    return {
        "name": pick(row.name), "happens": row.which or row.trigger, "product": good.slug if good else "",
        "category": shelf.slug if shelf else "", "watched": watched.code if watched else "", "tag": row.tag,
        "segment": segment.code if segment else "", "often": "again" if row.again else "once",
        "ends_bought": row.ends_bought, "ends_out": row.ends_out,
    }  # fmt: skip
