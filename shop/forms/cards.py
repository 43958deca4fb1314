"""What the settings ask about cards: the two secrets of one mode; neither is ever shown again."""

from wtforms import PasswordField
from wtforms.validators import Length

from kernel.forms import Form, trimmed
from kernel.i18n import _l

SECRET = {"autocomplete": "off", "spellcheck": "false", "maxlength": 255}


class CardKeysForm(Form):
    """The secret key and the signing secret of one mode."""

    secret = PasswordField(_l("Secret key"), [Length(max=255)], [trimmed], render_kw=SECRET)
    hook = PasswordField(_l("Signing secret of the webhook"), [Length(max=255)], [trimmed], render_kw=SECRET)
