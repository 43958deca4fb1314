"""The letters to many of the demo shops: dated ones are scheduled, one repeats, the others are off (posted.py: sent).

Nothing is sent by loading: a dated letter waits for its day, an automation for somebody who turns it on.
"""

from datetime import timedelta
from typing import Any

from campaigns import audience, automation_letters, automations, scheduling
from campaigns.automation_letters import block
from campaigns.mailings import Mailing
from campaigns.starters import Begun
from crm import segments
from demo import repeats, world
from demo.world import Told
from kernel import clock, tenancy
from kernel.accounts import Account
from kernel.refusal import Refusal

TRIGGERS = {
    "prospecto-nuevo": "welcome", "dias-desde-compra": "lapsed", "dias-desde-entrega": "opinion",
    "horas-despues-de-reserva": "opinion",
}  # fmt: skip
NEEDS = {  # what is missing before the others can go by themselves
    "horas-antes-de-reserva": {
        "es": "que salga unas horas antes de cada reserva; mientras tanto, Plaza ya envía su propio recordatorio.",
        "en": "to leave some hours before each booking; meanwhile Plaza sends a reminder of its own.",
    },
    "hornada-publicada": {
        "es": "una página para publicar cada hornada, que llene lo que el correo dice de ella, y avisos al navegador.",
        "en": "a page on which each batch is published, to fill in what the letter says of it; notices to the browser.",
    },
}


def write(shop: Told, by: Account) -> None:
    """Write the letters: the dated ones wait for their hour, one repeats each week, the others are off."""
    for told in shop["campaigns"]:
        if "days_from_seed" in told.get("schedule", {}):
            _dated(shop, told, by)
        elif "weekday" in told.get("schedule", {}):
            repeats.write(letter(shop, told, by, kind="campaign"), told, by)
        else:
            _by_itself(shop, told, by)


def _dated(shop: Told, told: Told, by: Account) -> None:
    made = letter(shop, told, by, kind="campaign")
    day = clock.today(tenancy.tenant().timezone) + timedelta(days=told["schedule"]["days_from_seed"])
    try:
        will = audience.estimate(made).will
        scheduling.send(made, by=by, typed=str(will), at=scheduling.hour(day, told["schedule"]["at"]))
    except Refusal as why:  # it stays a draft that says what is missing
        made.note = str(why)[:300]


def _by_itself(shop: Told, told: Told, by: Account) -> None:
    word = told["trigger"]
    trigger = TRIGGERS.get(word, "")
    row = automations.make(told["code"], world.spoken(shop, told["name"]), trigger)
    row.needs = {} if trigger else world.spoken(shop, NEEDS[word])
    kept = segments.by_code(told.get("segment", ""))
    row.segment_id = kept.id if kept else None
    automations.write_step(row, letter(shop, told, by, kind="automation"), told.get("hours", told.get("days", 0) * 24))


def letter(shop: Told, told: Told, by: Account, *, kind: str) -> Mailing:
    """A letter as the files tell it, a draft."""
    kept, begun = segments.by_code(told.get("segment", "")), _begun(shop, told)
    made = automation_letters.letter(world.spoken(shop, told["name"])["es"], begun, by=by.known_as, code=told["code"])
    made.kind, made.segment_id = kind, kept.id if kept else None
    return made


def _begun(shop: Told, told: Told) -> Begun:
    said = {code: f"<p>{text}</p>" for code, text in world.spoken(shop, told["body"]).items()}
    parts: list[dict[str, Any]] = [
        block("heading", title=world.spoken(shop, told["name"])),
        block("text", text=said),
    ]
    if "coupon" in told:
        title = {"es": "Su cupón", "en": "Your coupon"}
        parts.append(block("coupon", title=world.spoken(shop, title), code=told["coupon"]["code"], link="/"))
    label = told.get("label", {"es": "Ver la tienda", "en": "See the shop"})
    parts.append(block("button", label=world.spoken(shop, label), link=told.get("link", "/"), align="center"))
    return Begun(world.spoken(shop, told["subject"]), world.spoken(shop, told["preheader"]), parts)
