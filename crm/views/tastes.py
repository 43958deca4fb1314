"""What the shop thinks that somebody likes, said in words with the reason; theirs to change, forget and switch off."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for

from crm import consent, taste_learning, tastes
from crm.tastes import LEVELS, Taste
from crm.views import asking, store
from crm.views import consent as answers
from kernel import i18n
from kernel.i18n import _, ngettext
from kernel.refusal import Refusal

STRENGTHS = ((60, "strong"), (30, "middle"), (1, "weak"))
DEEDS: dict[str, Callable[[int], str]] = {
    "viewed": lambda n: ngettext(
        "you looked once at something like it", "you looked %(num)s times at something like it", n
    ),
    "searched": lambda n: ngettext("you searched for it once", "you searched for it %(num)s times", n),
    "added": lambda n: ngettext("you put it into the cart once", "you put it into the cart %(num)s times", n),
    "saved": lambda n: ngettext("you saved something like it once", "you saved something like it %(num)s times", n),
    "ordered": lambda n: ngettext("you bought it once", "you bought it %(num)s times", n),
    "booked": lambda n: ngettext("you booked it once", "you booked it %(num)s times", n),
}
MOST = 60  # tastes that somebody may say at once


@store.get("/tastes", endpoint="tastes")
def show() -> Any:
    """Each taste with how strong it is and why; and what else there is to like."""
    return _page()


def _page(status: int = 200, **told: Any) -> Any:
    who = asking.somebody()
    rows = _rows(who)
    named = {row["code"] for row in rows}
    drawn = render_template(
        "crm/tastes/show.html", rows=rows, who=who, learning=who is not None and consent.remembered(who),
        others=[one for one in tastes.interests() if one.code not in named], **{"wrong": "", "chosen": (), **told},
    )  # fmt: skip
    return drawn, status, {"Cache-Control": "private, no-store"}


@store.post("/tastes", endpoint="tastes_say")
def say() -> Any:
    """Keep what they say they like; a browser that nobody knows has to allow its cookie first."""
    codes = _known(request.form.getlist("taste"))
    response = make_response(redirect(url_for("crm.tastes"), 303))
    if asking.somebody() is None:
        if not request.form.get("agree"):
            return _page(422, wrong=_("Tick this, or we cannot remember what you choose."), chosen=codes)
        answers.remember(response, True, form="tastes")
    who = asking.somebody()
    for code in codes:
        if who is not None:
            tastes.rate(who, code, "more")
    flash(_("Saved."))
    return response


@store.post("/tastes/one", endpoint="tastes_rate")
def rate() -> Any:
    """More or less of one taste, never, or forget it."""
    who, verb = asking.somebody(), request.form.get("do", "")
    codes = _known([request.form.get("taste", "")])
    if who is None or not codes:
        raise Refusal(_("That taste is not here any more."))
    if verb == "forget":
        tastes.forget(who, codes[0])
        flash(_("Forgotten."))
    elif verb in LEVELS:
        tastes.rate(who, codes[0], verb)
        flash(_("Saved."))
    return redirect(url_for("crm.tastes") + f"#t-{codes[0]}", 303)


@store.post("/tastes/forget", endpoint="tastes_forget")
def forget() -> Any:
    """Forget all of it, and what they looked at."""
    who = asking.somebody()
    if who is not None:
        taste_learning.learn(who)  # what was not learned yet cannot be learned afterwards
        tastes.forget(who)
        flash(_("We forgot all of it, and what you looked at."))
    return redirect(url_for("crm.tastes"), 303)


@store.post("/tastes/learning", endpoint="tastes_learning")
def learning() -> Any:
    """Switch learning off, or on again."""
    given = request.form.get("learn") == "yes"
    response = make_response(redirect(url_for("crm.tastes"), 303))
    answers.remember(response, given, form="tastes")
    off = _("We learn nothing any more, and forgot what we had guessed.")
    flash(_("From now on we learn from what you look at.") if given else off)
    return response


def _known(codes: list[str]) -> list[str]:
    """Those of the codes that the shop or this person has; nothing else can be liked."""
    there = {one.code for one in tastes.interests()} | {one.code for one in tastes.every(asking.somebody())}
    return [code for code in dict.fromkeys(codes[:MOST]) if code in there]


def _rows(who: Any) -> list[dict[str, Any]]:
    names = {one.code: i18n.words_html(one.name) for one in tastes.interests()}
    kept = {one.code: one for one in tastes.every(who)}
    guesses = taste_learning.guesses(who) if who is not None else {}
    rows = [_row(code, kept.get(code), guesses.get(code)) for code in sorted(kept.keys() | guesses.keys())]
    shown = [row | {"name": names.get(row["code"], row["code"])} for row in rows if row["weight"] or row["said"]]
    return sorted(shown, key=lambda row: (-row["weight"], row["code"]))


def _row(code: str, taste: Taste | None, guess: taste_learning.Guess | None) -> dict[str, Any]:
    """What is kept, or what would be kept by now of a guess: the page is never behind what was just done."""
    said = taste is not None and taste.origin == "said"
    if taste is not None and (said or guess is None):
        weight, evidence = taste.weight, taste.evidence
    else:
        weight, evidence = guess.weight if guess else 0, guess.evidence if guess else {}
    level = next((name for name, one in LEVELS.items() if said and one == weight), "")
    strength = next((name for least, name in STRENGTHS if weight >= least), "")
    return {
        "code": code, "weight": weight, "said": said, "level": level, "strength": strength,
        "why": _said(level) if said else because(evidence),
    }  # fmt: skip


def _said(level: str) -> str:
    told = {"less": _("you asked for less of this"), "never": _("you asked for none of this")}
    return str(told.get(level) or _("because you said so"))


def because(evidence: Mapping[str, int]) -> str:
    """What was done, as a reason: "because you looked twice at something like it and bought it once"."""
    done = [str(told(evidence[kind])) for kind, told in DEEDS.items() if evidence.get(kind)]
    if not done:
        return str(_("a guess of the shop"))
    told = _(" and ").join([", ".join(done[:-1]), done[-1]]) if len(done) > 1 else done[0]
    return str(_("because %(what)s", what=told))
