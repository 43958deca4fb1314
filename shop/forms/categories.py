"""What is asked of a category."""

from typing import Any

from wtforms import SelectField, StringField
from wtforms.validators import Length, ValidationError

from kernel.forms import Form, choices, trimmed
from kernel.i18n import _, _l, pick
from shop import categories
from shop.forms import words


class CategoryForm(Form):
    """The fields beside the words, which come by language (see made)."""

    parent = SelectField(_l("Belongs to"), choices=[])
    slug = StringField(
        _l("Address"), [Length(max=80)], [trimmed], description=_l("The old address keeps leading here."),
        render_kw={"maxlength": 80, "autocomplete": "off", "autocapitalize": "none"},
    )  # fmt: skip

    def validate_slug(self, field: Any) -> None:
        """At least one letter or number."""
        if field.data and not any(sign.isalnum() for sign in field.data):
            raise ValidationError(_("Write letters or numbers, such as honey-250."))


def shelves() -> list[tuple[categories.Category, str]]:
    """Every category and what it is called in a list to choose from, set in below the one it belongs to."""
    own = words.languages()[0]
    return [(row, "— " * depth + pick(row.name, own)) for row, depth in categories.tree(categories.all_())]


def made(posted: Any, row: categories.Category | None, shelves: list[tuple[str, str]]) -> Any:
    """The form in the tenant's languages, with what was posted or what is kept."""
    own = {
        **words.fields("name", _l("Name"), 80, needed=True),
        **words.fields("intro", _l("What one finds in it"), 300),
    }
    values: dict[str, Any] = {}
    every = categories.all_()
    if row is not None:
        parent = next((one.slug for one in every if one.id == row.parent_id), "")
        values = {
            **words.shown("name", row.name),
            **words.shown("intro", row.intro),
            "slug": row.slug,
            "parent": parent,
        }
    form: Any = type("CategoryForm", (CategoryForm,), own)(posted, data=values)
    under = {one.slug for one in every if row is not None and one.id in categories.below(every, row)}
    rest = [pair for pair in shelves if pair[0] not in under]
    form.parent.choices = choices([("", _("Nothing: it stands at the top")), *rest])
    return form
