"""What is checked of a question about a product and of its answer."""

from typing import Any

from wtforms import BooleanField, EmailField, StringField, TelField, TextAreaField
from wtforms.validators import DataRequired, Length

from crm.forms import EMAIL, mailbox, telephone
from kernel.forms import Form, trimmed
from kernel.i18n import _, _l
from shop import questions


class QuestionForm(Form):
    """What whoever is logged in asks: they are known."""

    words = TextAreaField(
        _l("Your question"), [DataRequired(_l("Write your question.")), Length(max=questions.MOST_WORDS)], [trimmed],
        render_kw={"rows": 4, "maxlength": questions.MOST_WORDS},
    )  # fmt: skip


class StrangerForm(QuestionForm):
    """The same of somebody whom the shop does not know: where does the answer go?"""

    country = ""
    name = StringField(
        _l("Your name"), [DataRequired(_l("Write your name.")), Length(max=160)], [trimmed],
        render_kw={"autocomplete": "name", "maxlength": 160}, description=_l("Only the shop reads it."),
    )  # fmt: skip
    email = EmailField(_l("E-mail"), [mailbox], [trimmed], render_kw=EMAIL)
    phone = TelField(
        _l("Phone or WhatsApp"), [telephone], [trimmed], render_kw={"autocomplete": "tel", "maxlength": 40},
        description=_l("One of the two is enough: there we answer you."),
    )  # fmt: skip

    def validate(self, *args: Any, **values: Any) -> bool:
        """There is a way to answer."""
        fine = super().validate(*args, **values)
        if not (self.email.data or self.phone.data):
            self.email.errors = [_("Write your e-mail or your WhatsApp: there we answer you.")]
            return False
        return bool(fine)


class ReplyForm(Form):
    """What the shop answers, and how the question reads for everybody."""

    answer = TextAreaField(
        _l("Your answer"), [DataRequired(_l("Write your answer.")), Length(max=questions.MOST_ANSWER)], [trimmed],
        render_kw={"rows": 3, "maxlength": questions.MOST_ANSWER},
    )  # fmt: skip
    told = TextAreaField(
        _l("The question as everybody reads it"),
        [DataRequired(_l("Write the question as it is shown.")), Length(max=questions.MOST_WORDS)], [trimmed],
        render_kw={"maxlength": questions.MOST_WORDS},
    )  # fmt: skip
    shown = BooleanField(_l("Show it on the page of the product"))
