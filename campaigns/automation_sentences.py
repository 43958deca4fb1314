"""What an automation of one's own does, in a sentence: when, which letters to whom, and what ends it."""

from campaigns import automations, purchases
from campaigns import segment_watch as watch
from campaigns.automations import Automation, AutomationStep
from kernel.i18n import _, ngettext, pick

GONE = "?"  # stands for what was put away


def told(row: Automation) -> str:
    """“3 days after somebody's first purchase, “Thank you” goes out; after 10 days “Again?”, if they … Once …”."""
    steps = automations.steps(row)
    what = happens(row)
    if not steps:
        return _("After %(what)s: no letter yet.", what=what)
    parts = [_("%(when)s, “%(letter)s” goes out%(only)s", when=_first(steps[0], what), letter=steps[0].mailing.called,
               only=_only(steps[0]))]  # fmt: skip
    parts += [_("%(when)s, “%(letter)s”%(only)s", when=_later(step), letter=step.mailing.called, only=_only(step))
              for step in steps[1:]]  # fmt: skip
    whole = "; ".join(parts)
    return " ".join([f"{whole[:1].upper()}{whole[1:]}.", *_rest(row)])


def happens(row: Automation) -> str:
    """What sets it off, as one says after “after”."""
    if row.trigger == "tag":
        return _("somebody gets the tag “%(name)s”", name=row.tag or GONE)
    if row.trigger == "segment":
        kept = watch.watched(row)
        return _("somebody comes into the segment “%(name)s”", name=pick(kept.name) if kept else GONE)
    if row.which == "first":
        return _("somebody buys for the first time")
    if row.which == "product":
        good = purchases.chosen_product(row)
        return _("somebody buys “%(name)s”", name=pick(good.name) if good else GONE)
    if row.which == "category":
        shelf = purchases.chosen_category(row)
        return _("somebody buys something from “%(name)s”", name=pick(shelf.name) if shelf else GONE)
    return _("somebody buys")


def _first(step: AutomationStep, what: str) -> str:
    hours = step.delay_hours
    if not hours:
        return _("as soon as %(what)s", what=what)
    if hours % 24 == 0:
        return ngettext("%(num)s day after %(what)s", "%(num)s days after %(what)s", hours // 24, what=what)
    return ngettext("%(num)s hour after %(what)s", "%(num)s hours after %(what)s", hours, what=what)


def _later(step: AutomationStep) -> str:
    hours = step.delay_hours
    if not hours:
        return _("at the same time")
    if hours % 24 == 0:
        return ngettext("%(num)s day after it", "%(num)s days after it", hours // 24)
    return ngettext("%(num)s hour after it", "%(num)s hours after it", hours)


def _only(step: AutomationStep) -> str:
    said = {
        "unbought": _("if they have not bought since"), "bought": _("if they have bought since"),
        "unclicked": _("if they followed no link of the letter before"),
        "unopened": _("if they did not open the letter before"),
    }.get(step.only)  # fmt: skip
    return f", {said}" if said else ""


def _rest(row: Automation) -> list[str]:
    kept = automations.segment(row)
    found = [_("Only for “%(name)s”.", name=pick(kept.name))] if kept else []
    if row.which != "first":
        found.append(_("Each time again, when they are through with it.") if row.again else _("Once for each person."))
    found += [_ends(row)] if row.ends_bought else []
    if row.ends_out and row.trigger == "tag":
        found.append(_("It ends when they lose the tag."))
    elif row.ends_out:
        found.append(_("It ends when they leave the segment."))
    return found


def _ends(row: Automation) -> str:
    again = _("It ends as soon as they buy again.")
    return again if row.trigger == "purchase" else _("It ends as soon as they buy.")
