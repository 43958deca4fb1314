"""What is decided about people who book and do not come."""

from wtforms import SelectField

from kernel.forms import Form, choices
from kernel.i18n import _l
from shop import prepaying

TIMES = [
    ("", _l("Nobody")), ("1", _l("Who did not come once")), ("2", _l("Who did not come twice")),
    *((str(one), _l("Who did not come %(num)s times", num=one)) for one in range(3, prepaying.MOST + 1)),
]  # fmt: skip


class AbsenceForm(Form):
    """Who pays beforehand, and over how many months it is counted."""

    times = SelectField(_l("Who pays the whole price of a booking before"), choices=choices(TIMES))
    months = SelectField(
        _l("Counted over the last"),
        choices=choices((str(one), _l("%(num)s months", num=one)) for one in prepaying.MONTHS),
    )
