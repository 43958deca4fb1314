"""The editor of letters: the same room of blocks as pages, what is still missing, the letter as it will look."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from campaigns import automations, fields, habits, mailings, rendering, starters, subject_tests, writing
from campaigns.mailings import Mailing
from campaigns.views import admin, letter_versions, letter_view
from crm import contacts
from kernel import blocks, i18n, journal, letters, memberships, tenancy, web
from kernel.i18n import _
from kernel.refusal import Refusal
from kernel.web import needs
from shop.forms import words
from shop.views import block_editor

KIND = "mailing.test"
ALL = "all"  # of the team


@admin.get("/mailings/<token>/edit", endpoint="letter_edit")
@needs("mailings.edit")
def edit(token: str) -> Any:
    """The words and blocks of a letter; of one that has none the choice of what it begins with."""
    mailing = mailings.named(token)
    if writing.empty(mailing) and mailing.editable:
        return render_template("campaigns/desk/editor/start.html", mailing=mailing, starters=_starters())
    return render_template("campaigns/desk/editor/edit.html", **_page(mailing))


def _starters() -> list[dict[str, Any]]:
    return [
        {"code": one.code, "label": one.label, "hint": one.hint, "url": letter_view.address(None, starter=one.code)}
        for one in starters.every()
    ]


def _page(mailing: Mailing) -> dict[str, Any]:
    kinds, looks = [kind for kind in blocks.kinds() if kind.mail], _looks(request.args)
    room = block_editor.room(mailing.blocks, kinds)
    return {
        "mailing": mailing, "kinds": kinds, "rows": block_editor.rows(mailing.blocks, room),
        "languages": words.languages(), "names": words.NAMES, "insert": fields.listed(),
        "subjects": words.shown("subject", mailing.subject), "preheaders": words.shown("preheader", mailing.preheader),
        "problems": _problems(mailing), "preview": letter_view.address(mailing, **looks), "looks": looks,
        "people": writing.readers(mailing, also=looks["as"]), "postal": habits.postal_address(),
        "sender": mailing.sender_name or habits.sender_name(), "shop": tenancy.tenant().name,
        "versions": letter_versions.listed(mailing), "home": _home(mailing), "second": _second(mailing),
        "colleagues": _colleagues(), "all": ALL,
    }  # fmt: skip


def _home(mailing: Mailing) -> dict[str, Any]:
    """Where one goes on to: its own page, which sends it; from an automation's letter the automation."""
    row = automations.of_letter(mailing)
    if row is None:
        return {
            "name": mailing.called,
            "url": url_for(".mailing", token=mailing.token),
            "automation": False,
            "on": False,
            "repeats": mailing.state == "repeats",
        }
    return {"name": i18n.pick(row.name), "url": url_for(".automation", code=row.code), "automation": True, "on": row.on}


def _second(mailing: Mailing) -> dict[str, str] | None:
    """The subject that is compared with the first, the line beside it, and where both are changed."""
    test = subject_tests.of(mailing)
    if test is None:
        return None
    told = {"subject": i18n.pick(test.subject), "line": i18n.pick(test.preheader)}
    return {**told, "url": url_for(".mailing", token=mailing.token) + "#subjects"}


def _looks(told: Any) -> dict[str, str]:
    """As whom the letter is looked at, in which language, and with which of two subjects."""
    language, person = str(told.get("language") or ""), str(told.get("as") or "")
    return {
        "as": person if contacts.by_token(person) else "",
        "language": language if language in words.languages() else "",
        "arm": "b" if told.get("arm") == "b" else "",
    }


def _problems(mailing: Mailing) -> list[dict[str, str]]:
    return [
        {"told": one.sentence, "at": f"#b-{one.block}" if one.block else f"#{one.place}" if one.place else "#top"}
        for one in rendering.problems(mailing)
    ]


@admin.post("/mailings/<token>/start", endpoint="letter_start")
@needs("mailings.edit")
def start(token: str) -> Any:
    """Fill an empty letter with what one begins with."""
    mailing, chosen = mailings.named(token), starters.named(request.form.get("starter", ""))
    if chosen is None:
        raise Refusal(_("Choose what the letter begins with."))
    if writing.empty(mailing):
        begun = chosen.make()
        told: dict[str, Any] = {"subject": begun.subject, "preheader": begun.preheader, "blocks": begun.blocks}
        writing.keep(mailing, **told, by=web.person())
    return redirect(url_for(".letter_edit", token=token), 303)


@admin.post("/mailings/<token>/edit", endpoint="letter_save")
@needs("mailings.edit")
def save(token: str) -> Any:
    """Keep the letter; add, move or take out a block, or send it to oneself, when that was the button."""
    made = block_editor.typed()
    mailing = mailings.named(token)
    _keep(mailing, made.blocks, mark=made.verb == "save")
    block_editor.told(made, mailing, mailing.called, ".letter_block_back", token=token)
    looks = _looks(request.form)
    if made.verb == "test" and not made.wrong:
        _test(mailing, looks)
    elif made.verb == "send" and not made.wrong:
        return redirect(_home(mailing)["url"], 303)
    elif not made.place and not made.wrong and made.gone is None and made.verb != "look":
        flash(_("Draft kept."))
    values: dict[str, Any] = {name: value for name, value in looks.items() if value}
    goal = url_for(".letter_edit", token=token, **values)
    return redirect(goal + (f"#b-{made.place}" if made.place else ""), 303)


def _keep(mailing: Mailing, kept: list[dict[str, Any]], *, mark: bool = False) -> None:
    told: dict[str, Any] = {"subject": _words("subject"), "preheader": _words("preheader"), "blocks": kept}
    writing.keep(mailing, **told, by=web.person(), mark=mark)


def _words(code: str) -> dict[str, str]:
    told = {language: request.form.get(words.name_of(code, language), "") for language in words.languages()}
    return {language: text.strip() for language, text in told.items() if text.strip()}


@admin.post("/mailings/<token>/draft", endpoint="letter_draft")
@needs("mailings.edit")
def draft(token: str) -> Any:
    """Keep what is being typed; tell what is still missing and where the letter is seen anew."""
    made, mailing = block_editor.draft(), mailings.named(token)
    _keep(mailing, made)
    seen = letter_view.address(mailing, **_looks(request.form))
    return {"preview": seen, "problems": _problems(mailing), "revision": str(mailing.version)}


@admin.post("/mailings/<token>/block", endpoint="letter_block_back")
@needs("mailings.edit")
def block_back(token: str) -> Any:
    """Bring the block back that was taken out last."""
    mailing = mailings.named(token)
    kept = block_editor.returned(mailing, mailing.blocks)
    told: dict[str, Any] = {"subject": mailing.subject, "preheader": mailing.preheader, "blocks": kept}
    writing.keep(mailing, **told, by=web.person())
    flash(_("Taken back."))
    return redirect(url_for(".letter_edit", token=token), 303)


def _colleagues() -> list[tuple[str, str]]:
    """Who else works here, and may be sent a test."""
    me = web.person().id
    return [(row.token, account.known_as) for row, account in memberships.staff() if account.id != me]


def _testers(chosen: str) -> list[Any]:
    """Who gets a test: somebody of the team, all of it, else who asks."""
    team = memberships.staff()
    return [account for row, account in team if chosen in (row.token, ALL)] or [web.person()]


def _test(mailing: Mailing, looks: dict[str, str]) -> None:
    """Send it to the team, marked, with links that count nothing."""
    tenant, to = tenancy.tenant(), _testers(request.form.get("to", ""))
    contact = contacts.by_token(looks["as"])
    language = looks["language"] or (contact.language if contact else "")
    language = language if language in tenant.languages else tenant.language
    subject, page, text = rendering.preview(mailing, contact, language, arm=looks["arm"])
    with i18n.speak(language, tenant.country):
        marked = _("[Test] %(subject)s", subject=subject)
    for one in to:
        row = letters.write(
            "campaigns/mail/test", to=one.email, kind=KIND, language=language, about=mailing, to_name=one.known_as,
            reply_to=tenant.email, data={"subject": marked},
        )  # fmt: skip
        if row is not None:  # it was drawn by the letter's own rules
            row.drawn_html, row.drawn_text = page, text
    journal.write("mailing.tested", about=mailing, by=web.person(), data={"name": mailing.called})
    flash(_("The test is on its way to %(email)s.", email=", ".join(one.email for one in to)))
