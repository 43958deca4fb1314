"""The letter to whoever brought a file: that it is in, or taken back, and what became of its lines."""

from collections.abc import Callable, Sequence
from typing import Any

from kernel import accounts, file_import_words, i18n, letters, tenancy, web
from kernel.db import db
from kernel.i18n import _


def tell(one: Any, counts: Callable[[], Sequence[tuple[Any, int, str]]], endpoint: str) -> None:
    """Tell them; `counts()` gives word, number and kind in the language of then, `endpoint` is the file's own page."""
    account = db.session.get(accounts.Account, one.account_id) if one.account_id else None
    if account is None:
        return
    shop = tenancy.tenant()
    with i18n.speak(shop.language, shop.country):
        counted = ", ".join(f"{str(word).lower()} ({number})" for word, number, _kind in counts())
        undone = one.state == "undone"
        said = {
            "subject": _("Your file %(name)s was taken back", name=one.name) if undone
            else _("Your file %(name)s is in", name=one.name),
            "heading": str(file_import_words.state(one)[0]),
            "lead": _("%(total)s lines: %(counted)s.", total=one.total, counted=counted or "–"),
            "button_label": _("See the report"), "button_url": web.admin_url(endpoint, token=one.token),
        }  # fmt: skip
    letters.write(
        "mail/account/message", to=account.email, to_name=account.name, kind="import", language=shop.language,
        data={**said, "message": [], "for_shop": True},
    )  # fmt: skip
