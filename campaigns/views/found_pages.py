"""Pages of letters that are found by words, though neither the rail nor the settings name them."""

from flask import Flask

from kernel import menu
from kernel.i18n import _l


def init_app(_app: Flask) -> None:
    """Let them be found by their words."""
    menu.page(_l("Automations"), "campaigns_admin.automations", _l("abandoned cart, welcome, automatic e-mails"))
    menu.page(_l("New mailing"), "campaigns_admin.mailing_new", _l("newsletter, campaign, e-mail, write"))
    menu.page(_l("Letters that came back"), "campaigns_admin.mailings_returned", _l("bounces, wrong address, report"))
    menu.words("campaigns_admin.mailings", _l("campaigns, newsletters, e-mail marketing, opens, clicks, report"))
    menu.words("campaigns_admin.settings_letters", _l("sender, unsubscribe, postal address, quiet hours"))
