"""Verdicts: a table of requests as they come, and what each is taken for."""

from datetime import UTC, datetime, timedelta

import pytest

from campaigns import programs, verdicts
from campaigns.verdicts import Click, Look

NOW = datetime(2026, 11, 26, 18, 0, tzinfo=UTC)
CHROME = "Mozilla/5.0 (Linux; Android 14; SM-A155M) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Mobile Safari/537.36"
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1"
APPLE_MAIL = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)"
GMAIL = "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)"
AHEAD = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/42.0.2311.135 Safari/537.36 Edge/12.246 Mozilla/5.0"
OUTLOOK = "Mozilla/4.0 (compatible; ms-office; MSOffice 16)"
HEADLESS = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/131.0.0.0 Safari/537.36"
)

CLICKS = [  # (what came, who, why)
    ({"agent": CHROME}, "human", "person"),
    ({"agent": SAFARI, "secure": True, "mode": "navigate"}, "human", "person"),
    ({"agent": CHROME, "secure": True}, "unknown", "unlike"),
    ({"agent": CHROME, "secure": True, "mode": "no-cors"}, "unknown", "unlike"),
    ({"agent": CHROME, "purpose": "prefetch;prerender"}, "machine", "prefetch"),
    ({"agent": SAFARI, "purpose": "preview"}, "machine", "prefetch"),
    ({"agent": CHROME, "link": 0}, "machine", "hidden"),
    ({"agent": CHROME, "sent": NOW + timedelta(minutes=1)}, "machine", "early"),
    ({"agent": CHROME, "sent": NOW}, "machine", "early"),
    ({"agent": CHROME, "sent": NOW - timedelta(seconds=6)}, "unknown", "soon"),
    ({"agent": CHROME, "sent": NOW - timedelta(seconds=11)}, "human", "person"),
    ({"agent": ""}, "machine", "nameless"),
    ({"agent": HEADLESS}, "unknown", "headless"),
    ({"agent": "SomeMailApp 3"}, "unknown", "unfamiliar"),
    ({"agent": "python-requests/2.32"}, "machine", "robot"),
    ({"agent": "curl/8.5.0"}, "machine", "robot"),
    ({"agent": "Go-http-client/2.0"}, "machine", "robot"),
    ({"agent": "okhttp/4.12"}, "machine", "robot"),
    ({"agent": "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)"}, "machine", "robot"),
    ({"agent": "BarracudaCentral Link Protection"}, "machine", "scanner"),
    ({"agent": "Mozilla/5.0 (compatible; Mimecast TTP)"}, "machine", "scanner"),
    ({"agent": "facebookexternalhit/1.1"}, "machine", "preview"),
    ({"agent": "WhatsApp/2.24 A"}, "machine", "preview"),
    ({"agent": CHROME, "ip": "67.231.152.9"}, "machine", "scanner"),
    ({"agent": CHROME, "ip": "209.222.82.1"}, "machine", "scanner"),
    ({"agent": CHROME, "ip": "190.113.4.9"}, "human", "person"),
    ({"agent": GMAIL}, "machine", "robot"),
]  # fmt: skip
OPENS = [
    ({"agent": "Mozilla/5.0"}, "unknown", "privacy"),
    ({"agent": APPLE_MAIL, "ip": "17.58.1.2"}, "unknown", "privacy"),
    ({"agent": APPLE_MAIL, "ip": "190.113.4.9"}, "human", "person"),
    ({"agent": GMAIL, "ip": "66.249.83.1"}, "human", "proxy"),
    ({"agent": AHEAD}, "machine", "prefetch"),
    ({"agent": "YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html"}, "human", "proxy"),
    ({"agent": OUTLOOK}, "human", "person"),
    ({"agent": "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Thunderbird/128.4"}, "human", "person"),
    ({"agent": "okhttp/4.12"}, "unknown", "unfamiliar"),
    ({"agent": GMAIL, "sent": NOW - timedelta(seconds=1)}, "machine", "early"),
    ({"agent": "BarracudaCentral"}, "machine", "scanner"),
    ({"agent": ""}, "unknown", "nameless"),
    ({"agent": "python-requests/2.32"}, "machine", "robot"),
]  # fmt: skip


@pytest.mark.parametrize(("told", "who", "why"), CLICKS)
def test_who_followed_a_link(told, who, why):
    found = verdicts.of(Look(NOW, **{"link": 1, **told}))
    assert (found.who, found.reason) == (who, why)
    assert found.reason in verdicts.REASONS


@pytest.mark.parametrize(("told", "who", "why"), OPENS)
def test_who_opened_a_letter(told, who, why):
    found = verdicts.of(Look(NOW, **told))
    assert (found.who, found.reason) == (who, why)
    assert found.reason in verdicts.REASONS


def clicks(*told):
    """(seconds, link, family) each."""
    return [
        Click(place, NOW + timedelta(seconds=seconds), link, family, "190.1.2.0/24")
        for place, (seconds, link, family) in enumerate(told)
    ]


def test_many_links_within_a_second_are_a_machine():
    told = clicks((0, 1, "chrome"), (0.3, 2, "chrome"), (0.9, 3, "chrome"), (60, 1, "chrome"))
    assert verdicts.together(told) == dict.fromkeys(range(3), ("machine", "burst"))


def test_two_at_once_are_a_doubt_and_the_same_twice_is_a_hasty_hand():
    assert set(verdicts.together(clicks((0, 1, "chrome"), (0.5, 2, "chrome"))).values()) == {("unknown", "burst")}
    assert verdicts.together(clicks((0, 1, "chrome"), (0.5, 1, "chrome"))) == {}


def test_who_fell_into_the_trap_is_a_machine_everywhere_else_and_others_are_not():
    told = clicks((0, 0, "chrome"), (20, 2, "chrome"), (25, 2, "safari"))
    assert verdicts.together(told) == {0: ("machine", "hidden"), 1: ("machine", "hidden")}


def test_no_household_can_be_told_from_what_is_kept():
    assert programs.network("190.113.4.219") == "190.113.4.0/24"
    assert programs.network("2800:860:7160:1a::9") == "2800:860:7160::/48"
    assert programs.network("nobody") == ""
