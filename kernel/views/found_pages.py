"""Other words by which the kernel's pages are found."""

from flask import Flask

from kernel import menu
from kernel.i18n import _l


def init_app(_app: Flask) -> None:
    """Say them."""
    menu.words("kernel_admin.staff", _l("employees, users, team, invite, roles, access"))
    menu.words("kernel_admin.abilities", _l("permissions, roles, access, security"))
    menu.words("kernel_admin.jobs", _l("errors, failed, queue, processes"))
    menu.words("kernel_admin.journal", _l("history, audit, changes, activity"))
    menu.words("kernel_admin.letters", _l("e-mails sent, notifications, messages, bounced"))
