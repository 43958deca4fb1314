"""What is asked of who wants to be told when something is back."""

from wtforms import EmailField
from wtforms.validators import InputRequired

from crm.forms import EMAIL, mailbox
from kernel.forms import Form, trimmed
from kernel.i18n import _l


class WaitForm(Form):
    """The address that gets one letter."""

    email = EmailField(_l("E-mail"), [InputRequired(_l("Write your e-mail.")), mailbox], [trimmed], render_kw=EMAIL)
