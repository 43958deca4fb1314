"""What comes back of letters ends the writing where it must, once, for the right shop and nobody else."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from campaigns import bounces, letter_events, outcomes, return_mailbox
from campaigns.bounce_kinds import Bounce
from kernel import clock, suppression
from kernel.db import db
from kernel.mail import Mark
from tests.campaigns import returned
from tests.campaigns.letters import had, mailing, person

pytestmark = pytest.mark.parametrize("app", ["sqlite"], indirect=True)  # no SQL of its own that the other does not see


@pytest.fixture
def letter(shop):
    """A letter that Ana had an hour ago."""
    row = had(person("ana"), hours=1, of=mailing())
    db.session.commit()
    return row


def take(*raws):
    told = [bounces.take(*bounces.read(raw)) for raw in raws]
    db.session.commit()
    return told


def kinds(row):
    return [event.reason for event in letter_events.of(row, "bounced")]


def kept():
    """(address, kind) of everything that came back."""
    return sorted((row.email, event.reason) for event, row, _mailing in bounces.came_back())


def test_no_such_address_ends_all_letters(letter):
    raw = returned.report(letter.token, "550 5.1.1 User unknown", status="5.1.1")
    assert take(raw, raw) == [letter.email] * 2
    assert kinds(letter) == ["hard"]  # told twice, kept once
    assert suppression.blocks(letter.email)


def test_a_complaint_ends_all_letters(letter):
    assert take(returned.complaint(letter.token)) == [letter.email]
    assert (kinds(letter), suppression.blocks(letter.email)) == (["complaint"], True)


@pytest.mark.parametrize("diagnostic", ["552 5.2.2 Mailbox full", "550 5.7.1 blocked by policy"])
def test_what_may_pass_ends_nothing(letter, diagnostic):
    take(returned.report(letter.token, diagnostic))
    assert len(kinds(letter)) == 1
    assert not suppression.blocks(letter.email, "marketing")


def test_three_letters_that_could_not_be_delivered_end_letters_to_many(shop, letter):
    again = [had(person("ana"), hours=30 * number, of=mailing(code=f"m{number}")) for number in (1, 2)]
    for row in [letter, *again]:
        assert not suppression.blocks(row.email, "marketing")
        take(returned.report(row.token, "552 5.2.2 Mailbox full"))
    assert suppression.blocks(letter.email, "marketing")
    assert not suppression.blocks(letter.email)


def test_three_within_a_longer_time_end_nothing(shop, letter):
    again = [had(person("ana"), hours=30 * number, of=mailing(code=f"m{number}")) for number in (1, 2)]
    bounces.note(again[0], Bounce("soft"))
    letter_events.of(again[0], "bounced")[0].at -= timedelta(days=bounces.SOFT_DAYS + 1)
    for row in (letter, again[1]):
        bounces.note(row, Bounce("soft"))
    assert not suppression.blocks(letter.email, "marketing")


def test_an_automatic_answer_is_kept_and_ends_nothing(letter):
    raw = returned.letter(
        "Fuera de oficina", "Vuelvo el lunes", Auto_Submitted="auto-replied", In_Reply_To=f"<{letter.token}@x.cr>"
    )
    assert take(raw) == [letter.email]
    assert [event.kind for event in letter_events.of(letter)] == ["answered"]


def test_an_address_alone_is_believed_only_where_a_letter_went_lately(shop, letter):
    other = had(person("eva"), hours=24 * 9, of=mailing(code="before"))
    db.session.commit()
    told = [
        returned.words(f"<{one}>: 550 5.1.1 user unknown", subject="Undelivered mail")
        for one in ("ana@example.com", "eva@example.com", "x@example.com")
    ]
    assert take(*told) == ["ana@example.com", "", ""]
    assert (kinds(letter), kinds(other)) == (["hard"], [])


def test_a_forged_report_that_only_names_an_address_never_ends_the_letters_of_an_order(letter):
    forged = returned.report("A" * 22, "550 5.1.1 User unknown", status="5.1.1")
    abuse = returned.words(f"<{letter.email}>: 550 5.1.1 user unknown", subject="Undelivered mail")
    assert take(forged, forged, abuse) == [letter.email] * 3
    assert kinds(letter) == ["hard"]
    assert suppression.blocks(letter.email, "marketing")
    assert not suppression.blocks(letter.email)
    take(returned.report(letter.token, "550 5.1.1 User unknown", status="5.1.1"), forged)
    assert kinds(letter) == ["hard"]  # the sure one in place of the other
    assert suppression.blocks(letter.email)


def test_what_the_server_answered_at_once_counts_the_same(shop, letter):
    local = had(person("eva"), hours=1, of=mailing(code="x"))
    for row, answer in ((letter, "550 5.1.1 User unknown"), (local, "Unmade: the letter's words go round and round")):
        row.state = "sending"
        db.session.commit()
        outcomes.mark([Mark(row.id, "failed", answer)])
    db.session.commit()
    assert (kinds(letter), suppression.blocks(letter.email)) == (["hard"], True)
    assert (kinds(local), suppression.blocks(local.email)) == ([], False)


def test_another_shop_hears_nothing(rival, shop):
    mine = had(person("ana"), hours=1, of=mailing())
    db.session.commit()
    raw = returned.report(mine.token, "550 5.1.1 User unknown")
    rival.enter()
    assert take(raw) == [""]
    assert not suppression.blocks("ana@example.com")


@pytest.fixture
def mailbox(app, tmp_path):
    """`mailbox(path)`: have the install read its returned letters there."""
    known = app.extensions["plaza.settings"]

    def at(path):
        app.extensions["plaza.settings"] = replace(known, bounces=str(path))
        (known.instance / return_mailbox.PLACE).unlink(missing_ok=True)

    yield at
    app.extensions["plaza.settings"] = known
    (known.instance / return_mailbox.PLACE).unlink(missing_ok=True)


def mbox(*raws):
    return b"".join(b"From MAILER-DAEMON Thu Nov 26 18:00:00 2026\n" + raw + b"\n" for raw in raws)


def test_a_file_that_grows_is_read_on_from_where_one_was(shop, letter, mailbox, tmp_path):
    path, other = tmp_path / "returned", had(person("eva"), hours=1, of=mailing(code="x"))
    db.session.commit()
    mailbox(path)
    assert return_mailbox.look() == 0
    path.write_bytes(mbox(returned.report(letter.token, "550 5.1.1 User unknown"), returned.ORDINARY[0]))
    assert [return_mailbox.look() for _time in range(4)] == [1, 1, 0, 0]  # the last one may still be being written
    with path.open("ab") as stream:
        stream.write(mbox(returned.report(other.token, "550 5.1.1 User unknown")))
    assert sum(return_mailbox.look() for _time in range(3)) == 1
    path.write_bytes(mbox(returned.ORDINARY[0]))  # begun anew
    assert sum(return_mailbox.look() for _time in range(3)) == 1
    shop.enter()
    assert kept() == [("ana@example.com", "hard"), ("eva@example.com", "hard")]


def test_of_a_long_file_each_message_is_read_whole(app, tmp_path, monkeypatch):
    raws = [returned.report(f"{sign}" * 22, "550 5.1.1 User unknown") for sign in "abcde"]
    path = tmp_path / "returned"
    path.write_bytes(mbox(*raws[:3], raws[3] + b"x" * 5_000, raws[4]))
    monkeypatch.setattr(return_mailbox, "MOST", int(2.5 * len(mbox(raws[0]))))
    found, known = [], {"inode": path.stat().st_ino, "size": path.stat().st_size}  # nobody writes there any more
    for _time in range(9):
        read, known = return_mailbox.read_new(path, known)
        found += [bounces.read(raw)[0].tokens()[0] for raw in read]
    assert found == [sign * 22 for sign in "abcde"]
    assert known["end"] == path.stat().st_size


def test_a_folder_is_read_once_whatever_flags_its_files_get(shop, letter, mailbox, tmp_path):
    for name in ("new", "cur", "tmp"):
        (tmp_path / name).mkdir()
    (tmp_path / "new" / "1.x.host").write_bytes(returned.report(letter.token, "550 5.1.1 User unknown"))
    mailbox(tmp_path)
    assert [return_mailbox.look(), return_mailbox.look()] == [1, 0]
    (tmp_path / "new" / "1.x.host").rename(tmp_path / "cur" / "1.x.host:2,S")
    assert return_mailbox.look() == 0
    shop.enter()
    assert kept() == [("ana@example.com", "hard")]


def test_fingerprints_are_all_that_is_kept(letter):
    take(returned.report(letter.token, "550 5.1.1 User unknown"))
    rows = db.session.scalars(select(suppression.Suppression)).all()
    assert [(len(row.address_hmac), row.scope, row.reason) for row in rows] == [(64, "all", "hard")]
    assert rows[0].at <= clock.now()
