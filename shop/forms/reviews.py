"""What is checked of a review: its stars, words and name; why one is hidden; how a shop takes them and questions."""

from wtforms import BooleanField, MultipleFileField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length

from kernel.forms import Form, choices, trimmed
from kernel.i18n import _l
from shop import reviews

STARS = choices((str(one), one) for one in range(1, reviews.MOST_STARS + 1))


class ReviewForm(Form):
    """What a buyer says of what they bought."""

    stars = RadioField(
        _l("Your stars"), [InputRequired(_l("Choose from one to five stars."))], choices=STARS,
        description=_l("One is very bad, five is excellent."),
    )  # fmt: skip
    words = TextAreaField(
        _l("Your words"), [Length(max=reviews.MOST_WORDS)], [trimmed],
        description=_l("What did you like, what not? It helps whoever comes after you."),
        render_kw={"rows": 5, "maxlength": reviews.MOST_WORDS},
    )  # fmt: skip
    signed = StringField(
        _l("Signed"), [DataRequired(_l("Write how it is signed: a first name is enough.")),
                       Length(max=reviews.MOST_NAME)], [trimmed],
        description=_l("This is all that others read of you."),
        render_kw={"autocomplete": "nickname", "maxlength": reviews.MOST_NAME},
    )  # fmt: skip
    pictures = MultipleFileField(
        _l("Your pictures"), render_kw={"accept": "image/*"},
        description=_l("Up to 3, 10 MB each, of the product as you have it. Where they were taken is not kept."),
    )  # fmt: skip


class HideForm(Form):
    """Why a review is hidden."""

    reason = SelectField(
        _l("Reason"), [DataRequired(_l("Choose the reason."))],
        choices=choices([("", _l("Choose…")), *reviews.REASONS.items()]),
    )  # fmt: skip


class AnswerForm(Form):
    """What the shop says under a review; empty takes it away."""

    answer = TextAreaField(
        _l("Answer for everybody"), [Length(max=reviews.MOST_ANSWER)], [trimmed],
        render_kw={"rows": 3, "maxlength": reviews.MOST_ANSWER},
    )  # fmt: skip


class WayForm(Form):
    """How a shop takes reviews, and whether one may ask."""

    reviews = RadioField(
        _l("What buyers write"), [InputRequired(_l("Fill this in."))], choices=choices(reviews.WAYS.items())
    )
    questions = BooleanField(
        _l("Take questions on the pages of products"),
        description=_l("You read and answer them first: nothing is shown before that."),
    )
