"""Two subjects of a letter to many: the second one of a draft, how both did, the choice before the time is over."""

from typing import Any

from flask import flash, redirect, request, url_for

from campaigns import chance, forms, readiness, rendering, subject_choice, subject_tests
from campaigns.mailings import Mailing
from campaigns.subject_tests import ARMS, SubjectTest
from campaigns.views import admin, mailing_page
from kernel import clock, i18n, web
from kernel.i18n import _, _l
from kernel.web import needs

NAMES = {"a": _l("First subject"), "b": _l("Second subject")}
WORDS = {  # by chance.verdict
    "few": _l("Too little has happened yet to tell them apart."),
    "chance": _l("The difference may be chance: with so few people both could be as good."),
    "sure": _l("The difference is hardly chance."),
}
HOW = {
    "clicks": _l("Chosen by itself: more people followed a link."),
    "opens": _l("Chosen by itself: as many followed a link, more opened it."),
    "even": _l("Chosen by itself: both did as well, so the first one went."),
}


@admin.post("/mailings/<token>/subjects", endpoint="mailing_subjects")
@needs("mailings.edit")
@mailing_page.at_mailing
def keep(token: str) -> Any:
    """Keep the second subject; an empty one is none."""
    row = mailing_page.campaign(token)
    form = forms.subjects(None, request.form)
    if not form.validate():
        return mailing_page.show(row, subjects=form, status=422)
    kept = subject_tests.write(row, forms.plan(form), by=web.person())
    lacking = next((one for one in readiness.problems(row)[0] if one.where == "subjects"), None)
    if lacking:
        flash(_("Kept, but like this it cannot go out. %(told)s", told=lacking.sentence))
    else:
        flash(_("Two subjects will be compared.") if kept else _("It goes out with one subject."))
    return redirect(url_for(".mailing", token=token) + "#subjects", 303)


@admin.post("/mailings/<token>/winner", endpoint="mailing_winner")
@needs("mailings.send")
@mailing_page.at_mailing
def choose(token: str) -> Any:
    """Let one of them go to the rest now."""
    subject_choice.choose(mailing_page.campaign(token), request.form.get("arm", ""), by=web.person())
    flash(_("The rest goes out with that subject."))


def draft(row: Mailing, form: Any, will: int) -> dict[str, Any]:
    """What a draft shows of it: the form, or how many people it takes."""
    test = subject_tests.of(row)
    return {
        "form": form or forms.subjects(test), "there": test is not None, "enough": will >= subject_tests.NEEDED,
        "needed": subject_tests.NEEDED, "open": test is not None or form is not None,
    }  # fmt: skip


def told(row: Mailing) -> dict[str, Any] | None:
    """How both did, and what becomes of the rest; None of a letter with one subject."""
    test = subject_tests.of(row)
    if test is None:
        return None
    found = subject_choice.halves(row)
    clicks, opens = (
        [(getattr(found[arm], name), found[arm].delivered) for arm in ARMS] for name in ("clicked", "opened")
    )
    by = opens if test.how == "opens" else clicks
    return {
        "rows": [_line(row, test, arm, found[arm]) for arm in ARMS], "words": WORDS[chance.verdict(*by)],
        "decided": test.decided_at, "how": _how(test), "waiting": subject_tests.waiting(row), "at": _at(row, test),
        "open": test.decided_at is None and row.state in {"sending", "paused"},
    }  # fmt: skip


def _how(test: SubjectTest) -> Any:
    if test.how == "hand":
        return _("Chosen by %(name)s.", name=test.by) if test.by else _("Chosen by hand.")
    return HOW.get(test.how, "")


def _at(row: Mailing, test: SubjectTest) -> Any:
    at = subject_tests.due(row, test) if test.decided_at is None else None
    return max(at, clock.now()) if at else None


def _line(row: Mailing, test: SubjectTest, arm: str, half: subject_choice.Half) -> dict[str, Any]:
    return {
        "arm": arm, "name": NAMES[arm], "subject": _subject(row, test, arm), "half": half,
        "won": test.decided_at is not None and test.winner == arm,
        "opened": _share(half.opened, half.delivered), "clicked": _share(half.clicked, half.delivered),
    }  # fmt: skip


def _subject(row: Mailing, test: SubjectTest, arm: str) -> str:
    heads = subject_tests.heads(row, test, arm)
    return rendering.subject(row, i18n.language(), heads[0] if heads else None)


def _share(count: int, whole: int) -> str:
    return f"{count * 100 // whole}\u00a0%" if whole else "–"


def init_app(_app: object) -> None:
    """Have the page of a letter show it."""
    mailing_page.part("draft", draft)
    mailing_page.part("going", told)
