"""Kinds of returned messages: hard, soft, blocked, complaint, auto-reply, or none of them.

What the other side says in words comes before its numbers: servers give 5.1.1 for many things, and words for one.
"""

import re
from typing import NamedTuple

from campaigns.bounce_parts import Group, Returned
from campaigns.bounce_words import AWAY, DAEMON, FAILED, GROUPS, SAID, SENDER
from kernel.i18n import _l

KINDS = {
    "hard": _l("no such address"),
    "soft": _l("not possible now"),
    "blocked": _l("refused by the other side"),
    "complaint": _l("marked as spam"),
    "auto-reply": _l("an automatic answer"),
    "none": _l("no returned letter"),
}
NOISE = re.compile(
    r"https?://\S{1,500}|<?(?<![\w.+-])[\w.+=-]{1,80}@[\w.-]{1,80}>?|(?<!\S)\S{1,80}\.(?:com|net|org|jp)\b",
    re.IGNORECASE,
)
CODE = re.compile(r"\b([245])\.(\d{1,2})\.(\d{1,3})\b")
REPLY = re.compile(r"(?<![\d.])([45]\d\d)(?=[ -])")
BY_CODE = {
    "5.1.7": "blocked", "5.1.8": "blocked", "5.2.1": "hard", "5.2.2": "soft", "5.2.3": "soft", "5.2.4": "soft",
    "5.4.1": "hard", "5.4.4": "hard", "5.7.13": "hard", "5.7.27": "hard", "5.3.4": "soft", "5.3.2": "hard",
}  # fmt: skip
BY_CLASS = {
    "5.1": "hard",
    "5.2": "soft",
    "5.3": "soft",
    "5.4": "soft",
    "5.5": "blocked",
    "5.6": "blocked",
    "5.7": "blocked",
}
BY_REPLY = {
    "550": "hard",
    "551": "hard",
    "553": "hard",
    "521": "hard",
    "552": "soft",
    "554": "blocked",
    "501": "blocked",
}
TOLD = re.compile(r'(notificationType|bounceType)\\?"\s*:\s*\\?"(\w+)')
GOOD = {"delivered", "relayed", "expanded", "deliverable"}


class Bounce(NamedTuple):
    """What a returned message is, and the words that tell it."""

    kind: str
    said: str = ""
    code: str = ""


NONE = Bounce("none")


def of(row: Returned) -> Bounce:
    """The kind of a message of the return mailbox."""
    told = _notified(row) or _complained(row)
    if told:
        return told
    if row.report == "disposition-notification":
        return NONE
    machine = bool(DAEMON.search(row.sender)) or "X-Failed-Recipients" in row.headers
    if row.groups and (row.report == "delivery-status" or machine):
        return _reported(row)
    if _is_answer(row):
        return Bounce("auto-reply", row.subject)
    failed = FAILED.search(row.subject) or FAILED.search(row.text[:1500])
    automatic = str(row.headers.get("Auto-Submitted", "no")).lower() != "no"
    if machine and not failed:
        return _answers(row) or NONE
    if failed and (machine or row.report == "delivery-status" or (automatic and FAILED.search(row.subject))):
        return _said(row) or Bounce("soft", _line(row.text))
    return NONE


def answered(answer: str) -> Bounce:
    """The kind of what a server answered while the letter was handed over."""
    return _worded(answer) or _coded(answer) or Bounce("soft", answer)


def _is_answer(row: Returned) -> bool:
    headers = row.headers
    automatic = str(headers.get("Auto-Submitted", "")).lower().startswith("auto-replied") or any(
        name in headers for name in ("X-Autoreply", "X-Autorespond", "X-Auto-Response-Suppress")
    )
    if AWAY.search(row.subject):
        return True
    return automatic and not FAILED.search(row.subject) and "X-Failed-Recipients" not in headers


def _complained(row: Returned) -> Bounce | None:
    if row.feedback is not None:
        kind = row.feedback.get("feedback-type", "abuse").lower()
        return Bounce("blocked" if kind == "auth-failure" else "none" if kind == "not-spam" else "complaint", kind)
    by_hotmail = re.search(r"staff@(hotmail|outlook)\.com", row.sender) and row.subject.lower().startswith(
        "complaint about"
    )
    return Bounce("complaint", row.subject) if by_hotmail else None


def _notified(row: Returned) -> Bounce | None:
    """What a service tells in JSON, which may have been broken into lines."""
    if "amazonaws" not in row.sender and "amazonses" not in row.sender:
        return None
    told = dict(TOLD.findall("".join(row.text.splitlines())))
    if told.get("notificationType") == "Bounce":
        return Bounce("hard" if told.get("bounceType") == "Permanent" else "soft", _line(row.text))
    return (
        Bounce({"Complaint": "complaint"}.get(told["notificationType"], "none")) if "notificationType" in told else None
    )


def _reported(row: Returned) -> Bounce:
    groups = [group for group in row.groups if group.get("action", "failed").lower() not in GOOD]
    if not groups:
        return NONE
    if all(group.get("action", "").lower() == "delayed" for group in groups):
        return Bounce("soft", groups[0].get("diagnostic-code", "") or _line(row.text), groups[0].get("status", "")[:12])
    return next(filter(None, map(_of_group, groups)), None) or _said(row) or Bounce("soft", _line(row.text))


def _of_group(group: Group) -> Bounce | None:
    diagnostic, status = group.get("diagnostic-code", ""), group.get("status", "")
    return _worded(diagnostic) or _coded(diagnostic, replies=False) or _worded(status) or _coded(status, replies=False)


def _said(row: Returned) -> Bounce | None:
    if GROUPS in row.text:  # in any language: it is not there, or one may not write to it
        return Bounce("blocked", _line(row.text))
    found = _answers(row) or _worded(row.text) or _worded(row.subject)
    if found and found.kind == "hard" and SENDER.search(row.text):
        return found._replace(kind="blocked")  # the other side means us
    return found


def _answers(row: Returned) -> Bounce | None:
    """What servers answered, as far as it was copied into the text."""
    lines = row.text.splitlines()
    places = [place for place, line in enumerate(lines) if CODE.search(line) or REPLY.search(line)][:50]
    told = [" ".join(lines[place : place + 3]) for place in places]
    return next(filter(None, map(_worded, told)), None) or next(filter(None, map(_coded, told)), None)


def _worded(text: str) -> Bounce | None:
    plain = " ".join(NOISE.sub(" ", text).split())
    bare = (
        re.sub(r"^(smtp|x-\w+)?; ?|[\d.#()-]+", " ", plain, flags=re.IGNORECASE).strip() if len(plain) < 40 else plain
    )
    for kind, words in SAID:
        if words.search(plain) or words.search(bare):
            code = CODE.search(text) or REPLY.search(text)
            told = code[0] if code else ""
            return Bounce("soft" if kind == "blocked" and told.startswith("4") else kind, _line(text), told)
    return None


def _coded(text: str, *, replies: bool = True) -> Bounce | None:
    for found in CODE.finditer(text):
        code = found[0]
        if code.endswith(".0.0"):
            continue
        kind = "soft" if found[1] == "4" else BY_CODE.get(code) or BY_CLASS.get(code[: code.rindex(".")])
        if kind and found[1] != "2":
            return Bounce(kind, _line(text), code)
    reply = REPLY.search(text) if replies else None
    if reply is None:
        return None
    return Bounce("soft" if reply[1][0] == "4" else BY_REPLY.get(reply[1], "blocked"), _line(text), reply[1])


def _line(text: str) -> str:
    return " ".join(text.split())[:300]
