"""Real returned messages of many mail systems: the kind of each, read by a person from what it says."""

import email
import lzma
import re
import tarfile
from collections import Counter
from io import BytesIO
from pathlib import Path

import pytest

from campaigns import bounces
from kernel.settings import ROOT
from tests.campaigns import returned

SAMPLES = ROOT.parent / "shared" / "data" / "bounces" / "bounces-half.tar.xz"
RIGHT = 0.9
MACHINE = re.compile(rb"multipart/report|MAILER-DAEMON|Subject: (Delivery Failure|Automatic reply)", re.IGNORECASE)
KINDS = {  # family: kind and numbers; two kinds where a message tells of two people, or says too little to decide
    "arf": "blocked 20, complaint 01 02 11 16 21 22 23 24",
    "is-not-bounce": "none 01 02",
    "issue-106": "hard 02 03",
    "lhost-activehunter": "hard 01 02",
    "lhost-amavis": "blocked 03, hard 02",
    "lhost-amazonses": "blocked 01, hard 02 05 09 10 18, none 12, soft 03 19",
    "lhost-amazonworkmail": "hard 01 02, soft 04 05",
    "lhost-aol": "hard 01",
    "lhost-apachejames": "hard 01",
    "lhost-barracuda": "blocked 01 02",
    "lhost-courier": "hard 01 02 04",
    "lhost-domino": "hard 01 02, soft 03",
    "lhost-dragonfly": "blocked 01 05 19 25, hard 09 10 11 16 21 26 27, soft 12 28 29",
    "lhost-einsundeins": "blocked 03, soft 01 02",
    "lhost-exchange": "hard 01",
    "lhost-exchange2003": "hard 04 05 07",
    "lhost-exchange2007": "blocked 04, hard 01 06, soft 02 05",
    "lhost-exim": "blocked 01 03 33 35 36 37 43 45 47 49 50 54 57, hard 61, soft 06 07 38 41 44 56 60",
    "lhost-ezweb": "blocked 08, hard 03 07, soft 05",
    "lhost-facebook": "blocked 01",
    "lhost-fml": "blocked 02, soft 03",
    "lhost-gmail": "blocked 04 05, hard 01, soft 06 15 16 19",
    "lhost-gmx": "hard 02, soft 01",
    "lhost-googlegroups": "blocked 01 02 06 07 08 09 10 11",
    "lhost-googleworkspace": "blocked 01",
    "lhost-gsuite": "hard 01",
    "lhost-imailserver": "hard 01, soft 04",
    "lhost-interscanmss": "hard 01",
    "lhost-kddi": "soft 01 03",
    "lhost-mailfoundry": "soft 02",
    "lhost-mailmarshal": "hard 02",
    "lhost-mailmarshalsmtp": "hard 01",
    "lhost-mailru": "hard 01 04 08, soft 02 10, soft/hard 03",
    "lhost-mcafee": "hard 01 04 05",
    "lhost-messagelabs": "blocked 01",
    "lhost-messagingserver": "blocked 11, hard 01 06 08",
    "lhost-mfilter": "hard 01 02 04, soft 05",
    "lhost-mimecast": "hard 01",
    "lhost-mxlogic": "hard 01",
    "lhost-notes": "hard 01 03",
    "lhost-office365": "hard 01 04 10 13, soft/hard 06",
    "lhost-opensmtpd": "blocked 14, hard 01 03, soft 06 12 13 16",
    "lhost-outlook": "hard 03 08, soft 07",
    "lhost-postfix": "blocked 29 41 44 47 58 60 67 69 70 71, hard 01 03 06 07 13 31 32 35 46 52 61, soft 17 40 45 59 74 79, soft/hard 05",
    "lhost-powermta": "hard 01 03",
    "lhost-qmail": "blocked 03 04 09 14 15 20, hard 01 11 12 13 16 17 23, soft 05 08 24 25",
    "lhost-receivingses": "hard 01 02, soft 04",
    "lhost-sendmail": "blocked 31 34 38 59, hard 01 17 19 22 24 35 37 41 42 45 47 49 57, soft 21 29 30 39 54 55, soft/blocked 08",
    "lhost-surfcontrol": "hard 01, soft 03",
    "lhost-trendmicro": "hard 02, soft/hard 03",
    "lhost-v5sendmail": "hard/blocked 07, soft 01",
    "lhost-verizon": "hard 01",
    "lhost-x1": "hard 01, soft 04",
    "lhost-x2": "soft 04 05 06",
    "lhost-x3": "hard 02 03, soft/hard 05",
    "lhost-x4": "soft 01",
    "lhost-x5": "hard 01",
    "lhost-x6": "hard 02, soft 01",
    "lhost-yahoo": "blocked 11, hard 01 05 06 10, soft 13",
    "lhost-yandex": "hard 01, soft 03",
    "lhost-zoho": "hard 01 02",
    "make-test": "blocked 24 34, hard 01 02 04 20 21 26 27 31 37, soft 03 14 28 33",
    "rfc3464": "blocked 03 08 60 61, hard 26 35 37 52 57 58 59 66, none 28, soft 07 40 43 55, soft/hard 39",
    "rfc3834": "auto-reply 01",
    "rhost-aol": "hard 01, soft 03",
    "rhost-apple": "blocked 02, soft 03",
    "rhost-cloudflare": "soft 01",
    "rhost-cox": "blocked 01",
    "rhost-franceptt": "blocked 03 06, hard 01 02 05, soft 11",
    "rhost-godaddy": "soft/blocked 03",
    "rhost-google": "blocked 03 04 06 08, hard 01 02 07, soft 05",
    "rhost-gsuite": "blocked 11 12, hard 01 02 04 08 10, soft 06",
    "rhost-iua": "hard 01",
    "rhost-kddi": "hard 01 02",
    "rhost-messagelabs": "blocked 01, hard 02",
    "rhost-microsoft": "blocked 01, hard 03, soft 05",
    "rhost-mimecast": "blocked 01 02",
    "rhost-nttdocomo": "hard 01 03",
    "rhost-outlook": "blocked 09, hard 02 08, soft 01 07",
    "rhost-spectrum": "blocked 01",
    "rhost-tencent": "blocked 01",
    "rhost-yahooinc": "blocked 01, hard 03",
    "rhost-zoho": "hard 01",
}  # fmt: skip


def kinds() -> dict[str, set[str]]:
    """The kinds that are right for each message, by its name."""
    found: dict[str, set[str]] = {}
    for family, told in KINDS.items():
        for part in told.split(", "):
            kind, *numbers = part.split()
            found |= {f"{family}-{number}": set(kind.split("/")) for number in numbers}
    return found


def samples() -> dict[str, bytes]:
    """The messages by their path."""
    if not SAMPLES.exists():
        pytest.skip("../shared/data/bounces is not there")
    with tarfile.open(fileobj=BytesIO(lzma.decompress(SAMPLES.read_bytes()))) as tar:
        return {one.name: tar.extractfile(one).read() for one in tar if one.name.endswith(".eml")}  # type: ignore[union-attr]


def test_the_kind_of_each_is_what_a_person_reads_in_it(capsys):
    right, known, wrong = Counter(), kinds(), []
    for path, raw in sorted(samples().items()):
        wanted, found = known[Path(path).stem], bounces.read(raw)[1].kind
        right[next(iter(wanted)) if found not in wanted else found, found] += 1
        if found not in wanted:
            wrong.append(f"{path}: {found}, not {'/'.join(sorted(wanted))}")
    total, fine = sum(right.values()), sum(count for (want, got), count in right.items() if want == got)
    with capsys.disabled():
        print(f"\n{fine} of {total} right\n{matrix(right)}\n" + "\n".join(wrong))  # noqa: T201
    assert total > 350
    assert fine / total >= RIGHT
    assert not [pair for pair in right if pair[0] in {"none", "auto-reply"} and pair[1] == "hard"]


def matrix(right: Counter) -> str:
    """Read down: what it is; across: what it was taken for."""
    names = ["hard", "soft", "blocked", "complaint", "auto-reply", "none"]
    head = f"{'':<11}" + "".join(f"{name:>11}" for name in names)
    rows = [f"{want:<11}" + "".join(f"{right[want, got]:>11}" for got in names) for want in names]
    return "\n".join([head, *rows])


def test_the_letters_inside_them_are_ordinary_letters():
    inside = [part for raw in samples().values() for part in originals(raw) if not MACHINE.search(part)]
    assert len(inside) > 150
    assert Counter(bounces.read(raw)[1].kind for raw in [*inside, *returned.ORDINARY]).keys() == {"none"}


def originals(raw: bytes) -> list[bytes]:
    """The letters that came back with a message."""
    parts = email.message_from_bytes(raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n")).walk()
    return [
        str(part.get_payload()[0]).encode("utf-8", "surrogateescape")
        for part in parts if part.get_content_type() == "message/rfc822" and part.is_multipart()
    ]  # fmt: skip
