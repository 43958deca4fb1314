"""Programs: which program asks for a link or a picture, by what it says of itself and where it asks from."""

import re
from collections.abc import Iterable
from ipaddress import ip_address, ip_network
from typing import NamedTuple


class Program(NamedTuple):
    """A family of programs and what it is: person's (browser, mail), proxy, privacy, scanner, robot, headless."""

    family: str
    kind: str


UNKNOWN = Program("", "")
PREFETCH = "chrome/42.0.2311.135 safari/537.36 edge/12.246"  # Gmail, before anybody has opened the letter
SAYS: dict[str, dict[str, str]] = {  # kind: {part of the agent: family}; the first that fits
    "proxy": {
        "googleimageproxy": "gmail", "yahoomailproxy": "yahoo", "yahoo mail proxy": "yahoo", "mail.ru image": "mailru",
        "outlookimageproxy": "outlook", "yandeximage": "yandex",
    },
    "privacy": {"duckduckgo/email": "duckduckgo", "protonmail": "proton"},
    "scanner": {
        "barracuda": "barracuda", "mimecast": "mimecast", "proofpoint": "proofpoint", "urldefense": "proofpoint",
        "safelinks": "microsoft", "messagelabs": "symantec", "symantec": "symantec", "trend micro": "trendmicro",
        "trendmicro": "trendmicro", "sophos": "sophos", "forcepoint": "forcepoint", "websense": "forcepoint",
        "zscaler": "zscaler", "fortiguard": "fortinet", "fortinet": "fortinet", "ironport": "cisco",
        "bitdefender": "bitdefender", "kaspersky": "kaspersky", "avast": "avast", "cloudmark": "cloudmark",
        "cyren": "cyren", "hornetsecurity": "hornetsecurity", "spamexperts": "spamexperts", "vadesecure": "vade",
        "virustotal": "virustotal", "urlscan": "urlscan", "checkpoint": "checkpoint", "phish": "phish",
        "netcraft": "netcraft", "palo alto": "paloalto", "safebrowsing": "google", "fireeye": "fireeye",
    },
    "preview": {
        "facebookexternalhit": "facebook", "whatsapp/": "whatsapp", "skypeuripreview": "skype", "bingpreview": "bing",
        "slack-imgproxy": "slack", "vkshare": "vk",
    },
    "headless": {"headlesschrome": "chrome"},
    "robot": {
        "phantomjs": "phantomjs", "python": "python", "aiohttp": "python", "httpx": "python", "curl/": "curl",
        "wget/": "wget", "go-http-client": "go", "java/": "java", "apache-httpclient": "java", "okhttp": "okhttp",
        "libwww": "perl", "node-fetch": "node", "axios": "node", "undici": "node", "guzzle": "php", "ruby": "ruby",
        "powershell": "powershell", "winhttp": "windows",
    },
    "mail": {
        "thunderbird": "thunderbird", "ms-office": "outlook", "msoffice": "outlook", "microsoft outlook": "outlook",
    },
    "browser": {
        "edg/": "edge", "edge/": "edge", "edga/": "edge", "edgios/": "edge", "opr/": "opera",
        "samsungbrowser": "samsung", "firefox/": "firefox", "fxios": "firefox", "crios": "chrome", "chrome/": "chrome",
        "version/": "safari", "trident": "explorer", "applewebkit": "apple-mail",
    },
}  # fmt: skip
PEOPLE = ("mail", "browser")
ROBOT = re.compile(r"bot\b|crawl|spider|slurp|scanner|preview|fetcher|https?://")
PROXY = re.compile(r"image ?-?(proxy|resizer|fetch)")
FROM = tuple(  # networks that look into letters for their mailboxes
    (ip_network(net), Program(family, kind))
    for family, kind, nets in (
        ("apple", "privacy", "17.0.0.0/8"),
        ("gmail", "proxy", "66.249.80.0/20"),
        ("barracuda", "scanner", "64.235.144.0/20 209.222.80.0/21"),
        ("proofpoint", "scanner", "67.231.144.0/20 148.163.128.0/19 185.132.180.0/22"),
        ("mimecast", "scanner", "205.139.110.0/23 207.211.30.0/23 91.220.42.0/24"),
        ("microsoft", "scanner", "40.92.0.0/15 40.107.0.0/16 52.100.0.0/14 104.47.0.0/17"),
        ("symantec", "scanner", "216.82.240.0/20 85.158.136.0/21"),
    )
    for net in nets.split()
)


def known(agent: str, ip: str = "") -> Program:
    """The program behind a request."""
    said = " ".join(agent.lower().split())
    by_name, by_place = _named(said), _placed(ip)
    if by_name.kind in {"proxy", "scanner", "preview", "robot"}:
        return by_name
    return by_place or by_name


def _named(said: str) -> Program:
    if said == "mozilla/5.0":  # Apple's privacy protection says no more than that
        return Program("apple", "privacy")
    if PREFETCH in said and said.endswith("mozilla/5.0"):
        return Program("gmail", "prefetch")
    machine = _first(said, [kind for kind in SAYS if kind not in PEOPLE])
    if machine:
        return machine
    if PROXY.search(said):
        return Program("proxy", "proxy")
    if ROBOT.search(said):
        return Program("robot", "robot")
    return _first(said, PEOPLE) or UNKNOWN


def _first(said: str, kinds: Iterable[str]) -> Program | None:
    parts = ((part, family, kind) for kind in kinds for part, family in SAYS[kind].items())
    return next((Program(family, kind) for part, family, kind in parts if part in said), None)


def _placed(ip: str) -> Program | None:
    try:
        address = ip_address(ip)
    except ValueError:
        return None
    return next((program for network, program in FROM if address in network), None)


def network(ip: str) -> str:
    """An address without what would tell one household from another."""
    try:
        address = ip_address(ip)
    except ValueError:
        return ""
    return str(ip_network(f"{address}/{24 if address.version == 4 else 48}", strict=False))
