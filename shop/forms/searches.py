"""What is checked of a synonym: both words are there, they differ, and what is meant finds something."""

from typing import Any

from wtforms import StringField
from wtforms.validators import DataRequired, Length, ValidationError

from kernel import i18n
from kernel.forms import Form, trimmed
from kernel.i18n import _, _l
from shop import search, stems, synonyms


class SynonymForm(Form):
    """A word that people type, and what the shop calls it."""

    word = StringField(
        _l("Who searches"), [DataRequired(_l("Write the word that people type.")), Length(max=synonyms.LONGEST)],
        [trimmed], render_kw={"maxlength": synonyms.LONGEST, "autocomplete": "off"},
    )  # fmt: skip
    meaning = StringField(
        _l("is shown what is found for"),
        [DataRequired(_l("Write what your shop calls it.")), Length(max=synonyms.LONGEST)], [trimmed],
        render_kw={"maxlength": synonyms.LONGEST, "autocomplete": "off", "list": "said"},
    )  # fmt: skip

    def validate_word(self, field: Any) -> None:
        """Signs alone are no word."""
        if not stems.folded(field.data):
            raise ValidationError(_("Write the word that people type."))

    def validate_meaning(self, field: Any) -> None:
        """A synonym of nothing would help nobody."""
        if stems.folded(field.data) == stems.folded(self.word.data or ""):
            raise ValidationError(_("That is the same word. Write another one."))
        if search.look(field.data, i18n.language()).how != "whole":
            told = _("Nothing is found for “%(word)s” either. Write a word of your products.", word=field.data)
            raise ValidationError(told)
